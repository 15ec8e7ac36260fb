"""An audit association bills hours and kilometres by the month; lived two years by commands alone, all months closed.

What was done comes as a list on both sides; a bill is paid short, late, twice; an hour too much is taken back.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.both_sides.offices import TWO, Offices, contact, offices, resolutions

pytestmark = pytest.mark.slow

ASSOCIATION, WEST, NORTH = "Prüfungsverband Mitte", "Westheim", "Nordau"
ANSWERS = {
    "title": "Rechnungsprüfung",
    "short": "prv",
    "operator": ASSOCIATION,
    "from": "01.01.2024",
    "to": "31.12.2025",
    "due": "15.03.",
    "parties": [
        {
            **contact(ASSOCIATION, "99-MUSTERAU-56", person="E. Amt", phone="+49 000 1"),
            "kind": "Verband",
            "iban": "DE09999999999900100000",
        },
        {**contact(WEST, "992-90009-96"), "kind": "Gemeinde", "iban": "DE75999999990065340010"},
        {**contact(NORTH, "992-DRITT-93"), "kind": "Gemeinde", "iban": "DE94999999990099999999"},
    ],
    "shares": [
        {
            "title": "Prüfungen",
            "clause": "§ 5",
            "services": [
                {
                    "title": "Prüferstunde",
                    "unit": "Stunde",
                    "prices": [
                        {"from": "01.01.2024", "price": "46,60"},
                        {"from": "01.01.2025", "price": "47,90"},
                    ],
                },
                {"title": "Fahrt", "unit": "km", "prices": [{"from": "01.01.2024", "price": "0,32"}]},
            ],
            "billed": "monatlich",
        }
    ],
    "resolutions": resolutions([WEST, NORTH], "15.11.2023"),
    "budget_line": "010601",
    "budget_name": "Prüfung",
    "certifies": "S. Muster",
    "orders": "L. Beispiel",
    "treasury": ["K. Kasse", "B. Buch"],
    "general_order": {"id": "AAO-1", "limit": "10.000,00"},
    "dedicated_account": True,
}
HEADING = "Beteiligte;Tag;Leistung;Menge;Auftrag\n"


def test_two_years_of_monthly_charges_end_closed_and_reconciled(tmp_path: Path) -> None:
    life = offices(tmp_path, ANSWERS, WEST, dt.date(2024, 1, 8))
    life.kkd("budget", life.member.book, "2024", "10.000,00")
    first_year(life)
    second_year(life)
    life.at_the_end()


def done(life: Offices, *rows: str) -> None:
    """Enter a list of what was done in both folders; two persons confirm it for each book."""
    (life.folder / "liste.csv").write_text(HEADING + "\n".join(rows) + "\n", encoding="utf-8")
    for office in life.both:
        life.kkd("figures", office.agreement, "--charges", "liste.csv", "--source", "Prüfungsliste", "--yes")
    life.each("confirm", *TWO)


def first_year(life: Offices) -> None:
    """February: 61.25 h × 46.60 + 312 km × 0.32 = 2,954.09; 12.75 h and 88 km are 622.31; in May one hour less."""
    life.months(2024, 1, 2)
    february = (
        "Westheim;05.02.2024;Prüferstunde;61,25;P 1",
        "Westheim;05.02.2024;Fahrt;312;P 1",
        "Nordau;06.02.2024;Prüferstunde;12,75;P 2",
        "Nordau;06.02.2024;Fahrt;88;P 2",
    )
    life.month(2024, 3, {4: lambda: done(life, *february)})
    said = life.kkd("month", life.operator.book, "2024-03")
    assert (
        "2024: vereinbart 3.576,40 EUR, angefordert 3.576,40 EUR, offen 3.576,40 EUR; 0 von 2 bezahlt"
        in said.out
    )
    life.close()

    def short_and_late() -> None:
        life.transfer(
            life.member, life.operator, 2_000_00, reference=life.reference("prv-2024-westheim-e240229")
        )

    life.month(2024, 4, {3: short_and_late})
    life.close()

    def corrected() -> None:
        done(life, "Westheim;05.02.2024;Prüferstunde;60,25;P 1", "Westheim;05.02.2024;Fahrt;312;P 1")
        life.kkd("remind", life.operator.book, "--as-of", "2024-04-30")
        life.pays(NORTH, "prv-2024-nordau-e240229", 622_31)

    life.month(2024, 5, {6: corrected})
    said = life.kkd("month", life.member.book, "2024-05")
    assert "2024: vereinbart 2.907,49 EUR, gebucht 2.907,49 EUR, offen 907,49 EUR; überfällig" in said.out
    life.close()
    life.month(2024, 6, {10: lambda: life.run(life.member, dt.date(2024, 6, 11))})
    life.close()
    life.months(2024, 7, 9)
    september = ("Westheim;12.09.2024;Prüferstunde;10,5;P 3", "Nordau;13.09.2024;Prüferstunde;4;P 4")
    life.month(2024, 10, {4: lambda: done(life, *september)})
    life.close()

    def twice() -> None:
        for _ in range(2):
            life.pays(NORTH, "prv-2024-nordau-e240930", 186_40)

    life.month(2024, 11, {4: lambda: life.run(life.member, dt.date(2024, 11, 4)), 20: twice})
    life.close()
    back = lambda: life.transfer(life.operator, life.others[NORTH], 186_40, text="Doppelzahlung")  # noqa: E731
    life.month(2024, 12, {4: back}, ends=(1, 0))
    said = life.kkd("clear", life.operator.book, "--list")
    numbers = said.out.split("`kkd clear BUCH ")[1].split("`")[0].split()
    life.kkd("clear", life.operator.book, *numbers, "--by", "K. Kasse", "--reason", "zurückgegeben")
    life.each("year", "2024", "vorläufig-abgeschlossen", "--by", "L. Beispiel", day=dt.date(2025, 1, 2))
    life.close()


def second_year(life: Offices) -> None:
    """December's work is billed in January, in the year that it belongs to; 2025 costs 47.90 an hour."""

    def december() -> None:
        life.kkd("budget", life.member.book, "2025", "5.000,00")
        done(life, "Westheim;17.12.2024;Prüferstunde;8;P 5", "Nordau;18.12.2024;Fahrt;100;P 6")

    life.month(2025, 1, {8: december})
    said = life.kkd("month", life.member.book, "2025-01")
    assert "2024: 3.769,59 EUR (für 2024)" in said.out  # 2,907.49 + 489.30 + 372.80, all in the year 2024
    life.each("close", "2024-13", "--by", "L. Beispiel")
    life.close()

    def paid() -> None:
        life.run(life.member, dt.date(2025, 2, 7))
        life.pays(NORTH, "prv-2024-nordau-e241231", 32_00)

    life.month(2025, 2, {6: paid})
    life.close()
    life.months(2025, 3, 5)
    life.month(2025, 6, {5: lambda: done(life, "Westheim;20.05.2025;Prüferstunde;20;P 7")})
    life.close()
    life.month(2025, 7, {3: lambda: life.run(life.member, dt.date(2025, 7, 7))})
    said = life.kkd("month", life.operator.book, "2025-07")
    assert "2025: vereinbart 958,00 EUR, angefordert 958,00 EUR, offen 0,00 EUR; bezahlt" in said.out
    life.close()
    life.months(2025, 8, 11)
    life.month(2025, 12)
    life.each("year", "2025", "vorläufig-abgeschlossen", "--by", "L. Beispiel", day=dt.date(2026, 1, 2))
    life.close()
    life.months(2026, 1, 1)
