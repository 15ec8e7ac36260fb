"""Measures on the sheet: a figure as it was counted, or what the contract makes of figures, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Set
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from kkd_ledger.agreement.facts.by_member import ONE, ByMember
from kkd_ledger.agreement.facts.known_terms import known_facts
from kkd_ledger.agreement.facts.measures import MONTHS_APART
from kkd_ledger.agreement.reckoning.steps import missing_measure, source_of, unit_word
from kkd_ledger.agreement.sheet.lines import PLAIN, Label, SheetLine
from kkd_ledger.quantities import format_quantity

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.known_terms import KnownTerms
    from kkd_ledger.agreement.facts.measures import (
        DerivedMeasure,
        Least,
        Mean,
        Multiplier,
        Shift,
        Summand,
        Unless,
    )
    from kkd_ledger.agreement.keys.component_year import ComponentYear

_UNITS: Final = "units"
_NOTHING: Final = Fraction(0)
_PERCENT: Final = Label(words="100 %")


def measured_line(case: ComponentYear, name: str, back: int = 0, role: str = _UNITS) -> SheetLine:
    """Return the figure of each member that counts for the year, or that of so many months earlier.

    Its value is None while a figure is missing; it then says which one, of which day, for whom.
    """
    derived = case.terms.measure(name, case.year)
    if derived is None:
        return _counted(case, name, back, role)
    made = _made(case, derived, back)
    label = Label(made.label.title, derived.title, clause=derived.clause, role=role, own=True)
    if derived.decimals is not None:
        return case.sheet.round(made, derived.rounding, Fraction(1, 10**derived.decimals), label)
    return case.sheet.add(made, label=label) if made.label != PLAIN else _labelled(case, made, label)


def _labelled(case: ComponentYear, line: SheetLine, label: Label) -> SheetLine:
    return case.sheet.line(line.op, line.of, label, **line.settings)


def _counted(case: ComponentYear, basis: str, back: int, role: str) -> SheetLine:
    terms, year = case.terms, case.year
    unit = unit_word(terms, basis, year) if role else ""  # in a derivation of its own the number alone
    label = Label(unit=unit, source=source_of(terms, basis, year, back), role=role)
    column = terms.counted(basis, year, case.members, back)
    if column is None:
        return case.sheet.missing(missing_measure(terms, basis, year, case.members, back), label)
    return case.sheet.figure(column, label)


def _made(case: ComponentYear, derived: DerivedMeasure, back: int) -> SheetLine:
    """Return how a derived measure is made, before its own rounding."""
    if derived.mean is not None:
        return _mean(case, derived.mean, back)
    if derived.summands is not None:
        return case.sheet.add(*(_summand(case, part, back) for part in derived.summands))
    if derived.least is not None:
        return _least(case, derived.least, back)
    if derived.factor is not None:
        return _multiplied(case, derived.factor, back)
    if derived.shift is not None:
        return _shifted(case, derived.shift, back)
    assert derived.unless is not None, "a sound measure is made in one way"
    return _estimated(case, derived.unless, back)


def _mean(case: ComponentYear, mean: Mean, back: int) -> SheetLine:
    step = MONTHS_APART[mean.every]
    parts = [measured_line(case, mean.of, back + step * turn, "") for turn in reversed(range(mean.last))]
    return case.sheet.mean(*parts)


def _summand(case: ComponentYear, summand: Summand, back: int) -> SheetLine:
    sheet, line = case.sheet, measured_line(case, summand.of, back, "")
    if summand.times is not None:
        line = sheet.times(line, sheet.figure(Fraction(summand.times)))
    return line if summand.per is None else sheet.divide(line, sheet.figure(Fraction(summand.per)))


def _least(case: ComponentYear, least: Least, back: int) -> SheetLine:
    sheet, line = case.sheet, measured_line(case, least.of, back, "")
    if isinstance(least.floor, str):
        return sheet.greatest(line, measured_line(case, least.floor, back, ""))
    return sheet.greatest(line, sheet.figure(Fraction(least.floor)))


def _multiplied(case: ComponentYear, factor: Multiplier, back: int) -> SheetLine:
    members = case.terms.members
    by_member = {
        member: factor.by.get(member, factor.by.get(members[member].kind, factor.otherwise))
        for member in case.members
    }
    line = measured_line(case, factor.of, back, "")
    return case.sheet.times(line, _column(case, by_member, Label(silent=ONE)))


def _shifted(case: ComponentYear, shift: Shift, back: int) -> SheetLine:
    """Return each member's per cent of the whole, with its points added."""
    sheet, line = case.sheet, measured_line(case, shift.of, back, "")
    percents = sheet.times(
        sheet.divide(line, sheet.total(line), Label(unit=f"({unit_of(case, shift.of)})")),
        sheet.figure(100, _PERCENT),
    )
    points = {member: shift.points.get(member, 0) for member in case.members}
    return sheet.add(percents, _column(case, points, Label(unit="Prozentpunkte", silent=_NOTHING)))


def _estimated(case: ComponentYear, unless: Unless, back: int) -> SheetLine:
    """Return the estimate, or what was counted where some member's part of it differs by more than the tolerance."""
    sheet = case.sheet
    estimate, actual = (measured_line(case, name, back, "") for name in (unless.of, unless.actual))
    if estimate.value is None or actual.value is None:
        return estimate
    parts = [sheet.divide(line, sheet.total(line)).column for line in (estimate, actual)]
    widest = max(abs(Fraction(parts[0][member] - parts[1][member])) for member in case.members) * 100
    limit = format_quantity(Fraction(unless.points))
    said = f"Abweichung {format_quantity(widest)} von höchstens {limit} Prozentpunkten"
    if widest > unless.points:
        return sheet.add(
            actual, label=Label(title=f"{unit_of(case, unless.actual)} statt der Schätzung, {said}")
        )
    return sheet.add(estimate, label=Label(title=f"Schätzung, {said}"))


def unit_of(case: ComponentYear, name: str) -> str:
    """Return what a measure counts, as paper shows it."""
    derived = case.terms.measure(name, case.year)
    return derived.title if derived else unit_word(case.terms, name, case.year)


def leaves(terms: KnownTerms, name: str, year: int, back: int = 0) -> Iterator[tuple[str, int]]:
    """Yield the counted measures that a measure is made of, each with how many months earlier it counts."""
    derived = terms.measure(name, year)
    if derived is None:
        yield name, back
        return
    turns = range(derived.mean.last if derived.mean else 1)
    step = MONTHS_APART[derived.mean.every] if derived.mean else 0
    for _, part in derived.parts():
        for turn in turns:
            yield from leaves(terms, part, year, back + step * turn)


def _column(case: ComponentYear, by_member: dict[str, int | Fraction], label: Label) -> SheetLine:
    """Return figures of the contract by member; the same ones are the same line."""
    place = ("measuring", case.members, tuple(by_member.values()))
    column = case.terms.kept.setdefault(place, ByMember.of(case.members, by_member.values()))
    return case.sheet.figure(column, label)


def reporters(terms: KnownTerms, basis: str, year: int) -> Set[str]:
    """Return who has ever reported a figure of the measure that counts for a service year, as known."""
    measured = terms.reference(basis, year)
    if measured is None:
        return frozenset()
    measure, agreement = measured[0], terms.agreement
    rows: list[Any] = [row for row in agreement.weights if row.name == measure.weight]
    if measure.weight is None:
        rows = [row for row in agreement.populations if measure.census in {None, row.census}]
    same = [row for row in rows if row.source == measure.source]
    figures = known_facts(same, terms.known_on, agreement.known_from)
    names = {name for row in figures for name in (row.inhabitants if measure.weight is None else row.values)}
    return {id_ for id_, member in terms.members.items() if {id_, member.ags} & names}
