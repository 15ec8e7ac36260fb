"""Derivations at the border of a size class, a bound, a month: the words say what was reckoned."""

from __future__ import annotations

from pathlib import Path

import pytest

from kkd_ledger.agreement import explain, parse

BASE = Path(__file__).with_name("probe.toml").read_text("utf-8")
FIXED = '[[components]]\nid = "fest"\ntitle = "Fest"\nclause = "§ 1"\nkey = "fixed"\nfrom = 2023-01-01\n'
TIERS = FIXED.replace('"fixed"', '"tiers"\nbasis = "ew"')
AMOUNT = "amounts = [{ from = 2023-01-01, amount = '1.200,00' }]\n"
WHOLE = "scales = [{ from = 2023-01-01, tiers = [{ up_to = 1000, rate = '0,50' }, { amount = '9,00' }] }]\n"
SLABS = "[{ up_to = 1000, rate = '0,50' }, { rate = '0,10' }]"
MARGINAL = f"scales = [{{ from = 2023-01-01, mode = 'marginal', tiers = {SLABS} }}]\n"


def words(text: str, member: str = "ahaus", year: int = 2023) -> str:
    """Return the derivation of the last component."""
    return explain(parse(text), member, year).steps[-1].text


@pytest.mark.parametrize(
    ("inhabitants", "text"),
    [
        (0, "0 Einwohner, Größenklasse bis 1.000: 0 × 0,50 EUR = 0,00 EUR"),
        (999, "999 Einwohner, Größenklasse bis 1.000: 999 × 0,50 EUR = 499,50 EUR"),
        (1000, "1.000 Einwohner, Größenklasse bis 1.000: 1.000 × 0,50 EUR = 500,00 EUR"),
        (1001, "1.001 Einwohner, höchste Größenklasse: 9,00 EUR = 9,00 EUR"),
    ],
)
def test_the_class_of_a_size(inhabitants: int, text: str) -> None:
    assert (
        words(BASE.replace("06999001 = 1000", f"06999001 = {inhabitants}") + TIERS + WHOLE)
        == f"Fest (§ 1): {text}"
    )


@pytest.mark.parametrize(
    ("inhabitants", "text"),
    [
        (0, "0 Einwohner nach Stufen (0,00 EUR) = 0,00 EUR"),
        (1000, "1.000 Einwohner nach Stufen (1.000 × 0,50 EUR) = 500,00 EUR"),
        (1001, "1.001 Einwohner nach Stufen (1.000 × 0,50 EUR + 1 × 0,10 EUR) = 500,10 EUR"),
    ],
)
def test_slabs(inhabitants: int, text: str) -> None:
    text_of = BASE.replace("06999001 = 1000", f"06999001 = {inhabitants}") + TIERS + MARGINAL
    assert words(text_of) == f"Fest (§ 1): {text}"


def test_a_part_of_a_month_costs_nothing_by_months() -> None:
    late = BASE.replace('operator = "kreis"', 'operator = "kreis"\nproration = "month"')
    late = late.replace('ags = "06999002"', 'ags = "06999002"\njoined = 2023-12-02')
    assert words(late + FIXED + AMOUNT, "bdorf") == "Fest (§ 1): 0,00 EUR = 0,00 EUR"
    assert words(late.replace("2023-12-02", "2023-12-01") + FIXED + AMOUNT, "bdorf") == (
        "Fest (§ 1): Festbetrag 1.200,00 EUR × 1/12 Monate = 100,00 EUR"
    )


@pytest.mark.parametrize(
    ("bound", "text"),
    [
        ("maximum = '0,00'", "Festbetrag 1.200,00 EUR = 1.200,00 EUR, höchstens 0,00 EUR = 0,00 EUR"),
        ("maximum = '1.200,00'", "Festbetrag 1.200,00 EUR = 1.200,00 EUR"),
        ("minimum = '1.200,00'", "Festbetrag 1.200,00 EUR = 1.200,00 EUR"),
        (
            "minimum = '1.200,01'",
            "Festbetrag 1.200,00 EUR = 1.200,00 EUR, mindestens 1.200,01 EUR = 1.200,01 EUR",
        ),
    ],
)
def test_bounds(bound: str, text: str) -> None:
    assert words(f"{BASE}{FIXED}{bound}\n{AMOUNT}") == f"Fest (§ 1): {text}"


def test_the_remainder_of_the_operator_is_a_component() -> None:
    rest = FIXED + 'members = ["kreis", "ahaus"]\nremainder = "operator"\n' + AMOUNT
    rest += 'totals = [{ year = 2023, amount = "2.000,00" }]\n'
    [step] = explain(parse(BASE + rest), "kreis", 2023).steps
    assert (step.kind, step.id, step.clause, step.source, step.amount_cents) == (
        "component",
        "fest",
        "§ 1",
        "",
        80000,
    )
    assert step.text == (
        "Fest (§ 1): Kosten 2.000,00 EUR − Anteile der anderen Beteiligten 1.200,00 EUR = 800,00 EUR"
    )
