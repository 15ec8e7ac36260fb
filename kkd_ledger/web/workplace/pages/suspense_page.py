"""Zahlungsabgleich: money that nobody could place yet, with what it probably is and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kkd_ledger import german
from kkd_ledger.book.state.items import SuspenseItem
from kkd_ledger.money import format_eur
from kkd_ledger.web.workplace.blocks import Asked, Content, Sentence, Sentences, TableBlock, WorkplacePage
from kkd_ledger.web.workplace.tables import Cell, ColumnKind, Offer, Table, TableColumn
from kkd_ledger.work.decisions.already_paid import AlreadyPaid
from kkd_ledger.work.decisions.proposals import Crossed, GivesBack, ItemProposal, Way


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
    return Content("Zahlungsabgleich", lead, [TableBlock(table), *lines], _here(asked))


def _row(asked: Asked, item: SuspenseItem) -> Sequence[Cell]:
    ways = (asked.snapshot.ways or {}).get(item.key, ())
    said = "; ".join(way.reason if isinstance(way, AlreadyPaid) else way.text for way in ways)
    return (
        Cell(item.number, asked.entry(item.number)),
        Cell(item.day),
        Cell(item.payee),
        Cell(
            item.text,
            note=said,
            offers=_offers(asked, item, ways),
        ),
        Cell(item.cents if item.cents > 0 else None),
        Cell(-item.cents if item.cents < 0 else None),
    )


def _here(asked: Asked) -> Sequence[Offer]:
    wanted: list[tuple[str, str, dict[str, str]]] = [
        ("aufrechnen", "Aufrechnen oder umbuchen", {}),
        ("bankzeile", "Über Bankzeilen entscheiden", {}),
    ]
    if asked.snapshot.book.settings.bank.dedicated:
        wanted.append(("anfangsbestand", "Anfangsbestand", {}))
    return asked.offers(*wanted)


def _offers(asked: Asked, item: SuspenseItem, ways: Sequence[Way]) -> Sequence[Offer]:
    """Return what can be done with the money: take a proposal, place it otherwise, pass it on."""
    wanted: list[tuple[str, str, dict[str, str]]] = []
    for way in ways:
        if isinstance(way, ItemProposal):
            reason = "; ".join(way.reasons)
            start = {"nr": item.number, "posten": way.item.posten, "grund": reason}
            wanted.append(("zuordnen", f"Vorschlag annehmen: {way.item.posten}", start))
        elif isinstance(way, GivesBack) and way.number:
            start = {"nr": item.number, "posten": way.number, "grund": "; ".join(way.reasons)}
            wanted.append(("zuordnen", f"Mit {way.number} aufheben", start))
        elif isinstance(way, Crossed):
            wanted.append(("stornieren", f"Aufrechnung {way.number} stornieren", {"nr": way.number}))
        elif isinstance(way, AlreadyPaid):
            order = f"{way.item.posten} war am {german.day(way.day)} schon bezahlt"
            wanted.append(("zurueckzahlen", "Zurückzahlen", {"nr": item.number, "anordnung": order}))
    if item.cents > 0 and not any(isinstance(way, AlreadyPaid) for way in ways):
        wanted.append(("zurueckzahlen", "Zurückzahlen", {"nr": item.number}))
    wanted += [
        ("zuordnen", "Zuordnen oder teilen", {"nr": item.number}),
        ("weitergeben", "Gehört zu keinem Posten", {"nr": item.number}),
    ]
    if not asked.snapshot.book.settings.bank.dedicated:
        wanted.append(("bankzeile", "Gehört nicht hierher", {"zeile": item.number, "urteil": "fremd"}))
    return asked.offers(*wanted)


PAGES: Final = (WorkplacePage("zahlungsabgleich", "Zahlungsabgleich", _suspense),)
