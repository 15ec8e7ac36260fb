"""A day or a month of a service, as people type it in a list."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from kkd_ledger.errors import NotAllowed
from kkd_ledger.german import MONTHS
from kkd_ledger.periods import FIRST_YEAR, LAST_YEAR

_DAY: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})|(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_MONTH: Final = re.compile(r"(\d{1,2})[./](\d{4})|(\d{4})-(\d{2})", re.ASCII)
_DAY_FORM: Final = "ein Tag wie 05.03.2024 oder ein Monat wie 03/2024"


def typed_day_or_month(text: str) -> tuple[dt.date, bool]:
    """Return a day that a person typed, or the first of a month, and whether it is a day; else raise NotAllowed."""
    if match := _DAY.fullmatch(text):
        year, month, day = (match[3], match[2], match[1]) if match[3] else (match[4], match[5], match[6])
        return _date(text, int(year), int(month), int(day)), True
    if match := _MONTH.fullmatch(text):
        year, month = (match[2], match[1]) if match[2] else (match[3], match[4])
        return _date(text, int(year), int(month), 1), False
    name, _, year = text.rpartition(" ")
    if name in MONTHS and year.isascii() and year.isdigit():
        return _date(text, int(year), MONTHS.index(name) + 1, 1), False
    raise NotAllowed(f"Tag {text!r}" if text else "Tag fehlt", _DAY_FORM)


def _date(text: str, year: int, month: int, day: int) -> dt.date:
    try:
        date = dt.date(year, month, day)
    except ValueError as error:
        raise NotAllowed(f"den Tag {text!r} gibt es nicht", _DAY_FORM) from error
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotAllowed(f"Tag {text!r}", f"ein Jahr von {FIRST_YEAR} bis {LAST_YEAR}")
    return date
