"""The cost table for the council paper: members by years, with the key and the sums."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kkd_ledger.agreement.shares import shares
from kkd_ledger.agreement.words import day
from kkd_ledger.money import format_eur, plain
from kkd_ledger.paper import render
from kkd_ledger.spreadsheet import csv_text

if TYPE_CHECKING:
    from kkd_ledger.agreement.model import Agreement


@dataclass(frozen=True, slots=True)
class Annex:
    """A table: a row by member with a column by year (None: no share), the sums, and the notes below it."""

    title: str
    known_on: dt.date
    years: tuple[int, ...]
    rows: tuple[tuple[str, tuple[int | None, ...]], ...]
    sums: tuple[int, ...]
    notes: tuple[str, ...]

    def as_csv(self) -> str:
        """Return the table as CSV: semicolons, UTF-8 with mark (so that Excel opens it), amounts with comma."""
        rows: list[list[object]] = [["Beteiligte", *self.years]]
        for name, cells in (*self.rows, ("Summe", self.sums)):
            rows.append([name, *("" if cell is None else plain(cell).replace(".", ",") for cell in cells)])
        return "\ufeff" + csv_text(rows, ends="\r\n")

    def as_pdf(self) -> bytes:
        """Return the table as an accessible PDF, dated with the state of knowledge."""
        return render(Path(__file__).with_name("annex.typ"), self.as_data(), day=self.known_on)

    def as_data(self) -> dict[str, Any]:
        """Return the table as plain data for a paper; amounts as people read them."""
        rows = [
            [name, *("–" if cell is None else _amount(cell) for cell in cells)] for name, cells in self.rows
        ]
        return {
            "title": self.title,
            "years": [str(year) for year in self.years],
            "rows": rows,
            "sums": [_amount(cell) for cell in self.sums],
            "notes": list(self.notes),
        }


def annex(agreement: Agreement, years: Sequence[int], as_of: dt.date | None = None) -> Annex:
    """Return the cost table of an agreement over service years, as known on a day."""
    columns = [shares(agreement, year, as_of) for year in years]
    rows = []
    for member in agreement.terms(as_of).members.values():
        cells = tuple(column.amounts.get(member.id) for column in columns)
        if any(cell is not None for cell in cells):
            rows.append((member.name, cells))
    sums = tuple(column.total_cents for column in columns)
    known_on = as_of or agreement.knowledge_days[-1]
    notes = tuple(_notes(agreement, as_of, known_on))
    return Annex(agreement.title, known_on, tuple(years), tuple(rows), sums, notes)


def _notes(agreement: Agreement, as_of: dt.date | None, known_on: dt.date) -> list[str]:
    components = [one.component for one in agreement.terms(as_of).components]
    notes = [f"{one.title} ({one.clause}), ab {day(one.begins)}." for one in components]
    notes += [f"{one.id}: {one.text}" for one in agreement.clauses]
    return [*notes, f"Beträge in EUR je Leistungsjahr. Kenntnisstand: {day(known_on)}."]


def _amount(cents: int) -> str:
    return format_eur(cents).removesuffix(" EUR")
