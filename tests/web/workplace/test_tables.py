"""A table's rows on a page: filtered, ordered, page by page; and as CSV."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kkd_ledger.web.workplace.tables import (
    ROWS_A_PAGE,
    Cell,
    ColumnKind,
    Table,
    TableColumn,
    bare,
    euro,
    written,
)

COLUMNS = (
    TableColumn("wer", "Wer"),
    TableColumn("tag", "Tag", ColumnKind.DAY),
    TableColumn("eur", "EUR", ColumnKind.AMOUNT),
)
ROWS = (
    (Cell("Adorf", "/a", "bezahlt"), Cell(dt.date(2024, 3, 15)), Cell(1_234_56)),
    (Cell("Bhausen"), Cell(None), Cell(-5)),
    (Cell("=Cheim"), Cell(dt.date(2023, 12, 31)), Cell(None)),
)
TABLE = Table.of("Posten", COLUMNS, ROWS, (Cell("Summe"), Cell(None), Cell(1_234_51)))


def names(**query: str) -> list[object]:
    return [row[0].value for row in TABLE.view(query).rows]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ({}, ["Adorf", "Bhausen", "=Cheim"]),
        ({"sort": "wer"}, ["=Cheim", "Adorf", "Bhausen"]),
        ({"sort": "-wer"}, ["Bhausen", "Adorf", "=Cheim"]),
        ({"sort": "tag"}, ["=Cheim", "Adorf", "Bhausen"]),  # without a day: last, both ways
        ({"sort": "-tag"}, ["Adorf", "=Cheim", "Bhausen"]),
        ({"sort": "eur"}, ["Bhausen", "Adorf", "=Cheim"]),
        ({"sort": "nothing"}, ["Adorf", "Bhausen", "=Cheim"]),
        ({"filter": "1.234,56"}, ["Adorf"]),
        ({"filter": "31.12.2023"}, ["=Cheim"]),
        ({"filter": "BEZAHLT ad"}, ["Adorf"]),
        ({"filter": "nobody"}, []),
        ({"page": "99"}, ["Adorf", "Bhausen", "=Cheim"]),
        ({"page": "-1"}, ["Adorf", "Bhausen", "=Cheim"]),
        ({"page": "x"}, ["Adorf", "Bhausen", "=Cheim"]),
    ],
)
def test_what_an_address_shows(query: dict[str, str], rows: list[str]) -> None:
    assert names(**query) == rows


def test_the_address_of_the_same_with_something_changed() -> None:
    view = TABLE.view({"sort": "eur", "filter": "ä", "other": "lost"})
    assert view.address(page=2) == "?sort=eur&filter=%C3%A4&page=2"
    assert view.address(filter="") == "?sort=eur"


def test_csv_has_every_row_and_no_formula() -> None:
    assert TABLE.csv({"sort": "eur", "page": "7"}) == (
        "Wer;Tag;EUR\r\nBhausen;;-0,05\r\nAdorf;15.03.2024;1234,56\r\n'=Cheim;31.12.2023;\r\n"
    )


def test_a_value_as_people_and_as_spreadsheets_have_it() -> None:
    amount = TableColumn("eur", "EUR", ColumnKind.AMOUNT)
    assert (written(Cell(-1_234_56), amount), bare(Cell(-1_234_56), amount)) == ("-1.234,56", "-1234,56")
    assert (written(Cell(None), amount), bare(Cell(None), amount)) == ("", "")
    assert written(Cell(2024), TableColumn("jahr", "Jahr", ColumnKind.NUMBER)) == "2024"
    assert euro(0) == "0,00"


@given(st.lists(st.integers(-(10**9), 10**9), max_size=3 * ROWS_A_PAGE), st.sampled_from(["", "n", "-n"]))
def test_the_pages_together_are_all_rows_in_order(numbers: list[int], sort: str) -> None:
    table = Table.of(
        "n", (TableColumn("n", "n", ColumnKind.NUMBER),), [(Cell(number),) for number in numbers]
    )
    pages = table.view({}).pages
    shown = [
        row[0].value
        for page in range(1, pages + 1)
        for row in table.view({"sort": sort, "page": str(page)}).rows
    ]
    assert shown == {"": numbers, "n": sorted(numbers), "-n": sorted(numbers, reverse=True)}[sort]
