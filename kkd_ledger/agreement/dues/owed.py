"""What each party owes for a service year by its claims, as a share: without due plans it is the share itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from kkd_ledger.agreement.dues.levels import YearViews
from kkd_ledger.agreement.dues.party_claims import claim_history
from kkd_ledger.agreement.facts.resolutions import resolved_cents
from kkd_ledger.agreement.reckoning.shares import MemberShare, Shares

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement


def owed_shares(agreement: Agreement, agreed: Shares, known_on: dt.date) -> tuple[MemberShare, ...]:
    """Return the shares of a year with the sum of the claims that are known on a day as their amount.

    So a share whose sum is not fixed stands at its advances. What waits for a resolution is owed on condition.
    """
    if not agreement.by_claims:
        return agreed.members
    views, owed = YearViews(agreement, agreed.year, known_on), []
    for member in views.members:
        history = claim_history(agreement, agreed.year, member, known_on, covered_only=False)
        count, share = history.known_by(known_on), agreed.of(member)
        if not count and share is None:
            continue
        cents, due = history.sums[count], history.dues[count] or agreed.due_of(member)
        resolved = resolved_cents(agreement, member, agreed.year, cents, known_on)
        share = share or MemberShare(member, 0, 0, (), conditional=False, due=due, resolved_cents=0)
        conditional = resolved is None or resolved < cents
        owed.append(
            replace(share, amount_cents=cents, due=due, conditional=conditional, resolved_cents=resolved or 0)
        )
    return tuple(owed)


def has_reached(agreement: Agreement, member: str, year: int, known_on: dt.date, cents: int) -> bool:
    """Tell whether a party's service year stood at a sum, claim by claim, up to a day, where there are due plans."""
    if not agreement.by_claims:
        return cents == 0
    history = claim_history(agreement, year, member, known_on)
    count = history.reached.get(cents)
    return count is not None and count <= history.known_by(known_on)
