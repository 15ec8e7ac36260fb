"""Tables of the workplace: one form for the page, its sorting, its filter and its CSV."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple, TypeAlias
from urllib.parse import urlencode

from kkd_ledger import german
from kkd_ledger.money import format_eur, plain
from kkd_ledger.spreadsheet import csv_text

ROWS_A_PAGE: Final = 100


class ColumnKind(StrEnum):
    """How a column's values are written, sorted and aligned."""

    TEXT = "text"
    AMOUNT = "amount"
    DAY = "day"
    NUMBER = "number"


class TableColumn(NamedTuple):
    """One column: the word by which the address names it, its heading, its kind."""

    key: str
    title: str
    kind: ColumnKind = ColumnKind.TEXT

    @property
    def is_numeric(self) -> bool:
        """Whether its values stand on the right."""
        return self.kind in {ColumnKind.AMOUNT, ColumnKind.NUMBER}


Value: TypeAlias = str | int | dt.date | None


class Cell(NamedTuple):
    """One value: text, cents (in a column of amounts), a count or a day; None where there is none.

    `href` leads on, `note` stands below in small letters, `mood` is a KERN badge (info, success, warning, danger).
    """

    value: Value
    href: str = ""
    note: str = ""
    mood: str = ""


class TableView(NamedTuple):
    """What of a table a page shows: rows by filter, order and page, of so many; `query` is what the address says."""

    rows: Sequence[Sequence[Cell]]
    row_count: int
    page: int
    pages: int
    query: Mapping[str, str]

    def address(self, **changed: str | int) -> str:
        """Return the query of an address that shows the same with something changed."""
        kept = {key: value for key, value in {**self.query, **changed}.items() if value not in {"", None}}
        return f"?{urlencode(kept)}"


@dataclass(frozen=True)
class Table:
    """A table as pages, CSV and tests see it; `foot` is the row of sums, `empty` what is said where no row is."""

    caption: str
    columns: Sequence[TableColumn]
    rows: Sequence[Sequence[Cell]]
    foot: Sequence[Cell] = ()
    empty: str = "Nichts da."

    def view(self, query: Mapping[str, str]) -> TableView:
        """Return what an address asks for: `sort` (a column's key, with - downwards), `filter`, `page`."""
        wanted = {key: query[key] for key in ("sort", "filter", "page") if query.get(key)}
        rows = self._ordered(self._filtered(wanted.get("filter", "")), wanted.get("sort", ""))
        pages = max(1, -(-len(rows) // ROWS_A_PAGE))
        asked = wanted.get("page", "1")
        page = min(pages, max(1, int(asked) if asked.isdecimal() and len(asked) < 8 else 1))
        first = (page - 1) * ROWS_A_PAGE
        return TableView(rows[first : first + ROWS_A_PAGE], len(rows), page, pages, wanted)

    def csv(self, query: Mapping[str, str]) -> str:
        """Return what an address shows, all pages of it, as CSV for a spreadsheet."""
        wanted = {key: query[key] for key in ("sort", "filter") if query.get(key)}
        rows = self._ordered(self._filtered(wanted.get("filter", "")), wanted.get("sort", ""))
        return csv_text(
            [
                [column.title for column in self.columns],
                *(
                    [bare(cell, column) for cell, column in zip(row, self.columns, strict=True)]
                    for row in rows
                ),
            ],
            ends="\r\n",
        )

    def _filtered(self, wanted: str) -> Sequence[Sequence[Cell]]:
        words = wanted.casefold().split()
        if not words:
            return self.rows
        return [row for row in self.rows if _has(self._text(row), words)]

    def _text(self, row: Sequence[Cell]) -> str:
        shown = (written(cell, column) for cell, column in zip(row, self.columns, strict=True))
        return " ".join([*shown, *(cell.note for cell in row)]).casefold()

    def _ordered(self, rows: Sequence[Sequence[Cell]], wanted: str) -> Sequence[Sequence[Cell]]:
        place = next(
            (n for n, column in enumerate(self.columns) if column.key == wanted.removeprefix("-")), None
        )
        if place is None:
            return rows
        there = [row for row in rows if row[place].value is not None]
        without = [row for row in rows if row[place].value is None]
        there.sort(key=lambda row: _rank(row[place].value), reverse=wanted.startswith("-"))
        return [*there, *without]


def _rank(value: Value) -> tuple[int, dt.date, str]:
    if isinstance(value, int):
        return value, dt.date.min, ""
    if isinstance(value, dt.date):
        return 0, value, ""
    return 0, dt.date.min, str(value).casefold()


def _has(text: str, words: Iterable[str]) -> bool:
    return all(word in text for word in words)


def written(cell: Cell, column: TableColumn) -> str:
    """Return a cell as people read it: `1.234,56`, `31.03.2024`; empty where there is no value."""
    if cell.value is None:
        return ""
    if column.kind == ColumnKind.AMOUNT and isinstance(cell.value, int):
        return euro(cell.value)
    if isinstance(cell.value, dt.date):
        return german.day(cell.value)
    return str(cell.value)


def bare(cell: Cell, column: TableColumn) -> str:
    """Return a cell as a spreadsheet takes it: amounts as `1234,56`, days as people write them."""
    if column.kind == ColumnKind.AMOUNT and isinstance(cell.value, int):
        return plain(cell.value).replace(".", ",")
    return written(cell, column)


def euro(cents: int) -> str:
    """Return cents without their unit: `1.234,56`."""
    return format_eur(cents).removesuffix(" EUR")
