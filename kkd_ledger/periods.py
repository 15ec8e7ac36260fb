"""Service years, booking months (1 to 12, and a thirteenth for closing entries) and the states of a fiscal year."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, Self

from kkd_ledger.errors import NotAllowed

FIRST_YEAR, LAST_YEAR = 1990, 2199
CLOSING_MONTH = 13


def year_in(text: str) -> int | None:
    """Return the year that a text is; None where it is none, or one that no agreement can have.

    >>> year_in("2024"), year_in("0000"), year_in("٢٠٢٤")
    (2024, None, None)
    """
    year = int(text) if len(text) == 4 and text.isascii() and text.isdigit() else 0
    return year if FIRST_YEAR <= year <= LAST_YEAR else None


class TypedYear(int):
    """A service year that somebody typed; `name` is what they typed where it runs over two calendar years."""

    name = ""


def service_year_in(text: str) -> TypedYear | None:
    """Return a service year that somebody typed by its number or its name; None for any other text.

    Whether an agreement's years have such names says `ServiceYear.meant`.

    >>> service_year_in("2024"), service_year_in("2024/25"), service_year_in("2024/26")
    (2024, 2024, None)
    """
    first, slash, second = text.partition("/")
    year = year_in(first)
    if year is None or (slash and second not in {str(year + 1), f"{(year + 1) % 100:02}"}):
        return None
    typed = TypedYear(year)
    typed.name = text if slash else ""
    return typed


def day_in(text: str) -> dt.date:
    """Return the day that somebody typed as JJJJ-MM-TT; raise NotAllowed for every other form and far-off years.

    >>> day_in("2023-09-28")
    datetime.date(2023, 9, 28)
    """
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text or not FIRST_YEAR <= day.year <= LAST_YEAR:
        form = f"JJJJ-MM-TT von {FIRST_YEAR} bis {LAST_YEAR}, zum Beispiel 2023-09-28"
        raise NotAllowed(f"{text!r} ist kein Tag", form)
    return day


def day_of(year: int, month: int, day: int) -> dt.date:
    """Return a day of a year; of a month that is shorter its last day.

    >>> day_of(2024, 6, 31), day_of(2023, 2, 29)
    (datetime.date(2024, 6, 30), datetime.date(2023, 2, 28))
    """
    return dt.date(year, month, min(day, calendar.monthrange(year, month)[1]))


@lru_cache(4_096)
def _year_and_month(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{4})-(\d{2})", text, re.ASCII)
    if match and FIRST_YEAR <= int(match[1]) <= LAST_YEAR and 1 <= int(match[2]) <= CLOSING_MONTH:
        return int(match[1]), int(match[2])
    raise NotAllowed(f"{text!r} ist kein Buchungsmonat", "JJJJ-MM mit MM von 01 bis 13, zum Beispiel 2023-10")


class BookingMonth(NamedTuple):
    """A month of the books; month 13 holds closing entries dated 31 December. Orders like the calendar."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2023-10`; raise ValueError in German for anything else.

        >>> BookingMonth.parse("2023-13").last_day
        datetime.date(2023, 12, 31)
        """
        return cls(*_year_and_month(text))

    @classmethod
    def of(cls, day: dt.date) -> Self:
        """Return the calendar month of a day."""
        return cls(day.year, day.month)

    @property
    def first_day(self) -> dt.date:
        """First day that an entry of this month may bear."""
        return (
            dt.date(self.year, 12, 31) if self.month == CLOSING_MONTH else dt.date(self.year, self.month, 1)
        )

    @property
    def last_day(self) -> dt.date:
        """Last day that an entry of this month may bear; for month 13 that is 31 December."""
        month = min(self.month, 12)
        return dt.date(self.year, month, calendar.monthrange(self.year, month)[1])

    @property
    def following(self) -> Self:
        """The next calendar month (month 13 is opened by name, never by turn)."""
        return type(self)(self.year + 1, 1) if self.month >= 12 else type(self)(self.year, self.month + 1)

    def minus(self, months: int) -> Self:
        """Return the calendar month so many months before (month 13 counts as December).

        >>> str(BookingMonth(2023, 2).minus(14))
        '2021-12'
        """
        year, place = divmod(self.year * 12 + min(self.month, 12) - 1 - months, 12)
        return type(self)(year, place + 1)

    @property
    def stem(self) -> str:
        """Path of the month's files inside the book, without their endings: `2023/2023-10`."""
        return f"{self.year:04}/{self}"

    def __contains__(self, day: object) -> bool:
        return isinstance(day, dt.date) and self.first_day <= day <= self.last_day

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"


class YearState(StrEnum):
    """State of a fiscal year on its way from open to resolved (HGO §§ 112 to 114)."""

    OPEN = "offen"
    PROVISIONALLY_CLOSED = "vorläufig-abgeschlossen"
    DRAWN_UP = "aufgestellt"
    AUDITED = "geprüft"
    RESOLVED = "beschlossen"

    @property
    def order(self) -> int:
        """The place of the state on its way: a later one is higher."""
        return list(YearState).index(self)

    @property
    def takes_obligations(self) -> bool:
        """Whether an obligation that existed on 31 December may still be booked into the year itself."""
        return self in {YearState.OPEN, YearState.PROVISIONALLY_CLOSED}
