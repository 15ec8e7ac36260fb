"""Mutation testing, room by room: change one thing in the code, and some test of the room must fail.

    python -m tests.mutation                         all mutants of all rooms (`make mutants`); takes hours
    python -m tests.mutation matching continuity     those of two rooms
    python -m tests.mutation keys reckoning.shares   those of a folder, and of a module
    python -m tests.mutation --sample 200            so many of each room, drawn evenly
    python -m tests.mutation --quick                 with the quick tests of each room alone: some more live
    python -m tests.mutation --jobs 2                in so many processes
    python -m tests.mutation --again output          only those that lived when `output` was written

A mutant inside a function is tried in a fork of one loaded session (tests/mutation_forks.py), with the tests of its
room that reach the statement. Any other runs in a process that has everything loaded but the package: an import hook
gives it the changed source. A mutant that no test can tell from the original is named with its reason in
tests/equivalent_mutants.toml. Exit status 1 where fewer are killed than a folder has to kill.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.abc
import importlib.util
import io
import os
import signal
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests import mutation_forks as forks
from tests.mutants import ROOT, Mutant, modules_in, mutants, path_of

SECONDS_MAX = 120
AGREEMENT = "tests/agreement"
CONTINUITY = "tests/bank/continuity"


@dataclass(frozen=True)
class Room:
    """Modules (folders, or single ones), the tests that are theirs, and how many of 100 mutants of a folder these kill.

    `slow` are tests that run behind the others, where all has to be loaded anew; `strict` modules let none live.
    """

    folders: tuple[str, ...]
    tests: tuple[str, ...]
    least_percent: int
    slow: tuple[str, ...] = ()
    strict: tuple[str, ...] = ()

    @property
    def modules(self) -> list[str]:
        """The modules by their dotted names."""
        return [module for folder in self.folders for module in modules_in(folder)]

    @property
    def quick(self) -> Room:
        """The room without its slow tests."""
        tests = [test for test in self.tests if test not in self.slow]
        return replace(self, tests=(*tests, *(f"--ignore={name}" for name in self.slow)), slow=())


AGREEMENT_FOLDERS = ("facts", "file", "keys", "pots", "sheet", "dues", "reckoning", "planning")
ROOMS = {
    "money": Room(("money",), ("tests/test_money.py",), 100, strict=("money",)),
    "agreement": Room(
        tuple(f"agreement/{folder}" for folder in AGREEMENT_FOLDERS),
        # without books, e-invoices and the page, which no mutant is about
        (AGREEMENT, f"--ignore={AGREEMENT}/test_agreement_parties.py"),
        95,
        slow=tuple(
            f"{AGREEMENT}/test_{name}.py"
            for name in (
                *("agreement_asked", "agreement_docs", "agreement_planning", "agreement_torn", "bounds_laws"),
                *("charges", "claims_oracle", "dues_laws", "measure_laws", "readable", "reading_variants"),
                *("shares_laws", "shares_oracle", "silence"),
            )
        ),
        strict=("agreement.reckoning.shares",),
    ),
    "readable": Room(
        ("agreement/readable",),
        tuple(f"{AGREEMENT}/test_{name}.py" for name in ("readings", "reading_variants", "readable")),
        95,
        slow=(f"{AGREEMENT}/test_readable.py",),
    ),
    "beginning": Room(
        ("agreement/beginning",), (f"{AGREEMENT}/test_amendments.py", "tests/work/test_beginning.py"), 95
    ),
    "continuity": Room(
        ("bank/continuity",),
        (CONTINUITY,),
        90,
        slow=tuple(f"{CONTINUITY}/test_{name}.py" for name in ("outcomes", "worlds", "worst_case")),
    ),
    "matching": Room(
        ("matching",),
        ("tests/matching", "-k", "not takes_no_time"),  # which is by the clock
        90,
        slow=("tests/matching/test_match_laws.py", "tests/matching/test_match_worlds.py"),
    ),
    "store": Room(
        ("book/store",),
        tuple(f"tests/book/test_{name}.py" for name in ("store_parts", "journal", "journal_stops")),
        90,
        slow=("tests/book/test_journal.py",),
    ),
    "rules": Room(
        ("rules",),
        ("tests/test_rules_document.py", "tests/rules", "tests/audit/test_incremental.py"),
        90,
        slow=(
            *(f"tests/rules/test_{name}.py" for name in ("decided_batch", "fold_law", "mutations")),
            "tests/audit/test_incremental.py",
        ),
    ),
}
WORDS = [
    "-x",
    "-q",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:xdist",
    "--hypothesis-profile=mutation",
    "--no-header",
]


class Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives one module of the package its changed source."""

    def __init__(self, mutant: Mutant) -> None:
        self.name = f"kkd_ledger.{mutant.module}"
        self.code = compile(mutant.source, str(path_of(mutant.module)), "exec")

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> object:
        return (
            importlib.util.spec_from_loader(fullname, self, origin=str(path_of(fullname[11:])))
            if fullname == self.name
            else None
        )

    def exec_module(self, module: object) -> None:
        module.__file__ = str(path_of(self.name[11:]))
        exec(self.code, module.__dict__)


def survives(mutant: Mutant, room: Room) -> bool:
    """Run the tests with everything loaded anew, the quick ones first."""
    return all(_passes(mutant, [*tests]) for tests in (room.quick.tests, room.slow) if tests)


def _passes(mutant: Mutant, tests: list[str]) -> bool:
    """Run tests in a fork; a mutant that breaks the import, fails a test or runs out of time is killed."""
    child = os.fork()
    if child == 0:
        os._exit(_run(mutant, tests))
    end = time.monotonic() + SECONDS_MAX
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status) == 0
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def _run(mutant: Mutant, tests: list[str]) -> int:
    import pytest

    sys.meta_path.insert(0, Changed(mutant))
    quiet = io.StringIO()
    with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
        return int(pytest.main([*WORDS, *tests]))


def prepared() -> None:
    """Load what all forks share, but nothing of the package itself."""
    import hypothesis
    import pydantic  # noqa: F401
    import pytest  # noqa: F401
    import stdnum.iban  # noqa: F401

    only = [hypothesis.Phase.explicit, hypothesis.Phase.generate]
    hypothesis.settings.register_profile(
        "mutation", deadline=None, derandomize=True, phases=only, database=None
    )
    os.chdir(ROOT)
    assert not any(name.startswith("kkd_ledger") for name in sys.modules)


def judged_all(found: Sequence[Mutant], room: Room, jobs: int) -> Iterator[tuple[Mutant, bool]]:
    """Yield every mutant of a room with whether it lives, as that is found out; exit where a test fails anyway."""
    unsure = list[Mutant]()
    for line in forks.judged(list(enumerate(found)), [*WORDS, *room.tests], jobs) if found else ():
        if "fails" in line:
            raise SystemExit(f"Fails without any mutant: {line['fails']}")
        mutant, answer = found[line["index"]], line["answer"]
        if answer == "unsure":
            unsure.append(mutant)
        else:
            yield mutant, answer == "alive"
    yield from ((mutant, survives(mutant, room)) for mutant in unsure)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help="rooms (" + ", ".join(ROOMS) + ") or modules")
    parser.add_argument("--sample", type=int, help="at most so many mutants of a room, drawn evenly")
    parser.add_argument("--quick", action="store_true", help="with the quick tests alone")
    parser.add_argument("--jobs", type=int, default=1, help="in so many processes")
    parser.add_argument("--again", type=Path, help="only those that the output of an earlier run calls alive")
    arguments = parser.parse_args()
    equivalent = tomllib.loads((ROOT / "tests/equivalent_mutants.toml").read_text("utf-8"))
    prepared()
    return max(_room(name, room, arguments, equivalent) for name, room in ROOMS.items())


def _room(name: str, room: Room, arguments: argparse.Namespace, equivalent: dict[str, str]) -> int:
    """Try the mutants of a room that are asked for, and return 1 where too many of them live."""
    wanted, room = arguments.names, room.quick if arguments.quick else room
    chosen = [one for one in room.modules if not wanted or name in wanted or _is_named(one, wanted)]
    found = [one for module in chosen for one in mutants(module)]
    known = {one.name for one in found}
    stale = [one for one in equivalent if one.partition(":")[0] in chosen and one not in known]
    for mutant in stale:
        print(f"STALE tests/equivalent_mutants.toml names what is no mutant: {mutant}")
    if arguments.sample:
        found = found[:: max(1, len(found) // arguments.sample)]
    if arguments.again:
        lines = arguments.again.read_text("utf-8").splitlines()
        lived = {line.split(" ", 2)[2] for line in lines if line.startswith("ALIVE ")}
        found = [one for one in found if one.name in lived]
    tried = [one for one in found if one.name not in equivalent]
    return max(bool(stale), _report(name, room, tried, len(found), arguments.jobs)) if found else bool(stale)


def _is_named(module: str, wanted: Sequence[str]) -> bool:
    """Whether a module, or a folder that it lies in, is among the names."""
    return any(f".{one}." in f".{module}." for one in wanted)


def _report(name: str, room: Room, tried: Sequence[Mutant], count: int, jobs: int) -> int:
    living: Counter[str] = Counter()
    for done, (mutant, lives) in enumerate(judged_all(tried, room, jobs), start=1):
        print(f"\r{name}: {done}/{len(tried)}", end="", file=sys.stderr, flush=True)
        if lives:
            living[mutant.module] += 1
            print(f"ALIVE {path_of(mutant.module).relative_to(ROOT)}:{mutant.line} {mutant.name}", flush=True)
    print(file=sys.stderr)
    for module in dict.fromkeys(one.module for one in tried):
        print(_line(module, sum(one.module == module for one in tried), living[module]))
    enough = not any(living[module] for module in room.strict)
    for folder in room.folders:
        modules = set(modules_in(folder))
        whole, lived = sum(one.module in modules for one in tried), sum(living[one] for one in modules)
        enough &= 100 * (whole - lived) >= room.least_percent * whole
        if whole:
            print(_line(f"folder {folder}", whole, lived), flush=True)
    print(f"{count - len(tried)} equivalent mutants are named in tests/equivalent_mutants.toml")
    return int(not enough)


def _line(name: str, whole: int, alive: int) -> str:
    percent = f", {1000 * (whole - alive) // whole / 10} %" if whole else ""
    return f"{name:36} {whole - alive:4} of {whole:4} killed{percent}"


if __name__ == "__main__":
    sys.exit(main())
