"""What the pages know of a book: one immutable snapshot, made by our own reader and swapped whole when files change.

A request never computes what a load can: the snapshot is made once per state of the files. While a new one is made,
readers get the old one; only the very first request of a book waits.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock, Thread
from time import monotonic
from typing import Final

from kkd_ledger import german
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.seals.seal_chain import SealChain
from kkd_ledger.book.state.items import Item
from kkd_ledger.book.state.overview import Overview, overview
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Custom, Document, Record, Transaction
from kkd_ledger.errors import KkdError
from kkd_ledger.money import format_eur
from kkd_ledger.periods import BookingMonth
from kkd_ledger.rules.engine.check import check
from kkd_ledger.rules.engine.rule import Finding
from kkd_ledger.work.decisions.doubted import Doubted, doubted
from kkd_ledger.work.decisions.explaining import ExplainedFile, explained
from kkd_ledger.work.decisions.proposals import Proposals, proposals
from kkd_ledger.work.month.month import waiting_months
from kkd_ledger.work.month.status import BookStatus, status

LOOK_S_MIN: Final = 1
"""How often, at most, the files of a book are looked at."""
QUICK_MAX: Final = 50
"""How much unclear money a page may look at itself."""
PATIENCE_S: Final = 2
"""How long a request waits for a new snapshot before it shows the old one."""
Stamp = tuple[tuple[str, int, int, int], ...]


@dataclass(frozen=True)
class Snapshot:
    """A book as its files stood at one moment; everything derived is made once, when the first page asks for it."""

    book: Book
    months: tuple[BookingMonth, ...]
    records: Sequence[Record]
    chain: SealChain
    today: dt.date

    @cached_property
    def overview(self) -> Overview:
        """Claims and budget line."""
        return overview(self.book, self.records)

    @cached_property
    def entries(self) -> Sequence[Transaction]:
        """All entries, newest first."""
        return [record for record in reversed(self.records) if isinstance(record, Transaction)]

    @cached_property
    def by_number(self) -> Mapping[str, Transaction]:
        """The entries by their posting number."""
        return {entry.text(v.NUMBER): entry for entry in self.entries}

    @cached_property
    def _texts(self) -> Mapping[str, str]:
        return {number: _text_of(entry) for number, entry in self.by_number.items()}

    def text_of(self, entry: Transaction) -> str:
        """Return all that people look for in an entry, case folded: words, metadata, items, its amounts."""
        return self._texts.get(entry.text(v.NUMBER), "")

    @cached_property
    def by_item(self) -> Mapping[str, Sequence[Transaction]]:
        """The entries that name an item, oldest first."""
        naming: dict[str, list[Transaction]] = {}
        for entry in reversed(self.entries):
            for item in {str(posting.meta.get(v.ITEM, "")) for posting in entry.postings}:
                naming.setdefault(item, []).append(entry)
        return naming

    @cached_property
    def by_link(self) -> Mapping[str, Sequence[Transaction]]:
        """The entries that a link ties together, oldest first."""
        tied: dict[str, list[Transaction]] = {}
        for entry in reversed(self.entries):
            for link in entry.links:
                tied.setdefault(link, []).append(entry)
        return tied

    @cached_property
    def documents(self) -> Sequence[Document]:
        """The vouchers that the ledger names, newest first."""
        return [record for record in reversed(self.records) if isinstance(record, Document)]

    @cached_property
    def acts(self) -> Sequence[Custom]:
        """Who did what, newest first."""
        return [
            record
            for record in reversed(self.records)
            if isinstance(record, Custom) and record.kind == v.CustomType.ACT
        ]

    @cached_property
    def items(self) -> Sequence[Item]:
        """The open items on which something is owed or to be given back, the longest due first."""
        moving = self.overview.claims.items.moving.values()
        return sorted(
            (item for item in moving if not item.settled), key=lambda item: (item.due_on, item.posten)
        )

    @cached_property
    def _ways(self) -> Proposals:
        claims = self.overview.claims
        return proposals(self.book, claims) if claims.suspense else {}

    @property
    def ways(self) -> Proposals | None:
        """What unclear money probably is; None while that of very much money is still being reckoned."""
        if len(self.overview.claims.suspense) <= QUICK_MAX:
            return self._ways
        return self.__dict__.get("_ways")

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What the rules find, gravest first."""
        return check(self.book, today=self.today)

    @cached_property
    def status(self) -> BookStatus:
        """How the book stands with the outside world today."""
        return status(self.book, today=self.today)

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The parties' names by id."""
        return {member.id: member.name for member in self.book.agreement.parties()}

    @cached_property
    def doubts(self) -> Doubted:
        """The bank files and lines that wait for a decision."""
        return doubted(self.book, self.today)

    @cached_property
    def inbox(self) -> tuple[ExplainedFile, ...]:
        """The statement files of the inbox, with what a run would do with each."""
        return explained(self.book, (), self.today)

    @cached_property
    def waiting_months(self) -> tuple[BookingMonth, ...]:
        """The months that a run has something to do in, the oldest first; none where the inbox cannot be read."""
        with suppress(KkdError):
            return waiting_months(self.book, self.today)
        return ()

    def prepare(self) -> None:
        """Make what pages will ask for, while nobody waits for it."""
        with suppress(KkdError):
            _ = self.status, self.findings, self._texts, self.by_item, self.by_link, self._ways

    def name(self, party: str) -> str:
        """Return a party's name; its id where the agreement does not know it any more."""
        return self.names.get(party, party)

    def year_name(self, year: int) -> str:
        """Return what people call a service year."""
        return self.book.agreement.year_name(year)


def amount_of(entry: Transaction) -> int:
    """Return what an entry moves, in cents: the sum of its debit legs (Soll), never negative."""
    return sum(posting.cents for posting in entry.postings if posting.cents > 0)


def _text_of(entry: Transaction) -> str:
    values = [german.day(value) if isinstance(value, dt.date) else value for value in entry.meta.values()]
    items = [str(posting.meta.get(v.ITEM, "")) for posting in entry.postings]
    amounts = [format_eur(abs(posting.cents)) for posting in entry.postings]
    words = [german.day(entry.date), entry.payee, entry.narration, *values, *items, *amounts]
    return " ".join(dict.fromkeys(words)).casefold()


class BookOnShow:
    """One book that is shown: its newest snapshot, and the thread that makes the next one.

    `today` gives the day of each snapshot. `trouble` is why the newest state of the files cannot be shown; empty where
    it is.
    """

    def __init__(self, root: Path, today: Callable[[], dt.date]) -> None:
        self.root = root
        self.trouble = ""
        self._today = today
        self._snapshot: Snapshot | None = None
        self._failure: KkdError | None = None
        self._stamp: Stamp = ()
        self._looked = 0
        self._lock = Lock()
        self._making: Thread | None = None

    def snapshot(self) -> Snapshot:
        """Return the newest snapshot there is; raise KkdError where the book never could be read."""
        with self._lock:
            self._look()
            making = self._making
        if making is not None:
            making.join(PATIENCE_S if self._snapshot else None)
        if self._snapshot is None:
            assert self._failure is not None, "a reading ends with a snapshot or with its reason"
            raise self._failure
        return self._snapshot

    @property
    def is_stale(self) -> bool:
        """Whether the files are newer than what is shown."""
        return self._making is not None or bool(self.trouble)

    def look_again(self) -> None:
        """Let the next request look at the files at once: something was written."""
        with self._lock:
            self._looked = -LOOK_S_MIN

    def _look(self) -> None:
        now = int(monotonic())
        if self._making is not None or (self._stamp and now < self._looked + LOOK_S_MIN):
            return
        self._looked = now
        stamp, is_new_day = self._stamp_now(), self._snapshot and self._snapshot.today != self._today()
        if stamp != self._stamp or is_new_day:
            self._making = Thread(target=self._make, args=(stamp,), daemon=True)
            self._making.start()

    def _stamp_now(self) -> Stamp:
        files = [*_files(self.root)]
        if self._snapshot:
            files += _files(self._snapshot.book.agreement_file.parent)
        return tuple(sorted(dict.fromkeys(files)))

    def _make(self, stamp: Stamp) -> None:
        try:
            book = load_book(self.root)
            reading = read(book)
            made = Snapshot(book, reading.months, reading.records, reading.chain, self._today())
            _ = made.overview.standings, made.overview.budget, made.items
        except KkdError as error:
            self._failure, self.trouble = error, str(error)
        else:
            self._snapshot, self.trouble = made, ""
        with self._lock:
            self._stamp, self._making = stamp, None
        if self._snapshot and not self.trouble:
            self._snapshot.prepare()


def _files(folder: Path) -> Iterator[tuple[str, int, int, int]]:
    """Yield path, time, size and inode of every file below a folder, but for hidden folders."""
    folders = [str(folder)]
    while folders:
        try:
            entries = list(os.scandir(folders.pop()))
        except OSError:
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if not entry.name.startswith("."):
                    folders.append(entry.path)
            else:
                with suppress(OSError):
                    status = entry.stat()
                    yield entry.path, status.st_mtime_ns, status.st_size, status.st_ino
