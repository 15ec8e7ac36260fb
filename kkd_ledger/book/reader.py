"""Records of a book in journal order: from canonical text by our own reader, from any other text by Beancount's.

Journal order is the order in which the top file names the months, then line by line. A reader holds no lock: it reads
through a decided batch whose files are not in their places yet, and reads again where a writer came between.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple

from kkd_ledger.book import bookkeeping, canonical, journal, topfile
from kkd_ledger.book import vocabulary as v
from kkd_ledger.book.config import Book
from kkd_ledger.book.records import Complaint, Custom, Place, Record, Top
from kkd_ledger.errors import BookBusy, BookRefused, Problem
from kkd_ledger.periods import BookingMonth

READS_MAX: Final = 20


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
    for _ in range(READS_MAX):
        texts = _Texts(book.root, journal.settled(book.root), staged or {})
        try:
            reading = _read(texts)
        except BookRefused:
            if texts.still_there():
                raise
        else:
            if texts.still_there():
                return reading
    raise BookBusy(book.root, f"es hat sich bei {READS_MAX} Leseversuchen jedes Mal geändert")


def _read(texts: _Texts) -> Reading:
    top = topfile.read(texts.text(v.TOP_FILE), v.TOP_FILE)
    head = Top(top.options, top.plugins, Place(v.TOP_FILE, 1))
    files = {f"{month.stem}.beancount": month for month in top.months}
    try:
        months = [canonical.read(texts.text(file), file) for file in files]
    except canonical.NotCanonical:
        from kkd_ledger.book import beancount_reader

        loaded = beancount_reader.read(
            {file: texts.bytes(file) for file in (v.TOP_FILE, *files)}, texts.root / "documents"
        )
        return Reading(top.months, (head, *loaded.records), loaded.complaints, by_beancount=True)
    records: tuple[Record, ...] = (head, *chain.from_iterable(months))
    _refuse_foreign(records)
    return Reading(top.months, records, bookkeeping.complaints(records), by_beancount=False)


def _refuse_foreign(records: Iterable[Record]) -> None:
    problems = [
        Problem(record.place.file, f"Zeile {record.place.line}", f'custom "{record.kind}"', allowed)
        for record in records
        if isinstance(record, Custom) and (allowed := topfile.foreign_custom(record.kind, record.values))
    ]
    if problems:
        raise BookRefused(problems)


class _Texts:
    """The book's files, staged ones first, then those that are decided but not in their places yet."""

    def __init__(self, root: Path, decided: Mapping[str, bytes], staged: Mapping[str, bytes]) -> None:
        self.root = root
        self._decided = decided
        self._staged = {**decided, **staged}
        self._seen: dict[Path, tuple[int, int]] = {}

    def still_there(self) -> bool:
        """Whether every file that was read is still the one in its place."""
        if journal.settled(self.root).keys() != self._decided.keys():
            return False
        return all(path.exists() and _stamp(path.stat()) == seen for path, seen in self._seen.items())

    def bytes(self, file: str) -> bytes:
        if file in self._staged:
            return self._staged[file]
        path = self.root / file
        try:
            with path.open("rb") as opened:
                self._seen[path] = _stamp(os.fstat(opened.fileno()))
                return opened.read()
        except FileNotFoundError:
            missing = Problem(str(self.root / file), "", "keine Datei", "die Datei, die das Buch nennt")
            raise BookRefused([missing]) from None

    def text(self, file: str) -> str:
        try:
            return self.bytes(file).decode("utf-8")
        except UnicodeDecodeError as error:
            found = f"Byte {error.start} ist kein UTF-8"
            raise BookRefused([Problem(str(self.root / file), "", found, "UTF-8 ohne BOM")]) from None


def _stamp(file: os.stat_result) -> tuple[int, int]:
    return file.st_ino, file.st_mtime_ns
