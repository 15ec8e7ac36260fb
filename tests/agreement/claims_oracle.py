"""A slow, independent reckoning of one party's claims of a service year: from plain data, day after day.

It follows docs/agreement.md, not the code, and shares nothing with it: one due plan for all components, rates or
advances with a settlement, on shares as `oracle.shares_of` reckons them. Days and signed cents.
"""

from __future__ import annotations

import calendar
import datetime as dt
from fractions import Fraction
from typing import Any

from tests.agreement.oracle import Year, eur, first_day, shares_of

Data = dict[str, Any]
ONE = dt.timedelta(days=1)
STEP = {"cent": 1, "ten-cents": 10, "euro": 100}


def day_in_year(data: Data, year: int, written: str) -> dt.date:
    """The first such day from the begin of a service year on; `+1:` a year later, a day too many the month's last."""
    shift, _, bare = written.rpartition(":")
    month, day = bare.split("-")
    opens = first_day(data, year)
    for candidate in (opens.year, opens.year + 1):
        last = calendar.monthrange(candidate, int(month))[1]
        found = dt.date(candidate, int(month), last if day == "last" else min(int(day), last))
        if found >= opens:
            later = candidate + int(shift or 0)
            last = calendar.monthrange(later, int(month))[1]
            return dt.date(later, int(month), last if day == "last" else min(int(day), last))
    raise AssertionError("a year has every day")


def rounded(exact: Fraction, step: int) -> int:
    """Half up to a step."""
    return step * ((2 * exact + step) // (2 * step))


def parts(plan: Data, cents: int) -> list[int]:
    """The parts of a sum: each rounded, never more than what is left; the last of a whole takes the rest."""
    whole, sign = abs(cents), -1 if cents < 0 else 1
    count = len(plan["days"])
    shares = [Fraction(one.removesuffix(" %")) / 100 for one in plan.get("parts", [])] or [
        Fraction(1, count)
    ] * count
    found: list[int] = []
    for share in shares:
        found.append(min(rounded(whole * share, STEP[plan.get("rounding", "cent")]), whole - sum(found)))
    if plan["kind"] == "rates" or sum(shares) == 1:
        found[-1] = whole - sum(found[:-1])
    return [sign * part for part in found]


class Party:
    """One party's service year: what its plan brings on which day."""

    def __init__(self, data: Data, member: str, year: int) -> None:
        self.data, self.member, self.year = data, member, year
        [self.plan] = data["dues"]
        self.opens = first_day(data, year)
        self.days = [day_in_year(data, year, one) for one in self.plan["days"]]
        costs = [cost for component in data["components"] for cost in component.get("totals", [])]
        self.learnt = sorted(
            {data["known_from"], *(cost["known_from"] for cost in costs if "known_from" in cost)}
        )
        self.kept: dict[tuple[str, dt.date], Any] = {}

    def as_known(self, what: str, day: dt.date) -> Any:
        """What was so on a day, reckoned once for each day on which something became known."""
        last = max((one for one in self.learnt if one <= day), default=self.data["known_from"])
        if (what, last) not in self.kept:
            self.kept[what, last] = getattr(self, f"_{what}")(last)
        return self.kept[what, last]

    def share(self, day: dt.date) -> int | None:
        """The share as known on a day; None while it has no price."""
        cents: int | None = self.as_known("share", day)
        return cents

    def is_actual(self, day: dt.date) -> bool:
        """Whether what is known on a day is more than a plan, of everything that the party takes part in."""
        return bool(self.as_known("actual", day))

    def begin(self, day: dt.date) -> dt.date:
        """The first day of the year on which the party takes part in anything, as known on a day."""
        found: dt.date = self.as_known("begin", day)
        return found

    def _share(self, day: dt.date) -> int | None:
        return shares_of(self.data, self.year, day).get(self.member)

    def _actual(self, day: dt.date) -> bool:
        known = Year(self.data, self.year, day)
        return not any(
            cost.get("kind") == "plan"
            for component in known.newest(self.data["components"], "id")
            if self.member in known.presence(component)
            for cost in known.newest(component.get("totals", []), "year")
            if cost["year"] == self.year
        )

    def _begin(self, day: dt.date) -> dt.date:
        known = Year(self.data, self.year, day)
        member = known.members[self.member]
        components = known.newest(self.data["components"], "id")
        return next(
            (day for day in known.days if any(known.takes_part(one, member, day) for one in components)),
            self.opens,
        )

    def advances(self, as_of: dt.date) -> dict[dt.date, tuple[dt.date, int]]:
        """By its day in the plan: when each advance is due, and how much of it was asked for."""
        found = {}
        for place, day in enumerate(self.days):
            asked = max(self.opens, day - self.plan["ask_days"] * ONE)
            for turn in range((as_of - asked).days + 1):
                on = asked + turn * ONE
                if self.is_settled(on, strictly=True):
                    break
                if (share := self.share(on)) is not None:
                    percent = Fraction(eur(self.plan["advance"].get("percent", "100"))) / 100
                    cents = parts(
                        self.plan,
                        rounded(share * percent, 1) if share >= 0 else -rounded(-share * percent, 1),
                    )
                    found[day] = (max(day, self.begin(on)), cents[place])
                    break
        return found

    def is_settled(self, day: dt.date, *, strictly: bool = False) -> bool:
        last = max(max(self.opens, day_ - self.plan["ask_days"] * ONE) for day_ in self.days)
        late = day > last if strictly else day >= last
        return late and self.share(day) is not None and self.is_actual(day)

    def settled_since(self, as_of: dt.date) -> dt.date | None:
        """The first day on which the settlement is known."""
        day = self.opens
        while day <= as_of:
            if self.is_settled(day):
                return day
            day += ONE
        return None
