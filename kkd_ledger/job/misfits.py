"""Why a statement does not fit the known ones, and what to do about it, in German."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection

from kkd_ledger.bank.statements import Statement
from kkd_ledger.errors import Problem
from kkd_ledger.money import format_eur


def two_formats(
    statement: Statement, kind: str, day: str, own: Counter[int], theirs: Counter[int]
) -> Problem:
    """Return what is wrong where another format told other amounts of a day."""
    found = f"{statement.kind}: {_sum_of(own)}; als {kind} schon gebucht: {_sum_of(theirs)}"
    allowed = (
        "dieselben Umsätze, oder ein Formatwechsel an einem Endsaldo (vorher das eine, nachher das andere)"
    )
    return Problem(statement.source, german(day), found, allowed)


def _sum_of(amounts: Counter[int]) -> str:
    return _many(sum(amounts.values()), sum(cents * times for cents, times in amounts.items()))


def _many(count: int, cents: int) -> str:
    return f"{count} {'Umsatz' if count == 1 else 'Umsätze'} über {format_eur(cents)}"


def contradiction(statement: Statement) -> Problem:
    """Return what is wrong where a known statement comes with another content."""
    found = f"{_named(statement)} mit anderem Inhalt als der schon gebuchte"
    allowed = "derselbe Inhalt; klären Sie die Abweichung mit der Bank"
    return Problem(statement.source, _day(statement.to_day), found, allowed)


def other_lines(statement: Statement, count: int, cents: int) -> Problem:
    """Return what is wrong where days that are known come with other lines or balances."""
    days = f"{_day(statement.from_day)} bis {_day(statement.to_day)}"
    found = "andere Salden als die gebuchten"
    if count:
        found = f"{_many(count, cents)} neben den gebuchten, was den gebuchten Salden widerspricht"
    allowed = "an schon gebuchten Tagen dieselben Umsätze und Salden; klären Sie die Abweichung mit der Bank"
    return Problem(statement.source, f"{_named(statement)}, {days}", found, allowed)


def gap(statement: Statement, expected: Collection[int], what: str, *, closes: bool = False) -> Problem:
    """Return what is wrong where a statement does not join its neighbour; `expected` are that one's cents."""
    assert statement.opening_cents is not None
    assert statement.closing_cents is not None
    own = format_eur(statement.closing_cents if closes else statement.opening_cents)
    found = f"{'Endsaldo' if closes else 'Anfangssaldo'} {own}"
    wanted = " oder ".join(map(format_eur, sorted(expected)))
    allowed = f"{wanted}, {what}; vermutlich fehlt ein Auszug dazwischen"
    return Problem(statement.source, _named(statement), found, allowed)


def nowhere(statement: Statement) -> Problem:
    """Return what is wrong where days that are known come with a balance that the account did not have then."""
    assert statement.opening_cents is not None
    found = (
        f"Anfangssaldo {format_eur(statement.opening_cents)}, den es nach den gebuchten Auszügen nicht gab"
    )
    allowed = "ein Saldo des Kontos an diesem Tag; vermutlich fehlt noch ein Auszug, sonst klären Sie es mit der Bank"
    return Problem(statement.source, f"{_named(statement)} ab {_day(statement.from_day)}", found, allowed)


def _named(statement: Statement) -> str:
    return f"Auszug {statement.sequence or statement.identity}"


def german(day: str) -> str:
    """Return an ISO day as Germans write it."""
    return _day(dt.date.fromisoformat(day))


def _day(day: dt.date) -> str:
    return f"{day:%d.%m.%Y}"
