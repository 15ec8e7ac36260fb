"""Second thoughts: whatever a command has written is taken back by another one, whoever did it and however late."""

from __future__ import annotations

import datetime as dt
import re

from tests.faults.offices.agreed import OPERATOR
from tests.faults.offices.clerk import CASHIER, GIVEN, ORDER, REVERSALS_MAX
from tests.faults.offices.deeds import any_clerk, any_party, must
from tests.faults.offices.life import Life

_BOOKED = re.compile(r'  nr: "(\d{4}-\d{6})"\n  buchungsart: "([a-z-]+)"')
_FIRST = re.compile(r"zuerst `kkd reverse BUCH (\d{4}-\d{6})\b")
_SETTLED = {"zahlung", "klaerung", "aufrechnung", "rueckgabe", "kostenbeteiligung", "korrektur", "abgrenzung"}


def reverse_anything(life: Life, day: dt.date) -> None:
    """A payment, a clearing, an offset of the last months is reversed; what has to come first is said.

    What is not settled any more is then placed, booked and set off once more.
    """
    clerk = any_clerk(life)
    files = sorted((life.folder / clerk.party).glob("2*/*.beancount"))[-4:]
    booked = [found for file in files for found in _BOOKED.findall(file.read_text("utf-8"))]
    numbers = [number for number, kind in booked if kind in _SETTLED]
    if numbers:
        words = ("reverse", life.chance.choice(numbers), "--reason", "verwechselt", *ORDER)
        clerk.kkd(day, *words)
        clerk.post(day)


def rebooked(life: Life, day: dt.date) -> None:
    """A payment is rebooked to another item of the party, and back."""
    clerk = any_clerk(life)
    items = clerk.items(day, any_party(life) if clerk.operator else clerk.party)
    paid = [one for one in items if one.paid]
    others = [one for one in items if one.open]
    if not (paid and others):
        return
    one, other = life.chance.choice(paid), life.chance.choice(others)
    order = ("--order", "Zahlung verwechselt", *GIVEN)
    said = clerk.kkd(day, "offset", one.posten, other.posten, *order)
    if said.status <= 1 and (cents := said.data.get("moved")):
        back = ("offset", other.posten, one.posten, cents, "--order", "doch richtig", *GIVEN)
        must(life, clerk, day, "a rebooking cannot be taken back", *back)


def written_off(life: Life, day: dt.date) -> None:
    """A claim is written off for the time being, and taken up again."""
    clerk = life.clerks[OPERATOR]
    items = [one for one in clerk.items(day, any_party(life)) if one.open > 0]
    if items:
        item = life.chance.choice(items)
        until = day + dt.timedelta(life.chance.randint(100, 500))
        kind = ("--kind", "niederschlagung")
        words = ("defer", item.posten, str(until), *kind, "--order", "aussichtslos", *GIVEN)
        if clerk.kkd(day, *words).status <= 1 and life.chance.random() < 0.5:
            words = ("defer", item.posten, str(day), "--order", "doch nicht", *GIVEN)
            must(life, clerk, day, "a write-off cannot be ended", *words)


def second_thought(life: Life, day: dt.date) -> None:
    """What was decided about a bank line is taken back: it waits again, and is decided anew."""
    clerk = any_clerk(life)
    if not clerk.decided:
        return
    key = life.chance.choice(sorted(clerk.decided))
    given = ("--by", CASHIER, "--reason", "noch einmal gefragt")
    clerk.kkd(day, "decide", key, life.chance.choice(("--again", "--foreign", "--known")), *given)
    words = ("decide", key, "--again", *given)
    for _ in range(REVERSALS_MAX):  # what was built on it comes first
        said = clerk.kkd(day, *words)
        if said.status <= 1 or ": wartet;" in said.words:
            return
        numbers = _FIRST.findall(said.words)
        if not numbers or not clerk.reverse(day, numbers[0], "vertan"):
            break
    must(life, clerk, day, "a decision cannot be taken back", *words)


def by_hand(life: Life, day: dt.date) -> None:
    """Commands that find nothing to do, or only write letters, leave the books in order."""
    clerk = any_clerk(life)
    for command in life.chance.sample(_HARMLESS, 2):
        if command == "archive" and not life.common(clerk.party):
            continue  # there is nothing of others to leave out
        life.desk.kkd(day, command, clerk.book, "--json")
    if clerk.operator and life.letters:
        clerk.kkd(day, "delta", str(day.year))


_HARMLESS = ("format", "archive", "check", "changes")
