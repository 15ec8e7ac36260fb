"""Every module is imported by a test of its own room; what is not is named here, with the way tests reach it."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE, TESTS = ROOT / "kkd_ledger", ROOT / "tests"
THROUGH = {  # a folder or module -> through what the tests of its room reach all of it
    "agreement": "`kkd_ledger.load`, `shares`, `explain` and so on: the library's face is what people import",
    "audit/compared": "`audit.compared.compared`, over books with one thing changed",
    "book/certificate": "the face of the certificate, `book.certificate`",
    "book/entries": "the face of entries, `book.entries`; what they say is pinned by ledgers",
    "cli": "`cli.main`: a command is what is typed",
    "einvoice/comparison": "`einvoice.comparison`, over documents with one field changed",
    "einvoice/validate": "`einvoice.validate`, over documents that break one rule each",
    "rules": "ledgers of tests/findings and the fold's law: a rule is data for the engine",
    "web": "the pages in a browser and through the gate",
    "work": "the commands' own functions (post, demand, month, decide …), which are made of the others",
}
REACHED = {  # single modules
    "audit/next_seal_link": "audit/reopening and closing",
    "audit/missing_statements": "`kkd close`",
    "audit/remarks": "closing with remarks, in tests/audit/test_close.py and test_close_open.py",
    "book/seals/basis": "book/seals/verify and `kkd confirm`",
    "book/seals/verify": "audit/ and `kkd check`",
    "book/state/budgets": "the overview and tests/figures",
    "book/state/lost": "the overview",
    "book/state/open_items": "book/state/claims and the rule of open items",
    "book/state/suspense": "the overview",
    "book/text/entry_patterns": "book/text/readers, whose law compares both",
    "einvoice/cii_parts": "einvoice/cii",
    "einvoice/codecs": "einvoice/cii and ubl, there and back",
    "einvoice/payable": "einvoice/cii",
    "einvoice/ubl_parts": "einvoice/ubl",
    "einvoice/vat_category": "einvoice/cii",
    "einvoice/xml_binding": "einvoice/cii and ubl",
    "letters/demand_lines": "letters/demand",
    "letters/notice": "letters/reminder",
    "letters/withdrawal": "`kkd demand` in tests/work",
    "persons/acted": "acts of commands in tests/audit",
    "persons/acts": "acts of commands in tests/audit",
    "persons/contacts": "letters and payments",
    "persons/roles": "commands that name a person",
    "process": "the commands, which begin and end by it",
    "strict_json": "certificates, seals and extracts, broken in every way",
}


def modules() -> list[str]:
    paths = (path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))
    return sorted(
        path.with_suffix("").as_posix() for path in paths if path.name not in {"__init__.py", "__main__.py"}
    )


def imports(source: str) -> Iterator[str]:
    """Yield the modules of the package that a test imports, by their paths."""
    for node in ast.walk(ast.parse(source)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        yield from (
            name.removeprefix("kkd_ledger.").replace(".", "/")
            for name in names
            if name.startswith("kkd_ledger.")
        )


def own_tests(room: str) -> Iterator[Path]:
    yield from (TESTS / room).rglob("*.py") if room else TESTS.glob("*.py")


def imported_in_its_room() -> set[str]:
    rooms = {module.rpartition("/")[0].partition("/")[0] for module in modules()}
    found: set[str] = set()
    for room in rooms:
        own = {name for path in own_tests(room) for name in imports(path.read_text("utf-8"))}
        found |= {name for name in own if name.partition("/")[0] == room or not room}
    return found


def is_named(module: str) -> bool:
    return module in REACHED or any(module == folder or module.startswith(f"{folder}/") for folder in THROUGH)


def test_every_module_is_imported_by_a_test_of_its_room_or_named_with_its_way() -> None:
    imported = imported_in_its_room()
    assert [module for module in modules() if module not in imported and not is_named(module)] == []


def test_the_list_names_nothing_in_vain() -> None:
    imported, there = imported_in_its_room(), modules()
    assert [module for module in REACHED if module in imported or module not in there] == []
    assert [
        folder for folder in THROUGH if not any(module.startswith(f"{folder}/") for module in there)
    ] == []
    assert all(reason.strip() for reason in (*THROUGH.values(), *REACHED.values()))


def test_what_is_imported_is_seen() -> None:
    source = "import kkd_ledger.a.b\nfrom kkd_ledger.c import d\nfrom os import path\n"
    assert list(imports(source)) == ["a/b", "c", "c/d"]
    assert not is_named("bank/line_keys")
    assert is_named("cli/bank")
