"""Heute: what waits for a person in a book, what falls due in the next weeks, and how the job is doing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from kkd_ledger import german
from kkd_ledger.web.workplace.blocks import (
    Asked,
    Block,
    Content,
    FactList,
    Sentence,
    Sentences,
    TableBlock,
    WaitingCase,
    WorkplacePage,
)
from kkd_ledger.web.workplace.page_words import month_words
from kkd_ledger.web.workplace.pages.tasks import task_blocks
from kkd_ledger.web.workplace.snapshot import Snapshot
from kkd_ledger.web.workplace.tables import Cell, ColumnKind, Table, TableColumn

SOON_DAYS: Final = 60


def _home(asked: Asked) -> Content:
    snapshot, standing = asked.snapshot, asked.snapshot.status
    newest = month_words(snapshot.months[-1]) if snapshot.months else "noch keiner"
    facts = FactList(
        "Stand",
        [
            ("Buch", Cell(snapshot.book.settings.title)),
            ("Jüngster Monat", Cell(newest, asked.to("monate"))),
            (
                "Letzter Kontoauszug bis",
                Cell(standing.last_statement or "noch keiner"),
            ),
            (
                "Ungeklärt",
                Cell(
                    german.count(len(snapshot.overview.claims.suspense), "Zahlung", "Zahlungen"),
                    asked.to("zahlungsabgleich"),
                ),
            ),
            (
                "Feststellungen",
                Cell(
                    german.count(len(snapshot.findings), "Feststellung", "Feststellungen"),
                    asked.to("feststellungen"),
                ),
            ),
        ],
    )
    waits = Sentences(
        "Was wartet",
        [
            *(Sentence(text, mood="danger", word="zu tun") for text in standing.troubles),
            *(Sentence(text, mood="warning", word="offen") for text in standing.work),
        ],
        "Nichts: Kontoauszüge, Posteingang und offene Posten sind in Ordnung.",
    )
    cases = _cases(asked)
    helps = Sentences("Was hilft", [Sentence(text) for text in standing.remedies])
    blocks: list[Block] = [
        *([cases] if asked.cases else []),
        *task_blocks(asked),
        facts,
        waits,
        *([helps] if standing.remedies else []),
        TableBlock(_soon(asked)),
    ]
    return Content(
        "Heute",
        f"Stand {german.day(snapshot.today)}",
        blocks,
        asked.offers(("ablegen", "Dateien ablegen", {})),
    )


def _cases(asked: Asked) -> Sentences:
    """Return what waits for the visitor's decision, then what waits for others."""
    mine = [
        Sentence(_case(case), href=asked.to("vorgang", case.name), mood="danger", word="wartet auf Sie")
        for case in asked.cases
        if case.is_mine
    ]
    others = [
        Sentence(_case(case), href=asked.to("vorgang", case.name), mood="info", word="wartet auf andere")
        for case in asked.cases
        if not case.is_mine
    ]
    return Sentences("Vorgänge zu zweit", [*mine, *others], "Kein Vorgang wartet auf eine zweite Person.")


def _case(case: WaitingCase) -> str:
    return f"{case.title} ({case.first}, {german.day(case.first_on)}): {case.said}"


def _soon(asked: Asked) -> Table:
    """Return what was due, and what falls due in the next weeks."""
    snapshot = asked.snapshot
    until = snapshot.today + dt.timedelta(days=SOON_DAYS)
    rows = list(_dues(asked, until))
    return Table.of(
        f"Fällig bis {german.day(until)}",
        (
            TableColumn("faellig", "Fällig", ColumnKind.DAY),
            TableColumn("beteiligte", "Beteiligte"),
            TableColumn("posten", "Posten"),
            TableColumn("richtung", "Richtung"),
            TableColumn("betrag", "EUR", ColumnKind.AMOUNT),
        ),
        rows,
        empty=f"Bis {german.day(until)} wird nichts fällig.",
    )


def _dues(asked: Asked, until: dt.date) -> Iterator[list[Cell]]:
    snapshot = asked.snapshot
    for item in snapshot.items:
        for due in item.dues:
            if due.day <= until:
                late = due.day < snapshot.today
                yield [
                    Cell(due.day, note="überfällig" if late else "", mood="danger" if late else ""),
                    Cell(snapshot.name(item.party), asked.party(item.party)),
                    Cell(item.posten, asked.to("posten", item.posten)),
                    Cell(direction(snapshot, item.sign)),
                    Cell(due.cents),
                ]


def direction(snapshot: Snapshot, sign: int) -> str:
    """Return who owes whom, seen from this book."""
    if sign > 0:
        return "Forderung" if snapshot.book.is_operator else "Erstattung an uns"
    return "Erstattung" if snapshot.book.is_operator else "Verbindlichkeit"


PAGES: Final = (WorkplacePage("", "Heute", _home),)
