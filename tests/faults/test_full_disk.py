"""A disk that is really full: a small one in memory, in a user namespace of its own."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c")
MOUNT = 'mount -t tmpfs -o size=1m tmpfs "$0"'


@pytest.fixture
def attempts(tmp_path: Path) -> list[dict[str, Any]]:
    try:
        allowed = (
            subprocess.run([*NAMESPACE, MOUNT, str(tmp_path)], capture_output=True, check=False).returncode
            == 0
        )
    except FileNotFoundError:
        allowed = False
    if not allowed:
        pytest.skip("dieser Rechner erlaubt keinen eigenen Mount (unshare --user --mount)")
    command = [
        *NAMESPACE,
        f'{MOUNT} && exec "$1" -m tests.faults.full_disk "$0"',
        str(tmp_path),
        sys.executable,
    ]
    output = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [json.loads(line) for line in output.splitlines()]


def test_a_full_disk_changes_nothing_and_with_space_again_all_is_done(attempts: list[dict[str, Any]]) -> None:
    assert len(attempts) == 14
    full = [one for one in attempts if one["status"] == 5]
    assert 5 <= len(full) < len(attempts), "some have room enough"
    for one in attempts:
        assert one["again"], one
        assert one["status"] in {3, 5}, one
    for one in full:
        assert "Schreiben fehlgeschlagen: auf dem Datenträger ist kein Platz mehr. " in one["said"]
        assert ("von dieser Buchung steht nichts darin" in one["said"]) == one["unchanged"], one
