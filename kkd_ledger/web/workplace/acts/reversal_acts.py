"""Korrekturen: an entry is taken back by a new one; what lay on the account when the book began."""

from __future__ import annotations

from typing import Final

from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.money import format_eur
from kkd_ledger.web.workplace.acting import form_fields as fields
from kkd_ledger.web.workplace.acting.action import Action, ActionCall, ActionReport, WayBack
from kkd_ledger.web.workplace.acting.form_fields import Field
from kkd_ledger.web.workplace.acts import choices
from kkd_ledger.web.workplace.snapshot import Snapshot
from kkd_ledger.work.books.opening import opening_balance
from kkd_ledger.work.corrections.reverse import Reversed, reverse


def _reverse_fields(snapshot: Snapshot) -> tuple[Field, ...]:
    newest = [
        (entry.text(v.NUMBER), choices.entry_words(entry))
        for entry in snapshot.entries[: choices.CHOICES_MAX]
    ]
    sentence = "Ihre Nummer, zum Beispiel 2023-000017, oder Name und Betrag."
    return (
        Field("nr", "Buchung", sentence, fields.words, suggestions=newest, blamed=("Buchung",), finds=True),
        choices.reason("Warum wird storniert?"),
    )


def _reverse(call: ActionCall) -> ActionReport:
    number = call.text("nr")
    done = reverse(call.book, number, call.cause(call.text("grund")), dry_run=call.dry_run)
    happens = call.tense("wird durch eine Gegenbuchung aufgehoben", "ist durch eine Gegenbuchung aufgehoben")
    said = [f"Buchung {number} („{done.original.narration}“) {happens}."]
    if done.put_in_suspense:
        when = call.tense("dann", "jetzt")
        said.append(
            f"Die Bankzeile bleibt; ihr Geld ist {when} ungeklärt: Unter „Zahlungsabgleich“ findet es seinen Posten."
        )
    if done.document:
        said.append(
            f"{done.document} ist schon geschrieben: Unter „Anforderungen schreiben“ entsteht danach das Schreiben, "
            "dass es nicht mehr gilt, oder das Dokument an seiner Stelle."
        )
    return ActionReport(said, done.outcome, ways_back=[_again(number, done)])


def _again(number: str, done: Reversed) -> WayBack:
    """Return how what was taken back is done anew: the thing itself, in its right form."""
    kind = done.original.text(v.KIND)
    if done.put_in_suspense:
        return WayBack("Das Geld wieder zuordnen", "zuordnen", {"nr": number})
    if kind == v.Kind.CLEARING:
        return WayBack("Das Geld, das wieder ungeklärt ist, dem richtigen Posten zuordnen", "zuordnen", {})
    if kind == v.Kind.OFFSET:
        return WayBack("Richtig aufrechnen oder umbuchen", "aufrechnen", {})
    if kind == v.Kind.REMISSION:
        return WayBack("Richtig erlassen", "erlassen", {})
    if kind in v.SHARE_KINDS:
        return WayBack("Was die Vereinbarung verlangt, neu buchen", "sollstellung", {})
    return WayBack("Abschlussbuchungen neu vorschlagen", "jahresabschluss", {})


def _opening_fields(_: Snapshot) -> tuple[Field, ...]:
    sentence = (
        "Was vor dem ersten Kontoauszug auf dem Konto lag. 0,00 nimmt einen eingetragenen Bestand zurück."
    )
    return (choices.amount(sentence, is_required=True), choices.reason("Woher ist der Bestand bekannt?"))


def _opening(call: ActionCall) -> ActionReport:
    cents = call.cents("betrag") or 0
    done = opening_balance(call.book, cents, call.cause(call.text("grund")), dry_run=call.dry_run)
    said = f"Anfangsbestand {format_eur(cents)}." if cents else "Der Anfangsbestand ist zurückgenommen."
    back = WayBack("Den Anfangsbestand zurücknehmen (0,00)", "anfangsbestand", {"betrag": "0,00"})
    return ActionReport([said], done.outcome, ways_back=[back] if cents else [])


ACTS: Final = (
    Action(
        "stornieren",
        "Buchung stornieren",
        "reverse",
        "Eine Buchung wird nie gelöscht: Eine neue hebt sie auf. Eine Zahlung bleibt dabei im Buch und wird ungeklärt.",
        _reverse_fields,
        _reverse,
        back="journal",
    ),
    Action(
        "anfangsbestand",
        "Anfangsbestand des Bankkontos",
        "opening",
        "Was auf dem eigenen Bankkonto lag, als das Buch begann.",
        _opening_fields,
        _opening,
        verb="Jetzt eintragen",
        back="zahlungsabgleich",
    ),
)
