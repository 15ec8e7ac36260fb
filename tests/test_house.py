"""The house as a test: each check of house_checks runs over the code, and is shown that it can fail."""

import ast
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from kkd_ledger.book.certificate import Fate
from kkd_ledger.book.text import vocabulary
from tests.house_checks import (
    FOLDERS,
    HOSTS,
    Finding,
    day_formats,
    finding_codes,
    floats,
    long_file,
    long_functions,
    long_lines,
    module_state,
    named,
    names_of_the_case,
    old_words,
    places,
    pronouns,
    public_classes,
    spelled,
    tricks,
    undocumented,
)

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "kkd_ledger"
FLOATS_ALLOWED: dict[str, str] = {}  # file of kkd_ledger -> why a float is right there
DAYS_ELSEWHERE = ("german.py", "bank/continuity/")  # the last room is still to come
Check = Callable[[ast.Module], Iterator[Finding]]


def ledger_words(module: ast.Module) -> Iterator[Finding]:
    return spelled(module, vocabulary.TEXT_KEYS | vocabulary.DATE_KEYS)


def fates(module: ast.Module) -> Iterator[Finding]:
    return spelled(module, frozenset(Fate))


OF_TREES: tuple[Check, ...] = (
    module_state,
    long_functions,
    undocumented,
    pronouns,
    old_words,
    tricks,
    floats,
    ledger_words,
    fates,
    public_classes,
)


@cache
def sources() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="replace")


def assert_clean(files: Iterable[Path], check: Callable[[str], Iterable[Finding]]) -> None:
    found = [(path.relative_to(ROOT), *finding) for path in files for finding in check(text_of(path))]
    if found:
        pytest.fail("\n".join(f"{path}:{line}: {what}" for path, line, what in found), pytrace=False)


@cache
def in_code() -> dict[Check, dict[Path, list[Finding]]]:
    """What each check of a syntax tree finds in the package: a file is parsed and walked once for all of them."""
    findings: dict[Check, dict[Path, list[Finding]]] = {check: {} for check in OF_TREES}
    for path in sources():
        module = ast.parse(text_of(path))
        for check in OF_TREES:
            if found := list(check(module)):
                findings[check][path] = found
    return findings


def assert_none(check: Check, but: Callable[[Path], bool] = lambda path: False) -> None:
    """Fail with the findings of a check, except in the files that may."""
    lines = [
        f"{path.relative_to(ROOT)}:{line}: {what}"
        for path, found in in_code()[check].items()
        if not but(path)
        for line, what in found
    ]
    if lines:
        pytest.fail("\n".join(lines), pytrace=False)


@pytest.mark.parametrize("check", [module_state, long_functions, undocumented, pronouns, old_words])
def test_the_code_keeps_the_style(check: Check) -> None:
    assert_none(check)


FENCED = {  # trick -> the files that may; each says there why, and what was measured
    "gc": {"process.py"},
    "os._exit": {"process.py"},
    "os.fork": {"book/seals/prehashed.py"},
    "a fork for each request": {"web/fava_process.py"},
    "limits of a process": {"web/fava_process.py"},
    "sys.modules": {"plugins/__init__.py"},
    "__class__ is assigned": {"bank/statements.py"},
    "a record without its class's own steps": {"book/text/records.py"},
    "an attribute of an import is assigned": {"cli/shell/output.py"},
    "vars": {"cli/shell/typed_years.py"},
}


def test_tricks_stay_where_they_are_fenced() -> None:
    used: dict[str, set[str]] = {}
    for path, found in in_code()[tricks].items():
        for _, trick in found:
            used.setdefault(trick, set()).add(path.relative_to(PACKAGE).as_posix())
    assert used == FENCED


def test_no_float_is_written() -> None:
    assert_none(floats, but=lambda path: str(path.relative_to(PACKAGE)) in FLOATS_ALLOWED)


def test_files_are_short() -> None:
    assert_clean(sources(), long_file)


def test_the_code_names_nobody_of_the_sample() -> None:
    names = names_of_the_case(text_of(ROOT / "ledgers" / "kkd" / "agreement.toml"))
    assert len(names) > 40, "19 parties with a name and a key each, and the papers"
    files = [path for path in sorted(PACKAGE.rglob("*")) if path.is_file() and path.suffix != ".pyc"]
    assert_clean(files, lambda text: named(text, names))


def test_the_ledgers_words_are_spelled_in_one_place() -> None:
    """In the rooms that read and write entries; in a certificate it may head a column."""

    def may(path: Path) -> bool:
        elsewhere = path.relative_to(PACKAGE).parts[0] not in {"book", "rules"}
        return elsewhere or path.name == "vocabulary.py" or path.parent.name == "certificate"

    assert not all(map(may, sources()))
    assert_none(ledger_words, but=may)


def test_the_fate_of_a_bank_line_is_spelled_in_one_place() -> None:
    assert_none(fates, but=lambda path: path.name == "certified.py")


def test_the_format_of_a_day_is_spelled_in_one_place() -> None:
    files = [
        path for path in sources() if not path.relative_to(PACKAGE).as_posix().startswith(DAYS_ELSEWHERE)
    ]
    assert_clean(files, day_formats)


def test_the_check_of_days_can_fail() -> None:
    assert list(day_formats('x = 1\ny = f"{day:%d.%m.%Y}"')) == [
        (2, "spells the format of a day: german.day")
    ]
    assert list(day_formats('y = f"{german.day(day)}"')) == []


def test_one_concept_has_one_word_in_the_names_of_modules_too() -> None:
    modules = [ast.parse(f"{path.stem} = 1") for path in sources() if path.stem.isidentifier()]
    assert [finding for module in modules for finding in old_words(module)] == []


GROWING = {"decisions.md", "rules.md", "invoices.md"}  # merged line by line, generated, still to come
GERMAN = {"handbuch.md", "vereinbarung.md", "how-to"}  # wrapped, but an office may write them as it likes


def test_pages_are_no_wider_than_a_window() -> None:
    pages = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")]
    pages += [
        path for path in sorted((ROOT / "docs").rglob("*.md")) if not {*path.parts} & (GROWING | GERMAN)
    ]
    assert len(pages) > 15
    assert_clean(pages, long_lines)


def test_the_check_of_pages_can_fail() -> None:
    wide = "word " * 25
    assert list(long_lines(f"\n{wide}")) == [(2, "125 characters; allowed: 120")]
    assert list(long_lines(f"| {wide} |\n```\n{wide}\n```\n")) == []


def test_committed_files_name_no_registry_and_no_machine() -> None:
    assert_clean(tracked(), places)


def test_every_finding_has_its_sample() -> None:
    codes = {code for path in (PACKAGE / "rules").rglob("*.py") for code in finding_codes(text_of(path))}
    samples = {folder.name for folder in (ROOT / "tests" / "findings").glob("KKD-*")}
    assert " ".join(sorted(codes - samples)) == "", "without a folder tests/findings/CODE"
    assert " ".join(sorted(samples - codes)) == "", "a folder for a code that no rule gives"


def test_every_locked_package_has_hashes_and_no_source() -> None:
    requirements = text_of(ROOT / "requirements.lock").replace("\\\n", " ").splitlines()
    pinned = re.compile(r"[a-z0-9][a-z0-9._-]*==\S+( ; .+?)?(\s+--hash=sha256:[0-9a-f]{64})+")
    assert [
        line for line in requirements if not line.startswith("#") and not pinned.fullmatch(line.strip())
    ] == []


def floors(house: Path) -> subprocess.CompletedProcess[str]:
    lint_imports = Path(sys.executable).with_name("lint-imports")
    command = [str(lint_imports), "--no-cache", "--no-logo"]
    environment = os.environ | {"COLUMNS": "200"}
    return subprocess.run(command, cwd=house, capture_output=True, text=True, check=False, env=environment)


def test_no_import_climbs() -> None:
    outcome = floors(ROOT)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


# ---------------------------------------------------------------- each check can fail


@pytest.mark.parametrize(
    ("check", "bad", "good"),
    [
        (floats, "x = 0.65", "x = Decimal('0.65')"),
        (floats, "x = float('1')", "x = int('1')"),
        (floats, "x = 1j", "x: float"),
        (module_state, "cache = {}", "CACHE = {'a': 1}"),
        (module_state, "seen: set[str] = set()", "SEEN: frozenset[str] = frozenset()"),
        (module_state, "rows = collections.deque()", "__all__ = ['rows']"),
        (module_state, "rows = [i for i in x]", "rows = tuple(i for i in x)"),
        (module_state, "X = []\ndef f():\n    X.append(1)", "X = []\ndef f(y):\n    y.append(1)"),
        (module_state, "X = {}\ndef f():\n    X['a'] = 1", "X = {}\ndef f():\n    return X['a']"),
        (module_state, "X = {}\ndef f():\n    del X['a']", "X = {}\ndef f(x):\n    del x['a']"),
        (module_state, "x = 1\ndef f():\n    global x", "x = 1\ndef f():\n    return x"),
        (long_functions, "def f():\n" + 70 * "    x()\n", "def f():\n" + 69 * "    x()\n"),
        (tricks, "import gc\ngc.freeze()", "import gc"),
        (tricks, "from gc import freeze\nfreeze()", "def freeze(): ..."),
        (tricks, "import os\nos._exit(1)", "import sys\nsys.exit(1)"),
        (tricks, "from os import fork as f\nf()", "import os\nos.getpid()"),
        (tricks, "from socketserver import ForkingMixIn as F\nclass C(F): ...", "class F: ..."),
        (tricks, "x.__class__ = C", "x.kind = C"),
        (tricks, "import lxml.etree as e\ne.parse = f", "def f(e):\n    e.parse = 1"),
        (tricks, "from beancount import loader\nloader.aliases.x = 1", "from a import b\nb.x"),
        (tricks, "import sys\nsys.modules['a'] = b", "import sys\nsys.path"),
        (tricks, "object.__setattr__(x, 'a', 1)", "x.__setattr__"),
        (tricks, "setattr(x, 'a', 1)", "x.a = 1"),
        (tricks, "new = tuple.__new__", "new = tuple"),
        (tricks, "vars(x).pop('a')", "del x.a"),
        (undocumented, "'''It.'''\ndef f(): ...", "'''It.'''\ndef f():\n    '''Do.'''"),
        (undocumented, "'''It.'''\nclass C: ...", "'''It.'''\nclass _C: ..."),
        (pronouns, "for one in lines: ...", "for line in lines: ..."),
        (pronouns, "def f(x, *, held): ...", "def f(x, *, item): ..."),
        (pronouns, "class C:\n    known: int", "class C:\n    known_on: int"),
        (pronouns, "[x for x, told in y]", "[x for x, text in y if told]"),
        (pronouns, "def told(): ...", "def tell(): ..."),
        (pronouns, "if found := f(x): ...", "if match := f(x): found.x = 1"),
        (old_words, "def f(unclear_cents): ...", "def f(suspense_cents): ..."),
        (old_words, "class StandingOrders: ...", "class GeneralOrders: ..."),
        (old_words, "for advice in x: ...", "unclear_in = 1"),
        (old_words, "x.own_account = 1", "known_accounts = x.own_account"),
        (old_words, "class Chain: ...", "class SealChain: ..."),
        (undocumented, "x = 1", "'''It.'''\nx = 1"),
    ],
)
def test_a_check_of_the_code_can_fail(check: Check, bad: str, good: str) -> None:
    assert list(check(ast.parse(bad)))
    assert list(check(ast.parse(good))) == []


def test_the_check_of_the_length_can_fail() -> None:
    assert list(long_file("x\n" * 351)) == [(351, "351 lines; allowed: 350")]
    assert list(long_file("x\n" * 350)) == []


AGREEMENT = """
[[member]]
id = "musterstadt"
ags = "06999001"
name = "Musterstadt (Hessen)"
[[resolution]]
paper = "VL-7/2023"
title = "x"
"""


def test_the_names_of_an_agreement_are_found_in_any_case() -> None:
    names = names_of_the_case(AGREEMENT)
    assert names == {"musterstadt", "06999001", "Musterstadt", "VL-7/2023"}
    text = "a\n# MUSTERSTADT\n'06999001' vl-7/2023 Musterstadtteil"
    assert [line for line, _ in named(text, names)] == [2, 3, 3]


@pytest.mark.parametrize(
    "text",
    [
        f"see https://{HOSTS[0]}/simple",
        f'open("/{FOLDERS[0]}/main")',
        f"file:///{FOLDERS[1]}/wheels",
        "../.lib" + "rary/x",
        "../sha" + "red/samples",
    ],
)
def test_the_check_of_the_places_can_fail(text: str) -> None:
    assert [line for line, _ in places("\n" + text)] == [2]


@pytest.mark.parametrize("text", ["work/landkreis", "$(ROOT)/work/kkd", "./work/", "/tmp/x", "a library"])
def test_our_own_folders_are_no_places_of_a_machine(text: str) -> None:
    assert list(places(text)) == []


def test_the_check_of_the_words_can_fail() -> None:
    words = frozenset({"leistungsjahr"})
    assert list(spelled(ast.parse("x['leistungsjahr']"), words)) == [(1, "spells 'leistungsjahr'")]
    assert list(spelled(ast.parse("x[vocabulary.SERVICE_YEAR]"), words)) == []


def test_the_codes_of_findings_are_found() -> None:
    assert finding_codes("'KKD-A01 Betrag', KKD-B99, KKD-2023, XKKD-A02") == {"KKD-A01", "KKD-B99"}


@pytest.mark.parametrize(
    ("place", "text", "contract"),
    [
        ("kkd_ledger/book/x.py", "import kkd_ledger.rules", "An import never climbs"),
        ("kkd_ledger/bank/x.py", "import kkd_ledger.audit", "An import never climbs"),
        ("kkd_ledger/newroom.py", "", "An import never climbs"),
        ("kkd_ledger/cli/x.py", "import importers", "importers/ is the top floor beside cli"),
        ("importers/x.py", "import kkd_ledger.cli", "importers/ does not know the command line"),
        (
            "kkd_ledger/rules/x.py",
            "import beancount.core.data",
            "Only book/ and importers/ know Beancount's types",
        ),
        ("kkd_ledger/bank/x.py", "import beangulp", "Only importers/ knows beangulp"),
        ("kkd_ledger/book/x.py", "import fava.core", "Only web/ knows Fava"),
        ("kkd_ledger/book/x.py", "import beancount.core.data", None),
        ("kkd_ledger/web/x.py", "import fava.core", None),
    ],
)
def test_the_floors_can_break(tmp_path: Path, place: str, text: str, contract: str | None) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for room in ("", "cli", "web", "bank", "audit", "rules", "book"):
        (tmp_path / "kkd_ledger" / room).mkdir(parents=True)
        (tmp_path / "kkd_ledger" / room / "__init__.py").touch()
    (tmp_path / "importers").mkdir()
    (tmp_path / "importers" / "__init__.py").touch()
    (tmp_path / place).write_text(text + "\n", encoding="utf-8")
    outcome = floors(tmp_path)
    broken = re.findall(r"^(.+) BROKEN", outcome.stdout, re.MULTILINE)
    assert broken == ([contract] if contract else []), outcome.stdout + outcome.stderr


def test_a_name_stands_for_one_thing() -> None:
    """A class is called as no other; so is a module, but for commands and rules: these bear their subject's name."""
    classes = Counter(name for found in in_code()[public_classes].values() for _, name in found)
    modules = Counter[str]()
    for path in sorted(PACKAGE.rglob("*.py")):
        room = path.relative_to(PACKAGE).parts[0]
        if not path.stem.startswith("__") and room not in {"cli", "rules"}:
            modules[path.stem] += 1
    assert [name for name, count in (classes + modules).items() if count > 1] == []
