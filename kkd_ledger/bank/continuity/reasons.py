"""The German sentences that say why a statement does not fit the known ones, and what to do about it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable
from typing import Final

from kkd_ledger.bank.continuity.statement_pieces import StatementPiece, StatementReading
from kkd_ledger.bank.continuity.subset_sums import SUMS_MAX
from kkd_ledger.bank.statements import Statement
from kkd_ledger.errors import Problem
from kkd_ledger.money import format_eur

_TOLD_MAX: Final = 8


def two_formats(
    statement: Statement, other: StatementPiece, day: dt.date, own: Counter[int], theirs: Counter[int]
) -> Problem:
    """Return what is wrong where another format, or IBAN, told other amounts of a day."""
    kinds = statement.kind != other.kind
    names = (statement.kind, other.kind) if kinds else (statement.account, other.account)
    found = f"{names[0]}: {_sum_of(own)}; als {names[1]} schon gebucht: {_sum_of(theirs)}"
    what = "ein Formatwechsel" if kinds else "ein Wechsel der IBAN"
    allowed = f"dieselben Umsätze, oder {what} an einem Endsaldo (vorher das eine, nachher das andere)"
    return Problem(statement.source, german(day), found, allowed)


def contradiction(statement: Statement) -> Problem:
    """Return what is wrong where a known statement comes with another content."""
    found = f"{_named(statement)} mit anderem Inhalt als der schon gebuchte"
    allowed = "derselbe Inhalt; klären Sie die Abweichung mit der Bank"
    return Problem(statement.source, german(statement.to_day), found, allowed)


def other_lines(statement: Statement, reading: StatementReading) -> Problem:
    """Return what is wrong where days that are known come with other lines or balances."""
    days = f"{german(statement.from_day)} bis {german(statement.to_day)}"
    found, count = "andere Salden als die gebuchten", len(reading.new)
    if count:
        found = f"{_many(count, reading.cents)} neben den gebuchten, was den gebuchten Salden widerspricht"
    allowed = "an schon gebuchten Tagen dieselben Umsätze und Salden; klären Sie die Abweichung mit der Bank"
    return Problem(statement.source, f"{_named(statement)}, {days}", found, allowed)


def in_doubt(statement: Statement, again: StatementReading, goes_on: StatementReading) -> Problem:
    """Return what is in doubt where lines may be told again as well as new: with those, payments cancel out."""
    sure = {line.entry for _, line in again.new}
    lines = [line for _, line in goes_on.new if line.entry not in sure]
    days = sorted({line.booking_day for line in lines})
    told = "; ".join(
        f"{german(day)}: {_amounts(line.amount_cents for line in lines if line.booking_day == day)}"
        for day in days
    )
    found = (
        f"{_many(len(lines), sum(line.amount_cents for line in lines))} ({told}), schon gebucht oder "
        "noch einmal gekommen: Salden und Bankangaben entscheiden es nicht"
    )
    alone = "" if again.new else "hat die Bank sie nur einmal, so kann die Datei weg; "
    return Problem(statement.source, _named(statement), found, f"{_whole(days)}; {alone}{_UNTIL_THEN}")


def was_in_doubt(statement: Statement, other: StatementPiece) -> Problem:
    """Return what is in doubt where a statement joins another that seemed to be told again, or to tell it again."""
    found = (
        f"er schließt nach den Salden an den Auszug vom {german(other.last)} an (von "
        f"{format_eur(other.opening)} auf {format_eur(other.closing)}), der anders eingeordnet "
        "ist: Umsätze, die als schon gebucht galten, können noch einmal gekommen sein"
    )
    allowed = f"{_whole({statement.from_day, other.last})}; bis dahin wird aus der Datei nichts gebucht"
    return Problem(statement.source, _named(statement), found, allowed)


def too_many(statement: Statement) -> Problem:
    """Return what is in doubt where a day has too many entries to try which of them add up to a balance."""
    found = (
        f"mehr als {SUMS_MAX} verschiedene Summen der Umsätze eines Tages, von dem der Auszug nur einen Teil hat: "
        "welche schon gebucht sind, sagen die Salden nicht"
    )
    days = {statement.from_day, statement.to_day}
    return Problem(statement.source, _named(statement), found, f"{_whole(days)}; {_UNTIL_THEN}")


def gap(statement: Statement, expected: Collection[int], what: str, *, closes: bool = False) -> Problem:
    """Return what is wrong where a statement does not join its neighbour; `expected` are that one's cents."""
    own = statement.closing_cents if closes else statement.opening_cents
    assert own is not None
    found = f"{'Endsaldo' if closes else 'Anfangssaldo'} {format_eur(own)}"
    wanted = " oder ".join(map(format_eur, sorted(expected)))
    allowed = f"{wanted}, {what}; vermutlich fehlt ein Auszug dazwischen"
    return Problem(statement.source, _named(statement), found, allowed)


def nowhere(statement: Statement, near: Iterable[StatementPiece]) -> Problem:
    """Return what is wrong where days that are known come with a balance that the account did not have then.

    `near` are the known statements of these days: neither they nor this one is believed more.
    """
    assert statement.opening_cents is not None
    found = (
        f"Anfangssaldo {format_eur(statement.opening_cents)}, den es nach den gebuchten Auszügen nicht gab "
        f"({_told(near)})"
    )
    allowed = "ein Saldo des Kontos an diesem Tag; vermutlich fehlt noch ein Auszug, sonst klären Sie es mit der Bank"
    return Problem(statement.source, f"{_named(statement)} ab {german(statement.from_day)}", found, allowed)


_UNTIL_THEN: Final = "bis dahin wird aus ihr nichts gebucht"


def _whole(days: Iterable[dt.date]) -> str:
    told = " und ".join(map(german, sorted(days)))
    return f"dazu ein Auszug, der {told} ganz enthält (er beginnt davor und endet danach)"


def _told(pieces: Iterable[StatementPiece]) -> str:
    told = [
        f"{german(one.first)} bis {german(one.last)}: {format_eur(one.opening)} bis {format_eur(one.closing)}"
        for one in sorted(pieces, key=lambda one: (one.first, one.last))
    ]
    return "; ".join(told if len(told) <= _TOLD_MAX else [*told[:_TOLD_MAX], "…"])


def _sum_of(amounts: Counter[int]) -> str:
    return _many(sum(amounts.values()), sum(cents * times for cents, times in amounts.items()))


def _many(count: int, cents: int) -> str:
    return f"{count} {'Umsatz' if count == 1 else 'Umsätze'} über {format_eur(cents)}"


def _amounts(cents: Iterable[int]) -> str:
    told = [format_eur(one) for one in cents]
    return ", ".join(told if len(told) <= _TOLD_MAX else [*told[:_TOLD_MAX], "…"])


def _named(statement: Statement) -> str:
    return f"Auszug {statement.sequence or statement.identity}"


def german(day: dt.date) -> str:
    """Return a day as Germans write it."""
    return f"{day:%d.%m.%Y}"
