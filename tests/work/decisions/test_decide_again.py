"""A bank line that is decided, decided otherwise in a later month, and decided once more: the book follows."""

import datetime as dt
from pathlib import Path

import pytest

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.cli import main
from kkd_ledger.work.month.month import run_month
from ledgers.statements import Entry
from tests.samples import posted_three
from tests.work.statements.test_intake import ADORF, MARCH, STRANGER, TODAY, day, statement

WHO = ("--by", "S. Muster", "--reason", "Rückfrage")


@pytest.fixture
def line(tmp_path: Path) -> tuple[Book, str]:
    """A member's pooled account with one line that waits, and its key."""
    posted_three(tmp_path, "adorf")
    book = load_book(tmp_path / "adorf")
    (book.root / "inbox").mkdir(exist_ok=True)
    entries = [Entry(day(29), -50_000, "Muster", STRANGER, text="Miete")]
    statement(
        book.root / "inbox/a.xml", entries, first=1, last=31, opening=1_000_000, number=1, account=ADORF
    )
    [key] = [one.key for one in run_month(book, MARCH, today=TODAY).imported.lines]
    return book, key


def entries(book: Book, key: str) -> list[Transaction]:
    return [
        one
        for one in read(book).records
        if isinstance(one, Transaction)
        and one.text("bankref") == key
        and one.text("buchungsart") != "klaerung"
    ]


def test_it_is_taken_in_again_after_a_later_month_has_taken_it_out(line: tuple[Book, str]) -> None:
    book, key = line
    assert main(["decide", str(book.root), key, "--new", *WHO, "--today", "2022-03-31"]) == 0
    assert main(["open", str(book.root), "2022-04"]) == 0
    for words, on in (("--foreign", "2022-04-02"), ("--new", "2022-04-03"), ("--foreign", "2022-04-04")):
        assert main(["decide", str(book.root), key, words, *WHO, "--today", on]) == 0
    assert main(["decide", str(book.root), key, "--new", *WHO, "--today", "2022-04-05"]) == 0
    told = entries(book, key)
    assert [(one.payee, one.narration) for one in told] == [("Muster", "Miete")] * 3
    assert [one.date for one in told] == [dt.date(2022, 3, 29), dt.date(2022, 4, 2), dt.date(2022, 4, 4)]
    assert main(["check", str(book.root), "--full", "--today", "2022-04-05"]) in {0, 1}


def test_a_line_that_was_foreign_from_the_first_is_booked_with_its_words(line: tuple[Book, str]) -> None:
    book, key = line
    for words in ("--foreign", "--new"):
        assert main(["decide", str(book.root), key, words, *WHO, "--today", "2022-03-31"]) == 0
    assert [(one.payee, one.narration) for one in entries(book, key)] == [("Muster", "Miete")]
