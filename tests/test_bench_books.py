"""The benchmarks' made-up books stand under every rule of today, at a tiny size as at theirs."""

from pathlib import Path

import pytest

from kkd_ledger.audit.compared import compared
from kkd_ledger.book.certificate import Fate
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.rules.engine.check import check
from kkd_ledger.work.month.month import run_month
from tests.bench import month, sealed
from tests.bench.books import FIRST_YEAR, make_book, months_of


def found(book: Book) -> list[str]:
    return [one.text for one in (*check(book, full=True), *compared(book, full=True))]


def test_a_book_with_unclear_money_that_is_given_back_is_free_of_findings(tmp_path: Path) -> None:
    book = load_book(make_book(tmp_path, 206, years=2, parties=3))
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(book.root.glob("2*/*.beancount")))
    assert "Irrläufer" in text
    assert found(book) == []


def test_months_closed_in_one_go_are_sealed_like_months_closed_one_by_one(tmp_path: Path) -> None:
    at_once = make_book(tmp_path / "at-once", 206, years=2, parties=3, sealed=True)
    one_by_one = make_book(tmp_path / "one-by-one", 206, years=2, parties=3)
    for closed in [*months_of(FIRST_YEAR), *months_of(FIRST_YEAR + 1)][:-1]:
        sealed.shut(load_book(one_by_one), closed, closed.year + 1)
    assert contents(at_once) == contents(one_by_one)
    assert len(list(at_once.glob("*/*.seal.json"))) == 23


def contents(root: Path) -> dict[str, bytes]:
    files = (path for path in root.rglob("*") if path.is_file() and ".kkd" not in path.parts)
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


def test_a_book_whose_past_is_sealed_stays_so_when_its_newest_month_changes(tmp_path: Path) -> None:
    book = sealed.sealed_book(tmp_path, 40, years=1, parties=3)
    sealed.change(book, years=1)
    assert len(list(book.root.glob("2010/*.seal.json"))) == 11
    assert found(book) == []


def test_the_month_that_is_measured_books_what_its_statement_brings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(month, "TRANSACTIONS_A_YEAR", 40)
    monkeypatch.setattr(month, "PARTIES", 3)
    monkeypatch.setattr(month, "PAYMENTS", 6)
    root, measured, today = month.prepared(tmp_path, 1)
    done = run_month(load_book(root), measured, today=today)
    assert [line.fate for line in done.imported.lines] == [Fate.MATCHED] * 6
    assert found(done.book) == []
