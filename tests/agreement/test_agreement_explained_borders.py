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
        (0, "0 Einwohner × 0,50 EUR (Größenklasse bis 1.000) = 0,00 EUR"),
        (999, "999 Einwohner × 0,50 EUR (Größenklasse bis 1.000) = 499,50 EUR"),
        (1000, "1.000 Einwohner × 0,50 EUR (Größenklasse bis 1.000) = 500,00 EUR"),
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
        (0, "0 Einwohner × 0,50 EUR = 0,00 EUR"),
        (1000, "1.000 Einwohner × 0,50 EUR = 500,00 EUR"),
        (1001, "1.000 Einwohner × 0,50 EUR + 1 Einwohner × 0,10 EUR = 500,10 EUR"),
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


@pytest.mark.parametrize(
    ("bounds", "member", "text"),
    [
        # 90,00 by 1,000 : 500 are 60,00 and 30,00; the other bears what the bound moves
        ("maximum = '50,00'\n", "ahaus", "60,00 EUR, mit höchstens 50,00 EUR je Beteiligte = 50,00 EUR"),
        (
            "maximum = '50,00'\n",
            "bdorf",
            "30,00 EUR, mit höchstens 50,00 EUR je Beteiligte; die Differenz tragen die anderen nach dem Schlüssel"
            " = 40,00 EUR",
        ),
        ("minimum = '40,00'\n", "bdorf", "30,00 EUR, mit mindestens 40,00 EUR je Beteiligte = 40,00 EUR"),
        (
            "minimum = '35,00'\nmaximum = '70,00'\n",
            "bdorf",
            "30,00 EUR, mit mindestens 35,00 EUR und höchstens 70,00 EUR je Beteiligte = 35,00 EUR",
        ),
        ("minimum = '20,00'\nmaximum = '70,00'\n", "bdorf", "30,00 EUR"),
    ],
)
def test_bounds_in_a_split(bounds: str, member: str, text: str) -> None:
    split = (
        FIXED.replace('"fixed"', '"proportional"\nremainder = "others"\nbasis = "ew"')
        + "totals = [{ year = 2023, amount = '90,00' }]\n"
    )
    mine = "1.000" if member == "ahaus" else "500"
    assert (
        words(BASE + split + bounds, member) == f"Fest (§ 1): 90,00 EUR × {mine}/1.500 (Einwohner) = {text}"
    )


@pytest.mark.parametrize(
    ("bounds", "member", "text"),
    [
        ("maximum = '50,00'\n", "ahaus", "60,00 EUR, mit höchstens 50,00 EUR je Beteiligte = 50,00 EUR"),
        ("maximum = '50,00'\n", "bdorf", "30,00 EUR"),
        ("minimum = '40,00'\n", "ahaus", "60,00 EUR"),
        ("minimum = '40,00'\n", "bdorf", "30,00 EUR, mit mindestens 40,00 EUR je Beteiligte = 40,00 EUR"),
    ],
)
def test_bounds_in_a_split_whose_difference_nobody_bears(bounds: str, member: str, text: str) -> None:
    split = (
        FIXED.replace('"fixed"', '"proportional"\nremainder = "nobody"\nbasis = "ew"')
        + "totals = [{ year = 2023, amount = '90,00' }]\n"
    )
    mine = "1.000" if member == "ahaus" else "500"
    assert (
        words(BASE + split + bounds, member) == f"Fest (§ 1): 90,00 EUR × {mine}/1.500 (Einwohner) = {text}"
    )


def test_bounds_beside_a_remainder() -> None:
    """Only the operator bears the remainder; the others stand on their bound."""
    split = FIXED.replace('"fixed"', '"equal"\nremainder = "operator"\nmaximum = "30,00"')
    split += "totals = [{ year = 2023, amount = '90,00' }]\n"
    assert words(BASE + split, "ahaus") == (
        "Fest (§ 1): 90,00 EUR × 1/2 (gleiche Teile) = 45,00 EUR, mit höchstens 30,00 EUR je Beteiligte = 30,00 EUR"
    )
    assert (
        words(BASE + split, "kreis")
        == "Fest (§ 1): Kosten 90,00 EUR − Anteile nach dem Schlüssel 60,00 EUR = 30,00 EUR"
    )


def test_an_operator_among_the_others_stands_on_its_bound() -> None:
    """90.00 by 100 : 1,000 : 500, at least 20.00 each: the operator with 5.625 is no bearer of a remainder."""
    text = BASE.replace('kind = "county"', 'kind = "county"\nags = "06999"').replace(
        "06999002 = 500", "06999002 = 500\n06999 = 100"
    )
    split = FIXED.replace(
        '"fixed"',
        '"proportional"\nbasis = "ew"\nmembers = ["kreis", "ahaus", "bdorf"]\nminimum = "20,00"'
        '\nremainder = "others"',
    )
    assert words(text + split + "totals = [{ year = 2023, amount = '90,00' }]\n", "kreis") == (
        "Fest (§ 1): 90,00 EUR × 100/1.600 (Einwohner) = 5,625 EUR, mit mindestens 20,00 EUR je Beteiligte = 20,00 EUR"
    )


@pytest.mark.parametrize(
    ("proration", "joined", "text"),
    [
        ("month", "2023-09-01", "160,00 EUR × 12/16 (gleiche Teile × Monate) = 120,00 EUR"),
        ("month", "2023-11-01", "140,00 EUR × 12/14 (gleiche Teile × Monate) = 120,00 EUR"),
        ("none", "2023-11-01", "160,00 EUR × 1/2 (gleiche Teile) = 80,00 EUR"),
    ],
)
def test_parts_of_the_year_in_a_split(proration: str, joined: str, text: str) -> None:
    late = BASE.replace('operator = "kreis"', f'operator = "kreis"\nproration = "{proration}"')
    late = late.replace('ags = "06999002"', f'ags = "06999002"\njoined = {joined}')
    split = FIXED.replace('"fixed"', '"equal"') + f"totals = [{{ year = 2023, amount = '{text[:6]}' }}]\n"
    assert words(late + split) == f"Fest (§ 1): {text}"


def test_percentages_with_decimals() -> None:
    """100.00: 33.5 % by 1,000 : 500 are 22.333…, 66.5 % in equal parts 33.25."""
    text = BASE.replace('percent = "60"', 'percent = "33,5"').replace('percent = "40"', 'percent = "66,5"')
    assert [step.text for step in explain(parse(text), "ahaus", 2023).steps][1] == (
        "Umlage (§ 1): 100,00 EUR × (33,5 % × 1.000/1.500 (Einwohner) + 66,5 % × 1/2 (gleiche Teile)) = "
        "55,583333… EUR, abgerundet auf 55,58 EUR (größter Rest)"
    )


def test_steps_have_their_kind_and_cite_their_clause() -> None:
    text = BASE.replace("on = 2023-02-01 }]", 'on = 2023-02-01 }, { status = "granted", on = 2023-03-01 }]')
    text = text.replace(
        "[[documents]]",
        '[[clauses]]\nid = "§ 2"\ntext = "Umlage."\n\n[[clauses]]\nid = "§ 3"\ntext = "Nie."\n\n[[documents]]',
        1,
    )
    text = text.replace('title = "Umlage"\nclause = "§ 1"', 'title = "Umlage"\nclause = "§ 2"')
    found = explain(parse(text), "ahaus", 2023)
    assert [(step.kind, step.id, step.clause) for step in found.steps] == [
        ("component", "satz", "§ 1"),
        ("component", "umlage", "§ 2"),
        ("subsidy", "ikz", "§ 1"),
    ]
    assert found.clauses == {"§ 1": "Die Beteiligten zahlen je Einwohner.", "§ 2": "Umlage."}


def test_two_measures_have_two_sources() -> None:
    weights = '[[weights]]\nname = "faelle"\nsource = "statistik"\nreference = 2022-06-30\n'
    weights += "values = { ahaus = 3, bdorf = 1 }\n"
    basis = '[[bases]]\nid = "f"\nrule = "frozen"\nweight = "faelle"\nsource = "statistik"\nreference = 2022-06-30\n'
    text = (
        BASE.replace('by = "equal"', 'by = "proportional", basis = "f"')
        + weights
        + basis
        + "from = 2023-01-01\n"
    )
    [_, step] = explain(parse(text), "ahaus", 2023).steps
    assert step.source == "amt, Stand 31.12.2022, Zensus 2011 (fest); statistik, Stand 30.06.2022 (fest)"
    assert step.amount_cents == 7000  # 60,00 × 2/3 + 40,00 × 3/4


def test_a_subsidy_to_the_operator_says_that_no_measure_gave_it() -> None:
    text = BASE.replace('kind = "county"', 'kind = "county"\nags = "06999"').replace(
        "06999002 = 500", "06999002 = 500\n06999 = 100"
    )
    text = text.replace('key = "per-head"', 'key = "per-head"\nmembers = ["kreis", "ahaus", "bdorf"]')
    text = text.replace('distribution = "by-share"', 'distribution = "operator"')
    text = text.replace("on = 2023-02-01 }]", 'on = 2023-02-01 }, { status = "granted", on = 2023-03-01 }]')
    step = explain(parse(text), "kreis", 2023).steps[-1]
    assert (step.kind, step.amount_cents, "measures" in step.figures) == ("subsidy", -5000, False)
