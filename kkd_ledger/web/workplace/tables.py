"""Tables of the workplace: one form for the page, its sorting, its filter and its CSV."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple, Protocol, Self, TypeAlias
from urllib.parse import urlencode

from kkd_ledger import german
from kkd_ledger.money import format_eur, plain
from kkd_ledger.spreadsheet import csv_text

OF_TABLES: Final = frozenset({"sort", "filter", "page", "csv", "xlsx"})
"""What an address says about the tables of a page."""
ROWS_A_PAGE: Final = 100
ORDERS_MAX: Final = 8
"""How many filters and orders of a table are remembered, as long as the table is."""


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


class Offer(NamedTuple):
    """Something that can be done here: what the link says, and where it leads."""

    word: str
    href: str


class Cell(NamedTuple):
    """One value: text, cents (in a column of amounts), a count or a day; None where there is none.

    `href` leads on, `note` stands below in small letters, `mood` is a KERN badge (info, success, warning, danger).
    `offers` are what can be done about it; they stand below, and in no file.
    """

    value: Value
    href: str = ""
    note: str = ""
    mood: str = ""
    offers: Sequence[Offer] = ()


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


class Rows(Protocol):
    """The rows of a table, each made where somebody sees it: of a hundred thousand entries a page shows a hundred."""

    def __len__(self) -> int:
        """Return how many rows there are."""

    def row(self, place: int) -> Sequence[Cell]:
        """Return the cells of a row."""

    def texts(self) -> Sequence[str]:
        """Return for each row all that a filter looks for in it, case folded."""

    def values(self, column: int) -> Sequence[Value]:
        """Return for each row what it is ordered by where a column orders."""


class MadeRows(NamedTuple):
    """Rows that are there already."""

    rows: Sequence[Sequence[Cell]]
    columns: Sequence[TableColumn]

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.rows)

    def row(self, place: int) -> Sequence[Cell]:
        """Return the cells of a row."""
        return self.rows[place]

    def texts(self) -> Sequence[str]:
        """Return what stands in each row, with the notes below."""
        return [text_of(row, self.columns) for row in self.rows]

    def values(self, column: int) -> Sequence[Value]:
        """Return a column's values."""
        return [row[column].value for row in self.rows]


def text_of(row: Sequence[Cell], columns: Sequence[TableColumn]) -> str:
    """Return what a filter looks for in a row: its values as they are written, and the notes below."""
    shown = (written(cell, column) for cell, column in zip(row, columns, strict=True))
    return " ".join([*shown, *(cell.note for cell in row)]).casefold()


@dataclass(frozen=True)
class Table:
    """A table as pages, CSV and tests see it; `foot` is the row of sums, `empty` what is said where no row is."""

    caption: str
    columns: Sequence[TableColumn]
    rows: Rows
    foot: Sequence[Cell] = ()
    empty: str = "Nichts da."
    _orders: dict[tuple[str, str], Sequence[int]] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(
        cls,
        caption: str,
        columns: Sequence[TableColumn],
        rows: Sequence[Sequence[Cell]],
        foot: Sequence[Cell] = (),
        empty: str = "Nichts da.",
    ) -> Self:
        """Return a table of rows that are there already."""
        return cls(caption, columns, MadeRows(rows, columns), foot, empty)

    def view(self, query: Mapping[str, str], rows_max: int = ROWS_A_PAGE) -> TableView:
        """Return what an address asks for: `sort` (a column's key, with - downwards), `filter`, `page`."""
        wanted = {key: query[key] for key in ("sort", "filter", "page") if query.get(key)}
        places = self._places(wanted)
        pages = max(1, -(-len(places) // rows_max))
        asked = wanted.get("page", "1")
        page = min(pages, max(1, int(asked) if asked.isdecimal() and len(asked) < 8 else 1))
        first = (page - 1) * rows_max
        rows = [self.rows.row(place) for place in places[first : first + rows_max]]
        return TableView(rows, len(places), page, pages, wanted)

    def csv(self, query: Mapping[str, str]) -> str:
        """Return what an address shows, all pages of it, as CSV for a spreadsheet."""
        return csv_text(
            [
                [column.title for column in self.columns],
                *(
                    [bare(cell, column) for cell, column in zip(row, self.columns, strict=True)]
                    for row in self.shown(query)
                ),
            ],
            ends="\r\n",
        )

    def shown(self, query: Mapping[str, str]) -> Iterator[Sequence[Cell]]:
        """Yield the rows that an address shows, all pages of them."""
        return map(self.rows.row, self._places(query))

    def _places(self, query: Mapping[str, str]) -> Sequence[int]:
        """Return which rows are shown, in their order; who turns pages asks for the same again."""
        words, sort = query.get("filter", "").casefold(), query.get("sort", "")
        if sort.removeprefix("-") not in {column.key for column in self.columns}:
            sort = ""
        places = self._orders.get((words, sort))
        if places is None:
            if len(self._orders) >= ORDERS_MAX:
                self._orders.clear()
            places = self._orders[words, sort] = self._ordered(self._filtered(words.split()), sort)
        return places

    def _filtered(self, words: Sequence[str]) -> Sequence[int]:
        if not words:
            return range(len(self.rows))
        return [place for place, text in enumerate(self.rows.texts()) if _has(text, words)]

    def _ordered(self, places: Sequence[int], sort: str) -> Sequence[int]:
        if not sort:
            return places
        keys = [column.key for column in self.columns]
        values = self.rows.values(keys.index(sort.removeprefix("-")))
        there = [place for place in places if values[place] is not None]
        without = [place for place in places if values[place] is None]
        there.sort(key=lambda place: _rank(values[place]), reverse=sort.startswith("-"))
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
