"""Every fault at every write-related call of every scenario, as attempts of the campaign."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tests.faults.every_command import SCENARIOS
from tests.faults.harness import Point, forking
from tests.faults.test_refused import ERRORS, failed
from tests.faults.verdict import Case

KINDS = KILL, ONCE, LIE, SHORT, LASTING = "kill", "once", "lie", "short", "lasting"
BYTES_MAX = (
    1,
    *range(98, 3000, 97),
    5_000,
    10_000,
    20_000,
    50_000,
)  # the documents are larger than the books' files
Attempt = Callable[[], tuple[int, list[str]]]


def attempts(kind: str) -> Iterator[tuple[str, Attempt]]:
    """Yield every attempt of a kind of fault: scenario/call:number/fault, or scenario/size/short."""
    with tempfile.TemporaryDirectory() as scratch, forking(Path(scratch)) as forker:
        for scenario in SCENARIOS.values():
            with tempfile.TemporaryDirectory() as folder:
                case = Case(scenario, Path(folder), forker)
                for where, fault in _places(case, kind):
                    yield f"{scenario.name}/{where}/{fault}", partial(_wrong_after, case, where, fault)


def _places(case: Case, kind: str) -> Iterator[tuple[Point | int, str]]:
    """Yield the calls, or the sizes that no file may exceed, with each fault of a kind."""
    if kind == SHORT:
        yield from ((bytes_max, SHORT) for bytes_max in BYTES_MAX)
    else:
        yield from ((point, fault) for point in case.clean.points for fault in _faults(point, kind))


def _faults(point: Point, kind: str) -> Iterator[str]:
    """Yield the faults of a kind that a call can meet: killed there, refused once, refused from there on, a lie."""
    if kind == KILL:
        yield KILL
    elif kind == LIE and point.name == "write" and "/.wal/" in point.text:
        yield LIE
    elif kind == ONCE:
        yield from ERRORS
    elif kind == LASTING and point.name != "write":  # no message could be written either
        yield from (f"{error}+" for error in ERRORS)


def _wrong_after(case: Case, where: Point | int, fault: str) -> tuple[int, list[str]]:
    """Run the scenario's command with a fault; return one case and what is wrong."""
    try:
        return 1, list(_found(case, where, fault))
    except AssertionError as error:
        return 1, [str(error)]


def _found(case: Case, where: Point | int, fault: str) -> Iterator[str]:
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
