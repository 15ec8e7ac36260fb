"""Rollen: who may do what in this book on a day, for whom somebody stands in, up to which sum; and whose keys sign."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from kkd_ledger import german
from kkd_ledger.book.holders import Holder
from kkd_ledger.web.workplace.acting.form_fields import day as day_typed
from kkd_ledger.web.workplace.blocks import Asked, Block, Content, FactList, TableBlock, WorkplacePage
from kkd_ledger.web.workplace.tables import Cell, ColumnKind, Offer, Table, TableColumn

_ROLES: Final = (
    TableColumn("name", "Name"),
    TableColumn("rolle", "Rolle"),
    TableColumn("ab", "ab", ColumnKind.DAY),
    TableColumn("bis", "bis", ColumnKind.DAY),
    TableColumn("grenze", "Wertgrenze", ColumnKind.AMOUNT),
    TableColumn("vertritt", "vertritt"),
    TableColumn("stand", "Stand"),
)
_KEYS: Final = (
    TableColumn("name", "Name"),
    TableColumn("schluessel", "Schlüssel"),
    TableColumn("adresse", "für"),
    TableColumn("ab", "ab", ColumnKind.DAY),
    TableColumn("bis", "bis", ColumnKind.DAY),
)


def _roles(asked: Asked) -> Content:
    settings, day = asked.snapshot.book.settings, _day(asked)
    rows = [_row(asked, place, holder, day) for place, holder in enumerate(settings.roles)]
    empty = "Dieses Buch nennt keine Rollen: Wer sich anmeldet, liest; getippte Namen handeln mit Befehlen."
    keys = [
        [
            Cell(key.person),
            Cell(f"{key.id[:16]}…", note=key.key.partition(":")[0]),
            Cell(key.origin or "Befehle"),
            Cell(key.begins),
            Cell(key.ends, offers=() if key.ends else _ending(asked, "schluessel-beenden", "welcher", place)),
        ]
        for place, key in enumerate(settings.keys)
    ]
    policy = settings.policy
    facts = FactList(
        "Örtliche Regeln",
        [
            ("Nur mit Unterschrift", Cell(german.listing(list(map(str, policy.signed))) or "nichts")),
            ("Getippte Namen genügen", Cell("ja" if policy.typed_names else "nein")),
            ("Dieselbe Person stellt fest und ordnet an", Cell("erlaubt" if policy.same_person else "nein")),
        ],
    )
    offers = asked.offers(
        ("rolle-geben", "Rolle geben", {}),
        ("rolle-beenden", "Rolle beenden", {}),
        ("schluessel-hinterlegen", "Schlüssel hinterlegen", {}),
        ("schluessel-beenden", "Schlüssel beenden", {}),
        ("regeln", "Örtliche Regeln ändern", {}),
        ("einstellungen", "book.toml ändern", {}),
        ("bestaetigen", "Grundlagen bestätigen", {}),
    )
    lead = f"Wer am {german.day(day)} was darf; „?tag=TT.MM.JJJJ“ an der Adresse zeigt einen anderen Tag."
    blocks: list[Block] = [
        TableBlock(Table.of("Rollen", _ROLES, rows, empty=empty)),
        facts,
        TableBlock(Table.of("Schlüssel für Unterschriften", _KEYS, keys, empty="Noch keiner.")),
    ]
    return Content("Rollen", lead, blocks, offers)


def _day(asked: Asked) -> dt.date:
    with suppress(ValueError):
        return day_typed(asked.query.get("tag", ""))
    return asked.snapshot.today


def _row(asked: Asked, place: int, holder: Holder, day: dt.date) -> Sequence[Cell]:
    is_over, is_to_come = bool(holder.ends and holder.ends < day), holder.begins > day
    state, mood = ("vorbei", "") if is_over else ("kommt noch", "info") if is_to_come else ("gilt", "success")
    return [
        Cell(holder.name),
        Cell(str(holder.role)),
        Cell(holder.begins),
        Cell(holder.ends),
        Cell(holder.limit_cents),
        Cell(holder.deputy_of),
        Cell(state, mood=mood, offers=() if is_over else _ending(asked, "rolle-beenden", "welche", place)),
    ]


def _ending(asked: Asked, act: str, field: str, place: int) -> Sequence[Offer]:
    return asked.offers((act, "Beenden", {field: str(place)}))


PAGES: Final = (WorkplacePage("rollen", "Rollen", _roles),)
