"""A party's sums of a service year as they were known on a day, by due plan: fixed ones and provisional ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from kkd_ledger.agreement.dues.bills import bills_of
from kkd_ledger.agreement.dues.due_parts import Due, divided, parts_of
from kkd_ledger.agreement.dues.plans import (
    asked_from,
    days_of,
    first_days,
    next_day,
    plan_names,
    plan_of,
    settled_on,
)
from kkd_ledger.agreement.facts.resolutions import resolved_cents
from kkd_ledger.agreement.facts.spans import ONE_DAY
from kkd_ledger.agreement.keys.component_year import rests_on_plan
from kkd_ledger.agreement.keys.components import Charges
from kkd_ledger.agreement.reckoning.gaps import scope_of, subsidies_waiting
from kkd_ledger.agreement.reckoning.shares import Shares, shares
from kkd_ledger.money import round_half_up

if TYPE_CHECKING:
    from kkd_ledger.agreement.dues.stated import Stated
    from kkd_ledger.agreement.facts.agreement import Agreement
    from kkd_ledger.agreement.facts.dues import DuePlan


class PlannedAdvance(NamedTuple):
    """An advance: its day in the plan, from when on it is asked for, and when which part is due of a party."""

    day: dt.date
    asked: dt.date
    due: Due


@dataclass(frozen=True)
class PlanSum:
    """The components of a party under one due plan, with their sum as known; None while a figure is missing.

    `provisional_cents` is what advances are parts of. `begin` is the first day on which the party takes part,
    `opens` that of the service year.
    """

    plan: DuePlan
    opens: dt.date
    begin: dt.date
    cents: int | None
    is_actual: bool
    provisional_cents: int | None

    @property
    def advances(self) -> tuple[PlannedAdvance, ...]:
        """The advances in the order of the plan; empty where nobody knows how high they are."""
        if self.provisional_cents is None:
            return ()
        parts = parts_of(self.plan, self.provisional_cents)
        return tuple(
            PlannedAdvance(day, asked_from(self.plan, self.opens, day), Due(max(day, self.begin), cents))
            for day, cents in zip(days_of(self.plan, self.opens), parts, strict=True)
        )

    def following(self, day: dt.date) -> dt.date:
        """Return the first day of the plan that is not before a day."""
        return next_day(self.plan, self.opens, day) or day

    @property
    def last_asked(self) -> dt.date:
        """From when on the last advance is asked for: the settlement does not come before it."""
        days = days_of(self.plan, self.opens)
        return max((asked_from(self.plan, self.opens, day) for day in days), default=dt.date.min)

    @property
    def less_paid(self) -> bool:
        """Whether the settlement is less what was paid: it takes over what is not paid of the advances."""
        return self.plan.settlement is not None and self.plan.settlement.less == "paid"

    @property
    def settled_from(self) -> dt.date:
        """From when on the sum may be settled: with the last advance asked for; less what was paid, behind its day."""
        days = days_of(self.plan, self.opens)
        if not self.less_paid or not days:
            return self.last_asked
        return max(*days, self.begin) + ONE_DAY

    @property
    def after_demand(self) -> int | None:
        """How many days after its demand the sum is due; None where its days do not hang on that."""
        after = self.plan.after
        return after.days if after and after.of == "demand" else None

    def dues(self, cents: int, since: dt.date) -> tuple[Due, ...]:
        """Return when a whole sum is due that is known since a day."""
        if self.plan.after:
            return (Due(max(since, self.begin) + self.plan.after.days * ONE_DAY, cents),)
        days = days_of(self.plan, self.opens)
        return tuple(
            Due(max(day, self.begin), part)
            for day, part in zip(days, parts_of(self.plan, cents), strict=True)
        )

    def difference(self, cents: int, before_cents: int, since: dt.date) -> tuple[Due, ...]:
        """Return when a change is due: over the rates that are still to come, or at once, as the plan says."""
        if self.plan.kind == "advances":
            return self.settlement(cents, since)
        dues = self.dues(before_cents + cents, since)
        ahead = [due for due in dues if due.day >= since]
        if self.plan.correction == "spread" and ahead:
            return divided(ahead, cents)
        return (Due(max(since, dues[0].day), cents),)

    def settlement(self, cents: int, since: dt.date) -> tuple[Due, ...]:
        """Return when a settlement is due that is known since a day."""
        return (Due(settled_on(self.plan, self.opens, since), cents),)


@dataclass(frozen=True)
class PartyYear:
    """What is known of a party on a day: the sum due by `[due]` and by plans of rates, and the provisional groups."""

    due: dt.date
    rest_cents: int
    rates: tuple[PlanSum, ...]
    is_fixed: bool
    provisional: tuple[PlanSum, ...]

    def groups(self, stated: Stated) -> Iterator[PlanSum]:
        """Yield the provisional groups, and those that were asked for before and are gone now, with nothing owed."""
        yield from self.provisional
        here = {group.plan.id for group in self.provisional}
        yield from (group for name, group in stated.gone(here))


class YearViews:
    """A service year as it was known on each day, reckoned where somebody asks."""

    def __init__(self, agreement: Agreement, year: int, as_of: dt.date) -> None:
        self.agreement, self.year, self.as_of = agreement, year, as_of
        self._shares: dict[tuple[int, dt.date], Shares] = {}

    @property
    def opens(self) -> dt.date:
        """The first day of the service year."""
        return self.agreement.days_of(self.year).first

    @cached_property
    def begin(self) -> dt.date:
        """From when on something of the year is asked for: with it, or before where a plan asks before."""
        return min([self.opens, *first_days(self.agreement.terms(self.as_of), self.year)])

    @cached_property
    def days(self) -> tuple[dt.date, ...]:
        """The days on which something may become known or be asked for, in order."""
        first = self.begin
        asked = {
            asked_from(plan, self.opens, day)
            for plan in self.agreement.dues
            if plan.is_provisional
            for day in days_of(plan, self.opens)
        }
        behind = {
            max(days) + ONE_DAY
            for plan in self.agreement.dues
            if plan.settlement and plan.settlement.less == "paid" and (days := days_of(plan, self.opens))
        }
        learnt = {max(day, first) for day in self.agreement.contract_days}
        return tuple(sorted(day for day in learnt | asked | behind if first <= day <= self.as_of))

    @cached_property
    def members(self) -> tuple[str, ...]:
        """Who had a part in the year on any of the days, in the order of the agreement."""
        seen = {member for day in self.days for member in self._parties(day)}
        seen |= bills_of(self.agreement, self.year).keys()
        return tuple(member for member in self.agreement.terms(self.as_of).members if member in seen)

    def _parties(self, day: dt.date) -> Iterator[str]:
        agreed = self.shares(self.year, day)
        yield from agreed.known_amounts
        for gap in agreed.gaps:
            yield from gap.members

    def shares(self, year: int, day: dt.date) -> Shares:
        """Return the shares of a year as known on a day."""
        if (year, day) not in self._shares:
            self._shares[year, day] = shares(self.agreement, year, day)
        return self._shares[year, day]

    def resolved_cents(self, member: str, day: dt.date, cents: int) -> int | None:
        """Return how much of a sum a resolution allows that is known on a day; None where none covers the year."""
        return resolved_cents(self.agreement, member, self.year, cents, day)

    def level(self, member: str, day: dt.date) -> PartyYear:
        """Return what is known of a party's year on a day."""
        agreed, terms = self.shares(self.year, day), self.agreement.terms(day)
        names = plan_names(terms)
        homes = {
            component.component.id: plan_of(terms, names.get(component.component.id), self.year, member)
            for component in terms.components
            if not isinstance(component.component, Charges)
        }
        lacking = {gap.component for gap in agreed.gaps if member in gap.members and gap.component in homes}
        cents = self._cents_by_plan(agreed, member, homes)
        by_id = {plan.id: plan for plan in homes.values() if plan}
        mine = {
            id_ for id_, column in agreed.components.items() if member in column and id_ in homes
        } | lacking
        period = terms.period(self.year, member)
        begin = period.first if period else self.opens
        groups: list[PlanSum] = []
        for plan in by_id.values():
            inside = [id_ for id_ in mine if homes[id_] is plan]
            if not inside:
                continue
            actual = not any(rests_on_plan(terms, id_, self.year) for id_ in inside)
            missing = bool(lacking & set(inside)) or self._waits(agreed, day, inside)
            groups.append(
                PlanSum(
                    plan,
                    self.opens,
                    begin,
                    None if missing else cents.get(plan.id, 0),
                    actual,
                    self._provisional(plan, inside, member, day) if plan.is_provisional else None,
                )
            )
        bare = [id_ for id_ in mine if homes[id_] is None]
        rates = tuple(group for group in groups if not group.plan.is_provisional)
        missing = bool(lacking & set(bare)) or self._waits(agreed, day, bare)
        fixed = not missing and all(group.cents is not None for group in rates)
        provisional = tuple(group for group in groups if group.plan.is_provisional)
        return PartyYear(agreed.due_of(member), cents.get("", 0), rates, fixed, provisional)

    def _waits(self, agreed: Shares, day: dt.date, names: list[str]) -> bool:
        """Tell whether a granted subsidy lowers these components by what nobody can reckon yet."""
        if not agreed.gaps:
            return False
        waiting = subsidies_waiting(self.agreement.terms(day), self.year, agreed.gaps)
        return any(subsidy.components is None or set(subsidy.components) & set(names) for subsidy in waiting)

    def _cents_by_plan(
        self, agreed: Shares, member: str, homes: Mapping[str, DuePlan | None]
    ) -> dict[str, int]:
        """Return a party's cents by plan (empty name: by `[due]`); a subsidy lowers the plan that it is meant for.

        One that lowers several lowers what is due by `[due]`, or else the first plan.
        """
        cents: dict[str, int] = {}
        for id_, column in agreed.components.items():
            if member in column and id_ in homes:
                plan = homes[id_]
                name = plan.id if plan else ""
                cents[name] = cents.get(name, 0) + column[member]
        terms = self.agreement.terms(agreed.as_of)
        scopes = {subsidy.id: scope_of(subsidy, agreed.components) for subsidy in terms.subsidies}
        for id_, column in agreed.subsidies.items():
            if member in column:
                touched = {
                    plan.id if (plan := homes[name]) else ""
                    for name in scopes[id_]
                    if name in homes and member in agreed.components[name]
                }
                name = (
                    next(iter(touched)) if len(touched) == 1 else "" if "" in cents else next(iter(cents), "")
                )
                cents[name] = cents.get(name, 0) - column[member]
        return cents

    def _provisional(self, plan: DuePlan, names: list[str], member: str, day: dt.date) -> int | None:
        """Return what advances are parts of, as known on a day; None while nobody knows."""
        advance = plan.advance
        on = advance.on if advance else "last-year"
        exact: Fraction | None = None
        if on == "estimate" and advance and advance.estimate:
            figure = self.agreement.terms(day).weights(advance.estimate, self.year).get(member)
            exact = (
                None if figure is None else Fraction(figure) * 100 * (len(plan.days) if advance.each else 1)
            )
        else:
            agreed = self.shares(self.year - (on == "last-year"), day)
            columns = [column for id_ in names if (column := agreed.components.get(id_)) is not None]
            if len(columns) == len(names) and all(member in column for column in columns):
                exact = Fraction(sum(column[member] for column in columns))
        if exact is None:
            return None
        if advance and advance.percent is not None:
            exact *= Fraction(advance.percent) / 100
        return round_half_up(exact.numerator, exact.denominator)
