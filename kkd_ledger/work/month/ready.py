"""Which months a person may close: the monthly run says so, and closes none itself."""

from __future__ import annotations

import datetime as dt

from kkd_ledger.book.certificate import Certificates
from kkd_ledger.book.config import Book
from kkd_ledger.periods import CLOSING_MONTH, BookingMonth
from kkd_ledger.rules.engine.rule import needs_action
from kkd_ledger.work.session import Outcome
from kkd_ledger.work.statements.statement_numbers import missing_pages


def ready(book: Book, outcome: Outcome, today: dt.date) -> tuple[BookingMonth, ...]:
    """Return the months that are over, told of by statements to their last day, and in which nothing is to be decided.

    The oldest first, as they are closed in that order. None while anything is found that somebody has to attend to.
    """
    book_known = outcome.known_book
    months = sorted(
        month
        for month in book_known.months
        if month.month < CLOSING_MONTH and not book_known.chain.is_sealed(month)
    )
    if not months or months[0].last_day > today or needs_action(outcome.findings):
        return ()
    certificates = Certificates(book.root, months[0].first_day)
    ends = [
        statement.to_day
        for statement in certificates.statements
        if not (statement.page and statement.page.more)
    ]
    reached = min(today, max(ends, default=dt.date.min))
    waiting = min((line.day for line in certificates.waiting), default=dt.date.max)
    closable = []
    for month in months:
        if month.last_day > reached or waiting <= month.last_day:
            break
        if any(missing_pages(certificates.statements, month.first_day)):
            break
        closable.append(month)
    return tuple(closable)
