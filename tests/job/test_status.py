"""kkd status: a job that was silent, a statement that is missing, unclear money that ages; each by status and words."""

import shutil
from pathlib import Path

import pytest

from kkd_ledger.cli import main
from tests.samples import replace_once, sample_books

AGE = "35d"


@pytest.fixture
def county(tmp_path: Path) -> Path:
    return sample_books(tmp_path) / "landkreis"


def told(book: Path, today: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    """Return the exit status and the sentences, without title and findings."""
    capsys.readouterr()
    status = main(["status", str(book), "--max-age", AGE, "--today", today])
    lines = capsys.readouterr().out.partition("  Feststellungen: ")[0].splitlines()
    return status, [line.removeprefix("  ") for line in lines[1:]]


def test_a_job_that_was_silent(county: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(county / "inbox")
    assert told(county, "2024-04-04", capsys) == (0, [])
    assert told(county, "2024-04-05", capsys) == (
        1,
        ["Der letzte Kontoauszug endet am 29.02.2024, vor 36 Tagen (erlaubt: 35)."],
    )


def test_files_that_nobody_took_and_none_is_missing(county: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(county, "2024-04-02", capsys) == (
        1,
        ["Im Posteingang warten 2 Dateien: 2024-03.xml, 2024-04.xml."],
    )


def test_a_statement_that_is_missing(county: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (county / "inbox/2024-03.xml").unlink()
    main(["month", str(county), "2024-04", "--today", "2024-04-30"])
    assert told(county, "2024-04-02", capsys) == (
        1,
        [
            "Im Posteingang wartet eine Datei: 2024-04.xml.",
            "Vermutlich fehlt ein Auszug: 2024-04.xml beginnt am 01.04.2024 mit 459.529,99 EUR; "
            "kein vorliegender endet damit.",
        ],
    )


def test_unclear_money_ages_from_day_to_day(county: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replace_once(county / "book.toml", "unclear_days_max = 60", "unclear_days_max = 30")
    (county / "inbox/2024-04.xml").unlink()
    main(["month", str(county), "2024-03", "--today", "2024-03-31"])
    assert told(county, "2024-04-11", capsys) == (0, [])
    first = (
        "Ungeklärt seit {} Tagen (erlaubt: 30): 18.766,68 EUR vom 12.03.2024 (Buchung 2024-000026); "
        "`kkd clear` ordnet es zu."
    )
    second = (
        "Ungeklärt seit 31 Tagen (erlaubt: 30): 250,00 EUR vom 20.03.2024 (Buchung 2024-000041); "
        "`kkd clear` ordnet es zu."
    )
    assert told(county, "2024-04-12", capsys) == (1, [first.format(31)])
    assert told(county, "2024-04-20", capsys) == (1, [first.format(39), second])
