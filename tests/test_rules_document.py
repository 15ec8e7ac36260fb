"""What docs/generate.py writes is current, and every finding can be found in the catalogue."""

import importlib.util
import re
from pathlib import Path
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


@pytest.mark.parametrize("name", ["rules.md", "agreement.schema.json", "invoices.md"])
def test_the_committed_file_is_current(generate: ModuleType, name: str) -> None:
    committed = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert committed == generate.GENERATED[name](), f"docs/{name} is out of date: run `make docs`"


def test_no_generated_file_is_left_out(generate: ModuleType) -> None:
    assert sorted(generate.GENERATED) == ["agreement.schema.json", "invoices.md", "rules.md"]


def test_a_page_becomes_html_that_leads_to_its_neighbours(generate: ModuleType, tmp_path: Path) -> None:
    page = tmp_path / "how-to" / "it.md"
    page.parent.mkdir()
    page.write_text("# A & B\n\n[c](c.md#d-e) [d](https://example.org/x.md)\n\n| x |\n|---|\n| < |\n")
    generate.render(page, tmp_path, tmp_path / "out")
    html = (tmp_path / "out" / "how-to" / "it.html").read_text("utf-8")
    assert '<html lang="de">' in html
    assert "<title>A &amp; B</title>" in html
    assert '<h1 id="a--b">' in html
    assert 'href="c.html#d-e"' in html
    assert 'href="https://example.org/x.md"' in html
    assert "<td>&lt;</td>" in html


def test_every_finding_stands_in_it_once_with_its_advice_and_its_example(generate: ModuleType) -> None:
    text = generate.catalogue()
    for kind in CATALOGUE:
        assert text.count(f"\n### {kind.code} {kind.title}\n") == 1
        section = text.split(f"\n### {kind.code} ")[1].split("\n### ")[0]
        assert kind.remedy in section
        if (generate.SAMPLES / kind.code).is_dir():
            assert "\n> " in section, f"{kind.code} has no example"


def test_every_code_that_a_command_can_print_stands_in_it() -> None:
    """Of the books and of e-invoices; a row of the table may name several."""
    house = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "kkd_ledger").rglob("*.py"))
    printed = set(re.findall(r"KKD-([A-Z]\d\d)\b", house))
    assert {"A01", "S05", "E01", "E19"} <= printed
    told = set(re.findall(r"\b[A-Z]\d\d\b", (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")))
    assert sorted(printed - told) == []
