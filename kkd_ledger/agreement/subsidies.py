"""Subsidies: only a granted one lowers shares, by its own distribution rule, and none ever raises one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kkd_ledger.agreement.terms import Terms

if TYPE_CHECKING:
    from kkd_ledger.agreement.model import Subsidy

GRANTED = frozenset({"granted", "paid", "proved", "closed"})


def status(terms: Terms, subsidy: Subsidy) -> str:
    """Return how far a subsidy has come by what was known; `planned` before its first event."""
    events = [
        event for event in subsidy.life if max(event.known_from or event.on, event.on) <= terms.known_on
    ]
    return max(events, key=lambda event: event.on).status if events else "planned"


def reductions(
    terms: Terms, year: int, columns: Mapping[str, Mapping[str, int]], gross: Mapping[str, int]
) -> dict[str, dict[str, int]]:
    """Return by granted subsidy and member what it takes from the shares of a service year."""
    found: dict[str, dict[str, int]] = {}
    for subsidy in terms.subsidies:
        if status(terms, subsidy) in GRANTED and any(one.year == year for one in subsidy.years):
            raise NotImplementedError("granted subsidies")
    return found
