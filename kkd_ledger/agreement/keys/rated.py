"""Keys with a price: a rate per head, a fixed amount, size classes. Each share is exact, then rounded once.

A charge is kept as a whole number over one denominator: millionths of a euro times parts of the year (days, months).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from fractions import Fraction
from typing import Any, Final

from kkd_ledger.agreement.facts.by_member import ByMember
from kkd_ledger.agreement.facts.known_terms import ComponentTerms, KnownTerms, Stage
from kkd_ledger.agreement.facts.spans import Days, common, ticks, ticks_a_year
from kkd_ledger.agreement.keys.components import AmountStage, Component, Fixed, PerHead, Rated, Scale, Tiered
from kkd_ledger.money import ROUNDINGS, round_each
from kkd_ledger.quantities import Quantity, format_quantity

MICROS_A_CENT: Final = 10**4
Charge = Callable[[Sequence[str], Sequence[Any]], list[Any]]


def rated_cents(terms: KnownTerms, component: ComponentTerms, key: Rated, year: int) -> ByMember | None:
    """Return what each member pays; with `remainder = "operator"` the operator pays what is left of the total.

    None outside the component's life, and while its figures or its total are not known.
    """
    groups, total = component.groups(year), total_of(terms, key, year)
    if not groups or (key.remainder and total is None):
        return None
    payers: list[str] = []
    cents: list[int] = []
    for spans, members in groups:
        group_cents = _group_cents(terms, key, spans, members, year)
        if group_cents is None:
            return None
        payers += members
        cents += group_cents
    column = ByMember(tuple(payers), cents)
    return column if total is None else _with_remainder(terms, column, total)


def _group_cents(
    terms: KnownTerms, key: Rated, spans: tuple[Days, ...], members: tuple[str, ...], year: int
) -> list[int] | None:
    """Return the rounded charges of members with the same spans; a year like an earlier one is not reckoned again."""
    place = _alike(terms, key, spans, members, year)
    if place is not None and place in terms.priced:
        return terms.priced[place]
    units = units_of(terms, key, year, members)
    if units is None:
        return None
    rounding, denominator = ROUNDINGS[terms.agreement.rounding], denominator_of(terms, key, year)
    cents = round_each(charge_of(terms, key, spans)(members, units), denominator, rounding)
    if place is not None:
        terms.priced[place] = cents
    return cents


def _alike(
    terms: KnownTerms, key: Rated, spans: tuple[Days, ...], members: tuple[str, ...], year: int
) -> Hashable | None:
    """Return what makes two years cost the same: figures, stages and their parts of the year; None where amounts do."""
    if isinstance(key, Fixed) or (isinstance(key, PerHead) and key.fees):
        return None
    measured = terms.reference(key.basis, year)
    if measured is None:
        return None
    whole = ticks_a_year(year, terms.proration(key))
    stages = pieces(terms, key, key.rates if isinstance(key, PerHead) else key.scales, spans)
    parts = tuple((stage.days.first, Fraction(weight, whole)) for stage, weight in stages)
    present = Fraction(ticks(spans, terms.proration(key)), whole)
    return key.id, members, measured[0].begins, measured[1], present, parts


def _with_remainder(terms: KnownTerms, column: ByMember, total: int) -> ByMember:
    operator = terms.agreement.operator
    others = {member: cents for member, cents in column.items() if member != operator}
    return ByMember((*others, operator), [*others.values(), total - sum(others.values())])


def denominator_of(terms: KnownTerms, key: Rated, year: int) -> int:
    """Return how many millionths of a euro times parts of the year make one cent."""
    return MICROS_A_CENT * ticks_a_year(year, terms.proration(key))


def units_of(terms: KnownTerms, key: Rated, year: int, members: tuple[str, ...]) -> list[Quantity] | None:
    """Return the figures that a priced key multiplies: zeros where it needs none, None where none is known yet."""
    if isinstance(key, Fixed):
        return [0] * len(members)
    column = terms.counted(key.basis, year, members)
    if column is None:
        return None
    return list(column.figures if column.factor == 1 else column.values())


def total_of(terms: KnownTerms, key: Component, year: int) -> int | None:
    """Return the cost of a component in a service year, where it is known."""
    for cost in terms.newest(key.totals, lambda total: total.year):
        if cost.year == year:
            return cost.amount
    return None


def rests_on_plan(terms: KnownTerms, name: str, year: int) -> bool:
    """Tell whether the cost of a component is only planned for a service year: the actual figure settles it."""
    key = next(component.component for component in terms.components if component.component.id == name)
    totals = terms.newest(key.totals, lambda total: total.year)
    return any(total.year == year and total.kind == "plan" for total in totals)


def charge_of(terms: KnownTerms, key: Rated, spans: tuple[Days, ...]) -> Charge:
    """Return what turns members and their units into exact charges, for the spans of a year in which they take part."""
    charge = _plain_charge(terms, key, spans)
    parts = ticks(spans, terms.proration(key)) * MICROS_A_CENT
    if key.minimum is not None:
        charge = _bounded(charge, max, key.minimum * parts)
    return charge if key.maximum is None else _bounded(charge, min, key.maximum * parts)


def _bounded(charge: Charge, bound: Callable[[int, int], int], limit: int) -> Charge:
    return lambda members, units: [bound(numerator, limit) for numerator in charge(members, units)]


def _plain_charge(terms: KnownTerms, key: Rated, spans: tuple[Days, ...]) -> Charge:
    if isinstance(key, PerHead):
        return _per_head(terms, key, spans)
    if isinstance(key, Tiered):
        scales = pieces(terms, key, key.scales, spans)
        return lambda _members, units: [
            sum(tier_micros(stage.fact, count) * weight for stage, weight in scales) for count in units
        ]
    return lambda members, _units: [
        fixed_micros(terms, key, key.amounts, spans, member=member) for member in members
    ]


def _per_head(terms: KnownTerms, key: PerHead, spans: tuple[Days, ...]) -> Charge:
    slope = sum(stage.fact.rate * weight for stage, weight in pieces(terms, key, key.rates, spans))
    if not key.fees:
        return lambda _members, units: [slope * count for count in units]
    return lambda members, units: [
        slope * count + fixed_micros(terms, key, key.fees, spans, member=member)
        for member, count in zip(members, units, strict=True)
    ]


def pieces(
    terms: KnownTerms, key: Rated, facts: Iterable[Any], spans: tuple[Days, ...]
) -> list[tuple[Stage, int]]:
    """Return the stages that touch the spans, each with its parts of the year.

    Without proration a year has one part, and the stage of the first day in it counts for the whole.
    """
    proration = terms.proration(key)
    parts = [(stage, ticks(common(spans, [stage.days]), proration)) for stage in terms.stages(facts)]
    touching = [(stage, weight) for stage, weight in parts if weight]
    return touching[:1] if proration == "none" else touching


def amounts_for(stages: Iterable[AmountStage], member: str) -> list[AmountStage]:
    """Return the dated amounts that count for a member: those that name it, else those that name nobody."""
    given = list(stages)
    return [stage for stage in given if member in stage.members] or [
        stage for stage in given if not stage.members
    ]


def fixed_micros(
    terms: KnownTerms, key: Rated, amounts: Iterable[AmountStage], spans: tuple[Days, ...], *, member: str
) -> int:
    """Return a member's dated amounts over the spans, in millionths of a euro times parts of the year."""
    return sum(
        stage.fact.amount * MICROS_A_CENT * weight
        for stage, weight in pieces(terms, key, amounts_for(amounts, member), spans)
    )


def tier_micros(scale: Scale, units: Quantity) -> Quantity:
    """Return what a size costs a year by a scale, in millionths of a euro."""
    if scale.mode == "marginal":
        return sum(rate * count for count, rate in slabs(scale, units))
    for tier in scale.tiers:
        if tier.up_to is None or units <= tier.up_to:
            return (tier.amount or 0) * MICROS_A_CENT + (tier.rate or 0) * units
    raise ValueError(f"keine Größenklasse für {format_quantity(units)}")


def slabs(scale: Scale, units: Quantity) -> list[tuple[Quantity, int]]:
    """Return how many units fall into each class of a marginal scale, with the rate of the class."""
    parts: list[tuple[Quantity, int]] = []
    below: Quantity = 0
    for tier in scale.tiers:
        top = units if tier.up_to is None else min(units, tier.up_to)
        if top > below:
            parts.append((top - below, tier.rate or 0))
            below = top
    return parts
