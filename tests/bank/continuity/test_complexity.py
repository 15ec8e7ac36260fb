"""No function that decides what is booked once has more than ten ways through it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from kkd_ledger.bank import continuity

WAYS_MAX = 10
FOLDER = Path(continuity.__file__).parent
BRANCHES = ast.If | ast.IfExp | ast.For | ast.While | ast.ExceptHandler | ast.match_case


def ways(function: ast.AST) -> int:
    """Return a function's cyclomatic complexity; each `and`, `or` and each loop of a comprehension counts."""
    return 1 + sum(map(_added, ast.walk(function)))


def _added(node: ast.AST) -> int:
    if isinstance(node, ast.BoolOp):
        return len(node.values) - 1
    if isinstance(node, ast.comprehension):
        return 1 + len(node.ifs)
    return int(isinstance(node, BRANCHES))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_no_function_is_more_complex_than_that() -> None:
    found = {
        f"{path.name} {function.name}": ways(function)
        for path in sorted(FOLDER.glob("*.py"))
        for function in functions(ast.parse(path.read_text("utf-8")))
    }
    assert len(found) > 100
    assert {name: count for name, count in found.items() if count > WAYS_MAX} == {}


def test_ways_are_counted() -> None:
    source = "def f(a):\n    if a and a > 1 or a == 7:\n        return [b for b in a if b]\n    return 1 if a else 2\n"
    (function,) = functions(ast.parse(source))
    assert ways(function) == 7
