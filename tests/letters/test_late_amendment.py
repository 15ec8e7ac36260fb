"""The office hears of an amendment after it has booked by what held before: every document explains what it books."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.text.reader import read
from kkd_ledger.cli import main
from kkd_ledger.letters.posted import posted_claims
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.books.books import adopt, open_month
from kkd_ledger.work.claims.post import post
from tests.einvoice.test_vat import CONTACTS, DAY, PEOPLE
from tests.samples import three_parties

VAT = """
[[vat]]
from = 2021-01-01
treatment = "not-taxable-2b"
reason = "hoheitlich"
decided_by = "Kämmerei"
decided_on = 2020-12-01
known_from = 2020-12-01
"""
HEARD_LATE = """
[[components.rates]]
from = 2022-01-01
known_from = 2022-01-20
rate = "1.30"
"""


def amended(folder: Path, more: str) -> Book:
    with (folder / "agreement.toml").open("a", encoding="utf-8") as file:
        file.write(more)
    return load_book(folder / "amt")


@pytest.fixture
def office(tmp_path: Path) -> Book:
    """The shares of 2022 are booked on 15 February at 1,25 EUR; later the office hears of 1,30 EUR since 20 January."""
    three_parties(tmp_path)
    (tmp_path / "contacts.toml").write_text(CONTACTS, encoding="utf-8")
    book = amended(tmp_path, VAT)
    open_month(book, BookingMonth(2022, 2))
    adopt(book, today=DAY)
    post(book, PEOPLE)
    book = amended(tmp_path, HEARD_LATE)
    post(book, replace(PEOPLE, day=dt.date(2022, 2, 28)))
    return load_book(book.root)


def test_each_claim_is_derived_by_what_the_office_had_heard(office: Book) -> None:
    of_adorf = [one for one in posted_claims(office, read(office).records, 2022) if one.member == "adorf"]
    first, correction = of_adorf
    assert (first.cents, first.known_on < dt.date(2022, 1, 20)) == (1_250_00, True)
    assert (correction.cents, correction.known_on) == (50_00, dt.date(2022, 2, 28))
    assert correction.before_known_on == first.known_on


def test_the_demands_can_be_written(office: Book, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demand", str(office.root), "2022", "--today", "2022-02-28", "--dry-run"]) == 0
    assert "6 Anforderungen, zusammen 4.982,90 EUR\n" in capsys.readouterr().out
