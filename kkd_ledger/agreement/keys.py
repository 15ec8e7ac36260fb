"""The keys: how a component's cost becomes cents by member."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kkd_ledger.agreement.spans import Days, common, ticks, ticks_a_year, whole_year
from kkd_ledger.agreement.terms import ComponentTerms, Terms, newest, stages
from kkd_ledger.money import ROUNDINGS

if TYPE_CHECKING:
    from kkd_ledger.agreement.model import PerHead


def component_cents(terms: Terms, one: ComponentTerms, year: int) -> dict[str, int]:
    """Return what a component costs each member in a service year; empty outside its life."""
    life = one.life.clip(whole_year(year))
    if life is None:
        return {}
    assert one.component.key == "per-head"
    return _per_head(terms, one, one.component, year, life)


def _per_head(terms: Terms, one: ComponentTerms, key: PerHead, year: int, life: Days) -> dict[str, int]:
    agreement = terms.agreement
    units = terms.weights(key.basis, year)
    rates = stages(newest(key.rates, lambda rate: rate.begins, terms.known_on, agreement.known_from).values())
    denominator = ticks_a_year(year, agreement.proration) * 10**4
    rounding = ROUNDINGS[agreement.rounding]

    def factor(spans: list[Days]) -> int:
        return sum(rate.fact.rate * ticks(common(spans, [rate.days]), agreement.proration) for rate in rates)

    whole = factor([life])
    cents = {member: rounding(whole * units[member], denominator) for member in one.steady}
    for member, spans in one.dated.items():
        present = common(spans, [life])
        if present:
            cents[member] = rounding(factor(present) * units[member], denominator)
    return cents
