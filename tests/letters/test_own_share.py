"""A lead town has a share of its own: it is booked like the others, and the operator writes no letter to itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.state.claims import claims
from kkd_ledger.book.text.reader import read
from kkd_ledger.cli import main
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.books.books import adopt, open_month
from kkd_ledger.work.claims.post import post
from tests.einvoice.test_vat import CONTACTS, DAY, PEOPLE
from tests.samples import by_us, three_parties

OWN = """
[[components]]
id = "eigenes"
title = "Eigener Anteil"
clause = "§ 2"
key = "fixed"
members = ["amt"]
from = 2021-01-01
known_from = 2020-11-01
amounts = [{ from = 2021-01-01, amount = "500,00" }]

[[vat]]
from = 2021-01-01
treatment = "not-taxable-2b"
reason = "hoheitlich"
decided_by = "Kämmerei"
decided_on = 2020-12-01
known_from = 2020-12-01

[[resolutions]]
member = "amt"
paper = "V-1"
title = "Eigener Anteil"
adopted = 2020-12-01
sittings = [{ body = "Vertretung", date = 2020-12-01, number = 1, decides = true }]
"""


@pytest.fixture
def lead(tmp_path: Path) -> Book:
    three_parties(tmp_path)
    with (tmp_path / "agreement.toml").open("a", encoding="utf-8") as file:
        file.write(OWN)
    (tmp_path / "contacts.toml").write_text(CONTACTS, encoding="utf-8")
    book = load_book(tmp_path / "amt")
    open_month(book, BookingMonth(2022, 2))
    adopt(book, today=DAY)
    post(book, PEOPLE)
    return load_book(book.root)


def test_the_operator_demands_nothing_of_itself(lead: Book, capsys: pytest.CaptureFixture[str]) -> None:
    own = claims(lead, read(lead).records).items["archiv-2022-amt-1"]
    assert (own.party, own.open_cents) == ("amt", 500_00)
    assert [text for text in by_us(lead.root) if "(fehler)" in text] == []
    capsys.readouterr()
    assert main(["demand", str(lead.root), "2022", "--today", "2022-02-15", "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert "3 Anforderungen, zusammen 4.791,25 EUR\n" in out
    assert (
        "Nicht gefordert: 500,00 EUR eigener Anteil der Betreiberin; sich selbst schreibt und mahnt sie nicht"
        in out
    )


def test_the_operator_reminds_others_only(lead: Book, capsys: pytest.CaptureFixture[str]) -> None:
    open_month(lead, BookingMonth(2022, 7))
    capsys.readouterr()
    assert (
        main(["remind", str(lead.root), "--as-of", "2022-07-15", "--today", "2022-07-15", "--dry-run"]) == 0
    )
    out = capsys.readouterr().out
    assert "Behausen" in out
    assert "Amt Nirgendwo" not in out
