"""Service years from July to June in fiscal years of the calendar: prior periods, thirteenth month, accruals."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from kkd_ledger.book.entries import Authorisation
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.cli import main
from kkd_ledger.periods import BookingMonth, YearState
from kkd_ledger.rules.engine.check import check
from kkd_ledger.work.books.books import Declared, declare_year, open_month
from kkd_ledger.work.claims.post import post
from tests.both_sides.test_school_year import agreement
from tests.both_sides.two_sides import Side, Sides, two_sides
from tests.samples import replace_once

RAP = 'rap_active = "Aktiva:2900-RAP"\nrap_passive = "Passiva:4900-RAP"\n'
SAID = Declared("L. Beispiel")
TOTALS = {"totals": [{"year": 2024, "amount": "600,00"}]}


def sides_in(folder: Path, day: dt.date) -> Sides:
    """Both sides, with all figures known from the beginning, and accounts for accruals."""
    data = agreement()
    fixed, shared = data["components"]
    data["components"] = [fixed | {"amounts": fixed["amounts"][:1]}, shared | TOTALS]
    sides = two_sides(folder, data, "dorf", day)
    for side in sides.both:
        replace_once(side.book.config_file, "[policy]", f"{RAP}[policy]")
    sides.begin(day)
    return sides


def shares_of(side: Side) -> list[Transaction]:
    records = (record for record in read(side.book).records if isinstance(record, Transaction))
    return [record for record in records if record.narration.startswith("Kostenbeteiligung")]


def codes(side: Side) -> set[str]:
    return {finding.kind.code for finding in check(side.again()) if finding.kind.code != "KKD-O06"}


def test_a_share_belongs_to_the_fiscal_year_in_which_its_service_year_ends(tmp_path: Path) -> None:
    sides = sides_in(tmp_path, dt.date(2025, 10, 1))
    for side in sides.both:
        sides.post(side)
    for side in sides.both:
        assert {record.narration for record in shares_of(side)} == {"Kostenbeteiligung 2024/25"}
        assert codes(side) == set()


def test_it_is_prior_period_once_that_year_is_over_and_closed(tmp_path: Path) -> None:
    sides = sides_in(tmp_path, dt.date(2026, 2, 2))
    sides.post(sides.member)
    [record] = shares_of(sides.member)
    assert record.narration == "Kostenbeteiligung 2024/25 (periodenfremd, gebucht 2026)"
    assert record.text("periodenentscheidung") == (
        "Angenommen, das Buch nennt keinen Stand von 2025; die Verpflichtung ist am 01.07.2024 entstanden"
    )
    assert codes(sides.member) == set()


def test_while_that_year_is_open_it_goes_into_its_thirteenth_month(tmp_path: Path) -> None:
    sides = sides_in(tmp_path, dt.date(2025, 12, 1))
    book, day = sides.member.book, dt.date(2026, 1, 12)
    open_month(book, BookingMonth(2026, 1))
    declare_year(book, 2025, YearState.OPEN, SAID, today=day)
    post(book, Authorisation(day, "S. Muster", "L. Beispiel"))
    [record] = shares_of(sides.member)
    assert record.place.file == "2025/2025-13.beancount"
    assert codes(sides.member) == set()


@pytest.mark.parametrize(("name", "account"), [("member", "Aktiva:2900-RAP"), ("office", "Passiva:4900-RAP")])
def test_what_lies_beyond_the_years_end_is_deferred_by_months(
    tmp_path: Path, name: str, account: str
) -> None:
    """Of Dorf's nine months six lie in 2025, of Weiler's twelve also six: 998.35 and 600.00 EUR."""
    sides = sides_in(tmp_path, dt.date(2024, 11, 4))
    side = getattr(sides, name)
    sides.post(side)
    sides.begin(dt.date(2025, 1, 15), which=[side])
    declare_year(side.book, 2024, YearState.PROVISIONALLY_CLOSED, SAID, today=dt.date(2025, 1, 15))
    root = side.book.root
    people = ("--certified-by", "S. Muster", "--ordered-by", "L. Beispiel", "--today", "2025-01-15")
    assert main(["year-end", str(root), "2024", "--today", "2025-01-15"]) in {0, 1}
    assert (
        main(["year-end", str(root), "2024", "--apply", f"{root}/pending/2024-jahresabschluss.json", *people])
        == 0
    )
    moved = [
        (record.date.year, record.narration, leg.cents)
        for record in read(side.again()).records
        if isinstance(record, Transaction)
        for leg in record.postings
        if leg.account == account
    ]
    sign, dorf, weiler = (1, 99835, ()) if name == "member" else (-1, 99835, (60000,))
    cents = [sign * one for one in (dorf, *weiler)]
    parties = ("dorf", "weiler")[: len(cents)]
    assert moved == [
        *(
            (2024, f"Rechnungsabgrenzung 2024: Kostenbeteiligung 2024/25 ({party})", one)
            for party, one in zip(parties, cents, strict=True)
        ),
        *(
            (2025, f"Auflösung der Rechnungsabgrenzung: Kostenbeteiligung 2024/25 ({party})", -one)
            for party, one in zip(parties, cents, strict=True)
        ),
    ]
    assert codes(side) <= {"KKD-T08"}
