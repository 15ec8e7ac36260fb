"""What `kkd import` says of one line and of several, and what its status is where something waits for a person."""

from pathlib import Path

import pytest

from kkd_ledger.cli import main
from tests.samples import ROOT, replace_once, sample_books

TODAY = ("--today", "2024-03-31")
WAITS = "  Was wartet, nennt `kkd status BUCH`; `kkd decide` entscheidet darüber.\n"


@pytest.fixture
def town(tmp_path: Path) -> Path:
    return sample_books(tmp_path) / "biedenkopf"


def bring(town: Path, *words: str) -> int:
    return main(["import", str(town), str(town / "inbox/2024-03.xml"), *TODAY, *words])


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("GRUNDSTEUER", "1 zugeordnet (Ausgang -15.555,30 EUR), 1 wartet (Eingang 763,50 EUR), 2 nicht-kkd"),
        (
            "SCHONSTEUER",
            "1 zugeordnet (Ausgang -15.555,30 EUR), 2 warten (Eingang 2.043,90 EUR), 1 nicht-kkd",
        ),
    ],
)
def test_lines_that_wait_are_counted_and_shown_in_the_status(
    town: Path, rule: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    replace_once(town / "book.toml", 'contains = "STEUER"', f'contains = "{rule}"')
    assert bring(town, "--dry-run") == 1
    assert WAITS not in capsys.readouterr().out
    assert bring(town) == 1
    said = capsys.readouterr().out
    assert told in said
    assert said.endswith(WAITS)


def test_where_nothing_waits_the_status_is_good(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bring(town) == 0
    assert "wartet" not in capsys.readouterr().out


def test_the_handbook_shows_what_is_said_where_a_statement_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    county = sample_books(tmp_path) / "landkreis"
    assert main(["import", str(county), str(county / "inbox/2024-04.xml"), "--today", "2024-04-30"]) == 3
    assert f"```\n{capsys.readouterr().err}```\n" in (ROOT / "docs/handbuch.md").read_text(encoding="utf-8")
