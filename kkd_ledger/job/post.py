"""kkd post: what the agreement entitles minus what is booked becomes entries."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from kkd_ledger.agreement import Correction, Gap, resolution, trueup
from kkd_ledger.book.config import Book
from kkd_ledger.book.entries import Order, is_prior, share_entry
from kkd_ledger.book.records import Open
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
        strangers = {one.member for one in corrections} - {member for member, _ in work.claims.booked}
        for correction in corrections:
            month = _month(work, correction, day)
            date = min(day, month.last_day)
            if correction.member in strangers:
                work.add(_first_accounts(work, correction.member, date), month)
                strangers.remove(correction.member)
            work.add([share_entry(book, work.claims, correction, date=date, known=day, order=order)], month)
        missing = book.missing(day, service_year)
        return Posted(corrections, work.commit(dry_run=dry_run), missing)


def _first_accounts(work: Session, member: str, day: dt.date) -> list[Open]:
    """Return the accounts of a party that came into the agreement after the book had begun."""
    book, held = work.book, work.known.progress.books
    named = [book.account(role, member) for role in ("receivable", "payable")]
    return [Open(day, account, {}) for account in sorted(named) if not held.has_opened(account)]


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
        for correction in trueup(work.book.agreement, day, work.claims.booked)
        if service_year in {None, correction.service_year}
        and (work.book.is_operator or correction.member == work.book.party)
    )
