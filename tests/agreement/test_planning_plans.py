"""Planning over pots and due plans: another figure supposed, and what a council paper says of rates and advances."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from kkd_ledger.agreement import load, parse, plan, shares
from kkd_ledger.agreement.planning.proposal import proposal
from kkd_ledger.cli import main
from kkd_ledger.errors import EXIT_FINDINGS, EXIT_GOOD, EXIT_USAGE

SCHOOL = Path(__file__).parents[2] / "ledgers" / "quellgrund" / "vereinbarung" / "agreement.toml"


def test_another_cost_is_supposed_by_its_title_and_nothing_is_written(tmp_path, capsys) -> None:
    """(80,000 − 6,000) × 47/75 = 46,373.33."""
    folder = Path(shutil.copytree(SCHOOL.parent, tmp_path / "v"))
    before = {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    words = ["whatif", str(folder / "agreement.toml"), "--year", "2025", "--money"]
    assert main([*words, "Schulkosten=2025=80.000,00"]) == EXIT_GOOD
    said = capsys.readouterr().out
    assert "2025 Beispielbach: 41.360,00 EUR → 46.373,33 EUR (+5.013,33 EUR)" in said
    assert "Schulkosten 72.000,00 → 80.000,00" in said
    assert {path: path.read_bytes() for path in before} == before
    assert main([*words, "Schulkostn=2025=1,00"]) == EXIT_USAGE
    assert "erlaubt: Schulkosten" in capsys.readouterr().err


def test_a_year_without_figures_is_due_on_the_days_of_its_plan() -> None:
    known, lacking = plan(load(SCHOOL), "beispielbach", (2025, 2026))
    assert (lacking.amount_cents, lacking.dues, lacking.due) == (None, (), dt.date(2026, 9, 15))
    assert lacking.days == (dt.date(2026, 9, 15), dt.date(2026, 11, 15))
    assert [due.day for due in known.dues] == [dt.date(2025, 9, 15), dt.date(2025, 11, 15)]
    assert lacking.as_json()["days"] == ["2026-09-15", "2026-11-15"]


def test_the_council_paper_names_the_days_and_no_table_of_the_file() -> None:
    text = proposal(load(SCHOOL), "beispielbach", "030101 Schule", 2025).text()
    assert (
        "Zu zahlen 2025: 1.308,00 EUR am 04.04.2025, 20.680,00 EUR am 15.09.2025 und 20.680,00 EUR am 15.11.2025."
    ) in text
    assert "Die Kosten 2025 sind geplant" in text
    assert "2026 bis 2029: noch kein Betrag, denn Zahlen dieser Jahre sind noch nicht bekannt" in text
    assert "[[" not in text
    one = proposal(load(SCHOOL), "beispielbach", "030101 Schule", 2022).text()
    assert (
        "2026: noch kein Betrag; Ungedeckte Schulkosten (§ 8): es fehlt die Zahl „Schulkosten“ 2026 (" in one
    )
    assert "[[" not in one


def test_where_nothing_is_planned_the_paper_says_nothing_of_plans() -> None:
    text = SCHOOL.read_text("utf-8")
    figures = {f"zahlen/{path.name}": path.read_text("utf-8") for path in SCHOOL.parent.glob("zahlen/*.toml")}
    agreement = parse(text, "agreement.toml", figures)
    assert shares(agreement, 2024).amounts["beispielbach"] == 3_730_800
    assert "sind geplant" not in proposal(agreement, "beispielbach", "", 2024).text()


@pytest.mark.parametrize(("year", "status"), [("2025", EXIT_GOOD), ("2026", EXIT_FINDINGS)])
def test_a_supposition_says_where_a_figure_is_missing_still(year, status) -> None:
    assert main(["whatif", str(SCHOOL), "--money", f"Schulkosten={year}=1.000,00", "--year", year]) == status
