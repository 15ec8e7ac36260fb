"""A town watches the traffic for two others: costs less fines, a tenth on top, in two rates; figures typed each year.

Lived two years by commands alone, every month closed: a rate short, late, twice; less than planned, then below zero.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.both_sides.offices import Offices, contact, offices, resolutions

pytestmark = pytest.mark.slow

TOWN, WEST, NORTH = "Oststadt", "Westheim", "Nordau"
ANSWERS = {
    "title": "Verkehrsüberwachung",
    "short": "vku",
    "operator": TOWN,
    "from": "01.01.2024",
    "to": "31.12.2025",
    "due": "15.03.",
    "due_days": ["15.03.", "15.09."],
    "parties": [
        {
            **contact(TOWN, "99-MUSTERAU-56", person="E. Amt", phone="+49 000 1"),
            "kind": "Stadt",
            "ags": "06999001",
            "iban": "DE09999999999900100000",
        },
        {**contact(WEST, "992-90009-96"), "kind": "Gemeinde", "iban": "DE75999999990065340010"},
        {**contact(NORTH, "992-DRITT-93"), "kind": "Gemeinde", "iban": "DE94999999990099999999"},
    ],
    "shares": [
        {
            "title": "Ungedeckter Aufwand",
            "clause": "§ 4",
            "measure": "Einwohner",
            "costs_title": "Aufwand",
            "costs": [{"year": 2024, "amount": "80.000,00", "kind": "geplant"}],
            "less": [
                {"title": "Bußgelder", "figures": [{"year": 2024, "amount": "30.000,00", "kind": "geplant"}]}
            ],
            "plus_percent": "10",
            "below_zero": "Gutschrift",
        }
    ],
    "measures": [
        {
            "title": "Einwohner",
            "fixed_day": "31.12.2022",
            "figures": [{"day": "31.12.2022", "figures": {WEST: 6000, NORTH: 4000}}],
        }
    ],
    "resolutions": resolutions([WEST, NORTH], "15.11.2023"),
    "steps": [{"party": TOWN, "kind": "angezeigt", "day": "20.12.2023", "document": "RP 21-7"}],
    "budget_line": "020301",
    "budget_name": "Ordnung",
    "certifies": "S. Muster",
    "orders": "L. Beispiel",
    "treasury": ["K. Kasse", "B. Buch"],
    "general_order": {"id": "AAO-1", "limit": "100.000,00"},
    "dedicated_account": True,
}


def test_two_years_of_a_pot_with_fines_and_a_surcharge_end_closed_and_reconciled(tmp_path: Path) -> None:
    life = offices(tmp_path, ANSWERS, WEST, dt.date(2024, 1, 8))
    life.kkd("budget", life.member.book, "2024", "33.000,00")
    first_year(life)
    second_year(life)
    life.at_the_end()


def first_year(life: Offices) -> None:
    """(80,000 − 30,000) × 1.1 = 55,000: 33,000 and 22,000 EUR in halves; actually 51,150, told in February."""
    life.months(2024, 1, 2)

    def first_rate() -> None:
        assert "16.500,00 EUR" in life.run(life.member, dt.date(2024, 3, 15))
        life.pays(NORTH, "vku-2024-nordau-1", 1_100_000)

    life.month(2024, 3, {14: first_rate})
    life.close()
    life.months(2024, 4, 8)

    def short_and_twice() -> None:
        reference = life.reference("vku-2024-westheim-1")
        life.transfer(life.member, life.operator, 1_000_000, reference=reference)
        life.pays(NORTH, "vku-2024-nordau-1", 1_100_000)
        life.pays(NORTH, "vku-2024-nordau-1", 1_100_000)

    life.month(2024, 9, {16: short_and_twice})
    life.close()

    def rest_and_back() -> None:
        life.run(life.member, life.day)
        life.transfer(life.operator, life.others[NORTH], 1_100_000, text="Doppelt gezahlte Rate")

    life.month(2024, 10, {10: rest_and_back}, ends=(1, 0))
    said = life.kkd("clear", life.operator.book, "--list")
    numbers = said.out.split("`kkd clear BUCH ")[1].split("`")[0].split()
    life.kkd("clear", life.operator.book, *numbers, "--by", "K. Kasse", "--reason", "zurückgegeben")
    life.close()
    life.months(2024, 11, 11)

    def plan() -> None:
        figures = ("--money", "Aufwand=2025=40.000,00", "--money", "Bußgelder=2025=20.000,00")
        life.figures(*figures, "--kind", "plan", "--source", "Haushaltsplan 2025")

    life.month(2024, 12, {5: plan})
    life.each("year", "2024", "vorläufig-abgeschlossen", "--by", "L. Beispiel", day=dt.date(2025, 1, 2))
    life.close()


def second_year(life: Offices) -> None:
    """Less than planned for 2024 comes back; 2025 is paid late and ends below zero: 38,000 − 41,000, a tenth on top."""
    life.month(2025, 1, {5: lambda: life.kkd("budget", life.member.book, "2025", "13.200,00")})
    life.close()

    def actual() -> None:
        figures = ("--money", "Aufwand=2024=82.000,00", "--money", "Bußgelder=2024=35.500,00")
        life.figures(*figures, "--source", "Jahresrechnung 2024")
        said = life.kkd("explain", life.operator.agreement, "westheim", "2024", today=False)
        assert (
            "(82.000,00 EUR − Bußgelder 35.500,00 EUR) × (100 % + 10 %) = 51.150,00 EUR"
            in said.out.replace("Aufwand 82", "82")
        )

    life.month(2025, 2, {7: actual})
    said = life.kkd("month", life.member.book, "2025-02")
    assert "Erstattung offen 2.310,00 EUR" in said.out
    life.each("close", "2024-13", "--by", "L. Beispiel")
    life.close()
    life.month(2025, 3, {10: lambda: life.run(life.operator, dt.date(2025, 3, 12))})
    life.close()

    def late() -> None:
        life.kkd("remind", life.operator.book, "--as-of", "2025-03-31")
        life.run(life.member, dt.date(2025, 4, 11))
        life.pays(NORTH, "vku-2025-nordau-1", 440_000)

    life.month(2025, 4, {10: late})
    life.close()
    life.months(2025, 5, 8)

    def second_rate() -> None:
        life.run(life.member, dt.date(2025, 9, 15))
        life.pays(NORTH, "vku-2025-nordau-1", 440_000)

    life.month(2025, 9, {12: second_rate})
    life.close()
    life.months(2025, 10, 11)
    life.month(2025, 12)
    life.each("year", "2025", "vorläufig-abgeschlossen", "--by", "L. Beispiel", day=dt.date(2026, 1, 2))
    life.close()
    life.months(2026, 1, 1)

    def below_zero() -> None:
        figures = ("--money", "Aufwand=2025=38.000,00", "--money", "Bußgelder=2025=41.000,00")
        life.figures(*figures, "--source", "Jahresrechnung 2025")
        said = life.kkd("explain", life.operator.agreement, "westheim", "2025", today=False)
        assert "Gutschrift: Ungedeckter Aufwand (§ 4)" in said.out
        assert "-1.980,00 EUR" in said.out

    life.month(2026, 2, {7: below_zero})
    life.each("close", "2025-13", "--by", "L. Beispiel")
    life.close()
    life.month(2026, 3, {10: lambda: life.run(life.operator, dt.date(2026, 3, 12))})
    said = life.kkd("month", life.member.book, "2026-03")
    assert (
        "2025: vereinbart -1.980,00 EUR, gebucht -1.980,00 EUR, offen 0,00 EUR; nichts zu zahlen" in said.out
    )
    life.close()
