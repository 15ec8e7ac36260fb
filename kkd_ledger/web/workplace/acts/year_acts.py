"""Haushalt und Jahr: appropriations, the state of a fiscal year forwards and back, closing entries."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from kkd_ledger import german
from kkd_ledger.book.state.budgets import budget_names
from kkd_ledger.book.text.vocabulary import AppropriationKind
from kkd_ledger.money import format_eur
from kkd_ledger.periods import YearState
from kkd_ledger.web.workplace.acting import form_fields as fields
from kkd_ledger.web.workplace.acting.action import (
    ANYBODY,
    CERTIFIERS,
    ORDERERS,
    Action,
    ActionCall,
    ActionReport,
    WayBack,
)
from kkd_ledger.web.workplace.acting.form_fields import Field
from kkd_ledger.web.workplace.acts import choices
from kkd_ledger.web.workplace.blocks import Sentence, Sentences
from kkd_ledger.web.workplace.page_words import month_words, state_words
from kkd_ledger.web.workplace.snapshot import Snapshot
from kkd_ledger.work.books.books import Declared, appropriate, declare_year
from kkd_ledger.work.year.year_end import KIND, PENDING, apply, propose

_KINDS: Final = (
    ("ansatz", "Ansatz"),
    ("nachtrag", "Nachtrag"),
    ("uebertragen", "aus dem Vorjahr übertragen"),
    ("ueberplanmaessig", "überplanmäßig bewilligt"),
    ("ausserplanmaessig", "außerplanmäßig bewilligt"),
    ("finanzplanung", "mittelfristige Finanzplanung"),
)


def _fiscal_year(snapshot: Snapshot, start: int) -> Field:
    """Return the field for a fiscal year, which begins with the year in question."""
    years = [(str(year), "") for year in range(snapshot.today.year + 1, snapshot.today.year - 4, -1)]
    return Field(
        "jahr", "Haushaltsjahr", "Vier Ziffern.", fields.year, suggestions=years, start=str(start),
        blamed=("Haushaltsjahr",),
    )  # fmt: skip


def _unresolved_year(snapshot: Snapshot) -> int:
    """Return the oldest year of the book that has gone by and is not resolved; without one the year of today."""
    states = snapshot.overview.claims.years
    years = sorted({month.year for month in snapshot.months})
    waiting = (
        year for year in years if states.get(str(year)) != YearState.RESOLVED and year < snapshot.today.year
    )
    return next(waiting, snapshot.today.year)


def _budget_fields(snapshot: Snapshot) -> tuple[Field, ...]:
    _, *groups = budget_names(snapshot.book)
    group = Field(
        "gruppe",
        "Deckungskreis",
        "Leer: das ganze Budget.",
        fields.words,
        is_required=False,
        choices=[(name, name) for name in groups],
    )
    why = "Warum; nötig, wenn ein Ansatz berichtigt wird."
    return (
        _fiscal_year(snapshot, snapshot.today.year),
        choices.amount("Zum Beispiel 22.000,00; -1.000,00 nimmt zurück.", is_required=True),
        Field("art", "Art", "Was bewilligt ist.", fields.words, choices=_KINDS, start="ansatz"),
        *([group] if groups else []),
        Field("grund", "Grund", why, fields.words, is_required=False, blamed=("Grund",)),
    )


def _budget(call: ActionCall) -> ActionReport:
    year, cents, kind = call.number("jahr"), call.number("betrag"), AppropriationKind(call.text("art"))
    outcome = appropriate(
        call.book,
        year,
        cents,
        kind,
        today=call.today,
        group=call.text("gruppe"),
        reason=call.text("grund"),
        by=call.first,
        dry_run=call.dry_run,
    )
    said = f"{dict(_KINDS)[str(kind)]} {year}: {format_eur(cents)}."
    start = {"jahr": str(year), "betrag": format_eur(-cents).removesuffix(" EUR"), "art": str(kind)}
    back = WayBack(f"Mit {format_eur(-cents)} zurücknehmen", "ansatz", start)
    return ActionReport([said], outcome, ways_back=[back])


def _state_fields(snapshot: Snapshot) -> tuple[Field, ...]:
    states = [(str(state), state_words(state)) for state in YearState]
    paper = (
        "Die Vorlage, mit der die Vertretung beschlossen hat; nur bei „beschlossen“, oder von dort zurück."
    )
    return (
        _fiscal_year(snapshot, _unresolved_year(snapshot)),
        Field("stand", "Stand", "Wie weit das Jahr ist.", fields.words, choices=states, blamed=("„",)),
        Field("beschluss", "Beschluss", paper, fields.words, is_required=False),
    )


def _state(call: ActionCall) -> ActionReport:
    said = Declared(call.first, "", "", call.text("beschluss"))
    return _declared(call, said)


def _declared(call: ActionCall, said: Declared) -> ActionReport:
    year, state = call.number("jahr"), YearState(call.text("stand"))
    outcome = declare_year(call.book, year, state, said, today=call.today, dry_run=call.dry_run)
    back = WayBack("Den Stand zu zweit zurücknehmen", "jahresstand-zurueck", {"jahr": str(year)})
    return ActionReport([f"Haushaltsjahr {year}: {state_words(state)}."], outcome, ways_back=[back])


def _back_fields(snapshot: Snapshot) -> tuple[Field, ...]:
    return (*_state_fields(snapshot), choices.reason("Warum geht der Stand zurück?"))


def _state_back(call: ActionCall) -> ActionReport:
    return _declared(call, Declared(call.first, call.second, call.text("grund"), call.text("beschluss")))


def _propose_fields(snapshot: Snapshot) -> tuple[Field, ...]:
    carried = Field(
        "uebertrag",
        "Übertrag ins nächste Jahr",
        "Wie viel vom Rest des Ansatzes übertragen wird; leer: nichts.",
        fields.cents,
        is_required=False,
        blamed=("Übertragung",),
    )
    return (_fiscal_year(snapshot, _unresolved_year(snapshot)), carried)


def _propose(call: ActionCall) -> ActionReport:
    year = call.number("jahr")
    done = propose(call.book, year, call.today, call.cents("uebertrag") or 0, dry_run=call.dry_run)
    proposals = done.closing
    texts = [
        f"{month_words(proposal.month)}: {getattr(proposal.record, 'narration', 'Übertragung des Ansatzes')}"
        for proposal in proposals.proposals
    ]
    blocks = [Sentences("Vorgeschlagen", [Sentence(text) for text in texts])] if texts else []
    if proposals.missing:
        blocks.append(Sentences("Noch zu erledigen", [Sentence(text) for text in proposals.missing]))
    said = f"{german.count(len(texts), 'Abschlussbuchung', 'Abschlussbuchungen')} für {year} vorgeschlagen."
    said += " Gebucht ist davon nichts, bevor sie festgestellt und angeordnet sind."
    ways = [WayBack("Weiter: feststellen und anordnen lassen", "abschlussbuchungen", {"jahr": str(year)})]
    nothing = f"Für {year} ist keine Abschlussbuchung nötig."
    return ActionReport([said] if texts else [], done.outcome, blocks, nothing=nothing, ways_back=ways)


def _apply_fields(snapshot: Snapshot) -> tuple[Field, ...]:
    return (_fiscal_year(snapshot, _unresolved_year(snapshot)),)


def _apply(call: ActionCall) -> ActionReport:
    year = call.number("jahr")
    file = Path(PENDING, f"{year}-{KIND}.json")
    done = apply(call.book, year, call.book.root / file, call.order(), dry_run=call.dry_run)
    said = f"{german.count(done.count, 'Abschlussbuchung', 'Abschlussbuchungen')} für {year}."
    start = {"jahr": str(year + 1), "art": "uebertragen", "betrag": "-"}
    way = WayBack("Einen Übertrag mit seinem Betrag zurücknehmen", "ansatz", start)
    return ActionReport([said], done.outcome, ways_back=[way])


ACTS: Final = (
    Action(
        "ansatz",
        "Haushaltsansatz eintragen",
        "budget",
        "Was die Vertretung bewilligt hat, mit Nachträgen und Übertragungen.",
        _budget_fields,
        _budget,
        verb="Jetzt eintragen",
        back="haushalt",
    ),
    Action(
        "jahresstand",
        "Stand des Haushaltsjahres",
        "year",
        "Wie weit ein Jahr ist: offen, vorläufig abgeschlossen, aufgestellt, geprüft, beschlossen.",
        _state_fields,
        _state,
        verb="Jetzt eintragen",
        back="haushalt",
    ),
    Action(
        "jahresstand-zurueck",
        "Stand des Haushaltsjahres zurücknehmen",
        "year",
        "Ein Stand geht nur zu zweit und mit Grund zurück.",
        _back_fields,
        _state_back,
        roles=ANYBODY,
        seconds=ANYBODY,
        second_word="mit zurücknehmen",
        back="haushalt",
    ),
    Action(
        "jahresabschluss",
        "Abschlussbuchungen vorschlagen",
        "year-end",
        "Abgrenzungen, Rückstellungen, Umgliederungen und Übertragungen, wie sie aus Buch und Vereinbarung folgen.",
        _propose_fields,
        _propose,
        verb="Vorschlag ablegen",
        back="monate",
    ),
    Action(
        "abschlussbuchungen",
        "Abschlussbuchungen buchen",
        "year-end --apply",
        "Der vorgeschlagene Jahresabschluss wird festgestellt, angeordnet und gebucht.",
        _apply_fields,
        _apply,
        roles=CERTIFIERS,
        seconds=ORDERERS,
        back="monate",
    ),
)
