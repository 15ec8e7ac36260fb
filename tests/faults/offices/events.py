"""What ordinarily happens to offices that share an agreement: each event on any day, in any order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

from kkd_ledger.money import plain
from tests.faults.offices import amendments, deeds, elsewhere, letters, mistakes
from tests.faults.offices.agreed import OPERATOR
from tests.faults.offices.banks import Purpose
from tests.faults.offices.life import Life, Transfer, month_end

Event = Callable[[Life, dt.date], object]


def returned(life: Life, day: dt.date) -> None:
    """A refund comes back: the account was closed, or the party sends it back. It is due again."""
    account = life.accounts[OPERATOR]
    for entry, purpose in reversed(account.entries):
        if purpose.kind == "refund" and entry.cents < 0 and (day - entry.day).days in range(1, 40):
            there = life.accounts[purpose.party]
            never = [
                one
                for one in there.entries
                if one[0].end_to_end == entry.end_to_end and one[0].day > there.told
            ]
            back = Purpose("back", purpose.party, purpose.year)
            if not never:
                life.transfer(day, Transfer(purpose.party, OPERATOR, -entry.cents, back, "Irrtum, zurück"))
                return
            life.desk.note(day, f"Rückgabe: {entry.name} {plain(-entry.cents)}")
            there.entries.remove(never[0])
            on = max(day, account.told + dt.timedelta(1))
            told = replace(
                entry, day=on, cents=-entry.cents, returned="AC04", bank_reference=f"R{entry.bank_reference}"
            )
            account.move(told, back)
            life.paid[purpose.party, purpose.year] -= entry.cents
            return


def impossible(life: Life, day: dt.date) -> None:
    """The bank's program makes a file with a day that cannot be; the right one has come or will come."""
    clerk = deeds.any_clerk(life)
    account = life.accounts[clerk.party]
    wrong = life.chance.choice(
        (day.replace(year=day.year + 9), dt.date(9999, 12, 31), month_end(day) + dt.timedelta(100))
    )
    entry = life.chance.choice((True, False))
    told, number, entries = account.told, account.number, account.entries
    line = [(e, p) for e, p in entries if e.day <= told][-1:]
    if entry and line:
        account.entries = [*entries, (replace(line[0][0], day=wrong, bank_reference="FALSCH"), line[0][1])]
    text = account.statement(wrong)
    account.told, account.number, account.entries = told, number, entries
    name = f"falsch-{clerk.party}-{day}.xml"
    inbox = life.folder / clerk.party / "inbox"
    inbox.mkdir(exist_ok=True)
    (inbox / name).write_text(text, "utf-8")
    life.desk.note(day, f"Auszug mit unmöglichem Tag {wrong} an {clerk.party}")
    clerk.month(day)


EVENTS: dict[str, tuple[Event, int]] = {
    "Satz": (amendments.rate, 4),
    "Förderung": (amendments.grant, 6),
    "Beitritt": (amendments.joiner, 1),
    "Austritt": (amendments.leaver, 1),
    "Fusion": (amendments.merger, 1),
    "neues Konto": (amendments.new_account, 1),
    "Ansatz": (deeds.budget, 2),
    "book.toml": (deeds.account_names, 1),
    "eigene IBAN": (deeds.dedicated_account, 1),
    "Jahresstand": (deeds.year_state, 1),
    "falsche Klärung": (deeds.wrong_clearing, 2),
    "Storno": (deeds.reverse_claim, 2),
    "Aufrechnung": (deeds.offset, 2),
    "Stundung": (deeds.defer, 2),
    "Erlass": (deeds.remit, 1),
    "Erinnerung": (deeds.remind, 1),
    "Anforderung": (letters.demand, 2),
    "Lastschrift": (letters.debit, 1),
    "Zahldatei": (deeds.payment_file, 3),
    "Wiederöffnung": (deeds.reopen, 1),
    "Jahresende": (deeds.year_end, 3),
    "Storno von irgendetwas": (mistakes.reverse_anything, 2),
    "Umbuchung": (mistakes.rebooked, 1),
    "Niederschlagung": (mistakes.written_off, 1),
    "anders entschieden": (mistakes.second_thought, 2),
    "von Hand": (mistakes.by_hand, 1),
    "Bankentgelt": (elsewhere.charges, 2),
    "Fördermittel": (elsewhere.funding, 1),
    "doch nicht abgegeben": (elsewhere.passed_on_again, 1),
    "Rückgabe": (returned, 2),
    "unmöglicher Tag": (impossible, 1),
}


def happen(life: Life, day: dt.date) -> None:
    """Let something happen."""
    names = list(EVENTS)
    name = life.chance.choices(names, [EVENTS[one][1] for one in names])[0]
    life.desk.note(day, f"— {name}")
    EVENTS[name][0](life, day)
