"""Decisions: which adopted paper allows a member's share, whether a share still waits, and how VAT was decided."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from kkd_ledger.agreement.facts.ways_in import is_in

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement
    from kkd_ledger.agreement.facts.facts import Resolution, VatTreatment


def resolution(agreement: Agreement, member_id: str, as_of: dt.date | None = None) -> Resolution | None:
    """Return the resolution of a member that was adopted last by `as_of`; None where there is none yet."""
    adopted = [
        (paper.adopted, index, paper)
        for index, paper in enumerate(agreement.papers(member_id))
        if paper.adopted is not None and _is_known(agreement, paper, as_of)
    ]
    return max(adopted)[2] if adopted else None


def _is_known(agreement: Agreement, paper: Resolution, as_of: dt.date | None) -> bool:
    assert paper.adopted is not None
    return as_of is None or max(paper.known_from or agreement.known_from, paper.adopted) <= as_of


def resolved_cents(
    agreement: Agreement, member_id: str, year: int, amount_cents: int, as_of: dt.date | None = None
) -> int | None:
    """Return how much of a share is allowed by a resolution adopted by `as_of`; None where none covers the year.

    A resolution that names no amounts allows every share; one that does allows each year up to its amount. Where the
    file tells a party's way into the cooperation, nothing is allowed before its effect.
    """
    paper = resolution(agreement, member_id, as_of)
    if paper is None or not is_in(agreement.way_in(member_id), as_of):
        return None
    limits = [limit.amount for limit in paper.amounts if limit.begins <= year <= (limit.ends or year)]
    if paper.amounts and not limits:
        return None
    return min([amount_cents, *limits])


def vat_treatment(agreement: Agreement, year: int, as_of: dt.date | None = None) -> VatTreatment | None:
    """Return how the shares of a service year are treated by VAT; None while nobody has decided (UStG § 2b).

    The service period decides, not the day of posting: what holds on the last day of the service year.
    """
    terms = agreement.terms(as_of)
    last = agreement.days_of(year).last
    treatments = [
        stage.fact for stage in terms.stages(agreement.vat) if stage.days.first <= last <= stage.days.last
    ]
    chosen: VatTreatment | None = treatments[0] if treatments else None
    return chosen
