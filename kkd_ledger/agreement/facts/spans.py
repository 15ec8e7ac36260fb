"""Spans of days, both ends included, and how much of a year they are (actual/actual by day, or by month)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

ONE_DAY: Final = dt.timedelta(days=1)
Proration = Literal["day", "month", "none"]


class Days(NamedTuple):
    """From a day to a day, both included."""

    first: dt.date
    last: dt.date

    def clip(self, other: Days) -> Days | None:
        """Return what two spans have in common."""
        first, last = max(self.first, other.first), min(self.last, other.last)
        return Days(first, last) if first <= last else None


ALWAYS: Final = Days(dt.date.min, dt.date.max)


def whole_year(year: int) -> Days:
    """Return 1 January to 31 December."""
    return Days(dt.date(year, 1, 1), dt.date(year, 12, 31))


def common(left: Iterable[Days], right: Iterable[Days]) -> list[Days]:
    """Return the spans that lie in both lists."""
    others = list(right)
    return [both for span in left for other in others if (both := span.clip(other))]


def ticks_a_year(year: int, proration: Proration) -> int:
    """Return into how many parts a year is divided: its days, twelve months, or one."""
    return {"day": (whole_year(year).last - whole_year(year).first).days + 1, "month": 12, "none": 1}[
        proration
    ]


def ticks(spans: Iterable[Days], proration: Proration) -> int:
    """Return how many parts of their year disjoint spans within one year are.

    `day` counts days (actual/actual); `month` counts the months whose first day lies in a span, so that a year cut
    anywhere adds up; `none` counts the whole year for any day in it.
    """
    spans = list(spans)
    if proration == "day":
        return sum((span.last - span.first).days + 1 for span in spans)
    if proration == "month":
        return sum(span.last.month - span.first.month + (span.first.day == 1) for span in spans)
    return 1 if spans else 0
