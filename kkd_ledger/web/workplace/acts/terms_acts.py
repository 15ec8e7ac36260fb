"""Vereinbarung: figures of a year, amendments, book.toml, words of letters; two persons confirm them afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from kkd_ledger.agreement.file.reported import FORMS, Reported
from kkd_ledger.web.workplace.acting import form_fields as fields
from kkd_ledger.web.workplace.acting.action import SETTING_UP, Action, ActionCall, ActionReport, WayBack
from kkd_ledger.web.workplace.acting.form_fields import Field
from kkd_ledger.web.workplace.acts.added_report import CONFIRM, added_report, listed
from kkd_ledger.web.workplace.snapshot import Snapshot
from kkd_ledger.work.terms.added_terms import reported_figures
from kkd_ledger.work.terms.basis_text import NewText, new_settings, new_words, settings_text, words_text

_STATES: Final = (
    ("reported", "gemeldet"),
    ("provisional", "vorläufig"),
    ("final", "festgestellt"),
    ("corrected", "berichtigt"),
)


def _figure_fields(_: Snapshot) -> tuple[Field, ...]:
    example = f"Eine Tabelle mit Strichpunkten; {FORMS}."
    source = (
        "Woher Beträge und Indexwerte kommen. Bei Stichtagszahlen leer: Es gilt die Quelle der Vereinbarung."
    )
    kinds = (("actual", "Ist"), ("plan", "Plan"))
    return (
        Field("zahlen", "Zahlen", example, fields.lines, is_long=True, blamed=("CSV", "Zeile")),
        Field("quelle", "Quelle", source, fields.words, is_required=False, blamed=("--source", "Quelle")),
        Field("stand", "Stand", "Wie fest sie sind.", fields.words, choices=_STATES, start="reported"),
        Field(
            "art", "Plan oder Ist", "Ob geplant oder geschehen.", fields.words, choices=kinds, start="actual"
        ),
        Field("melder", "Gemeldet von", "Wer sie meldet.", fields.words, is_required=False),
    )


def _figures(call: ActionCall) -> ActionReport:
    known_from = max(call.today, call.book.agreement.known_from)
    report = Reported(
        known_from, call.text("quelle"), call.text("stand"), call.text("art"), call.text("melder")
    )
    added = reported_figures(call.book.agreement_file, call.text("zahlen"), report, call.today)
    return added_report(
        call, added, "Eine falsche Zahl wird durch eine berichtigte ersetzt", "zahlen-eintragen"
    )


def _settings_fields(snapshot: Snapshot) -> tuple[Field, ...]:
    help_ = (
        "Die ganze Datei; Konten, Rollen, Regeln, Fristen. Beteiligte und Vereinbarung bleiben, wie sie sind."
    )
    text = settings_text(snapshot.book)
    return (Field("text", "book.toml", help_, fields.lines, is_long=True, start=text, blamed=("book.toml",)),)


def _settings(call: ActionCall) -> ActionReport:
    return rewritten(call, new_settings(call.book, call.text("text"), dry_run=call.dry_run), "einstellungen")


def _words_fields(snapshot: Snapshot) -> tuple[Field, ...]:
    help_ = "Alle Texte der Schreiben; was in geschweiften Klammern steht, wird eingesetzt."
    text = words_text(snapshot.book)
    return (Field("text", "Texte der Schreiben", help_, fields.lines, is_long=True, start=text),)


def _words(call: ActionCall) -> ActionReport:
    return rewritten(call, new_words(call.book, call.text("text"), dry_run=call.dry_run), "vorlagen")


def rewritten(call: ActionCall, new: NewText, act: str, sentence: str = "Wieder ändern") -> ActionReport:
    """Return what a file written anew says: its lines that change, and the act that changes it back."""
    happens = call.tense("wird neu geschrieben", "ist neu geschrieben")
    said = f"{Path(new.file).name} {happens}; bis zwei Personen es bestätigen, bleibt KKD-G01 offen."
    ways = [WayBack(sentence, act, {})]
    bound = new.text if new.lines else ""
    return ActionReport(
        [said],
        None,
        [listed(call.tense("Was sich ändert", "Was sich geändert hat"), new.lines)],
        bound=bound,
        ways_back=ways,
        ways_on=[CONFIRM],
    )


ACTS: Final = (
    Action(
        "zahlen-eintragen",
        "Zahlen eintragen",
        "figures",
        "Gemeldete Zahlen eines Leistungsjahres, neben der Vereinbarung; daneben steht, wer deshalb was mehr zahlt.",
        _figure_fields,
        _figures,
        verb="Jetzt schreiben",
        back="vereinbarung",
    ),
    Action(
        "einstellungen",
        "book.toml ändern",
        "changes",
        "Worauf das Buch steht: Konten, Rollen, Bankregeln, Fristen.",
        _settings_fields,
        _settings,
        verb="Jetzt schreiben",
        roles=SETTING_UP,
        back="monate",
    ),
    Action(
        "vorlagen",
        "Texte der Schreiben ändern",
        "changes",
        "Die Worte von Anforderungen, Erinnerungen und Mitteilungen.",
        _words_fields,
        _words,
        verb="Jetzt schreiben",
        roles=SETTING_UP,
        back="monate",
        side="operator",
    ),
)
