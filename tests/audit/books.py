"""Books of the three invented parties with sealed months, for the tests of seals."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from kkd_ledger.audit.close import Closing, close
from kkd_ledger.audit.reopen import reopen
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.seals.seal_chain import SealChain
from kkd_ledger.book.text.reader import consistently, outline
from kkd_ledger.periods import BookingMonth
from kkd_ledger.rules import acts
from kkd_ledger.rules.engine.check import check
from kkd_ledger.rules.engine.rule import Finding
from kkd_ledger.work.books.books import open_month
from kkd_ledger.work.statements.importing import import_files
from ledgers.statements import Entry, camt
from tests.samples import kept_folder, posted_three

BY = "K. Kasse"
FEBRUARY, MARCH, APRIL, MAY = (BookingMonth(2022, month) for month in (2, 3, 4, 5))
ACCOUNT, OWNER = "DE09999999999900100000", "Amt Nirgendwo"
ADORF = "DE75999999990065340010"


def seal(book: Book, *months: BookingMonth, **remarks: str) -> Closing:
    """Close months on the day after their last; each must be sealed."""
    for month in months:
        today = month.last_day + dt.timedelta(days=1)
        done = close(book, month, by=BY, today=today, remarks=remarks)
        assert done.seal, done.hindrances
    return done


def statement(folder: Path, month: BookingMonth, entries: Iterable[Entry], *, opening: int = 0) -> Path:
    """Write a month's bank statement of the office."""
    path = folder / f"{month}.xml"
    text = camt(ACCOUNT, OWNER, list(entries), first=month.first_day, number=month.month, opening=opening)
    path.write_text(text, encoding="utf-8")
    return path


def paid(month: BookingMonth, cents: int = 110_000, *, text: str = "Archiv 2021") -> Entry:
    """A payment by Adorf in the middle of a month."""
    return Entry(month.first_day.replace(day=15), cents, "Adorf", ADORF, text=text)


def take(book: Book, path: Path, today: dt.date) -> None:
    """Book a statement."""
    import_files(book, [path], today=today)


def sealed_office(folder: Path) -> Book:
    """The office's book: February and March sealed, March with its statement, March reopened and sealed again.

    April is sealed, May is open: six links.
    """
    book = posted_three(folder, "amt")
    open_month(book, MARCH)
    take(book, statement(folder, MARCH, [paid(MARCH)]), MARCH.last_day)
    seal(book, FEBRUARY, MARCH)
    reopen(book, MARCH, reason="Beleg nachgereicht", by=("A. Leitung", "B. Prüfung"), today=MARCH.last_day)
    open_month(book, APRIL)
    seal(book, MARCH, APRIL)
    open_month(book, MAY)
    return book


def sealed_copy(folder: Path) -> Book:
    """Copy such a book that was made once in this process."""
    shutil.copytree(_sealed(), folder, dirs_exist_ok=True)
    return load_book(folder / "amt")


@cache
def _sealed() -> Path:
    return sealed_office(kept_folder()).root.parent


def chain_of(book: Book) -> SealChain:
    """Return the book's chain as it lies on the disk."""
    return consistently(book, lambda texts: outline(book, texts))[1]


def told(findings: Iterable[Finding]) -> set[tuple[str, str, int, str]]:
    """Return findings as the issue compares them: code, file, line and text."""
    return {(one.kind.code, *one.place, one.text) for one in findings}


def same_both_ways(book: Book) -> set[tuple[str, str, int, str]]:
    """Return a book's findings, which must not depend on where the check starts."""
    again = load_book(book.root)
    resumed, rested, whole = check(again), check(again), check(again, full=True)
    full = [
        one for one in whole if one.kind not in {acts.OTHER, acts.LACKING} or one in resumed
    ]  # only the text of a month can tell
    assert told(resumed) == told(rested) == told(full)
    assert sorted(map(str, resumed)) == sorted(map(str, full))
    return told(full)
