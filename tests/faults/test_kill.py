"""kill -9 before every write-related call of a writing command: nothing torn, nothing lost, nothing double."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from tests.faults.every_command import SCENARIOS
from tests.faults.harness import Forker, Point, forking
from tests.faults.verdict import Case

POINTS_MIN = {"month": 60, "post": 20, "close": 25}


def killed(case: Case, points: Iterable[Point]) -> Iterator[str]:
    """Kill at points of the clean run; yield each point after which something was wrong, and what."""
    for point in points:
        run = case.injected(point, "signal=SIGKILL")
        assert run.status == -9, f"{point} did not kill: {run.status} {run.said}"
        assert run.points[-1].text == point.text, f"{point} {point.text}: the process went on"
        yield from (f"{point} {point.text}: {wrong}" for wrong in case.wrong())


@pytest.mark.parametrize("name", POINTS_MIN)
def test_killed_at_every_call_a_second_run_gives_the_same_books(
    case: Callable[[str], Case], name: str
) -> None:
    built = case(name)
    assert len(built.clean.points) >= POINTS_MIN[name]
    assert list(killed(built, built.clean.points)) == []


def test_a_run_of_all_months_killed_at_its_very_end_is_ended_though_nothing_waits(
    case: Callable[[str], Case],
) -> None:
    built = case("all")
    assert list(killed(built, built.clean.points[-8:])) == []


@pytest.mark.parametrize(
    ("plant", "scenario", "found"),
    [
        ("in place", "import", "torn for our readers"),
        ("one by one", "import", "is lost"),
        ("forgetful", "import", "is lost"),
        ("top file first", "month", "torn for Beancount"),
    ],
)
def test_a_planted_bad_writer_is_found(
    forker: Forker, tmp_path: Path, plant: str, scenario: str, found: str
) -> None:
    with forking(tmp_path, plant) as bad:
        case = Case(SCENARIOS[scenario], tmp_path, bad)
        points = [point for point in case.clean.points if point.name in {"write", "rename"}]
        assert any(found in wrong for wrong in killed(case, reversed(points)))
