"""kkd post: what the agreement entitles minus what is booked becomes entries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from kkd_ledger.agreement import Correction, Gap, resolution, trueup
from kkd_ledger.book import vocabulary as v
from kkd_ledger.book.config import Book
from kkd_ledger.book.entries import Cause, Order, is_prior, offset_entry, share_entry
from kkd_ledger.book.items import Item
from kkd_ledger.book.records import Transaction
from kkd_ledger.job.session import Outcome, Session, session
from kkd_ledger.periods import CLOSING_MONTH, BookingMonth


@dataclass(frozen=True)
class Posted:
    """The corrections that were posted, what was written, and the figures without which a share has no amount."""

    corrections: tuple[Correction, ...]
    outcome: Outcome
    missing: tuple[Gap, ...]


def post(book: Book, order: Order, *, service_year: int | None = None, dry_run: bool = False) -> Posted:
    """Post entitled − booked for every party and service year (or one service year) into the newest month.

    The agreement is taken as it stood on the posting day: `order.day`, or the nearest day of the newest month.
    A book of a member holds its own shares only. Running it again posts nothing. Raise EntryRefused where an entry
    would break a rule.
    """
    with session(book) as work:
        day = work.posting_day(order.day)
        corrections = due_corrections(work, day, service_year)
        for correction in corrections:
            month = _month(work, correction, day)
            date = min(day, month.last_day)
            entry = share_entry(book, work.claims, correction, date=date, demanded=day, order=order)
            add_claim(work, entry, month, order)
        missing = book.missing(day, service_year)
        return Posted(corrections, work.commit(dry_run=dry_run), missing)


def add_claim(work: Session, entry: Transaction, month: BookingMonth, order: Order) -> None:
    """Add the entry of a claim or a credit, and set a credit off against what is still open of the same share.

    The offset is an entry of its own: whoever finds that it crossed a payment reverses it (`kkd reverse`).
    """
    work.add([entry], month)
    work.items.take([entry])
    share = entry.text(v.PARTY), int(entry.text(v.SERVICE_YEAR))
    for claim, credit in _offsets(work, *share):
        cents = min(abs(claim.open_cents), abs(credit.open_cents))
        receivable, payable = (claim, credit) if claim.sign > 0 else (credit, claim)
        cause = Cause(f"{credit.posten} mindert, was auf {claim.posten} noch offen ist", "", order)
        offset = offset_entry(work.book, receivable, payable, cents, day=entry.date, cause=cause)
        work.add([offset], month)
        work.items.take([offset])


def _offsets(work: Session, party: str, service_year: int) -> Iterator[tuple[Item, Item]]:
    """Yield what a share still has open on both sides, a claim and a credit at a time, the oldest first."""
    own = 1 if work.book.is_operator else -1
    items = [
        one
        for one in work.items.items.moving.values()
        if (one.party, one.service_year) == (party, service_year)
    ]
    for credit in items:
        for claim in items:
            if claim.sign == own != credit.sign and claim.open_cents * own > 0 > credit.open_cents * own:
                yield claim, credit


def _month(work: Session, correction: Correction, day: dt.date) -> BookingMonth:
    """Return the month to book in: the newest, or the thirteenth of an old year that is still open.

    To the old year belongs only what existed on its 31 December (docs/ledger-format.md).
    """
    year = correction.service_year
    closed = is_prior(work.claims.years, year, day.year)
    adopted = resolution(work.book.agreement, correction.member)
    existed = adopted is not None and adopted.adopted is not None and adopted.adopted <= dt.date(year, 12, 31)
    if year == day.year or closed or not existed or not any(month.year == year for month in work.months):
        return work.newest
    work.open_month(BookingMonth(year, CLOSING_MONTH))
    return BookingMonth(year, CLOSING_MONTH)


def due_corrections(work: Session, day: dt.date, service_year: int | None) -> tuple[Correction, ...]:
    """Return what has to be booked in this book on a day, by service year and party."""
    return tuple(
        correction
        for correction in trueup(work.book.agreement, day, work.claims.booked, work.claims.stood)
        if service_year in {None, correction.service_year}
        and (work.book.is_operator or correction.member == work.book.party)
    )
