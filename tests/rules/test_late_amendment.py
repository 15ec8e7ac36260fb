"""An office hears of an amendment after it has booked: its entries are right, the difference is a correction."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from kkd_ledger.audit.close import close
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.entries import Authorisation, CorrectionCause
from kkd_ledger.errors import EntryRefused
from kkd_ledger.periods import BookingMonth
from kkd_ledger.rules.engine.check import check
from kkd_ledger.work.books.books import open_month
from kkd_ledger.work.claims.post import post
from kkd_ledger.work.corrections.reverse import reverse
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
    assert {
        one.service_year for one in post(load_book(book.root), Authorisation(day, *ORDER)).corrections
    } == {2022}
    assert codes(book) == set()
    assert close(load_book(book.root), FEBRUARY, by=ORDER[0], today=day).seal


def test_an_amount_that_was_never_agreed_is_wrong(tmp_path: Path) -> None:
    book = posted_three(tmp_path)
    replace_once(tmp_path / "agreement.toml", 'rate = "1.25"', 'rate = "1.24"')
    assert codes(book) == {"KKD-A01"}


def amended(book: Book, known: int, *more: int) -> None:
    """Let the file know of another rate from a day of February on; of nothing where the day is 0."""
    file = book.root.parent / "agreement.toml"
    text = "".join(
        re.split(r"\[\[components\.rates\]\]\n[^\n]*\n[^\n]*\nknown_from = [^\n]*\n\n", file.read_text())
    )
    rates = [RATE.replace("02-10", f"02-{day:02}") for day in (known, *more) if day]
    rates[1::2] = [rate.replace("1.30", "1.25") for rate in rates[1::2]]
    file.write_text(text.replace(BEHIND, "".join(rates) + BEHIND, 1), encoding="utf-8")


def posted(book: Book, day: int) -> None:
    post(load_book(book.root), Authorisation(dt.date(2022, 2, day), *ORDER))


@pytest.mark.parametrize("name", ["adorf", "amt"])
def test_what_is_withdrawn_and_made_again_is_a_change_each_time(tmp_path: Path, name: str) -> None:
    """Each amendment is known since a day of its own, so every entry stays right, also with an equal amount."""
    book = posted_three(tmp_path, name)
    for known, day in (((16,), 17), ((16, 18), 19), ((16, 18, 20), 21)):
        amended(book, *known)
        assert codes(book) == {"KKD-A05"}
        posted(book, day)
        assert codes(book) == set()


def test_what_is_deleted_from_the_file_was_never_agreed(tmp_path: Path) -> None:
    """Made again with a later day, the same amount is wrong as it was booked: on that day nobody knew of it."""
    book = posted_three(tmp_path)
    amended(book, 16)
    posted(book, 17)
    for known in (0, 19):
        amended(book, known)
        assert codes(book) == {"KKD-A01"}
    with pytest.raises(EntryRefused, match="erst stornieren") as refused:
        posted(book, 20)
    for number in re.findall(r"kkd reverse \S+ (2022-\d+)", str(refused.value)):
        reverse(
            book,
            number,
            CorrectionCause("nie vereinbart", "S. Muster", Authorisation(dt.date(2022, 2, 20), *ORDER)),
        )
    posted(book, 21)
    assert codes(book) == set()
