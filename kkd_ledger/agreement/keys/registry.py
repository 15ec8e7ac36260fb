"""The keys: how a component's cost becomes cents by member."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kkd_ledger.agreement.keys.component_year import ComponentYear, component_year
from kkd_ledger.agreement.keys.components import Split
from kkd_ledger.agreement.keys.rated import rated_line
from kkd_ledger.agreement.keys.splits import split_line

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.known_terms import ComponentTerms, KnownTerms
    from kkd_ledger.agreement.sheet.lines import SheetLine


def component_line(terms: KnownTerms, component: ComponentTerms, year: int) -> SheetLine | None:
    """Return what a component costs each member in a service year, in cents; None outside its life.

    Its value is None while a figure is missing. Raises ValueError where its figures allow no amounts.
    """
    place = (component.component.id, year)
    if place not in terms.lines:
        case = component_year(terms, component, year)
        terms.lines[place] = None if case is None else _line(case)
    return terms.lines[place]


def _line(case: ComponentYear) -> SheetLine:
    key = case.key
    return split_line(case, key, _debts(case)) if isinstance(key, Split) else rated_line(case, key)


def _debts(case: ComponentYear) -> SheetLine | None:
    """Return by member what the splits of earlier years left it short of its exact parts; None without rotation."""
    if not case.terms.agreement.rotation:
        return None
    sheet, debts = case.sheet, case.nothing(case.members)
    for year in range(case.component.life.first.year, case.year):
        cents = component_line(case.terms, case.component, year)
        if cents is not None and cents.value is not None:
            debts = sheet.add(debts, sheet.take_off(cents.of[0], cents))
    return debts
