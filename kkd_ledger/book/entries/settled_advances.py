"""A settlement less what was paid: what it takes over of the advances that are not paid (docs/ledger-format.md).

What a party owes for the year is the same as less what was demanded; only which posten bears it differs. The agreement
names the advances, how much of each is unpaid say the books, or the document that one side got from the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kkd_ledger.agreement import Correction
from kkd_ledger.book.config import Book
from kkd_ledger.book.state.claims import Claims
from kkd_ledger.book.state.items import Item
from kkd_ledger.book.state.posten import PostenKind, posten, tail


class TakenOver(NamedTuple):
    """An advance and how much of its claim ends with the settlement that takes it over, in unsigned gross cents."""

    item: Item
    cents: int

    @property
    def open_cents(self) -> int:
        """The cents as the books sign them: a payable, as of an advance that the operator owes, is negative."""
        return self.item.sign * self.cents


def taken_over(
    book: Book, claims: Claims, correction: Correction, cents: int | None = None
) -> tuple[TakenOver, ...]:
    """Return what a settlement takes over: what is open of its advances, or so many cents of them as a document says.

    The oldest that are open come first. What something was ordered about (deferral, instalments, suspension) stays
    under its own name with the days of the order, also after them. Where a document says more than that, it takes
    those over too; where more than is open here, a payment has not reached the other side yet: then also what is paid
    already, the last advance first, and the payment moves to the settlement.
    """
    names = (
        posten(book.agreement.id, correction.service_year, correction.member, tail(PostenKind.ADVANCE, day))
        for day in correction.closes
    )
    advances = [item for name in names if (item := claims.items.get(name))]
    open_ = [max(0, item.open_cents * item.sign) for item in advances]
    free = [0 if item.disposition else part for item, part in zip(advances, open_, strict=True)]
    ordered = [part if item.disposition else 0 for item, part in zip(advances, open_, strict=True)]
    paid = [abs(item.claimed_cents) - part for item, part in zip(advances, open_, strict=True)]
    if cents is None:
        cents = sum(free)
    taken = _first(free, cents)
    taken = [*map(sum, zip(taken, _first(ordered, cents - sum(taken)), strict=True))]
    taken = [*map(sum, zip(taken, _first(paid[::-1], cents - sum(taken))[::-1], strict=True))]
    return tuple(TakenOver(item, part) for item, part in zip(advances, taken, strict=True) if part)


def _first(most: Sequence[int], cents: int) -> list[int]:
    """Return how much of a sum each takes, one after the other."""
    parts = []
    for limit in most:
        parts.append(max(0, min(limit, cents)))
        cents -= parts[-1]
    return parts
