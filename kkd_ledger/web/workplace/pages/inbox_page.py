"""Posteingang: what lies in the inbox, what a run would do with it, and what waits for a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kkd_ledger.web.workplace.blocks import (
    Asked,
    Block,
    Content,
    Sentence,
    Sentences,
    TableBlock,
    WorkplacePage,
)
from kkd_ledger.web.workplace.tables import Cell, ColumnKind, Table, TableColumn
from kkd_ledger.work.decisions.explained_words import outlook_text, reason_text
from kkd_ledger.work.decisions.explaining import ExplainedFile, FileOutlook
from kkd_ledger.work.decisions.proposals import ItemProposal
from kkd_ledger.work.statements.inbox import DOUBTFUL, document_word, invoices, reasons

_MOODS: Final = {FileOutlook.BOOKED: "success", FileOutlook.WAITS: "warning", FileOutlook.REJECTED: "danger"}


def _inbox(asked: Asked) -> Content:
    snapshot = asked.snapshot
    month = next((str(month) for month in snapshot.waiting_months), "")
    offers = asked.offers(
        ("ablegen", "Dateien ablegen", {}),
        *([("monatslauf", f"Monatslauf {month}", {"monat": month})] if month else []),
        ("bankdatei", "Über eine Bankdatei entscheiden", {}),
        ("rechnung-buchen", "E-Rechnungen buchen", {}),
        ("rechnung-zurueckweisen", "E-Rechnung zurückweisen", {}),
    )
    statements = Sentences(
        "Kontoauszüge im Posteingang",
        [sentence for file in snapshot.inbox for sentence in _file(asked, file)],
        "Kein Kontoauszug liegt im Posteingang.",
    )
    blocks: list[Block] = [statements, _rejected(asked), _documents(asked), TableBlock(_lines(asked))]
    lead = "Was hereinkam, was ein Lauf damit täte, und warum etwas wartet"
    return Content("Posteingang", lead, blocks, offers)


def _file(asked: Asked, file: ExplainedFile) -> Iterator[Sentence]:
    name, mood = file.path.name, _MOODS.get(file.outlook, "info")
    offers = asked.offers(("bankdatei", "", {"datei": name})) if file.outlook == FileOutlook.WAITS else ()
    yield Sentence(name, href=offers[0].href if offers else "", mood=mood, word=str(file.outlook))
    yield from (Sentence(outlook_text(outlook)) for outlook in file.statements)
    yield from (Sentence(line.strip()) for reason in file.reasons for line in reason_text(reason))
    yield from (Sentence(str(problem)) for problem in (() if file.reasons else file.problems))


def _rejected(asked: Asked) -> Sentences:
    files = [file for file in asked.snapshot.doubts.files if file.place.endswith("rejected")]
    sentences = []
    for file in files:
        offers = asked.offers(("bankdatei", "", {"datei": file.name}))
        text = f"{file.name}: {' '.join(file.reasons)}"
        sentences.append(
            Sentence(text, href=offers[0].href if offers else "", mood="danger", word="abgelehnt")
        )
    return Sentences("Abgelehnte Dateien", sentences, "Keine Datei ist abgelehnt.")


def _documents(asked: Asked) -> Sentences:
    book = asked.snapshot.book
    sentences = [Sentence(path.name, mood="info", word=document_word(path)) for path in invoices(book)]
    sentences += [
        Sentence(f"{name}: {reason}", mood="warning", word="zu klären")
        for name, reason in reasons(book, DOUBTFUL)
    ]
    return Sentences("E-Rechnungen", sentences, "Keine E-Rechnung wartet.")


def _lines(asked: Asked) -> Table:
    rows = []
    for line, ways in asked.snapshot.status.waiting:
        words = " ".join(filter(None, line.words or ()))
        item = next((way.item.posten for way in ways if isinstance(way, ItemProposal)), "")
        offers = asked.offers(
            (
                "bankzeile",
                "Entscheiden",
                {"zeile": line.key, "posten": item, "urteil": "zahlt" if item else ""},
            ),
        )
        note = "; ".join([*line.reasons, *(way.text for way in ways)])
        rows.append((Cell(line.day), Cell(words, note=note, offers=offers), Cell(line.cents)))
    return Table.of(
        "Bankzeilen, über die ein Mensch entscheidet",
        (
            TableColumn("tag", "Tag", ColumnKind.DAY),
            TableColumn("zweck", "Zeile"),
            TableColumn("betrag", "EUR", ColumnKind.AMOUNT),
        ),
        rows,
        empty="Keine Bankzeile wartet.",
    )


PAGES: Final = (WorkplacePage("posteingang", "Posteingang", _inbox),)
