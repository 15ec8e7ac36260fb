"""Before against bundled: what the separate cooperations cost, what the agreement costs, and the saving asked for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from kkd_ledger.agreement.reckoning.gaps import Unpriced
from kkd_ledger.agreement.reckoning.shares import shares
from kkd_ledger.agreement.reckoning.subsidies import GONE, status
from kkd_ledger.money import plain, round_half_up

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement
    from kkd_ledger.agreement.facts.known_terms import KnownTerms


@dataclass(frozen=True, slots=True)
class Saving:
    """What a member paid before and pays now (without subsidies), in cents a year."""

    member: str
    before_cents: int
    now_cents: int

    @property
    def saved_cents(self) -> int:
        """Before minus now; negative where it costs more."""
        return self.before_cents - self.now_cents

    @property
    def percent(self) -> Fraction | None:
        """The saving in percent of before, exact; None where nothing was paid before."""
        return Fraction(100 * self.saved_cents, self.before_cents) if self.before_cents else None

    def as_json(self) -> dict[str, Any]:
        """Return the saving as plain JSON data; amounts are texts, the percent has two decimals, rounded half up."""
        percent = self.percent
        return {
            "member": self.member,
            "before": plain(self.before_cents),
            "now": plain(self.now_cents),
            "saved": plain(self.saved_cents),
            "percent": None
            if percent is None
            else plain(round_half_up(100 * percent.numerator, percent.denominator)),
        }


@dataclass(frozen=True, slots=True)
class SeparateCost:
    """What a member paid before the cooperation was bundled: the cost of one of the separate ones, with its source."""

    member: str
    title: str
    year: int
    cents: int
    source: str

    def as_json(self) -> dict[str, Any]:
        """Return the cost as plain JSON data; the amount is a text with two decimals."""
        return {
            "member": self.member,
            "title": self.title,
            "year": self.year,
            "amount": plain(self.cents),
            "source": self.source,
        }


@dataclass(frozen=True, slots=True)
class AskedSaving:
    """The saving that a subsidy asks for, in percent of the costs before."""

    subsidy: str
    title: str
    clause: str
    percent: Decimal


@dataclass(frozen=True, slots=True)
class Savings:
    """The savings of a service year; only members whose costs before are known count."""

    year: int
    year_name: str
    members: tuple[Saving, ...]
    total: Saving
    before: tuple[SeparateCost, ...]
    clauses: tuple[str, ...]
    asked: tuple[AskedSaving, ...]
    without_before: tuple[str, ...]

    @property
    def required_percent(self) -> Decimal | None:
        """The highest saving that a subsidy asks for; None where none does."""
        return max((saving.percent for saving in self.asked), default=None)

    def fulfils(self, saving: AskedSaving) -> bool | None:
        """Whether the whole saves at least what a subsidy asks for; None where no cost before is known."""
        return None if self.total.percent is None else self.total.percent >= Fraction(saving.percent)

    @property
    def fulfilled(self) -> bool | None:
        """Whether the whole saves at least what is required; None where nothing is required or known."""
        answers = [self.fulfils(saving) for saving in self.asked]
        return None if not answers or None in answers else all(answers)

    def as_json(self) -> dict[str, Any]:
        """Return the savings as plain JSON data."""
        required = self.required_percent
        return {
            "year": self.year,
            "members": [saving.as_json() for saving in self.members],
            "total": self.total.as_json(),
            "costs_before": [cost.as_json() for cost in self.before],
            "clauses": list(self.clauses),
            "required_percent": None if required is None else str(required),
            "fulfilled": self.fulfilled,
            "without_before": list(self.without_before),
        }


def savings(agreement: Agreement, year: int, as_of: dt.date | None = None) -> Savings:
    """Return what the agreement saves in a service year against the costs before it.

    A subsidy is no saving, so shares count without subsidies. Of each cost before, the latest year in the file counts.
    The saving asked for is the highest among the conditions of subsidies that are there or may still come (IKZ
    framework: 15 % of staff and material cost). Raise Unpriced where a figure of the year is missing.
    """
    agreed, terms = shares(agreement, year, as_of), agreement.terms(as_of)
    if agreed.gaps:
        raise Unpriced("Ersparnis", agreement.year_name(year), agreed.gaps)
    before = _before(terms)
    sums: dict[str, int] = {}
    for cost in before:
        sums[cost.member] = sums.get(cost.member, 0) + cost.cents
    gross = agreed.gross
    rows = tuple(Saving(member, sums[member], cents) for member, cents in gross.items() if member in sums)
    total = Saving("", sum(saving.before_cents for saving in rows), sum(saving.now_cents for saving in rows))
    clauses = [
        component.component.clause
        for component in terms.components
        if component.component.id in agreed.components
    ]
    return Savings(
        year,
        agreement.year_name(year),
        rows,
        total,
        tuple(cost for cost in before if cost.member in gross),
        tuple(dict.fromkeys(clauses)),
        _asked(terms),
        tuple(member for member in gross if member not in sums),
    )


def _asked(terms: KnownTerms) -> tuple[AskedSaving, ...]:
    alive = [subsidy for subsidy in terms.subsidies if status(terms, subsidy) not in GONE]
    return tuple(
        AskedSaving(subsidy.id, subsidy.title, subsidy.clause, subsidy.conditions.saving_percent)
        for subsidy in alive
        if subsidy.conditions.saving_percent is not None
    )


def _before(terms: KnownTerms) -> list[SeparateCost]:
    """Return of each cost before the latest year, in its newest version."""
    costs = terms.newest(terms.agreement.predecessor_costs, lambda cost: (cost.member, cost.title, cost.year))
    before = [SeparateCost(cost.member, cost.title, cost.year, cost.amount, cost.source) for cost in costs]
    before += [
        SeparateCost(
            cost.member, cooperation.title, cost.year, cost.amount, cost.source or cooperation.document
        )
        for cooperation in terms.newest(terms.agreement.cooperations, lambda each: each.id)
        for cost in cooperation.costs
    ]
    latest: dict[tuple[str, str], SeparateCost] = {}
    for cost in sorted(before, key=lambda cost: cost.year):
        latest[cost.member, cost.title] = cost
    return list(latest.values())
