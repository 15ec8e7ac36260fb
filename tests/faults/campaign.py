"""The long search for what must never happen: `python -m tests.faults.campaign [ROW …]`, or `make campaign`.

Each row tries its attempts one after the other and keeps what was tried with the present code in
build/campaign/ROW.json: a stopped campaign goes on where it stood, and rows may run side by side. Each failure comes
with the command that repeats it. `make test` runs a share of the same. docs/reliability.md says what the rows are.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from tests.faults import cold, every_call, hostile, laws, mutants, simulation, test_together
from tests.faults.harness import STRACE
from tests.figures.books import compared, lived

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "campaign"
SAVED_EVERY = 20
Attempt = Callable[[], tuple[int, list[str]]]


class Row(NamedTuple):
    """Attempts by key: each returns how many cases it tried and what was wrong. `parts` of them make the row."""

    attempts: Callable[[], Iterator[tuple[str, Attempt]]]
    parts: int | None = None


def _parts(one: Callable[[int], tuple[int, list[str]]]) -> Callable[[], Iterator[tuple[str, Attempt]]]:
    """Number the attempts of a row without end."""

    def attempts() -> Iterator[tuple[str, Attempt]]:
        number = 0
        while True:
            yield str(number), (lambda number=number: one(number))
            number += 1

    return attempts


def _schedule(number: int) -> tuple[int, list[str]]:
    with tempfile.TemporaryDirectory() as folder:
        return 1, test_together.threads(Path(folder), number)


def _processes(number: int) -> tuple[int, list[str]]:
    with tempfile.TemporaryDirectory() as folder:
        return 1, test_together.processes(Path(folder), number)


def _figures(number: int) -> tuple[int, list[str]]:
    with tempfile.TemporaryDirectory() as folder:
        count, wrong = lived(Path(folder), number, steps=24)
    with tempfile.TemporaryDirectory() as folder:
        return count + 1, wrong + compared(Path(folder), number, steps=24)


ROWS: Mapping[str, Row] = {
    **{kind: Row(lambda kind=kind: every_call.attempts(kind)) for kind in every_call.KINDS},
    "schedules": Row(_parts(_schedule), 10_000),
    "processes": Row(_parts(_processes), 1_000),
    **{name: Row(_parts(law.part), law.parts) for name, law in laws.LAWS.items()},
    "prefixes": Row(hostile.prefixes),
    "hostile": Row(_parts(hostile.part), hostile.PARTS),
    "mutants": Row(_parts(mutants.part), mutants.PARTS),
    "cold": Row(_parts(cold.part), len(cold.PROFILES)),
    "figures": Row(_parts(_figures), 2_000),
    "simulation": Row(_parts(simulation.part), 2_000),
}


class Log:
    """What was tried of a row with this code: key → how many cases, and what was wrong."""

    def __init__(self, row: str, code: str) -> None:
        self._row, self._code, self._file = row, code, FOLDER / f"{row}.json"
        self.tried: dict[str, tuple[int, list[str]]] = {}
        if self._file.exists() and (kept := json.loads(self._file.read_bytes()))["code"] == code:
            self.tried = kept["tried"]

    def add(self, key: str, found: tuple[int, list[str]]) -> None:
        """Note what was wrong; say how to repeat it."""
        self.tried[key] = found
        if len(self.tried) % SAVED_EVERY == 0:
            self.save()
        for one in found[1]:
            print(f"FEHLER {self._row} {key}: {one}", flush=True)
            print(
                f"  wiederholen: .venv/bin/python -m tests.faults.campaign {self._row} --only {key}",
                flush=True,
            )

    def save(self) -> None:
        """Keep the log for the next start."""
        FOLDER.mkdir(parents=True, exist_ok=True)
        self._file.write_text(
            json.dumps({"code": self._code, "tried": self.tried}, indent=0), encoding="utf-8"
        )

    def told(self) -> str:
        """Say in one line what was tried and how often something was wrong."""
        wrong = sum(1 for _, found in self.tried.values() if found)
        cases = sum(count for count, _ in self.tried.values())
        return f"{self._row}: {cases} Fälle in {len(self.tried)} Versuchen, {wrong} davon mit Folgen"


def code() -> str:
    """Return the hash of everything that a result depends on."""
    sources = [path for room in ("kkd_ledger", "tests", "ledgers") for path in (ROOT / room).rglob("*.py")]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(sources))).hexdigest()


def run(name: str, log: Log, only: str, parts: int | None, first: int = 0) -> None:
    """Try what was not tried yet of a row, from its attempt `first` on."""
    row = ROWS[name]
    count = None if only else parts if row.parts and parts is not None else row.parts
    try:
        with closing(row.attempts()) as attempts:
            for key, attempt in islice(attempts, first, None if count is None else first + count):
                chosen = key.startswith(only) if only.endswith("/") else only == key
                if chosen if only else key not in log.tried:
                    log.add(key, attempt())
                if only == key:
                    return
    finally:
        log.save()


def main() -> int:
    """Run rows of the campaign; return 1 where anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(ROWS)}; without: all")
    parser.add_argument(
        "--only", default="", help="one attempt of one row, as a failure names it, or a scenario/"
    )
    parser.add_argument("--parts", type=int, help="so many attempts of each row that has no end of its own")
    parser.add_argument(
        "--first", type=int, default=0, help="begin with this attempt: seeds never tried before"
    )
    arguments = parser.parse_args()
    names = arguments.rows or list(ROWS)
    if unknown := sorted(set(names) - set(ROWS)):
        parser.error(f"no such row: {', '.join(unknown)}")
    if STRACE is None:
        print("kein strace im PATH: das Paket strace installieren")
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    version, wrong = code(), 0
    for name in names:
        log = Log(name, version)
        run(name, log, arguments.only, arguments.parts, arguments.first)
        wrong += sum(1 for _, found in log.tried.values() if found)
        print(log.told(), flush=True)
    return int(wrong > 0)


if __name__ == "__main__":
    raise SystemExit(main())
