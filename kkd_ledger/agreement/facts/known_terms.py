"""What was known on a day, resolved: of every fact the newest version, and who takes part in what, when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from kkd_ledger.agreement.facts.by_member import ByMember, Members
from kkd_ledger.agreement.facts.component_terms import ComponentTerms, periods
from kkd_ledger.agreement.facts.counts import Counts
from kkd_ledger.agreement.facts.spans import ALWAYS, ONE_DAY, Days, Proration, common
from kkd_ledger.agreement.facts.told_figures import rank
from kkd_ledger.agreement.facts.ways_in import staged
from kkd_ledger.agreement.sheet.lines import Ranks, Sheet
from kkd_ledger.periods import day_of
from kkd_ledger.quantities import Quantity

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement
    from kkd_ledger.agreement.facts.charges import Charge
    from kkd_ledger.agreement.facts.facts import Basis, Member
    from kkd_ledger.agreement.facts.indexes import IndexValue
    from kkd_ledger.agreement.facts.measures import DerivedMeasure
    from kkd_ledger.agreement.facts.told_figures import Figure
    from kkd_ledger.agreement.keys.components import Component, Subsidy
    from kkd_ledger.agreement.pots.pot import Pot
    from kkd_ledger.agreement.sheet.lines import SheetLine

AnyFact = TypeVar("AnyFact")


@dataclass(frozen=True, slots=True)
class Stage:
    """A dated fact with its end filled in: the day before the next one begins, or for ever."""

    days: Days
    fact: Any


@dataclass(frozen=True)
class KnownTerms:
    """The agreement as known on a day, ready for reckoning; what was reckoned once is kept."""

    agreement: Agreement
    known_on: dt.date
    members: Mapping[str, Member]
    components: tuple[ComponentTerms, ...]
    subsidies: tuple[Subsidy, ...]
    _ordered: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    lines: dict[tuple[str, int], SheetLine | None] = field(default_factory=dict)
    kept: dict[Hashable, Any] = field(default_factory=dict)

    def newest(self, facts: Iterable[AnyFact], key: Callable[[AnyFact], Hashable]) -> list[AnyFact]:
        """Return of each fact the version known last, in the order in which the facts first appear."""
        return list(newest(facts, key, self.known_on, self.agreement.known_from).values())

    def of_year(self, facts: Iterable[Any], year: int) -> Any | None:
        """Return which of some figures of money (`year`, `kind`) counts for a service year; None while none is known.

        From the day the actual one is known it counts, whatever was planned.
        """
        versions = self.newest((fact for fact in facts if fact.year == year), lambda fact: fact.kind)
        by_kind = {fact.kind: fact for fact in versions}
        return by_kind.get("actual", by_kind.get("plan"))

    def figure(self, id_: str, year: int) -> Figure | None:
        """Return the figure of a service year that counts, with its source and state; None while none is known."""
        counting: Figure | None = self.of_year(self.figures.get(id_, ()), year)
        return counting

    @cached_property
    def figures(self) -> Mapping[str, tuple[Figure, ...]]:
        """The figures of service years by name, in all their versions."""
        by_id: dict[str, list[Figure]] = {}
        for figure in self.agreement.figures:
            by_id.setdefault(figure.id, []).append(figure)
        return {id_: tuple(versions) for id_, versions in by_id.items()}

    @cached_property
    def charges(self) -> Mapping[tuple[str, int], tuple[Charge, ...]]:
        """The charges by component and service year, each in its newest version, in the order of the file."""
        by_year: dict[tuple[str, int], list[Charge]] = {}
        for charge in self.newest(self.agreement.charges, lambda each: each.position):
            year = self.agreement.service_year.of(charge.day)
            by_year.setdefault((charge.component, year), []).append(charge)
        return {place: tuple(charges) for place, charges in by_year.items()}

    @cached_property
    def pots(self) -> tuple[Pot, ...]:
        """The pots, each in its newest version."""
        return tuple(self.newest(self.agreement.pots, lambda pot: pot.id))

    def stages(self, facts: Iterable[Any]) -> tuple[Stage, ...]:
        """Return dated facts in their newest version, in order, with their ends filled in."""
        return stages(self.newest(facts, lambda fact: fact.begins))

    def proration(self, key: Component) -> Proration:
        """Return how a component is cut for a part of a year: by its own rule, else by the agreement's."""
        if key.once is not None or key.yearly_parts is not None:
            return "none"
        return key.proration or self.agreement.proration

    def in_order(self, column: ByMember) -> ByMember:
        """Return a column with its members in the order of the agreement."""
        if column.members not in self._ordered:
            given = set(column.members)
            sorted_members = Members(member for member in self.members if member in given)
            is_ordered = sorted_members == column.members
            self._ordered[column.members] = column.members if is_ordered else sorted_members
        ordered = self._ordered[column.members]
        if ordered == column.members:
            return column
        return ByMember(ordered, [column[member] for member in ordered])

    def due(self, year: int) -> dt.date:
        """Return the due day of a service year: the first such day in it."""
        rule = self.agreement.due_rule
        for exception in self.newest(rule.exceptions, lambda exception: exception.year):
            if exception.year == year:
                return exception.date
        opens = self.days_of(year).first
        day = day_of(opens.year, rule.month, rule.day)
        return day if day >= opens else day_of(opens.year + 1, rule.month, rule.day)

    def beginners(self, year: int, day: dt.date) -> dict[str, dt.date]:
        """Return who takes part in nothing up to a day of a service year, each with its first day."""
        groups = [
            (min(span.first for span in spans), members)
            for component in self.components
            for spans, members in component.groups(year)
        ]
        late = sorted(((first, members) for first, members in groups if first > day), reverse=True)
        if not late:
            return {}
        already = {member for first, members in groups if first <= day for member in members}
        return {member: first for first, members in late for member in members if member not in already}

    def period(self, year: int, member: str) -> Days | None:
        """Return from when to when a member takes part in anything in a service year; None where it does not."""
        place = ("periods", year)
        if place not in self.kept:
            self.kept[place] = periods(self.components, year)
        days: Days | None = self.kept[place].get(member)
        return days

    @cached_property
    def sheet(self) -> Sheet:
        """The sheet on which everything known on this day is reckoned."""
        return Sheet(Ranks(self.ranks), self.agreement.ties)

    @cached_property
    def ranks(self) -> Mapping[str, int]:
        """Who comes first among equal remainders where the rule does not ask for the weights: by AGS or by id."""
        by_ags = self.agreement.ties == "ags"
        order = sorted(self.members, key=lambda id_: ((self.members[id_].ags or "") if by_ags else "", id_))
        return {id_: rank for rank, id_ in enumerate(order)}

    @cached_property
    def bases(self) -> Mapping[str, tuple[Stage, ...]]:
        """The measures by name, each with its stages."""
        bases = self.newest(self.agreement.bases, lambda stage: (stage.id, stage.begins))
        names = dict.fromkeys(stage.id for stage in bases)
        return {name: stages(stage for stage in bases if stage.id == name) for name in names}

    @cached_property
    def measures(self) -> Mapping[str, tuple[Stage, ...]]:
        """The derived measures by name, each with its stages."""
        measures = self.newest(self.agreement.measures, lambda stage: (stage.id, stage.begins))
        names = dict.fromkeys(stage.id for stage in measures)
        return {name: stages(stage for stage in measures if stage.id == name) for name in names}

    def measure(self, name: str, year: int) -> DerivedMeasure | None:
        """Return the derived measure of a name that counts for a service year; None where there is none."""
        holding = (stage for stage in self.measures.get(name, ()) if stage.days.clip(self.days_of(year)))
        return next((stage.fact for stage in holding), None)

    def index_value(self, index: str, at: str) -> IndexValue | None:
        """Return what an index was in a year or a month, as known: a final value takes a provisional one's place."""
        return self._index_values.get((index, at))

    @cached_property
    def _index_values(self) -> Mapping[tuple[str, str], IndexValue]:
        values = self.newest(self.agreement.index_values, lambda value: (value.index, value.at))
        return {(value.index, value.at): value for value in values}

    def index_title(self, index: str) -> str:
        """Return what an index is called."""
        titles = {
            series.id: series.title for series in self.newest(self.agreement.indexes, lambda each: each.id)
        }
        return titles.get(index, index)

    def days_of(self, year: int) -> Days:
        """Return the first and the last day of a service year; its name is its first calendar year."""
        return self.agreement.service_year.days_of(year)

    @cached_property
    def counts(self) -> Counts:
        """What was counted or measured, by member."""
        return Counts(self.members, self.bases, self.days_of, self._series)

    def reference(self, basis: str, year: int, back: int = 0) -> tuple[Basis, dt.date] | None:
        """Return the measure that counts for a service year and its reference day, so many months earlier."""
        return self.counts.reference(basis, year, back)

    def weights(self, basis: str, year: int, back: int = 0) -> Mapping[str, Quantity]:
        """Return the figure that counts for a service year, by member; members without one are missing."""
        return self.counts.figures(basis, year, back)

    def counted(self, basis: str, year: int, members: tuple[str, ...], back: int = 0) -> ByMember | None:
        """Return the figures of these members for a service year, in their order; None while not all are known."""
        return self.counts.column(basis, year, members, back)

    def _series(self, measure: Basis, day: dt.date) -> dict[str, Quantity]:
        agreement, figures = self.agreement, dict[str, Quantity]()
        if measure.weight is not None:
            chosen: list[Any] = [series for series in agreement.weights if series.name == measure.weight]
        else:
            chosen = [series for series in agreement.populations if measure.census in {None, series.census}]
        matching = [series for series in chosen if (series.source, series.reference) == (measure.source, day)]
        valid = known_facts(matching, self.known_on, agreement.known_from)
        for series in sorted(valid, key=lambda series: _version(series, agreement.known_from)):
            figures |= series.inhabitants if measure.weight is None else series.values
        return figures


def known_facts(facts: Iterable[AnyFact], day: dt.date, default: dt.date) -> list[AnyFact]:
    """Return the facts that were known on a day."""
    return [fact for fact in facts if _since(fact, default) <= day]


def newest(
    facts: Iterable[AnyFact], key: Callable[[AnyFact], Hashable], day: dt.date, default: dt.date
) -> dict[Any, AnyFact]:
    """Return of each fact the version known last on a day, in the order in which the facts first appear.

    Of versions known from one day the surer one counts (corrected, final, provisional, reported).
    """
    newest_facts: dict[Any, AnyFact] = {}
    for fact in known_facts(facts, day, default):
        rival = newest_facts.get(key(fact))
        if rival is None or _version(fact, default) >= _version(rival, default):
            newest_facts[key(fact)] = fact
    return newest_facts


def _since(fact: Any, default: dt.date) -> dt.date:
    since: dt.date | None = fact.known_from
    return since or default


def _version(fact: Any, default: dt.date) -> tuple[dt.date, int]:
    return _since(fact, default), rank(fact)


def stages(facts: Iterable[Any]) -> tuple[Stage, ...]:
    """Return dated facts in order, each without an end of its own lasting until the next one begins."""
    ordered = sorted(facts, key=lambda fact: fact.begins)
    nexts = [*(fact.begins - ONE_DAY for fact in ordered[1:]), dt.date.max][: len(ordered)]
    return tuple(
        Stage(Days(fact.begins, fact.ends or nxt), fact) for fact, nxt in zip(ordered, nexts, strict=True)
    )


def terms_at(agreement: Agreement, day: dt.date) -> KnownTerms:
    """Resolve an agreement to what was known on a day."""
    members = newest(agreement.members, lambda member: member.id, day, agreement.known_from)
    components = newest(
        agreement.components, lambda component: component.id, day, agreement.known_from
    ).values()
    subsidies = newest(agreement.subsidies, lambda subsidy: subsidy.id, day, agreement.known_from).values()
    lists, days = dict[Members, Members](), folded_in(agreement, day)
    resolved = tuple(
        _component_terms(agreement, members, staged(component, days), day, lists) for component in components
    )
    return KnownTerms(agreement, day, members, resolved, tuple(subsidies))


def folded_in(agreement: Agreement, day: dt.date) -> dict[str, dt.date | None]:
    """Return when each older cooperation is folded in, as known on a day; None while it is not."""
    cooperations = newest(agreement.cooperations, lambda each: each.id, day, agreement.known_from)
    return {id_: cooperation.folded_in for id_, cooperation in cooperations.items()}


def _component_terms(
    agreement: Agreement,
    members: Mapping[str, Member],
    component: Component,
    day: dt.date,
    lists: dict[Members, Members],
) -> ComponentTerms:
    end = agreement.ends or dt.date.max
    life = Days(component.begins, min(component.ends or end, end))
    own = _own_spans(agreement, component, day)
    listed = _listed(agreement, members, component, own.keys())
    steady, dated = [], {}
    for id_, member in members.items():
        if id_ in listed and member.joined is None and member.left is None:
            steady.append(id_)
            continue
        if id_ not in listed and id_ not in own:
            continue
        spans = common(
            own.get(id_, [ALWAYS]), [Days(member.joined or dt.date.min, member.left or dt.date.max)]
        )
        if spans:
            dated[id_] = tuple(spans)
    everybody = Members(steady)
    return ComponentTerms(
        component, life, agreement.service_year, lists.setdefault(everybody, everybody), dated
    )


def _listed(
    agreement: Agreement, members: Mapping[str, Member], component: Component, own: Iterable[str]
) -> set[str]:
    """Return who takes part without dates of their own; a successor takes its predecessors' place."""
    if component.payers is None:
        return members.keys() - {agreement.operator} - set(own)
    listed = {*component.payers, *own}
    while heirs := {id_ for id_, member in members.items() if listed & set(member.succeeds)} - listed:
        listed |= heirs
    return listed - set(own)


def _own_spans(agreement: Agreement, component: Component, day: dt.date) -> dict[str, list[Days]]:
    memberships = newest(
        component.memberships,
        lambda membership: (membership.member, membership.begins),
        day,
        agreement.known_from,
    )
    members = dict.fromkeys(membership.member for membership in memberships.values())
    return {
        id_: [
            stage.days
            for stage in stages(membership for membership in memberships.values() if membership.member == id_)
        ]
        for id_ in members
    }
