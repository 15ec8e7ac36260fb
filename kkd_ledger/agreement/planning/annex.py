"""The cost table for the council paper: members by years, with the key and the sums."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kkd_ledger.agreement.reckoning.shares import Shares, shares
from kkd_ledger.agreement.reckoning.vat import net_words
from kkd_ledger.german import day
from kkd_ledger.money import format_amount, plain
from kkd_ledger.paper import render
from kkd_ledger.spreadsheet import csv_text

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement

MISSING: Final = "fehlt"
OPEN: Final = "offen"
Cell = int | str | None


@dataclass(frozen=True, slots=True)
class Annex:
    """A table: a row by member with a column by service year (its name), the sums, and the notes below it.

    A cell is cents, None where there is no share, MISSING where a figure of the year is missing; so is the year's sum.
    OPEN is what is billed one by one while nothing of it is reported.
    """

    title: str
    known_on: dt.date
    years: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    sums: tuple[Cell, ...]
    notes: tuple[str, ...]
    missing: tuple[str, ...]
    open_charges: tuple[str, ...] = ()
    """What is billed one by one and not all known yet, in sentences."""

    def as_csv(self) -> str:
        """Return the table as CSV: semicolons, UTF-8 with mark (so that Excel opens it), amounts with comma."""
        rows: list[list[object]] = [["Beteiligte", *self.years]]
        for name, cells in (*self.rows, ("Summe", self.sums)):
            rows.append([name, *(_csv_cell(cell) for cell in cells)])
        return "\ufeff" + csv_text(rows, ends="\r\n")

    def as_pdf(self) -> bytes:
        """Return the table as an accessible PDF, dated with the state of knowledge."""
        return render(Path(__file__).with_name("annex.typ"), self.as_data(), day=self.known_on)

    def as_data(self) -> dict[str, Any]:
        """Return the table as plain data for a paper; amounts as people read them."""
        rows = [[name, *(_amount(cell) for cell in cells)] for name, cells in self.rows]
        return {
            "title": self.title,
            "years": list(self.years),
            "rows": rows,
            "sums": [_amount(cell) for cell in self.sums],
            "notes": list(self.notes),
        }


def annex(agreement: Agreement, years: Sequence[int], as_of: dt.date | None = None) -> Annex:
    """Return the cost table of an agreement over service years, as known on a day."""
    columns = [shares(agreement, year, as_of) for year in years]
    rows = []
    for member in agreement.terms(as_of).members.values():
        cells = tuple(_cell(column, member.id) for column in columns)
        if any(cell is not None for cell in cells):
            rows.append((member.name, cells))
    sums = tuple(
        MISSING if column.gaps else OPEN if column.open_charges and not column.amounts else column.total_cents
        for column in columns
    )
    known_on = as_of or agreement.knowledge_days[-1]
    missing = tuple(f"{gap.sentence}." for column in columns for gap in column.gaps)
    may_come = tuple(each.sentence for column in columns for each in column.open_charges)
    notes = (*missing, *may_come, *_notes(agreement, years, as_of, known_on))
    names = tuple(agreement.year_name(year) for year in years)
    return Annex(agreement.title, known_on, names, tuple(rows), sums, notes, missing, may_come)


def _cell(column: Shares, member: str) -> Cell:
    if member in column.unpriced:
        return MISSING
    return OPEN if member not in column.amounts and column.may_owe(member) else column.amounts.get(member)


def _csv_cell(cell: Cell) -> str:
    return plain(cell).replace(".", ",") if isinstance(cell, int) else cell or ""


def _notes(agreement: Agreement, years: Sequence[int], as_of: dt.date | None, known_on: dt.date) -> list[str]:
    components = [component.component for component in agreement.terms(as_of).components]
    notes = [
        f"{component.title} ({component.clause}), ab {day(component.begins)}." for component in components
    ]
    notes += [f"{clause.id}: {clause.text}" for clause in agreement.clauses]
    if net := net_words(agreement, years, as_of):
        notes.append(net)
    return [*notes, f"Beträge in EUR je Leistungsjahr. Kenntnisstand: {day(known_on)}."]


def _amount(cell: Cell) -> str:
    return format_amount(cell) if isinstance(cell, int) else cell or "–"
