"""Every fault at every write-related call of every scenario: `python -m tests.faults.campaign`.

What was tried with the present code is kept in build/campaign/faults.json, so that a stopped campaign goes on where it
stood. Each failure comes with the command that repeats it. `make test` runs a share of the same.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.faults.harness import STRACE, Forker, Point, forking
from tests.faults.scenarios import SCENARIOS, opened, statements, waiting
from tests.faults.test_refused import ERRORS, failed
from tests.faults.test_together import schedule
from tests.faults.verdict import Case

ROOT = Path(__file__).resolve().parents[2]
LOG = ROOT / "build" / "campaign" / "faults.json"
KINDS = KILL, ONCE, LIE, SHORT, LASTING = "kill", "once", "lie", "short", "lasting"
SCHEDULE = "schedule"
BYTES_MAX = range(1, 3000, 97)


class Log:
    """What was tried with this code: key → what was wrong."""

    def __init__(self) -> None:
        sources = sorted([*(ROOT / "kkd_ledger").rglob("*.py"), *(ROOT / "tests" / "faults").glob("*.py")])
        self._code = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
        self.tried: dict[str, list[str]] = {}
        if LOG.exists() and (kept := json.loads(LOG.read_bytes()))["code"] == self._code:
            self.tried = kept["tried"]

    def add(self, key: str, wrong: list[str]) -> None:
        """Note what was wrong after a fault; say how to repeat it."""
        self.tried[key] = wrong
        if len(self.tried) % 50 == 0:
            self.save()
        for one in wrong:
            print(
                f"FEHLER {key}: {one}\n  wiederholen: .venv/bin/python -m tests.faults.campaign --only {key}"
            )

    def save(self) -> None:
        """Keep the log for the next start."""
        LOG.parent.mkdir(parents=True, exist_ok=True)
        LOG.write_text(json.dumps({"code": self._code, "tried": self.tried}, indent=0), encoding="utf-8")


def faults(point: Point, kind: str) -> Iterator[str]:
    """Yield the faults of a kind that a call can meet: killed there, refused once, refused from there on, a lie."""
    if kind == KILL:
        yield KILL
    elif kind == LIE and point.name == "write" and "/.wal/" in point.text:
        yield LIE
    elif kind == ONCE:
        yield from ERRORS
    elif kind == LASTING and point.name != "write":  # no message could be written either
        yield from (f"{error}+" for error in ERRORS)


def wrong_after(case: Case, where: Point | int, fault: str) -> list[str]:
    """Run the scenario's command with a fault and return what is wrong."""
    try:
        return list(_wrong_after(case, where, fault))
    except AssertionError as error:
        return [str(error)]


def _wrong_after(case: Case, where: Point | int, fault: str) -> Iterator[str]:
    if isinstance(where, int):
        yield from (*case.wrong_word(case.limited(where)), *case.wrong())
    elif fault == KILL:
        run = case.injected(where, "signal=SIGKILL")
        yield from () if run.status == -9 else (f"status {run.status}: {run.said}",)
        yield from case.wrong()
    elif fault == LIE:
        yield from (*case.wrong_word(case.injected(where, "retval=1")), *case.wrong())
    else:
        yield from failed(case, where, fault.rstrip("+"), "+" if fault.endswith("+") else "")


def attempts(case: Case, kind: str) -> Iterator[tuple[str, Point | int, str]]:
    """Yield every attempt of a kind: its key, its call (or the size that no file may exceed), its fault."""
    if kind == SHORT:
        for bytes_max in BYTES_MAX:
            yield f"{case.scenario.name}/{bytes_max}/{SHORT}", bytes_max, SHORT
    for point in case.clean.points:
        for fault in faults(point, kind):
            yield f"{case.scenario.name}/{point}/{fault}", point, fault


def run(forker: Forker, log: Log, only: str, kind: str) -> None:
    """Try what was not tried yet of a kind of fault."""
    for scenario in SCENARIOS.values():
        if only and not only.startswith(f"{scenario.name}/"):
            continue
        with tempfile.TemporaryDirectory() as folder:
            case = Case(scenario, Path(folder), forker)
            for key, where, fault in attempts(case, kind):
                if only == key or (not only and key not in log.tried):
                    log.add(key, wrong_after(case, where, fault))
        log.save()


def schedules(log: Log, only: str, count: int) -> None:
    """Let writers and readers work on one book at once, in `count` orders."""
    for seed in range(count):
        key = f"{SCHEDULE}/{seed}"
        if only == key or (not only and key not in log.tried):
            with tempfile.TemporaryDirectory() as folder:
                opened(Path(folder))
                (Path(folder) / "maerz.xml").write_text(statements()[0], encoding="utf-8")
                waiting(Path(folder))
                log.add(key, list(schedule(Path(folder), seed)))


def main() -> int:
    """Run the campaign; return 1 where anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="one attempt, as a failure names it")
    parser.add_argument("--schedules", type=int, default=10_000, help="orders of eight at once")
    arguments = parser.parse_args()
    if STRACE is None:
        print("kein strace im PATH: das Paket strace installieren")
        return 2
    log = Log()
    with tempfile.TemporaryDirectory() as scratch, forking(Path(scratch)) as forker:
        try:
            for kind in KINDS:
                run(forker, log, arguments.only, kind)
            schedules(log, arguments.only, arguments.schedules)
        finally:
            log.save()
    counts = Counter(key.partition("/")[0] for key in log.tried)
    counts += Counter(key.rpartition("/")[2].rstrip("+") for key in log.tried if not key.startswith(SCHEDULE))
    wrong = sum(1 for found in log.tried.values() if found)
    print(", ".join(f"{name} {count}" for name, count in sorted(counts.items())))
    print(f"{len(log.tried)} Versuche, {wrong} davon mit Folgen.")
    return int(wrong > 0)


if __name__ == "__main__":
    raise SystemExit(main())
