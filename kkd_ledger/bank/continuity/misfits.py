"""Why a statement that no reading makes fit has to wait: which of the reasons in `reasons` it is."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from kkd_ledger import german
from kkd_ledger.bank.continuity import reasons
from kkd_ledger.bank.continuity.account import KnownAccount
from kkd_ledger.bank.continuity.bounds import AccountBounds
from kkd_ledger.bank.continuity.doubts import retold_around
from kkd_ledger.bank.continuity.statement_pieces import StatementPiece, StatementReading, booked_days
from kkd_ledger.bank.continuity.waiting import (
    BalanceInDoubt,
    SettlingStatement,
    StatementBalance,
    StatementWaits,
    WaitingReason,
)
from kkd_ledger.bank.statements import Statement

_DAY: Final = dt.timedelta(1)


class SeenStatement(NamedTuple):
    """A statement beside the known account.

    `again` is its reading by keys. `foreign` are its days that a statement of another format told, each with that
    statement. `apart` are keys of known entries that it certainly does not have. `numbered` are those of the statements
    with the number before and after its own.
    """

    statement: Statement
    piece: StatementPiece
    again: StatementReading
    foreign: Mapping[dt.date, StatementPiece]
    apart: frozenset[str]
    numbered: frozenset[str]


def misfit(account: KnownAccount, seen: SeenStatement) -> StatementWaits:
    """Return why a statement waits that no reading makes fit: it contradicts a known one, or one is missing."""
    bounds, own = account.bounds, seen.piece
    assert bounds, "what is the first of an account fits"
    otherwise = told_otherwise(account, seen) or [has_other_lines(account, seen)]
    if _contradicts(account, seen):
        return StatementWaits(otherwise)
    near = account.near(own)
    if near and own.first < bounds.last and own.last > bounds.first:
        if others := retold_around(account, own):
            return StatementWaits([reasons.lies_between(seen.statement, others)])
        began_so = own.opening in account.balances_after(own.first - _DAY)
        return StatementWaits(otherwise if began_so else [reasons.no_such_balance(seen.statement, near)])
    if gap := _gap(account, bounds, seen):
        return StatementWaits([gap])
    return StatementWaits(otherwise)


def has_other_lines(account: KnownAccount, seen: SeenStatement) -> WaitingReason:
    """Return the reason that a statement has other lines or balances than the known statements of its days."""
    days = {line.booking_day for _, line in seen.again.new} or booked_days(seen.statement)
    whole = (
        piece for piece in account.near(seen.piece) if any(piece.first <= day <= piece.last for day in days)
    )
    against = dict.fromkeys([*whole, *account.entries.tellers(sorted(days))])
    return reasons.other_lines(seen.statement, seen.again, against)


def _contradicts(account: KnownAccount, seen: SeenStatement) -> bool:
    """Whether a statement has new lines on a day that a known one has whole, or tells another one's days otherwise."""
    own = seen.piece
    days = {line.booking_day for _, line in seen.again.new}
    if any(own.first <= day and account.has_whole(day, own) for day in days):
        return True
    return bool(told_otherwise(account, seen)) and any(map(own.begins_with, account.near(own)))


def _gap(account: KnownAccount, bounds: AccountBounds, seen: SeenStatement) -> WaitingReason | None:
    """Return which balance a statement does not join, None where it joins the known account."""
    if seen.piece.first >= bounds.last and (gap := _behind_end(account, bounds, seen)):
        return gap
    if seen.piece.last <= bounds.first:
        return _before_beginning(account, bounds, seen)
    if seen.piece.first < bounds.last:
        return _in_between(account, bounds, seen)
    return None


def _behind_end(account: KnownAccount, bounds: AccountBounds, seen: SeenStatement) -> WaitingReason | None:
    own = seen.piece
    loose = account.entries.loose_between(bounds.last + _DAY, own.first)
    ends = {end + loose for end in bounds.ends}
    return None if own.opening in ends else _opens_otherwise(seen, ends, bounds.last)


def _before_beginning(
    account: KnownAccount, bounds: AccountBounds, seen: SeenStatement
) -> WaitingReason | None:
    own = seen.piece
    loose = account.entries.loose_between(own.last + _DAY, bounds.first)
    starts = {start - loose for start in bounds.starts}
    if own.closing in starts:
        return None
    whose = f"der Anfangssaldo vom {german.day(bounds.first)}"
    balance = BalanceInDoubt(StatementBalance.CLOSING, own.closing, tuple(sorted(starts)), whose)
    missing = SettlingStatement((own.last, bounds.first), (own.closing,), balance.expected)
    return reasons.not_joined(seen.statement, balance, missing)


def _in_between(account: KnownAccount, bounds: AccountBounds, seen: SeenStatement) -> WaitingReason | None:
    """Return which balance does not join on days between known statements of which none of them tells."""
    own = seen.piece
    before = account.balances_after(own.first - _DAY)
    if own.opening not in before:
        day = max((piece.last for piece in account.pieces if piece.last < own.first), default=bounds.first)
        return _opens_otherwise(seen, before, day)
    after = tuple(sorted(account.balances_after(own.last)))
    behind = min((piece.first for piece in account.pieces if piece.first > own.last), default=None)
    if behind is None or own.closing in after:
        return None
    whose = f"der Saldo vor dem {german.day(behind)}"
    balance = BalanceInDoubt(StatementBalance.CLOSING, own.closing, after, whose)
    return reasons.not_joined(
        seen.statement, balance, SettlingStatement((own.last, behind), (own.closing,), after)
    )


def _opens_otherwise(seen: SeenStatement, expected: Collection[int], day: dt.date) -> WaitingReason:
    own, whose = seen.piece, f"der Endsaldo vom {german.day(day)}"
    balance = BalanceInDoubt(StatementBalance.OPENING, own.opening, tuple(sorted(expected)), whose)
    missing = SettlingStatement((day, max(day, own.first)), balance.expected, (own.opening,))
    return reasons.not_joined(seen.statement, balance, missing)


def told_otherwise(account: KnownAccount, seen: SeenStatement) -> list[WaitingReason]:
    """Return the reasons for days told by another format with other amounts; none where the two join that day."""
    amounts, otherwise = amounts_of(seen.statement), []
    for day, other in seen.foreign.items():
        own, theirs = amounts[day], account.entries.amounts_on(day)
        if own != theirs and not _joins_on(seen.piece, other, day):
            otherwise.append(reasons.two_formats(seen.statement, other, day, own, theirs))
    return otherwise


def _joins_on(own: StatementPiece, other: StatementPiece, day: dt.date) -> bool:
    """Whether one of two statements goes on, within a day, where the other one ends."""
    behind = other.last == own.first == day and other.closing_cents is not None
    before = other.first == own.last == day and other.opening_cents is not None
    return (behind and other.closing_cents == own.opening_cents) or (
        before and other.opening_cents == own.closing_cents
    )


def amounts_of(statement: Statement) -> defaultdict[dt.date, Counter[int]]:
    """Return the amounts of the booked entries by day."""
    entries: Counter[tuple[dt.date, int]] = Counter()
    for line in statement.lines:
        if line.booked:
            entries[line.booking_day, line.entry] += line.amount_cents
    amounts: defaultdict[dt.date, Counter[int]] = defaultdict(Counter)
    for (day, _), cents in entries.items():
        amounts[day][cents] += 1
    return amounts


def contradict(statement: Statement, other: Statement) -> bool:
    """Whether two statements cannot both be right: they differ on a day that both have whole, or have the same period.

    Two of the same period may both be right where the second goes on where the first ends, or tells the same day later
    with more lines.
    """
    own, theirs = amounts_of(statement), amounts_of(other)
    begin, end = max(statement.from_day, other.from_day), min(statement.to_day, other.to_day)
    if any(own[day] != theirs[day] for day in {*own, *theirs} if begin < day < end):
        return True
    pieces = StatementPiece.of(statement), StatementPiece.of(other)
    if not _have_same_days(*pieces) or pieces[0].joins(pieces[1]):
        return False
    entries = [
        Counter((day, cents) for day in days for cents in days[day].elements()) for days in (own, theirs)
    ]
    return not (entries[0] <= entries[1] or entries[1] <= entries[0])


def _have_same_days(own: StatementPiece, other: StatementPiece) -> bool:
    begin = own.first == other.first or own.hides_first or other.hides_first
    return begin and own.last == other.last
