"""Mutants of functions, tried in forks of one loaded pytest session: only the tests that reach the statement run.

A fork gives the function its changed code and runs the tests, quick ones and those that killed many first; the first
failure is the end. What reaches a statement is measured before, each test for itself, and a fork without any change
comes first: all tests must hold in it. A mutant of what runs while modules are imported cannot be tried like that and
is left to the caller.
"""

from __future__ import annotations

import ast
import gc
import importlib
import json
import os
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import cache, cached_property, partial
from re import Pattern
from types import CodeType, FunctionType
from typing import Any

import pytest

from tests.mutants import PACKAGE, Mutant, compiled, path_of

MEMORY_MAX = 4 * 2**30
SECONDS_LEAST = 2
TIMES_AS_LONG = 10
NEW_LOCALS = 0x02
PLAIN = (str, int, date, timedelta, dict, tuple, frozenset, range, Pattern)
Place = tuple[str, str | int]
"""A file of the package, and the qualified name of a function or the number of a line in it."""


def bodies_of(code: CodeType) -> tuple[dict[str, Any], dict[str, CodeType]]:
    """Return what runs at import (module, class bodies), without line numbers, and the functions by qualified name."""
    found: dict[str, CodeType] = {}
    return _body(code, found), found


@cache
def _unchanged(statement: ast.stmt) -> tuple[dict[str, Any], dict[str, CodeType]]:
    return bodies_of(compiled(statement))


def _body(code: CodeType, found: dict[str, CodeType]) -> dict[str, Any]:
    inside, consts = {}, []
    for one in code.co_consts:
        if not isinstance(one, CodeType):
            consts.append((type(one), one))
        elif one.co_flags & NEW_LOCALS and not one.co_name.startswith("<"):
            found[one.co_qualname] = one
        else:
            inside[one.co_qualname] = shape(one) if one.co_name.startswith("<") else _body(one, found)
    return {"code": code.co_code, "names": code.co_names, "consts": consts, "inside": inside}


def shape(code: CodeType) -> Any:
    """Return all of a code that matters when it runs."""
    consts = [shape(one) if isinstance(one, CodeType) else (type(one), one) for one in code.co_consts]
    return code.co_code, code.co_names, code.co_varnames, code.co_freevars, consts


def changed_function(mutant: Mutant) -> tuple[str, CodeType] | None:
    """Return the only function that a mutant changes, by name, with its new code; None where it changes more."""
    before, functions = _unchanged(mutant.spot.top)
    after, mutated = bodies_of(mutant.code)
    if before != after or functions.keys() != mutated.keys():
        return None
    changed = [name for name, code in mutated.items() if shape(code) != shape(functions[name])]
    return (changed[0], mutated[changed[0]]) if len(changed) == 1 else None


def function_at(module: str, name: str) -> FunctionType | None:
    """Return a loaded function by its qualified name; None where something else stands there."""
    here: Any = importlib.import_module(f"kkd_ledger.{module}")
    for part in name.split("."):
        here = vars(here).get(part)
        if here is None:
            return None
    if isinstance(here, property):
        here = here.fget
    elif isinstance(here, cached_property):
        here = here.func
    elif isinstance(here, classmethod | staticmethod):
        here = here.__func__
    known = isinstance(here, FunctionType) and here.__code__.co_qualname == name
    return here if known and not here.__code__.co_freevars else None


def changed_data(mutant: Mutant) -> dict[str, Any] | None:
    """Return the plain constants of a module that a mutant changes; None where it changes anything else."""
    before, after = _unchanged(mutant.spot.top), bodies_of(mutant.code)
    same = before[0]["inside"] == after[0]["inside"] and before[1].keys() == after[1].keys()
    if not same or any(shape(code) != shape(before[1][name]) for name, code in after[1].items()):
        return None
    module = importlib.import_module(f"kkd_ledger.{mutant.module}")
    changed = {"__name__": module.__name__, "__file__": module.__file__}
    try:
        exec(compile(mutant.source, "", "exec"), changed)
    except Exception:  # noqa: BLE001 - whoever loads everything anew will see it, too
        return None
    found = {name: value for name, value in changed.items() if isinstance(value, PLAIN)}
    return {name: value for name, value in found.items() if vars(module)[name] != value} or None


def put(module: str, data: dict[str, Any]) -> None:
    """Give a module and all that took them over its changed constants, dictionaries in place."""
    home = vars(sys.modules[f"kkd_ledger.{module}"])
    for name, value in data.items():
        held = home[name]
        if isinstance(held, dict):
            held.clear()
            held.update(value)
            continue
        for one in [one for key, one in sys.modules.items() if key.startswith("kkd_ledger.")]:
            if vars(one).get(name) is held:
                setattr(one, name, value)


class Calls:
    """Remembers which functions and lines of the package were reached; a line is looked for until it was reached."""

    def __init__(self) -> None:
        self.places: set[Place] = set()
        self._room = str(PACKAGE)
        self._left: dict[int, tuple[CodeType, set[int | None]]] = {}

    def __call__(self, frame: Any, event: str, argument: object) -> Any:
        code = frame.f_code
        seen = self._left.get(id(code))
        if seen is None:
            ours = code.co_filename.startswith(self._room)
            lines = {line for _, _, line in code.co_lines()} - {None, code.co_firstlineno} if ours else set()
            self._left[id(code)] = seen = code, lines
            if ours:
                self.places.add((code.co_filename, code.co_qualname))
        return self._line if seen[1] else None

    def _line(self, frame: Any, event: str, argument: object) -> Any:
        code, left = self._left[id(frame.f_code)]
        self.places.add((code.co_filename, frame.f_lineno))
        left.discard(frame.f_lineno)
        frame.f_trace_lines = bool(left)
        return self._line


class Forks:
    """A pytest plugin that runs mutants instead of tests; `out` gets a line of JSON for each."""

    def __init__(self, mutants: Sequence[tuple[int, Mutant]], jobs: int, out: int, loading: Calls) -> None:
        self._mutants = mutants
        self._jobs = jobs
        self._out = out
        self._loading = loading
        self._items: list[pytest.Item] = []
        self._seconds: list[float] = []
        self._reach: dict[Place, set[int]] = {}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        sys.settrace(None)
        gc.disable()  # a collection in a fork would touch, and so copy, all of its memory
        self._items = session.items
        self._measure()
        everything = sorted(range(len(self._items)), key=self._seconds.__getitem__)
        dead, killer = self._try(lambda: None, everything)
        if dead:
            self._say({"fails": "all" if killer is None else self._items[killer].nodeid})
            return True
        for child in [self._job(job) for job in range(self._jobs)]:
            os.waitpid(child, 0)
        return True

    def _job(self, job: int) -> int:
        """Judge a part of the mutants in a process of its own."""
        child = os.fork()
        if child == 0:
            kills = Counter[int]()
            for index, mutant in self._mutants[job :: self._jobs]:
                answer, killer = self._judged(mutant, kills)
                if killer is not None:
                    kills[killer] += 1
                self._say({"index": index, "answer": answer})
            os._exit(0)
        return child

    def _say(self, what: Any) -> None:
        os.write(self._out, json.dumps(what).encode() + b"\n")

    def _judged(self, mutant: Mutant, kills: Counter[int]) -> tuple[str, int | None]:
        """Return `dead`, `alive` or `unsure` (for whoever loads everything anew), and the test that killed it."""
        file, found = str(path_of(mutant.module)), changed_function(mutant)
        function = function_at(mutant.module, found[0]) if found else None
        data = None if found else changed_data(mutant)
        if found and function:
            reach = self._reaching(file, mutant.spot.lines) or self._reach.get((file, found[0]), set())
            change = partial(setattr, function, "__code__", found[1])
        elif data:
            reach = set().union(*(tests for place, tests in self._reach.items() if place[0] == file))
            change = partial(put, mutant.module, data)
        else:
            return "unsure", None
        order = sorted(reach, key=lambda one: self._seconds[one] / (1 + kills[one]))
        dead, killer = self._try(change, order)
        sure = not data and found and (file, found[0]) not in self._loading.places
        return "dead" if dead else "alive" if sure else "unsure", killer

    def _reaching(self, file: str, lines: tuple[int, int]) -> set[int]:
        """Return the tests that reach some of these lines."""
        return set().union(*(self._reach.get((file, line), ()) for line in range(lines[0], lines[1] + 1)))

    def _try(self, change: Callable[[], None], order: list[int]) -> tuple[bool, int | None]:
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_MAX, MEMORY_MAX))
                change()
                os._exit(self._first_failure(order, write))
            finally:
                os._exit(1)
        os.close(write)
        _, status = os.waitpid(child, 0)
        with os.fdopen(read) as answer:
            killer = answer.read().split()
        return status != 0, int(killer[-1]) if status and killer else None

    def _first_failure(self, order: list[int], write: int) -> int:
        for here, after in zip(order, [*order[1:], None], strict=True):
            os.write(write, f"{here} ".encode())
            limit = SECONDS_LEAST + TIMES_AS_LONG * self._seconds[here]
            signal.setitimer(signal.ITIMER_PROF, limit)
            if self._fails(here, after):
                return 1
        return 0

    def _fails(self, here: int, after: int | None) -> bool:
        from _pytest.runner import runtestprotocol

        following = None if after is None else self._items[after]
        return any(one.failed for one in runtestprotocol(self._items[here], log=False, nextitem=following))

    def _measure(self) -> None:
        """Run each test for itself in a fork, see what it reaches and how long it takes."""
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            with os.fdopen(write, "w") as out:
                for line in self._measured():
                    out.write(json.dumps(line) + "\n")
            os._exit(0)
        os.close(write)
        with os.fdopen(read) as lines:
            for number, (failed, seconds, places) in enumerate(map(json.loads, lines)):
                if failed:
                    self._say({"fails": self._items[number].nodeid})
                    os._exit(1)
                self._seconds.append(seconds)
                for place in places:
                    self._reach.setdefault(tuple(place), set()).add(number)
        os.waitpid(child, 0)
        assert len(self._seconds) == len(self._items), "every test was measured"

    def _measured(self) -> Iterator[tuple[bool, float, list[Place]]]:
        for number in range(len(self._items)):
            begin, calls = time.process_time(), Calls()
            sys.settrace(calls)
            failed = self._fails(number, None)
            sys.settrace(None)
            yield failed, time.process_time() - begin, list(calls.places)


def judged(
    mutants: Sequence[tuple[int, Mutant]], words: Sequence[str], jobs: int = 1
) -> Iterator[dict[str, Any]]:
    """Yield what became of each mutant, as it is found out, by a process of its own that runs pytest with `words`."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        quiet = os.open(os.devnull, os.O_RDWR)
        for one in (0, 1, 2):
            os.dup2(quiet, one)
        loading = Calls()
        sys.settrace(loading)
        os._exit(int(pytest.main(["-s", *words], plugins=[Forks(mutants, jobs, write, loading)])))
    os.close(write)
    with os.fdopen(read) as lines:
        yield from map(json.loads, lines)
    os.waitpid(child, 0)
