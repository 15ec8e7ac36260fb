"""Demands that are really written and received, and direct debits: what two offices send each other as files."""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import PurePath

from kkd_ledger.money import parse_eur, plain
from ledgers.statements import Entry
from tests.faults.offices.agreed import OPERATOR
from tests.faults.offices.banks import Purpose
from tests.faults.offices.clerk import CERTIFIER, ORDER, ORDERER
from tests.faults.offices.deeds import must
from tests.faults.offices.life import ONE_DAY, Life

PEOPLE = ("--prepared-by", CERTIFIER, "--released-by", ORDERER)


def demand(life: Life, day: dt.date) -> None:
    """The operator writes its demands; where letters are really set, the towns receive the e-invoices days later."""
    clerk = life.clerks[OPERATOR]
    year = str(life.chance.choice((day.year, max(life.agreed.begins.year, day.year - 1))))
    if not life.letters:
        must(life, clerk, day, "no demand can be written", "demand", year, "--dry-run")
        return
    for name in must(life, clerk, day, "no demand can be written", "demand", year).data.get("files", ()):
        party = name.rpartition("-")[2].removesuffix(".xml")
        if party in life.clerks:
            (life.folder / "briefe").mkdir(exist_ok=True)
            letter = life.folder / "briefe" / name.rpartition("/")[2]
            letter.write_bytes((life.folder / OPERATOR / name).read_bytes())
            life.plan(
                day + dt.timedelta(life.chance.choice((1, 3, 30))),
                partial(_receive, life, party, letter.name),
            )


def _receive(life: Life, party: str, letter: str, day: dt.date) -> None:
    reason = ("--period-decision", "erst jetzt bekannt")
    life.clerks[party].kkd(day, "receive", f"briefe/{letter}", *ORDER, *reason)


def debit(life: Life, day: dt.date) -> None:
    """The operator collects what is due by direct debit; some debits come back, and the run is cancelled for them."""
    clerk = life.clerks[OPERATOR]
    if life.debited not in life.accounts:
        return
    said = clerk.kkd(day, "collect", "--on", str(day + ONE_DAY * 3), *PEOPLE)
    for one in said.data.get("payments", ()):
        item = next((item for item in clerk.items(day, life.debited) if item.posten == one["id"]), None)
        if item:
            back = life.chance.random() < 0.3
            _debited(life, day + ONE_DAY * 3, one["id"], parse_eur(one["amount"]), item.year, returned=back)
            if back:
                words = (
                    "--cancel",
                    PurePath(said.data["file"]).stem,
                    "--posten",
                    one["id"],
                    "--reason",
                    "Rückgabe",
                    *PEOPLE,
                )
                life.plan(day + ONE_DAY * 9, partial(_cancel, life, words))


def _cancel(life: Life, words: tuple[str, ...], day: dt.date) -> None:
    """Cancel a debit that came back; while its statement is not read the command says so, and it has time."""
    clerk = life.clerks[OPERATOR]
    said = clerk.kkd(day, "collect", *words)
    if said.status > 1 and "erst den Kontoauszug buchen" in said.words:
        life.plan(day + ONE_DAY * 14, partial(_cancel, life, words))
    elif said.status > 1:
        must(life, clerk, day, "a debit cannot be cancelled", "collect", *words)


def _debited(life: Life, day: dt.date, posten: str, cents: int, year: int, *, returned: bool) -> None:
    """Move the money of a debit, and back where the bank returns it."""
    party = life.debited
    for account, sign, other in ((life.accounts[OPERATOR], 1, party), (life.accounts[party], -1, OPERATOR)):
        there = life.accounts[other]
        on = max(day, account.told + ONE_DAY)
        number = f"L{len(account.entries):05}{account.iban[-4:]}"
        told = (there.owner, there.iban, f"Archiv {year}", "", posten, "M-1")
        account.move(Entry(on, sign * cents, *told, bank_reference=number), Purpose("share", party, year))
        if returned:
            back = Entry(on + ONE_DAY * 2, -sign * cents, *told, returned="AC04", bank_reference=f"{number}R")
            account.move(back, Purpose("back", party, year))
    if not returned:
        life.paid[party, year] += cents
    life.desk.note(day, f"Lastschrift {party} {plain(cents)} {posten}{', kommt zurück' if returned else ''}")
