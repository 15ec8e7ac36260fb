"""One component in one service year: who takes part for which part of the year, and the lines that all keys share."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from kkd_ledger.agreement.facts.by_member import ONE, ByMember, Members
from kkd_ledger.agreement.facts.spans import Days, common, ticks, ticks_a_year
from kkd_ledger.agreement.keys.measuring import measured_line
from kkd_ledger.agreement.keys.prices import moves, price_line
from kkd_ledger.agreement.pots.pot_lines import STEPS, PotYear
from kkd_ledger.agreement.sheet.lines import CENT, Label, Sheet, SheetLine
from kkd_ledger.agreement.sheet.printing import EUR

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.component_terms import ComponentTerms
    from kkd_ledger.agreement.facts.known_terms import KnownTerms, Stage
    from kkd_ledger.agreement.keys.components import AmountStage, Component, RateStage, YearCost

_TICKS: Final = {"day": "Tage", "month": "Monate", "none": "Jahr"}
_Amount = tuple["int | SheetLine", int]
Groups = Sequence[tuple[tuple["Days", ...], tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class ComponentYear:
    """A component in a service year; `groups` are those who take part, by when: the same spans, the same parts."""

    terms: KnownTerms
    component: ComponentTerms
    year: int
    pots: PotYear
    groups: Groups
    members: tuple[str, ...]

    @property
    def sheet(self) -> Sheet:
        """The sheet on which all is reckoned."""
        return self.terms.sheet

    @property
    def key(self) -> Component:
        """The component as its file says it."""
        return self.component.component

    @property
    def whole(self) -> int:
        """Into how many parts the year is divided: days, months, or one."""
        return ticks_a_year(self.terms.days_of(self.year), self.terms.proration(self.key))

    @property
    def tick_word(self) -> str:
        """What the parts of the year are called."""
        return _TICKS[self.terms.proration(self.key)]

    def without(self, member: str) -> ComponentYear:
        """Return the same case without a member."""
        return (
            self.among([other for other in self.members if other != member])
            if member in self.members
            else self
        )

    def present(self, spans: Iterable[Days]) -> int:
        """Return how many parts of the year spans are."""
        return ticks(spans, self.terms.proration(self.key))

    def among(self, members: Collection[str]) -> ComponentYear:
        """Return the same case with some members alone."""
        groups = [(spans, tuple(m for m in group if m in members)) for spans, group in self.groups]
        return _of_groups(
            self.terms, self.component, self.year, self.pots, [group for group in groups if group[1]]
        )

    def of(self, members: tuple[str, ...]) -> ComponentYear:
        """Return the same year with other members, who take part all the time (to count all of a measure)."""
        return whole_year(self.terms, self.component, self.year, self.pots, members)

    def rounded(self, exact: SheetLine) -> SheetLine:
        """Return amounts each rounded for itself, as the component or the agreement says."""
        rule = self.key.rounding_mode or self.terms.agreement.rounding
        return self.sheet.round(exact, rule, STEPS[self.key.rounding], Label(unit=EUR, role="rounding"))

    def part(self, counts: Sequence[int], members: tuple[str, ...] | None = None) -> SheetLine | None:
        """Return a part of the year by group, or by the members given; None where it is the whole year for all."""
        if all(count == self.whole for count in counts):
            return None
        label = Label(unit=self.tick_word, role="parts", silent=ONE)
        ticked = Fraction(counts[0]) if len(set(counts)) == 1 else self._by_member(counts, members)
        return self.sheet.divide(self.sheet.figure(ticked), self.sheet.figure(self.whole), label)

    @property
    def year_part(self) -> SheetLine | None:
        """The part of the year in which each takes part; None where all do for the whole year."""
        return self.part([self.present(spans) for spans, _ in self.groups])

    def counts_by_member(self) -> ByMember:
        """Return by member how many parts of the year it takes part."""
        return self._by_member([self.present(spans) for spans, _ in self.groups], None)

    def _by_member(self, counts: Sequence[int], members: tuple[str, ...] | None) -> ByMember:
        place = ("parts", self.members, tuple(len(group) for _, group in self.groups), tuple(counts), members)
        if place not in self.terms.kept:
            if members is None:
                figures = [
                    count for count, (_, group) in zip(counts, self.groups, strict=True) for _ in group
                ]
                self.terms.kept[place] = ByMember(self.members, figures)
            else:
                self.terms.kept[place] = ByMember(members, list(counts))
        column: ByMember = self.terms.kept[place]
        return column

    def alike(self, figure: int, factor: Fraction = ONE) -> ByMember:
        """Return the same figure for everybody."""
        place = ("alike", self.members, figure, factor)
        if place not in self.terms.kept:
            self.terms.kept[place] = ByMember(self.members, [figure] * len(self.members), factor)
        column: ByMember = self.terms.kept[place]
        return column

    def measured(self, basis: str) -> SheetLine:
        """Return the figure of each member that counts for the year."""
        return measured_line(self, basis)

    def cost(self, title: str = "") -> SheetLine:
        """Return what the component costs in the year, for all: a pot, or the total stated for it."""
        if self.key.pot is not None:
            return self.pots.line(self.key.pot)
        label, total = Label(title=title, unit=EUR, role="total"), total_of(self.terms, self.key, self.year)
        if total is not None:
            return self.sheet.figure(total * CENT, label)
        totals = self.terms.newest(self.key.totals, lambda cost: cost.year)
        named = self.terms.agreement.year_name
        years = ", ".join(named(cost.year) for cost in totals)
        where = f"totals{f'; vorhanden: {years}' if years else ''}"
        return self.sheet.missing(f"der Betrag der Kosten {named(self.year)} ({where})", label)

    def stages(self, facts: Iterable[Any]) -> list[tuple[Any, SheetLine | None]]:
        """Return the facts whose stages touch the year, each with the part of the year in which it counts."""
        stages = self.terms.stages(facts)
        rows = [self._counts(stages, spans) for spans, _ in self.groups]
        parts = [[row[place] for row in rows] for place in range(len(stages))]
        return [
            (stage.fact, self.part(counts))
            for stage, counts in zip(stages, parts, strict=True)
            if any(counts)
        ]

    def prices(self, facts: Iterable[RateStage]) -> list[tuple[SheetLine, SheetLine | None]]:
        """Return the prices whose stages touch the year, each with the part of the year in which it counts."""
        ordered = self.terms.stages(facts)
        places = {id(stage.fact): place for place, stage in enumerate(ordered)}
        return [
            (price_line(self.terms, ordered, places[id(fact)], self.year), part)
            for fact, part in self.stages(facts)
        ]

    def amounts(self, facts: Sequence[AmountStage], title: str) -> list[SheetLine]:
        """Return what each member's dated amounts come to over the year, one line for each stage in turn."""
        own: dict[str, list[AmountStage]] = {}
        if not facts:
            return []
        for fact in facts:
            for member in fact.members:
                own.setdefault(member, []).append(fact)
        shared, rows = [fact for fact in facts if not fact.members], dict[str, list[_Amount]]()
        for spans, group in self.groups:
            for_all = self._amounts(shared, spans, title)
            for member in group:
                rows[member] = self._amounts(own[member], spans, title) if member in own else for_all
        turns = range(max(map(len, rows.values()), default=0))
        lines = [line for turn in turns for line in self._turn(rows, turn, title)]
        without = [member for member, row in rows.items() if not row]
        return [*lines, self.nothing(Members(without))] if without else lines

    def _turn(self, rows: Mapping[str, Sequence[_Amount]], turn: int, title: str) -> Iterator[SheetLine]:
        """Yield the amounts that are each member's turn: stated ones together, each that moves on its own."""
        having = {member: row[turn] for member, row in rows.items() if len(row) > turn}
        stated = {member: part for member, part in having.items() if isinstance(part[0], int)}
        if stated:
            members = self.members if len(stated) == len(self.members) else Members(stated)
            column = ByMember(members, [cents for cents, _ in stated.values()], CENT)
            amount = self.sheet.figure(column, Label(title=title, unit=EUR, role="amounts"))
            yield self.sheet.times(amount, self.part([count for _, count in stated.values()], members))
        moving = {id(line): line for line, _ in having.values() if not isinstance(line, int)}
        for line in moving.values():
            counts = {member: count for member, (price, count) in having.items() if price is line}
            members = self.members if len(counts) == len(self.members) else Members(counts)
            ones = self.sheet.figure(ByMember(members, [1] * len(members)), Label(silent=ONE))
            yield self.sheet.times(line, ones, self.part(list(counts.values()), members))

    def _amounts(self, facts: Sequence[AmountStage], spans: tuple[Days, ...], title: str) -> list[_Amount]:
        """Return the amounts whose stages touch spans, in cents or as what moves them, and their parts of the year."""
        stages = self.terms.stages(facts)
        counts = self._counts(stages, spans)
        return [
            (price_line(self.terms, stages, place, self.year, title), count)
            if moves(stages[place].fact)
            else (stages[place].fact.amount, count)
            for place, count in enumerate(counts)
            if count
        ]

    def _counts(self, stages: Sequence[Stage], spans: tuple[Days, ...]) -> list[int]:
        """Return how many parts of the year each stage counts within spans.

        Without proration a year has one part, and the stage of the first day in it counts for the whole.
        """
        counts = [self.present(common(spans, [stage.days])) for stage in stages]
        if self.terms.proration(self.key) == "none":
            first = next((place for place, count in enumerate(counts) if count), None)
            return [int(place == first) for place in range(len(counts))]
        return counts

    def nothing(self, members: tuple[str, ...]) -> SheetLine:
        """Return an amount of nothing for members."""
        column = self.terms.kept.setdefault(("nothing", members), ByMember(members, [0] * len(members)))
        return self.sheet.figure(column, Label(words="0,00 EUR"))

    def only(self, member: str) -> SheetLine:
        """Return the factor that makes an amount of all one member's."""
        place = ("only", member)
        column = self.terms.kept.setdefault(place, ByMember((member,), [1]))
        return self.sheet.figure(column, Label(silent=ONE))


def component_year(
    terms: KnownTerms, component: ComponentTerms, year: int, pots: PotYear
) -> ComponentYear | None:
    """Return a component in a service year; None where nobody takes part in it then."""
    groups = component.groups(year)
    return _of_groups(terms, component, year, pots, groups) if groups else None


def whole_year(
    terms: KnownTerms, component: ComponentTerms, year: int, pots: PotYear, members: tuple[str, ...]
) -> ComponentYear:
    """Return a service year in which these members take part all the time (to count all of a measure)."""
    return _of_groups(terms, component, year, pots, [((terms.days_of(year),), members)])


def _of_groups(
    terms: KnownTerms, component: ComponentTerms, year: int, pots: PotYear, groups: Groups
) -> ComponentYear:
    members = groups[0][1] if len(groups) == 1 else Members(member for _, group in groups for member in group)
    members = terms.kept.setdefault(("members", members), members)
    return ComponentYear(terms, component, year, pots, groups, members)


def total_of(terms: KnownTerms, key: Component, year: int) -> int | None:
    """Return the cost of a component in a service year in cents, where it is known: the actual one, else the plan."""
    cost: YearCost | None = terms.of_year(key.totals, year)
    return None if cost is None else cost.amount


def rests_on_plan(terms: KnownTerms, name: str, year: int) -> bool:
    """Tell whether the cost of a component is only planned for a service year: the actual figures settle it.

    A cost out of pots is planned while one of the figures below it is.
    """
    place = ("rests on plan", name, year)
    if place not in terms.kept:
        terms.kept[place] = _is_planned(terms, name, year)
    planned: bool = terms.kept[place]
    return planned


def _is_planned(terms: KnownTerms, name: str, year: int) -> bool:
    waiting, seen = [f"§{name}"], set[str]()
    while waiting:
        if (place := waiting.pop()) in seen:
            continue
        seen.add(place)
        if place.startswith("§"):
            key = next(each.component for each in terms.components if each.component.id == place[1:])
            cost: YearCost | None = terms.of_year(key.totals, year)
            if cost is not None and cost.kind == "plan":
                return True
            waiting += [key.pot] if key.pot else []
            waiting += [f"§{below}" for below in getattr(key, "of", ())]
            continue
        figure = terms.figure(place, year)
        if figure is not None and figure.kind == "plan":
            return True
        for pot in (each for each in terms.pots if each.id == place):
            waiting += [*pot.names, *(f"§{step.less_component}" for step in pot.steps if step.less_component)]
    return False
