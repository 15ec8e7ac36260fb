"""Why a statement does not fit the known ones, and what to do about it, in German."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable
from typing import Final

from kkd_ledger.bank.statements import Statement
from kkd_ledger.errors import Problem
from kkd_ledger.money import format_eur
from kkd_ledger.work.continuity.statement_links import StatementLink, StatementReading

_TOLD_MAX: Final = 8


def two_formats(
    statement: Statement, other: StatementLink, day: str, own: Counter[int], theirs: Counter[int]
) -> Problem:
    """Return what is wrong where another format, or IBAN, told other amounts of a day."""
    kinds = statement.kind != other.kind
    names = (statement.kind, other.kind) if kinds else (statement.account, other.account)
    found = f"{names[0]}: {_sum_of(own)}; als {names[1]} schon gebucht: {_sum_of(theirs)}"
    what = "ein Formatwechsel" if kinds else "ein Wechsel der IBAN"
    allowed = f"dieselben Umsätze, oder {what} an einem Endsaldo (vorher das eine, nachher das andere)"
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


def in_doubt(statement: Statement, again: StatementReading, goes_on: StatementReading) -> Problem:
    """Return what is in doubt where lines may be told again as well as new: with those, payments cancel out."""
    sure = {line.entry for _, line in again.new}
    lines = [line for _, line in goes_on.new if line.entry not in sure]
    days = sorted({line.booking_day for line in lines})
    told = "; ".join(
        f"{_day(day)}: {_amounts(line.amount_cents for line in lines if line.booking_day == day)}"
        for day in days
    )
    found = (
        f"{_many(len(lines), sum(line.amount_cents for line in lines))} ({told}), schon gebucht oder "
        "noch einmal gekommen: Salden und Bankangaben entscheiden es nicht"
    )
    allowed = (
        f"dazu ein Auszug, der {' und '.join(map(_day, days))} ganz enthält (er beginnt davor und endet danach); "
        f"{'' if again.new else 'hat die Bank sie nur einmal, so kann die Datei weg; '}"
        "bis dahin wird aus ihr nichts gebucht"
    )
    return Problem(statement.source, _named(statement), found, allowed)


def was_in_doubt(statement: Statement, other: StatementLink) -> Problem:
    """Return what is in doubt where a statement joins another that seemed to be told again, or to tell it again."""
    found = (
        f"er schließt nach den Salden an den Auszug vom {german(other.last)} an (von "
        f"{format_eur(other.opening_cents or 0)} auf {format_eur(other.closing_cents or 0)}), der anders eingeordnet "
        "ist: Umsätze, die als schon gebucht galten, können noch einmal gekommen sein"
    )
    days = {german(statement.from_day.isoformat()), german(other.last)}
    allowed = (
        f"dazu ein Auszug, der {' und '.join(sorted(days))} ganz enthält (er beginnt davor und endet danach); "
        "bis dahin wird aus der Datei nichts gebucht"
    )
    return Problem(statement.source, _named(statement), found, allowed)


def _amounts(cents: Iterable[int]) -> str:
    told = [format_eur(one) for one in cents]
    return ", ".join(told if len(told) <= _TOLD_MAX else [*told[:_TOLD_MAX], "…"])


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
