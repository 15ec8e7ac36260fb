"""Days on which banks carry out payments: TARGET, which is closed on weekends and on six holidays."""

from __future__ import annotations

import datetime as dt
from typing import Final

_FIXED: Final = frozenset({(1, 1), (5, 1), (12, 25), (12, 26)})
_SATURDAY: Final = 5
_DAY: Final = dt.timedelta(days=1)


def easter(year: int) -> dt.date:
    """Return Easter Sunday of the Gregorian calendar (the anonymous algorithm, as Meeus gives it).

    >>> easter(2024), easter(2025)
    (datetime.date(2024, 3, 31), datetime.date(2025, 4, 20))
    """
    golden = year % 19
    century, rest = divmod(year, 100)
    leap, odd = divmod(century, 4)
    moved = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap - moved + 15) % 30
    quarter, left = divmod(rest, 4)
    weekday = (32 + 2 * odd + 2 * quarter - epact - left) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return dt.date(year, month, day + 1)


def is_business_day(day: dt.date) -> bool:
    """Tell whether TARGET is open on a day (ECB: New Year, Good Friday, Easter Monday, 1 May, 25 and 26 December)."""
    sunday = easter(day.year)
    moving = {sunday - 2 * _DAY, sunday + _DAY}
    return day.weekday() < _SATURDAY and (day.month, day.day) not in _FIXED and day not in moving


def next_business_day(day: dt.date) -> dt.date:
    """Return the day itself where TARGET is open on it, else the next one on which it is."""
    while not is_business_day(day):
        day += _DAY
    return day
