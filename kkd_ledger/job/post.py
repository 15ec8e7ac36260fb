"""kkd post: what the agreement entitles minus what is booked becomes entries."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from kkd_ledger.agreement import Correction, trueup
from kkd_ledger.book.config import Book
from kkd_ledger.book.entries import Order, share_entry
from kkd_ledger.job.session import Outcome, Session, session


@dataclass(frozen=True)
class Posted:
    """The corrections that were posted, and what was written."""

    corrections: tuple[Correction, ...]
    outcome: Outcome


def post(book: Book, order: Order, *, service_year: int | None = None, dry_run: bool = False) -> Posted:
    """Post entitled − booked for every party and service year (or one service year) into the newest month.

    The agreement is taken as it stood on the posting day: `order.day`, or the nearest day of the newest month.
    A book of a member holds its own shares only. Running it again posts nothing. Raise EntryRefused where an entry
    would break a rule.
    """
    with session(book) as work:
        corrections = due_corrections(work, work.posting_day(order.day), service_year)
        day = work.posting_day(order.day)
        for correction in corrections:
            work.add(
                [share_entry(book, work.claims, correction, date=day, known=day, order=order)], work.newest
            )
        return Posted(corrections, work.commit(dry_run=dry_run))


def due_corrections(work: Session, day: dt.date, service_year: int | None) -> tuple[Correction, ...]:
    """Return what has to be booked in this book on a day, by service year and party."""
    return tuple(
        correction
        for correction in trueup(work.book.agreement, day, work.claims.booked)
        if service_year in {None, correction.service_year}
        and (work.book.is_operator or correction.member == work.book.party)
    )
