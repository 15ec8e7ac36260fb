"""Which way a statement does not fit the known account: the sentences themselves are in `reasons`."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from kkd_ledger.bank.continuity import reasons
from kkd_ledger.bank.continuity.account import KnownAccount
from kkd_ledger.bank.continuity.bounds import AccountBounds
from kkd_ledger.bank.continuity.statement_pieces import StatementPiece, StatementReading
from kkd_ledger.bank.statements import Statement
from kkd_ledger.errors import Problem, StatementGap, StatementRefused

_DAY: Final = dt.timedelta(1)


class SeenStatement(NamedTuple):
    """A statement as the account sees it.

    `again` is how its keys read it; `foreign` are its days that another format told of, each with a statement that did;
    `apart` are entries that it cannot have; `numbered` those of the statements with the numbers before and behind.
    """

    statement: Statement
    piece: StatementPiece
    again: StatementReading
    foreign: Mapping[dt.date, StatementPiece]
    apart: frozenset[str]
    numbered: frozenset[str]


def misfit(account: KnownAccount, seen: SeenStatement) -> StatementRefused:
    """Return what is wrong: a StatementGap where one in between may be missing, else StatementRefused."""
    assert account.bounds, "what is the first of an account fits"
    problems = told_otherwise(account, seen)
    if _contradicts(account, seen, problems):
        return StatementRefused(problems or [reasons.other_lines(seen.statement, seen.again)])
    own, bounds, near = seen.piece, account.bounds, account.near(seen.piece)
    if near and own.first < bounds.last and own.last > bounds.first:
        return StatementGap([reasons.nowhere(seen.statement, near)])
    if found := _gap(account, bounds, seen):
        return StatementGap([found])
    if seen.again.new and not problems:
        return StatementGap([_opens_otherwise(seen, bounds.ends, bounds.last)])
    return StatementRefused(problems or [reasons.other_lines(seen.statement, seen.again)])


def _contradicts(account: KnownAccount, seen: SeenStatement, problems: Collection[Problem]) -> bool:
    """Whether a statement has new lines on a day that a known one has whole, or tells another one's days otherwise."""
    own = seen.piece
    days = {line.booking_day for _, line in seen.again.new}
    if any(own.first <= day and account.has_whole(day, own) for day in days):
        return True
    return bool(problems) and any(map(own.begins_with, account.near(own)))


def _gap(account: KnownAccount, bounds: AccountBounds, seen: SeenStatement) -> Problem | None:
    """Return which balance a statement does not join, None where it joins the known account."""
    own, entries = seen.piece, account.entries
    if own.first >= bounds.last:
        ends = {end + entries.loose_between(bounds.last + _DAY, own.first) for end in bounds.ends}
        if own.opening not in ends:
            return _opens_otherwise(seen, ends, bounds.last)
    if own.last <= bounds.first:
        starts = {start - entries.loose_between(own.last + _DAY, bounds.first) for start in bounds.starts}
        what = f"der Anfangssaldo vom {reasons.german(bounds.first)}"
        return None if own.closing in starts else reasons.gap(seen.statement, starts, what, closes=True)
    if own.first < bounds.last:
        before = {end - account.moved_after(own.first - _DAY) for end in bounds.ends}
        day = max((one.last for one in account.pieces if one.last < own.first), default=bounds.first)
        return None if own.opening in before else _opens_otherwise(seen, before, day)
    return None


def _opens_otherwise(seen: SeenStatement, expected: Collection[int], day: dt.date) -> Problem:
    return reasons.gap(seen.statement, expected, f"der Endsaldo vom {reasons.german(day)}")


def told_otherwise(account: KnownAccount, seen: SeenStatement) -> list[Problem]:
    """Return the days that another format told with other amounts, unless the two join within such a day."""
    mine, found = amounts_of(seen.statement), []
    for day, other in seen.foreign.items():
        own, theirs = mine[day], account.entries.amounts_on(day)
        if own != theirs and not _joins_on(seen.piece, other, day):
            found.append(reasons.two_formats(seen.statement, other, day, own, theirs))
    return found


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
    found: defaultdict[dt.date, Counter[int]] = defaultdict(Counter)
    for (day, _), cents in entries.items():
        found[day][cents] += 1
    return found
