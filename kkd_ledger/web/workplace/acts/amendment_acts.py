"""Nachtrag: what is newly agreed, one thing after the other, each with its own fields; the form grows with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from kkd_ledger.agreement import figure_texts
from kkd_ledger.agreement.beginning.amendments import Amendment
from kkd_ledger.agreement.beginning.typed_answers import KINDS, STEPS, TREATMENTS, typed_month_day
from kkd_ledger.agreement.file.asked import asked_year
from kkd_ledger.web.workplace.acting import form_fields as fields
from kkd_ledger.web.workplace.acting.action import Action, ActionCall, ActionReport, GrowingForm
from kkd_ledger.web.workplace.acting.form_fields import Field
from kkd_ledger.web.workplace.acts.added_report import added_report
from kkd_ledger.web.workplace.snapshot import Snapshot
from kkd_ledger.work.terms.added_terms import amended

Choices = Sequence[tuple[str, str]]
MATTERS_MAX: Final = 60
"""How many things one amendment may say."""


class Part(NamedTuple):
    """One field of a matter: its name, label and help, how it is read, and what there is to choose from."""

    name: str
    label: str
    help: str = ""
    read: Callable[[str], object] = fields.words
    choices: Callable[[Snapshot], Choices] | None = None


class AmendmentMatter(NamedTuple):
    """One thing that an amendment may say: its words, its fields, and the call that adds it."""

    words: str
    parts: Sequence[Part]
    add: Callable[[Amendment, Sequence[object]], None]


def _components(snapshot: Snapshot) -> Choices:
    return _titles(component.title for component in snapshot.book.agreement.components)


def _measures(snapshot: Snapshot) -> Choices:
    return _titles(basis.title for basis in snapshot.book.agreement.bases)


def _parties(snapshot: Snapshot) -> Choices:
    return _titles(party.name for party in snapshot.book.agreement.parties())


def _titles(titles: Iterator[str]) -> Choices:
    return [(title, title) for title in dict.fromkeys(titles)]


def _words_of(words: Mapping[str, str]) -> Callable[[Snapshot], Choices]:
    return lambda _: [(value, word) for word, value in words.items()]


def _days(text: str) -> list[str]:
    return [typed_month_day(day.strip()) for day in text.split(",")]


_DAY: Final = Part("tag", "Ab welchem Tag", "Zum Beispiel 01.01.2025.", fields.day)
_COMPONENT: Final = Part("baustein", "Baustein", "Was geteilt wird.", choices=_components)
_PARTY: Final = Part("wer", "Beteiligte", choices=_parties)
_MANY_DAYS: Final = Part("tage", "Tage jedes Jahres", "Zum Beispiel 15.02., 15.08.", _days)
MATTERS: Final[Mapping[str, AmendmentMatter]] = {
    "beitritt": AmendmentMatter(
        "eine Beteiligte tritt bei",
        (Part("wer", "Name"), Part("art", "Art", choices=_words_of(KINDS)), _DAY),
        lambda amendment, said: amendment.joins(*said),  # type: ignore[arg-type]
    ),
    "austritt": AmendmentMatter(
        "eine Beteiligte scheidet aus",
        (_PARTY, Part("tag", "Ihr letzter Tag", "Zum Beispiel 31.12.2025.", fields.day)),
        lambda amendment, said: amendment.leaves(*said),  # type: ignore[arg-type]
    ),
    "satz": AmendmentMatter(
        "ein neuer Satz je Einheit",
        (_COMPONENT, _DAY, Part("wert", "Satz", "Zum Beispiel 0,35.")),
        lambda amendment, said: amendment.stage(*[*said, "rates"]),  # type: ignore[arg-type]
    ),
    "betrag": AmendmentMatter(
        "ein neuer fester Betrag",
        (_COMPONENT, _DAY, Part("wert", "Betrag in Euro", "Zum Beispiel 12.000,00.")),
        lambda amendment, said: amendment.stage(*[*said, "amounts"]),  # type: ignore[arg-type]
    ),
    "kosten": AmendmentMatter(
        "die Kosten eines Jahres",
        (_COMPONENT, Part("jahr", "Leistungsjahr", "", fields.service_year), Part("wert", "Betrag in Euro")),
        lambda amendment, said: amendment.cost(*said),  # type: ignore[arg-type]
    ),
    "raten": AmendmentMatter(
        "Raten: an welchen Tagen gezahlt wird",
        (_COMPONENT, _DAY, _MANY_DAYS),
        lambda amendment, said: amendment.dues(*said),  # type: ignore[arg-type]
    ),
    "voraus": AmendmentMatter(
        "Vorauszahlungen: an welchen Tagen",
        (_COMPONENT, _DAY, _MANY_DAYS),
        lambda amendment, said: amendment.dues(*said, in_advance=True),  # type: ignore[arg-type]
    ),
    "beschluss": AmendmentMatter(
        "der Beschluss einer Beteiligten",
        (
            _PARTY,
            Part("tag", "Beschlossen am", "", fields.day),
            Part("vorlage", "Vorlage"),
            Part("gremium", "Gremium"),
        ),
        lambda amendment, said: amendment.resolution(*said),  # type: ignore[arg-type]
    ),
    "schritt": AmendmentMatter(
        "Genehmigung, Anzeige oder ein anderer Schritt",
        (_PARTY, Part("schritt", "Schritt", choices=_words_of(STEPS)), Part("tag", "Am", "", fields.day)),
        lambda amendment, said: amendment.step(*said),  # type: ignore[arg-type]
    ),
    "steuer": AmendmentMatter(
        "Umsatzsteuer ab einem Tag",
        (
            _DAY,
            Part("behandlung", "Behandlung", choices=_words_of(TREATMENTS)),
            Part("wer", "Entschieden von"),
            Part("am", "Entschieden am", "", fields.day),
        ),
        lambda amendment, said: amendment.vat(*said),  # type: ignore[arg-type]
    ),
    "zahl": AmendmentMatter(
        "die Zahl einer Beteiligten",
        (Part("mass", "Maß", "Wonach geteilt wird.", choices=_measures), _PARTY, Part("wert", "Zahl")),
        lambda amendment, said: amendment.figure(*said),  # type: ignore[arg-type]
    ),
    "klausel": AmendmentMatter(
        "der Wortlaut einer neuen Fundstelle",
        (Part("fundstelle", "Fundstelle", "Zum Beispiel § 4a."), Part("text", "Wortlaut")),
        lambda amendment, said: amendment.clause(*said),  # type: ignore[arg-type]
    ),
}


def _reason() -> Field:
    return Field("grund", "Grund", "Er steht über dem Nachtrag.", fields.words, section="Warum")


def _first_fields(_: Snapshot) -> tuple[Field, ...]:
    return (_which(1), _reason())


def _which(number: int) -> Field:
    offered = [(key, matter.words) for key, matter in MATTERS.items()]
    label = "Was ist neu vereinbart?" if number == 1 else "Und noch etwas?"
    help_ = "" if number == 1 else "Leer lassen, wenn das alles ist."
    return Field(
        f"was{number}", label, help_, fields.words, is_required=number == 1, choices=offered,
        section=f"{number}. Änderung",
    )  # fmt: skip


def _chosen(texts: Mapping[str, str]) -> list[str]:
    """Return what an amendment says so far, in order, up to the first that is left empty."""
    keys: list[str] = []
    while len(keys) < MATTERS_MAX and (key := texts.get(f"was{len(keys) + 1}", "")) in MATTERS:
        keys.append(key)
    return keys


def _growing(snapshot: Snapshot, texts: Mapping[str, str]) -> GrowingForm:
    """Return the fields of everything that was chosen, then the question for more; whole once all were shown."""
    shown: list[Field] = []
    keys = _chosen(texts)
    for number, key in enumerate(keys, 1):
        shown.append(_which(number))
        shown += [
            Field(
                f"{part.name}{number}", part.label, part.help, part.read,
                choices=part.choices(snapshot) if part.choices else (),
            )
            for part in MATTERS[key].parts
        ]  # fmt: skip
    shown += [_which(len(keys) + 1), _reason()]
    is_whole = bool(keys) and all(field.name in texts for field in shown)
    return GrowingForm(shown, is_whole)


def _amend(call: ActionCall) -> ActionReport:
    file = call.book.agreement_file
    text = file.read_text(encoding="utf-8-sig")
    amendment = Amendment(text, call.today, file.name, figure_texts(file))
    for number, key in enumerate(_chosen({name: str(value or "") for name, value in call.values.items()}), 1):
        matter = MATTERS[key]
        said = [call.values[f"{part.name}{number}"] for part in matter.parts]
        if key == "kosten":
            component, year, amount = said
            assert isinstance(year, int)
            said = [
                component,
                asked_year(call.book.agreement, str(component), year, call.today, "plan"),
                amount,
            ]
        matter.add(amendment, said)
    added = amended(file, amendment, call.text("grund"), call.today)
    return added_report(call, added, "Ein Nachtrag wird durch einen späteren geändert", "nachtrag")


ACTS: Final = (
    Action(
        "nachtrag",
        "Nachtrag schreiben",
        "agreement amend",
        "Was neu vereinbart ist, kommt an das Ende der Vereinbarung; darüber Stehendes bleibt, wie es ist. Mit "
        "„Weiter“ fragt das Formular, was zu jeder Änderung gehört.",
        _first_fields,
        _amend,
        verb="Jetzt schreiben",
        back="vereinbarung",
        growing=_growing,
    ),
)
