"""Mutation testing of `money` and `agreement/`: change one thing in the code, and some test must fail.

    python -m tests.mutation                    all mutants of all modules (`make mutants`); takes about an hour
    python -m tests.mutation money shares       the mutants of two modules
    python -m tests.mutation --sample 200       so many of all, drawn evenly
    python -m tests.mutation --jobs 2           in so many processes
    python -m tests.mutation --again output     only those that lived when `output` was written

A mutant inside a function is tried in a fork of one loaded session (tests/mutation_forks.py), with the tests that
reach the function. Any other runs in a process that has everything loaded but the package: an import hook gives it
the changed source. A mutant that no test can tell from the original is named with its reason in
tests/equivalent_mutants.toml. Exit status 1 if `money` or `agreement/shares` lets one live, or the rest fewer than 95
percent killed.
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
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests import mutation_forks as forks
from tests.mutants import ROOT, Mutant, modules, mutants, path_of

STRICT = ("money", "agreement.shares")
LEAST_PERCENT = 95
SECONDS_MAX = 120
MONEY = ["tests/test_money.py"]
HEAVY = (
    "tests/agreement/test_agreement_parties.py"  # books, e-invoices and the page, for what no mutant is about
)
TESTS = ["tests/agreement", f"--ignore={HEAVY}"]
SLOW = [f"tests/agreement/test_{name}.py" for name in ("shares_oracle", "shares_laws", "agreement_docs")]
QUICK = [*TESTS, *(f"--ignore={name}" for name in SLOW)]
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


def survives(mutant: Mutant) -> bool:
    """Run the tests with everything loaded anew, the quick ones first."""
    return all(_passes(mutant, tests) for tests in ([MONEY] if mutant.module == "money" else [QUICK, SLOW]))


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


def judged_all(found: Sequence[Mutant], jobs: int) -> Iterator[tuple[int, bool]]:
    """Yield the number of every mutant with whether it lives, as that is found out; exit where a test fails anyway."""
    numbered = list(enumerate(found))
    for portion, tests in (
        ([one for one in numbered if one[1].module == "money"], MONEY),
        ([one for one in numbered if one[1].module != "money"], TESTS),
    ):
        for line in forks.judged(portion, [*WORDS, *tests], jobs) if portion else ():
            if "fails" in line:
                raise SystemExit(f"Fails without any mutant: {line['fails']}")
            index, answer = line["index"], line["answer"]
            yield index, answer == "alive" or (answer == "unsure" and survives(found[index]))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("modules", nargs="*", help="of " + ", ".join(modules()))
    parser.add_argument("--sample", type=int, help="at most so many mutants, drawn evenly")
    parser.add_argument("--jobs", type=int, default=1, help="in so many processes")
    parser.add_argument("--again", type=Path, help="only those that the output of an earlier run calls alive")
    arguments = parser.parse_args()
    chosen = [
        one
        for one in modules()
        if not arguments.modules or one.removeprefix("agreement.") in arguments.modules
    ]
    equivalent = tomllib.loads((ROOT / "tests/equivalent_mutants.toml").read_text("utf-8"))
    found = [one for module in chosen for one in mutants(module)]
    if arguments.sample:
        found = found[:: max(1, len(found) // arguments.sample)]
    if arguments.again:
        lines = arguments.again.read_text("utf-8").splitlines()
        named = {line.split(" ", 2)[2] for line in lines if line.startswith("ALIVE ")}
        found = [one for one in found if one.name in named]
    prepared()
    return report(found, equivalent, arguments.jobs)


def report(found: Sequence[Mutant], equivalent: dict[str, str], jobs: int) -> int:
    tried = [one for one in found if one.name not in equivalent]
    living: dict[str, int] = {}
    for done, (number, lives) in enumerate(judged_all(tried, jobs), start=1):
        print(f"\r{done}/{len(tried)}", end="", file=sys.stderr, flush=True)
        if lives:
            one = tried[number]
            living[one.module] = living.get(one.module, 0) + 1
            print(f"ALIVE {path_of(one.module).relative_to(ROOT)}:{one.line} {one.name}", flush=True)
    print(file=sys.stderr)
    for module in dict.fromkeys(one.module for one in tried):
        whole = sum(one.module == module for one in tried)
        print(_line(module, whole, living.get(module, 0)))
    print(f"{len(found) - len(tried)} equivalent mutants are named in tests/equivalent_mutants.toml")
    rest, lived = (
        sum(one.module not in STRICT for one in tried),
        sum(living.get(one, 0) for one in living if one not in STRICT),
    )
    print(_line("all but " + " and ".join(STRICT), rest, lived))
    return int(any(living.get(one) for one in STRICT) or 100 * (rest - lived) < LEAST_PERCENT * rest)


def _line(name: str, whole: int, alive: int) -> str:
    percent = f", {1000 * (whole - alive) // whole / 10} %" if whole else ""
    return f"{name:36} {whole - alive:4} of {whole:4} killed{percent}"


if __name__ == "__main__":
    sys.exit(main())
