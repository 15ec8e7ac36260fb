"""What contributors are told is there: files, targets, links, tools; what the pages promise of tests holds."""

import re
from pathlib import Path

import pytest

from kkd_ledger.agreement import json_schema
from tests.samples import ROOT

PAGES = [
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    *sorted((ROOT / "docs" / "contributing").glob("*.md")),
]
ARCHITECTURE = ROOT / "docs" / "architecture.md"
PLACE = re.compile(r"`((?:kkd_ledger|importers|ledgers|tests|docs|\.ci)/[\w./-]*)`")
FILE = re.compile(r"`([\w-]+\.(?:md|toml|yml|lock))`")
OF_A_BOOK = {"book.toml", "agreement.toml", "contacts.toml"}


@pytest.mark.parametrize("page", [*PAGES, ARCHITECTURE], ids=lambda page: page.name)
def test_every_file_that_is_named_is_there(page: Path) -> None:
    text = page.read_text("utf-8")
    named = [*PLACE.findall(text), *(name for name in FILE.findall(text) if name not in OF_A_BOOK)]
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_target_and_command_leads_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)
    assert [link for link in links if not (page.parent / link).exists()] == []
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"(?:^ *|`)make ([a-z]+)", text, re.MULTILINE))
    assert [name for name in targets if not re.search(rf"^{name}:", makefile, re.MULTILINE)] == []
    tests = re.findall(r"pytest -q ([^#\n]+)", text)
    assert [name for line in tests for name in line.split() if not (ROOT / name).exists()] == []


def test_every_page_is_listed_and_says_when_it_was_tried() -> None:
    listed = re.findall(r"\(docs/contributing/([\w-]+\.md)\)", PAGES[0].read_text("utf-8"))
    assert sorted(listed) == sorted(page.name for page in PAGES[2:])
    for page in PAGES[2:]:
        assert re.search(r"^Tried on \d{4}-\d\d-\d\d", page.read_text("utf-8"), re.MULTILINE), page.name


def test_names_that_pages_give_in_files_are_there() -> None:
    """A page names functions and tables of files: what it calls them is what they are called."""
    for name, file in (
        ("_charges", "kkd_ledger/agreement/keys/rated.py"),
        ("_quotas", "kkd_ledger/agreement/keys/splits.py"),
        ("Sheet", "kkd_ledger/agreement/sheet/lines.py"),
        ("measured_of", "kkd_ledger/agreement/reckoning/gaps.py"),
        ("_rows", "kkd_ledger/agreement/file/check_dates.py"),
        ("KEYS", "kkd_ledger/agreement/readable/cost_sentences.py"),
        ("_key", "kkd_ledger/agreement/beginning/share_text.py"),
        ("note", "kkd_ledger/rules/engine/rule.py"),
        ("retract", "kkd_ledger/rules/engine/rule.py"),
        ("_SUBJECTS", "docs/generate.py"),
        ("RULES", "kkd_ledger/rules/engine/fold.py"),
        ("FORMS", "tests/bank/test_csv_banks.py"),
        ("test_every_form_is_tried", "tests/bank/test_csv_banks.py"),
        ("_PAGES", "kkd_ledger/web/guard.py"),
        ("book_command", "kkd_ledger/cli/shell/writing.py"),
        ("NOBODY", "tests/audit/test_acts_of_commands.py"),
        ("FENCED", "tests/test_house.py"),
    ):
        assert re.search(rf"^(?:def |class )?{name}\b", (ROOT / file).read_text("utf-8"), re.MULTILINE), name
        assert any(f"`{name}`" in page.read_text("utf-8") for page in PAGES), name


def test_every_key_of_the_agreement_has_a_case_and_is_made_up() -> None:
    keys = set(re.findall(r'"key": \{\s*"const": "([\w-]+)"', json_schema()))
    assert {"per-head", "mixture"} <= keys
    folder = ROOT / "tests" / "agreement"
    files = (*(folder / "cases").glob("*.toml"), *(folder / "real").glob("*.toml"))
    cases = "".join(case.read_text("utf-8") for case in files)
    made_up = "".join((folder / name).read_text("utf-8") for name in ("made_up.py", "test_charges.py"))
    assert [key for key in sorted(keys) if f'key = "{key}"' not in cases or f'"{key}"' not in made_up] == []


def test_hooks_run_what_make_check_runs_and_fetch_nothing() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text("utf-8")
    assert re.findall(r"repo: (\S+)", hooks) == ["local"]
    entries = re.findall(r"entry: (.+)", hooks)
    assert entries
    assert all(entry.startswith(".venv/bin/") for entry in entries)
    check = re.search(r"^check:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert check
    for line in check[1].splitlines():
        assert line.strip("\t@").removesuffix(" .") in entries


@pytest.mark.parametrize(
    "name", ["ISSUE_TEMPLATE/fehler.md", "ISSUE_TEMPLATE/wunsch.md", "PULL_REQUEST_TEMPLATE.md"]
)
def test_templates_lie_where_forges_read_them(name: str) -> None:
    text = (ROOT / ".github" / name).read_text("utf-8")
    assert name.startswith("PULL") or text.startswith("---\nname: ")
    assert "echten Namen" in text or "real names" in text
