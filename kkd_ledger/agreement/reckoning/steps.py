"""A step of a calculation: its words, its figures, where they come from, and the clause it applies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kkd_ledger.agreement.facts.told_figures import STATE_WORDS
from kkd_ledger.agreement.sheet.printing import as_json, figures, product
from kkd_ledger.german import day, listing
from kkd_ledger.money import plain

if TYPE_CHECKING:
    import datetime as dt

    from kkd_ledger.agreement.facts.facts import Basis
    from kkd_ledger.agreement.facts.known_terms import KnownTerms
    from kkd_ledger.agreement.facts.spans import Days
    from kkd_ledger.agreement.sheet.lines import SheetLine


@dataclass(frozen=True)
class Step:
    """One step of a share: the line of the sheet that ends it, as a member reads it.

    `period` are the first and the last day on which the member takes part; None where a step has no days of its own.
    """

    kind: str
    id: str
    title: str
    lines: tuple[str, ...]
    amount_cents: int
    line: SheetLine
    member: str
    clause: str
    source: str
    period: Days | None = None

    @property
    def words(self) -> str:
        """How the step is reckoned, in one line."""
        return "; ".join(self.lines)

    @property
    def text(self) -> str:
        """The step in one line: what it is for, and how it is reckoned."""
        return f"{self.title}: {self.words}"

    @cached_property
    def figures(self) -> Mapping[str, Sequence[str]]:
        """The figures that lead to the amount, by what they are (units, rates, total …), as people read them."""
        return figures(self.line, self.member)

    @property
    def product(self) -> tuple[Decimal, Decimal] | None:
        """Units and rate where the step is nothing but their product, exact to the cent; else None."""
        return product(self.line, self.member)

    def as_json(self) -> dict[str, Any]:
        """Return the step as plain JSON data; amounts are texts with two decimals.

        `lines` are what leads to the amount, each with its operation: enough to reckon it again without this program.
        """
        return {
            "kind": self.kind,
            "id": self.id,
            "text": self.text,
            "amount": plain(self.amount_cents),
            "lines": as_json(self.line, self.member),
            "source": self.source,
            "clause": self.clause,
        }


def source_of(terms: KnownTerms, basis: str, year: int, back: int = 0) -> str:
    """Return where a figure comes from: source, reference day (or one so many months earlier), census, state."""
    measured = terms.reference(basis, year, back)
    if measured is None:
        return ""
    measure, reference = measured
    census = f", Zensus {measure.census}" if measure.census else ""
    rule = "fest" if measure.rule == "frozen" else "jährlich erneuert"
    words = f"{rule}{_state(terms, measure, reference)}"
    return f"{source_name(terms, measure.source)}, Stand {day(reference)}{census} ({words})"


def _state(terms: KnownTerms, measure: Basis, reference: dt.date) -> str:
    """Return how sure the newest figures of a day are, where they are more or less than reported: `, vorläufig`."""
    series: Sequence[Any] = terms.agreement.weights if measure.weight else terms.agreement.populations
    same = (
        figures
        for figures in series
        if (figures.source, figures.reference) == (measure.source, reference)
        and (figures.name == measure.weight if measure.weight else measure.census in {None, figures.census})
    )
    newest = terms.newest(same, lambda _: measure.id)
    return "".join(f", {STATE_WORDS[figures.state]}" for figures in newest if figures.state != "reported")


def source_name(terms: KnownTerms, source: str) -> str:
    """Return a source as people read it: the title of the document that it names, else what the file says."""
    documents = terms.newest(terms.agreement.documents, lambda document: document.id)
    return next((document.title for document in documents if document.id == source), source)


def measure_title(terms: KnownTerms, basis: str, year: int) -> str:
    """Return what a measure is called; without a title of its own, the name of its series."""
    if derived := terms.measure(basis, year):
        return derived.title
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


def missing_measure(terms: KnownTerms, basis: str, year: int, members: Sequence[str], back: int = 0) -> str:
    """Return in words which figure some members lack in a service year: its day, its source, its table in the file."""
    measured = terms.reference(basis, year, back)
    if measured is None:
        return f"ein Eintrag in [[bases]] für „{basis}“, der {terms.agreement.year_name(year)} gilt"
    measure, reference = measured
    series: Sequence[Any] = (
        [figures for figures in terms.agreement.populations if measure.census in {None, figures.census}]
        if measure.weight is None
        else [figures for figures in terms.agreement.weights if figures.name == measure.weight]
    )
    same = [figures.reference for figures in series if figures.source == measure.source]
    days = ", ".join(day(reference) for reference in sorted(set(same)))
    where = f"[[weights]] {measure.weight}" if measure.weight else "[[populations]]"
    there = f"; vorhanden: Stand {days}" if days else "; aus dieser Quelle gibt es keine"
    title, source = measure_title(terms, basis, year), source_name(terms, measure.source)
    figures_known = terms.weights(basis, year, back)
    without = [terms.members[member].name for member in members if member not in figures_known]
    lacking = without if figures_known else []
    whose = f" für {listing(lacking)}" if lacking else ""
    return f"die Zahl „{title}“ zum {day(reference)}{whose} ({source}; {where}{there})"
