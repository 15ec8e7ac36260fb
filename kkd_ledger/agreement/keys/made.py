"""Keys that make a price first: a rate out of a cost, growth within a bound, the mean of the lowest of several."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from kkd_ledger.agreement.facts.by_member import ONE
from kkd_ledger.agreement.pots.pot_lines import part_words
from kkd_ledger.agreement.sheet.lines import CENT, Label, SheetLine
from kkd_ledger.agreement.sheet.printing import EUR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kkd_ledger.agreement.keys.component_year import ComponentYear
    from kkd_ledger.agreement.keys.components import Growth, MeanOfLowest, PerUnit

_PERCENT: Final = Label(unit="%")


def per_unit_line(case: ComponentYear, key: PerUnit) -> SheetLine:
    """Return the rounded rate of the cost over all units, times each member's units."""
    sheet, units = case.sheet, case.sheet.times(case.measured(key.basis), case.year_part)
    unit = case.measured(key.basis).label.unit
    divisor = units if key.rate_of is None else case.of(key.rate_of).measured(key.basis)
    whole = sheet.total(divisor, Label(unit=unit, short=True))
    rate = sheet.round(
        sheet.divide(case.cost(), whole, Label(unit=EUR)),
        key.rate_rounding,
        Fraction(1, 10**key.rate_decimals),
        Label(title="Satz", unit=EUR, role="rates", own=True),
    )
    return case.rounded(sheet.times(units, rate))


def growth_line(case: ComponentYear, key: Growth) -> SheetLine:
    """Return the amount of the first year, grown year by year; each year to the cent."""
    sheet, named, first = case.sheet, case.terms.agreement.year_name, case.component.first_year
    amount = sheet.figure(key.start * CENT, Label(unit=EUR, title=f"Betrag {named(first)}", role="amounts"))
    bank: SheetLine | None = None
    for year in range(first + 1, case.year + 1):
        percent = _growth_of(case, key, year)
        if bank is not None:
            label = Label(title=f"Wachstum {named(year)} mit Vorrat", unit="%", own=True)
            percent = sheet.add(percent, bank, label=label)
        applied = sheet.least(
            percent,
            sheet.figure(Fraction(key.at_most) / 100, _PERCENT),
            Label(title=f"angewandt {named(year)}", unit="%", own=True),
        )
        if key.unused == "banked":
            left = Label(title=f"Vorrat nach {named(year)}", unit="%", own=True)
            bank = sheet.take_off(percent, applied, label=left)
        grown = sheet.times(amount, sheet.add(sheet.figure(ONE, Label(words="100 %")), applied))
        amount = sheet.round(grown, "half-up", label=Label(unit=EUR, title=f"Betrag {named(year)}", own=True))
    ones = sheet.figure(case.alike(1), Label(silent=ONE))
    return case.rounded(sheet.times(amount, ones, case.year_part))


def _growth_of(case: ComponentYear, key: Growth, year: int) -> SheetLine:
    """Return by how much the clause's measure grew in a year, in per cent."""
    figure = case.terms.figure(key.growth, year)
    named = case.terms.agreement.year_name(year)
    title = f"Wachstum {named}"
    if figure is None:
        return case.sheet.missing(case.pots.missing_figure(key.growth, year), Label(title=title))
    share = Fraction(figure.amount, 10**4)
    label = Label(
        title=title, unit="%", source=figure.source, role="percent", words=f"{title} {part_words(share)}"
    )
    return case.sheet.figure(share, label)


def lowest_line(case: ComponentYear, key: MeanOfLowest, of: Sequence[SheetLine]) -> SheetLine:
    """Return the mean of the lowest amounts of several components."""
    mean = case.sheet.mean(*of, lowest=key.lowest, label=Label(unit=EUR))
    ones = case.sheet.figure(case.alike(1), Label(silent=ONE))
    return case.rounded(case.sheet.times(mean, ones))
