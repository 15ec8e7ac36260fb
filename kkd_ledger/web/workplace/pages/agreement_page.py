"""Vereinbarung: the readable version of the agreement, clause by clause, with a reckoned year."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kkd_ledger import german
from kkd_ledger.agreement.readable.grid import Grid
from kkd_ledger.agreement.readable.readable import Readable
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
from kkd_ledger.web.workplace.tables import Cell, ColumnKind, Offer, Table, TableColumn


def _agreement(asked: Asked) -> Content:
    agreement = asked.snapshot.book.agreement
    version = asked.snapshot.readable
    facts = FactList(
        "Vereinbarung",
        [
            ("Träger", Cell(asked.snapshot.name(agreement.operator), asked.party(agreement.operator))),
            ("ab", Cell(agreement.begins)),
            ("bis", Cell(agreement.ends or "unbefristet")),
            ("beschlossen", Cell(agreement.adopted or "noch nicht")),
            ("Beteiligte", Cell(str(len(agreement.parties())), asked.to("beteiligte"))),
        ],
    )
    lead = f"{agreement.title}; Kenntnisstand {german.day(version.known_on)}"
    offers = asked.offers(
        ("beschluesse", "Beschlüsse übernehmen", {}),
        ("zahlen-eintragen", "Zahlen eintragen", {}),
        ("nachtrag", "Nachtrag schreiben", {}),
        ("neue-vereinbarung", "Neue Vereinbarung", {}),
        ("bestaetigen", "Grundlagen bestätigen", {}),
    )
    offers = (
        *offers,
        Offer("Planung", asked.to("planung")),
        Offer("Als PDF", asked.to("vereinbarung.pdf")),
    )
    return Content("Vereinbarung", lead, [facts, *sections_of(version)], offers)


def sections_of(version: Readable) -> Iterator[Block]:
    """Yield the readable version section by section: its sentences, then what is read across."""
    for number, section in enumerate(version.sections, 1):
        title = f"{number}. {section.title}"
        if section.sentences:
            yield Sentences(title, [Sentence(text) for text in section.sentences])
        for grid in section.grids:
            yield TableBlock(_table(title, grid))


def _table(section: str, grid: Grid) -> Table:
    kinds = [
        ColumnKind.NUMBER if place in grid.amounts else ColumnKind.TEXT for place in range(len(grid.heads))
    ]
    columns = [
        TableColumn(f"s{place}", head or "Beteiligte", kind)
        for place, (head, kind) in enumerate(zip(grid.heads, kinds, strict=True))
    ]
    rows = [[Cell(text) for text in row] for row in grid.rows]
    return Table.of(f"{section}: {grid.caption}" if grid.caption else section, columns, rows)


PAGES: Final = (WorkplacePage("vereinbarung", "Vereinbarung", _agreement, is_kept=True),)
