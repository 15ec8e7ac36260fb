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

from kkd_ledger.book.config import load_book
from kkd_ledger.book.entries import Authorisation
from kkd_ledger.book.store import journal
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Custom, Transaction
from kkd_ledger.cli import main
from kkd_ledger.errors import BookBusy
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.claims.post import post
from kkd_ledger.work.month.month import run_month
from kkd_ledger.work.statements.importing import import_files
from tests.faults.scenarios import BOOK, OPENED, POST, opened, statements, waiting
from tests.samples import ORDER, by_beancount, by_us, three_parties, tree

POSTING = POST.words
IMPORTING = ("import", BOOK, "maerz.xml", "--today", "2022-03-31")


def start(folder: Path, words: Sequence[str]) -> subprocess.Popen[str]:
    """Start a command as a person does."""
    command = [sys.executable, "-m", "kkd_ledger.cli", *words]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def together(folder: Path, commands: Sequence[Sequence[str]]) -> list[int]:
    """Run commands at once; run those again that found the book busy, one by one; return the first statuses.

    A monthly run may set files aside (3).
    """
    processes = [start(folder, words) for words in commands]
    said = [process.communicate()[0] for process in processes]
    statuses = [process.returncode for process in processes]
    assert set(statuses) <= {0, 1, 3, 4}, said
    for words, status, text in zip(commands, statuses, said, strict=True):
        if status == 4:
            assert "wird gerade beschrieben: Prozess " in text
            assert start(folder, words).wait() in {0, 1, 3}
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
    _with_statement(folder)
    return folder


def _with_statement(folder: Path) -> None:
    opened(folder)
    (folder / "maerz.xml").write_text(statements()[0], encoding="utf-8")


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
    (folder / BOOK / "inbox").mkdir(exist_ok=True)
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
        lambda: post(load_book(book), Authorisation(OPENED, *ORDER)),
        lambda: import_files(load_book(book), [statement], today=last),
        lambda: run_month(load_book(book), BookingMonth(2022, 3), today=last),
    ]


def threads(folder: Path, seed: int) -> list[str]:
    """Build a book and return what was wrong after a schedule."""
    _with_statement(folder)
    waiting(folder)
    return list(schedule(folder, seed))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_threads_write_while_others_read(tmp_path: Path, seed: int) -> None:
    assert threads(tmp_path, seed) == []


DAY = ("--today", "2022-03-31")
ALL_KINDS = (
    POSTING,
    IMPORTING,
    ("open", BOOK, "2022-04"),
    ("month", BOOK, "2022-03", *DAY),
    ("budget", BOOK, "2022", "5.000,00", *DAY),
    ("budget", BOOK, "2022", "500,00", "--kind", "nachtrag", *DAY),
    ("year", BOOK, "2021", "aufgestellt", "--by", "L. Beispiel", *DAY),
    ("adopt", BOOK, *DAY),
)
CUSTOMS = {"haushaltsansatz": 2, "haushaltsjahr": 1, "beschluss": 3}


def processes(folder: Path, seed: int) -> list[str]:
    """Let eight processes work on a book at once, of all kinds or of some; return what was wrong.

    Whoever found the book busy comes again; then each command is given once more. What each enters is there, once.
    """
    chance = random.Random(seed)
    _with_statement(folder)
    waiting(folder)
    commands = [*ALL_KINDS] if seed % 2 else chance.choices(ALL_KINDS, k=8)
    chance.shuffle(commands)
    try:
        together(folder, commands)
    except AssertionError as error:
        return [f"{commands}: {error}"]
    for words in ALL_KINDS:
        start(folder, words).communicate()
    after, book = tree(folder / BOOK), folder / BOOK
    wrong = [f"{commands}: {found}" for found in _not_once(book)]
    for words in ALL_KINDS:
        start(folder, words).communicate()
    return wrong if tree(book) == after else [*wrong, f"{commands}: running again changes something"]


def _not_once(book: Path) -> Iterator[str]:
    if by_us(book) != by_beancount(book):
        yield "the readers do not agree"
    yield from errors_in(book)
    records = read(load_book(book)).records
    kinds = Counter(str(one.meta[v.KIND]) for one in records if isinstance(one, Transaction))
    if kinds["kostenbeteiligung"] != 6 or kinds.total() != 9:
        yield f"six shares and three bank lines became {dict(kinds)}"
    customs = Counter(one.kind for one in records if isinstance(one, Custom))
    yield from (f"{kind}: {customs[kind]}" for kind, count in CUSTOMS.items() if customs[kind] != count)


@pytest.mark.parametrize("seed", [1])
def test_eight_processes_of_all_kinds_at_once(tmp_path: Path, seed: int) -> None:
    assert processes(tmp_path, seed) == []
