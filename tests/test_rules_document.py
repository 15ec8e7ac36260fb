"""docs/rules.md is the catalogue as the rules are now, and every finding can be found in it."""

import importlib.util
import re
from types import ModuleType

import pytest

from kkd_ledger.rules.engine.check import CATALOGUE
from tests.samples import ROOT


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_committed_catalogue_is_current(generate: ModuleType) -> None:
    committed = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert committed == generate.text(), "docs/rules.md is out of date: run `python docs/generate.py`"


def test_every_finding_stands_in_it_once_with_its_advice_and_its_example(generate: ModuleType) -> None:
    text = generate.text()
    for kind in CATALOGUE:
        assert text.count(f"\n### {kind.code} {kind.title}\n") == 1
        section = text.split(f"\n### {kind.code} ")[1].split("\n### ")[0]
        assert kind.advice in section
        if (generate.SAMPLES / kind.code).is_dir():
            assert "\n> " in section, f"{kind.code} has no example"


def test_every_code_that_a_command_can_print_stands_in_it() -> None:
    """Of the books and of e-invoices; a row of the table may name several."""
    house = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "kkd_ledger").rglob("*.py"))
    printed = set(re.findall(r"KKD-([A-Z]\d\d)\b", house))
    assert {"A01", "S05", "E01", "E19"} <= printed
    told = set(re.findall(r"\b[A-Z]\d\d\b", (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")))
    assert sorted(printed - told) == []
