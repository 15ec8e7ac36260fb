"""Laws of derived measures, against a reckoning of their own in fractions that shares no code with the library."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kkd_ledger.agreement import parse, shares
from tests.agreement.test_measures import BASE, MEMBERS, derived, renewed, series, split
from tests.agreement.writing import toml

IDS = ("a", "b", "c")
YEARS = range(2019, 2025)
LAWS = settings(max_examples=60)
numbers = st.integers(1, 10**6).map(lambda cents: Fraction(cents, 100))
tables = st.fixed_dictionaries({year: st.fixed_dictionaries(dict.fromkeys(IDS, numbers)) for year in YEARS})


def typed(number: Fraction) -> str:
    whole, rest = divmod(int(number * 100), 100)
    return f"{whole},{rest:02}"


def parted(total_cents: int, weights: dict[str, Fraction]) -> dict[str, int]:
    """Whole cents of the exact parts, those left over to the largest remainders, equal ones by id."""
    exact = {id_: Fraction(total_cents) * weight / sum(weights.values()) for id_, weight in weights.items()}
    cents = {id_: part.numerator // part.denominator for id_, part in exact.items()}
    line = sorted(exact, key=lambda id_: (cents[id_] - exact[id_], id_))
    for id_ in line[: total_cents - sum(cents.values())]:
        cents[id_] += 1
    return cents


def agreed(table: dict[int, dict[str, Fraction]], *measures: dict[str, Any], basis: str, **more: Any) -> Any:
    rows = [
        series("x", dt.date(year, 12, 31), **{id_: typed(table[year][id_]) for id_ in IDS}) for year in YEARS
    ]
    data = BASE | {"weights": rows, "bases": [renewed("x", "X")], "measures": list(measures)}
    return parse(toml(data | {"components": [split(basis, "1.000,01")]} | more))


@st.composite
def ways(draw: st.DrawFn) -> tuple[dict[str, Any], Any]:
    """A way to make a measure of `x`, and what it comes to for a member by the table of all years."""
    kind = draw(st.sampled_from(["mean", "sum", "least", "factor", "unless"]))
    if kind == "mean":
        last = draw(st.integers(2, 6))
        return {
            "mean": {"of": "x", "last": last}
        }, lambda table, id_: sum(table[2025 - turn][id_] for turn in range(1, last + 1)) / last
    if kind == "sum":
        per, times = draw(st.integers(1, 900)), draw(st.integers(1, 900))
        way = {"sum": [{"of": "x", "per": str(per)}, {"of": "x", "times": str(times)}]}
        return way, lambda table, id_: table[2024][id_] / per + table[2024][id_] * times
    if kind == "least":
        floor = draw(numbers)
        return {"least": {"of": "x", "floor": typed(floor)}}, lambda table, id_: max(table[2024][id_], floor)
    if kind == "factor":
        one, rest = draw(numbers), draw(numbers)
        way = {"factor": {"of": "x", "by": {"a": typed(one)}, "otherwise": typed(rest)}}
        return way, lambda table, id_: table[2024][id_] * (one if id_ == "a" else rest)
    return {"unless": {"of": "x", "actual": "x", "points": "3"}}, lambda table, id_: table[2024][id_]


@LAWS
@given(tables, ways(), st.none() | st.integers(0, 4))
def test_a_derived_measure_is_what_fractions_say(table, way, decimals):
    made, reckon = way
    rounding = {} if decimals is None else {"decimals": decimals}
    weights = {id_: Fraction(reckon(table, id_)) for id_ in IDS}
    if decimals is not None:
        weights = {
            id_: Fraction((2 * weight * 10**decimals + 1) // 2, 10**decimals)
            for id_, weight in weights.items()
        }
    if not all(weights.values()):
        return
    agreement = agreed(table, derived("m", "M", **made, **rounding), basis="m")
    assert dict(shares(agreement, 2024).amounts) == parted(100001, weights)


@LAWS
@given(st.fixed_dictionaries(dict.fromkeys(IDS, numbers)), st.integers(2, 6))
def test_the_mean_of_equal_figures_is_the_figure(figures, last):
    table = dict.fromkeys(YEARS, figures)
    mean = agreed(table, derived("m", "M", mean={"of": "x", "last": last}), basis="m")
    assert dict(shares(mean, 2024).amounts) == dict(shares(agreed(table, basis="x"), 2024).amounts)


@LAWS
@given(tables, ways(), st.permutations(MEMBERS))
def test_the_order_of_the_members_does_not_matter(table, way, members):
    measure = derived("m", "M", **way[0])
    amounts = dict(shares(agreed(table, measure, basis="m"), 2024).amounts)
    assert dict(shares(agreed(table, measure, basis="m", members=members), 2024).amounts) == amounts


@LAWS
@given(tables, st.integers(-50, 50), st.integers(-50, 50))
def test_points_shift_the_parts_of_the_whole_and_nothing_else(table, one, two):
    points = {"a": Fraction(one, 10), "b": Fraction(two, 10), "c": Fraction(-one - two, 10)}
    whole = sum(table[2024].values())
    percents = {id_: table[2024][id_] / whole * 100 + points[id_] for id_ in IDS}
    if min(percents.values()) < 0:
        return
    written = {id_: f"{'-' if point < 0 else ''}{typed(abs(point))}" for id_, point in points.items()}
    agreement = agreed(table, derived("m", "M", shift={"of": "x", "points": written}), basis="m")
    assert sum(percents.values()) == 100
    assert dict(shares(agreement, 2024).amounts) == parted(100001, percents)


@LAWS
@given(tables, ways(), st.dates(dt.date(2024, 1, 1), dt.date(2026, 1, 1)), st.sampled_from(IDS), numbers)
def test_what_is_known_later_changes_nothing_earlier(table, way, known, member, number):
    measure = derived("m", "M", **way[0])
    later = series("x", dt.date(2024, 12, 31), **{member: typed(number)})
    later |= {"state": "corrected", "known_from": known}
    rows = [
        series("x", dt.date(year, 12, 31), **{id_: typed(table[year][id_]) for id_ in IDS}) for year in YEARS
    ]
    before = agreed(table, measure, basis="m")
    after = agreed(table, measure, basis="m", weights=[*rows, later])
    day = known - dt.timedelta(days=1)
    assert dict(shares(after, 2024, day).amounts) == dict(shares(before, 2024, day).amounts)
