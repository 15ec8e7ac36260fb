"""Planung: what each party will pay in the years of the medium-term plan, for the budget and as a paper."""

from __future__ import annotations

from typing import Final

from kkd_ledger import german
from kkd_ledger.agreement import annex
from kkd_ledger.agreement.planning.annex import MISSING, OPEN
from kkd_ledger.web.workplace.blocks import (
    Asked,
    Block,
    Content,
    Sentence,
    Sentences,
    TableBlock,
    WorkplacePage,
)
from kkd_ledger.web.workplace.snapshot import Snapshot
from kkd_ledger.web.workplace.tables import Cell, ColumnKind, Offer, Table, TableColumn

YEARS: Final = 5
"""The years of the medium-term plan, this one included."""


def planned_years(snapshot: Snapshot) -> range:
    """Return the service years that are planned: this one and those after it, as far as the agreement reaches."""
    agreement = snapshot.book.agreement
    first = max(agreement.first_year, min(agreement.service_year.of(snapshot.today), agreement.last_year))
    return range(first, min(first + YEARS - 1, agreement.last_year) + 1)


def _planning(asked: Asked) -> Content:
    snapshot = asked.snapshot
    table = annex(snapshot.book.agreement, planned_years(snapshot))
    columns = [TableColumn("beteiligte", "Beteiligte")]
    columns += [TableColumn(f"j{n}", year, ColumnKind.AMOUNT) for n, year in enumerate(table.years)]
    own = snapshot.name(snapshot.book.party)
    rows = [
        [Cell(name, note="dieses Buch" if name == own else ""), *map(_cell, cells)]
        for name, cells in table.rows
    ]
    foot = [Cell("Summe"), *map(_cell, table.sums)]
    blocks: list[Block] = [
        TableBlock(Table.of("Kostenbeteiligungen der nächsten Jahre (EUR)", columns, rows, foot))
    ]
    if notes := [*table.missing, *table.open_charges, *table.notes]:
        blocks.append(Sentences("Dazu", [Sentence(text) for text in notes]))
    files = (Offer("Kostentabelle (PDF)", asked.to("kostentabelle.pdf")),)
    lead = f"Wie am {german.day(table.known_on)} bekannt; für Haushalt und mittelfristige Planung"
    return Content("Planung", lead, blocks, files)


def _cell(value: object) -> Cell:
    if isinstance(value, int):
        return Cell(value)
    words = {MISSING: "Zahl fehlt", OPEN: "noch offen"}
    return Cell(None, note=next((word for kind, word in words.items() if value is kind), ""))


PAGES: Final = (WorkplacePage("planung", "", _planning),)
