"""Keys with a price: a rate per head, a fixed amount, size classes. Each share is exact, then rounded once.

A charge is kept as a whole number over one denominator: millionths of a euro times parts of the year (days, months).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from kkd_ledger.agreement.components import AmountStage, Component, Fixed, PerHead, Rated, Scale, Tiered
from kkd_ledger.agreement.spans import Days, common, ticks, ticks_a_year
from kkd_ledger.agreement.terms import ComponentTerms, Stage, Terms
from kkd_ledger.money import ROUNDINGS

MICROS_A_CENT: Final = 10**4
Charge = Callable[[str, int], int]


def rated_cents(terms: Terms, one: ComponentTerms, key: Rated, year: int) -> dict[str, int]:
    """Return what each member pays; with `remainder = "operator"` the operator pays what is left of the total."""
    present = one.present(year)
    units = units_of(terms, key, year)
    total = total_of(terms, key, year)
    if not present or units == {} or (key.remainder and total is None):
        return {}
    rounding, denominator = ROUNDINGS[terms.agreement.rounding], denominator_of(terms, year)
    cents: dict[str, int] = {}
    for members, charge in _charges(terms, key, present):
        if units is None:
            cents |= {member: rounding(charge(member, 0), denominator) for member in members}
        else:
            cents |= {member: rounding(charge(member, units[member]), denominator) for member in members}
    if key.remainder and total is not None:
        operator = terms.agreement.operator
        cents[operator] = total - sum(cents[member] for member in cents if member != operator)
    return cents


def denominator_of(terms: Terms, year: int) -> int:
    """Return how many millionths of a euro times parts of the year make one cent."""
    return MICROS_A_CENT * ticks_a_year(year, terms.agreement.proration)


def units_of(terms: Terms, key: Rated, year: int) -> Mapping[str, int] | None:
    """Return the figures that a priced key multiplies: None where it needs none, empty where none is known yet."""
    return None if isinstance(key, Fixed) else terms.weights(key.basis, year)


def total_of(terms: Terms, key: Component, year: int) -> int | None:
    """Return the cost of a component in a service year, where it is known."""
    for one in terms.newest(key.totals, lambda total: total.year):
        if one.year == year:
            return one.amount
    return None


def _charges(terms: Terms, key: Rated, present: Mapping[str, list[Days]]) -> list[tuple[list[str], Charge]]:
    """Group the members by when they take part; all of a group share one charge."""
    groups: dict[tuple[Days, ...], list[str]] = {}
    for member, spans in present.items():
        groups.setdefault(tuple(spans), []).append(member)
    return [(members, charge_of(terms, key, spans)) for spans, members in groups.items()]


def charge_of(terms: Terms, key: Rated, spans: tuple[Days, ...]) -> Charge:
    """Return the exact charge of a member and its units for the spans of a year in which it takes part."""
    charge = _plain_charge(terms, key, spans)
    if key.minimum is None and key.maximum is None:
        return charge
    parts = ticks(spans, terms.agreement.proration) * MICROS_A_CENT
    low = 0 if key.minimum is None else key.minimum * parts
    if key.maximum is None:
        return lambda member, units: max(low, charge(member, units))
    high = key.maximum * parts
    return lambda member, units: min(high, max(low, charge(member, units)))


def _plain_charge(terms: Terms, key: Rated, spans: tuple[Days, ...]) -> Charge:
    if isinstance(key, PerHead):
        return _per_head(terms, key, spans)
    if isinstance(key, Tiered):
        return _tiered(terms, key, spans)
    return lambda member, _units: fixed_micros(terms, key.amounts, spans, member)


def _per_head(terms: Terms, key: PerHead, spans: tuple[Days, ...]) -> Charge:
    slope = sum(stage.fact.rate * weight for stage, weight in pieces(terms, key.rates, spans))
    if not key.fees:
        return lambda _member, units: slope * units
    fees = key.fees
    return lambda member, units: slope * units + fixed_micros(terms, fees, spans, member)


def _tiered(terms: Terms, key: Tiered, spans: tuple[Days, ...]) -> Charge:
    parts = pieces(terms, key.scales, spans)
    return lambda _member, units: sum(tier_micros(stage.fact, units) * weight for stage, weight in parts)


def pieces(terms: Terms, facts: Iterable[Any], spans: tuple[Days, ...]) -> list[tuple[Stage, int]]:
    """Return the stages that touch the spans, each with its parts of the year."""
    found = [
        (stage, ticks(common(spans, [stage.days]), terms.agreement.proration))
        for stage in terms.stages(facts)
    ]
    return [(stage, weight) for stage, weight in found if weight]


def amounts_for(stages: Iterable[AmountStage], member: str) -> list[AmountStage]:
    """Return the dated amounts that count for a member: those that name it, else those that name nobody."""
    given = list(stages)
    return [one for one in given if member in one.members] or [one for one in given if not one.members]


def fixed_micros(terms: Terms, amounts: Iterable[AmountStage], spans: tuple[Days, ...], member: str) -> int:
    """Return a member's dated amounts over the spans, in millionths of a euro times parts of the year."""
    return sum(
        stage.fact.amount * MICROS_A_CENT * weight
        for stage, weight in pieces(terms, amounts_for(amounts, member), spans)
    )


def tier_micros(scale: Scale, units: int) -> int:
    """Return what a size costs a year by a scale, in millionths of a euro."""
    if scale.mode == "marginal":
        return sum(rate * count for count, rate in slabs(scale, units))
    for tier in scale.tiers:
        if tier.up_to is None or units <= tier.up_to:
            return (tier.amount or 0) * MICROS_A_CENT + (tier.rate or 0) * units
    raise ValueError(f"keine Größenklasse für {units}")


def slabs(scale: Scale, units: int) -> list[tuple[int, int]]:
    """Return how many units fall into each class of a marginal scale, with the rate of the class."""
    found, below = [], 0
    for tier in scale.tiers:
        top = units if tier.up_to is None else min(units, tier.up_to)
        if top > below:
            found.append((top - below, tier.rate or 0))
            below = top
    return found
