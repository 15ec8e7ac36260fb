"""Copies of sample books for tests, and what the two checkers say of them: Beancount's loader and our own."""

from __future__ import annotations

import atexit
import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from beancount import loader

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.entries import Authorisation
from kkd_ledger.periods import BookingMonth
from kkd_ledger.rules.engine.check import check
from kkd_ledger.work.books.books import Declared, adopt, open_month
from kkd_ledger.work.claims.post import post

ROOT = Path(__file__).resolve().parents[1]
FILES = ROOT / "tests/files"
LEDGERS = ROOT / "ledgers"
"""Files of others, with origin and licence in its README."""
ORDER = ("S. Muster", "L. Beispiel")
SAID = Declared("L. Beispiel")


def sample_books(folder: Path) -> Path:
    """Copy the sample's agreement and both books into a folder and return it."""
    for name in ("kkd", "landkreis", "biedenkopf"):
        shutil.copytree(LEDGERS / name, folder / name)
    return folder


def three_parties(folder: Path) -> Path:
    """Copy the agreement of three invented parties, with the settings of two books, into a folder and return it."""
    shutil.copytree(ROOT / "tests" / "three", folder, dirs_exist_ok=True)
    return folder


def posted_three(folder: Path, name: str = "adorf") -> Book:
    """Copy a book of the invented parties whose shares of 2021 and 2022 are posted on 15 February 2022."""
    shutil.copytree(_posted(name), folder, dirs_exist_ok=True)
    return load_book(folder / name)


@cache
def _posted(name: str) -> Path:
    """Make the book once in a process: books know nothing of where and when they were made."""
    folder = kept_folder()
    book = load_book(three_parties(folder) / name)
    day = dt.date(2022, 2, 15)
    open_month(book, BookingMonth(2022, 2))
    adopt(book, today=day)
    post(book, Authorisation(day, *ORDER))
    return folder


def kept_folder() -> Path:
    """Return a folder that lies there as long as this process."""
    made = tempfile.mkdtemp(prefix="kkd-kept-", dir=os.environ.get("PYTEST_DEBUG_TEMPROOT"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return Path(made)


def by_beancount(book: Path) -> list[str]:
    """Load a book as bean-check does and return its errors: `file:line: sentence`, of others than ours the message."""
    _, errors, _ = loader.load_file(str(book / "main.beancount"))
    return sorted(
        _told(book, error.source, getattr(error, "sentence", "") or str(error.message)) for error in errors
    )


def _told(book: Path, source: dict[str, object], message: str) -> str:
    file = Path(str(source["filename"]))
    name = file.relative_to(book.resolve()) if file.is_relative_to(book.resolve()) else file.name
    return f"{name}:{source['lineno']}: {message.strip()}"


def by_us(book: Path) -> list[str]:
    """Check a book as `kkd check` does and return its findings in the same form."""
    return sorted(str(finding) for finding in check(load_book(book)))


def replace_once(path: Path, old: str, new: str) -> None:
    """Change a text that must occur exactly once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times in {path}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def tree(folder: Path, without: Iterable[str] = (".kkd",)) -> dict[str, bytes | None]:
    """Return every file of a folder with its bytes, and every folder, leaving out what is deletable."""
    hidden = set(without)
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
        if not hidden & set(path.relative_to(folder).parts)
    }


def recounted(folder: Path, inhabitants: int) -> None:
    """Amend the sample agreement in a folder: from 15 February 2024 the town has another number of inhabitants."""
    agreement = folder / "kkd" / "agreement.toml"
    text = agreement.read_text(encoding="utf-8")
    begin = text.index("[[populations]]")
    series = text[begin : text.index("[[", begin + 2)]
    amended = series.replace("06534004 = 13645", f"06534004 = {inhabitants}")
    amended = amended.replace("census = 2011", "census = 2011\nknown_from = 2024-02-15")
    agreement.write_text(text.replace(series, series + amended), encoding="utf-8")
