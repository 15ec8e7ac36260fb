"""A received demand → the entry of a service year: the agreement's own entry, with the document's data on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from kkd_ledger.agreement import ClaimKind, Correction, known_vat, vat_cents
from kkd_ledger.book.config import Book
from kkd_ledger.book.entries import Authorisation, rate_entries, share_entry
from kkd_ledger.book.entries.authorisation import ordered
from kkd_ledger.book.state.claims import Claims
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Custom, Transaction
from kkd_ledger.einvoice.comparison import YearDemand, service_year
from kkd_ledger.einvoice.comparison.unpaid_advances import taken_parts
from kkd_ledger.einvoice.model import Invoice
from kkd_ledger.references import canonical_reference, is_payment_reference


def payable(
    book: Book,
    claims: Claims,
    year: YearDemand,
    document: Invoice,
    *,
    voucher: Mapping[str, str],
    day: dt.date,
    date: dt.date,
    order: Authorisation,
) -> tuple[Transaction, tuple[Custom, ...]]:
    """Return the entry that books what a document demands for one service year, and the rates in which that is due.

    `day` is the day on which it is booked, `date` the entry's: earlier in the thirteenth month of a year that is open
    yet. A closed year is prior-period expense. Rates are those that were agreed, also where the document names one day.

    Reference and due day are the document's, where it has them: that is what the creditor expects. A reference that is
    no RF reference, or stands for several years, cannot be an item's own; a payment run takes it from the document.
    Raise EntryRefused where the party has no adopted resolution.
    """
    correction = _correction(book, claims, year, document, day)
    demanded = min(document.issued, day) if len(correction.dues) > 1 else day
    taken = taken_parts(book, claims, year)
    entry = share_entry(book, claims, correction, date=date, demanded=demanded, order=order, taken=taken)
    rates = rate_entries(book, entry, correction, demanded=demanded)
    meta = {**entry.meta, **voucher}
    years = {service_year(book, document, line) for line in document.lines}
    if is_payment_reference(document.remittance) and len(years) == 1:
        meta[v.REFERENCE] = canonical_reference(document.remittance)
    if document.due and not rates:
        meta[v.DUE] = document.due
    return entry._replace(meta=ordered(meta)), rates


def _correction(book: Book, claims: Claims, year: YearDemand, document: Invoice, day: dt.date) -> Correction:
    """Return what the document demands: the change of the share that it is about, known as long as that stood."""
    key, step = (book.party, year.service_year), year.step
    more = ClaimKind.CORRECTION if year.demanded_cents > 0 else ClaimKind.CREDIT
    known_on = year.known_on or day
    treatment = known_vat(book.agreement, year.service_year, known_on)
    fresh = more if key in claims.booked else ClaimKind.SHARE
    return Correction(
        *key,
        year.booked_cents + year.demanded_cents,
        year.booked_cents,
        year.demanded_cents,
        f"Anforderung {document.number}",
        kind=step.kind if step else fresh,
        since=step.since if step else day,
        known_on=known_on,
        named=step.named if step else day,
        dues=step.dues if step else (),
        place=step.place if step else 0,
        bill=step.bill if step else None,
        closes=step.closes if step else (),
        after_days=step.after_days if step else None,
        vat_cents=year.vat_cents if year.whole else vat_cents(treatment, year.demanded_cents),
    )
