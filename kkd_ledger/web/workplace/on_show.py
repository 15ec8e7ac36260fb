"""A book that is shown: its newest snapshot, made anew in a thread of its own whenever the files change.

While a new snapshot is made, readers get the old one. The first one shows how claims and budget stand as soon as the
state behind the last seal and the open months are read; the entries of a big book follow.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread
from time import monotonic
from typing import Final

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.state.overview import overview
from kkd_ledger.book.text.reader import read
from kkd_ledger.errors import KkdError
from kkd_ledger.process import keep_for_forks
from kkd_ledger.rules.engine.checkpoint import KnownBook, known_book
from kkd_ledger.web.workplace.shown_journal import MonthShelf, ShownJournal, journal_of
from kkd_ledger.web.workplace.snapshot import PATIENCE_S, Snapshot, StillReading
from kkd_ledger.web.workplace.visitor import Visitor

LOOK_S_MIN: Final = 1
"""How often, at most, the files of a book are looked at."""
FIRST_PATIENCE_S: Final = 8
"""How long a request waits for the first snapshot of a book before it says that the book is being read."""
READINGS_MAX: Final = 3
Stamp = tuple[tuple[str, int, int, int], ...]


class BookOnShow:
    """One book that is shown: its newest snapshot, and the thread that makes the next one.

    `today` gives the day of each snapshot. `journal` is what Fava calls the book in its addresses. `trouble` is why the
    newest state of the files cannot be shown; empty where it is. `book` is as it was read last.
    """

    def __init__(self, book: Book, today: Callable[[], dt.date], journal: str = "") -> None:
        self.root = book.root
        self.book = book
        self.journal = journal
        self.trouble = ""
        self._today = today
        self._snapshot: Snapshot | None = None
        self._failure: KkdError | None = None
        self._stamp: Stamp = ()
        self._looked = 0
        self._lock = Lock()
        self._making: Thread | None = None
        self._shelf, self._shelf_lock = MonthShelf(), Lock()

    def lets_read(self, who: Visitor) -> bool:
        """Tell whether somebody holds a role in the book today; one that names no roles is read by all who log in."""
        return not self.book.settings.roles or bool(who.roles(self.book, self._today()))

    def begin(self) -> Thread | None:
        """Look at the files, and begin to read them where they have changed; return the thread that reads them."""
        with self._lock:
            self._look()
            return self._making

    def snapshot(self, patience_s: int | None = None) -> Snapshot:
        """Return the newest snapshot there is; raise KkdError where the book could not be read, or not yet.

        `patience_s` is how long to wait for the first one, FIRST_PATIENCE_S where None.
        """
        making = self.begin()
        if making is not None:
            first_s = FIRST_PATIENCE_S if patience_s is None else patience_s
            making.join(PATIENCE_S if self._snapshot else first_s)
        if self._snapshot is None:
            raise self._failure or StillReading(self.book)
        return self._snapshot

    @property
    def today(self) -> dt.date:
        """The day of the next snapshot."""
        return self._today()

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
        made = None
        try:
            made, stamp = self._made(stamp)
        except KkdError as error:
            self._failure, self.trouble = error, str(error)
        else:
            self._snapshot, self.book, self.trouble = made, made.book, ""
        with self._lock:
            self._stamp, self._making = stamp, None
        if made is not None:
            self._read(made)
            made.prepare()
            keep_for_forks()

    def _made(self, stamp: Stamp) -> tuple[Snapshot, Stamp]:
        """Return a snapshot of files that did not change while they were read, and their stamp."""
        for _ in range(READINGS_MAX):
            made = self._made_once()
            now = self._stamp_now()
            if now == stamp:
                break
            stamp = now
        return made, stamp

    def _made_once(self) -> Snapshot:
        book, today = load_book(self.root), self._today()
        reading: Future[ShownJournal] = Future()
        standing = _standing(book)
        if standing is None or standing.reading is not None:
            taken = standing.reading if standing and standing.reading else read(book)
            claims = standing.progress.overview if standing else overview(book, taken.records)
            made = Snapshot(book, taken.months, taken.chain, claims, reading, today)
            reading.set_result(journal_of(taken.records))
        else:
            made = Snapshot(book, standing.months, standing.chain, standing.progress.overview, reading, today)
            if self._snapshot is not None:
                self._read(made)
        _ = made.overview.standings, made.overview.budget, made.items
        return made

    def _read(self, snapshot: Snapshot) -> None:
        """Read the entries of a snapshot that has none yet, but for the months that are read already."""
        with self._shelf_lock:
            if snapshot.reading.done():
                return
            try:
                journal = self._shelf.journal(snapshot.book)
            except KkdError as error:
                snapshot.reading.set_exception(error)
            else:
                snapshot.reading.set_result(journal)
                journal.prepare()


def _standing(book: Book) -> KnownBook | None:
    """Return what is known of a book by its last seal and its open months; None where that cannot be told.

    What forbids a check (money on an account that book.toml names no more) does not forbid to look at the book.
    """
    with suppress(KkdError):
        return known_book(book)
    return None


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
