"""A step of a calculation: its words, its figures, where they come from, and the clause it applies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kkd_ledger.german import day
from kkd_ledger.money import plain

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.known_terms import KnownTerms
    from kkd_ledger.agreement.facts.spans import Days


@dataclass(frozen=True, slots=True)
class Step:
    """One step; `figures` is plain data from which the amount can be reckoned again.

    `period` are the first and the last day on which the member takes part; None where a step has no days of its own.
    """

    kind: str
    id: str
    title: str
    words: str
    amount_cents: int
    figures: Mapping[str, Any]
    source: str
    clause: str
    period: Days | None = None

    @property
    def text(self) -> str:
        """The step in one line: what it is for, and how it is reckoned."""
        return f"{self.title}: {self.words}"

    def as_json(self) -> dict[str, Any]:
        """Return the step as plain JSON data; amounts are texts with two decimals."""
        return {
            "kind": self.kind,
            "id": self.id,
            "text": self.text,
            "amount": plain(self.amount_cents),
            "figures": dict(self.figures),
            "source": self.source,
            "clause": self.clause,
        }


def source_of(terms: KnownTerms, basis: str, year: int) -> str:
    """Return where a figure comes from: source, reference day, census."""
    measured = terms.reference(basis, year)
    if measured is None:
        return ""
    measure, reference = measured
    census = f", Zensus {measure.census}" if measure.census else ""
    rule = "fest" if measure.rule == "frozen" else "jährlich erneuert"
    return f"{source_name(terms, measure.source)}, Stand {day(reference)}{census} ({rule})"


def source_name(terms: KnownTerms, source: str) -> str:
    """Return a source as people read it: the title of the document that it names, else what the file says."""
    documents = terms.newest(terms.agreement.documents, lambda document: document.id)
    return next((document.title for document in documents if document.id == source), source)


def measure_title(terms: KnownTerms, basis: str, year: int) -> str:
    """Return what a measure is called; without a title of its own, the name of its series."""
    measured = terms.reference(basis, year)
    if measured is None or measured[0].title:
        return measured[0].title if measured else basis
    return measured[0].weight or "Einwohner"


def unit_word(terms: KnownTerms, basis: str, year: int) -> str:
    """Return what is counted, as paper shows it: inhabitants, the title of a measure, never the key of a series."""
    measured = terms.reference(basis, year)
    if measured is None or measured[0].title:
        return measured[0].title if measured else "Einheiten"
    return "Einheiten" if measured[0].weight else "Einwohner"
