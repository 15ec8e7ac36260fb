"""What pages know of a book: quickly how it stands, then its entries, and after a change only what has changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from werkzeug.test import Client

from kkd_ledger.audit.close import Closer
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.state.overview import overview
from kkd_ledger.book.store import journal
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.errors import BookRefused
from kkd_ledger.rules.engine import checkpoint
from kkd_ledger.web.workplace import on_show, snapshot
from kkd_ledger.web.workplace.app import Workplace
from kkd_ledger.web.workplace.on_show import BookOnShow
from kkd_ledger.web.workplace.shown_journal import MonthShelf, ShownJournal, journal_of
from tests.samples import sample_books

TODAY = dt.date(2024, 3, 1)


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """The town's book, its first two months sealed."""
    book = load_book(sample_books(tmp_path) / "biedenkopf")
    with journal.writing(book.root) as writer:
        months = read(book).months[:2]
        for closing in Closer(book, writer, "S. Muster", TODAY, {}).close(months, dry_run=False):
            assert closing.seal, closing.hindrances
    return book


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "PATIENCE_S", 0)
    monkeypatch.setattr(on_show, "LOOK_S_MIN", 0)


def shown(book: Book) -> BookOnShow:
    return BookOnShow(book, lambda: TODAY)


def same_entries(journal: ShownJournal, book: Book) -> None:
    records = read(book).records
    entries = [record for record in reversed(records) if isinstance(record, Transaction)]
    assert [*journal.entries] == entries
    for entry in entries:
        number = entry.text("nr")
        assert journal.by_number[number] == entry
        assert number in journal.texts[number]
        for link in entry.links:
            assert [*journal.tied(link)] == [other for other in reversed(entries) if link in other.links]
        for posting in entry.postings:
            item = str(posting.meta.get("posten", ""))
            named = [
                other
                for other in reversed(entries)
                if item in {str(leg.meta.get("posten", "")) for leg in other.postings}
            ]
            assert [*journal.naming(item)] == named


def test_entries_are_those_of_the_reader(book: Book) -> None:
    same_entries(MonthShelf().journal(book), book)
    same_entries(journal_of(read(book).records), book)


def test_only_a_changed_month_is_read_again(book: Book) -> None:
    shelf = MonthShelf()
    before = shelf.journal(book)
    months = sorted(book.root.glob("[0-9]*/*.beancount"))
    text = months[-1].read_bytes()
    months[-1].write_bytes(text.replace(b'"buchungsstapel" "2"', b'"buchungsstapel" "3"'))
    assert text != months[-1].read_bytes(), "the sample names it"
    after = shelf.journal(book)
    assert [old is new for old, new in zip(before.months, after.months, strict=True)] == (
        [True] * (len(months) - 1) + [False]
    )
    same_entries(after, book)


def test_a_text_that_only_beancount_may_read_is_shown_too(book: Book) -> None:
    month = max(book.root.glob("[0-9]*/*.beancount"))
    month.write_text(month.read_text("utf-8") + "\n\n; von Hand\n", "utf-8")
    same_entries(MonthShelf().journal(book), book)


def test_what_is_known_by_the_seal_is_what_the_text_says(book: Book) -> None:
    made = shown(book).snapshot()
    reading = read(book)
    whole = overview(book, reading.records)
    assert (made.months, made.chain.months) == (reading.months, reading.chain.months)
    assert made.chain.months, "there is a seal to start from"
    assert made.overview.standings == whole.standings
    assert made.overview.budget == whole.budget
    assert {item.posten: item for item in made.items} == {
        item.posten: item for item in whole.claims.items.moving.values() if not item.settled
    }


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Event]:
    """Entries are read only when the test says so."""
    go, quickly = Event(), MonthShelf.journal

    def slowly(shelf: MonthShelf, book: Book) -> ShownJournal:
        assert go.wait(60)
        return quickly(shelf, book)

    monkeypatch.setattr(MonthShelf, "journal", slowly)
    yield go
    go.set()


def test_claims_are_shown_before_the_entries_are_read(book: Book, slow: Event) -> None:
    client = Client(Workplace([book], lambda: TODAY).app)
    assert client.get("/kkd/biedenkopf/anteile").status_code == 200
    for page in ("journal", "suche?q=a", "beteiligte/biedenkopf"):
        answer = client.get(f"/kkd/biedenkopf/{page}")
        assert (answer.status_code, answer.headers["Refresh"]) == (503, "2")
        assert "wird gerade eingelesen" in answer.text
    slow.set()
    assert wait_for(lambda: client.get("/kkd/biedenkopf/journal").status_code) == 200


def test_the_first_reading_is_told(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    go = Event()

    def slowly(book: Book) -> Any:
        assert go.wait(60)
        return checkpoint.known_book(book)

    monkeypatch.setattr(on_show, "known_book", slowly)
    monkeypatch.setattr(on_show, "FIRST_PATIENCE_S", 0)
    client = Client(Workplace([book], lambda: TODAY).app)
    answer = client.get("/kkd/biedenkopf/")
    assert (answer.status_code, answer.headers["Refresh"]) == (503, "2")
    assert "Einen Augenblick" in answer.text
    go.set()
    assert wait_for(lambda: client.get("/kkd/biedenkopf/").status_code) == 200


def test_a_broken_month_is_told_and_the_last_good_state_stays(book: Book) -> None:
    client = Client(Workplace([book], lambda: TODAY).app)
    assert client.get("/kkd/biedenkopf/journal").status_code == 200
    month = max(book.root.glob("[0-9]*/*.beancount"))
    month.write_bytes(b"\xff" + month.read_bytes())
    assert wait_for(lambda: "lässt sich so nicht lesen" in client.get("/kkd/biedenkopf/anteile").text)
    month.unlink()
    answer = client.get("/kkd/biedenkopf/anteile")
    assert answer.status_code == 200


def test_a_book_that_cannot_be_read_at_all_says_why(book: Book) -> None:
    book.top_file.unlink()
    with pytest.raises(BookRefused):
        shown(book).snapshot()


def wait_for(seen: Any) -> Any:
    """Return what is seen once it is no longer a refusal, at the latest after a while."""
    for _ in range(200):
        value = seen()
        if value not in {False, 503}:
            return value
        Event().wait(0.05)
    return value
