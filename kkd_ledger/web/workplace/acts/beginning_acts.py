"""Neue Vereinbarung: the questions of `kkd init` as a form that grows with its answers, then the readable version."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from kkd_ledger.agreement import readable
from kkd_ledger.agreement.beginning.answers import answers_of
from kkd_ledger.agreement.beginning.asking import Question
from kkd_ledger.agreement.beginning.questions import Interview
from kkd_ledger.errors import UsageError
from kkd_ledger.fields import as_id
from kkd_ledger.web.workplace.acting import form_fields as fields
from kkd_ledger.web.workplace.acting.action import Action, ActionCall, ActionReport, GrowingForm, WayBack
from kkd_ledger.web.workplace.acting.form_fields import Field
from kkd_ledger.web.workplace.blocks import Block, Sentence, Sentences
from kkd_ledger.web.workplace.pages.agreement_page import sections_of
from kkd_ledger.web.workplace.snapshot import Snapshot
from kkd_ledger.work.beginning.begin import begin, beginning, refuse_taken

QUESTIONS_MAX: Final = 1_500
"""How many questions a form asks at most."""


class _Waits(Exception):
    """A question that nobody has answered yet."""


class Replay:
    """The interview of `kkd init`, answered by what was typed so far, up to the first question that is still open.

    What has a default is taken as answered by it until somebody types otherwise, so that a page asks as much as it can.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._times: Counter[str] = Counter()
        self._hint = ""
        self._last: Question | None = None
        self.fields: list[Field] = []
        self.wrong: dict[str, str] = {}
        self.answers: dict[str, Any] = {}
        self.is_whole = self._run()

    def _run(self) -> bool:
        interview = Interview(self._ask, self._tell, {}, goes_back=False)
        try:
            self.answers = interview.run()
        except _Waits:
            return False
        return True

    def _tell(self, text: str) -> None:
        self._hint = text.strip()

    def _ask(self, question: Question) -> str:
        if self._last is not None and question == self._last and self._hint:
            field = self.fields[-1]
            allowed = self._hint.rpartition("erlaubt: ")[2]
            typed = self._texts.get(field.name, "")
            self.wrong[field.name] = self._hint if typed else f"Bitte ausfüllen; erlaubt: {allowed}"
            raise _Waits
        self._last = question
        self._times[question] += 1
        key = f"{question.section}|{question}|{self._times[question]}"
        name = f"f{hashlib.sha256(key.encode()).hexdigest()[:10]}"
        self.fields.append(self._field(question, name))
        self._hint = ""
        if name not in self._texts and not (question.default or question.nothing):
            raise _Waits
        if len(self.fields) > QUESTIONS_MAX:
            raise UsageError(
                "Das ist mehr, als ein Formular fragt; bitte mit einer Antwortdatei (`kkd init`)."
            )
        return self._texts.get(name, question.default).strip()

    def _field(self, question: Question, name: str) -> Field:
        label = question.words.partition(" (")[0] if question.choices else question.words
        hint = self._hint if not self._hint.startswith("Wo eine Vorgabe") else ""
        empty = f"Leer: {question.nothing}." if question.nothing else ""
        is_required = not (question.default or question.nothing)
        return Field(
            name, label, f"{hint} {empty}".strip(), fields.words, is_required=is_required, start=question.default,
            choices=[(choice, choice) for choice in question.choices], section=question.section,
        )  # fmt: skip


def _folder_field() -> Field:
    help_ = "Der neue Ordner neben den Büchern, zum Beispiel schulverband-musterstadt."
    return Field(
        "ordner", "Ordner", help_, _folder, section="Wohin", blamed=("gibt es schon", "gibt es nicht")
    )


def _month_field(snapshot: Snapshot) -> Field:
    help_ = "Der erste Buchungsmonat des neuen Buchs, zum Beispiel 01/2025."
    start = f"{snapshot.today.month:02}/{snapshot.today.year}"
    return Field(
        "monat", "Erster Monat", help_, fields.month, start=start, section="Wohin", blamed=("Monat",)
    )


def _folder(text: str) -> str:
    if as_id(text) != text:
        raise ValueError(
            f"„{text}“ ist kein Ordnername; erlaubt: Kleinbuchstaben, Ziffern, Striche ({as_id(text)})"
        )
    return text


def _first_fields(snapshot: Snapshot) -> tuple[Field, ...]:
    return (_folder_field(), _month_field(snapshot))


def _growing(snapshot: Snapshot, texts: Mapping[str, str]) -> GrowingForm:
    replay = Replay(texts)
    return GrowingForm((*_first_fields(snapshot), *replay.fields), replay.is_whole, replay.wrong)


def _begin(call: ActionCall) -> ActionReport:
    replay = Replay({name: str(value or "") for name, value in call.values.items()})
    made = beginning(answers_of(replay.answers), call.month("monat"))
    target = Path(call.book.root).parent / call.text("ordner")
    refuse_taken(target)
    blocks: list[Block] = list(sections_of(readable(made.agreement)))
    files = [Sentence(f"{target.name}/{file}") for file in made.texts]
    blocks.append(Sentences(call.tense("Was geschrieben wird", "Was geschrieben ist"), files))
    if not call.dry_run:
        begin(made, target)
    said = f"{made.agreement.title}: {call.tense('Das wird angelegt', 'angelegt')} in {target.name}, mit dem Buch "
    said += f"{made.book} und seinem ersten Monat."
    shown = "Zu sehen ist das neue Buch, sobald wer den Arbeitsplatz betreibt es ihm nennt (`kkd serve`)."
    ways = [
        WayBack(
            "War etwas falsch: den Ordner lässt man liegen und legt einen neuen an", "neue-vereinbarung", {}
        )
    ]
    bound = repr(sorted(made.texts.items()))
    return ActionReport([said, shown], None, blocks, bound=bound, ways_back=ways)


ACTS: Final = (
    Action(
        "neue-vereinbarung",
        "Neue Vereinbarung",
        "init",
        "Aus den Angaben eines Vertrags entstehen Vereinbarung, Kontakte und ein Buch mit seinem ersten Monat. Das "
        "Formular fragt mit jedem „Weiter“, was noch fehlt; alles bleibt änderbar, bis Sie bestätigen.",
        _first_fields,
        _begin,
        verb="Jetzt anlegen",
        back="vereinbarung",
        growing=_growing,
    ),
)
