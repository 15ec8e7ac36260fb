"""Haushalt: per budget line and year what was appropriated, reserved, ordered and paid, and what is left."""

from __future__ import annotations

from typing import Final

from kkd_ledger.web.page import Page as BudgetFigures
from kkd_ledger.web.page import budget_words
from kkd_ledger.web.workplace.blocks import Asked, Content, TableBlock, WorkplacePage
from kkd_ledger.web.workplace.charts import Bar, bars
from kkd_ledger.web.workplace.pages.journal_page import entries_table
from kkd_ledger.web.workplace.tables import Cell, ColumnKind, Table, TableColumn, euro

_LEGEND: Final = (("kkd-paid", "gezahlt"), ("kkd-open", "angeordnet"), ("kkd-free", "Rest des Ansatzes"))


def _budget(asked: Asked) -> Content:
    snapshot, budget = asked.snapshot, asked.snapshot.book.settings.budget
    figures = BudgetFigures(snapshot.book, None, snapshot.overview.budget, (), ())
    columns = [TableColumn("jahr", "Haushaltsjahr"), TableColumn("fuer", "für Leistungsjahr")]
    columns += [
        TableColumn(f"s{n}", title, ColumnKind.AMOUNT) for n, title in enumerate(figures.budget_columns)
    ]
    rows = [
        [
            Cell(figures.budget_label(line), asked.to("haushalt", line.year)),
            Cell(budget_words(snapshot.book, line)),
            *map(Cell, figures.budget_cells(line)),
        ]
        for line in figures.budget
    ]
    bars_shown = []
    for line in figures.budget:
        rest = max(0, line.updated_cents - line.ordered_cents - line.reserved_cents)
        parts = [
            (line.paid_cents, "kkd-paid"),
            (max(0, line.ordered_cents - line.paid_cents), "kkd-open"),
            (rest, "kkd-free"),
        ]
        bars_shown.append(Bar(figures.budget_label(line), parts, f"{euro(line.ordered_cents)} EUR"))
    side = "Erträge" if snapshot.book.is_operator else "Aufwendungen"
    table = Table.of(
        f"Budget {budget.line} „{budget.name}“, {side} (EUR)", columns, rows, empty="Noch nichts gebucht."
    )
    chart = bars("Je Haushaltsjahr: gezahlt, angeordnet, Rest des Ansatzes", bars_shown)
    offers = asked.offers(
        ("ansatz", "Ansatz eintragen", {}),
        ("jahresstand", "Stand eines Jahres eintragen", {}),
        ("jahresstand-zurueck", "Stand zurücknehmen", {}),
    )
    lead = f"Budget {budget.line} „{budget.name}“"
    return Content("Haushalt", lead, [TableBlock(table, chart, _LEGEND)], offers)


def _year(asked: Asked) -> Content | None:
    """Return the entries behind a year's figures: every one that bears on the budget's accounts in that year."""
    snapshot, year = asked.snapshot, str(asked.named["year"])
    book = snapshot.book
    line = book.settings.budget.line
    entries = [
        entry
        for entry in snapshot.entries
        if str(entry.date.year) == year and any(book.budget_of(leg.account) == line for leg in entry.postings)
    ]
    if not entries:
        return None
    table = entries_table(asked, entries, f"Buchungen auf dem Budget {line} im Haushaltsjahr {year}")
    return Content(f"Haushalt {year} im Journal", f"Budget {line}", [TableBlock(table)])


PAGES: Final = (
    WorkplacePage("haushalt", "Haushalt", _budget, is_kept=True),
    WorkplacePage("haushalt/<year>", "", _year, is_kept=True),
)
