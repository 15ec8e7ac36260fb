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


def taken_over(
    book: Book, claims: Claims, correction: Correction, cents: int | None = None
) -> tuple[TakenOver, ...]:
    """Return what a settlement takes over: what is open of its advances, or so many cents of them as a document says.

    The oldest that are open come first. Where a document says more than is open here, a payment has not reached the
    other side yet: then also what is paid already, the last advance first, and the payment moves to the settlement.
    """
    names = (
        posten(book.agreement.id, correction.service_year, correction.member, tail(PostenKind.ADVANCE, day))
        for day in correction.closes
    )
    advances = [item for name in names if (item := claims.items.get(name))]
    open_ = [max(0, item.open_cents * item.sign) for item in advances]
    if cents is None:
        cents = sum(open_)
    taken = _first(open_, cents)
    paid = [abs(item.claimed_cents) - of_open for item, of_open in zip(advances, open_, strict=True)]
    more = _first(paid[::-1], cents - sum(taken))[::-1]
    both = [first + second for first, second in zip(taken, more, strict=True)]
    return tuple(TakenOver(item, part) for item, part in zip(advances, both, strict=True) if part)


def _first(most: Sequence[int], cents: int) -> list[int]:
    """Return how much of a sum each takes, one after the other."""
    parts = []
    for limit in most:
        parts.append(max(0, min(limit, cents)))
        cents -= parts[-1]
    return parts
