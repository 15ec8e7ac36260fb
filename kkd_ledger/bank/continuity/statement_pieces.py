"""A statement as a piece of the account, what was taken of it, and one way to read a further one."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple, TypeAlias

from kkd_ledger.bank.line_keys import entry_key, statement_key
from kkd_ledger.bank.statements import Statement, StatementLine

Keyed: TypeAlias = tuple[str, StatementLine]


class StatementPiece(NamedTuple):
    """A statement: its key, its format, its days, number and page, and the balances in cents that it has.

    `account` is what the bank calls the account, which may change (another IBAN). `more` says that further pages
    follow.
    """

    key: str
    kind: str
    account: str
    first: dt.date
    last: dt.date
    number: int | None
    page: int
    more: bool
    opening_cents: int | None
    closing_cents: int | None

    @classmethod
    def of(cls, statement: Statement) -> StatementPiece:
        """Return a statement as a piece of its account."""
        return cls(
            statement_key(statement),
            statement.kind,
            statement.account,
            statement.from_day,
            statement.to_day,
            statement.sequence,
            statement.page or 1,
            not statement.last_page,
            statement.opening_cents,
            statement.closing_cents,
        )

    @property
    def form(self) -> tuple[str, str]:
        """What keys are made of beside the lines: those of two formats, or of two IBANs, cannot be compared."""
        return self.kind, self.account

    @property
    def balanced(self) -> bool:
        """Whether it has both balances."""
        return self.opening_cents is not None and self.closing_cents is not None

    @property
    def opening(self) -> int:
        """The opening balance of a balanced piece, in cents."""
        assert self.opening_cents is not None, "only a balanced piece is placed"
        return self.opening_cents

    @property
    def closing(self) -> int:
        """The closing balance of a balanced piece, in cents."""
        assert self.closing_cents is not None, "only a balanced piece is placed"
        return self.closing_cents

    @property
    def paged(self) -> bool:
        """Whether it is one of several pages: the days that it names are those of them all."""
        return self.page > 1 or self.more

    @property
    def hides_first(self) -> bool:
        """Whether its first day is only that of its earliest line, which the bank may have dated too early."""
        return self.kind == "MT940" or self.page > 1

    @property
    def is_part_of_day(self) -> bool:
        """Whether it tells of one day, and what it tells moved the account."""
        return self.first == self.last and self.opening_cents != self.closing_cents

    def meets(self, other: StatementPiece) -> bool:
        """Whether it has a day in common with another one."""
        return self.first <= other.last and self.last >= other.first

    def may_begin_on(self, day: dt.date) -> bool:
        """Whether it begins on a day, or may."""
        return self.first == day or (self.hides_first and self.first <= day <= self.last)

    def is_page_with(self, other: StatementPiece) -> bool:
        """Whether both are pages of one statement: then neither has a line of the other."""
        if (self.form, self.number) != (other.form, other.number) or self.page == other.page:
            return False
        if self.number:
            return self.meets(other)
        same = self.paged and other.paged and (self.first, self.last) == (other.first, other.last)
        return same and self.joins(other)

    def joins(self, other: StatementPiece) -> bool:
        """Whether, by the balances, it goes on where another one ends, or ends where that one begins."""
        return self.closing_cents == other.opening_cents or self.opening_cents == other.closing_cents

    def begins_with(self, other: StatementPiece) -> bool:
        """Whether both begin on the same day with the same balance."""
        return (self.first, self.opening_cents) == (other.first, other.opening_cents)

    def is_copy_of(self, other: StatementPiece) -> bool:
        """Whether it has the number, days and balances of a statement of another format."""
        if self.form == other.form or not self.number or self.number != other.number:
            return False
        begins = self.first == other.first or self.hides_first or other.hides_first
        return begins and self.last == other.last and self.has_balances_of(other)

    def has_balances_of(self, other: StatementPiece) -> bool:
        """Whether it leads from the same balance to the same balance as another one."""
        return (self.opening_cents, self.closing_cents) == (other.opening_cents, other.closing_cents)

    def is_next_to(self, other: StatementPiece) -> bool:
        """Whether it has the number before or behind another one of the same format."""
        numbers = self.number or 0, other.number or 0
        return self.form == other.form and all(numbers) and abs(numbers[0] - numbers[1]) == 1

    def follows(self, other: StatementPiece) -> bool:
        """Whether by number and page, and by its opening, it comes directly behind another one of the same format."""
        if self.kind != other.kind or not self.number or not other.number or not self.meets(other):
            return False
        next_page = self.number == other.number and self.page == other.page + 1
        return next_page or (self.number == other.number + 1 and self.opening_cents == other.closing_cents)

    def goes_on_with_day(self, other: StatementPiece) -> bool:
        """Whether another one, with the number before, told its first day so far, from the same balance."""
        next_number = self.is_next_to(other) and other.number == (self.number or 0) - 1
        return next_number and other.begins_with(self) and other.is_part_of_day

    def precedes(self, other: StatementPiece) -> bool:
        """Whether another one of the same format comes directly behind it by number and page, and by its opening."""
        return other.follows(self)


class TakenStatement(NamedTuple):
    """A statement that was taken: what it said (`content`), the lines that were new in it, how many were known.

    A line is its key, its day and its cents.
    """

    piece: StatementPiece
    content: str
    lines: tuple[tuple[str, dt.date, int], ...]
    known_count: int


class KnownEntry(NamedTuple):
    """A known entry: its key, the bank's day of it, its cents, and who told of it first (None: only the books)."""

    key: str
    day: dt.date
    cents: int
    owner: StatementPiece | None

    @property
    def loose(self) -> bool:
        """Whether only a statement without balances, or the books, told of it."""
        return self.owner is None or not self.owner.balanced

    @property
    def late(self) -> bool:
        """Whether the bank dates it before the statement that told of it: it moved the account later."""
        return self.owner is not None and self.day < self.owner.first


class StatementReading(NamedTuple):
    """One way to read a statement: the new lines in it, each under its key, and its lines of each known entry."""

    new: tuple[Keyed, ...]
    retold: Mapping[str, tuple[Keyed, ...]]

    @property
    def lines(self) -> Iterator[StatementLine]:
        """All lines of the statement."""
        yield from (line for keyed in (self.new, *self.retold.values()) for _, line in keyed)

    @property
    def facts(self) -> Counter[StatementLine]:
        """The new lines, without their keys and their places in the file."""
        return Counter(replace(line, entry=0) for _, line in self.new)

    @property
    def cents(self) -> int:
        """The sum of the new lines."""
        return sum(line.amount_cents for _, line in self.new)

    @property
    def new_entries(self) -> list[KnownEntry]:
        """The entries of the new lines: nobody told of them before."""
        cents: Counter[tuple[dt.date, str]] = Counter()
        for key, line in self.new:
            cents[line.booking_day, entry_key(key)] += line.amount_cents
        return [KnownEntry(key, day, total, None) for (day, key), total in cents.items()]

    def with_twins(self, twins: Collection[str]) -> StatementReading:
        """Return it with the lines of some known entries as new ones: they are those entries' true twins."""
        if not twins:
            return self
        lines = (
            keyed for entry, keyed_lines in self.retold.items() if entry in twins for keyed in keyed_lines
        )
        retold = {entry: lines for entry, lines in self.retold.items() if entry not in twins}
        return StatementReading((*self.new, *lines), retold)


def booked_days(statement: Statement) -> set[dt.date]:
    """Return the booking days of a statement's booked lines."""
    return {line.booking_day for line in statement.lines if line.booked}
