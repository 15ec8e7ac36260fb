"""Mutation testing of `money` and `agreement/`: change one thing in the code, and some test must fail.

    python tests/mutation.py                    all mutants of all modules (`make mutants`); takes long
    python tests/mutation.py money shares       the mutants of two modules
    python tests/mutation.py --sample 200       so many of all, drawn evenly

Each mutant runs in a forked process that has everything loaded but the package: an import hook gives it the changed
source. Assertions are not mutated (they say what holds anyway), nor docstrings and annotations. A mutant that no
test can tell from the original is named with its reason in tests/equivalent_mutants.toml. Exit status 1 if `money`
or `agreement/shares` lets one live, or the rest fewer than 95 percent killed.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import copy
import importlib.abc
import importlib.util
import io
import os
import signal
import sys
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "kkd_ledger"
STRICT = ("money", "agreement.shares")
LEAST_PERCENT = 95
SECONDS_MAX = 120
REFUSED = ["tests/agreement/test_agreement_refused.py"]
PLANNING = ["tests/agreement/test_agreement_planning.py"]
SHARES = [f"tests/agreement/test_{name}.py" for name in ("cases", "agreement_explained", "agreement_kkd")]
SLOW = [f"tests/agreement/test_{name}.py" for name in ("shares_oracle", "shares_laws", "agreement_docs")]
MONEY = ["tests/test_money.py"]
FIRST = {
    "agreement.documents": ["tests/agreement/test_agreement_documents.py"],
    **dict.fromkeys([f"agreement.{one}" for one in ("load", "places", "prune", "checks", "facts")], REFUSED),
    **dict.fromkeys([f"agreement.check_{one}" for one in ("names", "dates", "figures")], REFUSED),
    **dict.fromkeys(
        [f"agreement.{one}" for one in ("annex", "compare", "plan", "savings", "schema")], PLANNING
    ),
    **dict.fromkeys([f"agreement.{one}" for one in ("solve", "whatif")], PLANNING),
}
SWAPS: dict[type, type] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True)
class Mutant:
    module: str
    where: str
    line: int
    change: str
    source: str

    @property
    def name(self) -> str:
        return f"{self.module}:{self.where}: {self.change}"


def modules() -> list[str]:
    rooms = sorted(path.stem for path in (PACKAGE / "agreement").glob("*.py") if path.stem != "__init__")
    return ["money", *(f"agreement.{stem}" for stem in rooms)]


def path_of(module: str) -> Path:
    return PACKAGE / (module.replace(".", "/") + ".py")


def mutants(module: str) -> Iterator[Mutant]:
    tree = ast.parse(path_of(module).read_text("utf-8"))
    seen: dict[str, int] = {}
    for node, where in _nodes(tree, "module"):
        for change in _changes(node):
            mutated, words = _applied(tree, node, change)
            seen[f"{where}: {words}"] = count = seen.get(f"{where}: {words}", 0) + 1
            words += f" ({count})" if count > 1 else ""
            yield Mutant(module, where, node.lineno, words, ast.unparse(ast.fix_missing_locations(mutated)))


def _nodes(node: ast.AST, where: str) -> Iterator[tuple[ast.AST, str]]:
    """Yield what may be mutated, with the function it stands in; skip docstrings, annotations and assertions."""
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or name in {"annotation", "returns", "decorator_list", "bases"}:
                continue
            if isinstance(child, ast.Assert | ast.Import | ast.ImportFrom) or _is_docstring(child):
                continue
            if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
                continue
            inside = f"{where}.{child.name}".removeprefix("module.") if hasattr(child, "name") else where
            if hasattr(child, "lineno"):
                yield child, inside
            yield from _nodes(child, inside)


def _is_docstring(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what may stand in a node's place."""
    yield from _operators(node)
    if isinstance(node, ast.If | ast.While | ast.IfExp):
        yield _with(node, test=ast.UnaryOp(ast.Not(), node.test))
    if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        yield from _conditions(node)
    if isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield _with(node, value=ast.Constant(None))
    if isinstance(node, ast.Constant):
        yield from _constants(node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
        yield _with(node, func=ast.Name(CALLS[node.func.id], ast.Load()))
    if isinstance(node, ast.Continue):
        yield ast.Break()


def _operators(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in SWAPS:
        yield _with(node, op=SWAPS[type(node.op)]())
    if isinstance(node, ast.BoolOp):
        yield _with(node, op=SWAPS[type(node.op)]())
    if isinstance(node, ast.Compare):
        for place, op in enumerate(node.ops):
            yield _with(node, ops=[*node.ops[:place], SWAPS[type(op)](), *node.ops[place + 1 :]])
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield node.operand


def _conditions(node: ast.AST) -> Iterator[ast.AST]:
    for place, loop in enumerate(node.generators):
        for spot in range(len(loop.ifs)):
            ifs = [*loop.ifs]
            ifs[spot] = ast.UnaryOp(ast.Not(), ifs[spot])
            loops = [*node.generators]
            loops[place] = _with(loop, ifs=ifs)
            yield _with(node, generators=loops)


def _constants(node: ast.Constant) -> Iterator[ast.AST]:
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, int):
        yield ast.Constant(node.value + 1)
    elif isinstance(node.value, str):
        yield ast.Constant(f"{node.value}X")


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _with(node: ast.AST, **fields: object) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _applied(tree: ast.Module, node: ast.AST, change: ast.AST) -> tuple[ast.Module, str]:
    class Swap(ast.NodeTransformer):
        def visit(self, here: ast.AST) -> ast.AST:
            if here is node:
                return ast.copy_location(change, node)
            return self.generic_visit(
                _with(here, **{k: list(v) for k, v in ast.iter_fields(here) if isinstance(v, list)})
            )

    before, after = (ast.unparse(one).partition("\n")[0] for one in (node, change))
    return Swap().visit(tree), f"{before} → {after}"


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


def survives(mutant: Mutant | None) -> bool:
    """Run the tests round by round, those that know the module best first, the slow ones last."""
    return all(_passes(mutant, tests) for tests in rounds_of(mutant.module if mutant else ""))


def rounds_of(module: str) -> list[list[str]]:
    if module == "money":
        return [MONEY]
    first = FIRST.get(module, SHARES)
    return [first, *(one for one in (SHARES, REFUSED, PLANNING) if one is not first), SLOW]


def _passes(mutant: Mutant | None, tests: list[str]) -> bool:
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


def _run(mutant: Mutant | None, tests: list[str]) -> int:
    import pytest

    if mutant is not None:
        sys.meta_path.insert(0, Changed(mutant))
    words = [
        "-x",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "--hypothesis-profile=mutation",
        "--no-header",
    ]
    quiet = io.StringIO()
    with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
        status = int(pytest.main([*words, *tests]))
    if status and mutant is None:
        print(quiet.getvalue())
    return status


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
    sys.path.insert(0, str(ROOT))
    os.chdir(ROOT)
    assert not any(name.startswith("kkd_ledger") for name in sys.modules)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("modules", nargs="*", help="of " + ", ".join(modules()))
    parser.add_argument("--sample", type=int, help="at most so many mutants, drawn evenly")
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
    prepared()
    if not survives(None):
        print("The tests fail without any mutant.")
        return 1
    return report(found, equivalent)


def report(found: list[Mutant], equivalent: dict[str, str]) -> int:
    alive: dict[str, list[Mutant]] = {}
    for number, mutant in enumerate(found, start=1):
        print(f"\r{number}/{len(found)} {mutant.module:40}", end="", file=sys.stderr, flush=True)
        if mutant.name not in equivalent and survives(mutant):
            alive.setdefault(mutant.module, []).append(mutant)
            print(
                f"\nALIVE {path_of(mutant.module).relative_to(ROOT)}:{mutant.line} {mutant.name}", flush=True
            )
    print(file=sys.stderr)
    names = [one for one in found if one.name in equivalent]
    for module in dict.fromkeys(one.module for one in found):
        whole = sum(one.module == module and one.name not in equivalent for one in found)
        dead = whole - len(alive.get(module, []))
        print(f"{module:32} {dead:4} of {whole:4} killed{f', {100 * dead // whole} %' if whole else ''}")
    print(f"{len(names)} equivalent mutants are named in tests/equivalent_mutants.toml")
    strict = sum(len(alive.get(module, [])) for module in STRICT)
    rest = [one for one in found if one.module not in STRICT and one.name not in equivalent]
    lived = sum(len(row) for module, row in alive.items() if module not in STRICT)
    return int(strict > 0 or (bool(rest) and 100 * (len(rest) - lived) < LEAST_PERCENT * len(rest)))


if __name__ == "__main__":
    sys.exit(main())
