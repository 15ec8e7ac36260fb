"""Whose service year was asked for in advance and is not settled yet: what it will come to, nobody knows."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from kkd_ledger.agreement.dues.levels import PlanSum, YearViews
from kkd_ledger.agreement.dues.party_claims import ClaimKind, claims_of

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement


class Unsettled(NamedTuple):
    """A party's service year whose settlement (Abrechnung) is still to come, and the net cents of its advances."""

    member: str
    service_year: int
    asked_cents: int


def unsettled(agreement: Agreement, year: int, as_of: dt.date) -> tuple[Unsettled, ...]:
    """Return who has paid, or was to pay, advances on a service year that are not settled by what is known on a day."""
    if not any(plan.kind == "advances" for plan in agreement.dues):
        return ()
    views = YearViews(agreement, year, as_of)
    waiting = []
    for member in views.members:
        groups = [group for group in views.level(member, as_of).provisional if group.plan.kind == "advances"]
        if groups and not all(_is_settled(group, as_of) for group in groups):
            owed = [claim for claim in claims_of(views, member) if claim.kind == ClaimKind.ADVANCE]
            waiting.append(Unsettled(member, year, sum(claim.cents for claim in owed)))
    return tuple(waiting)


def _is_settled(group: PlanSum, as_of: dt.date) -> bool:
    return group.cents is not None and group.is_actual and as_of >= group.settled_from
