"""A book whose months are closed but for the newest one, which was changed since: what `kkd check` meets every day."""

import datetime as dt
from pathlib import Path

from kkd_ledger.audit.close import close
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.books.books import appropriate
from tests.bench.books import FIRST_YEAR, PERSON, make_book


def sealed_book(folder: Path, transactions: int, years: int = 10, parties: int | None = None) -> Book:
    """Write a book of whole years; a person has closed all of its months but the newest."""
    return load_book(make_book(folder, transactions, years, parties=parties, sealed=True))


def shut(book: Book, month: BookingMonth, year: int) -> None:
    """Close a month, in a year that begins after it."""
    closing = close(book, month, by=PERSON, today=dt.date(year, 1, 31))
    assert closing.seal, closing.hindrances


def change(book: Book, years: int) -> None:
    """Enter an appropriation into the newest month of a book of so many years."""
    year = FIRST_YEAR + years - 1
    appropriate(book, year, 1, v.AppropriationKind.SUPPLEMENTARY, today=dt.date(year, 12, 31))
