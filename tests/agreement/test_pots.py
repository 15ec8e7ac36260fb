"""Pots: what is below zero, what a limit cuts off, circles, and what is told while a figure is missing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from kkd_ledger.agreement import ClaimKind, claims, explain, parse, shares
from kkd_ledger.errors import AgreementRefused

BASE = """
id = "schule"
title = "Schule"
operator = "verband"
from = 2023-01-01
known_from = 2023-01-01
members = [
  { id = "verband", name = "Verband", kind = "association" },
  { id = "adorf", name = "Adorf", kind = "municipality" },
]

[due]
month = 3
day = 15

[[components]]
id = "umlage"
title = "Umlage"
clause = "§ 5"
key = "percent"
from = 2023-01-01
pot = "defizit"
parts = [{ from = 2023-01-01, parts = { adorf = "100" } }]

[[pots]]
id = "defizit"
title = "Fehlbetrag"
lines = ["aufwand"]
steps = [{ less = "ertrag" }]
"""


def figures(*rows: tuple[str, int, str]) -> str:
    return "".join(
        f'[[figures]]\nid = "{id_}"\nyear = {year}\namount = "{amount}"\nsource = "Rechnung"\n'
        for id_, year, amount in rows
    )


KNOWN = figures(
    ("aufwand", 2023, "100,00"),
    ("ertrag", 2023, "130,00"),
    ("aufwand", 2024, "200,00"),
    ("ertrag", 2024, "50,00"),
)


@pytest.mark.parametrize(
    ("below_zero", "first", "second"),
    [("credit", -3000, 15000), ("carry", 0, 12000), ("zero", 0, 15000)],
)
def test_below_zero(below_zero: str, first: int, second: int) -> None:
    agreement = parse(BASE + f'below_zero = "{below_zero}"\n' + KNOWN)
    assert [shares(agreement, year).amounts["adorf"] for year in (2023, 2024)] == [first, second]


def test_a_pot_below_zero_must_say_what_then_holds() -> None:
    with pytest.raises(
        AgreementRefused, match="„Fehlbetrag“ ist kleiner als null, und below_zero sagt nicht"
    ):
        parse(BASE + KNOWN)


def test_a_credit_has_its_name() -> None:
    step = explain(parse(BASE + 'below_zero = "credit"\n' + KNOWN), "adorf", 2023).steps[0]
    assert step.title == "Gutschrift: Umlage (§ 5)"
    assert step.lines == (
        "Fehlbetrag: Aufwand 100,00 EUR − Ertrag 130,00 EUR = -30,00 EUR",
        "Fehlbetrag -30,00 EUR × 100 % = -30,00 EUR",
    )


def test_a_year_without_its_figures_has_no_price_and_says_which() -> None:
    year = shares(parse(BASE + 'below_zero = "zero"\n' + KNOWN), 2025)
    assert dict(year.amounts) == {}
    assert [gap.text() for gap in year.unpriced["adorf"]] == [
        "Umlage (§ 5): es fehlt die Zahl „Aufwand“ 2025 ([[figures]] id = aufwand; vorhanden: 2023, 2024) "
        "und die Zahl „Ertrag“ 2025 ([[figures]] id = ertrag; vorhanden: 2023, 2024)"
    ]


def test_what_a_limit_cuts_off_counts_what_was_carried() -> None:
    """2024: 200 less 50 less 30 carried is 120; at most 100, so 20 are cut off."""
    capped = BASE.replace('{ less = "ertrag" }', '{ less = "ertrag" }, { at_most = "100,00" }')
    more = 'below_zero = "carry"\n[[pots]]\nid = "rest"\ntitle = "Rest"\nexcess_of = "defizit"\n'
    host = """[[components]]
id = "rest"
title = "Rest"
clause = "§ 6"
key = "percent"
from = 2023-01-01
pot = "rest"
parts = [{ from = 2023-01-01, parts = { verband = "100" } }]
"""
    agreement = parse(capped + more + host + KNOWN)
    assert dict(shares(agreement, 2024).amounts) == {"verband": 2000, "adorf": 10000}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('["aufwand"]', '["defizit"]', "im Kreis: defizit → defizit"),
        ('{ less = "ertrag" }', '{ less_component = "umlage" }', "im Kreis: defizit → umlage → defizit"),
        ('{ less = "ertrag" }', '{ less = "ertrag", part = "1/2" }', "ein Schritt mit less und part"),
        ('{ less = "ertrag" }', '{ at_most = "5,00" }, { at_least = "6,00" }', "at_most unter at_least"),
        ('"defizit"\nparts', '"defizitt"\nparts', "etwa defizit"),
        ('adorf = "100"', 'adorf = "60", verband = "50"', "zusammen 110 Prozent"),
        ('pot = "defizit"', 'pot = "defizit"\nrounding = "euro"', "rounding = euro ohne meets_total"),
    ],
)
def test_contradictions(before: str, after: str, said: str) -> None:
    with pytest.raises(AgreementRefused, match=said):
        parse(BASE.replace(before, after) + 'below_zero = "zero"\n' + KNOWN)


def test_a_figure_that_comes_later_changes_nothing_earlier() -> None:
    later = (
        KNOWN
        + '[[figures]]\nid = "ertrag"\nyear = 2024\namount = "60,00"\nstate = "corrected"\nsource = "R"\n'
    )
    agreement = parse(BASE + 'below_zero = "zero"\n' + later + "known_from = 2025-02-01\n")
    assert shares(agreement, 2024, dt.date(2025, 1, 31)).amounts["adorf"] == 15000
    assert shares(agreement, 2024, dt.date(2025, 2, 1)).amounts["adorf"] == 14000


FIXED = """
[[components]]
id = "beitrag"
title = "Beitrag"
clause = "§ 7"
key = "fixed"
from = 2023-04-01
amounts = [{ from = 2023-04-01, amount = "10,00" }]
"""


def test_an_amount_in_yearly_parts_is_never_cut_and_the_last_part_takes_the_odd_cents() -> None:
    base = BASE[: BASE.index("[[components]]")]
    agreement = parse(base + FIXED + "yearly_parts = 3\n")
    cents = [shares(agreement, year).amounts.get("adorf") for year in range(2022, 2027)]
    assert cents == [None, 333, 333, 334, None]
    again = parse(base + FIXED + 'yearly_parts = 3\ndirection = "to-members"\n')
    assert [shares(again, year).amounts["adorf"] for year in range(2023, 2026)] == [-333, -333, -334]
    assert explain(agreement, "adorf", 2025).amount_cents == 334


def test_an_amount_that_is_paid_once() -> None:
    base = BASE[: BASE.index("[[components]]")]
    agreement = parse(base + FIXED + "once = 2024\n")
    assert [shares(agreement, year).amounts.get("adorf") for year in (2023, 2024, 2025)] == [None, 1000, None]


def test_a_settlement_of_a_pot_waits_for_its_actual_figures():
    """The same cost as figures of a pot: the same advances, the same settlement on the same day."""
    text = Path(__file__).with_name("real").joinpath("A05.toml").read_text("utf-8")
    totals = text[text.index("totals = [") :]
    figure = '\n[[figures]]\nid = "kosten"\nyear = 2025\namount = "{}"\nkind = "{}"\nsource = "Haushalt"\n'
    pot = 'pot = "topf"\n\n[[pots]]\nid = "topf"\ntitle = "Mittelstufe"\nlines = ["kosten"]\n'
    figures = figure.format("200.000,00", "plan") + figure.format("189.550,50", "actual")
    of_pot = parse(text.replace(totals, f"{pot}{figures}known_from = 2026-06-30\n"), "a05.toml")
    of_totals = parse(text, "a05.toml")
    for day in (dt.date(2025, 12, 31), dt.date(2026, 6, 29), dt.date(2026, 12, 31)):
        assert claims(of_pot, 2025, day) == claims(of_totals, 2025, day)
    assert any(claim.kind == ClaimKind.SETTLEMENT for claim in claims(of_pot, 2025, dt.date(2026, 12, 31)))
