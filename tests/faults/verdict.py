"""What must hold of a book after a command was killed or failed: nothing torn, nothing lost, nothing double."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kkd_ledger.book.config import load_book
from kkd_ledger.book.store.journal import COMMIT, STAGING
from kkd_ledger.book.store.lock import CACHE
from kkd_ledger.book.text.reader import read
from kkd_ledger.errors import EXIT_FINDINGS, EXIT_REFUSED, BookRefused
from tests.faults.harness import Forker, Point, Run
from tests.faults.scenarios import Scenario
from tests.samples import by_beancount, tree

Tree = dict[str, bytes | None]
_UNFINISHED = "Ein Schreibvorgang ist entschieden, aber noch nicht zu Ende gebracht"

_SENTENCES = (  # each with the first state of the clean run in which it is true, and what is wrong where it is not
    ("der nächste schreibende Aufruf von kkd vollendet sie.", 1, "decided, but not read"),
    ("Gebucht, aber nicht abgeschlossen: ", 1, "not booked"),
    ("Gebucht und abgeschlossen, aber danach nicht mehr geprüft: ", 2, "not closed"),
    ("Es wurde nichts halb geschrieben.", 0, "half of it is written"),
)


@dataclass(frozen=True)
class Seen:
    """A folder's bytes, and its book as each reader sees it: our records, Beancount's errors."""

    tree: Tree
    records: Any
    errors: list[str]


def seen(folder: Path, name: str) -> Seen:
    """Look at a book, and what lies beside it, without touching it."""
    book = folder / name
    try:
        records: Any = read(load_book(book))
    except BookRefused:
        records = None
    return Seen(_tree(folder), records, by_beancount(book) if (book / "main.beancount").exists() else [])


def _tree(folder: Path, without: Iterable[str] = (CACHE,)) -> Tree:
    """Return what is in a folder, without what Beancount keeps beside a file that took long to load."""
    return {
        name: content for name, content in tree(folder, without).items() if not name.endswith(".picklecache")
    }


class Case:
    """A scenario once built, once run without a fault, and what a book may look like in between."""

    def __init__(self, scenario: Scenario, scratch: Path, forker: Forker) -> None:
        self.scenario, self.forker = scenario, forker
        self._template, self._folder = scratch / scenario.name, scratch / "run"
        self._template.mkdir()
        scenario.build(self._template)
        self.whole = [self._seen(self._fresh())]
        for step in scenario.milestones:
            step(self._folder) if callable(step) else forker.run(self._folder, step)
            self.whole.append(self._seen(self._folder))
        self.clean = forker.trace(self._fresh(), scenario.words)
        self.whole.append(self._seen(self._folder))
        assert self.clean.status in {0, 1, 3}, self.clean.said
        assert self.whole[0].tree != self.whole[-1].tree, self.clean.said
        again = forker.run(self._folder, scenario.words)
        assert not list(self._differences()), f"twice is not once: {again.said}"
        self._good = {self.clean.status, again.status}
        if self.clean.status == EXIT_REFUSED:
            self._good.add(EXIT_FINDINGS)  # what was rejected is told once; findings are told again

    def _seen(self, folder: Path) -> Seen:
        return seen(folder, self.scenario.book)

    def _fresh(self) -> Path:
        if self._folder.exists():
            shutil.rmtree(self._folder)
        return Path(shutil.copytree(self._template, self._folder))

    def injected(self, point: Point, fault: str, when: str = "") -> Run:
        """Run the command on a fresh copy with a fault at a point (`when`: "+" for it and all that follow)."""
        run = self._faulty(point, fault, when)
        if point not in run.points:  # a folder of modules has changed meanwhile and is looked through again
            again = self.forker.trace(self._fresh(), self.scenario.words).points
            assert [one.text for one in again] == [one.text for one in self.clean.points]
            moved = again[self.clean.points.index(point)]
            run = self._faulty(moved, fault, when)
            assert moved in run.points, f"not the calls of the clean run: {point} {point.text}"
        return run

    def _faulty(self, point: Point, fault: str, when: str) -> Run:
        inject = f"{point.name}:{fault}:when={point.number}{when}"
        return self.forker.trace(self._fresh(), self.scenario.words, inject)

    def limited(self, file_bytes_max: int) -> Run:
        """Run the command on a fresh copy where no file may grow beyond a size."""
        return self.forker.run(self._fresh(), self.scenario.words, file_bytes_max=file_bytes_max)

    def wrong(self) -> Iterator[str]:
        """Yield what is wrong with the book as the fault left it, and after the command was run again.

        Our readers must see a whole state; Beancount reads what is in its place, and says so where a batch is decided
        and not finished. Each file must be whole for it and the files must fit together; a voucher comes before its
        entry, never after it.
        """
        now = self._seen(self._folder)
        if now.records not in [one.records for one in self.whole]:
            yield "torn for our readers"
        foreign = set(now.errors).difference(*(one.errors for one in self.whole))
        told = {error for error in foreign if _UNFINISHED in error}
        if bool(told) != self._decided() and (self._folder / self.scenario.book / "main.beancount").exists():
            yield f"Beancount {'says' if told else 'does not say'} that a batch is unfinished"
        foreign -= told | {error for error in foreign if error.startswith(tuple(self._on_their_way()))}
        yield from (f"torn for Beancount: {error}" for error in sorted(foreign))
        run = self.forker.run(self._folder, self.scenario.words)
        if run.status not in self._good:
            yield f"run again: status {run.status}: {run.said}"
        yield from (f"run again: {difference}" for difference in self._differences())

    def wrong_word(self, run: Run) -> Iterator[str]:
        """Yield what is wrong with what a failed command said: its status, its words, and whether they are true."""
        if "Traceback" in run.said or run.status not in {self.clean.status, 5}:
            yield f"status {run.status}: {run.said}"
        if run.status == self.clean.status:
            yield from (f"success, but {difference}" for difference in self._differences())
            return
        told = [(first, wrong) for sentence, first, wrong in _SENTENCES if sentence in run.said]
        yield from (wrong for first, wrong in told if not self._is_beyond(first))
        if "Die Bücher sind unversehrt; von dieser Buchung steht nichts darin." in run.said:
            if self._in_place() not in [one.tree for one in self.whole[:-1]]:
                yield f"not as before: {sorted(self._in_place())}"
        elif not told:
            yield f"no sentence about the books: {run.said}"

    def _is_beyond(self, first: int) -> bool:
        """Whether our readers see a state that the clean run reaches, the `first` one or a later."""
        return self._seen(self._folder).records in [one.records for one in self.whole[first:]]

    def _in_place(self) -> Tree:
        """Return the book without what is staged, unless that is decided."""
        return _tree(self._folder, (CACHE,) if self._decided() else (CACHE, STAGING))

    def _on_their_way(self) -> Iterator[str]:
        """Yield how Beancount begins to say of a decided batch's voucher that no entry names it yet."""
        if self._decided():
            text = (self._folder / self.scenario.book / STAGING / COMMIT).read_text("utf-8")
            yield from (f"{file}:1: KKD-D03 " for file in json.loads(text)["write"])

    def _decided(self) -> bool:
        return (self._folder / self.scenario.book / STAGING / COMMIT).exists()

    def _differences(self) -> Iterator[str]:
        now, wanted = _tree(self._folder), self.whole[-1].tree
        for name in sorted(now.keys() | wanted.keys()):
            if name not in now:
                yield f"{name} is lost"
            elif name not in wanted:
                yield f"{name} is too much"
            elif now[name] != wanted[name]:
                yield f"{name} has other bytes"
