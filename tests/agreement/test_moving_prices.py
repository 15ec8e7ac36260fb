"""Prices that move: raised over the stage before, or following an index, as the clause reads."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kkd_ledger.agreement import explain, parse, shares
from kkd_ledger.errors import AgreementRefused
from tests.agreement.test_measures import BASE, FROM, priced, renewed, series
from tests.agreement.writing import toml

INDEX = [{"id": "vpi", "title": "Verbraucherpreisindex"}]


def value(at: str, number: str, **more: Any) -> dict[str, Any]:
    return {"index": "vpi", "at": at, "value": number, "source": "Amt"} | more


def lump(*stages: dict[str, Any], **more: Any) -> dict[str, Any]:
    head = {
        "id": "betrag",
        "title": "Zuschuss",
        "clause": "§ 5",
        "from": FROM,
        "members": ["a"],
        "key": "fixed",
    }
    return BASE | {"components": [head | {"amounts": list(stages)}]} | more


def stage(year: int, **price: Any) -> dict[str, Any]:
    return {"from": dt.date(year, 1, 1)} | price


def paid(data: dict[str, Any], year: int, day: dt.date | None = None) -> int:
    return shares(parse(toml(data)), year, day).amounts["a"]


def test_a_lump_sum_is_raised_and_lowered_to_the_cent():
    """Half up each time, over what the stage before came to: 179,275.00 → 188,238.75 → 183,532.78."""
    data = lump(
        stage(2024, amount="179.275,00"),
        stage(2025, raised_percent="5"),
        stage(2026, raised_percent="-2,5 %"),
    )
    assert [paid(data, year) for year in (2024, 2025, 2026, 2030)] == [17927500, 18823875, 18353278, 18353278]
    assert explain(parse(toml(data)), "a", 2026).steps[0].lines == (
        "179.275,00 EUR × 105 % = 188.238,75 EUR",
        "Festbetrag: 188.238,75 EUR × 97,5 % = 183.532,78125 EUR, kaufmännisch gerundet 183.532,78 EUR",
        "Festbetrag 183.532,78 EUR = 183.532,78 EUR",
    )


def test_a_stage_within_a_year_counts_for_its_days():
    data = lump(stage(2024, amount="366,00"), {"from": dt.date(2024, 7, 1), "raised_percent": "100"})
    assert paid(data, 2024) == 18200 + 36800


def per_head(index: dict[str, Any], *values: dict[str, Any]) -> dict[str, Any]:
    rates = [{"from": FROM, "rate": "0,65", "index": {"of": "vpi", "base": "2020"} | index}]
    counts = [series("ew", dt.date(year, 12, 31), a=1000, b=10, c=1) for year in (2024, 2025, 2026, 2027)]
    data = {
        "weights": counts,
        "bases": [renewed("ew", "Einwohner")],
        "indexes": INDEX,
        "index_values": [*values],
    }
    return BASE | data | {"components": [priced("ew", "0,65") | {"rates": rates}]}


def test_a_rate_follows_the_index_of_the_year_before():
    data = per_head({}, value("2020", "100"), value("2023", "119,3"), value("2024", "122"))
    assert [paid(data, year) for year in (2024, 2025)] == [78000, 79000]
    assert explain(parse(toml(data)), "a", 2024).steps[0].lines == (
        "0,65 EUR × 119,3/100 (Verbraucherpreisindex 2023/2020) = 0,77545 EUR, kaufmännisch gerundet 0,78 EUR",
        "1.000 Einwohner × 0,78 EUR = 780,00 EUR",
    )
    sources = explain(parse(toml(data)), "a", 2024).steps[0].source
    assert "Verbraucherpreisindex 2023: Amt; Verbraucherpreisindex 2020: Amt" in sources


def test_rounding_decimals_month_and_year_of_an_index_are_its_own():
    index = {"base": "2020-07", "year": 0, "rounding": "floor", "decimals": 4}
    data = per_head(index, value("2020-07", "99,8"), value("2024-07", "121,5"))
    assert paid(data, 2024) == 79130  # 0.65 × 121.5 ÷ 99.8 = 0.79133…, down to 0.7913


def test_a_missing_value_leaves_the_year_without_a_price_and_is_named():
    data = per_head({}, value("2020", "100"), value("2023", "119,3"))
    assert paid(data, 2024) == 78000
    [gap] = shares(parse(toml(data)), 2025).gaps
    assert gap.lacks == ("der Wert „Verbraucherpreisindex“ für 2024 ([[index_values]] vpi)",)


def test_a_final_value_takes_the_place_of_a_provisional_one():
    known = dt.date(2024, 5, 1)
    first = value("2023", "116", state="provisional")
    data = per_head({}, value("2020", "100"), first, value("2023", "119,3", state="final", known_from=known))
    assert [paid(data, 2024, day) for day in (FROM, known)] == [75000, 78000]
    assert "Amt (vorläufig)" in explain(parse(toml(data)), "a", 2024, FROM).steps[0].source


def test_a_price_stays_until_the_index_has_moved_beyond_the_threshold():
    values = [value("2020", "100"), value("2023", "104"), value("2024", "106"), value("2025", "111")]
    data = per_head({"threshold": "5"}, *values, value("2026", "111,4"))
    assert [paid(data, year) for year in (2024, 2025, 2026, 2027)] == [65000, 69000, 69000, 72000]
    assert "1 (Verbraucherpreisindex 2023: seit 2020 um 4 % verändert, nicht mehr als 5 %)" in (
        explain(parse(toml(data)), "a", 2024).text()
    )
    assert "106/100 (Verbraucherpreisindex 2024/2020)" in explain(parse(toml(data)), "a", 2026).text()


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(1, 10**6), st.sampled_from([0, 2, 4, 6]))
def test_an_indexed_price_is_the_rate_times_the_quotient_rounded_once(rate, base, now, decimals):
    values = [value("2020", f"{base},5"), value("2023", f"{now},25")]
    data = per_head({"decimals": decimals}, *values)
    data["components"][0]["rates"][0]["rate"] = f"{rate // 10**4},{rate % 10**4:04}"
    exact = Fraction(rate, 10**4) * (now + Fraction(1, 4)) / (base + Fraction(1, 2))
    steps = (2 * exact * 10**decimals + 1) // 2
    assert Fraction(paid(data, 2024), 100) == (
        2 * Fraction(steps, 10**decimals) * 1000 * 100 + 1
    ) // 2 / Fraction(100)


def refused(data: dict[str, Any]) -> list[tuple[str, str, str]]:
    with pytest.raises(AgreementRefused) as refusal:
        parse(toml(data))
    return [(one.place.partition(", ")[2], one.actual, one.allowed) for one in refusal.value.problems]


def test_all_slips_of_moving_prices_are_told_at_once():
    data = lump(
        stage(2024, raised_percent="5"),
        stage(2025),
        stage(2026, amount="1,00", raised_percent="5"),
        stage(2027, amount="1,00", index={"of": "vpii", "base": "2020"}),
        stage(2028, raised_percent="5"),
        stage(2029, amount="1,00", index={"of": "vpi", "base": "2021"}),
        indexes=INDEX,
        index_values=[value("2020", "100"), value("2020", "101")],
    )
    found = refused(data)
    assert [(place.removeprefix("components[1] (betrag).amounts"), actual) for place, actual, _ in found] == [
        ("index_values[2]", "derselbe Eintrag ein zweites Mal"),
        ("[1].raised_percent", "keine Stufe davor"),
        ("[2]", "weder amount noch raised_percent"),
        ("[3]", "amount und raised_percent"),
        ("[4].index.of", "'vpii' ist unbekannt"),
        ("[5].raised_percent", "die Stufe davor folgt einem Index"),
        ("[6].index.base", "'vpi' hat für 2021 keinen Wert"),
    ]
    assert found[-1][2] == 'ein Wert in [[index_values]] mit at = "2021"; vorhanden: 2020'


@pytest.mark.parametrize(
    ("wrong", "actual"),
    [
        ({"raised_percent": 5}, "5 ist kein Text"),
        ({"raised_percent": "-100"}, "'-100' Prozent sind zu viel"),
        ({"raised_percent": "viel"}, "'viel' ist keine Zahl ab 0"),
        ({"amount": "1,00", "index": {"of": "vpi", "base": "Juli"}}, "'Juli'"),
        ({"amount": "1,00", "index": {"of": "vpi", "base": "2020-13"}}, "'2020-13'"),
        ({"amount": "1,00", "index": {"of": "vpi", "base": "2020", "year": 1}}, "1"),
    ],
)
def test_a_slip_in_a_stage_is_refused(wrong, actual):
    assert actual in [found[1] for found in refused(lump(stage(2024, **wrong), indexes=INDEX))]
