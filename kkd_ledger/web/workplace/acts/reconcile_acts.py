"""Abstimmung: the other side's statement of balances, put beside one's own; nothing is written by that."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from kkd_ledger.errors import UsageError
from kkd_ledger.persons.contacts import load
from kkd_ledger.reconciliation.balance_file import from_file
from kkd_ledger.reconciliation.differences import reconcile
from kkd_ledger.web.workplace.acting import form_fields as fields
from kkd_ledger.web.workplace.acting.action import Action, ActionCall, ActionReport
from kkd_ledger.web.workplace.acting.form_fields import Field
from kkd_ledger.web.workplace.blocks import Block, Sentence, Sentences, TableBlock
from kkd_ledger.web.workplace.pages.balances_page import balance_table, way_words
from kkd_ledger.web.workplace.snapshot import Snapshot
from kkd_ledger.work.claims.balance_statement import balance_statement

_UNPROVED: Final = (
    "ACHTUNG: Die Datei ist ohne geprüfte Signatur genommen; wer sie geschickt hat, ist nicht bewiesen."
)


def _fields(_: Snapshot) -> tuple[Field, ...]:
    yes = (("ja", "ja, auch ohne geprüfte Signatur"),)
    help_ = "Leer: Nur eine Datei, deren Absender seine Signatur beweist."
    return (Field("unsigniert", "Ohne Signatur", help_, fields.words, is_required=False, choices=yes),)


def _compare(call: ActionCall) -> ActionReport:
    if len(call.uploads) != 1:
        raise UsageError("Bitte genau eine Datei: die Saldenbestätigung der anderen Seite.")
    [(name, content)] = call.uploads.items()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, Path(name).name or "datei")
        file.write_bytes(content)
        contacts = load(call.book.agreement_file, call.book.agreement)
        received = from_file(file, contacts, unsigned=bool(call.text("unsigniert")))
    theirs = received.statement
    own = balance_statement(
        call.book, theirs.member if call.book.is_operator else call.book.party, theirs.as_of
    )
    differences = reconcile(own, theirs)
    count = sum(1 for difference in differences if difference.cents)
    proof = f"Signatur geprüft: Schlüssel {received.signed_with}." if received.signed_with else _UNPROVED
    said = [f"Unterschiede: {count}." if count else "Abgestimmt: keine Unterschiede.", proof]
    sentences = [
        Sentence(
            f"{each.posten}: {each.words}; {each.text}", way_words(each), word=str(each.cause), mood="warning"
        )
        for each in differences
    ]
    tables = [TableBlock(balance_table(side)) for side in (own, theirs)]
    blocks: list[Block] = [Sentences("Unterschiede", sentences, "Keine."), *tables]
    return ActionReport(said, None, blocks, is_reading=True)


ACTS: Final = (
    Action(
        "abstimmen",
        "Salden abstimmen",
        "reconcile",
        "Die Saldenbestätigung der anderen Seite wird mit diesem Buch verglichen, Posten für Posten. Geschrieben wird "
        "nichts.",
        _fields,
        _compare,
        verb="Vergleichen",
        back="abstimmung",
        has_upload=True,
        upload_help="Eine Saldenbestätigung, wie die andere Seite sie als Datei herunterlädt (JSON).",
        upload_word="Vergleichen",
    ),
)
