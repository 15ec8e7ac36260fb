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
    members: tuple[Saving, ...]
    total: Saving
    before: tuple[SeparateCost, ...]
    clauses: tuple[str, ...]
    asked: tuple[AskedSaving, ...]
    without_before: tuple[str, ...]

    @property
    def required_percent(self) -> Decimal | None:
        """The highest saving that a subsidy asks for; None where none does."""
        return max((one.percent for one in self.asked), default=None)

    def fulfils(self, one: AskedSaving) -> bool | None:
        """Whether the whole saves at least what a subsidy asks for; None where no cost before is known."""
        return None if self.total.percent is None else self.total.percent >= Fraction(one.percent)

    @property
    def fulfilled(self) -> bool | None:
        """Whether the whole saves at least what is required; None where nothing is required or known."""
        found = [self.fulfils(one) for one in self.asked]
        return None if not found or None in found else all(found)

    def as_json(self) -> dict[str, Any]:
        """Return the savings as plain JSON data."""
        required = self.required_percent
        return {
            "year": self.year,
            "members": [one.as_json() for one in self.members],
            "total": self.total.as_json(),
            "costs_before": [one.as_json() for one in self.before],
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
    found, terms = shares(agreement, year, as_of), agreement.terms(as_of)
    if found.gaps:
        raise Unpriced("Ersparnis", year, found.gaps)
    before = _before(terms)
    sums: dict[str, int] = {}
    for one in before:
        sums[one.member] = sums.get(one.member, 0) + one.cents
    gross = found.gross
    rows = tuple(Saving(member, sums[member], cents) for member, cents in gross.items() if member in sums)
    total = Saving("", sum(one.before_cents for one in rows), sum(one.now_cents for one in rows))
    clauses = [one.component.clause for one in terms.components if one.component.id in found.components]
    return Savings(
        year,
        rows,
        total,
        tuple(one for one in before if one.member in gross),
        tuple(dict.fromkeys(clauses)),
        _asked(terms),
        tuple(member for member in gross if member not in sums),
    )


def _asked(terms: KnownTerms) -> tuple[AskedSaving, ...]:
    alive = [one for one in terms.subsidies if status(terms, one) not in GONE]
    return tuple(
        AskedSaving(one.id, one.title, one.clause, one.conditions.saving_percent)
        for one in alive
        if one.conditions.saving_percent is not None
    )


def _before(terms: KnownTerms) -> list[SeparateCost]:
    """Return of each cost before the latest year, in its newest version."""
    known = terms.newest(terms.agreement.predecessor_costs, lambda one: (one.member, one.title, one.year))
    latest: dict[tuple[str, str], SeparateCost] = {}
    for one in sorted(known, key=lambda one: one.year):
        latest[one.member, one.title] = SeparateCost(one.member, one.title, one.year, one.amount, one.source)
    return list(latest.values())
