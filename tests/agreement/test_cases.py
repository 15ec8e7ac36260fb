"""Each agreement in `cases/` is reckoned by hand in its comment; the lines `#= YEAR [@DAY] MEMBER AMOUNT` must hold.

The lines of a year (and state of knowledge) are all its shares, in the order of the agreement; a line without a
member says that nobody has a share.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from pathlib import Path

import pytest

from kkd_ledger.agreement import explain, load, shares

CASES = sorted(Path(__file__).with_name("cases").glob("*.toml"))
LINE = re.compile(r"#= (\d{4})(?: @(\d{4}-\d{2}-\d{2}))?(?: ([a-z-]+) ([0-9.]+),([0-9]{2}))?")


def expected(case: Path) -> dict[tuple[int, dt.date | None], dict[str, int]]:
    found: dict[tuple[int, dt.date | None], dict[str, int]] = defaultdict(dict)
    for line in case.read_text("utf-8").splitlines():
        if line.startswith("#="):
            year, day, member, euros, cents = LINE.fullmatch(line).groups()
            row = found[int(year), dt.date.fromisoformat(day) if day else None]
            if member:
                row[member] = int(euros.replace(".", "")) * 100 + int(cents)
    return found


def test_there_are_enough_cases():
    assert len(CASES) >= 12


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_case(case):
    agreement, lines = load(case), expected(case)
    assert lines, "a case without expectations proves nothing"
    for (year, as_of), row in lines.items():
        found = shares(agreement, year, as_of)
        assert {one.member: one.amount_cents for one in found.members} == row, (year, as_of)
        assert found.total_cents == sum(row.values())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_every_share_of_a_case_explains_itself(case):
    agreement = load(case)
    for (year, as_of), row in expected(case).items():
        for member, cents in row.items():
            derivation = explain(agreement, member, year, as_of)
            assert derivation.amount_cents == cents
            assert sum(step.amount_cents for step in derivation.steps) == cents
