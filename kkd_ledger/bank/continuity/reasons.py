"""The reasons why a statement waits, one function each, with their German sentences."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from kkd_ledger import german
from kkd_ledger.bank.continuity.statement_pieces import StatementPiece, StatementReading
from kkd_ledger.bank.continuity.subset_sums import SUMS_MAX
from kkd_ledger.bank.continuity.waiting import (
    BalanceInDoubt,
    SettlingStatement,
    StatementBalance,
    WaitingKind,
    WaitingReason,
    any_of,
    piece_text,
    statement_name,
)
from kkd_ledger.bank.statements import Statement
from kkd_ledger.money import format_eur

_PIECES_MAX: Final = 8
_UNTIL_THEN: Final = "bis dahin wird aus der Datei nichts gebucht"
_NEITHER: Final = "keiner von beiden gilt von selbst; klären Sie es mit der Bank, eine Person entscheidet"

# ----------------------------------------------------------------------------------- another statement says otherwise


def two_formats(
    statement: Statement, other: StatementPiece, day: dt.date, own: Counter[int], theirs: Counter[int]
) -> WaitingReason:
    """Return the reason that a statement of another format, or IBAN, told other amounts of a day."""
    kinds = statement.kind != other.kind
    names = (statement.kind, other.kind) if kinds else (statement.account, other.account)
    observed = f"{names[0]}: {_sum_of(own)}; als {names[1]} bekannt: {_sum_of(theirs)} ({piece_text(other)})"
    what = "ein Formatwechsel" if kinds else "ein Wechsel der IBAN"
    allowed = (
        f"dieselben Umsätze, oder {what} an einem Endsaldo (vorher das eine, nachher das andere); {_NEITHER}"
    )
    lines = tuple(line for line in statement.lines if line.booked and line.booking_day == day)
    return WaitingReason(
        WaitingKind.OTHER_FORMAT, statement, german.day(day), observed, allowed, lines=lines, against=(other,)
    )


def other_content(statement: Statement, before: StatementPiece) -> WaitingReason:
    """Return the reason that a known statement comes again with another content."""
    observed = f"{statement_name(statement)} mit anderem Inhalt als der bekannte ({piece_text(before)})"
    lines = tuple(line for line in statement.lines if line.booked)
    return WaitingReason(
        WaitingKind.OTHER_CONTENT,
        statement,
        german.day(statement.to_day),
        observed,
        f"derselbe Inhalt; {_NEITHER}",
        lines=lines,
        against=(before,),
    )


def other_lines(
    statement: Statement, reading: StatementReading, against: Iterable[StatementPiece]
) -> WaitingReason:
    """Return the reason that known days come with other lines or balances."""
    days = f"{german.day(statement.from_day)} bis {german.day(statement.to_day)}"
    pieces, what = tuple(against), "andere Salden als die bekannten"
    if count := len(reading.new):
        what = f"{_many(count, reading.cents)} neben den bekannten, was deren Salden widerspricht"
    return WaitingReason(
        WaitingKind.OTHER_LINES,
        statement,
        f"{statement_name(statement)}, {days}",
        f"{what} ({_pieces(pieces)})" if pieces else what,
        f"an bekannten Tagen dieselben Umsätze und Salden; {_NEITHER}",
        lines=tuple(line for _, line in reading.new),
        against=pieces,
    )


def contradicted(statement: Statement, by: Iterable[StatementPiece]) -> WaitingReason:
    """Return the reason that another statement of the same run contradicts it, while each of the two fits alone."""
    pieces = tuple(by)
    return WaitingReason(
        WaitingKind.CONTRADICTED,
        statement,
        statement_name(statement),
        f"ein anderer Auszug, der mit ihm eingeht, sagt anderes ({_pieces(pieces)})",
        f"einer von beiden; {_NEITHER}",
        lines=tuple(line for line in statement.lines if line.booked),
        against=pieces,
    )


# ------------------------------------------------------------------------------------- more than one reading is right


def new_or_known(
    statement: Statement, again: StatementReading, newest: StatementReading, against: Iterable[StatementPiece]
) -> WaitingReason:
    """Return the reason that some lines may be new as well as known: they cancel out, so the balances allow both."""
    sure = {line.entry for _, line in again.new}
    lines = tuple(line for _, line in newest.new if line.entry not in sure)
    days = sorted({line.booking_day for line in lines})
    amounts = "; ".join(
        f"{german.day(day)}: {_amounts(line.amount_cents for line in lines if line.booking_day == day)}"
        for day in days
    )
    observed = (
        f"{_many(len(lines), sum(line.amount_cents for line in lines))} ({amounts}), schon gebucht oder "
        "noch einmal gekommen: Salden und Bankangaben entscheiden es nicht"
    )
    settled_by = SettlingStatement(tuple(days))
    alone = "" if again.new else "hat die Bank sie nur einmal, so kann die Datei weg; "
    return WaitingReason(
        WaitingKind.NEW_OR_KNOWN,
        statement,
        statement_name(statement),
        observed,
        f"dazu {settled_by.text}; {alone}{_UNTIL_THEN}",
        lines=lines,
        against=tuple(against),
        settled_by=settled_by,
    )


def joins_retold(statement: Statement, other: StatementPiece) -> WaitingReason:
    """Return the reason that a statement joins another one of which one or the other may wrongly be taken for known."""
    observed = (
        f"er schließt nach den Salden an den Auszug vom {german.day(other.last)} an (von "
        f"{format_eur(other.opening)} auf {format_eur(other.closing)}), der anders eingeordnet "
        "ist: Umsätze, die als schon gebucht galten, können noch einmal gekommen sein"
    )
    return _joining(statement, (other,), observed, {statement.from_day, other.last})


def lies_between(statement: Statement, others: Iterable[StatementPiece]) -> WaitingReason:
    """Return the reason that a statement joins two known ones, of which some were taken for told again: `others`."""
    assert statement.opening_cents is not None, "it joins them by its balances"
    assert statement.closing_cents is not None, "it joins them by its balances"
    pieces, cents = tuple(others), statement.opening_cents - statement.closing_cents
    observed = (
        f"er schließt nach den Salden zwei bekannte Auszüge aneinander an; zusammen {format_eur(cents)}, die als schon "
        f"gebucht galten, sind dann noch einmal gekommen und fehlen ({_pieces(pieces)})"
    )
    days = {statement.from_day, statement.to_day}
    return replace(_joining(statement, pieces, observed, days), once_more_cents=cents)


def _joining(
    statement: Statement, against: tuple[StatementPiece, ...], observed: str, days: set[dt.date]
) -> WaitingReason:
    settled_by = SettlingStatement(tuple(sorted(days)))
    return WaitingReason(
        WaitingKind.JOINS_RETOLD,
        statement,
        statement_name(statement),
        observed,
        f"dazu {settled_by.text}; {_UNTIL_THEN}",
        lines=tuple(line for line in statement.lines if line.booked),
        against=against,
        settled_by=settled_by,
    )


def too_many(statement: Statement, again: StatementReading) -> WaitingReason:
    """Return the reason that a day has more entries than can be tried for adding up to a balance."""
    observed = (
        f"mehr als {SUMS_MAX} verschiedene Summen der Umsätze eines Tages, von dem der Auszug nur einen Teil hat: "
        "welche schon gebucht sind, sagen die Salden nicht"
    )
    settled_by = SettlingStatement(tuple(sorted({statement.from_day, statement.to_day})))
    return WaitingReason(
        WaitingKind.TOO_MANY_SUMS,
        statement,
        statement_name(statement),
        observed,
        f"dazu {settled_by.text}; {_UNTIL_THEN}",
        lines=tuple(line for keyed in again.retold.values() for _, line in keyed),
        settled_by=settled_by,
    )


# ------------------------------------------------------------------------------------------- a balance that fits none


def not_joined(statement: Statement, balance: BalanceInDoubt, settled_by: SettlingStatement) -> WaitingReason:
    """Return the reason that a statement does not join the one before or after it."""
    allowed = f"{any_of(balance.expected)}, {balance.whose}; vermutlich fehlt ein Auszug dazwischen"
    return WaitingReason(
        WaitingKind.NOT_JOINED,
        statement,
        statement_name(statement),
        balance.text,
        allowed,
        balance=balance,
        settled_by=settled_by,
    )


def books_differ(statement: Statement, books_cents: int, *, is_first: bool) -> WaitingReason:
    """Return the reason that the books of a dedicated account hold another balance than the statement begins with."""
    assert statement.opening_cents is not None, "only a balance can differ from the books"
    whose = "der Stand der Bücher davor (auch eine Bewegung, die von Hand gebucht ist, ändert ihn)"
    if is_first:
        whose = (
            "der Stand der Bücher davor; ist es der erste Auszug, so trägt `kkd opening BUCH BETRAG "
            "--reason GRUND --by NAME` ein, was auf dem Konto lag"
        )
    balance = BalanceInDoubt(StatementBalance.OPENING, statement.opening_cents, (books_cents,), whose)
    allowed = f"{format_eur(books_cents)}, {whose}; vermutlich fehlt ein Auszug dazwischen"
    observed = balance.text
    return WaitingReason(
        WaitingKind.BOOKS_DIFFER, statement, statement_name(statement), observed, allowed, balance=balance
    )


def no_such_balance(statement: Statement, near: Iterable[StatementPiece]) -> WaitingReason:
    """Return the reason that a statement has a balance which the account did not have on that day.

    `near` are the known statements of its days; they are not believed more than this one.
    """
    assert statement.opening_cents is not None, "only a balance can be one that there never was"
    pieces = tuple(near)
    amount = format_eur(statement.opening_cents)
    observed = f"Anfangssaldo {amount}, den es nach den bekannten Auszügen nicht gab ({_pieces(pieces)})"
    days = tuple(sorted({statement.from_day, statement.to_day}))
    return WaitingReason(
        WaitingKind.NO_SUCH_BALANCE,
        statement,
        f"{statement_name(statement)} ab {german.day(statement.from_day)}",
        observed,
        "ein Saldo des Kontos an diesem Tag; vermutlich fehlt noch ein Auszug, sonst klären Sie es mit der Bank",
        balance=BalanceInDoubt(
            StatementBalance.OPENING, statement.opening_cents, (), "keiner, den es an diesem Tag gab"
        ),
        lines=tuple(line for line in statement.lines if line.booked),
        against=pieces,
        settled_by=SettlingStatement(days),
    )


def _pieces(pieces: Iterable[StatementPiece]) -> str:
    texts = [piece_text(piece) for piece in sorted(pieces, key=lambda piece: (piece.first, piece.last))]
    return "; ".join(texts if len(texts) <= _PIECES_MAX else [*texts[:_PIECES_MAX], "…"])


def _sum_of(amounts: Counter[int]) -> str:
    return _many(amounts.total(), sum(cents * times for cents, times in amounts.items()))


def _many(number: int, cents: int) -> str:
    return f"{german.count(number, 'Umsatz', 'Umsätze')} über {format_eur(cents)}"


def _amounts(cents: Iterable[int]) -> str:
    texts = [format_eur(amount) for amount in cents]
    return ", ".join(texts if len(texts) <= _PIECES_MAX else [*texts[:_PIECES_MAX], "…"])
