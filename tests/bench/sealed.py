"""A book whose months are closed but for the newest one, which was changed since: what `kkd check` meets every day."""

import datetime as dt
from pathlib import Path

from kkd_ledger.audit.close import close
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.books.books import appropriate
from tests.bench.books import FIRST_YEAR, PARTY, PERSON, make_book
from tests.bench.sizes import shelved


def sealed_book(folder: Path, transactions: int, years: int = 10, parties: int | None = None) -> Book:
    """Write a book of whole years; a person has closed all of its months but the newest."""
    name = f"sealed-{transactions}-{years}-{parties}"
    shelved(folder, name, lambda place: seal(make_book(place, transactions, years, parties=parties)))
    return load_book(folder / PARTY)


def seal(folder: Path) -> None:
    """Close all months of a book but the newest."""
    book = load_book(folder)
    years = sorted(int(path.name) for path in folder.iterdir() if path.name.isdigit())
    months = [BookingMonth(year, number) for year in years for number in range(1, 13)]
    for month in months[:-1]:
        shut(book, month, years[-1] + 1)


def shut(book: Book, month: BookingMonth, year: int) -> None:
    """Close a month, in a year that begins after it."""
    closing = close(book, month, by=PERSON, today=dt.date(year, 1, 31))
    assert closing.seal, closing.hindrances


def change(book: Book, years: int) -> None:
    """Enter an appropriation into the newest month of a book of so many years."""
    year = FIRST_YEAR + years - 1
    appropriate(book, year, 1, v.AppropriationKind.SUPPLEMENTARY, today=dt.date(year, 12, 31))
