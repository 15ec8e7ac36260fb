"""Journal: every entry with its amounts, newest first, and one entry with all its legs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Final, NamedTuple

from kkd_ledger import german
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.periods import year_in
from kkd_ledger.web.workplace.blocks import Asked, Block, Content, FactList, TableBlock, WorkplacePage
from kkd_ledger.web.workplace.snapshot import amount_of
from kkd_ledger.web.workplace.tables import Cell, ColumnKind, Table, TableColumn, Value

_COLUMNS: Final = (
    TableColumn("nr", "Nummer"),
    TableColumn("tag", "Tag", ColumnKind.DAY),
    TableColumn("art", "Art"),
    TableColumn("wer", "Wer"),
    TableColumn("text", "Text"),
    TableColumn("betrag", "EUR", ColumnKind.AMOUNT),
)


class EntryRows(NamedTuple):
    """Entries as rows, each made where it is shown."""

    asked: Asked
    entries: Sequence[Transaction]

    def __len__(self) -> int:
        """Return how many entries there are."""
        return len(self.entries)

    def row(self, place: int) -> Sequence[Cell]:
        """Return number, day, kind, party, text and amount of an entry."""
        entry = self.entries[place]
        number, *others = (value_of(entry) for value_of in _VALUES)
        return (Cell(number, self.asked.entry(str(number))), *map(Cell, others))

    def texts(self) -> Sequence[str]:
        """Return what a filter looks for: also metadata, items and the amount as people write it."""
        texts = self.asked.snapshot.journal.texts
        return [texts.get(entry.text(v.NUMBER), "") for entry in self.entries]

    def values(self, column: int) -> Sequence[Value]:
        """Return what a column orders by."""
        return [_VALUES[column](entry) for entry in self.entries]


def entries_table(asked: Asked, entries: Sequence[Transaction], caption: str) -> Table:
    """Return entries as a table, each with its amount and the way to all its legs."""
    return Table(caption, _COLUMNS, EntryRows(asked, entries), empty="Keine Buchung.")


def _journal(asked: Asked) -> Content:
    entries = asked.snapshot.entries
    lead = f"{german.count(len(entries), 'Buchung', 'Buchungen')}, die jüngste zuerst"
    return Content("Journal", lead, [TableBlock(entries_table(asked, entries, "Alle Buchungen"))])


_KIND_WORDS: Final = {
    v.Kind.SUBSIDY: "Förderung",
    v.Kind.RETURN: "Rückgabe",
    v.Kind.SUSPENSE: "Ungeklärt",
    v.Kind.CLEARING: "Klärung",
    v.Kind.PROVISION: "Rückstellung",
}
_LABELS: Final = {
    v.KIND: "Art",
    v.DUE: "Fällig",
    v.BANK_REFERENCE: "Bankzeile",
    v.REVERSES: "Storniert Buchung",
}


@cache
def _kind_word(kind: str) -> str:
    """Return in German what an entry is."""
    return next((word for key, word in _KIND_WORDS.items() if key == kind), kind.capitalize())


_VALUES: Final[Sequence[Callable[[Transaction], Value]]] = (
    lambda entry: entry.text(v.NUMBER),
    lambda entry: entry.date,
    lambda entry: _kind_word(entry.text(v.KIND)),
    lambda entry: entry.payee,
    lambda entry: entry.narration,
    amount_of,
)


def _label(key: str) -> str:
    """Return what metadata is called on a page: its key, as people write it."""
    return _LABELS.get(key, key[:1].upper() + key[1:].replace("-", " "))


def _shown(asked: Asked, key: str, value: Value) -> Value:
    """Return a value of an entry as people read it: a service year by its name, a kind in German."""
    if key == v.KIND:
        return _kind_word(str(value))
    year = year_in(str(value)) if key == v.SERVICE_YEAR else None
    return value if year is None else asked.snapshot.year_name(year)


def _entry(asked: Asked) -> Content | None:
    number = str(asked.named["number"])
    entry = asked.snapshot.by_number.get(number)
    if entry is None:
        return None
    pairs = [("Tag", Cell(entry.date)), ("Wer", Cell(entry.payee)), ("Text", Cell(entry.narration))]
    pairs += [
        (_label(key), Cell(_shown(asked, key, value))) for key, value in entry.meta.items() if key != v.NUMBER
    ]
    pairs += [("Datei", Cell(f"{entry.place.file}, Zeile {entry.place.line}"))]
    legs = Table.of(
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
        other.text(v.NUMBER): other for link in entry.links for other in asked.snapshot.journal.tied(link)
    }
    others = [other for other in tied.values() if other is not entry]
    blocks: list[Block] = [
        TableBlock(legs),
        FactList("Angaben", pairs),
        TableBlock(entries_table(asked, others, "Gehört zu")),
    ]
    undone = next((other.text(v.NUMBER) for other in others if other.text(v.REVERSES) == number), "")
    can_be_undone = _may_be_reversed(entry) and not undone
    offers = asked.offers(("stornieren", "Stornieren", {"nr": number})) if can_be_undone else ()
    lead = german.day(entry.date) + (f"; storniert durch Buchung {undone}" if undone else "")
    return Content(f"Buchung {number}", lead, blocks, offers)


def _may_be_reversed(entry: Transaction) -> bool:
    return entry.text(v.KIND) not in {v.Kind.REVERSAL, v.Kind.OPENING}


def _item(asked: Asked, posten: str) -> Cell:
    return Cell(posten, asked.to("posten", posten) if posten else "")


PAGES: Final = (
    WorkplacePage("journal", "Journal", _journal, is_kept=True),
    WorkplacePage("buchung/<number>", "", _entry, is_kept=True),
)
