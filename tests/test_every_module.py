"""Every module is reached by a test of its own room: imported there, or behind a module of the room that is.

Tests of a room lie in the folder of its name, those of the ground beside this file. What is tried from elsewhere is
named with the reason; a row that is not needed any more fails as well.
"""

import ast
from collections.abc import Iterable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "kkd_ledger"
ELSEWHERE = {  # module, or a room with everything in it -> where it is tried, and why there
    "book.certificate.decisions": "tests/work/decisions: a decision is made by a command",
    "book.certificate.line_words": "tests/work/statements: written when a statement is taken",
    "book.entries": "tests/work: entries are tried as commands make them, and as rules judge them",
    "book.seals.basis": "tests/audit: what a book stands on is compared when a month is closed",
    "book.state.lost": "tests/audit: what a rolled back book has lost",
    "einvoice.payable": "tests/letters: what is due, on the letter and in the e-invoice",
    "einvoice.vat_category": "tests/letters: the same",
    "letters.withdrawal": "tests/work/corrections: a document is taken back by a command",
    "payments.interest": "tests/letters: interest stands in reminders",
    "persons": "tests/audit/test_acts_of_commands.py walks every command that names a person",
    "process": "tests/cli: how a command ends",
    "rules.engine.telling": "tests/cli: how findings are printed",
    "strict_json": "tests/audit: files that somebody has changed",
    "web.fava_page": "tests/browser: Fava loads it in a process of its own",
    "web.fava_process": "tests/browser: the same",
    "work.claims": "tests/letters, tests/einvoice: demands and what comes of them, by `kkd`",
    "work.corrections.passing_on": "tests/work/corrections, by `kkd`",
    "work.decisions.left_unclear": "tests/work/decisions, by `kkd`",
    "work.statements.reducing": "tests/work/statements, by `kkd archive`",
    "work.transfers": "tests/payments: payment files, by `kkd pay` and `kkd collect`",
    "work.year": "tests/work/year, by `kkd year-end`",
}


@cache
def imports_of(path: Path) -> set[str]:
    """Everything that a file imports, wherever in it: modules, and what may be modules."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str:
    """The folder below the package, and below tests, that a module belongs to; nothing for the ground."""
    _, room, *rest = module.split(".")
    return room if rest or (PACKAGE / room).is_dir() else ""


def reached(begin: Iterable[str], graph: dict[str, set[str]]) -> set[str]:
    """The modules that imports lead to without leaving the room they begin in."""
    seen, waiting = set(begin), list(begin)
    while waiting:
        module = waiting.pop()
        for found in graph[module] - seen:
            if room_of(found) == room_of(module):
                seen.add(found)
                waiting.append(found)
    return seen


def unreached() -> list[str]:
    modules = {name_of(path): path for path in PACKAGE.rglob("*.py") if path.stem != "__main__"}
    modules.pop("kkd_ledger")
    graph = {name: imports_of(path) & modules.keys() for name, path in modules.items()}
    lacking = []
    for room in sorted({room_of(name) for name in modules}):
        own = {name for name in modules if room_of(name) == room}
        files = (ROOT / "tests" / room).rglob("*.py") if room else (ROOT / "tests").glob("*.py")
        imported = set().union(*map(imports_of, files)) & own
        lacking += sorted(own - reached(imported, graph))
    return [name.removeprefix("kkd_ledger.") for name in lacking if modules[name].stem != "__init__"]


def is_below(module: str, place: str) -> bool:
    return module == place or module.startswith(f"{place}.")


def test_every_module_is_reached_by_its_own_tests_or_named() -> None:
    lacking = unreached()
    assert [name for name in lacking if not any(is_below(name, place) for place in ELSEWHERE)] == []
    assert [place for place in ELSEWHERE if not any(is_below(name, place) for name in lacking)] == []


def test_where_it_is_tried_instead_is_there() -> None:
    for reason in ELSEWHERE.values():
        for place in reason.partition(":")[0].split(", "):
            assert not place.startswith("tests/") or (ROOT / place.split(" ")[0]).exists(), place


def test_a_module_behind_another_room_is_not_reached() -> None:
    graph = {
        "kkd_ledger.book.config": {"kkd_ledger.book.settings", "kkd_ledger.bank.days"},
        "kkd_ledger.book.settings": set[str](),
        "kkd_ledger.bank.days": {"kkd_ledger.book.chain"},
        "kkd_ledger.book.chain": set[str](),
    }
    assert reached(["kkd_ledger.book.config"], graph) == {
        "kkd_ledger.book.config",
        "kkd_ledger.book.settings",
    }
