"""A dry run of any command that writes: nothing changes, it says so, and it claims nothing that did not happen."""

import contextlib
import re
from pathlib import Path

import pytest

from kkd_ledger.cli import main
from tests.faults.every_command import SCENARIOS
from tests.samples import tree

UNFOUNDED = "founding"
DONE = re.compile(
    r"liegt mit seinem Grund|onat (?:\S+ )?ist abgeschlossen|Wieder offen:|^Buchung \S+ storniert|nicht im Buchordner",
    re.MULTILINE,
)


def dry(folder: Path, name: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Run a scenario's command dry, and return what it says."""
    scenario = SCENARIOS[name]
    scenario.build(folder)
    before = tree(folder)
    capsys.readouterr()
    with contextlib.chdir(folder):
        assert main([*scenario.words, "--dry-run"]) in {0, 1, 3}
    assert tree(folder) == before
    return capsys.readouterr().out


@pytest.mark.parametrize("name", [name for name in SCENARIOS if name != UNFOUNDED])
def test_nothing_is_written_and_that_is_said(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = dry(tmp_path, name, capsys)
    assert said.count("nichts wurde geschrieben") >= 1, said
    assert DONE.findall(said) == []
    assert not re.search(r"^--- (?!\d{4}-\d\d$)", said, re.MULTILINE), (
        "a month's name stands on a line of its own"
    )


def test_the_monthly_run_shows_what_would_be_added(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = dry(tmp_path, "month", capsys)
    assert "\n  Probelauf: nichts wurde geschrieben; alles hier zeigt, wie es nach dem Lauf stünde." in said
    assert "    käme mit diesem Grund nach inbox/rejected/" in said
    assert "\nProbelauf: nichts wurde geschrieben. Geschrieben würden: " in said
    assert '\n--- 2022-03\n2022-03-01 custom "buchungsmonat" "2022-03"\n' in said


def test_a_decision_shows_the_files_that_would_change(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = dry(tmp_path, "decide", capsys)
    files = (
        r"archive/[0-9a-f]{12}…\.auszug, 2022/2022-03\.bank\.json, 2022/2022-03\.beancount, main\.beancount"
    )
    assert re.match(rf"Probelauf: nichts wurde geschrieben\. Geschrieben würden: {files}\n", said)


def test_a_book_that_is_not_there_yet_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario = SCENARIOS[UNFOUNDED]
    scenario.build(tmp_path)
    with contextlib.chdir(tmp_path):
        assert main([*scenario.words, "--dry-run"]) == 2
    book = tmp_path / "amt"
    assert capsys.readouterr().err.startswith(
        f"kkd: Das Buch gibt es noch nicht; `kkd open {book} 2022-03` legt es an."
    )
