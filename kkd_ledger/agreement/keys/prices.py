"""Prices on the sheet: as the stage says them, raised by a per cent over the stage before, or following an index."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from kkd_ledger.agreement.facts.told_figures import origin
from kkd_ledger.agreement.keys.components import RateStage
from kkd_ledger.agreement.reckoning.steps import source_name
from kkd_ledger.agreement.sheet.lines import CENT, Label, SheetLine
from kkd_ledger.agreement.sheet.printing import EUR
from kkd_ledger.quantities import format_quantity

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.indexes import PriceIndex
    from kkd_ledger.agreement.facts.known_terms import KnownTerms, Stage
    from kkd_ledger.agreement.keys.components import AmountStage
    from kkd_ledger.agreement.sheet.lines import Sheet

MICRO: Final = Fraction(1, 10**6)


def moves(stage: RateStage | AmountStage) -> bool:
    """Tell whether a stage's price has to be reckoned: it follows an index, or raises the stage before."""
    return stage.index is not None or stage.raised_percent is not None


def price_line(
    terms: KnownTerms, stages: Sequence[Stage], place: int, year: int, title: str = ""
) -> SheetLine:
    """Return the price of a stage among those of its row, in EUR, for a service year.

    Its value is None while a value of the index is missing.
    """
    fact: RateStage | AmountStage = stages[place].fact
    role = "rates" if isinstance(fact, RateStage) else "amounts"
    label = Label(title, EUR, role=role, own=True)
    if fact.raised_percent is not None and place:
        return _raised(terms, stages, place, year, label)
    if fact.index is None:
        return terms.sheet.figure(stated_price(fact), Label(unit=EUR, role=role))
    return _indexed(terms, stages[place], fact.index, year, label)


def stated_price(fact: RateStage | AmountStage) -> Fraction:
    """Return the price that a stage states, in EUR; nothing where it only raises another."""
    if isinstance(fact, RateStage):
        return (fact.rate or 0) * MICRO
    return (fact.amount or 0) * CENT


def _raised(terms: KnownTerms, stages: Sequence[Stage], place: int, year: int, label: Label) -> SheetLine:
    sheet, percent = terms.sheet, Fraction(stages[place].fact.raised_percent)
    before = price_line(terms, stages, place - 1, year)
    factor = sheet.figure(1 + percent / 100, Label(words=f"{format_quantity(100 + percent)} %"))
    return sheet.round(sheet.times(before, factor), "half-up", label=label)


def _indexed(terms: KnownTerms, stage: Stage, index: PriceIndex, year: int, label: Label) -> SheetLine:
    stated = terms.sheet.figure(stated_price(stage.fact), Label(unit=EUR))
    exact = terms.sheet.times(stated, _ratio(terms, index, stage, year))
    return terms.sheet.round(exact, index.rounding, Fraction(1, 10**index.decimals), label)


def _ratio(terms: KnownTerms, index: PriceIndex, stage: Stage, year: int) -> SheetLine:
    """Return by how much an index has moved since its base; with a threshold, up to its last step beyond it."""
    sheet, title = terms.sheet, terms.index_title(index.of)
    base, at = _value(terms, index, index.base), index.at(year)
    if index.threshold is None:
        return sheet.divide(_value(terms, index, at), base, Label(unit=f"({title} {at}/{index.base})"))
    last, last_at = base, index.base
    for between in range(terms.agreement.service_year.of(stage.days.first), year + 1):
        now = _value(terms, index, index.at(between))
        if now.value is None or last.value is None:
            return sheet.divide(now, base)
        if _percent(now, last) > index.threshold:
            last, last_at = now, index.at(between)
    if last is base:
        return _unmoved(sheet, index, title, _value(terms, index, at), base, at=at)
    return sheet.divide(last, base, Label(unit=f"({title} {last_at}/{index.base})"))


def _unmoved(
    sheet: Sheet, index: PriceIndex, title: str, now: SheetLine, base: SheetLine, *, at: str
) -> SheetLine:
    moved, limit = format_quantity(_percent(now, base)), format_quantity(Fraction(index.threshold or 0))
    words = f"1 ({title} {at}: seit {index.base} um {moved} % verändert, nicht mehr als {limit} %)"
    return sheet.figure(1, Label(words=words))


def _percent(now: SheetLine, before: SheetLine) -> Fraction:
    assert isinstance(now.value, Fraction)
    assert isinstance(before.value, Fraction)
    return abs(now.value / before.value - 1) * 100


def _value(terms: KnownTerms, index: PriceIndex, at: str) -> SheetLine:
    title, published = terms.index_title(index.of), terms.index_value(index.of, at)
    if published is None:
        return terms.sheet.missing(f"der Wert „{title}“ für {at} ([[index_values]] {index.of})")
    source = f"{title} {at}: {origin(published, source_name(terms, published.source))}"
    return terms.sheet.figure(Fraction(published.value), Label(source=source))
