"""Records of a book in journal order: from canonical text by our own reader, from any other text by Beancount's.

Journal order is the order in which the top file names the months, then line by line. A reader holds no lock: it reads
through a decided batch whose files are not in their places yet, and reads again where a writer came between.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from hashlib import file_digest
from io import FileIO
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

from kkd_ledger.book.config import Book
from kkd_ledger.book.seals import verify
from kkd_ledger.book.seals.prehashed import PrehashedFiles, Stamp
from kkd_ledger.book.seals.seal_chain import LINK_FILE, SealChain, hash_of
from kkd_ledger.book.store import journal
from kkd_ledger.book.store.year_files import in_years
from kkd_ledger.book.text import bookkeeping, canonical, topfile
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Complaint, Custom, Dated, Place, Record, Top
from kkd_ledger.book.text.topfile import TopFile
from kkd_ledger.errors import BookBusy, BookRefused, Problem
from kkd_ledger.periods import BookingMonth
from kkd_ledger.process import without_collection

READS_MAX: Final = 20
_T = TypeVar("_T")


class BookReading(NamedTuple):
    """A book as it was read: its months, its records in journal order, the reader's own complaints, its seals."""

    months: tuple[BookingMonth, ...]
    records: tuple[Record, ...]
    complaints: tuple[Complaint, ...]
    by_beancount: bool
    chain: SealChain = SealChain()


def read(book: Book, staged: Mapping[str, bytes] | None = None) -> BookReading:
    """Read the whole book; `staged` files stand in for those on the disk.

    Raise BookRefused where the top file names something foreign or a month's file cannot be read at all.
    """
    return consistently(book, lambda texts: _read(book, texts), staged)


def consistently(
    book: Book, take: Callable[[BookTexts], _T], staged: Mapping[str, bytes] | None = None
) -> _T:
    """Return what `take` makes of the book's files while none of them changes; raise BookBusy where they never rest."""
    for _ in range(READS_MAX):
        texts = BookTexts(book.root, journal.settled(book.root), staged or {}, book.ahead)
        try:
            with without_collection():
                taken = take(texts)
        except BookRefused:
            if texts.still_there():
                raise
        else:
            if texts.still_there():
                return taken
    raise BookBusy(book.root, f"es hat sich bei {READS_MAX} Leseversuchen jedes Mal geändert")


def outline(book: Book, texts: BookTexts) -> tuple[TopFile, SealChain]:
    """Return what the top file says, and the chain of closing proofs, verified."""
    top = top_of(texts)
    return top, chain_of(book, texts, top)


def top_of(texts: BookTexts) -> TopFile:
    """Return what the top file says."""
    return topfile.read(texts.text(v.TOP_FILE), v.TOP_FILE)


def chain_of(book: Book, texts: BookTexts, top: TopFile) -> SealChain:
    """Return the chain of closing proofs, verified."""
    return verify.read(texts, texts.links(), top, book.party)


def head_of(top: TopFile) -> Top:
    """Return the top file as a record."""
    return Top(top.options, top.plugins, Place(v.TOP_FILE, 1))


def read_month(texts: BookTexts, month: BookingMonth) -> list[Dated]:
    """Return the records of a month; raise NotCanonical where only Beancount may read it."""
    file = f"{month.stem}.beancount"
    return texts.canonical.read(texts.text(file), file)


def _read(book: Book, texts: BookTexts) -> BookReading:
    top, chain = outline(book, texts)
    try:
        return _records(texts, top)._replace(chain=chain)
    except BookRefused as error:
        broken = [
            Problem(fault.place.file, f"Zeile {fault.place.line}", fault.text, "was abgeschlossen wurde")
            for fault in chain.breaks
        ]
        raise BookRefused([*error.problems, *broken]) from None


def _records(texts: BookTexts, top: TopFile) -> BookReading:
    try:
        months = [read_month(texts, month) for month in top.months]
    except canonical.NotCanonical:
        from kkd_ledger.book.text import beancount_reader

        files = (v.TOP_FILE, *(f"{month.stem}.beancount" for month in top.months))
        loaded = beancount_reader.read({file: texts.bytes(file) for file in files}, texts.root / v.DOCUMENTS)
        return BookReading(top.months, (head_of(top), *loaded.records), loaded.complaints, by_beancount=True)
    records: tuple[Record, ...] = (head_of(top), *(record for month in months for record in month))
    refuse_foreign(records)
    return BookReading(top.months, records, bookkeeping.complaints(records), by_beancount=False)


def refuse_foreign(records: Iterable[Record]) -> None:
    """Raise BookRefused for customs that would make Fava run something foreign."""
    problems = [
        Problem(record.place.file, f"Zeile {record.place.line}", f'custom "{record.kind}"', allowed)
        for record in records
        if isinstance(record, Custom) and (allowed := topfile.foreign_custom(record.kind, record.values))
    ]
    if problems:
        raise BookRefused(problems)


class BookTexts:
    """The book's files, staged ones first, then those that are decided but not in their places yet."""

    def __init__(
        self, root: Path, decided: Mapping[str, bytes], staged: Mapping[str, bytes], ahead: PrehashedFiles
    ) -> None:
        self.root = root
        self._ahead = ahead
        self._decided = decided
        self._staged = {**decided, **staged}
        self.canonical = canonical.MonthReader()
        self._seen: dict[str, Stamp | None] = {}
        self._listed: frozenset[str] | None = None

    def still_there(self) -> bool:
        """Whether every file that was read is still the one in its place."""
        if journal.settled(self.root).keys() != self._decided.keys():
            return False
        if self._listed is not None and self._listed != self._links_there():
            return False
        return all(_stamp_of(path) == seen for path, seen in self._seen.items())

    def links(self) -> frozenset[str]:
        """Return the files that may be links of the chain of closing proofs."""
        self._listed = self._links_there()
        return self._listed | {file for file in self._staged if LINK_FILE.fullmatch(file)}

    def _links_there(self) -> frozenset[str]:
        return frozenset(filter(LINK_FILE.fullmatch, in_years(self.root, ".json")))

    def find(self, file: str) -> bytes | None:
        """Return a file's content; None where there is none."""
        if file in self._staged:
            return self._staged[file]
        return self._taken(file, FileIO.read)

    def sha256(self, file: str) -> str | None:
        """Return the hash of a file, without holding its content; None where there is none."""
        if file in self._staged:
            return hash_of(self._staged[file])
        stamp = _stamp_of(path := f"{self.root}/{file}")
        if stamp and (hashed := self._ahead.sha256(file, stamp)):
            self._seen[path] = stamp
            return hashed
        return self._taken(file, lambda opened: file_digest(opened, "sha256").hexdigest())

    def _taken(self, file: str, take: Callable[[FileIO], _T]) -> _T | None:
        """Return what `take` makes of a file as it is now; None where there is none."""
        path = f"{self.root}/{file}"
        try:
            with FileIO(path) as opened:
                self._seen[path] = Stamp.of(os.fstat(opened.fileno()))
                return take(opened)
        except FileNotFoundError:
            self._seen[path] = None
            return None

    def bytes(self, file: str) -> bytes:
        """Return a file's content; raise BookRefused where there is none."""
        content = self.find(file)
        if content is None:
            raise BookRefused([self._missing(file)])
        return content

    def _missing(self, file: str) -> Problem:
        if file == v.TOP_FILE and not any(self.root.glob("[0-9]*/*.beancount")):
            allowed = f"erst `kkd open {self.root} JJJJ-MM`: das legt es mit dem ersten Monat an, den es führen soll"
            return Problem(str(self.root), "", "das Buch ist noch nicht angelegt", allowed)
        return Problem(str(self.root / file), "", "keine Datei", "die Datei, die das Buch nennt")

    def text(self, file: str) -> str:
        """Return a file's text; raise BookRefused where it is none."""
        try:
            return self.bytes(file).decode("utf-8")
        except UnicodeDecodeError as error:
            actual = f"Byte {error.start} ist kein UTF-8"
            raise BookRefused([Problem(str(self.root / file), "", actual, "UTF-8 ohne BOM")]) from None


def _stamp_of(path: str) -> Stamp | None:
    try:
        return Stamp.of(os.stat(path))  # noqa: PTH116 - for every file of every year
    except FileNotFoundError:
        return None
