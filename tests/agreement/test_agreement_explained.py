"""Derivations word by word: the text that stands on pages and papers, for every key and life event."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from pathlib import Path

import pytest

from kkd_ledger.agreement import derived, explain, load
from kkd_ledger.agreement.sheet.printing import exact_eur

CASES = Path(__file__).with_name("cases")
WORDS = {
    ("per-head", "ahaus", 2023): [
        "IT (§ 3): 1.000 Einwohner × 1,00 EUR × 181/365 Tage + 1.000 Einwohner × 1,50 EUR × 184/365 "
        "Tage = 1.252,054794… EUR, kaufmännisch gerundet 1.252,05 EUR",
    ],
    ("per-head", "bdorf", 2024): [
        "IT (§ 3): 333 Einwohner × 1,50 EUR = 499,50 EUR",
    ],
    ("fixed-and-joiner-by-month", "cstadt", 2023): [
        "Pauschale (§ 2): Festbetrag 1.200,00 EUR × 7/12 Monate = 700,00 EUR",
    ],
    ("fixed-and-joiner-by-month", "bdorf", 2023): [
        "Pauschale (§ 2): Festbetrag 600,00 EUR = 600,00 EUR",
    ],
    ("base-fee-minimum-maximum", "ahaus", 2023): [
        "Leitstelle (§ 6): 1.000 Einwohner × 0,125 EUR + Grundbetrag 500,00 EUR = 625,00 EUR, "
        "mindestens 700,00 EUR = 700,00 EUR",
    ],
    ("base-fee-minimum-maximum", "bdorf", 2023): [
        "Leitstelle (§ 6): 3.333 Einwohner × 0,125 EUR + Grundbetrag 500,00 EUR = 916,625 EUR, "
        "kaufmännisch gerundet 916,63 EUR",
    ],
    ("base-fee-minimum-maximum", "cstadt", 2023): [
        "Leitstelle (§ 6): 9.999 Einwohner × 0,125 EUR + Grundbetrag 500,00 EUR = 1.749,875 EUR, "
        "höchstens 1.500,00 EUR = 1.500,00 EUR",
    ],
    ("tiers-whole-and-marginal", "bdorf", 2023): [
        "Nach Größenklasse (§ 7): 1.001 Einwohner, Größenklasse bis 5.000: 600,00 EUR = 600,00 EUR",
        "Nach Abschnitten (§ 8): 1.000 Einwohner × 0,50 EUR + 1 Einwohner × 0,30 EUR = 500,30 EUR",
    ],
    ("tiers-whole-and-marginal", "cstadt", 2023): [
        "Nach Größenklasse (§ 7): 8.000 Einwohner, höchste Größenklasse: 600,00 EUR + 8.000 Einwohner "
        "× 0,10 EUR (höchste Größenklasse) = 1.400,00 EUR",
        "Nach Abschnitten (§ 8): 1.000 Einwohner × 0,50 EUR + 4.000 Einwohner × 0,30 EUR + "
        "3.000 Einwohner × 0,101 EUR = 2.003,00 EUR",
    ],
    ("operator-bears-remainder", "kreis", 2023): [
        "Netz (§ 9): Kosten 5.000,00 EUR − Anteile der anderen Beteiligten 3.600,00 EUR = 1.400,00 EUR",
    ],
    ("equal-ties-by-id", "ahaus", 2024): [
        "Gemeinsame Stelle (§ 4): 100,01 EUR × 1/3 (gleiche Teile) = 33,336666… EUR, aufgerundet auf "
        "33,34 EUR (größter Rest)",
    ],
    ("equal-ties-by-id", "cstadt", 2024): [
        "Gemeinsame Stelle (§ 4): 100,01 EUR × 1/3 (gleiche Teile) = 33,336666… EUR, abgerundet auf "
        "33,33 EUR (größter Rest)",
    ],
    ("mixture-with-remainder", "ahaus", 2023): [
        "Archiv (§ 10): 1.000,00 EUR × (60 % × 1.000/7.000 (Einwohner) + 30 % × 1/3 (gleiche Teile)) = "
        "185,714285… EUR, abgerundet auf 185,71 EUR (größter Rest)",
    ],
    ("mixture-with-remainder", "kreis", 2023): [
        "Archiv (§ 10): Kosten 1.000,00 EUR − Anteile nach dem Schlüssel 900,00 EUR = 100,00 EUR",
    ],
    ("proportional-renewed-weights", "ahaus", 2023): [
        "Lizenzen (§ 5): 1.000,00 EUR × 10/70 (Arbeitsplätze) = 142,857142… EUR, aufgerundet auf "
        "142,86 EUR (größter Rest)",
    ],
    ("rotation-of-odd-cents", "bdorf", 2024): [
        "Gemeinsame Stelle (§ 4): 100,00 EUR × 1/3 (gleiche Teile) = 33,333333… EUR, aufgerundet auf "
        "33,34 EUR (größter Rest mit Ausgleich über die Jahre)",
    ],
    ("leaver-by-day", "bdorf", 2023): [
        "Satz (§ 1): 500 Einwohner × 2,00 EUR × 90/365 Tage = 246,575342… EUR, kaufmännisch gerundet "
        "246,58 EUR",
        "Umlage (§ 2): 1.000,00 EUR × 45.000/410.000 (Einwohner × Tage) = 109,756097… EUR, aufgerundet "
        "auf 109,76 EUR (größter Rest)",
    ],
    ("split-with-minimum-and-maximum", "ahaus", 2023): [
        "Umlage (§ 1): 1.000,00 EUR × 100/10.000 (Einwohner) = 10,00 EUR, mit mindestens 50,00 EUR und "
        "höchstens 600,00 EUR je Beteiligte = 50,00 EUR",
    ],
    ("split-with-minimum-and-maximum", "dberg", 2023): [
        "Umlage (§ 1): 1.000,00 EUR × 6.900/10.000 (Einwohner) = 690,00 EUR, mit mindestens 50,00 EUR "
        "und höchstens 600,00 EUR je Beteiligte = 600,00 EUR",
    ],
    ("subsidy-granted-and-reclaimed", "ahaus", 2023): [
        "Pauschale (§ 2): Festbetrag 3.000,00 EUR = 3.000,00 EUR",
        "IKZ-Förderung (§ 3), bewilligt am 01.03.2023: 100,01 EUR nach den Anteilen × 3.000,00 EUR / "
        "4.000,00 EUR = 75,0075 EUR, aufgerundet auf 75,01 EUR (größter Rest) Minderung",
    ],
    ("subsidy-distributions", "ahaus", 2023): [
        "Baustein (§ 2): Festbetrag 10,00 EUR = 10,00 EUR",
        "Förderung zu gleichen Teilen (§ 3), bewilligt am 01.01.2023: 300,00 EUR zu gleichen Teilen × "
        "1/3 = 100,00 EUR, bis auf null = 10,00 EUR Minderung",
    ],
    ("subsidy-distributions", "bdorf", 2024): [
        "Baustein (§ 2): Festbetrag 500,00 EUR = 500,00 EUR",
        "Förderung nach Köpfen (§ 3), bewilligt am 01.01.2023: 90,00 EUR nach Einwohnern × "
        "2.000/9.000 = 20,00 EUR Minderung",
    ],
    ("subsidy-to-the-operator", "kreis", 2023): [
        "Gemeinsame Stelle (§ 1): 300,00 EUR × 1/3 (gleiche Teile) = 100,00 EUR",
        "Förderung für den Träger (§ 3), bewilligt am 01.01.2023: 150,00 EUR beim Träger = 150,00 EUR, "
        "höchstens 100,00 EUR = 100,00 EUR Minderung",
    ],
    ("membership-per-component", "bdorf", 2024): [
        "Grundbaustein (§ 1): 500 Einwohner × 0,33 EUR = 165,00 EUR",
        "Zusatzbaustein (§ 2): 500 Einwohner × 1,00 EUR × 31/366 Tage = 42,349726… EUR, abgerundet 42,34 EUR",
    ],
    ("merger-with-succession", "neustadt", 2023): [
        "Satz (§ 1): 1.500 Einwohner × 1,00 EUR × 184/365 Tage = 756,164383… EUR, kaufmännisch gerundet "
        "756,16 EUR",
    ],
}
_ROUNDED = {"rounding": ["kaufmännisch gerundet"]}
_SOURCE = "amt, Stand 31.12.2022, Zensus 2011 (fest)"
FIGURES = {
    ("base-fee-minimum-maximum", "ahaus", 2023): [
        (
            _SOURCE,
            _ROUNDED
            | {
                "amounts": ["500,00"],
                "units": ["1.000"],
                "rates": ["0,125"],
                "minimum": ["700,00"],
                "maximum": ["1.500,00"],
            },
        ),
    ],
    ("tiers-whole-and-marginal", "cstadt", 2023): [
        (_SOURCE, _ROUNDED | {"classes": ["600,00", "0,10"], "units": ["8.000"]}),
        (
            _SOURCE,
            _ROUNDED | {"slabs": ["1.000", "4.000", "3.000"], "classes": ["0,50", "0,30", "0,101"]},
        ),
    ],
    ("mixture-with-remainder", "ahaus", 2023): [
        (
            _SOURCE,
            {"total": ["1.000,00"], "percent": ["60 %", "30 %"], "measures": ["1.000/7.000", "1/3"]},
        ),
    ],
    ("subsidy-granted-and-reclaimed", "ahaus", 2023): [
        ("", _ROUNDED | {"amounts": ["3.000,00"]}),
        (
            "",
            {"distribution": ["100,01 EUR nach den Anteilen"], "measures": ["3.000,00 EUR / 4.000,00 EUR"]},
        ),
    ],
    ("leaver-by-day", "bdorf", 2023): [
        (_SOURCE, _ROUNDED | {"units": ["500"], "rates": ["2,00"], "parts": ["90/365"]}),
        (_SOURCE, {"total": ["1.000,00"], "measures": ["45.000/410.000"]}),
    ],
    ("operator-bears-remainder", "kreis", 2023): [
        ("", {"total": ["Kosten 5.000,00"], "others": ["3.600,00"]}),
    ],
}


def steps(case: str, member: str, year: int):
    as_of = dt.date(2023, 3, 1) if case == "subsidy-granted-and-reclaimed" else None
    return explain(load(CASES / f"{case}.toml"), member, year, as_of).steps


@pytest.mark.parametrize("place", WORDS)
def test_words(place):
    assert [step.text for step in steps(*place)] == WORDS[place]


@pytest.mark.parametrize("place", FIGURES)
def test_figures_and_sources(place):
    assert [(step.source, step.figures) for step in steps(*place)] == FIGURES[place]


@pytest.mark.parametrize(
    ("cents", "words"),
    [
        (Fraction(0), "0,00 EUR"),
        (Fraction(-5), "-0,05 EUR"),
        (Fraction(1, 2), "0,005 EUR"),
        (Fraction(1, 3), "0,003333… EUR"),
        (Fraction(-1, 3), "-0,003333… EUR"),
        (Fraction(1_234_567_891, 10), "1.234.567,891 EUR"),
        (Fraction(10**9 + 1, 10**4), "1.000,000001 EUR"),
        (Fraction(10**9 + 1, 10**5), "100,000000… EUR"),
        (Fraction(200, 3), "0,666666… EUR"),
    ],
)
def test_exact_amounts(cents, words):
    assert exact_eur(cents) == words


def test_a_share_that_was_taken_away_derives_nothing() -> None:
    agreement = load(CASES.parents[1] / "three" / "agreement.toml")
    nothing = derived(agreement, "adorf", 2019)
    assert (nothing.amount_cents, nothing.steps) == (0, ())
    assert nothing.notes == ("Für 2019 sieht die Vereinbarung keine Kostenbeteiligung mehr vor.",)
    assert derived(agreement, "adorf", 2022) == explain(agreement, "adorf", 2022)
