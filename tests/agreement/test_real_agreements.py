"""Agreements as real bodies made them, each with a worked example: `real/NUMBER.toml`, invented figures, real rules.

The head of a case says what its paper says. `#: FIGURES` lists every figure of the paper: the file may contain no
other one, so that nothing was reckoned outside. `#= YEAR [@DAY] MEMBER AMOUNT` are whole shares (all of a year),
`#~ YEAR COMPONENT MEMBER AMOUNT` what one component adds, `#! YEAR MEMBER DAY AMOUNT KIND` all that a
party owes for a year, by its days.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kkd_ledger.agreement import claims, explain, load, shares

CASES = sorted(Path(__file__).with_name("real").glob("*.toml"))
AMOUNT = r"(-?[0-9.]+,[0-9]{2})"
SHARE = re.compile(rf"#= (\d{{4}})(?: @(\d{{4}}-\d{{2}}-\d{{2}}))?(?: ([a-z-]+) {AMOUNT})?")
DUE = re.compile(rf"#! (\d{{4}}) ([a-z-]+) (\d{{4}}-\d{{2}}-\d{{2}}) {AMOUNT} ([a-z]+)")
PART = re.compile(rf"#~ (\d{{4}}) ([a-z-]+) ([a-z-]+) {AMOUNT}")
# Numbers of these fields are days, years and places, not figures of the paper.
NO_FIGURES = frozenset(
    {
        *(
            "year",
            "census",
            "lag_years",
            "month",
            "day",
            "month_day",
            "days",
            "begins",
            "once",
            "base",
            "every",
        ),
        *(
            "last",
            "lowest",
            "decimals",
            "rate_decimals",
            "after_days",
            "id",
            "name",
            "title",
            "clause",
            "source",
        ),
    }
)


def cents(text: str) -> int:
    return int(Decimal(text.replace(".", "").replace(",", ".")) * 100)


def number(text: str) -> Decimal | None:
    """Return what a German number, a percentage or a fraction comes to; None for any other text."""
    bare = text.strip().removesuffix("%").strip()
    if fraction := re.fullmatch(r"(\d+)/(\d+)", bare):
        return Decimal(fraction[1]) / Decimal(fraction[2])
    if not re.fullmatch(r"-?\d+(\.\d{3})*(,\d+)?|-?\d+\.\d+", bare):
        return None
    german = "," in bare or re.fullmatch(r"-?\d{1,3}(\.\d{3})+", bare)
    return Decimal(bare.replace(".", "").replace(",", ".")) if german else Decimal(bare)


def figures(node: Any, field: str = "") -> Iterator[Decimal]:
    """Yield every figure of a parsed agreement."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key not in NO_FIGURES:
                yield from figures(value, key)
    elif isinstance(node, list):
        for item in node:
            yield from figures(item, field)
    elif isinstance(node, int | Decimal) and not isinstance(node, bool):
        yield abs(Decimal(node))
    elif isinstance(node, str) and (value := number(node)) is not None:
        yield abs(value)


def rows(case: Path, form: re.Pattern[str]) -> list[tuple[str, ...]]:
    lines = [line for line in case.read_text("utf-8").splitlines() if line.startswith(form.pattern[:2])]
    return [form.fullmatch(line).groups() for line in lines]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_the_shares_are_those_of_the_paper(case):
    agreement = load(case)
    expected: dict[tuple[int, dt.date | None], dict[str, int]] = defaultdict(dict)
    for year, day, member, amount in rows(case, SHARE):
        row = expected[int(year), dt.date.fromisoformat(day) if day else None]
        if member:
            row[member] = cents(amount)
    assert expected, "a case without expectations proves nothing"
    for (year, as_of), row in expected.items():
        known = shares(agreement, year, as_of)
        assert {share.member: share.amount_cents for share in known.members if share.amount_cents} == row
        assert known.total_cents == sum(row.values())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_the_parts_are_those_of_the_paper(case):
    agreement = load(case)
    for year, component, member, amount in rows(case, PART):
        column = shares(agreement, int(year)).components[component]
        assert column.get(member, 0) == cents(amount), (component, member)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_the_dues_are_those_of_the_paper(case):
    agreement = load(case)
    expected: dict[tuple[int, str], list[tuple[str, int, str]]] = defaultdict(list)
    for year, member, day, amount, kind in rows(case, DUE):
        expected[int(year), member].append((day, cents(amount), kind))
    for (year, member), dues in expected.items():
        owed = [claim for claim in claims(agreement, year) if claim.member == member]
        assert [
            (due.day.isoformat(), due.cents, str(claim.kind)) for claim in owed for due in claim.dues
        ] == dues


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_every_share_explains_itself(case):
    agreement = load(case)
    for year, day, member, amount in rows(case, SHARE):
        if member:
            derivation = explain(agreement, member, int(year), dt.date.fromisoformat(day) if day else None)
            assert (
                sum(step.amount_cents for step in derivation.steps)
                == derivation.amount_cents
                == cents(amount)
            )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_nothing_was_reckoned_outside(case):
    text = case.read_text("utf-8")
    [listed] = re.findall(r"^#: FIGURES (.+)$", text, re.MULTILINE)
    paper = {abs(number(word)) for word in listed.split()} | {Decimal(0)}
    assert {*figures(tomllib.loads(text, parse_float=Decimal))} <= paper


def test_a_figure_that_is_not_in_the_paper_is_seen():
    assert {*figures({"amounts": [{"amount": "1.234,50", "year": 2024}]})} == {Decimal("1234.5")}
    assert {*figures({"values": {"a": 12, "b": Decimal("61.25"), "c": "1/4"}})} == {
        Decimal(12),
        Decimal("61.25"),
        Decimal("0.25"),
    }
