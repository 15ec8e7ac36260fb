"""A statement as a link of the chain, and what is new in it."""

from __future__ import annotations

from collections.abc import Sequence
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

    def is_next_to(self, other: Link) -> bool:
        """Whether the other one has the next number and begins where this one ends, or the other way round."""
        if self.kind != other.kind or not self.number or not other.number:
            return False
        steps = {1: self.closing_cents == other.opening_cents, -1: self.opening_cents == other.closing_cents}
        return steps.get(other.number - self.number, False)

    def is_page_with(self, other: Link) -> bool:
        """Whether both are pages of one statement: then neither has a line of the other."""
        same = (self.kind, self.number) == (other.kind, other.number)
        return bool(same and self.number and self.page != other.page and self.meets(other))


class Reading(NamedTuple):
    """One way to read a statement: the new lines in it, each under its key, and the entries known by their keys.

    `late_cents` is the sum of the known ones that the bank dates before the statement's first day.
    """

    new: tuple[tuple[str, StatementLine], ...]
    known: frozenset[str]
    late_cents: int = 0

    @property
    def cents(self) -> int:
        """The sum of the new lines."""
        return sum(line.amount_cents for _, line in self.new)


def joined(links: Sequence[Link], own: Link) -> list[Link]:
    """Return the statements that may come before or after one within its days: their balances join, one by one."""
    found: list[Link] = []
    for joins in (_ends_where, _begins_where):
        reached = [own]
        for one in reached:
            reached += [link for link in links if link not in reached and joins(link, one)]
        found += reached[1:]
    return found


def _ends_where(link: Link, other: Link) -> bool:
    return link.closing_cents == other.opening_cents


def _begins_where(link: Link, other: Link) -> bool:
    return link.opening_cents == other.closing_cents
