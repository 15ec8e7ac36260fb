"""What was known on a day, resolved: of every fact the newest version, and who takes part in what, when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from kkd_ledger.agreement.spans import ALWAYS, ONE_DAY, Days, common, whole_year

if TYPE_CHECKING:
    from kkd_ledger.agreement.model import Agreement, Basis, Component, Member, Subsidy

AnyFact = TypeVar("AnyFact")


@dataclass(frozen=True, slots=True)
class Stage:
    """A dated fact with its end filled in: the day before the next one begins, or for ever."""

    days: Days
    fact: Any


@dataclass(frozen=True, slots=True)
class ComponentTerms:
    """A component as known, with its life and who takes part: all the time, or in spans of their own."""

    component: Component
    life: Days
    steady: tuple[str, ...]
    dated: Mapping[str, tuple[Days, ...]]


@dataclass(frozen=True)
class Terms:
    """The agreement as known on a day, ready for reckoning."""

    agreement: Agreement
    known_on: dt.date
    members: Mapping[str, Member]
    components: tuple[ComponentTerms, ...]
    subsidies: tuple[Subsidy, ...]
    _weights: dict[tuple[str, dt.date], Mapping[str, int]] = field(default_factory=dict)

    def due(self, year: int) -> dt.date:
        """Return the due day of a service year."""
        rule = self.agreement.due_rule
        exceptions = newest(rule.exceptions, lambda one: one.year, self.known_on, self.agreement.known_from)
        return exceptions[year].date if year in exceptions else dt.date(year, rule.month, rule.day)

    @cached_property
    def bases(self) -> Mapping[str, tuple[Stage, ...]]:
        """The measures by name, each with its stages."""
        known = newest(
            self.agreement.bases, lambda one: (one.id, one.begins), self.known_on, self.agreement.known_from
        ).values()
        names = dict.fromkeys(one.id for one in known)
        return {name: stages([one for one in known if one.id == name]) for name in names}

    def reference(self, basis: str, year: int) -> tuple[Basis, dt.date] | None:
        """Return the measure that counts for a service year (decided on its first day) and its reference day."""
        for stage in self.bases.get(basis, ()):
            if stage.days.clip(whole_year(year)):
                return stage.fact, _reference_day(stage.fact, year)
        return None

    def weights(self, basis: str, year: int) -> Mapping[str, int]:
        """Return the figure that counts for a service year, by member; members without one are missing."""
        found = self.reference(basis, year)
        if found is None:
            return {}
        measure, day = found
        key = (f"{basis}/{measure.begins}", day)
        if key not in self._weights:
            self._weights[key] = self._figures(measure, day)
        return self._weights[key]

    def _figures(self, measure: Basis, day: dt.date) -> Mapping[str, int]:
        series = self._series(measure, day)
        if measure.weight is not None:
            return {id_: series[id_] for id_ in self.members if id_ in series}
        return {
            id_: series[one.ags]
            for id_, one in self.members.items()
            if one.ags is not None and one.ags in series
        }

    def _series(self, measure: Basis, day: dt.date) -> dict[str, int]:
        agreement = self.agreement
        found: dict[str, int] = {}
        if measure.weight is not None:
            weights = [
                one
                for one in agreement.weights
                if (one.name, one.source, one.reference) == (measure.weight, measure.source, day)
            ]
            for weight in sorted(
                known(weights, self.known_on, agreement.known_from),
                key=lambda one: one.known_from or agreement.known_from,
            ):
                found |= weight.values
            return found
        populations = [
            one
            for one in agreement.populations
            if (one.source, one.reference) == (measure.source, day) and measure.census in {None, one.census}
        ]
        for population in sorted(
            known(populations, self.known_on, agreement.known_from),
            key=lambda one: one.known_from or agreement.known_from,
        ):
            found |= population.inhabitants
        return found


def known(facts: Iterable[AnyFact], day: dt.date, default: dt.date) -> list[AnyFact]:
    """Return the facts that were known on a day."""
    return [fact for fact in facts if (getattr(fact, "known_from", None) or default) <= day]


def newest(
    facts: Iterable[AnyFact], key: Callable[[AnyFact], Hashable], day: dt.date, default: dt.date
) -> dict[Any, AnyFact]:
    """Return of each fact the version known last on a day, in the order in which the facts first appear."""
    found: dict[Any, AnyFact] = {}
    for fact in known(facts, day, default):
        held = found.get(key(fact))
        if held is None or _since(fact, default) >= _since(held, default):
            found[key(fact)] = fact
    return found


def _since(fact: Any, default: dt.date) -> dt.date:
    since: dt.date | None = fact.known_from
    return since or default


def stages(facts: Iterable[Any]) -> tuple[Stage, ...]:
    """Return dated facts in order, each without an end of its own lasting until the next one begins."""
    ordered = sorted(facts, key=lambda one: one.begins)
    nexts = [one.begins - ONE_DAY for one in ordered[1:]] + [dt.date.max]
    return tuple(
        Stage(Days(one.begins, one.ends or nxt), one) for one, nxt in zip(ordered, nexts, strict=True)
    )


def _reference_day(measure: Basis, year: int) -> dt.date:
    if measure.rule == "frozen":
        assert measure.reference is not None
        return measure.reference
    assert measure.lag_years is not None
    return dt.date.fromisoformat(f"{year - measure.lag_years:04}-{measure.month_day}")


def terms_at(agreement: Agreement, day: dt.date) -> Terms:
    """Resolve an agreement to what was known on a day."""
    members = newest(agreement.members, lambda one: one.id, day, agreement.known_from)
    components = newest(agreement.components, lambda one: one.id, day, agreement.known_from).values()
    subsidies = newest(agreement.subsidies, lambda one: one.id, day, agreement.known_from).values()
    return Terms(
        agreement,
        day,
        members,
        tuple(_component_terms(agreement, members, component, day) for component in components),
        tuple(subsidies),
    )


def _component_terms(
    agreement: Agreement, members: Mapping[str, Member], component: Component, day: dt.date
) -> ComponentTerms:
    life = Days(component.begins, component.ends or agreement.ends or dt.date.max)
    own = _own_spans(agreement, component, day)
    listed = set(
        component.members if component.members is not None else members.keys() - {agreement.operator}
    )
    steady, dated = [], {}
    for id_, member in members.items():
        if id_ not in listed and id_ not in own:
            continue
        spans = common(
            own.get(id_, [ALWAYS]), [Days(member.joined or dt.date.min, member.left or dt.date.max)]
        )
        if spans == [ALWAYS]:
            steady.append(id_)
        else:
            dated[id_] = tuple(spans)
    return ComponentTerms(component, life, tuple(steady), dated)


def _own_spans(agreement: Agreement, component: Component, day: dt.date) -> dict[str, list[Days]]:
    spans: dict[str, list[Days]] = {}
    memberships = newest(
        component.memberships, lambda one: (one.member, one.begins), day, agreement.known_from
    )
    for one in memberships.values():
        spans.setdefault(one.member, []).append(Days(one.begins, one.ends or dt.date.max))
    return spans
