"""Journal: every entry with its amounts, newest first, and one entry with all its legs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from kkd_ledger import german
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.web.workplace.blocks import Asked, Block, Content, FactList, TableBlock, WorkplacePage
from kkd_ledger.web.workplace.tables import Cell, ColumnKind, Table, TableColumn

_COLUMNS: Final = (
    TableColumn("nr", "Nummer"),
    TableColumn("tag", "Tag", ColumnKind.DAY),
    TableColumn("art", "Art"),
    TableColumn("wer", "Wer"),
    TableColumn("text", "Text"),
    TableColumn("betrag", "EUR", ColumnKind.AMOUNT),
)


def entries_table(asked: Asked, entries: Iterable[Transaction], caption: str) -> Table:
    """Return entries as a table, each with its amount and the way to all its legs."""
    return Table(caption, _COLUMNS, [_row(asked, entry) for entry in entries], empty="Keine Buchung.")


def _row(asked: Asked, entry: Transaction) -> Sequence[Cell]:
    number = entry.text(v.NUMBER)
    return (
        Cell(number, asked.entry(number)),
        Cell(entry.date),
        Cell(entry.text(v.KIND)),
        Cell(entry.payee),
        Cell(entry.narration),
        Cell(amount_of(entry)),
    )


def amount_of(entry: Transaction) -> int:
    """Return what an entry moves, in cents: the sum of its debit legs (Soll), never negative."""
    return sum(posting.cents for posting in entry.postings if posting.cents > 0)


def _journal(asked: Asked) -> Content:
    entries = asked.snapshot.entries
    lead = f"{german.count(len(entries), 'Buchung', 'Buchungen')}, die jüngste zuerst"
    return Content("Journal", lead, [TableBlock(entries_table(asked, entries, "Alle Buchungen"))])


def _entry(asked: Asked) -> Content | None:
    number = str(asked.named["number"])
    entry = asked.snapshot.by_number.get(number)
    if entry is None:
        return None
    pairs = [("Tag", Cell(entry.date)), ("Wer", Cell(entry.payee)), ("Text", Cell(entry.narration))]
    pairs += [(key, Cell(value)) for key, value in entry.meta.items() if key != v.NUMBER]
    pairs += [("Datei", Cell(f"{entry.place.file}, Zeile {entry.place.line}"))]
    legs = Table(
        "Konten (Soll und Haben)",
        (
            TableColumn("konto", "Konto"),
            TableColumn("soll", "Soll", ColumnKind.AMOUNT),
            TableColumn("haben", "Haben", ColumnKind.AMOUNT),
            TableColumn("posten", "Posten"),
        ),
        [
            [
                Cell(posting.account),
                Cell(posting.cents if posting.cents > 0 else None),
                Cell(-posting.cents if posting.cents < 0 else None),
                _item(asked, str(posting.meta.get(v.ITEM, ""))),
            ]
            for posting in entry.postings
        ],
    )
    tied = {
        other.text(v.NUMBER): other for link in entry.links for other in asked.snapshot.by_link.get(link, ())
    }
    others = [other for other in tied.values() if other is not entry]
    blocks: list[Block] = [
        TableBlock(legs),
        FactList("Angaben", pairs),
        TableBlock(entries_table(asked, others, "Gehört zu")),
    ]
    return Content(f"Buchung {number}", german.day(entry.date), blocks)


def _item(asked: Asked, posten: str) -> Cell:
    return Cell(posten, asked.to("posten", posten) if posten else "")


PAGES: Final = (
    WorkplacePage("journal", "Journal", _journal),
    WorkplacePage("buchung/<number>", "", _entry),
)
