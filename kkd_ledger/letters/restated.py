"""A service year that a document states anew as a whole, because what was claimed of it was not taxed alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from kkd_ledger.agreement import known_vat, vat_cents
from kkd_ledger.book.config import Book
from kkd_ledger.book.state.claims import BookedShare
from kkd_ledger.book.state.posten import is_tax
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Transaction


class AdvanceAsked(NamedTuple):
    """An advance beside its settlement: net and VAT cents that are taken off, which are those that were demanded.

    Where the settlement takes over what is not paid of it, they are those that were paid.
    """

    record: Transaction
    cents: int
    vat_cents: int


class Restated(NamedTuple):
    """A service year that a document states anew, because its claims were not taxed alike.

    Net and VAT cents of all that is claimed with it, and the claims whose documents asked for some of it before.
    """

    net_cents: int
    vat_cents: int
    claims: tuple[AdvanceAsked, ...]

    @property
    def gross_cents(self) -> int:
        """Net and VAT."""
        return self.net_cents + self.vat_cents


def restated(
    book: Book, share: BookedShare, standing: Sequence[BookedShare], known_on: dt.date
) -> Restated | None:
    """Return the year that a claim's document states as a whole; None where its claims so far were taxed alike."""
    treatment = known_vat(book.agreement, share.service_year, known_on)
    alike = all(other.vat_cents == vat_cents(treatment, other.cents) for other in standing)
    settles = share.record.text(v.KIND) == v.Kind.SETTLEMENT
    if not is_tax(first_item(share.record)) and (alike or not settles):
        return None
    asked = tuple(AdvanceAsked(other.record, other.cents, other.vat_cents) for other in standing)
    return Restated(
        share.cents + sum(other.cents for other in standing),
        share.vat_cents + sum(other.vat_cents for other in standing),
        asked,
    )


def first_item(record: Transaction) -> str:
    """Return the first item of an entry: the one that it makes."""
    return next((str(leg.meta[v.ITEM]) for leg in record.postings if v.ITEM in leg.meta), "")
