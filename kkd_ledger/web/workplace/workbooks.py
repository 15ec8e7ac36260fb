"""A table as a workbook (XLSX): amounts are numbers with a German format, texts are texts and never formulas."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import xlsxwriter

from kkd_ledger.web.workplace.tables import Cell, ColumnKind, Table, TableColumn, written

MIMETYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_AMOUNT: Final = "#,##0.00"
_DAY: Final = "dd.mm.yyyy"
_NOT_IN_A_NAME: Final = re.compile(r"[\[\]:*?/\\]")
_NAME_CHARS_MAX: Final = 31
_WIDTH_MAX: Final = 60


def workbook_of(table: Table, query: Mapping[str, str]) -> bytes:
    """Return what an address shows of a table, all pages of it, as a workbook with one sheet."""
    file = io.BytesIO()
    # Nothing that stands in a cell is ever taken for a formula, a link or a number.
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties(
            {"created": dt.datetime(1980, 1, 1, tzinfo=dt.UTC)}
        )  # the same table, the same bytes
        sheet = book.add_worksheet(
            _NOT_IN_A_NAME.sub(" ", table.caption)[:_NAME_CHARS_MAX].strip() or "Tabelle"
        )
        head, amount = book.add_format({"bold": True}), book.add_format({"num_format": _AMOUNT})
        formats = {ColumnKind.AMOUNT: amount, ColumnKind.DAY: book.add_format({"num_format": _DAY})}
        widths = [len(column.title) for column in table.columns]
        for place, column in enumerate(table.columns):
            sheet.write_string(0, place, column.title, head)
        for number, row in enumerate(table.shown(query), start=1):
            for place, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
                _put(sheet, (number, place), cell, column, formats)
                widths[place] = max(widths[place], len(written(cell, column)))
        for place, width in enumerate(widths):
            sheet.set_column(place, place, min(width, _WIDTH_MAX) + 2)
        sheet.freeze_panes(1, 0)
    return file.getvalue()


def _put(
    sheet: Any, at: tuple[int, int], cell: Cell, column: TableColumn, formats: Mapping[ColumnKind, Any]
) -> None:
    value = cell.value
    if value is None:
        return
    if column.kind == ColumnKind.AMOUNT and isinstance(value, int):
        sheet.write_number(*at, Decimal(value) / 100, formats[ColumnKind.AMOUNT])
    elif isinstance(value, dt.date):
        sheet.write_datetime(*at, value, formats[ColumnKind.DAY])
    elif column.kind == ColumnKind.NUMBER and isinstance(value, int):
        sheet.write_number(*at, value)
    else:
        sheet.write_string(*at, written(cell, column))
