"""Keys that split a total: equal, proportional, mixed; with bounds, with the operator's remainder, with rotation.

Exact quotas first (they sum to the total), then whole cents by largest remainder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any

from kkd_ledger.agreement.facts.by_member import ByMember
from kkd_ledger.agreement.facts.known_terms import ComponentTerms, KnownTerms
from kkd_ledger.agreement.facts.spans import Days, ticks, ticks_a_year
from kkd_ledger.agreement.keys.components import Mixture, Proportional, Split
from kkd_ledger.agreement.keys.rated import total_of
from kkd_ledger.money import apportion

Groups = Sequence[tuple[tuple[Days, ...], tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Division:
    """A split of one year: weights (whole numbers or exact fractions), and the cents they became.

    Weights that are the exact parts in cents already (`quotas`) need not sum to the total: nobody bears the difference.
    """

    total_cents: int
    weights: ByMember
    cents: ByMember
    quotas: bool = False

    def exact(self, member: str) -> Fraction:
        """Return a member's exact part in cents."""
        weight = Fraction(self.weights[member])
        return weight if self.quotas else self.total_cents * weight / Fraction(sum(self.weights.figures))


def split_cents(terms: KnownTerms, component: ComponentTerms, key: Split, year: int) -> ByMember | None:
    """Return what each member pays of the total of a service year; None while no total is known."""
    division = divide(terms, component, key, year)
    return None if division is None else division.cents


def divide(terms: KnownTerms, component: ComponentTerms, key: Split, year: int) -> Division | None:
    """Return the split of a service year (kept once made); None while no total or no figure is known."""
    place = (key.id, year)
    if place not in terms.splits:
        terms.splits[place] = _divide(terms, component, key, year)
    division: Division | None = terms.splits[place]
    return division


def _divide(terms: KnownTerms, component: ComponentTerms, key: Split, year: int) -> Division | None:
    total = total_of(terms, key, year)
    groups = component.groups(year)
    if total is None or not groups:
        return None
    weights = _weights(terms, key, year, groups, total)
    if weights is None:
        return None
    debts = _debts(terms, component, key, year, weights.members) if terms.agreement.rotation else None
    if not any(weights.figures):  # exact parts of a cost of nothing, or all of them capped at nothing
        return Division(total, weights, ByMember(weights.members, [0] * len(weights)), quotas=True)
    if key.remainder == "nobody":
        return _with_a_part_of_nobodys(terms, weights, debts, total)
    parts = apportion(total, weights.figures, ranks=ranks(terms, weights), debts=debts)
    return Division(total, weights, ByMember(weights.members, parts))


def _with_a_part_of_nobodys(
    terms: KnownTerms, quotas: ByMember, debts: list[Fraction] | None, total: int
) -> Division:
    """Split what the exact parts come to, rounded up to a cent; what that is more takes part as the last of all."""
    parts = [Fraction(quota) for quota in quotas.figures]
    whole = ceil(sum(parts))
    order = [*((0, rank) for rank in ranks(terms, quotas)), (1, 0)]
    more = None if debts is None else [*debts, Fraction(0)]
    cents = apportion(whole, [*parts, Fraction(whole) - sum(parts)], ranks=order, debts=more)
    return Division(total, quotas, ByMember(quotas.members, cents[:-1]), quotas=True)


def _weights(terms: KnownTerms, key: Split, year: int, groups: Groups, total: int) -> ByMember | None:
    """Return what the total is split by: plain weights, or exact quotas where more than one measure counts."""
    slices = [
        (Fraction(share), measure)
        for share, basis in slices_of(key)
        if (measure := measured(terms, key, basis, year, groups)) is not None
    ]
    if len(slices) < len(slices_of(key)):
        return None
    bounded = key.minimum is not None or key.maximum is not None
    if len(slices) == 1 and not bounded and key.remainder is None:
        return slices[0][1]
    factors = [(total * share / sum(measure.figures), measure) for share, measure in slices]
    quotas = {member: sum(factor * measure[member] for factor, measure in factors) for member in slices[0][1]}
    if bounded:
        spans = {member: span for span, members in groups for member in members}
        bounds = {member: bounds_of(terms, key, year, span) for member, span in spans.items()}
        quotas = _bounded(key, bounds, quotas, Fraction(total))
    return _column(_with_remainder(terms, key, quotas, total))


def _column(quotas: Mapping[str, Any]) -> ByMember:
    return ByMember(tuple(quotas), list(quotas.values()))


def slices_of(key: Split) -> list[tuple[Fraction, str | None]]:
    """Return the measures of a key with the part of the total that each divides; None stands for equal parts."""
    if isinstance(key, Mixture):
        return [(Fraction(part.percent) / 100, part.basis) for part in key.slices]
    return [(Fraction(1), key.basis if isinstance(key, Proportional) else None)]


def measured(terms: KnownTerms, key: Split, basis: str | None, year: int, groups: Groups) -> ByMember | None:
    """Return by member its figure times its part of the year (as a ratio to the others); None while none is known."""
    parts = [ticks(spans, terms.proration(key)) for spans, _ in groups]
    alike = len(set(parts)) == 1
    taking: list[str] = []
    figures: list[Any] = []
    for (_, members), part in zip(groups, parts, strict=True):
        column = (
            ByMember(members, [1] * len(members)) if basis is None else terms.counted(basis, year, members)
        )
        if column is None:
            return None
        units = column.figures if column.factor == 1 else list(column.values())
        factor = min(part, 1) if alike else part
        taking += members
        figures += units if factor == 1 else [count * factor for count in units]
    if not any(figures):
        raise ValueError("Gewichte, die zusammen null ergeben")
    return ByMember(tuple(taking), figures)


def bounds_of(terms: KnownTerms, key: Split, year: int, spans: tuple[Days, ...]) -> tuple[int, int | None]:
    """Return least and most cents of a member, by its parts of the year (least rounded up, most rounded down)."""
    parts = ticks(spans, terms.proration(key))
    whole = ticks_a_year(year, terms.proration(key))
    low = -(-(key.minimum or 0) * parts // whole)
    return low, None if key.maximum is None else key.maximum * parts // whole


def _bounded(
    key: Split, bounds: Mapping[str, tuple[int, int | None]], quotas: Mapping[str, Any], total: Fraction
) -> dict[str, Any]:
    """Hold each part within its bounds; only where the others bear the difference does that change anybody else's."""
    if key.remainder == "others":
        return fill(quotas, bounds, total)
    fixed = {}
    for member, quota in quotas.items():
        low, high = bounds[member]
        fixed[member] = max(quota, low) if high is None else min(max(quota, low), high)
    return fixed


def fill(
    quotas: Mapping[str, Any], bounds: Mapping[str, tuple[int, int | None]], target: Fraction
) -> dict[str, Fraction]:
    """Return quotas scaled by one factor and held within their bounds, so that they sum to the target.

    Raises ValueError where no factor does. One factor exists at most up to members that stand on their bounds.
    """
    fixed: dict[str, Fraction] = {}
    free = {member: Fraction(quota) for member, quota in quotas.items()}
    while True:
        left, scale = target - sum(fixed.values()), sum(free.values())
        scaled = {member: left * quota / scale if scale else Fraction(0) for member, quota in free.items()}
        low = {m: Fraction(bounds[m][0]) for m, part in scaled.items() if part < bounds[m][0]}
        high = {
            m: Fraction(top) for m, part in scaled.items() if (top := bounds[m][1]) is not None and part > top
        }
        lacks = sum(low.values()) - sum(scaled[m] for m in low)
        exceeds = sum(scaled[m] for m in high) - sum(high.values())
        pinned = low if lacks > exceeds else high if exceeds > lacks else low | high
        if not pinned:
            break
        fixed |= pinned
        free = {member: quota for member, quota in free.items() if member not in pinned}
    result = {member: fixed[member] if member in fixed else scaled[member] for member in quotas}
    if sum(result.values()) != target:
        raise ValueError("Mindest- und Höchstbeträge lassen sich mit den Kosten nicht vereinbaren")
    return result


def _with_remainder(
    terms: KnownTerms, key: Split, quotas: Mapping[str, Any], total: int
) -> Mapping[str, Any]:
    if key.remainder != "operator":
        return quotas
    operator = terms.agreement.operator
    left = total - sum(quotas.values())
    if quotas.get(operator, Fraction(0)) + left < 0:
        raise ValueError("die Beteiligten zahlten mehr als die Kosten")
    return {**quotas, operator: quotas.get(operator, Fraction(0)) + left}


def ranks(terms: KnownTerms, weights: ByMember) -> list[Any]:
    """Return the declared order among equal remainders."""
    named = list(map(terms.ranks.__getitem__, weights.members))
    if terms.agreement.ties == "largest":
        return [(-weight, rank) for weight, rank in zip(weights.figures, named, strict=True)]
    if terms.agreement.ties == "smallest":
        return list(zip(weights.figures, named, strict=True))
    return named


def _debts(
    terms: KnownTerms, component: ComponentTerms, key: Split, year: int, members: tuple[str, ...]
) -> list[Fraction]:
    """Return by member what the splits of earlier years left it short of its exact parts, in cents."""
    debts = dict.fromkeys(members, Fraction(0))
    for earlier in range(component.life.first.year, year):
        division = divide(terms, component, key, earlier)
        for member in debts:
            if division is not None and member in division.weights:
                debts[member] += division.exact(member) - division.cents[member]
    return list(debts.values())
