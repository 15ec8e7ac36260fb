"""A writer died after its decision: our reader reads through, Beancount is told that it cannot."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import mock

import pytest

from kkd_ledger.book.config import Book
from kkd_ledger.book.store import journal
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.books.books import open_month
from tests.samples import by_beancount, by_us, posted_three, tree

BEHIND = (
    "main.beancount:1: Ein Schreibvorgang ist entschieden, aber noch nicht zu Ende gebracht: Was hier steht, ist der "
    "Stand davor oder dazwischen. `kkd check BUCH` liest den richtigen; der nächste Befehl, der schreibt, bringt ihn "
    "zu Ende."
)
OVERDUE = "KKD-O06"  # from the month on that is being opened


class DeathError(Exception):
    """The process is dead."""


@pytest.fixture
def adorf(tmp_path: Path) -> Book:
    return posted_three(tmp_path)


def die_decided(book: Book) -> None:
    with mock.patch.object(journal.Writer, "_finish", side_effect=DeathError), pytest.raises(DeathError):
        open_month(book, BookingMonth(2022, 12))


def test_beancount_is_told_that_it_sees_what_was(adorf: Book) -> None:
    die_decided(adorf)
    assert by_beancount(adorf.root) == [BEHIND]
    assert {line.split()[1] for line in by_us(adorf.root)} == {OVERDUE}
    before = tree(adorf.root)
    journal.finish(adorf.root)
    assert tree(adorf.root) != before
    assert not journal.decided(adorf.root).exists()
    assert by_beancount(adorf.root) == by_us(adorf.root) != []


def test_finishing_leaves_a_live_writer_alone(adorf: Book) -> None:
    before = tree(adorf.root)
    journal.finish(adorf.root)
    assert tree(adorf.root) == before, "nothing was decided"
    die_decided(adorf)
    with (
        journal.locked(adorf.root, 0),
        ThreadPoolExecutor(1) as other,
    ):  # the writer's own thread may lock again
        other.submit(journal.finish, adorf.root).result()
        assert journal.decided(adorf.root).exists()
    journal.finish(adorf.root)
    assert not journal.decided(adorf.root).exists()


def test_beancounts_cache_hears_of_it(adorf: Book, tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("BEANCOUNT")}
    environment |= {"BEANCOUNT_LOAD_CACHE_FILENAME": str(tmp_path / "{filename}.cache")}
    command = [str(Path(sys.executable).with_name("bean-check")), str(adorf.top_file)]

    def said() -> str:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        return done.stderr

    assert said() == said() == ""
    die_decided(adorf)
    assert "Ein Schreibvorgang ist entschieden" in said()
    journal.finish(adorf.root)
    after = said()
    assert OVERDUE in after
    assert "Ein Schreibvorgang" not in after
