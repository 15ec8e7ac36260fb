"""What the account keeps of a statement: its facts, the lines that were new in it, one way to read the next."""

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
    """The facts of a statement: key, format, period, number, page, and both balances in cents (None where it has none).

    `account` is the account's IBAN or number as the bank wrote it, which may change. `more` says that further pages
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
        """Return the facts of a statement."""
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
        """Format and account: keys of lines can be compared only between statements that have both in common."""
        return self.kind, self.account

    @property
    def balanced(self) -> bool:
        """Whether the statement has both an opening and a closing balance."""
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
        """Whether the statement is one of several pages, each of which names the period of the whole."""
        return self.page > 1 or self.more

    @property
    def hides_first(self) -> bool:
        """Whether the period merely begins with the earliest line, which the bank may have dated too early."""
        return self.kind == "MT940" or self.page > 1

    @property
    def is_part_of_day(self) -> bool:
        """Whether the period is one day and the two balances differ."""
        return self.first == self.last and self.opening_cents != self.closing_cents

    def meets(self, other: StatementPiece) -> bool:
        """Whether the periods of two statements share a day."""
        return self.first <= other.last and self.last >= other.first

    def may_begin_on(self, day: dt.date) -> bool:
        """Whether the statement begins on a day, or may do so because its first day is only that of a late line."""
        return self.first == day or (self.hides_first and self.first <= day <= self.last)

    def is_page_with(self, other: StatementPiece) -> bool:
        """Whether both are pages of one statement; two pages have no line in common."""
        if (self.form, self.number) != (other.form, other.number) or self.page == other.page:
            return False
        if self.number:
            return self.meets(other)
        same = self.paged and other.paged and (self.first, self.last) == (other.first, other.last)
        return same and self.joins(other)

    def joins(self, other: StatementPiece) -> bool:
        """Whether the opening balance of one of the two is the closing balance of the other."""
        return self.closing_cents == other.opening_cents or self.opening_cents == other.closing_cents

    def begins_with(self, other: StatementPiece) -> bool:
        """Whether both have the same first day and the same opening balance."""
        return (self.first, self.opening_cents) == (other.first, other.opening_cents)

    def is_copy_of(self, other: StatementPiece) -> bool:
        """Whether it has the number, period and balances of a statement of another format."""
        if self.form == other.form or not self.number or self.number != other.number:
            return False
        begins = self.first == other.first or self.hides_first or other.hides_first
        return begins and self.last == other.last and self.has_balances_of(other)

    def has_balances_of(self, other: StatementPiece) -> bool:
        """Whether both have the same opening and the same closing balance."""
        return (self.opening_cents, self.closing_cents) == (other.opening_cents, other.closing_cents)

    def is_next_to(self, other: StatementPiece) -> bool:
        """Whether its number is that before or after the number of another statement of the same format."""
        numbers = self.number or 0, other.number or 0
        return self.form == other.form and all(numbers) and abs(numbers[0] - numbers[1]) == 1

    def follows(self, other: StatementPiece) -> bool:
        """Whether it is the next number or page after another one of the same format, and begins with its closing."""
        if self.kind != other.kind or not self.number or not other.number or not self.meets(other):
            return False
        next_page = self.number == other.number and self.page == other.page + 1
        return next_page or (self.number == other.number + 1 and self.opening_cents == other.closing_cents)

    def goes_on_with_day(self, other: StatementPiece) -> bool:
        """Whether the statement with the number before told the first day so far, from the same opening balance."""
        next_number = self.is_next_to(other) and other.number == (self.number or 0) - 1
        return next_number and other.begins_with(self) and other.is_part_of_day

    def precedes(self, other: StatementPiece) -> bool:
        """Whether another one of the same format is the next number or page, and begins with its closing balance."""
        return other.follows(self)


class TakenStatement(NamedTuple):
    """A statement as it was taken: the key of its content, the lines that were new in it, and how many were known.

    Each line is its key, its booking day and its cents.
    """

    piece: StatementPiece
    content: str
    lines: tuple[tuple[str, dt.date, int], ...]
    known_count: int


class KnownEntry(NamedTuple):
    """A known entry: key, booking day, cents, and the statement that told it first (None: only the books did)."""

    key: str
    day: dt.date
    cents: int
    owner: StatementPiece | None

    @property
    def loose(self) -> bool:
        """Whether only a statement without balances, or only the books, told the entry."""
        return self.owner is None or not self.owner.balanced

    @property
    def late(self) -> bool:
        """Whether the entry is dated before the first day of the statement that told it: it moved the account later."""
        return self.owner is not None and self.day < self.owner.first


class StatementReading(NamedTuple):
    """One way to read a statement: its new lines with their keys, and its lines of known entries by their keys."""

    new: tuple[Keyed, ...]
    retold: Mapping[str, tuple[Keyed, ...]]

    @property
    def lines(self) -> Iterator[StatementLine]:
        """All lines of the statement."""
        yield from (line for keyed in (self.new, *self.retold.values()) for _, line in keyed)

    @property
    def facts(self) -> Counter[StatementLine]:
        """The new lines counted, without their keys and their places in the file."""
        return Counter(replace(line, entry=0) for _, line in self.new)

    @property
    def cents(self) -> int:
        """The sum of the new lines in cents."""
        return sum(line.amount_cents for _, line in self.new)

    @property
    def new_entries(self) -> list[KnownEntry]:
        """The entries that the new lines make up."""
        cents: Counter[tuple[dt.date, str]] = Counter()
        for key, line in self.new:
            cents[line.booking_day, entry_key(key)] += line.amount_cents
        return [KnownEntry(key, day, total, None) for (day, key), total in cents.items()]

    def with_twins(self, twins: Collection[str]) -> StatementReading:
        """Return the reading in which some known entries occur a second time (true twins): their lines are new."""
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
