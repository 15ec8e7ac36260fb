"""What clerks do beside the month's work: well, by mistake, and how they take it back."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePath

from kkd_ledger.money import parse_eur, plain
from tests.faults.offices.agreed import OPERATOR
from tests.faults.offices.banks import Purpose
from tests.faults.offices.clerk import CERTIFIER, GIVEN, ORDER, ORDERER, Clerk
from tests.faults.offices.desk import Said
from tests.faults.offices.life import ONE_DAY, Life, Transfer, invented_iban
from tests.faults.offices.mail import last_of_iban


def budget(life: Life, day: dt.date) -> None:
    """The appropriation of a year is entered, before or in it; now and then far too much, which is taken back."""
    clerk = any_clerk(life)
    year = str(day.year + life.chance.choice((0, 0, 1)))
    cents = life.chance.randint(100_000, 900_000)
    mistake = ("--reason", "vertippt", "--by", ORDERER)
    if life.chance.random() < 0.4:
        wrong = plain(cents * 1_000_000)
        if clerk.kkd(day, "budget", year, wrong).status <= 1:
            must(life, clerk, day, "a budget cannot be taken back", "budget", year, f"-{wrong}", *mistake)
    clerk.kkd(day, "budget", year, plain(cents))
    if life.chance.random() < 0.3:
        words = (year, plain(-life.chance.randint(1, cents)), "--kind", "nachtrag", *mistake)
        must(life, clerk, day, "a supplementary budget lowers nothing", "budget", *words)


def account_names(life: Life, day: dt.date) -> None:
    """A new chart of accounts, another budget line, another title: the office changes its book.toml."""
    clerk = any_clerk(life)
    file = life.folder / clerk.party / "book.toml"
    text = file.read_text("utf-8")
    changed = life.chance.choice(
        (
            text.replace(":548201-", ":548299-").replace(":717201-", ":717299-"),
            text.replace("020501", "020599"),
            text.replace("Archiv – Bücher", "Archiv: Nebenbuch"),
            text.replace("Aktiva:2600-", "Aktiva:2601-"),
            text.replace("Passiva:4800-", "Passiva:4801-"),
            text.replace('name = "Archiv"', 'name = "Archivwesen"').replace(
                "020501-Archiv:", "020501-Archivwesen:"
            ),
        )
    )
    if changed != text:
        file.write_text(changed, "utf-8")
        clerk.former += _former(day, text, changed)
        life.desk.note(day, f"{clerk.party} ändert book.toml: {_difference(text, changed)}")


def _former(day: dt.date, text: str, changed: str) -> list[str]:
    """Return what held until the day before, as [[before]] tells it, where it is of that kind."""
    was, now = tomllib.loads(text), tomllib.loads(changed)
    accounts = [
        f'{role} = "{name}"' for role, name in was["accounts"].items() if now["accounts"][role] != name
    ]
    told = [f"accounts = {{ {', '.join(accounts)} }}"] if accounts else []
    if was["budget"]["line"] != now["budget"]["line"]:
        told.append(f'budget_line = "{was["budget"]["line"]}"')
    return ["\n".join([f"until = {day - ONE_DAY}", *told])] if told else []


def dedicated_account(life: Life, day: dt.date) -> None:
    """The bank gives an office another IBAN for its account; the agreement and book.toml say so from now on."""
    clerk = any_clerk(life)
    held = life.agreed.membership(clerk.party, day)
    if not held or held.known >= day:
        return
    account = life.accounts[clerk.party]
    last_of_iban(life, clerk.party, day)
    file = life.folder / clerk.party / "book.toml"
    iban = invented_iban(200 + len(life.agreed.memberships))
    text = file.read_text("utf-8").replace(f'"{account.iban}"', f'"{iban}"')
    file.write_text(text, "utf-8")
    clerk.former.append(f'until = {day}\nbank_iban = "{account.iban}"')
    account.iban = iban
    life.agreed.memberships.append(replace(held, known=day, iban=iban))
    life.amended(day, f"{clerk.party} hat jetzt die IBAN {iban}")


NAMED = ("--by", ORDERER)


def year_state(life: Life, day: dt.date) -> None:
    """The wrong year or the wrong state is typed; the clerk takes it back (a year that goes on is refused at once).

    Now and then weeks later: what became known meanwhile was booked as if the year had ended.
    """
    clerk, year = any_clerk(life), str(max(life.agreed.begins.year, day.year - life.chance.choice((0, 1, 1))))
    state = life.chance.choice(("vorläufig-abgeschlossen", "aufgestellt", "beschlossen"))
    said = clerk.kkd(day, "year", year, state, "--by", ORDERER)
    if said.status <= 1 and said.data.get("files"):
        back = ("--by", ORDERER, "--and", CERTIFIER, "--reason", "falsches Jahr", "--resolution", "V 1")
        words = ("year", year, "offen", *back)
        if life.chance.random() < 0.4:
            clerk.post(day)
            late = day + ONE_DAY * life.chance.choice((10, 30, 50))
            life.plan(
                late, lambda then: must(life, clerk, then, "a year's state cannot be taken back", *words)
            )
        else:
            must(life, clerk, day, "a year's state cannot be taken back", *words)


def wrong_clearing(life: Life, day: dt.date) -> None:
    """Money in suspense is placed on an item that it was not for; the clerk notices and reverses."""
    clerk = any_clerk(life)
    for money in clerk.suspense(day):
        items = clerk.items(day, any_party(life) if clerk.operator else clerk.party)
        for item in items:
            said = clerk.kkd(day, "clear", money.name, item.posten, "--reason", "Irrtum", "--by", ORDERER)
            if number := _number(said.data):
                must(
                    life,
                    clerk,
                    day,
                    "a clearing cannot be reversed",
                    "reverse",
                    number,
                    "--reason",
                    "Irrtum",
                    *ORDER,
                )
                return


def reverse_claim(life: Life, day: dt.date) -> None:
    """A claim is reversed by mistake, or because of a typing error, and booked anew."""
    clerk = any_clerk(life)
    said = clerk.post(day)
    if number := _number(said.data):
        clerk.kkd(day, "reverse", number, "--reason", "Tippfehler", *ORDER)
        clerk.post(day)


def offset(life: Life, day: dt.date) -> None:
    """Both sides set a claim off against a credit of the same party."""
    party = any_party(life)
    for clerk in (life.clerks[OPERATOR], life.clerks.get(party)):
        if clerk:
            items = clerk.items(day, party)
            owes = next((one.posten for one in items if one.open > 0), "")
            gets = next((one.posten for one in items if one.open < 0), "")
            if owes and gets:
                clerk.kkd(day, "offset", owes, gets, "--order", "Aufrechnung vereinbart", *GIVEN)


def defer(life: Life, day: dt.date) -> None:
    """A claim is deferred or paid by instalments; now and then that ends early."""
    clerk = life.clerks[OPERATOR]
    items = [one for one in clerk.items(day, any_party(life)) if one.open > 2]
    if items:
        item = life.chance.choice(items)
        until = day + dt.timedelta(life.chance.randint(20, 120))
        if life.chance.random() < 0.5:
            clerk.kkd(day, "defer", item.posten, str(until), "--order", "Antrag", *GIVEN)
        else:
            half = item.open // 2
            rates = (f"{day + dt.timedelta(10)}={plain(half)}", f"{until}={plain(item.open - half)}")
            words = [word for one in rates for word in ("--instalment", one)]
            clerk.kkd(
                day, "defer", item.posten, "--kind", "ratenzahlung", *words, "--order", "Antrag", *GIVEN
            )
        if life.chance.random() < 0.3:
            must(
                life,
                clerk,
                day,
                "a deferral cannot be ended",
                "defer",
                item.posten,
                str(day),
                "--order",
                "Ende",
                *GIVEN,
            )


def remit(life: Life, day: dt.date) -> None:
    """The operator waives a part of a claim; the member's office, which has booked it too, does the same."""
    party = any_party(life)
    clerks = [one for one in (life.clerks[OPERATOR], life.clerks.get(party)) if one]
    held = [{one.posten: one for one in clerk.items(day, party) if one.open > 0} for clerk in clerks]
    both = sorted(set.intersection(*(set(one) for one in held)))
    if both:
        cents = plain(max(1, min(one[both[0]].open for one in held) // 3))
        for clerk in clerks:
            said = clerk.kkd(day, "remit", both[0], cents, "--order", "Härtefall", *GIVEN)
            if said.status <= 1:
                life.remitted[f"{clerk.book} {party}"] += parse_eur(said.data["remitted"])


def payment_file(life: Life, day: dt.date) -> None:
    """A town pays by file what is due; now and then the file is stopped before its day."""
    for clerk in life.clerks.values():
        if clerk.operator:
            continue
        people = ("--prepared-by", CERTIFIER, "--released-by", ORDERER)
        stopped = life.chance.random() < 0.2
        on = day + ONE_DAY * life.chance.choice((1, 5)) if stopped else day
        said = clerk.kkd(day, "pay", "--on", str(on), *people)
        items = {one.posten: one for one in clerk.items(day, clerk.party)}
        if said.data.get("payments") and stopped:
            must(
                life,
                clerk,
                day,
                "a run cannot be cancelled",
                "pay",
                "--cancel",
                PurePath(said.data["file"]).stem,
                "--reason",
                "Bank",
                *people,
            )
            return
        for one in said.data.get("payments", ()):
            item = items.get(one["id"])
            if item:
                purpose = Purpose("share", clerk.party, item.year)
                cents = parse_eur(one["amount"])
                life.transfer(day, Transfer(clerk.party, OPERATOR, cents, purpose, "", item.reference))


def remind(life: Life, day: dt.date) -> None:
    """The operator looks who is late; where letters are really set, it writes to them."""
    words = () if life.letters else ("--dry-run",)
    life.clerks[OPERATOR].kkd(day, "remind", "--as-of", str(day), *words)


def reopen(life: Life, day: dt.date) -> None:
    """A closed month has to be opened again."""
    clerk = any_clerk(life)
    month = (day.replace(day=1) - dt.timedelta(life.chance.choice((1, 40, 80)))).strftime("%Y-%m")
    clerk.kkd(day, "reopen", month, "--reason", "Prüfung", "--by", ORDERER, "--and", CERTIFIER)


def year_end(life: Life, day: dt.date) -> None:
    """The year before ends, in any order: closing entries, its state, its months."""
    clerk, year = any_clerk(life), str(day.year - 1)
    if day.year == life.agreed.begins.year:
        return
    deeds: list[Callable[[], object]] = [
        lambda: clerk.year_end(day, year),
        lambda: clerk.kkd(day, "year", year, "vorläufig-abgeschlossen", "--by", ORDERER),
        lambda: clerk.close(day, year),
    ]
    life.chance.shuffle(deeds)
    for deed in deeds[: life.chance.randint(1, 3)]:
        deed()
    if life.chance.random() < 0.3:
        clerk.kkd(day, "year", year, "aufgestellt", "--by", ORDERER)


def any_clerk(life: Life) -> Clerk:
    return life.chance.choice(list(life.clerks.values()))


def any_party(life: Life) -> str:
    return life.chance.choice(list(life.agreed.inhabitants))


def must(life: Life, clerk: Clerk, day: dt.date, what: str, *words: str) -> Said:
    """A way back has to be taken by the command; a refusal is a dead end."""
    said = clerk.kkd(day, *words)
    if said.status > 1:
        life.desk.blame(what, f"{day} kkd {' '.join(words)} → {said.status}: {said.words[:400]}")
    return said


def _number(data: dict[str, object]) -> str:
    """Return the number of the entry that a command has booked, from what it prints."""
    found = re.findall(r'nr: "(\d{4}-\d{6})"', str(data.get("added", "")))
    return found[-1] if found else ""


def _difference(before: str, after: str) -> str:
    return "; ".join(
        f"{a} → {b}" for a, b in zip(before.splitlines(), after.splitlines(), strict=True) if a != b
    )
