"""The systemd unit in docs/: its commands are run as they stand, on a copy of the sample."""

import configparser
import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.samples import ROOT, sample_books

UNIT = ROOT / "docs" / "systemd" / "kkd-month@.service"
TODAY = ("--today", "2024-05-02")


def commands(folder: Path, book: str) -> list[list[str]]:
    """Return what the unit starts for a book, with our interpreter's `kkd` and this folder instead of /srv/kkd."""
    unit = configparser.ConfigParser(interpolation=None, strict=False)
    unit.read_string(UNIT.read_text(encoding="utf-8"))
    program = str(Path(sys.executable).with_name("kkd"))
    lines = [unit["Service"]["ExecStart"], unit["Service"]["ExecStartPost"]]
    texts = [line.replace("/srv/kkd/.venv/bin/kkd", program).replace("%i", book) for line in lines]
    return [[*shlex.split(text.replace("/srv/kkd", str(folder))), *TODAY] for text in texts]


@pytest.mark.parametrize("name", ["landkreis", "biedenkopf"])
def test_the_units_commands_run_the_waiting_months(name: str, tmp_path: Path) -> None:
    folder = sample_books(tmp_path)
    run, status = commands(folder, name)
    assert subprocess.run(run, capture_output=True, check=False).returncode == 0
    log = (folder / f"{name}.log.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["month"] for line in log] == ["2024-03", "2024-04"]
    assert subprocess.run(status, capture_output=True, check=False).returncode == 0


def test_the_timer_starts_the_unit_every_night() -> None:
    timer = configparser.ConfigParser(interpolation=None)
    timer.read(UNIT.with_suffix(".timer"), encoding="utf-8")
    assert timer["Timer"]["OnCalendar"] == "*-*-* 03:30"
    assert timer["Timer"]["Persistent"] == "true"
