"""The sheet: what it carries is reckoned again by a second evaluator; equal lines are one; what lacks has no value."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kkd_ledger.agreement import load, parse, shares
from kkd_ledger.agreement.facts.by_member import ByMember
from kkd_ledger.agreement.sheet.lines import CENT, Label, Ranks, Sheet
from kkd_ledger.agreement.sheet.printing import SheetReading
from kkd_ledger.agreement.sheet.written import written
from kkd_ledger.errors import AgreementRefused
from tests.agreement.made_up import YEARS, agreements
from tests.agreement.sheet_again import evaluated
from tests.agreement.writing import toml

SLOW = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
CASES = sorted(Path(__file__).with_name("cases").glob("*.toml"))


def agrees_with_the_second_evaluator(agreement, year):
    terms, found = agreement.terms(), shares(agreement, year)
    data = json.loads(json.dumps(written(terms.sheet, found.lines)))
    for name, value in evaluated(data).items():
        assert value == {m: Fraction(v) for m, v in found.lines[name].column.items()}, name


@SLOW
@given(agreements(), st.sampled_from(YEARS))
def test_a_written_sheet_is_reckoned_again_to_the_same_cents(data, year):
    try:
        agreement = parse(toml(data))
    except AgreementRefused:
        assume(False)
    agrees_with_the_second_evaluator(agreement, year)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_every_case_is_reckoned_again(case):
    for year in (2023, 2024, 2025):
        agrees_with_the_second_evaluator(load(case), year)


def sheet() -> Sheet:
    return Sheet(Ranks({"a": 0, "b": 1, "c": 2}), "id")


def column(*figures: int, factor: Fraction = Fraction(1)) -> ByMember:
    return ByMember(("a", "b", "c")[: len(figures)], figures, factor)


def test_equal_lines_are_one_line():
    page, units = sheet(), column(1, 2, 3)
    again = [page.times(page.figure(units), page.figure(Fraction(1, 2))) for _ in range(2)]
    assert again[0] is again[1]
    assert page.times(page.figure(column(1, 2, 3)), page.figure(Fraction(1, 2))) is not again[0]
    assert page.round(again[0], "half-up") is not page.round(again[0], "half-up", label=Label(unit="EUR"))


def test_what_lacks_a_figure_has_no_value_and_says_which():
    page = sheet()
    lacking = page.add(page.figure(column(1, 2)), page.times(page.missing("die Zahl"), page.figure(2)))
    assert lacking.value is None
    assert page.round(lacking, "half-up").lacks() == ["die Zahl"]


def test_operations():
    page = sheet()
    units, few = page.figure(column(1, 2, 4)), page.figure(ByMember(("b", "d"), [10, 20]))
    assert dict(page.add(units, few, page.figure(1)).column) == {"a": 2, "b": 13, "c": 5, "d": 21}
    assert dict(page.take_off(units, few).column) == {"a": 1, "b": -8, "c": 4, "d": -20}
    assert dict(page.times(units, few).column) == {"b": 20}
    assert dict(page.divide(units, page.total(units)).column)["c"] == Fraction(4, 7)
    assert dict(page.divide(units, few).column) == {"b": Fraction(1, 5), "d": 0}
    assert dict(page.least(units, page.figure(Fraction(5, 2))).column) == {
        "a": 1,
        "b": 2,
        "c": Fraction(5, 2),
    }
    assert dict(page.greatest(units, few).column) == {"a": 1, "b": 10, "c": 4}
    assert dict(
        page.mean(units, page.figure(column(3, 3, 3)), page.figure(column(9, 0, 5)), lowest=2).column
    ) == {
        "a": 2,
        "b": 1,
        "c": Fraction(7, 2),
    }
    assert dict(page.pick(units, [(1, Fraction(5)), (2, None), (None, Fraction(7))]).column) == {
        "a": 5,
        "c": 7,
    }
    thirds = page.divide(page.figure(column(100, 100, 100)), page.figure(3))
    assert dict(page.apportion(thirds, Fraction(1)).column) == {"a": 34, "b": 33, "c": 33}
    assert dict(page.round(page.divide(units, page.figure(3)), "ceil", Fraction(1, 10)).column)[
        "a"
    ] == Fraction(2, 5)
    with pytest.raises(ValueError, match="zusammen null"):
        page.divide(units, page.figure(0))


@given(
    st.lists(st.integers(0, 10**6), min_size=1, max_size=3),
    st.integers(1, 9),
    st.sampled_from(["id", "largest"]),
)
def test_a_credit_is_the_mirror_of_a_charge(figures, divisor, ties):
    page = Sheet(Ranks({"a": 0, "b": 1, "c": 2}), ties)
    exact = page.divide(page.figure(column(*figures)), page.figure(divisor))
    mirrored = page.times(exact, page.figure(-1))
    charge, credit = page.apportion(exact), page.apportion(mirrored)
    assert {member: -cents for member, cents in credit.cents.items()} == dict(charge.cents)
    assert abs(sum(charge.column.values()) - sum(exact.column.values())) < CENT


def test_a_line_of_its_own_is_told_before_the_one_that_uses_it():
    page = sheet()
    money = Label(unit="EUR")
    pot = page.take_off(
        page.figure(100, Label(title="Ausgaben", unit="EUR")),
        page.figure(41, Label(title="Einnahmen", unit="EUR")),
        label=Label(title="Defizit", unit="EUR", own=True),
    )
    ratio = page.divide(page.figure(column(1, 2)), page.figure(3), Label(unit="(Köpfe)"))
    share = page.apportion(page.times(pot, ratio), label=money)
    assert SheetReading("b").sentences(share) == [
        "Defizit: Ausgaben 100,00 EUR − Einnahmen 41,00 EUR = 59,00 EUR",
        "Defizit 59,00 EUR × 2/3 (Köpfe) = 39,333333… EUR, abgerundet auf 39,33 EUR (größter Rest)",
    ]


def test_a_sum_that_is_taken_off_stands_in_brackets():
    page, money = sheet(), Label(unit="EUR")
    named = [
        page.figure(cost, Label(title=title, unit="EUR")) for title, cost in (("A", 100), ("B", 10), ("C", 5))
    ]
    rest = page.take_off(named[0], page.add(*named[1:]), label=money)
    assert SheetReading("a").sentences(rest) == [
        "A 100,00 EUR − (B 10,00 EUR + C 5,00 EUR) = 85,00 EUR",
    ]
    both = page.take_off(page.add(*named[1:]), named[0], label=money)
    assert SheetReading("a").sentences(both) == [
        "B 10,00 EUR + C 5,00 EUR − A 100,00 EUR = -85,00 EUR",
    ]
    more = page.add(named[0], page.add(*named[1:]), label=money)
    assert SheetReading("a").sentences(more) == ["A 100,00 EUR + B 10,00 EUR + C 5,00 EUR = 115,00 EUR"]


def test_what_decides_odd_cents_leads_to_no_amount():
    page = sheet()
    exact = page.figure(column(1, 2, 3, factor=Fraction(1, 300)))
    debts = page.figure(column(0, 1, 0, factor=Fraction(1, 700)))
    assert [line.op for line in SheetReading("b").leading(page.apportion(exact, debts=debts))] == [
        "figure",
        "apportion",
    ]
