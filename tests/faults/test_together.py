"""Many writers at once on one book: each succeeds, changes nothing or is told to wait; nothing is lost or double."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kkd_ledger.book import journal
from kkd_ledger.book.config import load_book
from kkd_ledger.book.entries import Order
from kkd_ledger.book.reader import read
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


@pytest.fixture
def hasty() -> Iterator[None]:
    """Let threads change places often, for many schedules in a short time."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def _jobs(folder: Path) -> list[Callable[[], object]]:
    def posting() -> object:
        return post(load_book(folder / BOOK), Order(OPENED, *ORDER))

    def importing() -> object:
        return import_files(load_book(folder / BOOK), [folder / "maerz.xml"], today=dt.date(2022, 3, 31))

    def monthly() -> object:
        return run_month(load_book(folder / BOOK), BookingMonth(2022, 3), today=dt.date(2022, 3, 31))

    return [posting, importing, monthly] * 2


@pytest.mark.usefixtures("hasty")
def test_threads_write_while_others_read(template: Path) -> None:
    """Readers hold no lock: what they read is the book before or after a batch, never between."""
    waiting(template)
    done = threading.Event()
    torn: list[str] = []

    def reading() -> int:
        count = 0
        while not done.is_set() or not count:
            torn.extend(found for found in by_us(template / BOOK) if "(fehler)" in found)
            count += 1
        return count

    with ThreadPoolExecutor() as pool:
        readers = [pool.submit(reading) for _ in range(2)]
        writers = [pool.submit(job) for job in _jobs(template)]
        failures = [writer.exception() for writer in writers]
        done.set()
        assert all(reader.result() for reader in readers)
    assert {type(failure) for failure in failures} <= {type(None), BookBusy}
    assert torn == []
    after = tree(template / BOOK)
    for job in _jobs(template):
        job()
    if not any(failures):
        assert tree(template / BOOK) == after
    assert [found for found in by_us(template / BOOK) if "(fehler)" in found] == []
    assert not read(load_book(template / BOOK)).complaints
