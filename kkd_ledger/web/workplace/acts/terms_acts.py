"""Vereinbarung: figures of a year, amendments, book.toml, words of letters; two persons confirm them afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from kkd_ledger.agreement.beginning.amendments import Amendment
from kkd_ledger.agreement.beginning.typed_answers import KINDS
from kkd_ledger.agreement.file.asked import asked_year
from kkd_ledger.agreement.file.reported import FORMS, Reported
from kkd_ledger.errors import UsageError
from kkd_ledger.web.workplace.acting import form_fields as fields
from kkd_ledger.web.workplace.acting.action import SETTING_UP, Action, ActionCall, ActionReport, WayBack
from kkd_ledger.web.workplace.acting.form_fields import Field
from kkd_ledger.web.workplace.blocks import Block, Sentence, Sentences
from kkd_ledger.web.workplace.snapshot import Snapshot
from kkd_ledger.work.terms.added_terms import AddedTerms, amended, reported_figures, who_pays
from kkd_ledger.work.terms.basis_text import NewText, new_settings, new_words, settings_text, words_text

_CONFIRM: Final = WayBack("Weiter: von zwei Personen bestätigen lassen", "bestaetigen", {})
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
    return _added(call, added, "Eine falsche Zahl wird durch eine berichtigte ersetzt", "zahlen-eintragen")


def _amendment_fields(_: Snapshot) -> tuple[Field, ...]:
    forms = (
        ("beitritt", "Beitritt", "Je Zeile NAME=ART=TAG, zum Beispiel Musterdorf=Gemeinde=01.01.2025."),
        ("austritt", "Ausscheiden", "Je Zeile NAME=TAG; ihr letzter Tag."),
        ("satz", "Neuer Satz", "Je Zeile BAUSTEIN=TAG=SATZ."),
        ("betrag", "Neuer fester Betrag", "Je Zeile BAUSTEIN=TAG=BETRAG."),
        ("kosten", "Kosten eines Jahres", "Je Zeile BAUSTEIN=JAHR=BETRAG."),
        ("zahl", "Zahl einer Beteiligten", "Je Zeile MASS=NAME=ZAHL."),
        ("klausel", "Wortlaut einer Fundstelle", "Je Zeile FUNDSTELLE=TEXT."),
    )
    asked = [
        Field(name, label, text, fields.lines, is_required=False, is_long=True) for name, label, text in forms
    ]
    return (*asked, Field("grund", "Grund", "Er steht über dem Nachtrag.", fields.words))


def _amend(call: ActionCall) -> ActionReport:
    try:
        return _amended(call)
    except ValueError as refused:  # a day or a year in one of the lines
        raise UsageError(f"{refused}.") from None


def _amended(call: ActionCall) -> ActionReport:
    file = call.book.agreement_file
    amendment = Amendment(file.read_text(encoding="utf-8-sig"), call.today, file.name)
    count = 0
    for parts in _parts(call, "klausel", 2):
        amendment.clause(*parts)
        count += 1
    for name, kind, day in _parts(call, "beitritt", 3):
        if kind not in KINDS:
            raise UsageError(f"Beitritt: „{kind}“ ist unbekannt; erlaubt: {', '.join(KINDS)}")
        amendment.joins(name, KINDS[kind], fields.day(day))
        count += 1
    for name, day in _parts(call, "austritt", 2):
        amendment.leaves(name, fields.day(day))
        count += 1
    for field, key in (("satz", "rates"), ("betrag", "amounts")):
        for component, day, value in _parts(call, field, 3):
            amendment.stage(component, fields.day(day), value, key)
            count += 1
    for component, year, value in _parts(call, "kosten", 3):
        typed = fields.service_year(year)
        amendment.cost(
            component, asked_year(call.book.agreement, component, typed, call.today, "plan"), value
        )
        count += 1
    for parts in _parts(call, "zahl", 3):
        amendment.figure(*parts)
        count += 1
    if not count:
        raise UsageError(
            "Ein Nachtrag braucht einen Inhalt: Beitritt, Ausscheiden, Satz, Betrag, Kosten, Wortlaut."
        )
    added = amended(file, amendment, call.text("grund"), call.today)
    return _added(call, added, "Ein Nachtrag wird durch einen späteren geändert", "nachtrag")


def _parts(call: ActionCall, name: str, count: int) -> list[list[str]]:
    """Return the lines of a field, each in its parts between equals signs; raise UsageError for another form."""
    rows = [line.split("=", count - 1) for line in call.text(name).splitlines() if line.strip()]
    for row in rows:
        if len(row) != count or not all(part.strip() for part in row):
            raise UsageError(f"„{'='.join(row)}“ ist nicht lesbar; erlaubt: {count} Teile mit = dazwischen.")
    return [[part.strip() for part in row] for row in rows]


def _added(call: ActionCall, added: AddedTerms, sentence: str, act: str) -> ActionReport:
    if not call.dry_run:
        added.write()
    paid = list(who_pays(added.differences)) or ["Niemand zahlt deshalb etwas anderes."]
    blocks = [
        _listed("Wer zahlt was mehr oder weniger", paid),
        _listed(call.tense("Was geschrieben wird", "Was geschrieben ist"), added.lines),
    ]
    if added.missing:
        blocks.append(_listed("Es fehlt noch", added.missing))
    said = f"{', '.join(added.texts) or 'Keine Datei'}; es gilt, sobald zwei Personen es bestätigen."
    ways = [_CONFIRM, WayBack(sentence, act, {})]
    return ActionReport([said], None, blocks, bound=repr(sorted(added.texts.items())), ways_back=ways)


def _listed(title: str, texts: Sequence[str]) -> Block:
    return Sentences(title, [Sentence(text) for text in texts], "Nichts.")


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
    ways = [_CONFIRM, WayBack(sentence, act, {})]
    bound = new.text if new.lines else ""
    return ActionReport(
        [said],
        None,
        [_listed(call.tense("Was sich ändert", "Was sich geändert hat"), new.lines)],
        bound=bound,
        ways_back=ways,
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
        "nachtrag",
        "Nachtrag schreiben",
        "agreement amend",
        "Was neu vereinbart ist, kommt an das Ende der Vereinbarung; darüber Stehendes bleibt, wie es ist.",
        _amendment_fields,
        _amend,
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
