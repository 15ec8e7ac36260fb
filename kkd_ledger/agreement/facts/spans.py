"""Spans of days, both ends included, and how much of a year they are (actual/actual by day, or by month)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from kkd_ledger.errors import NotAllowed
from kkd_ledger.periods import TypedYear

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


class ServiceYear(NamedTuple):
    """The year in which services are reckoned: it begins on a day of the calendar year that it is named by."""

    month: int = 1
    day: int = 1

    @classmethod
    def beginning(cls, month_day: str) -> ServiceYear:
        """Return the year that begins on a day written `MM-DD`."""
        month, day = month_day.split("-")
        return cls(int(month), int(day))

    @property
    def begins(self) -> str:
        """The day on which it begins, written `MM-DD`."""
        return f"{self.month:02}-{self.day:02}"

    def days_of(self, year: int) -> Days:
        """Return the first and the last day of a service year."""
        return _days_of(self, year)

    def of(self, day: dt.date) -> int:
        """Return the service year in which a day lies."""
        return day.year if (day.month, day.day) >= self else day.year - 1

    @property
    def is_calendar(self) -> bool:
        """Whether it is the calendar year."""
        return self == (1, 1)

    def name(self, year: int) -> str:
        """Return what people call a service year: `2024`, or `2024/25` where it ends in the next calendar year."""
        return str(year) if self.is_calendar else f"{year}/{(year + 1) % 100:02}"

    def meant(self, year: int) -> int:
        """Return the number of a year as somebody typed it; raise NotAllowed for `2024/25` where years are calendar's.

        A year that is not the calendar's may be typed by its number, which is its first calendar year.
        """
        name = year.name if isinstance(year, TypedYear) else ""
        if name and self.is_calendar:
            actual = f"„{name}“: diese Vereinbarung rechnet nach Kalenderjahren"
            raise NotAllowed(actual, f"{int(year)} oder {int(year) + 1}")
        return int(year)


@lru_cache(maxsize=1000)
def _days_of(years: ServiceYear, year: int) -> Days:
    begin, end = (dt.date(each, years.month, years.day) for each in (year, year + 1))
    return Days(begin, end - ONE_DAY)


CALENDAR: Final = ServiceYear()


def common(left: Iterable[Days], right: Iterable[Days]) -> list[Days]:
    """Return the spans that lie in both lists."""
    others = list(right)
    return [both for span in left for other in others if (both := span.clip(other))]


def ticks_a_year(days: Days, proration: Proration) -> int:
    """Return into how many parts a service year is divided: its days, twelve months, or one."""
    return {"day": (days.last - days.first).days + 1, "month": 12, "none": 1}[proration]


def ticks(spans: Iterable[Days], proration: Proration) -> int:
    """Return how many parts of their year disjoint spans within one service year are.

    `day` counts days (actual/actual); `month` counts the months whose first day lies in a span, so that a year cut
    anywhere adds up; `none` counts the whole year for any day in it.
    """
    spans = list(spans)
    if proration == "day":
        return sum((span.last - span.first).days + 1 for span in spans)
    if proration == "month":
        return sum(_months(span.last) - _months(span.first) + (span.first.day == 1) for span in spans)
    return 1 if spans else 0


def _months(day: dt.date) -> int:
    return day.year * 12 + day.month
