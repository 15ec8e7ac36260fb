"""What was counted or measured, by member: which figure of which day counts for a service year."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from kkd_ledger.agreement.facts.by_member import ByMember
from kkd_ledger.quantities import Quantity

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.facts import Basis, Member
    from kkd_ledger.agreement.facts.spans import Days


class Dated(Protocol):
    """A dated fact with its end filled in."""

    @property
    def days(self) -> Days:
        """The days for which it holds."""

    @property
    def fact(self) -> Any:
        """The fact."""


@dataclass
class Counts:
    """All figures by member as known on a day; `series` are those of a measure and a day, the newest of each."""

    members: Mapping[str, Member]
    bases: Mapping[str, Sequence[Dated]]
    days_of: Callable[[int], Days]
    series: Callable[[Basis, dt.date], Mapping[str, Quantity]]
    _by_day: dict[tuple[str, dt.date, dt.date], Mapping[str, Quantity]] = field(default_factory=dict)
    _columns: dict[tuple[str, dt.date, dt.date, tuple[str, ...]], ByMember | None] = field(
        default_factory=dict
    )

    def reference(self, basis: str, year: int, back: int = 0) -> tuple[Basis, dt.date] | None:
        """Return the measure of a service year (that of its first day) and its day, so many months earlier."""
        for stage in self.bases.get(basis, ()):
            if stage.days.clip(self.days_of(year)):
                return stage.fact, months_before(reference_day(stage.fact, year), back)
        return None

    def figures(self, basis: str, year: int, back: int = 0) -> Mapping[str, Quantity]:
        """Return the figure that counts for a service year, by member; members without one are missing."""
        measured = self.reference(basis, year, back)
        if measured is None:
            return {}
        measure, day = measured
        key = (basis, measure.begins, day)
        if key not in self._by_day:
            self._by_day[key] = self._with_heirs(measure, self.series(measure, day))
        return self._by_day[key]

    def column(self, basis: str, year: int, members: tuple[str, ...], back: int = 0) -> ByMember | None:
        """Return the figures of these members, in their order; None while not all of them are known.

        The same figures are the same column: what is reckoned from it once is kept.
        """
        measured, figures = self.reference(basis, year, back), self.figures(basis, year, back)
        if measured is None or not figures:
            return None
        key = (basis, measured[0].begins, measured[1], members)
        if key not in self._columns:
            is_complete = all(member in figures for member in members)
            self._columns[key] = ByMember.of(members, [figures[m] for m in members]) if is_complete else None
        return self._columns[key]

    def _with_heirs(self, measure: Basis, series: Mapping[str, Quantity]) -> dict[str, Quantity]:
        by_id = measure.weight is not None
        own = {id_: series.get(id_ if by_id else member.ags or id_) for id_, member in self.members.items()}
        figures = {id_: figure for id_, figure in own.items() if figure is not None}
        for id_ in self.members.keys() - figures.keys():
            inherited = self._inherited(id_, figures)
            if inherited is not None:
                figures[id_] = inherited
        return figures

    def _inherited(self, id_: str, figures: Mapping[str, Quantity]) -> Quantity | None:
        """Return the sum of the predecessors' figures for a successor without a figure of its own."""
        if id_ in figures:
            return figures[id_]
        parts = [
            self._inherited(former, figures)
            for former in self.members[id_].succeeds
            if former in self.members
        ]
        known_parts = [part for part in parts if part is not None]
        return sum(known_parts) if parts and len(known_parts) == len(parts) else None


def reference_day(measure: Basis, year: int) -> dt.date:
    """Return the day whose figure counts for a service year: a fixed one, or each year's with its lag."""
    if measure.rule == "frozen":
        assert measure.reference is not None
        return measure.reference
    assert measure.lag_years is not None
    return dt.date.fromisoformat(f"{year - measure.lag_years:04}-{measure.month_day}")


def months_before(day: dt.date, months: int) -> dt.date:
    """Return the same day so many months earlier; the last day of a month stays the last one.

    >>> months_before(dt.date(2024, 6, 30), 3), months_before(dt.date(2024, 3, 30), 1)
    (datetime.date(2024, 3, 31), datetime.date(2024, 2, 29))
    """
    if not months:
        return day
    year, place = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = calendar.monthrange(year, place + 1)[1]
    is_last = day.day == calendar.monthrange(day.year, day.month)[1]
    return dt.date(year, place + 1, last if is_last else min(day.day, last))
