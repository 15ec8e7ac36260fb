"""What may be changed in a room of the house: every mutant of every module, one change each.

Assertions are not mutated (they say what holds anyway), nor docstrings and annotations.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

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
class Mutant:
    module: str
    where: str
    line: int
    change: str
    source: str

    @property
    def name(self) -> str:
        return f"{self.module}:{self.where}: {self.change}"


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


def unchanged(module: str) -> str:
    """Return the source of a module as a mutant's is written."""
    return ast.unparse(ast.parse(path_of(module).read_text("utf-8")))


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
