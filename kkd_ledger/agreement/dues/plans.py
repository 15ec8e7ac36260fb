"""Which due plan holds for a component of a party in a service year, and on which days its parts are due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from kkd_ledger.agreement.facts.spans import ONE_DAY

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.dues import DueDay, DuePlan
    from kkd_ledger.agreement.facts.known_terms import KnownTerms

_YEARS_AHEAD: Final = 3


def plan_of(terms: KnownTerms, name: str | None, year: int, member: str) -> DuePlan | None:
    """Return the plan of a name that holds for a party when a service year begins; None where none does.

    A plan that names the party goes before one for all. Without a plan the share is due as `[due]` says.
    """
    if name is None:
        return None
    place = ("plans", name, year)
    if place not in terms.kept:
        terms.kept[place] = _holding(terms, name, year)
    for_member = [plan for plan in terms.kept[place] if not plan.members or member in plan.members]
    return max(for_member, key=lambda plan: (bool(plan.members), plan.begins or dt.date.min), default=None)


def _holding(terms: KnownTerms, name: str, year: int) -> list[DuePlan]:
    """Return the plans of a name that hold for a service year, by its first day."""
    begin = terms.days_of(year).first
    return [
        plan
        for plan in plans(terms)
        if plan.id == name
        and (plan.begins is None or plan.begins <= begin)
        and (plan.ends is None or begin <= plan.ends)
    ]


def plans(terms: KnownTerms) -> list[DuePlan]:
    """Return the due plans known, each in its newest version."""
    if not terms.agreement.dues:
        return []
    return terms.newest(terms.agreement.dues, lambda plan: (plan.id, plan.begins, plan.members))


def plan_names(terms: KnownTerms) -> Mapping[str, str]:
    """Return by component the plan that it names; components without one are missing."""
    return {
        component.component.id: component.component.dues
        for component in terms.components
        if component.component.dues is not None
    }


def days_of(plan: DuePlan, opens: dt.date) -> tuple[dt.date, ...]:
    """Return the days of a plan in the service year that opens on a day, in the plan's order; none after a demand."""
    return tuple(day.on_or_after(opens) for day in plan.days)


def first_due(
    terms: KnownTerms, components: Sequence[str], year: int, member: str, otherwise: dt.date
) -> dt.date:
    """Return the first day on which something of these components is due of a party: `otherwise` without a plan."""
    names = plan_names(terms)
    planned = [plan_of(terms, names.get(id_), year, member) for id_ in components]
    days = [day for plan in planned if plan for day in days_of(plan, terms.days_of(year).first)]
    return min(days if days and all(planned) else [otherwise, *days])


def next_day(plan: DuePlan, opens: dt.date, day: dt.date) -> dt.date | None:
    """Return the first day of a plan that is not before a day, of its service year or one after it."""
    later = (opens.replace(year=year) for year in range(opens.year, day.year + _YEARS_AHEAD))
    ahead = (due for begin in later for due in days_of(plan, begin))
    return min((due for due in ahead if due >= day), default=None)


def settled_on(plan: DuePlan, opens: dt.date, since: dt.date) -> dt.date:
    """Return when a settlement is due that is known since a day; never before that day."""
    settlement = plan.settlement
    wanted = settlement.due if settlement else None
    if wanted == "next":
        return next_day(plan, opens, since) or since
    if isinstance(wanted, tuple):
        day: DueDay = wanted
        return max(since, day.on_or_after(opens))
    return since + (settlement.after_days or 0 if settlement else 0) * ONE_DAY


def sets_off(terms: KnownTerms, year: int, member: str) -> bool:
    """Tell whether the settlement of a party's service year is set off against the next rate (by = "offset")."""
    planned = (plan_of(terms, name, year, member) for name in {*plan_names(terms).values()})
    return any(plan and plan.settlement and plan.settlement.by == "offset" for plan in planned)


def asked_from(plan: DuePlan, opens: dt.date, due: dt.date) -> dt.date:
    """Return from when on an advance is asked for: days before it is due, not before its service year begins.

    What is due before the service year is asked for before it, too.
    """
    asked = due - plan.ask_days * ONE_DAY
    return asked if due < opens else max(opens, asked)


def first_days(terms: KnownTerms, year: int) -> Iterator[dt.date]:
    """Yield from when on a plan asks for something of a service year before that year begins."""
    opens = terms.days_of(year).first
    for plan in plans(terms):
        yield from (asked_from(plan, opens, due) for due in days_of(plan, opens) if due < opens)
