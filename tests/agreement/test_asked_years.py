"""Years and days of which an agreement asks nothing are refused wherever they are typed, with those that it asks."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from kkd_ledger.agreement import load, parse
from kkd_ledger.agreement.facts.spans import CALENDAR, ServiceYear
from kkd_ledger.agreement.file.asked import refuse_unasked_day
from kkd_ledger.cli import main
from kkd_ledger.errors import EXIT_GOOD, EXIT_USAGE, NotAllowed, UsageError
from kkd_ledger.periods import service_year_in
from tests.samples import ROOT

from .test_amendments import BEFORE
from .test_slips_of_a_day import POLYTECHNIC, SCHOOL, YES

SAMPLE = ROOT / "ledgers"


def said(capsys, *words: object) -> tuple[int, str]:
    status = main([*map(str, words)])
    shown = capsys.readouterr()
    return status, shown.out + shown.err


def test_a_name_over_two_calendar_years_is_a_service_years_alone():
    typed = service_year_in("2024/25")
    assert typed == 2024
    assert ServiceYear(8, 1).meant(typed) == 2024
    assert ServiceYear(8, 1).meant(service_year_in("2024")) == 2024
    assert CALENDAR.meant(service_year_in("2024")) == 2024
    assert type(CALENDAR.meant(service_year_in("2024"))) is int
    with pytest.raises(
        NotAllowed, match="„2024/25“: diese Vereinbarung rechnet nach Kalenderjahren; erlaubt: 2024 oder"
    ):
        CALENDAR.meant(typed)


AGREEMENT, BOOK = SAMPLE / "kkd/agreement.toml", SAMPLE / "landkreis"


@pytest.mark.parametrize(
    "words",
    [
        ("shares", AGREEMENT, "--year", "2024/25"),
        ("explain", AGREEMENT, "biedenkopf", "2024/25"),
        ("figures", AGREEMENT, "--year", "2024/25"),
        ("figures", AGREEMENT, "--money", "x=2024/25=1,00", "--source", "x"),
        ("compare", AGREEMENT, "--as-of", "2023-10-01", "--year", "2024/25"),
        ("whatif", AGREEMENT, "--year", "2024/25"),
        ("whatif", AGREEMENT, "--money", "x=2024/25=1,00"),
        ("savings", AGREEMENT, "--year", "2024/25"),
        ("annex", AGREEMENT, "--from", "2024/25"),
        ("plan", BOOK, "--from", "2024/25"),
        ("agreement", "amend", AGREEMENT, "--cost", "x=2024/25=1,00"),
        ("demand", BOOK, "2024/25"),
        ("post", BOOK, "--year", "2024/25"),
    ],
    ids=lambda words: " ".join(map(str, words[:1])),
)
def test_every_command_refuses_a_year_of_two_calendar_years(capsys, words):
    try:
        status, text = said(capsys, *words)
    except SystemExit:
        pytest.fail(capsys.readouterr().err)
    assert (status, "„2024/25“: diese Vereinbarung rechnet nach Kalenderjahren" in text) == (
        EXIT_USAGE,
        True,
    ), text


@pytest.mark.parametrize("year", ["2024", "2024/25", "2024/2025"])
def test_a_school_year_may_be_typed_by_its_name_or_its_number(capsys, tmp_path: Path, year: str):
    file = tmp_path / "agreement.toml"
    file.write_text(
        BEFORE.replace("due = {", 'service_year = { begins = "08-01" }\ndue = {'), encoding="utf-8"
    )
    status, text = said(capsys, "shares", file, "--year", year)
    assert (status, "2024/25" in text) == (EXIT_GOOD, True), text


@pytest.mark.parametrize(("day", "near"), [("2024-09-30", "01.10.2024"), ("2042-10-01", "01.10.2028")])
def test_a_count_of_a_day_that_no_year_asks_for_is_refused(capsys, tmp_path: Path, day: str, near: str):
    file = shutil.copy(SCHOOL, tmp_path / "agreement.toml")
    status, text = said(capsys, "figures", file, "--count", f"schueler={day}=Adorf=45", *YES)
    assert status == EXIT_USAGE
    assert f"Den {dt.date.fromisoformat(day):%d.%m.%Y} fragt" in text
    assert near in text
    assert not (tmp_path / "zahlen").exists()


@pytest.mark.parametrize(
    ("year", "more", "status"),
    [
        ("2026", (), EXIT_GOOD),
        ("2027", (), EXIT_USAGE),
        ("2027", ("--kind", "plan"), EXIT_GOOD),
        ("2030", ("--kind", "plan"), EXIT_USAGE),
        ("2099", (), EXIT_USAGE),
        ("2004", (), EXIT_USAGE),
    ],
)
def test_money_of_a_far_year_is_refused(
    capsys, tmp_path: Path, year: str, more: tuple[str, ...], status: int
):
    file = shutil.copy(POLYTECHNIC, tmp_path / "agreement.toml")
    got, text = said(capsys, "figures", file, "--money", f"betrieb={year}=9,00", "--source", "x", *more, *YES)
    assert got == status, text
    assert ("ist kein Jahr, das die Vereinbarung fragt" in text) == (status == EXIT_USAGE)


def test_a_csv_of_money_takes_and_refuses_the_same_years(capsys, tmp_path: Path):
    file = shutil.copy(POLYTECHNIC, tmp_path / "agreement.toml")
    rows = tmp_path / "zahlen.csv"
    rows.write_text("kennung;jahr;betrag\nbetrieb;2024/25;9,00\n", encoding="utf-8")
    status, text = said(capsys, "figures", file, "--csv", rows, "--source", "x", *YES)
    begins = load(file).service_year.begins
    assert (status == EXIT_USAGE) == (begins == "01-01"), text


def test_the_costs_of_a_far_year_are_refused_by_an_amendment(capsys, tmp_path: Path):
    file = tmp_path / "agreement.toml"
    file.write_text(BEFORE, encoding="utf-8")
    words = ("agreement", "amend", file, "--cost", "Raum=2099=600,00", "--today", "2025-02-03", "--yes")
    status, text = said(capsys, *words)
    assert (status, "Raum: 2099 ist kein Jahr" in text) == (EXIT_USAGE, True)


def test_a_count_of_another_census_is_not_asked_by_the_first() -> None:
    bases = """
[[bases]]
id = "{0}"
rule = "renewed"
source = "amt"
census = {0}
lag_years = 1
month_day = "{1}"
from = 2024-01-01
"""
    two = BEFORE + bases.format("2011", "12-31") + bases.format("2022", "06-30")
    agreement = parse(two.replace('id = "2011"', 'id = "alt"').replace('id = "2022"', 'id = "neu"'))
    old = next(basis for basis in agreement.bases if basis.id == "alt")
    known = dt.date(2024, 5, 1)
    refuse_unasked_day(agreement, old, dt.date(2024, 12, 31), known)
    with pytest.raises(UsageError, match=r"Den 30\.06\.2024 fragt alt nicht"):
        refuse_unasked_day(agreement, old, dt.date(2024, 6, 30), known)
