"""The keys: how a component's cost becomes cents by member."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kkd_ledger.agreement.keys.charged import charges_line
from kkd_ledger.agreement.keys.component_year import ComponentYear, component_year, whole_year
from kkd_ledger.agreement.keys.components import Charges, Growth, MeanOfLowest, PerUnit, Split
from kkd_ledger.agreement.keys.made import growth_line, lowest_line, per_unit_line
from kkd_ledger.agreement.keys.measuring import leaves, reporters
from kkd_ledger.agreement.keys.rated import rated_line
from kkd_ledger.agreement.keys.splits import split_line
from kkd_ledger.agreement.pots.pot_lines import PotYear
from kkd_ledger.agreement.sheet.lines import CENT, Label
from kkd_ledger.agreement.sheet.printing import EUR

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.component_terms import ComponentTerms
    from kkd_ledger.agreement.facts.known_terms import KnownTerms
    from kkd_ledger.agreement.keys.components import Component
    from kkd_ledger.agreement.sheet.lines import SheetLine

_TO_MEMBERS: Final = Label(words="(−1), an die Beteiligten")


def component_line(terms: KnownTerms, component: ComponentTerms, year: int) -> SheetLine | None:
    """Return what a component costs each member in a service year, in cents; None outside its life.

    Its value is None while a figure is missing. Raises ValueError where its figures allow no amounts.
    """
    place = (component.component.id, year)
    if place not in terms.lines:
        case = component_year(terms, component, year, pots_of(terms, year))
        terms.lines[place] = None if case is None else _ended(case, _line(case))
    return terms.lines[place]


def pots_of(terms: KnownTerms, year: int) -> PotYear:
    """Return the pots of a service year."""
    return PotYear(terms, year, _named_line, _measure_line)


def _named_line(terms: KnownTerms, name: str, year: int) -> SheetLine | None:
    return next(
        (component_line(terms, each, year) for each in terms.components if each.component.id == name), None
    )


def _measure_line(terms: KnownTerms, name: str, year: int) -> SheetLine:
    """Return what a measure counts of all who have a figure in it; missing until each of them has reported.

    Whoever reported it once, or pays by it, reports it in every year of taking part: silence is never zero.
    """
    figures = [terms.weights(leaf, year, back) for leaf, back in leaves(terms, name, year)]
    wanted = {member for member in terms.members if figures and all(member in row for row in figures)}
    for leaf, _ in leaves(terms, name, year):
        wanted |= {member for member in reporters(terms, leaf, year) if terms.period(year, member)}
    for component in terms.components:
        if name in _measures_of(component.component):
            wanted |= {member for _, group in component.groups(year) for member in group}
    members = tuple(member for member in terms.members if member in wanted)
    return whole_year(terms, terms.components[0], year, pots_of(terms, year), members).measured(name)


def _measures_of(key: Component) -> set[str | None]:
    return {getattr(key, "basis", None), *(part.basis for part in getattr(key, "slices", ()))}


def _line(case: ComponentYear) -> SheetLine:
    key = case.key
    if isinstance(key, Split):
        return split_line(case, key, _debts(case))
    if isinstance(key, PerUnit):
        return per_unit_line(case, key)
    if isinstance(key, Growth):
        return growth_line(case, key)
    if isinstance(key, Charges):
        return charges_line(case, key)
    return _lowest(case, key) if isinstance(key, MeanOfLowest) else rated_line(case, key)


def _ended(case: ComponentYear, line: SheetLine) -> SheetLine:
    """Return what is billed of an amount: one of its yearly parts, and with the sign of who owes whom."""
    sheet, count = case.sheet, case.key.yearly_parts
    if count is not None:
        part = sheet.round(
            sheet.divide(line, sheet.figure(count), Label(unit=EUR)), "floor", CENT, Label(unit=EUR)
        )
        last = case.year == case.component.first_year + count - 1
        earlier = sheet.times(part, sheet.figure(count - 1))
        line = sheet.take_off(line, earlier, label=Label(unit=EUR)) if last else part
    if case.key.direction == "to-members":
        line = sheet.times(line, sheet.figure(-1, _TO_MEMBERS), label=Label(unit=EUR))
    return line


def _lowest(case: ComponentYear, key: MeanOfLowest) -> SheetLine:
    """Return the mean of the lowest of other components."""
    lines = []
    for each in case.terms.components:
        if each.component.id in key.of:
            line = component_line(case.terms, each, case.year)
            if line is not None:
                title = Label(title=each.component.title, unit=EUR, own=True)
                lines.append(case.sheet.add(line, label=title))
    return lowest_line(case, key, lines) if lines else case.rounded(case.nothing(case.members))


def _debts(case: ComponentYear) -> SheetLine | None:
    """Return by member what the splits of earlier years left it short of its exact parts; None without rotation."""
    if not case.terms.agreement.rotation:
        return None
    sheet, debts = case.sheet, case.nothing(case.members)
    for year in range(case.component.first_year, case.year):
        cents = component_line(case.terms, case.component, year)
        while cents is not None and cents.op != "apportion":
            cents = cents.of[0] if cents.of else None
        if cents is not None and cents.value is not None:
            debts = sheet.add(debts, sheet.take_off(cents.of[0], cents))
    return debts
