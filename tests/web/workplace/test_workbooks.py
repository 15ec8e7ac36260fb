"""Tables as workbooks: amounts are numbers with their format, and what comes from outside is never a formula."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from kkd_ledger.web.workplace.tables import Cell, ColumnKind, Table, TableColumn
from kkd_ledger.web.workplace.workbooks import workbook_of

COLUMNS = (
    TableColumn("wer", "Wer"),
    TableColumn("tag", "Tag", ColumnKind.DAY),
    TableColumn("jahr", "Jahr", ColumnKind.NUMBER),
    TableColumn("betrag", "EUR", ColumnKind.AMOUNT),
)
DAY = dt.date(2024, 3, 15)
XML_TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=40
)


def sheet_of(table: Table, **query: str) -> Worksheet:
    sheet = load_workbook(io.BytesIO(workbook_of(table, query))).active
    assert isinstance(sheet, Worksheet)
    return sheet


def table(*rows: tuple[str, int | None]) -> Table:
    return Table.of(
        "Posten: [offen]", COLUMNS, [(Cell(who), Cell(DAY), Cell(2024), Cell(cents)) for who, cents in rows]
    )


def test_amounts_and_days_are_values_with_their_format() -> None:
    sheet = sheet_of(table(("Cölbe", 744648), ("Lohra", -5), ("Weimar", None)))
    assert [cell.value for cell in sheet[1]] == ["Wer", "Tag", "Jahr", "EUR"]
    amount = sheet["D2"]
    assert (amount.value, amount.number_format) == (7446.48, "#,##0.00")
    assert isinstance(sheet["B2"].value, dt.datetime)
    assert (sheet["B2"].value.date(), sheet["B2"].number_format) == (DAY, "dd.mm.yyyy")
    assert (sheet["C2"].value, sheet["D3"].value, sheet["D4"].value) == (2024, -0.05, None)
    assert sheet.title == "Posten   offen"


def test_what_is_shown_is_in_the_file() -> None:
    sheet = sheet_of(table(("Cölbe", 1), ("Lohra", 2), ("Coelbe", 3)), filter="lbe", sort="-betrag")
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == ["Coelbe", "Cölbe"]


@given(st.lists(st.sampled_from("=+-@|!"), max_size=3).map("".join), XML_TEXT)
def test_no_text_is_a_formula_or_a_link(mark: str, rest: str) -> None:
    for text in (mark + rest, "=1+1", '=HYPERLINK("http://x")', "http://boese.example", "123"):
        cell = sheet_of(table((text, 1)))["A2"]
        assert cell.data_type in {"s", "n"}
        assert cell.data_type == "s" or cell.value is None
        assert cell.hyperlink is None


@given(st.integers(-(10**12), 10**12))
def test_every_cent_arrives(cents: int) -> None:
    value = sheet_of(table(("x", cents)))["D2"].value
    assert Decimal(repr(value)).quantize(Decimal("0.01")) == Decimal(cents) / 100


def test_the_same_table_gives_the_same_bytes() -> None:
    assert workbook_of(table(("Cölbe", 1)), {}) == workbook_of(table(("Cölbe", 1)), {})
