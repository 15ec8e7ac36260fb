"""Zahlungsabgleich: money that nobody could place yet, with what it probably is and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kkd_ledger import german
from kkd_ledger.book.state.items import SuspenseItem
from kkd_ledger.money import format_eur
from kkd_ledger.web.workplace.blocks import Asked, Content, Sentence, Sentences, TableBlock, WorkplacePage
from kkd_ledger.web.workplace.tables import Cell, ColumnKind, Table, TableColumn


def _suspense(asked: Asked) -> Content:
    snapshot = asked.snapshot
    money = sorted(snapshot.overview.claims.suspense.values(), key=lambda item: (item.day, item.number))
    receipts = sum(item.cents for item in money if item.cents > 0)
    outgoing = -sum(item.cents for item in money if item.cents < 0)
    table = Table.of(
        "Ungeklärte Zahlungen",
        (
            TableColumn("nr", "Buchung"),
            TableColumn("tag", "Tag", ColumnKind.DAY),
            TableColumn("wer", "von / an"),
            TableColumn("zweck", "Verwendungszweck"),
            TableColumn("eingang", "Eingang", ColumnKind.AMOUNT),
            TableColumn("ausgang", "Ausgang", ColumnKind.AMOUNT),
        ),
        [_row(asked, item) for item in money],
        (Cell("Summe"), Cell(None), Cell(""), Cell(""), Cell(receipts), Cell(outgoing))
        if len(money) > 1
        else (),
        "Nichts ist ungeklärt.",
    )
    waiting = [
        Sentence(
            f"{german.day(line.day)}: {format_eur(line.cents)} {' | '.join(line.words or ())}",
            ways[0].text if ways else "",
            mood="warning",
            word="zu entscheiden",
        )
        for line, ways in snapshot.status.waiting
    ]
    lines = [Sentences("Zeilen, über die ein Mensch entscheidet", waiting)] if waiting else []
    lead = "Geld, das noch niemand zuordnen konnte"
    if snapshot.ways is None:
        lead += ". Vorschläge werden noch gerechnet; laden Sie die Seite in einer Minute neu."
    return Content("Zahlungsabgleich", lead, [TableBlock(table), *lines])


def _row(asked: Asked, item: SuspenseItem) -> Sequence[Cell]:
    ways = (asked.snapshot.ways or {}).get(item.key, ())
    return (
        Cell(item.number, asked.entry(item.number)),
        Cell(item.day),
        Cell(item.payee),
        Cell(item.text, note="; ".join(way.text for way in ways)),
        Cell(item.cents if item.cents > 0 else None),
        Cell(-item.cents if item.cents < 0 else None),
    )


PAGES: Final = (WorkplacePage("zahlungsabgleich", "Zahlungsabgleich", _suspense),)
