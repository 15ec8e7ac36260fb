"""Monate: which months there are, which are closed and by whom; who did what."""

from __future__ import annotations

import datetime as dt
from typing import Final

from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.web.workplace.blocks import Asked, Content, TableBlock, WorkplacePage
from kkd_ledger.web.workplace.page_words import deed_words, month_words
from kkd_ledger.web.workplace.tables import Cell, ColumnKind, Table, TableColumn


def _months(asked: Asked) -> Content:
    snapshot = asked.snapshot
    seals = snapshot.chain.seals
    rows = []
    for month in reversed(snapshot.months):
        seal = seals.get(month)
        key, word = ("oeffnen", "Wieder öffnen") if seal else ("abschliessen", "Abschließen")
        offers = asked.offers((key, word, {"monat": str(month)}))
        state = Cell("abgeschlossen" if seal else "offen", mood="success" if seal else "info", offers=offers)
        rows.append(
            [
                Cell(month_words(month)),
                state,
                Cell(seal.on if seal else None),
                Cell(", ".join(seal.persons) if seal else ""),
                Cell(str(seal.position) if seal else ""),
            ]
        )
    columns = (
        TableColumn("monat", "Monat"),
        TableColumn("stand", "Stand"),
        TableColumn("am", "am", ColumnKind.DAY),
        TableColumn("wer", "durch"),
        TableColumn("nachweis", "Abschlussnachweis Nr."),
    )
    months = Table.of("Buchungsmonate", columns, rows, empty="Noch kein Buchungsmonat.")
    offers = asked.offers(
        ("monatslauf", "Monatslauf", {}),
        ("monat-oeffnen", "Monat öffnen", {}),
        ("jahresabschluss", "Abschlussbuchungen vorschlagen", {}),
        ("abschlussbuchungen", "Abschlussbuchungen buchen", {}),
        ("bestaetigen", "Grundlagen bestätigen", {}),
        ("einstellungen", "book.toml ändern", {}),
        ("vorlagen", "Texte der Schreiben ändern", {}),
    )
    return Content("Monate und Nachweise", "", [TableBlock(months), TableBlock(_acts(asked))], offers)


def _acts(asked: Asked) -> Table:
    columns = (
        TableColumn("nr", "Nummer"),
        TableColumn("was", "Was"),
        TableColumn("wer", "Person"),
        TableColumn("rolle", "Rolle"),
        TableColumn("am", "am", ColumnKind.DAY),
        TableColumn("worueber", "Prüfsumme"),
    )
    rows = []
    for act in asked.snapshot.acts:
        number, deed, person, role, day = (*act.values, *[""] * 5)[:5]
        shown = str(act.meta.get(v.ACT_HASH, ""))[:16]
        rows.append(
            [
                Cell(str(number)),
                Cell(deed_words(str(deed))),
                Cell(str(person)),
                Cell(str(role)),
                _day(day),
                Cell(shown),
            ]
        )
    return Table.of("Wer hat was getan", columns, rows, empty="Noch niemand hat etwas getan.")


def _day(value: object) -> Cell:
    return Cell(value if isinstance(value, dt.date) else str(value))


PAGES: Final = (WorkplacePage("monate", "Monate und Nachweise", _months, is_kept=True),)
