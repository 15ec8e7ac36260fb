"""Ledger ↔ agreement: what a booked share says besides its amount follows once more from the agreement and book.toml.

Amount, resolution and VAT are the rules' (KKD-A01, KKD-V01, KKD-A07). Here: payee, text, link, item, reference, the
day on which the obligation arose, the day of the figures, the due day. Only months that are not sealed are asked, the
others cannot be changed; what may have been otherwise when the entry was made is taken from what was kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from kkd_ledger import german
from kkd_ledger.agreement import Claim, claims
from kkd_ledger.agreement.dues.bills import BillChange
from kkd_ledger.audit.compared.kinds import DERIVED
from kkd_ledger.audit.compared.known_basis import KnownBasis
from kkd_ledger.book.config import Book
from kkd_ledger.book.entries.authorisation import name_of
from kkd_ledger.book.entries.billed_items import billed_items
from kkd_ledger.book.entries.share_entries import due_of, narration
from kkd_ledger.book.state.claims import BookedShare, booked_share
from kkd_ledger.book.state.posten import PostenKind, is_tail, is_tax, reference
from kkd_ledger.book.store.book_folder import BookFolder
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Record, Transaction
from kkd_ledger.einvoice.model import Invoice
from kkd_ledger.einvoice.read import read
from kkd_ledger.errors import InvoiceRefused
from kkd_ledger.references import canonical_reference
from kkd_ledger.rules.engine.rule import Finding

_ONE_DAY: Final = dt.timedelta(days=1)


class Differing(NamedTuple):
    """A difference of an entry from what follows: which fact it is, what the entry says, what follows."""

    what: str
    said: str
    follows: str


def differing_shares(book: Book, known_basis: KnownBasis, records: Iterable[Record]) -> Iterator[Finding]:
    """Yield in what the shares and corrections among some records say another thing than follows.

    The posting number is the finding's subject: a reversal of that posting cures it.
    """
    for record in records:
        if not isinstance(record, Transaction) or record.text(v.KIND) not in {
            v.Kind.SHARE,
            v.Kind.CORRECTION,
            v.Kind.ADVANCE,
            v.Kind.SETTLEMENT,
            v.Kind.CHARGE,
        }:
            continue
        share = booked_share(book, record)
        if share is None or book.agreement.party(share.party) is None:
            continue  # the rules say that
        papers = _papers(book, record)
        days = () if _is_planned(record) else _days(book, known_basis, share, papers)
        for differing in (*_texts(book, known_basis, share, papers), *days):
            number, (what, said, follows) = record.text(v.NUMBER), differing
            text = f"Buchung {number}: {what} {said}, daraus folgt {follows}"
            yield Finding(DERIVED, record.place, text, subject=number)


def _is_planned(record: Transaction) -> bool:
    """Tell whether an item is an advance, a settlement or a bill: its days are those of a due plan, or of charges."""
    ends = [str(leg.meta[v.ITEM]).rpartition("-")[2] for leg in record.postings if v.ITEM in leg.meta]
    return any(end.startswith((PostenKind.ADVANCE, PostenKind.SETTLEMENT, PostenKind.CHARGE)) for end in ends)


def _texts(
    book: Book, known_basis: KnownBasis, share: BookedShare, papers: Sequence[Invoice]
) -> Iterator[Differing]:
    record, year, party = share.record, share.service_year, share.party
    name = name_of(book, book.counterparty(party))
    others = {other.name for other in book.agreement.parties()}
    if record.payee != name and (record.payee in others or not known_basis.names(record.payee)):
        yield Differing("Empfänger", repr(record.payee), repr(name))
    bills = billed_items(book, year)
    billed = [bills[str(leg.meta[v.ITEM])] for leg in record.postings if leg.meta.get(v.ITEM) in bills]
    texts = [_narration(book, share, bill) for bill in (*billed, None)]  # books from before name no bill
    if record.narration not in texts:
        yield Differing("Text", repr(record.narration), repr(texts[0]))
    link = f"{book.agreement.id}-{year}-{party}"
    if record.links != (link,):
        yield Differing("Verknüpfung", " ".join(record.links) or "keine", link)
    ends = [str(leg.meta[v.ITEM]).removeprefix(f"{link}-") for leg in record.postings if v.ITEM in leg.meta]
    for end in ends:
        if not is_tail(end):
            yield Differing("Posten", f"{link}-{end}", f"einer von {link}")
    ends = ends[:1] if record.text(v.KIND) == v.Kind.SETTLEMENT else ends
    wanted = {reference(book, year, party, end) for end in ends if is_tail(end)}
    wanted |= {canonical_reference(paper.remittance) for paper in papers if paper.remittance}
    if wanted and v.REFERENCE in record.meta and record.text(v.REFERENCE) not in wanted:
        yield Differing("Kassenzeichen", record.text(v.REFERENCE), " oder ".join(sorted(wanted)))


def _narration(book: Book, share: BookedShare, bill: BillChange | None) -> str:
    kind, prior = v.Kind(share.record.text(v.KIND)), v.PRIOR_PERIOD_TAG in share.record.tags
    year = book.agreement.year_name(share.service_year)
    items = (str(leg.meta[v.ITEM]) for leg in share.record.postings if v.ITEM in leg.meta)
    taxes = any(map(is_tax, items))
    return narration(kind, year, share.record.date, prior=prior, bill=bill, taxes=taxes)


def _days(
    book: Book, known_basis: KnownBasis, share: BookedShare, papers: Sequence[Invoice]
) -> Iterator[Differing]:
    """Yield the days of a claim that do not follow; an advance and a settlement follow from a due plan.

    When a correction arose, and by which figures, says the agreement's history; a document says its own.
    """
    record = share.record
    posted = {day for day in (record.date, record.day(v.RECORDED)) if day}
    known_on, due, arose = record.day(v.KNOWN), record.day(v.DUE), record.day(v.AROSE)
    if record.text(v.KIND) == v.Kind.SHARE and v.VOUCHER not in record.meta:
        if known_on and known_on not in posted | {day - _ONE_DAY for day in _news(book)}:
            yield Differing("Berechnungsstand", german.day(known_on), german.day(record.date))
        if arose and arose not in (days := _arisen(book, share)):
            yield Differing("entstanden", german.day(arose), _some(days))
    dues = _dues(book, known_basis, share, posted) | {paper.due for paper in papers if paper.due}
    if due and due not in dues:
        yield Differing("Fälligkeit", german.day(due), _some(dues))


def _news(book: Book) -> set[dt.date]:
    return {day for day in book.agreement.knowledge_days if day > dt.date.min}


def _papers(book: Book, record: Transaction) -> list[Invoice]:
    """Return the received document of an entry, whose reference and due day it bears; none where it cannot be read."""
    present, path = BookFolder(book.root), book.root / record.text(v.VOUCHER)
    if v.VOUCHER not in record.meta or not present.is_file(path):
        return []
    try:
        return [read(present.read(path), path.name)]
    except InvoiceRefused:
        return []


def _dues(book: Book, known_basis: KnownBasis, share: BookedShare, posted: set[dt.date]) -> set[dt.date]:
    """Return the days on which a share may fall due: the agreed one, or a period for payment after it was booked."""
    agreed = book.shares(share.service_year, share.known_on).of(share.party)
    periods = {settings.policy.payment_days for settings in known_basis.settings}
    owed = _claims(book, share)
    planned = {due.day for claim in owed for due in claim.dues}
    spans = {claim.after_days for claim in owed if claim.after_days is not None}
    return {day + days * _ONE_DAY for day in posted for days in spans} | {
        due_of(due, day, payment_days)
        for day in posted
        for payment_days in periods
        for due in planned or {agreed.due if agreed else day}
    }


def _claims(book: Book, share: BookedShare) -> list[Claim]:
    """Return the claims of a share's party and year where the agreement has due plans."""
    if not book.agreement.by_claims:
        return []
    return [claim for claim in claims(book.agreement, share.service_year) if claim.member == share.party]


def _arisen(book: Book, share: BookedShare) -> set[dt.date]:
    """Return the days on which a share may have arisen: by a resolution, in its service year at the earliest."""
    first = book.agreement.days_of(share.service_year).first
    return {max(paper.adopted, first) for paper in book.agreement.papers(share.party) if paper.adopted}


def _some(days: set[dt.date]) -> str:
    return " oder ".join(german.day(day) for day in sorted(days))
