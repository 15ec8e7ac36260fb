"""Before against bundled: what the separate cooperations cost, what the agreement costs, and the saving asked for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from kkd_ledger.agreement.shares import shares
from kkd_ledger.agreement.terms import known
from kkd_ledger.money import plain, round_half_up

if TYPE_CHECKING:
    from kkd_ledger.agreement.model import Agreement


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
class Savings:
    """The savings of a service year; only members whose costs before are known count."""

    year: int
    members: tuple[Saving, ...]
    total: Saving
    required_percent: Decimal | None
    without_before: tuple[str, ...]

    @property
    def fulfilled(self) -> bool | None:
        """Whether the whole saves at least what is required; None where nothing is required or known."""
        if self.required_percent is None or self.total.percent is None:
            return None
        return self.total.percent >= Fraction(self.required_percent)

    def as_json(self) -> dict[str, Any]:
        """Return the savings as plain JSON data."""
        required = self.required_percent
        return {
            "year": self.year,
            "members": [one.as_json() for one in self.members],
            "total": self.total.as_json(),
            "required_percent": None if required is None else str(required),
            "fulfilled": self.fulfilled,
            "without_before": list(self.without_before),
        }


def savings(agreement: Agreement, year: int, as_of: dt.date | None = None) -> Savings:
    """Return what the agreement saves in a service year against the costs before it.

    A subsidy is no saving, so shares count without subsidies. Of each cost before, the latest year in the file counts.
    The saving asked for is the highest among the subsidies' conditions (IKZ framework: 15 % of staff and
    material cost).
    """
    gross = shares(agreement, year, as_of).gross
    before = _before(agreement, as_of)
    rows = tuple(Saving(member, before[member], cents) for member, cents in gross.items() if member in before)
    total = Saving("", sum(one.before_cents for one in rows), sum(one.now_cents for one in rows))
    asked = [one.conditions.saving_percent for one in agreement.terms(as_of).subsidies]
    required = max((percent for percent in asked if percent is not None), default=None)
    return Savings(year, rows, total, required, tuple(member for member in gross if member not in before))


def _before(agreement: Agreement, as_of: dt.date | None) -> dict[str, int]:
    latest: dict[tuple[str, str], tuple[int, int]] = {}
    for one in known(agreement.predecessor_costs, as_of or dt.date.max, agreement.known_from):
        key = (one.member, one.title)
        latest[key] = max(latest.get(key, (0, 0)), (one.year, one.amount))
    sums: dict[str, int] = {}
    for (member, _), (_, amount) in latest.items():
        sums[member] = sums.get(member, 0) + amount
    return sums
