"""A grant that is divided by a measure waits until each party that ever reported it has; silence is never zero."""

from __future__ import annotations

import datetime as dt

import pytest

from kkd_ledger.agreement import Unpriced, explain, parse, plan, shares

TWO_TOWNS = """
id = "probe"
title = "Probe"
operator = "kreis"
from = 2024-01-01
known_from = 2024-01-01
members = [
    { id = "kreis", name = "Kreis", kind = "county" },
    { id = "adorf", name = "Adorf", kind = "town", ags = "06999001" },
    { id = "bdorf", name = "Bdorf", kind = "town", ags = "06999002" },
]
due = { month = 3, day = 15 }

[[bases]]
id = "ew"
rule = "renewed"
source = "Amt"
census = 2022
lag_years = 1
month_day = "12-31"
from = 2024-01-01

[[components]]
id = "beitrag"
title = "Beitrag"
clause = "§ 5"
key = "fixed"
from = 2024-01-01
amounts = [{ from = 2024-01-01, amount = "1.200,00" }]

[[subsidies]]
id = "land"
title = "Landesmittel"
clause = "§ 6"
amount = "180,00"
years = [{ year = 2024, amount = "90,00" }, { year = 2025, amount = "90,00" }]
distribution = "by-population"
basis = "ew"
life = [{ status = "granted", on = 2024-02-01 }]
"""
FIRST = """
[[populations]]
source = "Amt"
census = 2022
reference = 2023-12-31
inhabitants = { 06999001 = 100, 06999002 = 200 }
"""
HALF = FIRST.replace("2023-12", "2024-12").replace(", 06999002 = 200", "") + "known_from = 2025-02-01\n"
REST = FIRST.replace("2023-12", "2024-12").replace("06999001 = 100, ", "") + "known_from = 2025-03-01\n"


def test_each_party_has_its_part_of_the_grant() -> None:
    agreed = shares(parse(TWO_TOWNS + FIRST), 2024)
    assert dict(agreed.amounts) == {"adorf": 117000, "bdorf": 114000}


@pytest.mark.parametrize(
    ("figures", "lacking"),
    [
        ("", "die Zahl „Einwohner“ zum 31.12.2024 (Amt; [[populations]]; aus dieser Quelle gibt es keine)"),
        (
            FIRST,
            "die Zahl „Einwohner“ zum 31.12.2024 (Amt; [[populations]]; vorhanden: Stand 31.12.2023)",
        ),
        (
            FIRST + HALF,
            "die Zahl „Einwohner“ zum 31.12.2024 für Bdorf (Amt; [[populations]]; vorhanden: Stand 31.12.2023, "
            "31.12.2024)",
        ),
    ],
)
def test_nobody_pays_before_the_grant_can_be_divided(figures: str, lacking: str) -> None:
    agreement = parse(TWO_TOWNS + figures)
    agreed = shares(agreement, 2025)
    assert [gap.text() for gap in agreed.gaps] == [f"Landesmittel (§ 6): es fehlt {lacking}"]
    assert list(agreed.amounts) == []
    assert list(agreed.unpriced) == ["adorf", "bdorf"]
    with pytest.raises(Unpriced, match="Landesmittel"):
        explain(agreement, "adorf", 2025)


def test_what_was_missing_gives_the_year_its_price() -> None:
    agreement = parse(TWO_TOWNS + FIRST + HALF + REST)
    days = [dt.date(2025, 2, 28), dt.date(2025, 3, 1)]
    assert [dict(shares(agreement, 2025, day).amounts) for day in days] == [
        {},
        {"adorf": 117000, "bdorf": 114000},
    ]


def test_a_grant_behind_one_that_waits_waits_too() -> None:
    second = TWO_TOWNS.partition("[[subsidies]]")[2].replace('"land"', '"bund"').replace("Land", "Bund")
    second = second.replace('"by-population"\nbasis = "ew"', '"equal"')
    agreed = shares(parse(f"{TWO_TOWNS}{FIRST}\n[[subsidies]]{second}"), 2025)
    assert [(gap.title, len(gap.lacks)) for gap in agreed.gaps] == [("Landesmittel", 1), ("Bundesmittel", 1)]


def test_a_grant_that_may_come_and_cannot_be_divided_yet_lowers_nothing_in_a_plan() -> None:
    agreement = parse(TWO_TOWNS.replace('"granted"', '"applied"') + FIRST)
    years = plan(agreement, "adorf", range(2024, 2026))
    assert [(year.amount_cents, year.pending_cents) for year in years] == [(120000, 3000), (120000, 0)]
