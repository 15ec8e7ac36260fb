"""Which months of a book may still be closed."""

from __future__ import annotations

from kkd_ledger.book.config import Book
from kkd_ledger.book.text import reader
from kkd_ledger.errors import UsageError
from kkd_ledger.periods import BookingMonth


def open_months(book: Book, first: BookingMonth, until: BookingMonth) -> list[BookingMonth]:
    """Return the open months from `first` to `until`, both included, in their order; raise UsageError for none."""
    top, chain = reader.consistently(book, lambda texts: reader.outline(book, texts))
    if months := sorted(
        month for month in top.months if first <= month <= until and month not in chain.seals
    ):
        return months
    raise UsageError(f"Von {first} bis {until} ist kein Monat offen.")
