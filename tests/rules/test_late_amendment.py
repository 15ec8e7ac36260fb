"""An office hears of an amendment after it has booked: its entries are right, the difference is a correction."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from kkd_ledger.audit.close import close
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.entries import Order
from kkd_ledger.periods import BookingMonth
from kkd_ledger.rules.engine.check import check
from kkd_ledger.work.books.books import open_month
from kkd_ledger.work.claims.post import post
from tests.samples import ORDER, posted_three, replace_once

FEBRUARY, MARCH = BookingMonth(2022, 2), BookingMonth(2022, 3)
RATE = '[[components.rates]]\nfrom = 2022-01-01\nrate = "1.30"\nknown_from = 2022-02-10\n\n'
BEHIND = '[[resolutions]]\nmember = "adorf"'


def codes(book: Book) -> set[str]:
    """Return the codes of what a book has to do something about."""
    return {finding.kind.code for finding in check(load_book(book.root)) if finding.kind.level != "hinweis"}


@pytest.mark.parametrize("name", ["adorf", "amt"])
def test_it_is_corrected_and_the_month_closes(tmp_path: Path, name: str) -> None:
    book = posted_three(tmp_path, name)  # on 15 February, by the file without the amendment of the 10th
    replace_once(tmp_path / "agreement.toml", BEHIND, RATE + BEHIND)
    assert codes(book) == {"KKD-A05"}
    open_month(load_book(book.root), MARCH)
    day = dt.date(2022, 3, 4)
    assert {one.service_year for one in post(load_book(book.root), Order(day, *ORDER)).corrections} == {2022}
    assert codes(book) == set()
    assert close(load_book(book.root), FEBRUARY, by=ORDER[0], today=day).seal


def test_an_amount_that_was_never_agreed_is_wrong(tmp_path: Path) -> None:
    book = posted_three(tmp_path)
    replace_once(tmp_path / "agreement.toml", 'rate = "1.25"', 'rate = "1.24"')
    assert codes(book) == {"KKD-A01"}
