"""The claims that an operator's book has posted, as documents are made of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kkd_ledger.agreement.dues.bills import Bill, BillChange
from kkd_ledger.book.config import Book
from kkd_ledger.book.entries.billed_items import billed_items
from kkd_ledger.book.settings import DemandKind
from kkd_ledger.book.state.claims import BookedShare, booked_share
from kkd_ledger.book.state.dispositions import OrderedDue
from kkd_ledger.book.state.posten import is_tax
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Document, Record, Transaction
from kkd_ledger.letters.restated import AdvanceAsked, Restated, first_item, restated
from kkd_ledger.letters.settled import UNSETTLED, Settlement, Settlements
from kkd_ledger.money import round_half_up

_BY_THEMSELVES: Final = frozenset({v.Kind.ADVANCE, v.Kind.SETTLEMENT, v.Kind.CHARGE})
"""What corrects no document before it."""


@dataclass(frozen=True)
class PostedClaim:
    """A booked claim of which a document is made: its entry, what it adds, and the claim before it on the same share.

    `cents` is net, `vat_cents` the VAT booked on top (of a settlement with what it takes over of unpaid advances).
    `known_on` is the last day up to the reckoning on which the share
    was what is booked: the office may have heard of an amendment later; so is `before_known_on`. `replaces` are
    reversed claims of the share whose documents had been written: the new one takes their place. `settled` is what was
    settled of the claim before its document was written, and when the rest falls due.
    """

    record: Transaction
    member: str
    service_year: int
    cents: int
    vat_cents: int
    known_on: dt.date
    before_cents: int
    before: Transaction | None
    before_known_on: dt.date | None
    replaces: tuple[Transaction, ...]
    kind: DemandKind
    written: Mapping[str, dt.date]
    """The days on which documents were written first, by their numbers."""
    settled: Settlement = UNSETTLED
    advances: tuple[AdvanceAsked, ...] = ()
    """The advances that a settlement names, with what is taken off for each."""
    counts_from_demand: bool = False
    """Whether its due day is counted from the day of its document, which says it."""
    bill: BillChange | None = None
    """The bill of charges, or the change of one, that it asks for."""
    restated: Restated | None = None
    """The whole year, where its document states that: a later decision about VAT, and a settlement behind one."""

    @property
    def is_tax(self) -> bool:
        """Whether it is VAT that a later decision puts on what was claimed, or takes off."""
        return any(map(is_tax, self.posten))

    @property
    def taxed_on(self) -> dt.date:
        """The day by whose knowledge it is taxed.

        Of a tax claim the one by which it was reckoned: the share under it may have become another on the day of the
        decision itself, so that `known_on` lies before that.
        """
        return (self.record.day(v.KNOWN) or self.known_on) if self.is_tax else self.known_on

    @property
    def taken_off_cents(self) -> int:
        """What a document that states the whole year takes off: what was asked for before and stands (gross)."""
        return self.restated.gross_cents - self.gross_cents if self.restated else 0

    @property
    def is_advance(self) -> bool:
        """Whether it asks for a part of a sum that nobody has fixed yet."""
        return self.record.text(v.KIND) == v.Kind.ADVANCE

    @property
    def is_settlement(self) -> bool:
        """Whether it is what is left of a share beside the advances demanded."""
        return self.record.text(v.KIND) == v.Kind.SETTLEMENT

    @property
    def told_before_cents(self) -> int:
        """What was asked for before of what it changes: of the bill, else of the share."""
        if self.bill is None:
            return self.before_cents
        return self.bill.before.cents if self.bill.before else 0

    @property
    def issued(self) -> dt.date | None:
        """The day on which its document was written first; None while there is none."""
        return self.written.get(self.number)

    def day_of(self, record: Transaction) -> dt.date:
        """Return the day of the document of an earlier claim that this one corrects; without one the claim's day."""
        return self.written.get(record.text(v.DEMAND), record.date)

    @property
    def dues(self) -> tuple[OrderedDue, ...]:
        """The days and gross cents of what is still to be paid; none of a credit, or where nothing is left."""
        return self.settled.dues

    @property
    def gross_cents(self) -> int:
        """What it adds with its VAT."""
        return self.cents + self.vat_cents

    @property
    def due(self) -> dt.date | None:
        """The day on which it is to be paid, or the first instalment of it."""
        return self.dues[0].day if self.dues else self.record.day(v.DUE)

    @property
    def number(self) -> str:
        """The document number that the entry was given when it was booked."""
        return self.record.text(v.DEMAND)

    @property
    def posten(self) -> tuple[str, ...]:
        """The open items that the entry makes or lowers."""
        return tuple(str(leg.meta[v.ITEM]) for leg in self.record.postings if v.ITEM in leg.meta)

    @property
    def refund_cents(self) -> int:
        """How much of a lowered share is to be given back; the rest lowers what is open (both gross, unsigned)."""
        return max(0, -self.gross_cents) - self.lowered_cents

    @property
    def lowered_cents(self) -> int:
        """How many gross cents a credit takes off what is open: by its own legs (old books) or a set-off."""
        legs = (leg for leg in self.record.postings if v.ITEM in leg.meta)
        own = sum(-leg.cents for leg in legs if leg.account.startswith(v.ASSETS) and leg.cents < 0)
        return (0 if self.is_settlement else own) + self.settled.set_off_cents

    @property
    def account(self) -> str:
        """The account of the claim."""
        return next(leg.account for leg in self.record.postings if v.ITEM in leg.meta)

    @property
    def corrects(self) -> tuple[Transaction, ...]:
        """The claims whose documents its own corrects: the one before it, and those that were reversed."""
        if self.restated and self.is_tax:
            return (*(claim.record for claim in self.restated.claims), *self.replaces)
        return (self.before, *self.replaces) if self.before else self.replaces

    @property
    def form(self) -> v.DocumentKind:
        """What kind of document it is: one that shows VAT is an invoice, whatever the book sends else (UStG § 14)."""
        return v.DocumentKind.INVOICE if self.vat_cents else self.kind.kind


@dataclass(frozen=True)
class Withdrawn:
    """A reversed claim whose document was written on `issued` and which no later claim replaces."""

    record: Transaction
    reversal: Transaction
    issued: dt.date
    bill: str = ""
    """What the bill of charges is called that it asked for; empty for a share."""

    @property
    def number(self) -> str:
        """The number of its document."""
        return self.record.text(v.DEMAND)

    @property
    def member(self) -> str:
        """Whose share it is."""
        return self.record.text(v.PARTY)

    @property
    def cents(self) -> int:
        """What its document asked for, gross; what it lowered is negative."""
        cents = [leg.cents for leg in self.record.postings if v.ITEM in leg.meta]
        return cents[0] if self.record.text(v.KIND) == v.Kind.SETTLEMENT else sum(cents)

    @property
    def account(self) -> str:
        """The account of the claim."""
        return next(leg.account for leg in self.record.postings if v.ITEM in leg.meta)

    @property
    def posten(self) -> str:
        """The item that the entry made."""
        return next(str(leg.meta[v.ITEM]) for leg in self.record.postings if v.ITEM in leg.meta)


def posted_claims(book: Book, records: Sequence[Record], service_year: int) -> list[PostedClaim]:
    """Return the claims of a service year that an operator's book has posted and not reversed, in journal order."""
    return _posted(book, records, service_year)[0]


def withdrawn_claims(book: Book, records: Sequence[Record], service_year: int) -> list[Withdrawn]:
    """Return the claims of a service year whose documents no longer hold and that no later document replaces."""
    return _posted(book, records, service_year)[1]


def _posted(
    book: Book, records: Sequence[Record], service_year: int
) -> tuple[list[PostedClaim], list[Withdrawn]]:
    reversed_numbers = {record.text(v.REVERSES) for record in records if isinstance(record, Transaction)} - {
        ""
    }
    written = _written(records)
    gone: dict[str, Transaction] = {}
    withdrawn: dict[tuple[str, Bill | None], list[Withdrawn]] = {}
    sums: dict[str, int] = {}
    last: dict[str, Transaction] = {}
    last_known_on: dict[str, dt.date] = {}
    standing: dict[str, list[BookedShare]] = {}
    settlements = Settlements(book, records)
    bills = billed_items(book, service_year)
    last_of_bill: dict[Bill, Transaction] = {}
    claims = []
    for record in records:
        share = booked_share(book, record)
        if share is None or share.service_year != service_year:
            continue
        party, number = share.party, share.record.text(v.DEMAND)
        if original := gone.get(share.record.text(v.REVERSES)):
            issued = written[original.text(v.DEMAND)]
            billed = _billed(bills, original)
            place = (party, billed.bill if billed else None)
            title = billed.after.title if billed else ""
            withdrawn.setdefault(place, []).append(Withdrawn(original, share.record, issued, title))
        if share.record.text(v.NUMBER) in reversed_numbers and number in written:
            gone[share.record.text(v.NUMBER)] = share.record
        if share.record.text(v.NUMBER) in reversed_numbers or not number:
            continue
        booked_cents = sums.get(party, 0) + share.cents
        known_on = book.last_agreed(party, service_year, booked_cents, share.known_on) or share.known_on
        before_it = standing.setdefault(party, [])
        paid, taken, taken_vat = _less_paid(share.record, before_it)
        bill = _billed(bills, share.record)
        whole = restated(book, share, before_it, known_on)
        by_itself = share.record.text(v.KIND) in _BY_THEMSELVES or is_tax(first_item(share.record))
        before = None if by_itself else last.get(party)
        if bill:
            before = last_of_bill.get(bill.bill) if bill.before else None
            last_of_bill[bill.bill] = share.record
        claim = PostedClaim(
            record=share.record,
            member=party,
            service_year=service_year,
            cents=share.cents + taken,
            vat_cents=share.vat_cents + taken_vat,
            known_on=known_on,
            before_cents=sums.get(party, 0) - taken,
            before=before,
            before_known_on=None if bill or is_tax(first_item(share.record)) else last_known_on.get(party),
            bill=bill,
            advances=paid,
            replaces=tuple(
                document.record for document in withdrawn.pop((party, bill.bill if bill else None), ())
            ),
            kind=book.settings.demand_kind(share.record.date),
            written=written,
            settled=settlements.of(share.record),
            restated=whole,
        )
        claims.append(claim)
        sums[party] = booked_cents
        before_it.append(share)
        if share.record.text(v.KIND) != v.Kind.ADVANCE and not bill:
            last[party], last_known_on[party] = share.record, known_on
    return claims, [document for of_party in withdrawn.values() for document in of_party]


def _less_paid(
    settlement: Transaction, standing: Sequence[BookedShare]
) -> tuple[tuple[AdvanceAsked, ...], int, int]:
    """Return the advances of a settlement as they are taken off, and what it takes over of them, net and VAT.

    Nothing for any other claim.
    """
    if settlement.text(v.KIND) != v.Kind.SETTLEMENT:
        return (), 0, 0
    asked = [share for share in standing if share.record.text(v.KIND) == v.Kind.ADVANCE]
    paid = tuple(_paid(settlement, advance) for advance in asked)
    taken = sum(share.cents for share in asked) - sum(advance.cents for advance in paid)
    taken_vat = sum(share.vat_cents for share in asked) - sum(advance.vat_cents for advance in paid)
    return paid, taken, taken_vat


def _paid(settlement: Transaction, advance: BookedShare) -> AdvanceAsked:
    """Return an advance without what the settlement's entry takes over of it; its VAT is parted with it."""
    name = first_item(advance.record)
    gross = advance.cents + advance.vat_cents
    taken = -sum(leg.cents for leg in settlement.postings if leg.meta.get(v.ITEM) == name)
    net = advance.cents - round_half_up(advance.cents * abs(taken), abs(gross))
    return AdvanceAsked(advance.record, net, gross - taken - net)


def _billed(bills: Mapping[str, BillChange], record: Transaction) -> BillChange | None:
    """Return the bill of charges that an entry asks for, or changes; None where it is about a share."""
    names = (str(leg.meta[v.ITEM]) for leg in record.postings if v.ITEM in leg.meta)
    return next((bills[name] for name in names if name in bills), None)


def _written(records: Sequence[Record]) -> dict[str, dt.date]:
    """Return the days on which documents were written first, by number; of older ones the day of the entry."""
    posted = {
        record.text(v.DEMAND): record.date
        for record in records
        if isinstance(record, Transaction) and v.DEMAND in record.meta
    }
    days: dict[str, dt.date] = {}
    for record in records:
        if isinstance(record, Document) and (number := str(record.meta.get(v.DEMAND, ""))):
            said = record.meta.get(v.RECORDED)
            days.setdefault(number, said if isinstance(said, dt.date) else posted.get(number, record.date))
    return days
