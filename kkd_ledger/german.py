"""How German sentences write days, counts and lists; every room says them through here.

Euros stand in `money` (`format_eur`), because they are arithmetic as much as words.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

MONTHS: Final = (
    *("Januar", "Februar", "März", "April", "Mai", "Juni"),
    *("Juli", "August", "September", "Oktober", "November", "Dezember"),
)
DAY_FORMAT: Final = "%d.%m.%Y"  # as strptime reads a day and strftime writes it


def day(date: dt.date) -> str:
    """Return a day as people read it, DIN 5008: `31.03.2024`."""
    return date.strftime(DAY_FORMAT)


def month(date: dt.date) -> str:
    """Return a day's month as people read it: `März 2024`."""
    return f"{MONTHS[date.month - 1]} {date.year}"


def count(number: int, singular: str, plural: str) -> str:
    """Return a number with its noun: `1 Zahlung`, `2 Zahlungen`, `0 Zahlungen`."""
    return f"{number} {singular if number == 1 else plural}"


def as_title(identifier: str) -> str:
    """Return an identifier as people write it, for what has no title of its own: `wege-bau` → `Wege bau`."""
    return f"{identifier[:1].upper()}{identifier[1:].replace('-', ' ')}"


def grouped(number: int) -> str:
    """Return a whole number with points between thousands: `13.645`."""
    return f"{number:,}".replace(",", ".")


def listing(parts: Sequence[str], last: str = "und") -> str:
    """Return parts as a sentence lists them; nothing for none, a single one as it is.

    >>> listing(["a", "b", "c"]), listing(["a"]), listing([])
    ('a, b und c', 'a', '')
    """
    return f" {last} ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))
