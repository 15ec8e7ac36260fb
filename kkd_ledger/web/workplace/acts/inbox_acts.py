"""Posteingang: statements and e-invoices are put into the inbox; nothing is booked by that."""

from __future__ import annotations

from typing import Final

from kkd_ledger import german
from kkd_ledger.errors import UsageError
from kkd_ledger.web.workplace.acting.action import Action, ActionCall, ActionReport, WayBack
from kkd_ledger.web.workplace.acting.form_fields import Field
from kkd_ledger.web.workplace.blocks import Block, Sentence, Sentences
from kkd_ledger.web.workplace.snapshot import Snapshot
from kkd_ledger.work.statements.dropping import drop


def _fields(_: Snapshot) -> tuple[Field, ...]:
    return ()


def _drop(call: ActionCall) -> ActionReport:
    if not call.uploads:
        raise UsageError("Es ist keine Datei gewählt.")
    dropped = drop(call.book, call.uploads, call.today)
    blocks: list[Block] = []
    for file in dropped:
        where = f"liegt in {file.kept}" if file.kept else "nicht behalten"
        mood, word = ("success", "abgelegt") if file.kept else ("warning", "nicht behalten")
        texts = [Sentence(where, mood=mood, word=word), *(Sentence(reason) for reason in file.reasons)]
        blocks.append(Sentences(f"{file.name}: {file.outlook}", texts))
    kept = [file for file in dropped if file.kept]
    said = (
        f"{german.count(len(kept), 'Datei liegt', 'Dateien liegen')} im Posteingang; gebucht ist noch nichts."
    )
    ways = [
        WayBack("Gehört eine Bankdatei nicht hierher: darüber entscheiden", "bankdatei", {}),
        WayBack("Gilt eine E-Rechnung nicht: zurückweisen", "rechnung-zurueckweisen", {}),
    ]
    hindered = "" if kept else "Keine der Dateien ist behalten; unter jeder steht, warum. Gebucht ist nichts."
    return ActionReport([said], None, blocks, hindered=hindered, ways_back=[way for way in ways if kept])


ACTS: Final = (
    Action(
        "ablegen",
        "Dateien in den Posteingang legen",
        "statement --explain",
        "Kontoauszüge und E-Rechnungen werden angesehen und abgelegt. Was nichts davon ist, wird nicht behalten.",
        _fields,
        _drop,
        verb="Ablegen",
        back="posteingang",
        has_upload=True,
    ),
)
