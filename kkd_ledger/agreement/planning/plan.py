"""Amounts for the medium-term budget, year by year, with what is still open about each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kkd_ledger.agreement.dues.due_parts import Due, summed
from kkd_ledger.agreement.dues.due_words import planned_claims
from kkd_ledger.agreement.dues.plans import days_of, plan_names, plan_of
from kkd_ledger.agreement.facts.resolutions import vat_treatment
from kkd_ledger.agreement.reckoning.gaps import MissingFigure, touches
from kkd_ledger.agreement.reckoning.open_charges import OpenCharges
from kkd_ledger.agreement.reckoning.shares import shares
from kkd_ledger.agreement.reckoning.subsidies import GONE, divide_all, status
from kkd_ledger.agreement.reckoning.vat import vat_cents
from kkd_ledger.money import plain

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement


@dataclass(frozen=True, slots=True)
class PlanYear:
    """One service year of one party: what to plan, and how far subsidies not granted yet could lower it.

    `amount_cents` is None where the agreement has no price for the year yet; `missing` says which figure it lacks.
    `dues` are the days on which parts of it are due where there is more than one, as far as somebody knows them; `days`
    those that due plans name, whatever the amount will be, and `due` is the first day of all.
    The amount is net; `vat` is None while nobody has decided, `vat_cents` what comes on top.
    """

    year: int
    year_name: str
    amount_cents: int | None
    pending_cents: int
    conditional: bool
    due: dt.date
    vat: str | None
    missing: tuple[MissingFigure, ...] = ()
    vat_cents: int = 0
    dues: tuple[Due, ...] = ()
    days: tuple[dt.date, ...] = ()
    open_charges: tuple[OpenCharges, ...] = ()
    """What is billed one by one and not known yet: no part of the amount, and not nothing."""

    def as_json(self) -> dict[str, Any]:
        """Return the year as plain JSON data; amounts are texts with two decimals."""
        return {
            "year": self.year,
            "amount": None if self.amount_cents is None else plain(self.amount_cents),
            "pending_subsidies": plain(self.pending_cents),
            "conditional": self.conditional,
            "due": self.due.isoformat(),
            **({"days": [day.isoformat() for day in self.days]} if self.days else {}),
            "dues": [{"day": due.day.isoformat(), "amount": plain(due.cents)} for due in self.dues],
            "vat": self.vat,
            "vat_amount": plain(self.vat_cents),
            "missing": [gap.as_json() for gap in self.missing],
            **({"open": [each.as_json() for each in self.open_charges]} if self.open_charges else {}),
        }


def plan(
    agreement: Agreement, member: str, years: Iterable[int], as_of: dt.date | None = None
) -> tuple[PlanYear, ...]:
    """Return what a party plans for service years (GemHVO: result and finance plan, medium term)."""
    return tuple(_plan_year(agreement, member, year, as_of) for year in years)


def _plan_year(agreement: Agreement, member: str, year: int, as_of: dt.date | None) -> PlanYear:
    agreed, vat = shares(agreement, year, as_of), vat_treatment(agreement, year, as_of)
    share, due, treatment = agreed.of(member), agreed.due_of(member), vat.treatment if vat else None
    dues = summed(part for claim in planned_claims(agreement, member, year, as_of) for part in claim.dues)
    days = () if dues else tuple(_planned_days(agreement, member, year, as_of))
    due = min(days, default=due)
    dues, named = dues if len(dues) > 1 else (), agreement.year_name(year)
    may_come = tuple(each for each in agreed.open_charges if member in each.members)
    if share is None:
        gaps = agreed.unpriced.get(member, ())
        return PlanYear(
            year,
            named,
            None,
            0,
            conditional=False,
            due=due,
            vat=treatment,
            missing=gaps,
            dues=dues,
            days=days,
            open_charges=may_come,
        )
    pending = _pending(agreement, member, year, as_of, share.amount_cents)
    return PlanYear(
        year,
        named,
        share.amount_cents,
        pending,
        conditional=share.conditional,
        due=due,
        vat=treatment,
        vat_cents=vat_cents(vat, share.amount_cents),
        dues=dues,
        open_charges=may_come,
    )


def _planned_days(agreement: Agreement, member: str, year: int, as_of: dt.date | None) -> Iterator[dt.date]:
    """Yield on which days a year without an amount will be due by the due plans of what a party has a part in."""
    terms, agreed = agreement.terms(as_of), shares(agreement, year, as_of)
    names, opens = plan_names(terms), agreement.days_of(year).first
    lacking = {gap.component for gap in agreed.gaps if member in gap.members}
    planned = [plan_of(terms, names.get(component), year, member) for component in sorted(lacking)]
    days = {day for plan in planned if plan for day in days_of(plan, opens)}
    yield from sorted(days | ({agreed.due_of(member)} if None in planned else set()))


def _pending(agreement: Agreement, member: str, year: int, as_of: dt.date | None, amount_cents: int) -> int:
    """Return by how much the share would fall if every subsidy that may still come were granted."""
    terms, agreed = agreement.terms(as_of), shares(agreement, year, as_of)
    alive = [
        subsidy
        for subsidy in terms.subsidies
        if status(terms, subsidy) not in GONE and not touches(subsidy, agreed.gaps)
    ]
    lines = {id_: agreed.lines[id_] for id_ in agreed.components}
    cuts = divide_all(terms, alive, year, lines).values()
    taken = sum(line.cents.get(member, 0) for line in cuts if line.value is not None)
    return int(amount_cents - (agreed.gross[member] - taken))
