"""What may be changed in a room of the house: every mutant of every module, one change each.

Assertions (and `strict` of a zip) are not mutated: they say what holds anyway. Nor is what mypy alone reads:
docstrings, annotations, names in `__all__`; nor is "", False or 0 returned as None, which is as false and which mypy
refuses.
"""

from __future__ import annotations
import __future__

import ast
import contextlib
import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "kkd_ledger"
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
class Spot:
    """A place in a module's syntax tree: the field of the node above, and the position in it where it is a list.

    `top` is the statement of the module that it lies in, `lines` are the first and last line of the statement around
    it, of one with a body only those above.
    """

    tree: ast.Module
    top: ast.stmt
    owner: ast.AST
    name: str
    position: int | None
    lines: tuple[int, int]

    def put(self, node: ast.AST) -> None:
        if self.position is None:
            setattr(self.owner, self.name, node)
        else:
            getattr(self.owner, self.name)[self.position] = node


@dataclass(frozen=True)
class Mutant:
    """One change of a module: in which function, in which line, in words; its code is made when it is needed."""

    module: str
    where: str
    line: int
    change: str
    spot: Spot = field(repr=False)
    before: ast.AST = field(repr=False)
    after: ast.AST = field(repr=False)

    @property
    def name(self) -> str:
        return f"{self.module}:{self.where}: {self.change}"

    @property
    def source(self) -> str:
        """The whole module with the change."""
        with self._applied():
            return ast.unparse(self.spot.tree)

    @property
    def code(self) -> Any:
        """The compiled statement of the module that the change is in."""
        with self._applied():
            return compiled(self.spot.top)

    @contextlib.contextmanager
    def _applied(self) -> Iterator[None]:
        self.spot.put(self.after)
        try:
            yield
        finally:
            self.spot.put(self.before)


def compiled(statement: ast.stmt) -> Any:
    """Return a statement of a module as code; what it says of annotations holds for all of the package."""
    module = ast.Module([statement], type_ignores=[])
    return compile(module, "", "exec", flags=__future__.annotations.compiler_flag, dont_inherit=True)


def modules_in(folder: str) -> list[str]:
    """Return the modules of a folder and of those in it, or the one module of that name, by their dotted names."""
    if (PACKAGE / f"{folder}.py").is_file():
        return [folder.replace("/", ".")]
    paths = sorted((PACKAGE / folder).rglob("*.py"))
    names = [
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts) for path in paths if path.stem != "__init__"
    ]
    assert names, f"{folder} has modules"
    return names


def path_of(module: str) -> Path:
    return PACKAGE / (module.replace(".", "/") + ".py")


def mutants(module: str) -> Iterator[Mutant]:
    tree = ast.parse(path_of(module).read_text("utf-8"))
    seen: dict[str, int] = {}
    for top in tree.body:
        for node, spot, where in _nodes(tree, top):
            for change in _changes(node):
                words = f"{_first_line(node)} → {_first_line(change)}"
                seen[f"{where}: {words}"] = count = seen.get(f"{where}: {words}", 0) + 1
                words += f" ({count})" if count > 1 else ""
                after = ast.fix_missing_locations(ast.copy_location(change, node))
                yield Mutant(module, where, node.lineno, words, spot, node, after)


def _first_line(node: ast.AST) -> str:
    return ast.unparse(node).partition("\n")[0]


def _nodes(tree: ast.Module, top: ast.stmt) -> Iterator[tuple[ast.AST, Spot, str]]:
    """Yield what may be mutated, its place, and the function it stands in."""
    position = tree.body.index(top)
    if _is_mutated("body", top):
        spot = Spot(tree, top, tree, "body", position, _lines(top))
        where = getattr(top, "name", "module")
        yield top, spot, where
        yield from _inside(spot, top, where)


def _inside(above: Spot, node: ast.AST, where: str) -> Iterator[tuple[ast.AST, Spot, str]]:
    for name, value in ast.iter_fields(node):
        children = enumerate(value) if isinstance(value, list) else [(None, value)]
        for position, child in children:
            if not isinstance(child, ast.AST) or not _is_mutated(name, child):
                continue
            inside = f"{where}.{child.name}".removeprefix("module.") if hasattr(child, "name") else where
            lines = _lines(child) if isinstance(child, ast.stmt | ast.ExceptHandler) else above.lines
            spot = Spot(above.tree, above.top, node, name, position, lines)
            if hasattr(child, "lineno"):
                yield child, spot, inside
            yield from _inside(spot, child, inside)


def _lines(statement: ast.stmt | ast.ExceptHandler) -> tuple[int, int]:
    body = getattr(statement, "body", None)
    last = max(statement.lineno, body[0].lineno - 1) if body else statement.end_lineno
    return statement.lineno, last or statement.lineno


def _is_mutated(name: str, child: ast.AST) -> bool:
    """Skip docstrings, annotations, imports, assertions (`strict` of a zip is one) and `__all__`."""
    if name in {"annotation", "returns", "decorator_list", "bases"}:
        return False
    if isinstance(child, ast.Assert | ast.Import | ast.ImportFrom) or _is_docstring(child):
        return False
    if isinstance(child, ast.keyword) and child.arg == "strict":
        return False
    if isinstance(child, ast.Assign) and ast.unparse(child.targets[0]) == "__all__":
        return False
    return not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING")


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
    if isinstance(node, ast.Return) and node.value is not None and not _is_false(node.value):
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


def _is_false(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and not node.value


def _with(node: ast.AST, **fields: object) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed
