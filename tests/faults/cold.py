"""What a first document costs: `kkd validate` in a process of its own, by profile, in seconds of CPU.

`python -m tests.faults.cold` prints the figures; the campaign's row `cold` holds them to two seconds.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.faults import mutants
from tests.samples import FILES

TRIES = 3
"""The least of so many: whatever else the machine does adds to a process's time, never takes from it."""

_CII, _UBL = (f"xrechnung/standard/01.01a-INVOICE_{syntax}.xml" for syntax in ("uncefact", "ubl"))
_FOREIGN = "foreign/as-agreed.xml"
PROFILES: tuple[tuple[str, str, str], ...] = (
    ("XRechnung CII", _CII, mutants.XRECHNUNG),
    ("XRechnung UBL", _UBL, mutants.XRECHNUNG),
    ("Extension CII", _CII, mutants.EXTENSION),
    ("Extension UBL", _UBL, mutants.EXTENSION),
    ("CVD CII", _CII, mutants.CVD),
    ("CVD UBL", _UBL, mutants.CVD),
    ("EN 16931 CII", _FOREIGN, mutants.NORM),
    ("Factur-X BASIC", _FOREIGN, mutants.BASIC),
    ("Factur-X EXTENDED", _FOREIGN, mutants.EXTENDED),
    ("ohne Regeln CII", _CII, "foo"),
    ("ohne Regeln UBL", _UBL, "foo"),
)


def _document(file: str, profile: str) -> bytes:
    content = (FILES / file).read_bytes()
    own = mutants.NORM if file == _FOREIGN else mutants.XRECHNUNG
    assert f"{own}<".encode() in content
    return content.replace(f"{own}<".encode(), f"{profile}<".encode())


def _seconds(command: list[str]) -> tuple[float, str]:
    """Run a command; return the CPU that it took (its own and the system's for it), and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=dict(os.environ))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout + done.stderr


def cold(number: int) -> tuple[float, str]:
    """Return the seconds that a profile's first document takes, and what was said of it."""
    _, file, profile = PROFILES[number]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rechnung.xml"
        path.write_bytes(_document(file, profile))
        command = [str(Path(sys.executable).parent / "kkd"), "validate", str(path)]
        tries = [_seconds(command) for _ in range(TRIES)]
    return min(seconds for seconds, _ in tries), tries[0][1]


def part(number: int) -> tuple[int, list[str]]:
    """Try one profile; say how long its first document took where that is too long, or was not judged at all."""
    name, (seconds, said) = PROFILES[number][0], cold(number)
    wrong = [] if seconds <= mutants.SECONDS_MAX else [f"{name}: {seconds:.2f} s"]
    return 1, wrong if "rechnung.xml: " in said else [*wrong, f"{name}: {said}"]


def main() -> int:
    """Print the figures."""
    for number, (name, *_) in enumerate(PROFILES):
        seconds, said = cold(number)
        print(f"{name:<20}{seconds:5.2f} s CPU  {said.partition(chr(10))[0]}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
