"""What was asked for so far of a party's service year, and what a day adds to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Set
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from kkd_ledger.agreement.dues.due_parts import Due, summed

if TYPE_CHECKING:
    from kkd_ledger.agreement.dues.levels import PartyYear, PlanSum


class Change(NamedTuple):
    """What is new: its dues; `again` where something was fixed before, `whole` where nothing was asked for before.

    `closes` are the days that name the advances which a settlement takes over as far as they are not paid;
    `after_days` counts from the demand, where all of it is due so.
    """

    dues: tuple[Due, ...]
    again: bool
    whole: bool = False
    closes: tuple[dt.date, ...] = ()
    after_days: int | None = None


@dataclass
class Stated:
    """The fixed sums by plan, the advances by plan and day, the settled sums by plan; None while nothing is fixed."""

    sums: dict[str, int] | None = None
    asked: dict[str, dict[dt.date, Due]] = field(default_factory=dict)
    sums_settled: dict[str, int] = field(default_factory=dict)
    groups: dict[str, PlanSum] = field(default_factory=dict)

    def copy(self) -> Stated:
        """Return the same to go back to."""
        return replace(
            self, sums=deepcopy(self.sums), asked=deepcopy(self.asked), sums_settled=dict(self.sums_settled)
        )

    def fixed(self, level: PartyYear, day: dt.date) -> Iterator[Change]:
        """Yield what a day changes of what is due by `[due]` and by rates."""
        if not level.is_fixed:
            return
        now = {"": level.rest_cents} | {group.plan.id: group.cents or 0 for group in level.rates}
        before = self.sums or {}
        total = sum(now.values()) - sum(before.values())
        again = self.sums is not None
        if not again and not any(now.values()):
            return
        self.sums = now
        if not total and again:
            return
        plans = {group.plan.id: group for group in level.rates}
        dues: list[Due] = []
        spans: set[int | None] = set()
        for name in {**before, **now}:
            cents, stood = now.get(name, 0), before.get(name, 0)
            if cents == stood:
                continue
            group = plans.get(name)
            spans.add(group.after_demand if group else None)
            if group is None:
                dues.append(Due(max(level.due, day) if again else level.due, cents - stood))
            elif again:
                dues += group.difference(cents - stood, stood, day)
            else:
                dues += group.dues(cents, day)
        yield Change(summed(dues), again, after_days=spans.pop() if len(spans) == 1 else None)

    def advances(self, group: PlanSum, day: dt.date) -> Iterator[tuple[dt.date, Due]]:
        """Yield by its day in the plan every advance that is asked for from a day on; none once the sum is settled."""
        name = group.plan.id
        self.groups[name] = group
        if name in self.sums_settled or self._is_known(group, day):
            return
        asked = self.asked.setdefault(name, {})
        for advance in group.advances:
            if advance.asked <= day and advance.day not in asked:
                asked[advance.day] = advance.due
                yield advance.day, advance.due

    def _is_known(self, group: PlanSum, day: dt.date) -> bool:
        """Tell whether a sum is fixed, so that what is left is settled instead of advances."""
        if group.plan.kind == "rates":
            return group.cents is not None
        return group.cents is not None and group.is_actual and day > group.last_asked

    def settled(self, group: PlanSum, day: dt.date) -> Iterator[Change]:
        """Yield what a day settles of a group, or changes of what was settled."""
        name, advances = group.plan.id, self.asked.get(group.plan.id, {})
        is_rates = group.plan.kind == "rates"
        if group.cents is None or not (is_rates or (group.is_actual and day >= group.settled_from)):
            return
        before = self.sums_settled.get(name)
        self.sums_settled[name] = group.cents
        demanded = sum(due.cents for due in advances.values())
        if before is not None:
            if group.cents != before:
                yield Change(group.difference(group.cents - before, before, day), again=True)
        elif is_rates:
            yield Change(self._rest(group, day), again=False, whole=not demanded)
        elif group.cents != demanded or (group.less_paid and advances):
            closes = tuple(advances) if group.less_paid else ()
            yield Change(group.settlement(group.cents - demanded, day), again=False, closes=closes)

    def _rest(self, group: PlanSum, day: dt.date) -> tuple[Due, ...]:
        """Return the rates of a sum that was fixed late, less what was asked for provisionally.

        What the days before would have brought more (or less) comes with the next one.
        """
        dues = group.dues(group.cents or 0, day)
        asked = self.asked.get(group.plan.id, {})
        if not asked:
            return dues
        taken = [Due(due.day, -due.cents) for due in asked.values()]
        following = group.following(day)
        return summed(Due(due.day if due.day >= day else following, due.cents) for due in (*dues, *taken))

    def gone(self, here: Set[str]) -> Iterator[tuple[str, PlanSum]]:
        """Yield the groups that were asked for and that a party has no part in any more: nothing of them is owed."""
        for name, group in self.groups.items():
            if name not in here:
                yield name, replace(group, cents=0, is_actual=True, provisional_cents=None)
