"""agreement.toml → the readable version: sections of German sentences, as text, data and an accessible PDF."""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kkd_ledger.agreement.readable import (
    charge_sentences,
    cost_sentences,
    decision_sentences,
    derived_sentences,
    due_sentences,
    measure_sentences,
    party_sentences,
    pot_sentences,
    way_sentences,
)
from kkd_ledger.agreement.readable.grid import Grid
from kkd_ledger.agreement.readable.sentence_context import Reading
from kkd_ledger.agreement.readable.worked import missing_words, worked_grid, worked_words, worked_year
from kkd_ledger.german import day
from kkd_ledger.paper import render

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement

WIDTH: Final = 100
LAYOUT: Final = Path(__file__).with_name("readable.typ")


@dataclass(frozen=True, slots=True)
class Section:
    """Sentences under one heading, each in a paragraph of its own, and below them what is read across."""

    title: str
    sentences: tuple[str, ...]
    grids: tuple[Grid, ...] = ()

    def grid_lines(self) -> list[str]:
        """Return what is read across as text in columns, an empty line before each grid."""
        return [line for grid in self.grids for line in ("", *grid.lines())]

    def as_json(self) -> dict[str, Any]:
        """Return the section as plain JSON data."""
        return {
            "title": self.title,
            "sentences": list(self.sentences),
            "grids": [grid.as_json() for grid in self.grids],
        }


@dataclass(frozen=True, slots=True)
class Readable:
    """An agreement as people read and sign it, by what was known on a day; `signatories` sign it, in their order."""

    title: str
    known_on: dt.date
    sections: tuple[Section, ...]
    signatories: tuple[str, ...]

    def text(self) -> str:
        """Return the whole as plain text: sentences wrapped, each a paragraph; what is read across in columns."""
        lines = [self.title, f"Lesefassung, Kenntnisstand {day(self.known_on)}"]
        for number, section in enumerate(self.sections, start=1):
            lines += ["", f"{number}. {section.title}"]
            lines += [
                textwrap.fill(sentence, WIDTH, subsequent_indent="   ", initial_indent="   ")
                for sentence in section.sentences
            ]
            lines += [f"   {line}".rstrip() for line in section.grid_lines()]
        return "\n".join(lines)

    def as_json(self) -> dict[str, Any]:
        """Return the whole as plain JSON data."""
        return {
            "title": self.title,
            "known_on": self.known_on.isoformat(),
            "sections": [section.as_json() for section in self.sections],
        }

    def as_pdf(self) -> bytes:
        """Return the whole as PDF/A and PDF/UA with a line for each signature, dated with the state of knowledge."""
        subtitle = f"Lesefassung der Vereinbarung, Kenntnisstand {day(self.known_on)}"
        data = self.as_json() | {"subtitle": subtitle, "signatories": list(self.signatories)}
        return render(LAYOUT, data, day=self.known_on)


def readable(agreement: Agreement, as_of: dt.date | None = None, *, worked: bool = True) -> Readable:
    """Return an agreement as German sentences, by what was known on a day (without a day: all that is known).

    `worked` adds a reckoned year and the same year with a figure missing.
    """
    known_on = as_of or agreement.knowledge_days[-1]
    reading = Reading(agreement, known_on)
    sections = [
        Section(title, tuple(said), tuple(grids))
        for title, said, *grids in _sections(reading, agreement)
        if said or grids
    ]
    assumed = tuple(f"{number}. {words}" for words, number in reading.assumptions.items())
    if assumed:
        sections.append(Section("Was angenommen ist", assumed))
    if worked:
        sections += _worked(agreement, known_on)
    signatories = tuple(party.name for party in agreement.parties(known_on))
    return Readable(agreement.title, known_on, tuple(sections), signatories)


def _sections(reading: Reading, agreement: Agreement) -> Iterator[tuple[Any, ...]]:
    """Yield each heading with its sentences and then its grids, where it has any."""
    of_file = reading.sayable
    yield "Gegenstand", party_sentences.agreement(reading, agreement)
    yield "Beteiligte", [], party_sentences.members(reading, of_file(agreement.members))
    for component in of_file(agreement.components):
        yield component.title, cost_sentences.component(reading, component)
    pots = [said for each in of_file(agreement.pots) for said in pot_sentences.pot(reading, each)]
    if pots:
        yield "Was geteilt wird", pots
    measured = [measure_sentences.basis(reading, each) for each in of_file(agreement.bases)]
    measured += [measure_sentences.populations(reading, each) for each in of_file(agreement.populations)]
    measured += [measure_sentences.weights(reading, each) for each in of_file(agreement.weights)]
    measured += [derived_sentences.measure(reading, each) for each in of_file(agreement.measures)]
    measured += [derived_sentences.index(reading, each) for each in of_file(agreement.indexes)]
    measured += [derived_sentences.index_value(reading, each) for each in of_file(agreement.index_values)]
    measured += [measure_sentences.figure(reading, each) for each in of_file(agreement.figures)]
    yield "Was zählt", measured, *measure_sentences.grids(reading, agreement)
    billed = of_file(agreement.charges)
    yield (
        "Was nach Anfall abgerechnet ist",
        charge_sentences.reported(reading, billed),
        *charge_sentences.grids(reading, billed),
    )
    yield "Rundung und Teile eines Jahres", party_sentences.arithmetic(reading, agreement)
    plans = [said for each in of_file(agreement.dues) for said in due_sentences.due_plan(reading, each)]
    yield "Fälligkeit", [*party_sentences.due_rule(reading, agreement.due_rule), *plans]
    yield (
        "Förderung",
        [said for each in of_file(agreement.subsidies) for said in decision_sentences.subsidy(reading, each)],
    )
    yield "Umsatzsteuer", [decision_sentences.vat(reading, each) for each in of_file(agreement.vat)]
    resolved = decision_sentences.resolutions(reading, of_file(agreement.resolutions))
    yield "Beschlüsse", *resolved
    yield (
        "Was die Zusammenarbeit vorher kostete",
        [measure_sentences.predecessor_cost(reading, each) for each in of_file(agreement.predecessor_costs)],
    )
    yield (
        "Kooperationen, die eingegliedert werden",
        [way_sentences.cooperation(reading, each) for each in of_file(agreement.cooperations)],
    )
    yield (
        "Der Weg in die Zusammenarbeit",
        [way_sentences.step_in(reading, each) for each in of_file(agreement.steps_in)],
    )
    yield "Wortlaut der Fundstellen", [party_sentences.clause(reading, each) for each in agreement.clauses]
    yield "Unterlagen", [party_sentences.document(reading, each) for each in of_file(agreement.documents)]


def _worked(agreement: Agreement, known_on: dt.date) -> Iterator[Section]:
    agreed = worked_year(agreement, known_on)
    if agreed is None:
        yield Section("Ein Jahr gerechnet", ("Noch hat kein Jahr einen Preis.",))
        return
    yield Section(
        f"Das Jahr {agreement.year_name(agreed.year)} gerechnet",
        tuple(worked_words(agreement, agreed, known_on)),
        (worked_grid(agreement, agreed, known_on),),
    )
    yield Section("Dasselbe Jahr, wenn eine Zahl fehlt", tuple(missing_words(agreement, agreed, known_on)))
