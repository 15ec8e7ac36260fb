"""How much of the house the four walks of docs/architecture.md go through: `python -m tests.walks [TREE [WALK…]]`.

Each walk is one command on sample books, in this process. A function counts when it is called, not when its module is
loaded. A way is a pair of functions, one of which called the other; it leads to another file, and to another room where
the files lie in different folders. How often it was gone does not count: that says how many lines a file has. TREE is
another checkout of the project (an older one, say), whose package runs instead, over its own samples; further words
name the walks.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from types import FrameType
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parents[1]


class Function(NamedTuple):
    """A function by its file and name."""

    path: Path
    name: str

    @property
    def room(self) -> Path:
        """The folder of its file."""
        return self.path.parent


@dataclass
class Trace:
    """The functions of a package that ran, and which called which; those of others between them count as none."""

    package: Path
    functions: set[Function] = field(default_factory=set)
    ways: set[tuple[Function, Function]] = field(default_factory=set)

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Note what runs within."""
        sys.setprofile(self._called)
        try:
            yield
        finally:
            sys.setprofile(None)

    def _called(self, frame: FrameType, event: str, _: object) -> None:
        if event == "call" and (called := self._function(frame)):
            self.functions.add(called)
            if caller := next(filter(None, map(self._function, _callers(frame))), None):
                self.ways.add((caller, called))

    def _function(self, frame: FrameType) -> Function | None:
        code = frame.f_code
        is_function = code.co_flags & inspect.CO_OPTIMIZED  # the body of a module or a class is none
        path = Path(code.co_filename)
        return Function(path, code.co_qualname) if is_function and self.package in path.parents else None


def _callers(frame: FrameType) -> Iterator[FrameType]:
    while caller := frame.f_back:
        yield caller
        frame = caller


class Figures(NamedTuple):
    """What a walk runs through: files and rooms, and the ways that lead to another one."""

    files: int
    rooms: int
    ways_to_files: int
    ways_to_rooms: int

    @classmethod
    def of(cls, trace: Trace) -> Figures:
        """Return those of a trace."""
        return cls(
            len({function.path for function in trace.functions}),
            len({function.room for function in trace.functions}),
            sum(caller.path != called.path for caller, called in trace.ways),
            sum(caller.room != called.room for caller, called in trace.ways),
        )


SAMPLE: Final = ("kkd", "landkreis", "biedenkopf")
WALKS: Final[dict[str, Sequence[str]]] = {
    "a statement line": ("month", "landkreis", "2024-03", "--today", "2024-03-31"),
    "a share": ("demand", "landkreis", "2023", "--dry-run", "--today", "2024-02-29"),
    "a finding": ("check", "landkreis", "--full", "--today", "2024-02-29"),
    "a command": ("reverse", "landkreis", "2024-000020", "--reason", "Probe", "--by", "L. Beispiel"),
}


def walked(walk: str, tree: Path = ROOT) -> Trace:
    """Run the command of a walk in a process of its own, and return what ran of a tree's package."""
    with ProcessPoolExecutor(1, get_context("spawn")) as executor:
        return executor.submit(_walked, walk, tree).result()


def _walked(walk: str, tree: Path) -> Trace:
    sys.path.insert(0, str(tree))
    trace, said = Trace(tree / "kkd_ledger"), io.StringIO()
    with tempfile.TemporaryDirectory() as name:
        os.environ["KKD_CACHE"] = f"{name}/cache"
        from kkd_ledger.cli import main as run  # the tree's own

        for book in SAMPLE:
            shutil.copytree(tree / "ledgers" / book, Path(name) / book)
        words = [f"{name}/{word}" if word in SAMPLE else word for word in WALKS[walk]]
        with trace.running(), contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            status = run(words)
    assert status in {0, 1}, said.getvalue()
    return trace


def main(tree: Path, walks: Sequence[str]) -> None:
    """Print the figures of some walks, of all where none is named."""
    print("| Walk | files run | rooms | ways to another file | … another room |\n|---|---|---|---|---|")
    for walk in walks or WALKS:
        print(f"| {walk} | {' | '.join(map(str, Figures.of(walked(walk, tree))))} |")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve() if sys.argv[1:] else ROOT, sys.argv[2:])
