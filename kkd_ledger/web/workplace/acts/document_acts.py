"""Posteingang: e-invoices of the operator are taken as agreed, accepted in spite of a doubt, or rejected."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from kkd_ledger import german
from kkd_ledger.book.entries import Authorisation
from kkd_ledger.errors import UsageError
from kkd_ledger.web.workplace.acting import form_fields as fields
from kkd_ledger.web.workplace.acting.action import (
    CERTIFIERS,
    ORDERERS,
    Action,
    ActionCall,
    ActionReport,
    WayBack,
)
from kkd_ledger.web.workplace.acting.form_fields import Field
from kkd_ledger.web.workplace.acts import choices
from kkd_ledger.web.workplace.blocks import Block, Sentence, Sentences
from kkd_ledger.web.workplace.snapshot import Snapshot
from kkd_ledger.work.claims.filing import WAITING
from kkd_ledger.work.claims.incoming import DocumentDecision, Taken, receive
from kkd_ledger.work.statements.inbox import DOUBTFUL, INBOX, invoices, reasons


def _offered(snapshot: Snapshot) -> choices.Choices:
    book = snapshot.book
    fresh = [(f"{INBOX}/{path.name}", path.name) for path in invoices(book)]
    doubtful = [(f"{WAITING}/{name}", f"{name} (zu klären)") for name, _ in reasons(book, DOUBTFUL)]
    return [*fresh, *doubtful]


def _files(snapshot: Snapshot, help: str) -> Field:  # noqa: A002 - as the field has it
    offered = _offered(snapshot)
    return Field("dateien", "E-Rechnungen", help, fields.several, choices=offered, several=True)


def _take_fields(snapshot: Snapshot) -> tuple[Field, ...]:
    why = "Nur nötig, wenn eine E-Rechnung zu klären ist und trotzdem gilt; nie bei einem anderen Betrag."
    decision = "Nur bei Anteilen früherer Jahre: warum sie jetzt gebucht werden."
    return (
        _files(snapshot, "Was gebucht wird; mehrere zugleich sind möglich."),
        Field("trotzdem", "Annehmen, weil", why, fields.words, is_required=False),
        Field(
            "periode", "Periodenentscheidung", decision, fields.words, is_required=False, blamed=("Period",)
        ),
    )


def _reject_fields(snapshot: Snapshot) -> tuple[Field, ...]:
    return (
        _files(snapshot, "Was zurückgewiesen wird: abgelegt, nie gebucht, nie gezahlt."),
        choices.reason("Warum?"),
    )


def _take(call: ActionCall) -> ActionReport:
    decision = (
        DocumentDecision(accepts=True, by=call.first, reason=call.text("trotzdem"))
        if call.text("trotzdem")
        else None
    )
    return _received(call, decision, call.order(decision=call.text("periode")))


def _reject(call: ActionCall) -> ActionReport:
    decision = DocumentDecision(accepts=False, by=call.first, reason=call.text("grund"))
    return _received(call, decision, Authorisation(call.today))


def _received(call: ActionCall, decision: DocumentDecision | None, order: Authorisation) -> ActionReport:
    paths = [call.book.root / Path(name) for name in call.chosen("dateien")]
    if not paths:
        raise UsageError("Es ist keine E-Rechnung gewählt.")
    taken = receive(call.book, paths, order, decision=decision, dry_run=call.dry_run)
    if taken.stopped:
        raise taken.stopped
    seen = call.tense("angesehen", "bearbeitet")
    said = f"{german.count(len(taken.received), 'E-Rechnung', 'E-Rechnungen')} {seen}."
    essence = "\n".join(f"{document.path.name} {document.comparison.verdict}" for document in taken.received)
    way = WayBack("Eine E-Rechnung noch einmal in den Posteingang legen", "ablegen", {})
    blocks, nothing = _verdicts(taken), "Daraus wird nichts gebucht."
    return ActionReport([said], taken.outcome, blocks, essence=essence, nothing=nothing, ways_back=[way])


def _verdicts(taken: Taken) -> list[Block]:
    """Return what became of each document, the signs of fraud first."""
    blocks: list[Block] = []
    for document in taken.received:
        comparison = document.comparison
        texts = [Sentence(sign, mood="danger", word="Warnzeichen") for sign in comparison.signs]
        texts += [Sentence(text) for text in (*comparison.reasons, *comparison.remarks, *document.booked)]
        texts += [Sentence(offset.text) for offset in document.offsets]
        texts += [
            Sentence(str(problem)) for problem in (document.refusal.problems if document.refusal else ())
        ]
        title = f"{document.path.name}: {comparison.verdict}"
        blocks.append(Sentences(title, texts, "Alles ist wie vereinbart."))
    return blocks


ACTS: Final = (
    Action(
        "rechnung-buchen",
        "E-Rechnungen buchen",
        "receive",
        "Was angefordert ist, wird mit der Vereinbarung verglichen; was stimmt, wird eine Verbindlichkeit.",
        _take_fields,
        _take,
        roles=CERTIFIERS,
        seconds=ORDERERS,
        back="posteingang",
        side="member",
    ),
    Action(
        "rechnung-zurueckweisen",
        "E-Rechnungen zurückweisen",
        "receive --reject",
        "Was nicht gilt, wird mit dem Grund abgelegt und nie gezahlt.",
        _reject_fields,
        _reject,
        verb="Zurückweisen",
        back="posteingang",
        side="member",
    ),
)
