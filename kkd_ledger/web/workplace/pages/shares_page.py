"""Anteile: members by service years; a cell leads to its derivation, its documents and its entries with amounts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from kkd_ledger import german
from kkd_ledger.agreement import derived
from kkd_ledger.book.state.share_standings import ShareStanding, ShareStatus, Standings
from kkd_ledger.web.page import cell_words, sum_words
from kkd_ledger.web.workplace.blocks import (
    Asked,
    Block,
    Content,
    FactList,
    Sentence,
    Sentences,
    TableBlock,
    WorkplacePage,
)
from kkd_ledger.web.workplace.charts import Bar, bars
from kkd_ledger.web.workplace.pages.journal_page import entries_table
from kkd_ledger.web.workplace.tables import Cell, ColumnKind, Table, TableColumn, Value, euro, text_of

_MOODS: Final = {
    ShareStatus.PAID: "success",
    ShareStatus.REMITTED: "success",
    ShareStatus.PART_REMITTED: "success",
    ShareStatus.INTERNAL: "success",
    ShareStatus.OVERDUE: "danger",
    ShareStatus.DIFFERS: "danger",
    ShareStatus.UNBOOKED: "danger",
    ShareStatus.UNPRICED: "warning",
    ShareStatus.CONDITIONAL: "warning",
    ShareStatus.PART: "warning",
}
LEGEND: Final = (("kkd-paid", "bezahlt"), ("kkd-open", "offen"), ("kkd-late", "überfällig"))


def _shares(asked: Asked) -> Content:
    table = asked.snapshot.overview.standings
    if table is None:
        return Content("Anteile", "Dieses Buch hat noch keinen Buchungsmonat.", [])
    gaps = [Sentence(gap.sentence, mood="warning", word="fehlt") for gap in table.missing]
    blocks: list[Block] = [TableBlock(_matrix(asked, table), _chart(table), LEGEND)]
    missing = [Sentences("Fehlende Zahlen", gaps)] if gaps else []
    offers = asked.offers(
        ("sollstellung", "Sollstellung", {}),
        ("anforderungen", "Anforderungen schreiben", {}),
        ("mitteilen", "Geänderte Anteile mitteilen", {}),
    )
    lead = f"Stand {german.day(table.as_of)}; gebuchte Beträge in EUR"
    return Content("Anteile", lead, [*blocks, *missing], offers)


def _matrix(asked: Asked, table: Standings) -> Table:
    columns = [TableColumn("beteiligte", "Beteiligte")]
    columns += [
        TableColumn(f"j{year}", f"Leistungsjahr {table.year_name(year)}", ColumnKind.AMOUNT)
        for year in table.years
    ]
    sums = [Cell(table.total(year).booked_cents, note=sum_words(table, year)) for year in table.years]
    foot = [Cell("Summe"), *sums] if len(table.rows) > 1 else ()
    rows = ShareRows(asked, table, columns)
    return Table("Kostenbeteiligungen", columns, rows, foot, "Niemand schuldet einen Anteil.")


class ShareRows(NamedTuple):
    """Parties by service years, each row made where it is shown: 421 parties over 20 years have 8,420 cells."""

    asked: Asked
    table: Standings
    columns: Sequence[TableColumn]

    def __len__(self) -> int:
        """Return how many parties there are."""
        return len(self.table.rows)

    def row(self, place: int) -> Sequence[Cell]:
        """Return a party's name, and its share of each year."""
        row = self.table.rows[place]
        cells = {cell.service_year: cell for cell in row}
        shares = [
            share_cell(self.asked, cells[year]) if year in cells else Cell(None) for year in self.table.years
        ]
        return [Cell(row[0].name, self.asked.party(row[0].party)), *shares]

    def texts(self) -> Sequence[str]:
        """Return what stands in each row."""
        return [text_of(self.row(place), self.columns) for place in range(len(self))]

    def values(self, column: int) -> Sequence[Value]:
        """Return the names, or what is booked of a year."""
        if column == 0:
            return [row[0].name for row in self.table.rows]
        year = self.table.years[column - 1]
        return [
            next((cell.booked_cents for cell in row if cell.service_year == year), None)
            for row in self.table.rows
        ]


def share_cell(asked: Asked, cell: ShareStanding) -> Cell:
    """Return a share as a cell: what is booked, how far it has come, and the way to how it came about."""
    href = asked.to("anteile", cell.party, cell.service_year)
    return Cell(cell.booked_cents, href, cell_words(cell), _MOODS.get(cell.status, "info"))


def _chart(table: Standings) -> str:
    rows = []
    for year in table.years:
        total = table.total(year)
        late, still_open = total.overdue_cents, total.open_cents - total.overdue_cents
        booked = total.booked_cents + total.vat_cents
        parts = [
            (max(0, booked - total.open_cents), "kkd-paid"),
            (still_open, "kkd-open"),
            (late, "kkd-late"),
        ]
        rows.append(Bar(table.year_name(year), parts, f"{euro(booked)} EUR"))
    return bars("Je Leistungsjahr: bezahlt, offen, überfällig", rows)


def _share(asked: Asked) -> Content | None:
    snapshot, party, year = asked.snapshot, str(asked.named["party"]), int(asked.named["year"])
    table = snapshot.overview.standings
    row = next((row for row in table.rows if row[0].party == party), ()) if table else ()
    cell = next((cell for cell in row if cell.service_year == year), None)
    if cell is None or table is None:
        return None
    derivation = derived(snapshot.book.agreement, party, year, table.as_of)
    steps = [Sentence(step.text) for step in derivation.steps]
    link = f"{snapshot.book.agreement.id}-{year}-{party}"
    entries = snapshot.journal.tied(link)
    documents = [
        Sentence(document.path.rpartition("/")[2], href=asked.to("dokument", document.path))
        for document in snapshot.documents
        if f"-{year}-" in document.path and party in document.path
    ]
    items = [item for item in snapshot.items if item.party == party and item.service_year == year]
    dues = [
        Sentence(f"{german.day(due.day)}: {euro(due.cents)} EUR ({item.posten})")
        for item in items
        for due in item.dues
    ]
    facts = FactList(
        "Stand",
        [
            ("Beteiligte", Cell(cell.name, asked.party(party))),
            ("Vereinbart", Cell(f"{euro(cell.entitled_cents)} EUR")),
            ("Gebucht", Cell(f"{euro(cell.booked_cents)} EUR")),
            ("Offen", Cell(f"{euro(cell.open_cents)} EUR")),
            ("Wie weit", Cell(cell_words(cell), mood=_MOODS.get(cell.status, "info"))),
        ],
    )
    blocks: list[Block] = [
        facts,
        Sentences(
            "Berechnung",
            [*steps, *(Sentence(note) for note in derivation.notes)],
            "Kein Schritt.",
            is_numbered=True,
        ),
        Sentences("Fällig", dues, "Nichts ist offen."),
        Sentences("Dokumente", documents, "Noch keines."),
        TableBlock(entries_table(asked, entries, "Buchungen dazu")),
    ]
    return Content(
        f"{cell.name}, Leistungsjahr {table.year_name(year)}", f"Stand {german.day(table.as_of)}", blocks
    )


PAGES: Final = (
    WorkplacePage("anteile", "Anteile", _shares, is_kept=True),
    WorkplacePage("anteile/<party>/<int:year>", "", _share, is_kept=True),
)
