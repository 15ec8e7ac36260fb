"""A component as known: its life, and who takes part in it when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kkd_ledger.agreement.facts.spans import Days, ServiceYear, common

if TYPE_CHECKING:
    from kkd_ledger.agreement.keys.components import Component


@dataclass(frozen=True, slots=True)
class ComponentTerms:
    """A component as known, with its life and who takes part: all the time, or in spans of their own."""

    component: Component
    life: Days
    service_year: ServiceYear
    steady: tuple[str, ...]
    dated: Mapping[str, tuple[Days, ...]]

    @property
    def first_year(self) -> int:
        """The service year in which its life begins."""
        return self.service_year.of(self.life.first)

    def groups(self, year: int) -> list[tuple[tuple[Days, ...], tuple[str, ...]]]:
        """Return who takes part in a service year, grouped by when: the same spans, the same reckoning."""
        life = self.life.clip(self.service_year.days_of(year))
        if life is None or not self._is_billed(year):
            return []
        groups: dict[tuple[Days, ...], list[str]] = {}
        for member, spans in self.dated.items():
            if self.component.once == "joining" and not life.first <= spans[0].first <= life.last:
                continue
            if inside := tuple(common(spans, [life])):
                groups.setdefault(inside, []).append(member)
        joined = groups.pop((life,), []) if self.steady else []
        steady = () if self.component.once == "joining" else self.steady
        always = [((life,), (*steady, *joined) if joined else steady)] if steady or joined else []
        return [*always, *((spans, tuple(members)) for spans, members in groups.items())]

    def _is_billed(self, year: int) -> bool:
        """Whether a component that is not billed every year is in this one."""
        once, parts = self.component.once, self.component.yearly_parts
        if isinstance(once, int) and once != year:
            return False
        return parts is None or year < self.first_year + parts

    def present(self, year: int, member: str) -> tuple[Days, ...]:
        """Return when in a service year a member takes part; empty where it does not."""
        return next((spans for spans, members in self.groups(year) if member in members), ())


def periods(components: Iterable[ComponentTerms], year: int) -> dict[str, Days]:
    """Return by member from when to when it takes part in anything in a service year."""
    spans_of: dict[str, Days] = {}
    for component in components:
        for spans, members in component.groups(year):
            first, last = min(span.first for span in spans), max(span.last for span in spans)
            for member in members:
                so_far = spans_of.get(member, Days(first, last))
                spans_of[member] = Days(min(first, so_far.first), max(last, so_far.last))
    return spans_of
