"""A statement as a link of the chain, and what is new in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from kkd_ledger.bank.statements import StatementLine


class Link(NamedTuple):
    """One statement: its key, its format, its days (ISO), number and page, and the balances in cents that it has."""

    key: str
    kind: str
    first: str
    last: str
    number: int | None
    page: int
    opening_cents: int | None
    closing_cents: int | None

    @property
    def balanced(self) -> bool:
        """Whether it has both balances."""
        return self.opening_cents is not None and self.closing_cents is not None

    def meets(self, other: Link) -> bool:
        """Whether it has a day in common with another one."""
        return self.first <= other.last and self.last >= other.first

    def begins_with(self, other: Link) -> bool:
        """Whether both begin on the same day with the same balance."""
        return (self.first, self.opening_cents) == (other.first, other.opening_cents)

    def ends_with(self, other: Link) -> bool:
        """Whether both end on the same day with the same balance."""
        return (self.last, self.closing_cents) == (other.last, other.closing_cents)

    def joins(self, other: Link) -> bool:
        """Whether one of the two goes on where the other ends, within a day."""
        if other.last == self.first and other.closing_cents is not None:
            return other.closing_cents == self.opening_cents
        if other.first == self.last and other.opening_cents is not None:
            return other.opening_cents == self.closing_cents
        return False

    def ends_where(self, other: Link) -> bool:
        """Whether it ends with the balance that another one begins with."""
        return self.closing_cents == other.opening_cents

    def begins_where(self, other: Link) -> bool:
        """Whether it begins with the balance that another one ends with."""
        return self.opening_cents == other.closing_cents

    def is_page_with(self, other: Link) -> bool:
        """Whether both are pages of one statement: then neither has a line of the other."""
        same = (self.kind, self.number) == (other.kind, other.number)
        return bool(same and self.number and self.page != other.page and self.meets(other))

    def comes_before(self, other: Link) -> bool:
        """Whether by number and page, and by its closing, another one of the same format comes directly behind it."""
        return other.comes_behind(self)

    def comes_behind(self, other: Link) -> bool:
        """Whether by number and page, and by its opening, it comes directly behind another one of the same format."""
        if self.kind != other.kind or not self.number or not other.number or not self.meets(other):
            return False
        next_page = self.number == other.number and self.page == other.page + 1
        return next_page or (self.number == other.number + 1 and self.begins_where(other))


class Reading(NamedTuple):
    """One way to read a statement: the new lines in it, each under its key, and the entries known by their keys.

    `late_cents` is the sum of the known ones that the bank dates before the statement's first day.
    """

    new: tuple[tuple[str, StatementLine], ...]
    known: frozenset[str]
    late_cents: int = 0

    @property
    def lines(self) -> tuple[StatementLine, ...]:
        """The new lines without their keys."""
        return tuple(line for _, line in self.new)

    @property
    def cents(self) -> int:
        """The sum of the new lines."""
        return sum(line.amount_cents for _, line in self.new)


def joined(links: Sequence[Link], own: Link) -> tuple[list[Link], list[Link]]:
    """Return what may come before a statement on its first day, and behind it on its last: their balances join.

    Where it and a known one both go on over a day's end, they both have all of its last lines: then the keys say what
    is the same, and nothing can come in between. So it is with a day's beginning. Pages have the days of their whole.
    """
    pages = [one for one in links if (one.first, one.last) == (own.first, own.last)]
    before = [one for one in links if one.last == own.first]
    behind = [one for one in links if one.first == own.last]
    if own.first < own.last and any(one.first <= own.first < one.last for one in links):
        before = pages
    if own.first < own.last and any(one.first < own.last <= one.last for one in links):
        behind = pages
    return reached(before, own, Link.ends_where), reached(behind, own, Link.begins_where)


def reached(links: Sequence[Link], own: Link, joins: Callable[[Link, Link], bool]) -> list[Link]:
    """Return the statements that join one, or one of those that do."""
    found = [own]
    for one in found:
        found += [link for link in links if link not in found and joins(link, one)]
    return found[1:]
