"""Stundung, Ratenzahlung, Niederschlagung und Erlass: certified by one person, ordered by another."""

from __future__ import annotations

from typing import Final

from kkd_ledger import german
from kkd_ledger.book.entries.relief_entries import Instalment
from kkd_ledger.book.text.vocabulary import DispositionKind
from kkd_ledger.errors import UsageError
from kkd_ledger.money import format_eur
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
from kkd_ledger.web.workplace.snapshot import Snapshot
from kkd_ledger.work.claims.relief import dispose, remit

_KINDS: Final = (
    ("stundung", "Stundung: bis zu einem Tag nicht fällig"),
    ("ratenzahlung", "Ratenzahlung: in Teilen fällig"),
    ("niederschlagung", "Niederschlagung: bis zur Wiedervorlage nicht verfolgt"),
)


def _defer_fields(snapshot: Snapshot) -> tuple[Field, ...]:
    until = "Bis wann; bei einer Ratenzahlung der Tag der letzten Rate (darf fehlen). Der heutige Tag beendet, der "
    until += "erste Fälligkeitstag nimmt sie zurück."
    rates = "Nur bei einer Ratenzahlung: je Zeile Tag und Betrag, zum Beispiel 30.06.2024 500,00."
    return (
        choices.posten("Posten", "Der offene Posten.", choices.open_items(snapshot)),
        Field("art", "Was", "Was verfügt ist.", fields.words, choices=_KINDS),
        Field("bis", "Bis", until, fields.day, is_required=False, blamed=("BIS", "ein Tag")),
        Field("raten", "Raten", rates, fields.instalments, is_required=False, is_long=True, blamed=("Rate",)),
        choices.order_text(),
    )


def _defer(call: ActionCall) -> ActionReport:
    posten, kind = call.text("posten"), DispositionKind(call.text("art"))
    rates = call.values.get("raten") or ()
    assert isinstance(rates, tuple)
    parts: tuple[Instalment, ...] = rates
    until = call.day("bis") or max((instalment.due for instalment in parts), default=None)
    if (kind == DispositionKind.INSTALMENTS) != bool(parts):
        raise UsageError("Eine Ratenzahlung, und nur sie, nennt ihre Raten (Rate je Zeile).")
    if until is None or (parts and until != parts[-1].due):
        raise UsageError("BIS fehlt; bei einer Ratenzahlung ist es der Tag der letzten Rate und darf fehlen.")
    cause = call.ordered_cause(call.text("anordnung"))
    outcome = dispose(call.book, posten, kind, until, cause, instalments=parts, dry_run=call.dry_run)
    item = outcome.known_book.progress.overview.claims.items.get(posten)
    said = f"{posten}: {kind.capitalize()} bis {german.day(until)}; geschuldet bleibt er."
    if item and item.disposition is None:
        said = f"Verfügung zurückgenommen: {posten} ist wieder am {german.day(item.due_on)} fällig."
    start = {"posten": posten, "art": "stundung", "bis": german.day(call.today)}
    return ActionReport([said], outcome, ways_back=[WayBack("Die Verfügung heute beenden", "stunden", start)])


def _remit_fields(snapshot: Snapshot) -> tuple[Field, ...]:
    return (
        choices.posten("Posten", "Der offene Posten.", choices.open_items(snapshot)),
        choices.amount("Leer: alles, was offen ist."),
        choices.order_text(),
    )


def _remit(call: ActionCall) -> ActionReport:
    posten, cause = call.text("posten"), call.ordered_cause(call.text("anordnung"))
    done = remit(call.book, posten, call.cents("betrag"), cause, dry_run=call.dry_run)
    said = [f"{format_eur(done.cents)} auf {posten} erlassen; dort offen {format_eur(done.open_cents)}."]
    if done.dues:
        parts = "; ".join(f"{german.day(due.day)} {format_eur(due.cents)}" for due in done.dues)
        said.append(
            f"Der Ratenplan gilt weiter, das Erlassene deckt die ersten Raten; noch zu zahlen: {parts}."
        )
    return ActionReport(said, done.outcome)


ACTS: Final = (
    Action(
        "stunden",
        "Stunden, Raten, Niederschlagen",
        "defer",
        "Der Posten bleibt geschuldet, wird aber später fällig, in Raten gezahlt oder vorläufig nicht verfolgt.",
        _defer_fields,
        _defer,
        roles=CERTIFIERS,
        seconds=ORDERERS,
        back="posten",
    ),
    Action(
        "erlassen",
        "Erlassen",
        "remit",
        "Was offen ist, wird ganz oder zum Teil aufgegeben.",
        _remit_fields,
        _remit,
        roles=CERTIFIERS,
        seconds=ORDERERS,
        back="posten",
    ),
)
