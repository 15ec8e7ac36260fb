"""The keys: how a component's cost becomes cents by member."""

from __future__ import annotations

from kkd_ledger.agreement.facts.by_member import ByMember
from kkd_ledger.agreement.facts.known_terms import ComponentTerms, KnownTerms
from kkd_ledger.agreement.keys.components import Split
from kkd_ledger.agreement.keys.rated import rated_cents
from kkd_ledger.agreement.keys.splits import split_cents


def component_cents(terms: KnownTerms, component: ComponentTerms, year: int) -> ByMember | None:
    """Return what a component costs each member in a service year; None outside its life or without its figures."""
    key = component.component
    if isinstance(key, Split):
        return split_cents(terms, component, key, year)
    return rated_cents(terms, component, key, year)
