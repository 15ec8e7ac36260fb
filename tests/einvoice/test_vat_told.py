"""What people read of an amount with VAT adds up: the net share, the VAT on it, what is demanded and what is open."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kkd_ledger.book.config import Book
from kkd_ledger.book.state.claims import claims
from kkd_ledger.book.state.overview import overview
from kkd_ledger.book.state.share_standings import standings
from kkd_ledger.book.text.reader import read
from kkd_ledger.cli import main
from kkd_ledger.work.claims.post import post
from kkd_ledger.work.month.figures import standing_lines
from tests.einvoice.test_vat import PEOPLE, taxed

Output = pytest.CaptureFixture[str]
DAY = ("--today", "2022-02-15")
NET, TAX = (125_000, 312_500, 41_625), (23_750, 59_375, 7_909)
"""Adorf, Behausen, Zett in 2022: 1,000, 2,500 and 333 inhabitants × 1.25 EUR, and 19 % of each on its own."""


@pytest.fixture
def office(tmp_path: Path) -> Book:
    return taxed(tmp_path, "amt", "Passiva:4770-Umsatzsteuer")


def said(capsys: Output, *words: object) -> str:
    capsys.readouterr()
    assert main([str(word) for word in words]) == 0
    return capsys.readouterr().out


def test_post_names_the_vat_on_each_share(office: Book, capsys: Output) -> None:
    out = said(
        capsys, "post", office.root, *DAY, "--certified-by", "S. Muster", "--ordered-by", "L. Beispiel"
    )
    assert "416,25 EUR, dazu Umsatzsteuer 79,09 EUR\n" in out
    assert out.count("dazu Umsatzsteuer") == 3  # nothing of 2021, which is not taxable


def test_demand_lists_what_its_documents_demand(office: Book, capsys: Output) -> None:
    post(office, PEOPLE)
    out = said(capsys, "demand", office.root, 2022, *DAY, "--dry-run")
    assert "495,34 EUR\n" in out
    assert "3 Anforderungen, zusammen 5.701,59 EUR\n" in out  # 4,791.25 + 910.34
    assert "Darin Umsatzsteuer: 910,34 EUR\n" in out
    made = json.loads(said(capsys, "demand", office.root, 2022, *DAY, "--dry-run", "--json"))["made"]
    assert [(row["amount"], row["vat"]) for row in made] == [
        ("1487.50", "237.50"),
        ("3718.75", "593.75"),
        ("495.34", "79.09"),
    ]


def test_the_summary_says_the_vat_between_net_and_open(office: Book) -> None:
    post(office, PEOPLE)
    table = standings(claims(office, read(office).records))
    assert table
    total = table.total(2022)
    assert (total.booked_cents, total.vat_cents) == (sum(NET), sum(TAX))
    assert total.open_cents == total.booked_cents + total.vat_cents
    lines = list(standing_lines(table))
    assert "angefordert 4.791,25 EUR, dazu Umsatzsteuer 910,34 EUR, offen 5.701,59 EUR" in lines[-1]
    assert "Umsatzsteuer" not in lines[-2]


@pytest.mark.parametrize(("account", "reserved"), [("", 148_750), ("Aktiva:2630-Vorsteuer", 125_000)])
def test_a_members_budget_reserves_the_vat_it_cannot_deduct(
    tmp_path: Path, account: str, reserved: int
) -> None:
    book = taxed(tmp_path, "adorf", account)
    assert main(["budget", str(book.root), "2022", "2.000,00", *DAY]) == 0
    year = next(year for year in overview(book, read(book).records).budget if year.year == 2022)
    assert year.reserved_cents == reserved


def test_a_plan_says_what_to_plan_with_vat(tmp_path: Path, capsys: Output) -> None:
    book = taxed(tmp_path, "adorf")
    out = said(capsys, "plan", book.root, "--from", 2021, "--years", 2)
    assert "1.250,00 1.487,50" in " ".join(out.split())
    assert "Ansatz ist der Betrag mit Umsatzsteuer" in out
    years = json.loads(said(capsys, "plan", book.root, "--from", 2021, "--years", 2, "--json"))["years"]
    assert [(year["amount"], year["vat_amount"]) for year in years] == [
        ("1100.00", "0.00"),
        ("1250.00", "237.50"),
    ]


def test_shares_and_the_cost_table_say_that_they_are_net(tmp_path: Path, capsys: Output) -> None:
    file = taxed(tmp_path, "adorf").agreement_file
    net = "Beträge ohne Umsatzsteuer; hinzu kommen 19 % für 2022"
    assert f"{net}." in said(capsys, "shares", file, "--year", 2022)
    assert "Umsatzsteuer" not in said(capsys, "shares", file, "--year", 2021)
    notes = json.loads(said(capsys, "annex", file, "--from", 2021, "--to", 2022, "--json"))["notes"]
    assert f"{net}." in notes
