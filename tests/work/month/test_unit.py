"""The systemd unit in docs/: its commands are run as they stand, on a copy of the sample."""

import configparser
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kkd_ledger.errors import EXIT_FINDINGS, EXIT_REFUSED, EXIT_STORAGE, EXIT_UNEXPECTED, EXIT_USAGE
from tests.samples import ROOT, sample_books, tree

FOLDER = ROOT / "docs" / "systemd"
UNIT, ALARM, TIMER = (FOLDER / f"kkd-{name}" for name in ("month@.service", "alarm@.service", "month@.timer"))
TODAY = ("--today", "2024-05-02")
KKD = str(Path(sys.executable).with_name("kkd"))


def settings(name: str) -> list[str]:
    """Return what the unit says for a name, in the order of its lines."""
    lines = UNIT.read_text(encoding="utf-8").splitlines()
    return [line.partition("=")[2] for line in lines if line.startswith(f"{name}=")]


def placed(text: str, folder: Path, book: str) -> str:
    """Return a text of the unit with our interpreter's `kkd`, and a folder instead of the root."""
    text = text.replace("/srv/kkd/.venv/bin/kkd", KKD).replace("%i", book)
    return re.sub(r"/(?:srv|var/log)/kkd", str(folder), text)


def run(line: str, folder: Path, book: str) -> int:
    command = [*shlex.split(placed(line, folder, book)), *TODAY]
    return subprocess.run(command, capture_output=True, check=False).returncode


@pytest.mark.parametrize("name", ["landkreis", "biedenkopf"])
def test_the_units_commands_run_the_waiting_months(name: str, tmp_path: Path) -> None:
    folder = sample_books(tmp_path)
    before = tree(folder, (".kkd", name))
    assert [run(line, folder, name) for line in settings("ExecStart")] == [0, 0]
    log = folder / f"{name}.jsonl"
    assert [json.loads(line)["month"] for line in log.read_text(encoding="utf-8").splitlines()] == [
        "2024-03",
        "2024-04",
    ]
    assert settings("ReadWritePaths") == ["/srv/kkd/%i"]
    assert settings("LogsDirectory") == ["kkd"]
    assert before == tree(folder, (".kkd", name, log.name)), "nothing else is written"


def test_a_run_that_needs_a_person_fails_the_unit_and_only_a_busy_book_is_tried_again(tmp_path: Path) -> None:
    folder = sample_books(tmp_path)
    (folder / "landkreis/inbox/halb.xml").write_text("<Document>", encoding="utf-8")
    month, status = settings("ExecStart")
    assert (run(month, folder, "landkreis"), run(status, folder, "landkreis")) == (3, 1)
    final = {EXIT_FINDINGS, EXIT_USAGE, EXIT_REFUSED, EXIT_STORAGE, EXIT_UNEXPECTED}
    assert settings("RestartPreventExitStatus") == [" ".join(map(str, sorted(final)))]
    assert settings("OnFailure") == ["kkd-alarm@%i.service"]


def test_systemd_finds_nothing_wrong(tmp_path: Path) -> None:
    verify = shutil.which("systemd-analyze")
    if verify is None and not os.environ.get("CI"):
        pytest.skip("systemd-analyze ist hier nicht da; .ci/run installiert es")
    assert verify, "in CI darf diese Prüfung nicht ausfallen"
    for unit in (UNIT, ALARM, TIMER):
        text = placed(unit.read_text(encoding="utf-8"), tmp_path, "landkreis")
        (tmp_path / unit.name.replace("@", "@landkreis")).write_text(text, encoding="utf-8")
    units = sorted(tmp_path.glob("kkd-*"))
    assert len(units) == 3
    environment = os.environ | {"SYSTEMD_UNIT_PATH": f"{tmp_path}:"}
    done = subprocess.run(
        [verify, "verify", "--man=no", *units], env=environment, capture_output=True, text=True, check=False
    )
    assert [line for line in done.stderr.splitlines() if "kkd-" in line] == []


def test_the_timer_starts_the_unit_every_night() -> None:
    timer = configparser.ConfigParser(interpolation=None)
    timer.read(TIMER, encoding="utf-8")
    assert timer["Timer"]["OnCalendar"] == "*-*-* 03:30"
    assert timer["Timer"]["Persistent"] == "true"
