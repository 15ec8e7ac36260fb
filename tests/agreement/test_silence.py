"""Silence is never zero: with any figure of a real agreement missing, nobody pays another amount than before.

The year is refused, it has no price, or another version of the same figure (planned, reported earlier) stands in.
"""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kkd_ledger.agreement import Agreement, parse, shares
from kkd_ledger.errors import AgreementRefused
from tests.agreement.writing import toml

CASES = sorted(Path(__file__).with_name("real").glob("*.toml"))
Data = dict[str, Any]


def without_a_figure(data: Data) -> Iterator[tuple[str, Data]]:
    """Yield the agreement with one figure less, each in turn, that no other version of it replaces.

    Of an estimate that stays until what was counted is known (`unless`), the count may be missing: the clause says so.
    """
    counts = {measure["unless"]["actual"] for measure in data.get("measures", ()) if "unless" in measure}
    for name, key in (("figures", ("id", "year")), ("index_values", ("index", "at"))):
        rows = data.get(name, [])
        for row in rows:
            mark = [row.get(part) for part in key]
            others = [other for other in rows if [other.get(part) for part in key] != mark]
            yield f"{name} {mark}", data | {name: others}
    for place, component in enumerate(data["components"]):
        for total in component.get("totals", ()):
            less = copy.deepcopy(data)
            kept = [other for other in component["totals"] if other["year"] != total["year"]]
            less["components"][place]["totals"] = kept
            yield f"{component['id']} {total['year']}", less
    for name, column in (("weights", "values"), ("populations", "inhabitants")):
        for row in (row for row in data.get(name, ()) if row.get("name") not in counts):
            for member in row[column]:
                less = copy.deepcopy(data)
                for other in less[name]:
                    if all(other.get(part) == row.get(part) for part in ("name", "source", "reference")):
                        other[column].pop(member, None)
                yield f"{name} {row['reference']} {member}", less


def priced(agreement: Agreement) -> dict[tuple[int, str], int]:
    """Every amount of every year that the file speaks of."""
    last = min(agreement.last_year, agreement.first_year + 12)
    years = range(agreement.first_year, last + 1)
    return {
        (year, member): cents for year in years for member, cents in shares(agreement, year).amounts.items()
    }


@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_nobody_pays_another_amount_because_a_figure_is_missing(path: Path) -> None:
    data = tomllib.loads(path.read_text("utf-8"), parse_float=str)
    whole = priced(parse(toml(data)))
    for what, less in without_a_figure(data):
        try:
            left = priced(parse(toml(less)))
        except AgreementRefused:
            continue
        assert left.items() <= whole.items(), what
