"""Charges: what was done for a party and is billed by quantity and price (a job, a case, an hour), as reported."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import PlainValidator, WithJsonSchema, model_validator

from kkd_ledger.agreement.facts.facts import Day, Measured, Slug, Words
from kkd_ledger.agreement.facts.spans import ONE_DAY, Days
from kkd_ledger.agreement.facts.told_figures import Told
from kkd_ledger.errors import NotAllowed
from kkd_ledger.fields import MONTH
from kkd_ledger.periods import FIRST_YEAR, LAST_YEAR

_MONTH: Final = re.compile(MONTH, re.ASCII)
Billed = Literal["each", "monthly", "quarterly"]
Position = tuple[str, str, dt.date, str, str]
"""What makes a charge the one that it is: component, party, day, reference, grade."""


def _month(text: Any) -> dt.date:
    match = _MONTH.fullmatch(text) if isinstance(text, str) else None
    if match is None or not FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
        raise NotAllowed(f"{text!r} ist kein Monat", 'JJJJ-MM in Anführungszeichen, zum Beispiel "2024-03"')
    return dt.date(int(match[1]), int(match[2]), 1)


Month = Annotated[
    dt.date,
    PlainValidator(_month),
    WithJsonSchema({"type": "string", "pattern": _MONTH.pattern, "examples": ["2024-03"]}),
]


class Charge(Told):
    """So many units of a grade for a party, on a day or in a month; a later known version corrects it, 0 cancels it.

    `ref` is the job (Auftrag, Beleg) that it belongs to. Its price is that of its day.
    """

    component: Slug
    party: Slug
    on: Day | None = None
    month: Month | None = None
    grade: Slug
    quantity: Measured
    ref: Words = ""
    title: Words = ""
    source: Words = ""

    @model_validator(mode="after")
    def _has_one_day(self) -> Charge:
        if (self.on is None) == (self.month is None):
            actual = "weder on noch month" if self.on is None else "on und month"
            raise NotAllowed(actual, 'entweder ein Tag (on = 2024-03-05) oder ein Monat (month = "2024-03")')
        return self

    @property
    def day(self) -> dt.date:
        """Its day; of a month the first one."""
        day = self.on or self.month
        assert day is not None, "a charge has one of both"
        return day

    @property
    def last_day(self) -> dt.date:
        """Its day; of a month the last one."""
        return self.on or month_end(self.day)

    @property
    def position(self) -> Position:
        """What it is known by: a version with the same is a correction."""
        return self.component, self.party, self.day, self.ref, self.grade


def month_end(day: dt.date) -> dt.date:
    """Return the last day of a day's month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def quarter_end(day: dt.date) -> dt.date:
    """Return the last day of a day's quarter of the calendar."""
    return month_end(day.replace(day=1, month=(day.month + 2) // 3 * 3))


def bill_days(billed: Billed, charges: Sequence[Charge], year: Days) -> Days:
    """Return the days that a bill is for: its month or quarter, as far as they lie in the service year, or its own."""
    first, last = min(each.day for each in charges), max(each.last_day for each in charges)
    if billed == "monthly":
        first, last = first.replace(day=1), month_end(first)
    elif billed == "quarterly":
        last = quarter_end(first)
        first = last.replace(day=1, month=last.month - 2)
    return Days(max(first, year.first), max(min(last, year.last), first))


def billed_from(billed: Billed, charges: Sequence[Charge], year: Days) -> dt.date:
    """Return from when on a bill may be written: on the last day of a job, on the day after a month or a quarter."""
    last = bill_days(billed, charges, year).last
    return last if billed == "each" else last + ONE_DAY
