"""A received document that states a service year as a whole: what of it was asked for before, and what is new.

So do a later decision about VAT, and a settlement behind one: the year with the VAT that holds now, less what earlier
documents asked for (BT-113). What is new is the difference, in net and VAT.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace

from kkd_ledger.agreement import ClaimKind, known_vat, vat_cents
from kkd_ledger.book.config import Book
from kkd_ledger.book.state.claims import BookedShare
from kkd_ledger.book.state.posten import is_tax
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.einvoice.comparison.case import WholeYear, YearDemand
from kkd_ledger.einvoice.model import Invoice


def with_whole_year(book: Book, year: YearDemand, document: Invoice) -> YearDemand:
    """Return a year's demand as what is new of it, where its document states the whole year; else as it is."""
    others = _before(year)
    if not _states_the_year(book, others, year, document):
        return year
    net, vat = _net(others), sum(share.vat_cents for share in others)
    whole = WholeYear(net, vat, _taken(year, document, net + vat, others))
    return replace(
        year,
        demanded_cents=year.demanded_cents - net,
        vat_cents=year.vat_cents - vat,
        whole=whole,
    )


def first_item(share: BookedShare) -> str:
    """Return the item that an entry makes."""
    return next((str(leg.meta[v.ITEM]) for leg in share.record.postings if v.ITEM in leg.meta), "")


def _before(year: YearDemand) -> Sequence[BookedShare]:
    """Return the claims that were there before the document's: of what came in another order only the earlier ones.

    Of one day, the tax that a decision puts on what was claimed comes before every other claim.
    """
    others = [share for share in year.standing if year.booked is None or share.record != year.booked.record]
    since = year.booked.record.day(v.AROSE) if year.booked else year.step.since if year.step else None
    earlier = [
        share for share in others if since is None or _is_earlier(share, since, of_tax=_is_of_tax(year))
    ]
    before_cents = year.demanded_cents - year.agreed_cents
    return earlier if _net(earlier) == before_cents else others


def _is_earlier(share: BookedShare, since: dt.date, *, of_tax: bool) -> bool:
    """Tell whether a claim comes before one that is known since a day, which is of tax or of a share."""
    arose = share.record.day(v.AROSE)
    if not of_tax and arose and is_tax(first_item(share)):
        return arose <= since
    return share.known_on < since


def _is_of_tax(year: YearDemand) -> bool:
    if year.booked:
        return is_tax(first_item(year.booked))
    return year.step is not None and year.step.kind == ClaimKind.TAX


def _states_the_year(book: Book, others: Sequence[BookedShare], year: YearDemand, document: Invoice) -> bool:
    if _is_of_tax(year):
        return True
    if year.booked:
        settles, known_on = year.booked.record.text(v.KIND) == v.Kind.SETTLEMENT, year.booked.known_on
    elif year.step:
        settles, known_on = year.step.kind == ClaimKind.SETTLEMENT, year.step.known_on
    else:
        return False
    treatment = known_vat(book.agreement, year.service_year, known_on)
    alike = all(share.vat_cents == vat_cents(treatment, share.cents) for share in others)
    takes_off = bool(document.totals.prepaid_cents)
    return settles and not alike and (takes_off or year.demanded_cents - year.agreed_cents == _net(others))


def _net(shares: Iterable[BookedShare]) -> int:
    return sum(share.cents for share in shares)


def _taken(year: YearDemand, document: Invoice, gross_cents: int, others: Iterable[BookedShare]) -> int:
    """Return how much of the advances, gross, the document takes over: what it does not take off of what was asked.

    What it takes off beyond are payments on its own claim.
    """
    asked = sum(
        share.cents + share.vat_cents for share in others if share.record.text(v.KIND) == v.Kind.ADVANCE
    )
    rest = gross_cents - (document.totals.prepaid_cents or 0)
    closes = year.step.closes if year.step and not year.booked else year.booked
    return rest if closes and 0 < rest <= asked else 0
