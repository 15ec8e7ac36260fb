"""What the clean run's calls promise for a power cut: nothing is relied on before it was synced."""

import re
from collections.abc import Callable, Iterator

import pytest

from tests.faults.every_command import SCENARIOS
from tests.faults.harness import Point
from tests.faults.verdict import Case

_PATHS = re.compile(r'"([^"]*)"|<(/[^>]*)>')
COMMIT = "/.wal/commit.json"


def paths(point: Point) -> list[str]:
    """Return the paths that a call names, by themselves or by an open file."""
    return [quoted or opened for quoted, opened in _PATHS.findall(point.text) if quoted or opened]


class PowerCut:
    """Follows a run's calls and tells which of them a power cut would turn against the books."""

    def __init__(self, book: str) -> None:
        self.staging = f"/{book}/.wal"
        self.files: set[str] = set()  # written and not synced
        self.folders: set[str] = set()  # changed and not synced
        self.decided = False

    def broken(self, points: tuple[Point, ...]) -> Iterator[str]:
        """Yield each call that comes before what must be on the disk by then."""
        for point in points:
            step = getattr(self, f"_{point.name}", None)
            if step and "/.kkd" not in point.text:  # what is deletable needs no such care
                yield from step(*paths(point))

    def _write(self, path: str, *_: str) -> Iterator[str]:
        self.files.add(path)
        yield from ()

    def _fsync(self, path: str) -> Iterator[str]:
        self.files.discard(path)
        self.folders.discard(path)
        yield from ()

    def _mkdir(self, path: str) -> Iterator[str]:
        self._changed(path)
        yield from ()

    def _rename(self, source: str, target: str) -> Iterator[str]:
        if source in self.files:
            yield f"{source} is renamed before it is synced"
        if target.endswith(COMMIT):
            self.decided = True
            yield from (f"decided before {path} is synced" for path in sorted(self.files | self.folders))
        elif not self.decided:
            yield f"{target} is renamed before the batch is decided"
        elif self.staging in self.folders:
            yield f"{target} is renamed before commit.json is synced"
        self._changed(target)

    def _unlink(self, path: str) -> Iterator[str]:
        if path.endswith(COMMIT):
            yield from (f"commit.json goes before {folder} is synced" for folder in sorted(self.folders))
            self.decided = False
        elif not self.decided:
            yield f"{path} is taken away before the batch is decided"
        self._changed(path)

    def _changed(self, path: str) -> None:
        self.folders.add(path.rpartition("/")[0])


@pytest.mark.parametrize("name", SCENARIOS)
def test_everything_is_synced_before_it_is_relied_on(case: Callable[[str], Case], name: str) -> None:
    points = case(name).clean.points
    assert sum(point.text.endswith('commit.json")') and point.name == "rename" for point in points) >= 1
    assert list(PowerCut(SCENARIOS[name].book).broken(points)) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fsync(</amt/.wal/1>)", "is renamed before it is synced"),
        ("fsync(</amt/.wal>)", "is renamed before commit.json is synced"),
        ("fsync(</amt/2022>)", "commit.json goes before /amt/2022 is synced"),
        ("fsync(</amt/inbox>)", "commit.json goes before /amt/inbox is synced"),
        (
            'rename("/amt/.wal/commit.json.new", "/amt/.wal/commit.json")',
            "is renamed before the batch is decided",
        ),
    ],
)
def test_a_missing_call_is_found(case: Callable[[str], Case], text: str, said: str) -> None:
    points = case("month").clean.points
    without = tuple(point for point in points if point.text != text)
    assert len(without) < len(points)
    assert any(said in one for one in PowerCut("amt").broken(without))
