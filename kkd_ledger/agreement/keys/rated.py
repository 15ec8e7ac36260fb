"""Keys with a price: a rate per head, a fixed amount, size classes. Each share is exact, then rounded once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kkd_ledger.agreement.keys.component_year import ComponentYear
from kkd_ledger.agreement.keys.components import Fixed, PerHead, Rated, Scale
from kkd_ledger.agreement.keys.prices import MICRO
from kkd_ledger.agreement.sheet.lines import CENT, Label, SheetLine
from kkd_ledger.agreement.sheet.printing import EUR

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kkd_ledger.agreement.keys.components import AmountStage

_MONEY: Final = Label(unit=EUR)
_CLASS: Final = Label(unit=EUR, role="classes", title="Größenklasse")


def rated_line(case: ComponentYear, key: Rated) -> SheetLine:
    """Return what each member pays; with `remainder = "operator"` the operator pays what is left of the total."""
    if key.remainder is None:
        return _charged(case, key)
    operator, sheet = case.terms.agreement.operator, case.sheet
    paid = _charged(case.without(operator), key)
    others = sheet.total(paid, Label(title="Anteile der anderen Beteiligten", unit=EUR, role="others"))
    rest = sheet.take_off(case.cost("Kosten"), others, label=_MONEY)
    return sheet.add(paid, sheet.times(case.only(operator), rest))


def _charged(case: ComponentYear, key: Rated) -> SheetLine:
    sheet, charges = case.sheet, _charges(case, key)
    exact = sheet.add(*charges) if charges else case.nothing(case.members)
    for bound, hold, role in (
        (key.minimum, sheet.greatest, "minimum"),
        (key.maximum, sheet.least, "maximum"),
    ):
        if bound is not None:
            limit = sheet.figure(bound * CENT, Label(unit=EUR, role=role))
            exact = hold(exact, sheet.times(limit, case.year_part), _MONEY)
    return case.rounded(exact)


def _charges(case: ComponentYear, key: Rated) -> list[SheetLine]:
    """Return the summands of a charge: each a price times its part of the year."""
    if isinstance(key, Fixed):
        return case.amounts(key.amounts, "Festbetrag")
    units, sheet = case.measured(key.basis), case.sheet
    if isinstance(key, PerHead):
        rates = [sheet.times(units, price, part) for price, part in case.prices(key.rates)]
        return [*rates, *case.amounts(key.fees, "Grundbetrag")]
    return [sheet.times(_tiered(case, scale, units), part) for scale, part in case.stages(key.scales)]


def amounts_for(stages: Iterable[AmountStage], member: str) -> list[AmountStage]:
    """Return the dated amounts that count for a member: those that name it, else those that name nobody."""
    given = list(stages)
    return [stage for stage in given if member in stage.members] or [
        stage for stage in given if not stage.members
    ]


def _tiered(case: ComponentYear, scale: Scale, units: SheetLine) -> SheetLine:
    return _slabs(case, scale, units) if scale.mode == "marginal" else _classes(case, scale, units)


def _classes(case: ComponentYear, scale: Scale, units: SheetLine) -> SheetLine:
    """Return the amount of a member's size class, and its rate times the figure."""
    sheet = case.sheet
    amounts = [(tier.up_to, None if tier.amount is None else tier.amount * CENT) for tier in scale.tiers]
    rates = [(tier.up_to, None if tier.rate is None else tier.rate * MICRO) for tier in scale.tiers]
    priced = []
    if any(amount is not None for _, amount in amounts):
        priced.append(sheet.pick(units, amounts, _CLASS))
    if any(rate is not None for _, rate in rates):
        priced.append(sheet.times(units, sheet.pick(units, rates, _CLASS)))
    return sheet.add(*priced)


def _slabs(case: ComponentYear, scale: Scale, units: SheetLine) -> SheetLine:
    """Return each class's rate times the units that fall into it."""
    sheet, slabs, below = case.sheet, list[SheetLine](), None
    for tier in scale.tiers:
        label = Label(unit=units.label.unit, role="slabs", short=True)
        upto = units if tier.up_to is None else sheet.least(units, sheet.figure(tier.up_to), label)
        inside = upto if below is None else sheet.take_off(upto, below, label=label)
        rate = sheet.figure((tier.rate or 0) * MICRO, Label(unit=EUR, role="classes"))
        slabs.append(sheet.times(inside, rate))
        below = upto
    return sheet.add(*slabs)
