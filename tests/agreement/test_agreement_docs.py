"""The documentation of the agreement file: its examples load, and it names every field there is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from kkd_ledger.agreement import claims, json_schema, parse, shares
from kkd_ledger.agreement.sheet.printing import ROUNDING_WORDS
from kkd_ledger.money import ROUNDINGS

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = [DOCS / "agreement.md", DOCS / "vereinbarung.md"]


def blocks(page: Path) -> list[str]:
    return re.findall(r"```toml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_smallest_agreement_loads(page):
    smallest, *_ = blocks(page)
    assert dict(shares(parse(smallest), 2024).amounts) == {"ahaus": 120000}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_all_examples_together_are_one_agreement(page):
    smallest, *examples, subsidy, _ = blocks(page)
    for large, small in (("100.000,00", "1.000,00"), ("60.000,00", "600,00"), ("40.000,00", "400,00")):
        subsidy = subsidy.replace(large, small)
    agreement = parse("\n".join([smallest, *examples, subsidy]))
    assert agreement.bases[0].source == "gv100ad"
    assert shares(agreement, 2024).of("ahaus").amount_cents == 120000 - 60000


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_due_plan_of_the_page_parts_the_smallest_agreement(page):
    smallest, *_, plan = blocks(page)
    [name] = re.findall(r'^id = "(.+)"', plan, re.MULTILINE)
    named = re.sub(r"^(key = .*)$", rf'\1\ndues = "{name}"', smallest, count=1, flags=re.MULTILINE)
    dues = [due for claim in claims(parse(f"{named}\n{plan}"), 2024) for due in claim.dues]
    assert [(f"{due.day:%m-%d}", due.cents) for due in dues] == [
        ("02-15", 30000),
        ("05-15", 30000),
        ("08-15", 30000),
        ("11-30", 30000),
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_field_and_choice_is_named(page):
    text, schema = page.read_text("utf-8"), json.loads(json_schema())
    tables = [schema, *schema["$defs"].values()]
    names = {name for table in tables for name in table.get("properties", {})}
    choices = {
        choice
        for table in tables
        for field in table.get("properties", {}).values()
        for choice in [*field.get("enum", []), *filter(None, [field.get("const")])]
    }
    assert [
        name
        for name in sorted(names | choices)
        if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)
    ] == []


def test_a_rounding_has_one_name_everywhere() -> None:
    schema = json.loads(json_schema())
    assert set(schema["properties"]["rounding"]["enum"]) == ROUNDINGS.keys() == ROUNDING_WORDS.keys()
