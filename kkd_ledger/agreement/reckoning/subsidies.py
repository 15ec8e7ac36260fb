"""Subsidies: only a granted one lowers shares, by its own distribution rule, and none ever raises one."""

from __future__ import annotations

from collections.abc import Mapping, Set
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from kkd_ledger.agreement.facts.by_member import ByMember
from kkd_ledger.agreement.facts.known_terms import KnownTerms
from kkd_ledger.agreement.keys.splits import Division, fill, ranks
from kkd_ledger.money import apportion
from kkd_ledger.quantities import Quantity

if TYPE_CHECKING:
    from kkd_ledger.agreement.keys.components import Subsidy, SubsidyEvent

GRANTED: Final = frozenset({"granted", "paid", "proved", "closed"})
GONE: Final = frozenset({"rejected", "reclaimed"})
Cents = Mapping[str, int]


def last_event(terms: KnownTerms, subsidy: Subsidy) -> SubsidyEvent | None:
    """Return the latest step in the life of a subsidy that was known; None before the first one."""
    events = [
        event for event in subsidy.life if max(event.known_from or event.on, event.on) <= terms.known_on
    ]
    return events[-1] if events else None


def status(terms: KnownTerms, subsidy: Subsidy) -> str:
    """Return how far a subsidy has come by what was known; `planned` before its first step."""
    event = last_event(terms, subsidy)
    return event.status if event else "planned"


def reductions(
    terms: KnownTerms, year: int, columns: Mapping[str, Cents], gross: Cents, without: Set[str] = frozenset()
) -> dict[str, Division]:
    """Return by granted subsidy, except some, how it is taken from the shares of a service year."""
    granted = [
        subsidy
        for subsidy in terms.subsidies
        if status(terms, subsidy) in GRANTED and subsidy.id not in without
    ]
    return divide_all(terms, granted, year, columns, gross)


def divide_all(
    terms: KnownTerms, subsidies: list[Subsidy], year: int, columns: Mapping[str, Cents], gross: Cents
) -> dict[str, Division]:
    """Return how each subsidy divides, in their order; none takes more than what the ones before it left."""
    left, divisions = dict(gross) if subsidies else {}, dict[str, Division]()
    for subsidy in subsidies:
        division = _divide(terms, subsidy, year, columns, left)
        if division is not None:
            divisions[subsidy.id] = division
            for member, cents in division.cents.items():
                left[member] -= cents
    return divisions


def _divide(
    terms: KnownTerms, subsidy: Subsidy, year: int, columns: Mapping[str, Cents], left: Cents
) -> Division | None:
    """Return the split of a subsidy's year over the shares that it may lower, each at most down to zero.

    None where the year has no part of it or no cost is known yet. Raises ValueError where it exceeds the cost.
    """
    amount = sum(share.amount for share in subsidy.years if share.year == year)
    shares = in_scope(subsidy, columns)
    if not amount or not shares:
        return None
    caps = {member: min(cents, left[member]) for member, cents in shares.items()}
    if subsidy.distribution == "operator":
        operator = terms.agreement.operator
        taken = min(amount, caps.get(operator, 0))
        return Division(taken, ByMember((operator,), [1]), ByMember((operator,), [taken])) if taken else None
    measures = measures_of(terms, subsidy, year, shares)
    quotas = fill(measures, {member: (0, cap) for member, cap in caps.items()}, Fraction(amount))
    order = ByMember(tuple(measures), list(measures.values()))
    parts = apportion(amount, list(quotas.values()), ranks=ranks(terms, order))
    return Division(amount, ByMember(order.members, list(quotas.values())), ByMember(order.members, parts))


def in_scope(subsidy: Subsidy, columns: Mapping[str, Cents]) -> dict[str, int]:
    """Return by member the cost that a subsidy may lower."""
    sums: dict[str, int] = {}
    for id_, cents in columns.items():
        if subsidy.components is None or id_ in subsidy.components:
            for member, amount in cents.items():
                sums[member] = sums.get(member, 0) + amount
    return sums


def measures_of(terms: KnownTerms, subsidy: Subsidy, year: int, shares: Cents) -> Mapping[str, Quantity]:
    """Return what a subsidy is divided by: the shares it may lower, inhabitants, or ones."""
    if subsidy.distribution == "by-share":
        return shares
    if subsidy.distribution == "equal":
        return dict.fromkeys(shares, 1)
    assert subsidy.basis is not None
    figures = terms.weights(subsidy.basis, year)
    return {member: figures.get(member, 0) for member in shares}
