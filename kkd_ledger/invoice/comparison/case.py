"""What a received document is compared with: the book, its claims and records, the parties' data, on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from kkd_ledger.agreement import Member
from kkd_ledger.book import vocabulary as v
from kkd_ledger.book.claims import BookedShare, Claims
from kkd_ledger.book.config import Book
from kkd_ledger.book.items import Item
from kkd_ledger.book.records import Record
from kkd_ledger.invoice.contacts import Contact, Contacts
from kkd_ledger.invoice.model import Document, Line


@dataclass(frozen=True, slots=True)
class YearDemand:
    """What a document demands for one service year (credits negative), and what books and agreement say to it.

    `demanded_cents` is net, as the agreement has its shares; `vat_cents` is the document's VAT on it.
    `booked` is the entry that was booked from the agreement before the document came; None where it is new.
    """

    service_year: int
    demanded_cents: int
    vat_cents: int
    entitled_cents: int
    booked_cents: int
    booked: BookedShare | None
    missing: str = ""

    @property
    def agrees(self) -> bool:
        """Whether the document brings the year to what the agreement entitles, or confirms what is booked.

        Nothing agrees with a share that has no amount yet, because a figure is `missing`.
        """
        if self.booked is not None:
            return self.booked.cents == self.demanded_cents
        return not self.missing and self.booked_cents + self.demanded_cents == self.entitled_cents


@dataclass(frozen=True)
class Case:
    """A document and everything that it is compared with."""

    book: Book
    contacts: Contacts
    claims: Claims
    records: Sequence[Record]
    document: Document
    day: dt.date
    years: tuple[YearDemand, ...]

    @cached_property
    def seller(self) -> Member:
        """The party that demands: the operator."""
        return self._party(self.book.agreement.operator)

    @cached_property
    def buyer(self) -> Member:
        """The party that the book belongs to."""
        return self._party(self.book.party)

    def _party(self, party: str) -> Member:
        found = self.book.agreement.party(party)
        assert found, "load_book asked for it"
        return found

    @property
    def seller_contact(self) -> Contact:
        """The operator's data for letters and payments."""
        return self.contacts.of(self.seller.id)

    @property
    def buyer_contact(self) -> Contact:
        """Our own data for letters and payments."""
        return self.contacts.of(self.buyer.id)

    @property
    def sign(self) -> int:
        """-1 for a document whose positive amounts are owed by its seller."""
        return -1 if self.document.is_credit else 1

    @property
    def items(self) -> tuple[Item, ...]:
        """The open items of what is booked already of the document's years."""
        legs = [leg for year in self.years if year.booked for leg in year.booked.record.postings]
        found = (self.claims.items.get(str(leg.meta[v.ITEM])) for leg in legs if v.ITEM in leg.meta)
        return tuple(item for item in found if item is not None)


def service_year(document: Document, line: Line) -> int | None:
    """Return the calendar year that a line's period (or the document's) lies in; None where that is not one year."""
    period = line.period or document.period
    if period is None or period.start is None or period.end is None or period.start.year != period.end.year:
        return None
    return period.start.year
