"""A school association without AGS and a member live two years of advances with settlement, by commands alone.

Every month is closed; a rate is paid short, late, twice; a payment crosses the settlement; a count is corrected.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.both_sides.offices import Offices, contact, offices, resolutions

pytestmark = pytest.mark.slow

ASSOCIATION, VILLAGE, TOWN = "Schulverband Quellgrund", "Beispielbach", "Dritthausen"
TOWN_PAYS = {"v250610": 2_166_667, "v250910": 2_149_606, "v251210": 2_149_607, "v260310": 2_326_923}
ANSWERS = {
    "title": ASSOCIATION,
    "short": "svq",
    "operator": ASSOCIATION,
    "from": "01.01.2024",
    "due": "10.12.",
    "dues": {
        "days": ["10.03.", "10.06.", "10.09.", "10.12."],
        "clause": "§ 7",
        "advances_on": "Plan",
        "settled_after_days": 30,
    },
    "parties": [
        {
            **contact(ASSOCIATION, "99-MUSTERAU-56", person="E. Amt", phone="+49 000 1"),
            "kind": "Verband",
            "iban": "DE09999999999900100000",
        },
        {**contact(VILLAGE, "992-90009-96"), "kind": "Gemeinde", "iban": "DE75999999990065340010"},
        {**contact(TOWN, "992-DRITT-93"), "kind": "Stadt", "iban": "DE94999999990099999999"},
    ],
    "shares": [
        {
            "title": "Schulkosten",
            "clause": "§ 6",
            "measure": "Schüler",
            "costs": [{"year": 2024, "amount": "200.000,00", "kind": "geplant"}],
        }
    ],
    "measures": [
        {
            "title": "Schüler",
            "day": "01.10.",
            "years_before": 1,
            "reported_by": "Schulstatistik",
            "figures": [{"day": "01.10.2023", "figures": {VILLAGE: 150, TOWN: 100}}],
        }
    ],
    "resolutions": resolutions([VILLAGE, TOWN], "15.11.2023"),
    "budget_line": "030101",
    "budget_name": "Schule",
    "certifies": "S. Muster",
    "orders": "L. Beispiel",
    "treasury": ["K. Kasse", "B. Buch"],
    "general_order": {"id": "AAO-1", "limit": "100.000,00"},
    "dedicated_account": True,
}


def test_two_years_of_advances_with_settlement_end_closed_and_reconciled(tmp_path: Path) -> None:
    life = offices(tmp_path, ANSWERS, VILLAGE, dt.date(2024, 1, 8))
    life.kkd("budget", life.member.book, "2024", "120.000,00")
    life.kkd("budget", life.operator.book, "2024", "200.000,00")
    first_year(life)
    second_year(life)
    the_end(life)
    life.at_the_end()


def first_year(life: Offices) -> None:
    """120,000 and 80,000 EUR in quarters: one paid short, one late, one twice, and the money given back."""
    life.months(2024, 1, 2)
    said = life.kkd("month", life.operator.book, "2024-02", day=dt.date(2024, 2, 29))
    assert "nach dem Plan kommen noch 150.000,00 EUR; 0 von 2 bezahlt" in said.out
    run(life, 3, lambda: life.run(life.member, dt.date(2024, 3, 10)), "v240310", 2_000_000)
    life.months(2024, 4, 5)  # the advance of June may be asked for by May 11th: nothing is late, May closes
    short = lambda: life.transfer(  # noqa: E731
        life.member, life.operator, 2_500_000, reference=life.reference("svq-2024-beispielbach-v240610")
    )
    life.month(2024, 6, {10: short})
    life.close()
    life.month(2024, 7, {20: lambda: life.kkd("remind", life.operator.book, "--as-of", "2024-06-30")})
    life.close()

    def late() -> None:
        life.pays(TOWN, "svq-2024-dritthausen-v240610", 2_000_000)
        reference = life.reference("svq-2024-beispielbach-v240610")
        life.transfer(life.member, life.operator, 500_000, reference=reference)

    life.month(2024, 8, {12: late})
    life.close()

    def twice() -> None:
        life.run(life.member, dt.date(2024, 9, 13))
        for _ in range(2):
            life.pays(TOWN, "svq-2024-dritthausen-v240910", 2_000_000)

    life.month(2024, 9, {12: twice})
    said = life.kkd("clear", life.operator.book, "--list")
    assert "Eingang      20.000,00 EUR  Dritthausen" in said.out
    life.close()
    back = lambda: life.transfer(life.operator, life.others[TOWN], 2_000_000, text="Doppelzahlung")  # noqa: E731
    life.month(2024, 10, {10: back}, ends=(1, 0))
    said = life.kkd("clear", life.operator.book, "--list")
    numbers = said.out.split("`kkd clear BUCH ")[1].split("`")[0].split()
    life.kkd(
        "clear",
        life.operator.book,
        *numbers,
        "--by",
        "K. Kasse",
        "--reason",
        "doppelt gezahlt, zurückgegeben",
    )
    life.close()
    life.months(2024, 11, 11)


def run(life: Offices, number: int, member_pays, named: str, town_cents: int) -> None:
    def pay() -> None:
        member_pays()
        life.pays(TOWN, f"svq-20{named[1:3]}-dritthausen-{named}", town_cents)

    life.month(2000 + int(named[1:3]), number, {10: pay})
    life.close()


def second_year(life: Offices) -> None:
    """The plan of 2025, 2024 settled on 189,550.50 EUR while the last advance of 2024 is being paid."""

    def plan() -> None:
        source = ("--source", "Haushaltsplan 2025")
        life.figures("--money", "Schulkosten=2025=210.000,00", "--kind", "plan", *source)
        counts = (f"Schüler=01.10.2024={name}={count}" for name, count in ((VILLAGE, 148), (TOWN, 104)))
        life.figures(*(word for count in counts for word in ("--count", count)), "--source", "Schulstatistik")

    town = lambda: life.pays(TOWN, "svq-2024-dritthausen-v241210", 2_000_000)  # noqa: E731
    life.month(2024, 12, {5: plan, 10: town})
    life.each("year", "2024", "vorläufig-abgeschlossen", "--by", "L. Beispiel", day=dt.date(2025, 1, 2))
    life.close()

    def new_year() -> None:
        life.kkd("budget", life.member.book, "2025", "123.400,00")
        life.kkd("budget", life.operator.book, "2025", "210.000,00")
        life.each("year-end", "2024", status=1)  # the settlement is still to come: so it says

    life.month(2025, 1, {10: new_year})
    life.close()
    life.months(2025, 2, 2)

    def crossing() -> None:
        life.run(life.member, dt.date(2025, 3, 10))
        life.figures("--money", "Schulkosten=2024=189.550,50", "--source", "Jahresrechnung 2024")

    town = lambda: life.pays(TOWN, "svq-2025-dritthausen-v250310", 2_166_667)  # noqa: E731
    life.month(2025, 3, {7: crossing, 10: town})
    for office in life.both:
        said = life.kkd("clear", office.book, "--list")
        assert "hat sich vielleicht mit der Minderung svq-2024-beispielbach-a250307 gekreuzt" in said.out
        number = said.out.split("EUR  ")[0].split("\n")[1].split()[0]
        offset = said.out.split("gekreuzt: ")[1].split()[0]
        life.kkd(
            "reverse",
            office.book,
            offset,
            "--reason",
            "Zahlung und Abrechnung kreuzten sich",
            "--by",
            "K. Kasse",
        )
        posten = "svq-2024-beispielbach-v241210"
        life.kkd("clear", office.book, number, posten, "--reason", "war für sie gezahlt", "--by", "K. Kasse")
    life.each("close", "2024-13", "--by", "L. Beispiel")
    life.close()
    life.month(2025, 4, {4: lambda: life.run(life.operator, dt.date(2025, 4, 7))})
    said = life.kkd("month", life.member.book, "2025-04")
    assert "2024: vereinbart 113.730,30 EUR, gebucht 113.730,30 EUR, offen 0,00 EUR; bezahlt" in said.out
    life.close()

    def corrected() -> None:
        count = ("--count", f"Schüler=01.10.2024={VILLAGE}=150", "--state", "corrected")
        life.figures(*count, "--source", "Schulstatistik")

    life.month(2025, 5, {15: corrected})
    life.close()


def the_end(life: Offices) -> None:
    """The rest of 2025 by the corrected count, settled on 214,000.00 EUR in 2026; both years drawn up."""
    drawn_up = lambda: life.each("year", "2024", "aufgestellt", "--by", "L. Beispiel")  # noqa: E731
    quarter(life, 2025, 6, "v250610", {5: drawn_up})
    for number, last in ((7, ""), (8, ""), (9, "v250910"), (10, ""), (11, "")):
        quarter(life, 2025, number, last)

    def plan() -> None:
        life.kkd("budget", life.member.book, "2025", "3.000,00", "--kind", "nachtrag")
        source = ("--source", "Haushaltsplan 2026")
        life.figures("--money", "Schulkosten=2026=220.000,00", "--kind", "plan", *source)
        counts = (f"Schüler=01.10.2025={name}={count}" for name, count in ((VILLAGE, 150), (TOWN, 110)))
        life.figures(*(word for count in counts for word in ("--count", count)), "--source", "Schulstatistik")

    quarter(life, 2025, 12, "v251210", {5: plan}, closes=False)
    life.each("year", "2025", "vorläufig-abgeschlossen", "--by", "L. Beispiel", day=dt.date(2026, 1, 2))
    life.close()
    budget = lambda: life.kkd("budget", life.member.book, "2026", "127.000,00")  # noqa: E731
    life.month(2026, 1, {5: budget})
    life.close()
    life.months(2026, 2, 2)
    known = lambda: life.figures("--money", "Schulkosten=2025=214.000,00", "--source", "Jahresrechnung 2025")  # noqa: E731
    quarter(life, 2026, 3, "v260310", {6: known}, closes=False)
    life.each("close", "2025-13", "--by", "L. Beispiel")
    life.close()

    def settled() -> None:
        life.run(life.member, dt.date(2026, 4, 7))
        life.pays(TOWN, "svq-2025-dritthausen-a260306", 87_622_05 - 2 * 21_666_67 - 21_496_06 - 21_496_07)

    drawn_up = lambda: life.each("year", "2025", "aufgestellt", "--by", "L. Beispiel")  # noqa: E731
    life.month(2026, 4, {7: settled, 20: drawn_up})
    said = life.kkd("month", life.operator.book, "2026-04")
    assert (
        "2025: vereinbart 214.000,00 EUR, angefordert 214.000,00 EUR, offen 0,00 EUR; 2 von 2 bezahlt"
        in said.out
    )
    life.close()


def quarter(life: Offices, year: int, number: int, named: str, acts=None, *, closes: bool = True) -> None:
    """Live a month in which an advance is due on the 10th, if any: both pay it on the day."""

    def pay() -> None:
        life.run(life.member, life.day)
        posten = f"svq-{year}-dritthausen-{named}"
        life.pays(TOWN, posten, TOWN_PAYS[named])

    life.month(year, number, {**(acts or {}), **({12: pay} if named else {})})
    if closes:
        life.close()
