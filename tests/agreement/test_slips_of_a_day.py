"""A slip is mended on the day on which it was made: by typing it anew, or by taking the amendment back."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from kkd_ledger.agreement import load
from kkd_ledger.agreement.beginning.amendments import Amendment, withdrawn
from kkd_ledger.cli import main
from kkd_ledger.errors import EXIT_GOOD, EXIT_USAGE, UsageError

from .test_amendments import BEFORE, DAY, JOIN, written

SCHOOL = Path(__file__).with_name("real") / "A34.toml"
POLYTECHNIC = SCHOOL.with_name("A12.toml")
YES = ("--today", "2024-10-20", "--yes")


def amended(file: Path, *words: str) -> str:
    assert main(["agreement", "amend", str(file), "--today", f"{DAY}", "--yes", *words]) == EXIT_GOOD
    load(file)
    return file.read_text(encoding="utf-8")


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    file = tmp_path / "agreement.toml"
    file.write_text(BEFORE, encoding="utf-8")
    return file


def test_a_rate_typed_again_takes_the_place_of_the_slip(contract: Path):
    amended(contract, "--rate", "Beratung=01.01.2026=12,00")
    text = amended(contract, "--rate", "Beratung=01.01.2026=1,20")
    assert text.count("# Nachtrag vom") == 1
    assert "12,00" not in text
    assert text.startswith(BEFORE)
    assert text == amended(contract, "--rate", "Beratung=01.01.2026=1,20"), "a third time changes nothing"


def test_two_changes_of_one_day_both_stay(contract: Path):
    amended(contract, "--rate", "Beratung=01.01.2026=1,20")
    text = amended(contract, "--rate", "Beratung=01.01.2027=1,30")
    assert '{ from = 2026-01-01, rate = "1,20" }' in text
    assert '{ from = 2027-01-01, rate = "1,30" }' in text


def lines(text: str) -> list[str]:
    return sorted(line for line in text.splitlines() if line.strip() and not line.startswith("#"))


@pytest.mark.parametrize(
    ("slip", "right", "kept"),
    [
        (["--leave", "Ahaus=31.12.2026"], ["--leave", "Ahaus=31.12.2027"], "left = 2027-12-31"),
        (JOIN, [JOIN[0], "Bad Müsterau=Stadt=01.03.2025", *JOIN[2:]], "joined = 2025-03-01"),
        (
            ["--cost", "Raum=2025=6000,00"],
            ["--cost", "Raum=2025=600,00"],
            '{ year = 2025, amount = "600,00" }',
        ),
        (
            ["--resolution", "Ahaus=01.02.2025=VL 1=Rat"],
            ["--resolution", "Ahaus=02.02.2025=VL 1=Rat"],
            "adopted = 2025-02-02",
        ),
    ],
)
def test_what_else_is_typed_again_stands_once(contract: Path, slip: list[str], right: list[str], kept: str):
    once = contract.with_name("once.toml")
    shutil.copy(contract, once)
    amended(contract, *slip)
    assert lines(amended(contract, *right)) == lines(amended(once, *right))
    assert kept in contract.read_text(encoding="utf-8")


def test_the_amendment_of_a_day_is_withdrawn_on_that_day_alone(contract: Path, capsys):
    amended(contract, "--leave", "Ahaus=31.12.2026")
    amended(contract, "--rate", "Beratung=01.01.2026=12,00")
    assert "2026-12-31" in amended(contract, "--withdraw")
    assert amended(contract, "--withdraw") == BEFORE
    assert main(["agreement", "amend", str(contract), "--today", f"{DAY}", "--withdraw"]) == EXIT_USAGE
    assert "es gibt keinen" in capsys.readouterr().err
    amended(contract, "--leave", "Ahaus=31.12.2026")
    with pytest.raises(UsageError, match=r"der letzte ist vom 03\.02\.2025"):
        withdrawn(contract.read_text(encoding="utf-8"), DAY + dt.timedelta(days=1))


def test_what_a_person_wrote_today_is_not_taken_out():
    mine = BEFORE.replace(
        'rates = [{ from = 2024-01-01, rate = "1,00" }]',
        'rates = [{ from = 2024-01-01, rate = "1,00" }]\nknown_from = 2025-02-03',
    )
    with pytest.raises(UsageError, match="Beratung steht seit heute in der Datei"):
        Amendment(mine, DAY).stage("Beratung", dt.date(2026, 1, 1), "1,20", "rates")


def figures(file: Path, *words: str) -> str:
    assert main(["figures", str(file), *words, *YES]) == EXIT_GOOD
    load(file)
    return (file.parent / "zahlen" / "2024.toml").read_text(encoding="utf-8")


def test_money_typed_again_on_its_day_is_a_correction_and_the_last_one_counts(tmp_path: Path):
    file = shutil.copy(POLYTECHNIC, tmp_path / "agreement.toml")
    before = load(file).terms(dt.date(2024, 10, 19)).figure("betrieb", 2024)
    for amount in ("90.000,00", "9.000,00", "9.100,00"):
        text = figures(file, "--money", f"betrieb=2024={amount}", "--source", "Rechnung")
    assert text.count('state = "corrected"') == 2
    assert load(file).terms().figure("betrieb", 2024).amount == 9_100_00
    assert load(file).terms(dt.date(2024, 10, 19)).figure("betrieb", 2024) == before
    assert figures(file, "--money", "betrieb=2024=9.100,00", "--source", "Rechnung") == text


def test_a_count_typed_again_corrects_its_party_alone(tmp_path: Path):
    file = shutil.copy(SCHOOL, tmp_path / "agreement.toml")
    figures(file, "--count", "schueler=2024-10-01=Adorf=450")
    text = figures(file, "--count", "schueler=2024-10-01=Adorf=45", "--count", "schueler=2024-10-01=b=20")
    assert load(file).terms().weights("schueler", 2025) == {"a": 45, "b": 20}
    assert text.count('state = "corrected"') == 1


def test_the_amendment_before_the_slip_is_as_it_was(tmp_path: Path):
    status, text = written(tmp_path, "--rate", "Beratung=01.01.2026=1,20", "--yes")
    assert (status, text.startswith(BEFORE)) == (EXIT_GOOD, True)
