"""The figures of a service year in one list: what is there, its state, its source."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from kkd_ledger.agreement.facts.told_figures import origin
from kkd_ledger.agreement.keys.charged import charge_title
from kkd_ledger.agreement.keys.components import Charges
from kkd_ledger.agreement.keys.measuring import leaves
from kkd_ledger.agreement.reckoning.gaps import bases_of
from kkd_ledger.agreement.reckoning.steps import measure_title, source_name, source_of
from kkd_ledger.money import format_eur
from kkd_ledger.quantities import format_quantity

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement
    from kkd_ledger.agreement.facts.known_terms import KnownTerms


@dataclass(frozen=True, slots=True)
class ListedFigure:
    """One figure that a service year is reckoned with, as people read it."""

    title: str
    figure: str
    source: str

    def as_json(self) -> dict[str, str]:
        """Return the figure as plain JSON data."""
        return {"title": self.title, "figure": self.figure, "source": self.source}


def listed_figures(agreement: Agreement, year: int, as_of: dt.date | None = None) -> tuple[ListedFigure, ...]:
    """Return the figures of a service year as known on a day: money, costs, what was counted, indexes."""
    terms = agreement.terms(as_of)
    return (*_money(terms, year), *_charged(terms, year), *_counted(terms, year), *_indexes(terms, year))


def _money(terms: KnownTerms, year: int) -> Iterator[ListedFigure]:
    """Yield money, and of growths their per cents."""
    growths = {getattr(each.component, "growth", None) for each in terms.components}
    for id_ in terms.figures:
        if (figure := terms.figure(id_, year)) is not None:
            source = origin(figure, source_name(terms, figure.source))
            percent = f"{format_quantity(Fraction(figure.amount, 100))} %"
            shown = percent if id_ in growths else format_eur(figure.amount)
            yield ListedFigure(figure.title or id_, shown, source)
    for component in terms.components:
        cost = terms.of_year(component.component.totals, year)
        if cost is not None:
            source = origin(cost, source_name(terms, cost.source) or "Vereinbarung")
            yield ListedFigure(component.component.title, format_eur(cost.amount), source)


def _charged(terms: KnownTerms, year: int) -> Iterator[ListedFigure]:
    """Yield what is billed one by one, party by party, in the order of days."""
    for key in (each.component for each in terms.components):
        if isinstance(key, Charges):
            charges = terms.charges.get((key.id, year), ())
            for charge in sorted(charges, key=lambda charge: (charge.party, charge.day)):
                source = origin(charge, source_name(terms, charge.source) or key.title)
                title = f"{terms.members[charge.party].name}, {charge_title(key, charge)}"
                yield ListedFigure(title, format_quantity(charge.quantity), source)


def _counted(terms: KnownTerms, year: int) -> Iterator[ListedFigure]:
    names = [name for component in terms.components for name in bases_of(component.component)]
    for basis, back in dict.fromkeys(leaf for name in names for leaf in leaves(terms, name, year)):
        figures = terms.weights(basis, year, back)
        if figures:
            words = "; ".join(
                f"{terms.members[member].name} {format_quantity(number)}"
                for member, number in figures.items()
            )
            yield ListedFigure(measure_title(terms, basis, year), words, source_of(terms, basis, year, back))


def _indexes(terms: KnownTerms, year: int) -> Iterator[ListedFigure]:
    for index in dict.fromkeys(value.index for value in terms.agreement.index_values):
        for at in (str(year), str(year - 1)):
            if (value := terms.index_value(index, at)) is not None:
                source = origin(value, source_name(terms, value.source))
                yield ListedFigure(f"{terms.index_title(index)} {at}", format_quantity(value.value), source)
