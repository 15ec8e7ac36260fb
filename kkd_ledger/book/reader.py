"""Records of a book in journal order: from canonical text by our own reader, from any other text by Beancount's.

Journal order is the order in which the top file names the months, then line by line.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from kkd_ledger.book import bookkeeping, canonical, topfile
from kkd_ledger.book import vocabulary as v
from kkd_ledger.book.config import Book
from kkd_ledger.book.records import Complaint, Place, Record, Top
from kkd_ledger.errors import BookRefused, Problem
from kkd_ledger.periods import BookingMonth


class Reading(NamedTuple):
    """A book as it was read: its months, its records in journal order, and the reader's own complaints."""

    months: tuple[BookingMonth, ...]
    records: tuple[Record, ...]
    complaints: tuple[Complaint, ...]
    by_beancount: bool


def read(book: Book, staged: Mapping[str, bytes] | None = None) -> Reading:
    """Read the whole book; `staged` files stand in for those on the disk.

    Raise BookRefused where the top file names something foreign or a month's file cannot be read at all.
    """
    texts = _Texts(book.root, staged or {})
    top = topfile.read(texts.text(v.TOP_FILE), v.TOP_FILE)
    head = Top(top.options, top.plugins, Place(v.TOP_FILE, 1))
    files = {f"{month.stem}.beancount": month for month in top.months}
    try:
        months = [canonical.read(texts.text(file), file) for file in files]
    except canonical.NotCanonical:
        from kkd_ledger.book import beancount_reader

        loaded = beancount_reader.read({file: texts.bytes(file) for file in (v.TOP_FILE, *files)})
        return Reading(top.months, (head, *loaded.records), loaded.complaints, by_beancount=True)
    records: tuple[Record, ...] = (head, *chain.from_iterable(months))
    return Reading(top.months, records, bookkeeping.complaints(records), by_beancount=False)


class _Texts:
    """The book's files, staged ones first."""

    def __init__(self, root: Path, staged: Mapping[str, bytes]) -> None:
        self._root = root
        self._staged = staged

    def bytes(self, file: str) -> bytes:
        if file in self._staged:
            return self._staged[file]
        try:
            return (self._root / file).read_bytes()
        except FileNotFoundError:
            missing = Problem(str(self._root / file), "", "keine Datei", "die Datei, die das Buch nennt")
            raise BookRefused([missing]) from None

    def text(self, file: str) -> str:
        try:
            return self.bytes(file).decode("utf-8")
        except UnicodeDecodeError as error:
            found = f"Byte {error.start} ist kein UTF-8"
            raise BookRefused([Problem(str(self._root / file), "", found, "UTF-8 ohne BOM")]) from None
