"""Cells and rows of tables as HTML: a page of a big table has two thousand, and a template takes 35 µs for each.

What stands in a cell is escaped here; the rest of a page is the templates'.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from markupsafe import Markup, escape

from kkd_ledger.web.workplace.tables import Cell, TableColumn, written

_WORD = TableColumn("", "")


def value_html(cell: Cell, column: TableColumn = _WORD) -> Markup:
    """Return a value with what stands below it and where it leads."""
    return Markup("".join(_value(cell, column)))  # noqa: S704 - every part is escaped


def row_html(row: Sequence[Cell], columns: Sequence[TableColumn]) -> Markup:
    """Return a row of a table; its first cell heads it."""
    return Markup("".join(_row(row, columns)))  # noqa: S704 - every part is escaped


def rows_html(rows: Iterable[Sequence[Cell]], columns: Sequence[TableColumn]) -> Markup:
    """Return rows of a table, a line each."""
    return Markup("\n".join("".join(_row(row, columns)) for row in rows))  # noqa: S704 - every part is escaped


def _row(row: Sequence[Cell], columns: Sequence[TableColumn]) -> Iterator[str]:
    yield '<tr class="kern-table__row">'
    for place, (cell, column) in enumerate(zip(row, columns, strict=True)):
        if place == 0:
            yield '<th scope="row" class="kern-table__header">'
        elif column.is_numeric:
            yield '<td class="kern-table__cell kern-table__cell--numeric">'
        else:
            yield '<td class="kern-table__cell">'
        yield from _value(cell, column)
        yield "</td>" if place else "</th>"
    yield "</tr>"


def _value(cell: Cell, column: TableColumn) -> Iterator[str]:
    text = escape(written(cell, column))
    yield f'<a class="kern-link" href="{escape(cell.href)}">{text}</a>' if cell.href else text
    if cell.note:
        mood = f" kkd-{escape(cell.mood)}" if cell.mood else ""
        yield f'<span class="kkd-note{mood}">{escape(cell.note)}</span>'
    for offer in cell.offers:
        yield (
            f'<a class="kern-link kern-link--small kkd-offer" href="{escape(offer.href)}">{escape(offer.word)}</a>'
        )
