"""On which accounts a share stands: one leg for each component that book.toml books elsewhere ([[booked]]).

A share is the sum of its legs. Each component's leg brings it from what is booked of it to its part of what is owed
now, so that corrections go where the component's share went, also across advances and their settlement.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from kkd_ledger.agreement import Correction
from kkd_ledger.book.config import Book
from kkd_ledger.book.state.claims import Claims
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Posting, Value
from kkd_ledger.money import apportion


def result_legs(
    book: Book, claims: Claims, correction: Correction, *, day: dt.date, prior: bool
) -> Iterator[Posting]:
    """Yield the result legs of a claim, net; in a closed year's case on the prior-period accounts, if not netted."""
    sign = 1 if book.is_operator else -1
    parts = _differences(book, claims, correction, day)
    for component, cents in parts.items():
        meta: dict[str, Value] = {v.COMPONENT: component} if component else {}
        way = cents or correction.vat_cents  # where only VAT changes, that says whether it is more or less
        yield Posting(result_account(book, component, way, day, prior=prior), -sign * cents, meta)


def result_account(book: Book, component: str, cents: int, day: dt.date, *, prior: bool) -> str:
    """Return the account that bears a change of a component's share, in net cents as the party owes them."""
    row = book.settings.booked_on(component, day)
    role = "share"
    if prior and not (row and row.refunds == "netted" and cents < 0):
        role = "prior_period_income" if book.is_operator == (cents > 0) else "prior_period_expense"
    own: str | None = getattr(row, role) if row else None
    return own or book.account(role, day=day)


def _differences(book: Book, claims: Claims, correction: Correction, day: dt.date) -> Mapping[str, int]:
    """Return by component what a claim changes, those without a row of their own together under an empty name."""
    own = {row.component for row in book.settings.booked if row.component and row.begins <= day}
    if not own:
        return {"": correction.difference_cents}
    target = _parts(book, correction, own)
    before = dict(claims.parts.get((correction.member, correction.service_year), {}))
    before[""] = correction.booked_cents - sum(before.values())
    changes = {name: target.get(name, 0) - before.get(name, 0) for name in sorted({*target, *before})}
    kept = {name: cents for name, cents in changes.items() if cents}
    return kept or {"": 0}


def _parts(book: Book, correction: Correction, own: set[str]) -> dict[str, int]:
    """Part what is owed now by the components' shares as known; what they do not come to goes by their weight."""
    agreed = book.shares(correction.service_year, correction.known_on)
    cents: dict[str, int] = {}
    for id_, column in agreed.components.items():
        if correction.member in column:
            name = id_ if id_ in own else ""
            cents[name] = cents.get(name, 0) + column[correction.member]
    if sum(cents.values()) == correction.entitled_cents:
        return cents
    names = sorted(cents)
    weights = [abs(cents[name]) for name in names]
    if not any(weights):
        return {"": correction.entitled_cents}
    return dict(zip(names, apportion(correction.entitled_cents, weights, ranks=names), strict=True))
