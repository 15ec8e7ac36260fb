"""Appropriations and what is ordered from them: overruns, approvals, groups of accounts, the medium-term plan."""

import datetime as dt
from pathlib import Path

import pytest

from kkd_ledger.book.config import Book
from kkd_ledger.book.text.records import Euro, Place, Record
from kkd_ledger.rules import budget
from tests.rules import folding
from tests.rules.folding import MONTH, custom, entry, legs, said

DEBT = "Passiva:4500-Verbindlichkeiten:Amt"
COST = "Aufwendungen:020501-Archiv:717201-Kostenerstattung-Landkreis"
FEES = "Aufwendungen:020501-Archiv:675001-Nebenkosten-des-Geldverkehrs"
GROUP = """
[[budget.groups]]
id = "gebuehren"
name = "Gebühren"
accounts = ["Aufwendungen:020501-Archiv:675001-Nebenkosten-des-Geldverkehrs"]
"""


def granted(cents: int, kind: str = "ansatz", year: str = "2022", name: str = "020501") -> Record:
    return custom("haushaltsansatz", name, year, Euro(cents), kind)


def spent(cents: int, account: str = COST, year: int = 2022, line: int = 7) -> Record:
    record = entry(
        "kostenbeteiligung", line, legs((account, cents), (DEBT, -cents)), day=dt.date(year, 3, 15)
    )
    return record._replace(place=Place(MONTH, line))


def told(book: Book, *records: Record, as_of: dt.date = dt.date(2022, 12, 31)) -> list[str]:
    return said(budget, book, *records, as_of=as_of)


def test_what_is_covered_to_the_cent_says_nothing(member: Book) -> None:
    assert told(member, granted(100), spent(100)) == []
    assert told(member, granted(100), spent(150), spent(-50)) == []


def test_a_cent_beyond_is_told_where_it_began(member: Book) -> None:
    assert told(member, granted(100), spent(90, line=11), spent(11, line=12), spent(5, line=13)) == [
        "12: KKD-B01 (beanstandung) Budget 020501, 2022: angeordnet 1,06 EUR, verfügbar waren 1,00 EUR "
        "(ansatz 1,00 EUR); überschritten um 0,06 EUR"
    ]


def test_an_overrun_that_is_approved_is_none(member: Book) -> None:
    assert told(member, granted(100), spent(120), granted(20, "ueberplanmaessig")) == []
    found = told(member, granted(100), spent(120), granted(10, "ueberplanmaessig"), granted(4, "nachtrag"))
    assert found == [
        "7: KKD-B01 (beanstandung) Budget 020501, 2022: angeordnet 1,20 EUR, verfügbar waren 1,14 EUR "
        "(ansatz 1,00 EUR + nachtrag 0,04 EUR + ueberplanmaessig 0,10 EUR); überschritten um 0,06 EUR"
    ]


def test_after_an_approval_the_next_overrun_begins_anew(member: Book) -> None:
    rows = [granted(100), spent(120, line=11), granted(20, "ueberplanmaessig"), spent(5, line=12)]
    assert told(member, *rows)[0].startswith("12: KKD-B01")


def test_amounts_of_a_kind_are_added(member: Book) -> None:
    assert told(member, granted(60), granted(40), spent(100)) == []


def test_what_is_carried_over_is_taken_from_the_year_before(member: Book) -> None:
    carried = granted(30, "uebertragen", "2023")
    assert told(member, granted(100), spent(70), carried, spent(30, year=2023)) == []
    assert told(member, granted(100), spent(71), carried) == [
        "9: KKD-B01 (beanstandung) Budget 020501, 2022: angeordnet 0,71 EUR, verfügbar waren 0,70 EUR "
        "(ansatz 1,00 EUR - nach 2023 übertragen 0,30 EUR); überschritten um 0,01 EUR"
    ]


def test_years_are_apart(member: Book) -> None:
    rows = [granted(100), granted(100, year="2023"), spent(100), spent(101, year=2023)]
    assert [text.split(": ")[2] for text in told(member, *rows)] == [
        "angeordnet 1,01 EUR, verfügbar waren 1,00 EUR (ansatz 1,00 EUR); überschritten um 0,01 EUR"
    ]


def test_a_year_without_an_appropriation_is_provisional_where_another_has_one(member: Book) -> None:
    assert told(member, spent(5)) == [], "a book without any budget"
    assert told(member, granted(100, year="2023"), spent(5, line=11), spent(5, line=12)) == [
        "11: KKD-B02 (hinweis) Budget 020501, 2022: kein Ansatz eingetragen"
    ]
    assert told(member, granted(100, year="2023"), spent(5), spent(-5))[0].startswith("7: KKD-B02")
    both = (("Aufwendungen:020501-Archiv:717202-Y", 5), (COST, -5))
    nothing = entry("umgliederung", 1, legs(*both))
    assert told(member, granted(100, year="2023"), nothing) == []


def test_an_operators_line_is_for_its_income(operator: Book) -> None:
    assert told(operator, granted(100), spent(500, FEES)) == []


def test_a_group_of_accounts_has_its_own_appropriation(folder: Path) -> None:
    book = folding.book(folder, "adorf", GROUP)
    rows = [granted(100), granted(10, name="gebuehren"), spent(100), spent(11, FEES)]
    assert told(book, *rows) == [
        "7: KKD-B01 (beanstandung) Deckungskreis gebuehren, 2022: angeordnet 0,11 EUR, verfügbar waren 0,10 EUR "
        "(ansatz 0,10 EUR); überschritten um 0,01 EUR"
    ]
    assert told(book, granted(111), spent(100), spent(11, FEES)) == [
        "7: KKD-B02 (hinweis) Deckungskreis gebuehren, 2022: kein Ansatz eingetragen"
    ]
    carried = [granted(10, name="gebuehren"), granted(4, "uebertragen", "2023", "gebuehren")]
    assert "nach 2023 übertragen 0,04 EUR" in told(book, *carried, spent(7, FEES))[0]


def test_an_operators_group_of_expenses_is_compared(folder: Path) -> None:
    book = folding.book(folder, "amt", GROUP)
    assert told(book, granted(100), granted(10, name="gebuehren"), spent(11, FEES))[0].startswith(
        "7: KKD-B01"
    )


def test_accounts_of_other_budgets_and_other_lines_are_nobodys_business(member: Book) -> None:
    foreign = "Aufwendungen:010101-Anderes:717201-X"
    assert told(member, granted(100), spent(500, foreign), granted(1, name="010101")) == []


@pytest.mark.parametrize(
    "values",
    [
        ("020501", "2022", Euro(1)),
        ("020501", "2022", Euro(1), "geschenk"),
        ("020501", "bald", Euro(1), "ansatz"),
        ("020501", "2022", "1", "ansatz"),
    ],
)
def test_an_appropriation_that_cannot_be_read_is_told(member: Book, values: tuple[object, ...]) -> None:
    assert told(member, custom("haushaltsansatz", *values)) == [
        '9: KKD-B03 (fehler) custom "haushaltsansatz" mit unlesbaren Werten'
    ]


# --- the medium-term plan


def test_a_member_plans_at_least_what_it_will_owe(member: Book) -> None:
    assert told(member, granted(1_250_00, "finanzplanung", "2024")) == []
    assert told(member, granted(9_999_00, "finanzplanung", "2024")) == []
    assert told(member, granted(1_249_99, "finanzplanung", "2024")) == [
        "9: KKD-B04 (hinweis) 2024: geplant 1.249,99 EUR, nach der Vereinbarung zu erwarten 1.250,00 EUR"
    ]


def test_an_operator_plans_at_most_what_it_will_get(operator: Book) -> None:
    assert told(operator, granted(4_791_25, "finanzplanung", "2024")) == []
    assert told(operator, granted(0, "finanzplanung", "2024")) == []
    assert told(operator, granted(4_791_26, "finanzplanung", "2024")) == [
        "9: KKD-B04 (hinweis) 2024: geplant 4.791,26 EUR, nach der Vereinbarung zu erwarten 4.791,25 EUR"
    ]


def test_of_several_plans_the_last_holds_and_years_begun_have_a_budget(member: Book) -> None:
    rows = [granted(1, "finanzplanung", "2024"), granted(1_250_00, "finanzplanung", "2024")]
    assert told(member, *rows) == []
    assert len(told(member, *reversed(rows))) == 1
    assert told(member, *reversed(rows), as_of=dt.date(2024, 1, 1)) == []
    assert told(member, granted(1, "finanzplanung", "2022")) == []


def test_a_plan_is_no_appropriation(member: Book) -> None:
    assert told(member, granted(9_999_00, "finanzplanung"), spent(5)) == []
