"""A run killed after its batch was decided: `kkd status` says at each step what it says once all is in its place."""

import datetime as dt
import shutil
from pathlib import Path

import pytest

from kkd_ledger.book.certificate import Certificates
from kkd_ledger.book.config import load_book
from kkd_ledger.book.store import durable
from kkd_ledger.book.store.journal import COMMIT, STAGING, finish
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.month.month import run_month
from kkd_ledger.work.month.status import BookStatus, status
from tests.samples import sample_books, tree

MARCH, TODAY = BookingMonth(2024, 3), dt.date(2024, 4, 1)


class Killed(BaseException):
    """What ends a process at some step."""


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The county's book with a statement of March, one of April, and half a file in its inbox."""
    book = sample_books(tmp_path_factory.mktemp("decided")) / "landkreis"
    (book / "inbox" / "halb.xml").write_text("<Document>", encoding="utf-8")
    return book


def killed_at(book: Path, step: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Run March and die at one of the steps that put the batch in its place; tell whether there was such a step."""
    left = iter(range(step))

    def counted(folder: Path) -> None:
        if (book / STAGING / COMMIT).exists() and next(left, None) is None:
            raise Killed
        genuine(folder)

    genuine = durable.sync_folder
    with monkeypatch.context() as patch:
        patch.setattr(durable, "sync_folder", counted)
        try:
            run_month(load_book(book), MARCH, today=TODAY)
        except Killed:
            return True
    return False


def told(book: Path) -> BookStatus:
    return status(load_book(book), today=TODAY)


def test_status_reads_through_a_decided_batch(
    county: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Path(shutil.copytree(county.parent, tmp_path / "whole")) / county.name
    before = told(whole)
    run_month(load_book(whole), MARCH, today=TODAY)
    after, lines = told(whole), Certificates(whole).lines
    assert after.troubles != before.troubles
    assert after.troubles[0] == "Im Posteingang wartet eine Datei: 2024-04.xml."
    assert after.troubles[1].startswith("Abgelehnt (inbox/rejected/halb.xml): ")
    step = 0
    while True:
        book = Path(shutil.copytree(county.parent, tmp_path / str(step))) / county.name
        if not killed_at(book, step, monkeypatch):
            break
        found = tree(book)
        assert (told(book), Certificates(book).lines) == (after, lines), f"at step {step}"
        assert tree(book) == found, "a reader writes nothing"
        finish(book)
        assert tree(book) == tree(whole)
        step += 1
    assert step > 8


def test_what_came_into_the_inbox_under_the_name_of_a_file_that_goes_waits(
    county: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = Path(shutil.copytree(county.parent, tmp_path / "books")) / county.name
    assert killed_at(book, 0, monkeypatch)
    (book / "inbox" / "2024-03.xml").write_text("neu", encoding="utf-8")
    assert told(book).troubles[0] == "Im Posteingang warten 2 Dateien: 2024-03.xml, 2024-04.xml."
    finish(book)
    assert told(book).troubles[0] == "Im Posteingang warten 2 Dateien: 2024-03.xml, 2024-04.xml."
