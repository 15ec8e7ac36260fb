"""Many writers at once on one book: each succeeds, changes nothing or is told to wait; nothing is lost or double."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import random
import re
import shutil
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kkd_ledger.book import journal
from kkd_ledger.book import vocabulary as v
from kkd_ledger.book.config import load_book
from kkd_ledger.book.entries import Order
from kkd_ledger.book.reader import read
from kkd_ledger.book.records import Transaction
from kkd_ledger.cli import main
from kkd_ledger.errors import BookBusy
from kkd_ledger.job.intake import import_files
from kkd_ledger.job.month import run_month
from kkd_ledger.job.post import post
from kkd_ledger.periods import BookingMonth
from tests.faults.scenarios import BOOK, OPENED, POST, opened, statements, waiting
from tests.samples import ORDER, by_beancount, by_us, three_parties, tree

POSTING = POST.words
IMPORTING = ("import", BOOK, "maerz.xml", "--today", "2022-03-31")


def start(folder: Path, words: Sequence[str]) -> subprocess.Popen[str]:
    """Start a command as a person does."""
    command = [sys.executable, "-m", "kkd_ledger.cli", *words]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def together(folder: Path, commands: Sequence[Sequence[str]]) -> list[int]:
    """Run commands at once; run those again that found the book busy, one by one; return the first statuses."""
    processes = [start(folder, words) for words in commands]
    said = [process.communicate()[0] for process in processes]
    statuses = [process.returncode for process in processes]
    assert set(statuses) <= {0, 1, 4}, said
    for words, status, text in zip(commands, statuses, said, strict=True):
        if status == 4:
            assert "wird gerade beschrieben: Prozess " in text
            assert start(folder, words).wait() in {0, 1}
    return statuses


def one_by_one(template: Path, folder: Path, commands: Sequence[Sequence[str]]) -> dict[str, bytes | None]:
    """Return the book's tree after commands that ran one after the other."""
    shutil.copytree(template, folder)
    with contextlib.chdir(folder):
        assert {main(list(words)) for words in commands} <= {0, 1}
    return tree(folder / BOOK)


@pytest.fixture
def template(tmp_path: Path) -> Path:
    folder = tmp_path / "template"
    folder.mkdir()
    opened(folder)
    (folder / "maerz.xml").write_text(statements()[0], encoding="utf-8")
    return folder


@pytest.mark.parametrize("words", [POSTING, IMPORTING])
def test_eight_times_the_same_is_once(template: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    wanted = one_by_one(template, tmp_path / "serial", [words])
    together(template, [words] * 8)
    assert tree(template / BOOK) == wanted
    assert by_us(template / BOOK) == by_beancount(template / BOOK)


def test_four_posts_and_four_imports_are_as_one_after_the_other(template: Path, tmp_path: Path) -> None:
    """Whoever comes first; posting lands in the newest month, so that the order shows."""
    orders = ([POSTING, IMPORTING], [IMPORTING, POSTING])
    wanted = [one_by_one(template, tmp_path / str(place), order) for place, order in enumerate(orders)]
    assert wanted[0] != wanted[1]
    together(template, [POSTING, IMPORTING] * 4)
    assert tree(template / BOOK) in wanted
    assert by_us(template / BOOK) == by_beancount(template / BOOK)


def test_monthly_runs_at_once_found_the_book_once(tmp_path: Path) -> None:
    folder = three_parties(tmp_path / "book")
    (folder / BOOK / "inbox").mkdir()
    for place, text in enumerate(statements()):
        (folder / BOOK / "inbox" / f"{place}.xml").write_text(text, encoding="utf-8")
    words = ("month", BOOK, "2022-03", "--today", "2022-03-31")
    wanted = one_by_one(folder, tmp_path / "serial", [words])
    together(folder, [words] * 6)
    assert tree(folder / BOOK) == wanted


def test_who_waits_too_long_is_told_who_writes_since_when(template: Path) -> None:
    before = tree(template / BOOK)
    with journal.writing(template / BOOK):
        process = start(template, POSTING)
        said = process.communicate()[0]
    assert process.returncode == 4
    assert re.fullmatch(
        rf"kkd: Das Buch amt wird gerade beschrieben: Prozess {os.getpid()} seit "
        r"\d\d\.\d\d\.20\d\d \d\d:\d\d:\d\d\. Bitte warten Sie und wiederholen Sie den Befehl\.\n",
        said,
    )
    assert tree(template / BOOK) == before


def schedule(folder: Path, seed: int) -> Iterator[str]:
    """Let six writers and two readers work on a book at once; yield what was wrong.

    Readers hold no lock: what they read is the book before or after a batch, never between. Whoever was told to wait
    comes again afterwards; then everything is there, and once.
    """
    jobs = _jobs(folder / BOOK, folder / "maerz.xml") * 2
    random.Random(seed).shuffle(jobs)
    done = threading.Event()

    def reading() -> list[str]:
        found = errors_in(folder / BOOK)
        while not done.is_set():
            found += errors_in(folder / BOOK)
        return found

    with hasty(), ThreadPoolExecutor(max_workers=8) as pool:
        readers = [pool.submit(reading) for _ in range(2)]
        failures = [future.exception() for future in [pool.submit(job) for job in jobs]]
        done.set()
        yield from (f"read in between: {error}" for reader in readers for error in reader.result())
    yield from (repr(failure) for failure in failures if failure and not isinstance(failure, BookBusy))
    for job in jobs:
        job()
    after = tree(folder / BOOK)
    for job in jobs:
        job()
    if tree(folder / BOOK) != after:
        yield "running again changes something"
    yield from errors_in(folder / BOOK)
    kinds = Counter(
        str(record.meta[v.KIND])
        for record in read(load_book(folder / BOOK)).records
        if isinstance(record, Transaction)
    )
    if kinds["kostenbeteiligung"] != 6 or kinds.total() != 9:
        yield f"six shares and three bank lines became {dict(kinds)}"


def errors_in(book: Path) -> list[str]:
    """Return the errors that a reader finds now."""
    return [found for found in by_us(book) if "(fehler)" in found]


@contextlib.contextmanager
def hasty() -> Iterator[None]:
    """Let threads change places often, for many schedules in a short time."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def _jobs(book: Path, statement: Path) -> list[Callable[[], object]]:
    last = dt.date(2022, 3, 31)
    return [
        lambda: post(load_book(book), Order(OPENED, *ORDER)),
        lambda: import_files(load_book(book), [statement], today=last),
        lambda: run_month(load_book(book), BookingMonth(2022, 3), today=last),
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_threads_write_while_others_read(template: Path, seed: int) -> None:
    waiting(template)
    assert list(schedule(template, seed)) == []
