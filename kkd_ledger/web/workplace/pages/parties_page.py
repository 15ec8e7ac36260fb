"""Beteiligte: everything about one party: its shares, what is open, its entries."""

from __future__ import annotations

from typing import Final

from kkd_ledger import german
from kkd_ledger.book.state.share_standings import ShareStanding
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.web.workplace.blocks import Asked, Block, Content, FactList, TableBlock, WorkplacePage
from kkd_ledger.web.workplace.pages.balances_page import has_balance
from kkd_ledger.web.workplace.pages.journal_page import entries_table
from kkd_ledger.web.workplace.pages.shares_page import share_cell
from kkd_ledger.web.workplace.tables import Cell, ColumnKind, Offer, Table, TableColumn
from kkd_ledger.work.month.figures import is_unsettled

_KINDS: Final = {"county": "Kreis", "town": "Stadt", "municipality": "Gemeinde", "association": "Verband"}


def _parties(asked: Asked) -> Content:
    snapshot = asked.snapshot
    rows = [
        [
            Cell(member.name, asked.party(member.id)),
            Cell(_KINDS[member.kind]),
            Cell(member.ags or ""),
            Cell(member.joined),
            Cell(member.left),
        ]
        for member in snapshot.book.agreement.parties(snapshot.today)
    ]
    columns = (
        TableColumn("name", "Name"),
        TableColumn("art", "Art"),
        TableColumn("ags", "Gemeindeschlüssel"),
        TableColumn("seit", "dabei seit", ColumnKind.DAY),
        TableColumn("bis", "bis", ColumnKind.DAY),
    )
    table = Table.of("Beteiligte der Vereinbarung", columns, rows)
    return Content("Beteiligte", snapshot.book.agreement.title, [TableBlock(table)])


def _agreed(cell: ShareStanding) -> Cell:
    """Return what is agreed of a year by now; of one that is not settled and not asked for yet nobody knows a sum."""
    if not is_unsettled([cell]):
        return Cell(cell.entitled_cents)
    return Cell(cell.entitled_cents or None, note="noch nicht abgerechnet")


def _party(asked: Asked) -> Content | None:
    snapshot, party = asked.snapshot, str(asked.named["party"])
    member = snapshot.book.agreement.party(party)
    if member is None:
        return None
    standings = snapshot.overview.standings
    row = next((row for row in standings.rows if row[0].party == party), ()) if standings else ()
    shares = Table.of(
        "Anteile",
        (
            TableColumn("jahr", "Leistungsjahr"),
            TableColumn("vereinbart", "vereinbart", ColumnKind.AMOUNT),
            TableColumn("gebucht", "gebucht", ColumnKind.AMOUNT),
            TableColumn("offen", "offen", ColumnKind.AMOUNT),
            TableColumn("erstattung", "zu erstatten", ColumnKind.AMOUNT),
            TableColumn("faellig", "fällig", ColumnKind.DAY),
        ),
        [
            [
                Cell(snapshot.year_name(cell.service_year), asked.to("anteile", party, cell.service_year)),
                _agreed(cell),
                share_cell(asked, cell),
                Cell(cell.open_cents),
                Cell(cell.refund_cents),
                Cell(cell.due),
            ]
            for cell in row
        ],
        empty="Kein Anteil in diesem Buch.",
    )
    facts = FactList(
        "Angaben",
        [
            ("Art", Cell(_KINDS[member.kind])),
            ("Gemeindeschlüssel", Cell(member.ags or "keiner")),
            *((f"Konto {n}", Cell(iban)) for n, iban in enumerate(member.ibans, 1)),
        ],
    )
    years = standings.years if standings else ()
    links = [f"{snapshot.book.agreement.id}-{year}-{party}" for year in years]
    tied = {entry.text(v.NUMBER): entry for link in links for entry in snapshot.journal.tied(link)}
    entries = [tied[number] for number in sorted(tied, reverse=True)]
    lead = german.count(len(entries), "Buchung", "Buchungen")
    offers = asked.offers(("kontakt", "Kontaktdaten", {"beteiligte": member.id}))
    if has_balance(snapshot.book, member.id):
        offers = (*offers, Offer("Abstimmung", asked.to("abstimmung", member.id)))
    blocks: list[Block] = [TableBlock(shares), facts, TableBlock(entries_table(asked, entries, "Buchungen"))]
    return Content(member.name, lead, blocks, offers)


PAGES: Final = (
    WorkplacePage("beteiligte", "Beteiligte", _parties, is_kept=True),
    WorkplacePage("beteiligte/<party>", "", _party, is_kept=True),
)
