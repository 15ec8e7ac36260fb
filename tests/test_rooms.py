"""Every module is imported by a test of its own room, or by a module of it that is; others are named with the way.

A room is a folder of the package with all below it; its tests lie in the folder of that name.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE, TESTS = ROOT / "kkd_ledger", ROOT / "tests"
ELSEWHERE = {  # a module to which no imports lead within its room -> by what it is tried
    "agreement/dues/unsettled": "late settlements in tests/both_sides",
    "agreement/beginning/due_questions": "the wizard's own tests in tests/work, which answer its questions",
    "agreement/beginning/measure_questions": "the wizard's own tests in tests/work, which answer its questions",
    "agreement/beginning/wrong_so_far": "the wizard's own tests in tests/work, which answer wrongly",
    "audit/open_months": "several months closed at once, by form and command in tests/web/workplace/acts",
    "agreement/beginning/asking": "the wizard's own tests in tests/work, which answer its questions",
    "agreement/beginning/share_questions": "the wizard's own tests in tests/work, which answer its questions",
    "agreement/beginning/questions": "the wizard's own tests in tests/work, which answer its questions",
    "book/certificate/decisions": "`kkd decide` in tests/work/decisions",
    "book/certificate/line_words": "certificates in tests/work/statements",
    "book/entries/authorisation": "every command that books, and the rule about orders",
    "book/entries/billed_items": "charges in tests/both_sides, and the words of letters",
    "book/entries/closing_entries": "`kkd year-end` in tests/work/year",
    "book/entries/correction_entries": "tests/work/corrections, and the rule about corrections",
    "book/entries/payment_entries": "tests/work/statements",
    "book/entries/provision_entries": "late settlements in tests/both_sides, and `kkd year-end`",
    "book/entries/relief_entries": "`kkd remit` and `kkd defer` in tests/work/claims",
    "book/entries/resolution_entries": "`kkd adopt` in tests/work/books",
    "book/entries/result_legs": "components on accounts of their own in tests/both_sides",
    "book/entries/settled_advances": "settlements less what was paid in tests/both_sides",
    "book/entries/share_entries": "`kkd post` in tests/both_sides and tests/work",
    "book/seals/basis": "the rule about a book's basis, in tests/rules/test_seal_rules.py and tests/audit",
    "book/state/lost": "tests/work/books/test_lost_accounts.py",
    "einvoice/payable": "demands in tests/letters, which ask for what is payable",
    "einvoice/unit_codes": "demands of charges in tests/both_sides",
    "letters/withdrawal": "`kkd demand` in tests/letters and tests/work",
    "payments/interest": "reminders with interest in tests/letters, and the second reckoning in tests/figures",
    "persons/acted": "acts of commands in tests/audit",
    "persons/acts": "acts of commands in tests/audit",
    "persons/contacts": "letters and payments",
    "persons/login_key": "`kkd user key --new` in tests/cli/users/test_login_key.py",
    "process": "the commands, which begin and end by it",
    "strict_json": "certificates, seals and extracts, broken in every way",
    "work/claims/balance_statement": "`kkd reconcile` in tests/reconciliation, and balances by their page",
    "work/claims/delta_letters": "`kkd delta` in tests/letters",
    "work/claims/demanding": "`kkd demand` in tests/letters",
    "work/claims/filing": "`kkd receive` in tests/einvoice",
    "work/claims/incoming": "`kkd receive` in tests/einvoice",
    "work/corrections/passing_on": "tests/work/corrections/test_passing_on.py, by the command",
    "work/decisions/explained_words": "`kkd statement --explain` in tests/work/decisions/test_explained.py",
    "work/decisions/left_in_suspense": "`kkd decide` in tests/cli/test_next_steps.py",
    "work/statements/dropping": "the inbox in tests/web/workplace/acts/test_inbox.py",
    "work/statements/reducing": "`kkd archive` in tests/work/statements/test_extracts.py",
    "work/terms/added_terms": "figures and amendments by their forms, in tests/web/workplace/acts",
    "work/terms/basis_text": "book.toml and words by their forms, in tests/web/workplace/acts/test_basis_text.py",
    "work/terms/settings_text": "roles, keys and rules by their forms, in tests/web/workplace/acts/test_role_acts.py",
    "work/terms/contact_text": "contacts by their form, in tests/web/workplace/acts",
    "work/year/accruals": "`kkd year-end` in tests/work/year, by the command",
    "work/year/closing_year": "`kkd year-end` in tests/work/year, by the command",
    "work/year/provisions": "`kkd year-end` in tests/work/year, late settlements in tests/both_sides",
    "work/year/closing": "`kkd year-end` in tests/work/year, by the command",
    "work/year/year_end": "`kkd year-end` in tests/work/year, by the command",
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


def room_of(module: str) -> str:
    folder = module.partition("/")[0]
    return folder if (PACKAGE / folder).is_dir() else ""


@cache
def imported_by(module: str) -> frozenset[str]:
    """The modules of its own room that a module (or the face of a folder) imports."""
    file = PACKAGE / f"{module}.py"
    text = (file if file.is_file() else PACKAGE / module / "__init__.py").read_text("utf-8")
    return frozenset(name for name in imports(text) if room_of(name) == room_of(module) and is_there(name))


def is_there(name: str) -> bool:
    return (PACKAGE / f"{name}.py").is_file() or (PACKAGE / name / "__init__.py").is_file()


def reached_in_its_room() -> set[str]:
    """The modules to which imports lead from the tests of their room without leaving the room."""
    reached: set[str] = set()
    for room in {room_of(module) for module in modules()}:
        names = {name for path in own_tests(room) for name in imports(path.read_text("utf-8"))}
        left = [name for name in names if room_of(name) == room and is_there(name)]
        while left:
            module = left.pop()
            if module not in reached:
                reached.add(module)
                left += imported_by(module)
    return reached


def test_every_module_is_reached_by_tests_of_its_room_or_named_with_its_way() -> None:
    reached = reached_in_its_room()
    assert [module for module in modules() if module not in reached and module not in ELSEWHERE] == []


def test_the_list_names_nothing_in_vain() -> None:
    reached, there = reached_in_its_room(), modules()
    assert [module for module in ELSEWHERE if module in reached or module not in there] == []
    assert all(way.strip() for way in ELSEWHERE.values())


def test_what_is_imported_is_seen() -> None:
    source = "import kkd_ledger.a.b\nfrom kkd_ledger.c import d\nfrom os import path\n"
    assert list(imports(source)) == ["a/b", "c", "c/d"]
    assert imported_by("rules/acts") == {"rules/engine/adapter", "rules/engine/rule"}
