"""What a received document is compared with: the book, its claims and records, the parties' data, on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from kkd_ledger.agreement import Correction, Member
from kkd_ledger.book.config import Book
from kkd_ledger.book.entries import posten_end
from kkd_ledger.book.state.claims import BookedShare, Claims
from kkd_ledger.book.state.items import Item
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Record
from kkd_ledger.einvoice.model import Invoice, Line, UnreadText
from kkd_ledger.persons.contacts import Contact, Contacts


class WholeYear(NamedTuple):
    """What a document that states a whole service year found asked for before: net and VAT cents.

    `taken_cents` is what it takes over of unpaid advances, gross; the rest it takes off.
    """

    net_cents: int
    vat_cents: int
    taken_cents: int

    @property
    def taken_off_cents(self) -> int:
        """What it takes off (BT-113), gross."""
        return self.net_cents + self.vat_cents - self.taken_cents


@dataclass(frozen=True, slots=True)
class YearDemand:
    """What a document demands for one service year (credits negative), and what books and agreement say to it.

    `demanded_cents` is net, as the agreement has its shares; `vat_cents` is the document's VAT on it.
    `booked` is the entry that was booked from the agreement before the document came; None where it is new. `due` are
    the changes of the share that are not booked yet, the earliest first; `named` is the end of the posten's name that
    the document's reference stands for, empty where it stands for none of the share's. `taken_cents` is what a
    settlement asks for beside, net: the advances that are not paid and that it takes over. Where the document states
    the `whole` year, all this is what is new of it.
    """

    service_year: int
    demanded_cents: int
    vat_cents: int
    entitled_cents: int
    booked_cents: int
    booked: BookedShare | None
    due: tuple[Correction, ...] = ()
    named: str = ""
    missing: str = ""
    taken_cents: int = 0
    whole: WholeYear | None = None
    standing: tuple[BookedShare, ...] = ()
    """All booked claims of the year that hold, the one that books the document among them."""

    @property
    def shown_vat_cents(self) -> int:
        """The VAT that the document shows for the year."""
        return self.vat_cents + (self.whole.vat_cents if self.whole else 0)

    @property
    def step(self) -> Correction | None:
        """The change that the document is about: what its reference names, else the last; None where none is due."""
        last = self.due[-1] if self.due else None
        return next((correction for correction in self.due if posten_end(correction) == self.named), last)

    @property
    def reaches_step(self) -> bool:
        """Whether the document brings the year to where it stood after the change that it is about."""
        return self.step is not None and self._stands_at == self.step.entitled_cents

    @property
    def comes_early(self) -> bool:
        """Whether the document demands just the change that its reference names, but one before it is not booked."""
        if self.booked is not None:
            return False
        later = (correction for correction in self.due[1:] if posten_end(correction) == self.named)
        return any(correction.difference_cents == self.demanded_cents for correction in later)

    @property
    def known_on(self) -> dt.date | None:
        """By which day what the document demands was reckoned; None where only the day of comparing is left."""
        if self.booked is not None:
            return self.booked.known_on
        return self.step.known_on if self.step and self.reaches_step else None

    @property
    def agreed_cents(self) -> int:
        """What the document should demand: what is booked for it, or what the change that it is about comes to."""
        if self.booked is not None:
            return self.booked.cents
        return (self.step.entitled_cents if self.step else self.entitled_cents) - self.booked_cents

    @property
    def agrees(self) -> bool:
        """Whether the document brings the year to what the agreement entitles, or confirms what is booked.

        Of several changes each has a document of its own: one that another follows brings the year to what was
        entitled before that. Nothing agrees with a share that has no amount yet, because a figure is `missing`.
        """
        if self.booked is not None:
            return self.booked.cents == self.demanded_cents
        return not self.missing and (self.reaches_step or self._stands_at == self.entitled_cents)

    @property
    def _stands_at(self) -> int:
        return self.booked_cents + self.demanded_cents


@dataclass(frozen=True)
class Case:
    """A document and everything that it is compared with."""

    book: Book
    contacts: Contacts
    claims: Claims
    records: Sequence[Record]
    document: Invoice
    day: dt.date
    years: tuple[YearDemand, ...]
    unread: tuple[UnreadText, ...] = ()
    today: dt.date = dt.date.max

    @cached_property
    def seller(self) -> Member:
        """The party that demands: the operator."""
        return self._party(self.book.agreement.operator)

    @cached_property
    def buyer(self) -> Member:
        """The party that the book belongs to."""
        return self._party(self.book.party)

    def _party(self, party: str) -> Member:
        member = self.book.agreement.party(party)
        assert member, "load_book asked for it"
        return member

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
        items = (self.claims.items.get(str(leg.meta[v.ITEM])) for leg in legs if v.ITEM in leg.meta)
        return tuple(item for item in items if item is not None)

    def year_of(self, line: Line) -> int | None:
        """Return the service year that a line of the document is about; None where that is not one year."""
        return service_year(self.book, self.document, line)

    def named(self, year: int) -> str:
        """Return what people call a service year."""
        return self.book.agreement.year_name(year)

    @property
    def years_named(self) -> str:
        """The document's service years as a list: `2022, 2023`."""
        return ", ".join(self.named(year.service_year) for year in self.years)


def service_year(book: Book, document: Invoice, line: Line) -> int | None:
    """Return the service year that a line's period (or the document's) lies in; None where that is not one year."""
    period = line.period or document.period
    if period is None or period.start is None or period.end is None:
        return None
    first, last = (book.agreement.service_year.of(day) for day in (period.start, period.end))
    return first if first == last else None
