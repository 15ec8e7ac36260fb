"""What was ordered about an open item (Stundung, Ratenzahlung, Niederschlagung), and until when it waits therefore.

Nothing here changes what is owed: only since when it is due.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self


class OrderedDue(NamedTuple):
    """A part of what is open on an item, in unsigned cents, and the day on which it falls due."""

    day: dt.date
    cents: int


@dataclass
class Disposition:
    """The order that holds for an item: its kind, until when, or in which instalments (day and cents).

    `open_cents` is what was open on the item when it was ordered.
    """

    kind: str
    until: dt.date
    open_cents: int
    instalments: list[tuple[dt.date, int]] = field(default_factory=list)

    def due(self, open_cents: int) -> dt.date:
        """Return since when something is due of an item of which `open_cents` are open."""
        return due_since(self.until, self.instalments, abs(self.open_cents) - abs(open_cents))

    def parts(self, open_cents: int) -> tuple[OrderedDue, ...]:
        """Return by their days the parts of what is open on the item, so many cents."""
        settled_cents = abs(self.open_cents) - abs(open_cents)
        return due_parts(self.until, self.instalments, settled_cents, abs(open_cents))

    def to_data(self) -> list[Any]:
        """Return the order as plain JSON data."""
        instalments = [[day.isoformat(), cents] for day, cents in self.instalments]
        return [self.kind, self.until.isoformat(), self.open_cents, instalments]

    @classmethod
    def from_data(cls, data: list[Any]) -> Self:
        """Return the order that `to_data` wrote."""
        kind, until, open_cents, instalments = data
        day = dt.date.fromisoformat
        return cls(kind, day(until), open_cents, [(day(on), cents) for on, cents in instalments])


def due_since(until: dt.date, instalments: Sequence[tuple[dt.date, int]], paid_cents: int) -> dt.date:
    """Return the day of the first instalment that what was paid since the order does not cover, else `until`."""
    wanted = 0
    for day, cents in sorted(instalments):
        wanted += cents
        if paid_cents < wanted:
            return day
    return until


def due_parts(
    until: dt.date, instalments: Sequence[tuple[dt.date, int]], settled_cents: int, open_cents: int
) -> tuple[OrderedDue, ...]:
    """Return when `open_cents` fall due, part by part; together the parts are what is open, the first is `due_since`.

    What was settled since the order pays the first instalments. Negative `settled_cents` are a payment that came back
    after the order: they fall due with the first instalment. What no instalment covers falls due on `until`.
    """
    parts, left = [], open_cents
    for day, cents in sorted(instalments):
        covered = min(cents, settled_cents)
        settled_cents -= covered
        if part := min(left, cents - covered):
            parts.append(OrderedDue(day, part))
            left -= part
    return (*parts, OrderedDue(until, left)) if left else tuple(parts)
