"""Tables of the workplace: one form for the page, its sorting, its filter and its CSV."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple, Protocol, Self, TypeAlias
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

    def text(self, place: int) -> str:
        """Return all that a filter looks for in a row, case folded."""

    def value(self, place: int, column: int) -> Value:
        """Return what a row is ordered by where a column orders."""


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

    def text(self, place: int) -> str:
        """Return what stands in a row, with the notes below."""
        row = self.rows[place]
        shown = (written(cell, column) for cell, column in zip(row, self.columns, strict=True))
        return " ".join([*shown, *(cell.note for cell in row)]).casefold()

    def value(self, place: int, column: int) -> Value:
        """Return a cell's value."""
        return self.rows[place][column].value


@dataclass(frozen=True)
class Table:
    """A table as pages, CSV and tests see it; `foot` is the row of sums, `empty` what is said where no row is."""

    caption: str
    columns: Sequence[TableColumn]
    rows: Rows
    foot: Sequence[Cell] = ()
    empty: str = "Nichts da."

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
        """Return which rows are shown, in their order."""
        places: Sequence[int] = range(len(self.rows))
        if words := query.get("filter", "").casefold().split():
            places = [place for place in places if _has(self.rows.text(place), words)]
        sort = query.get("sort", "")
        keys = [column.key for column in self.columns]
        if sort.removeprefix("-") not in keys:
            return places
        column = keys.index(sort.removeprefix("-"))
        values = {place: self.rows.value(place, column) for place in places}
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
