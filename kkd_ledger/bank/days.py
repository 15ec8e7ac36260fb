"""Days that a bank file tells and nobody believes: after its own end, after today, decades away.

Such a day is a slip of a bank or a converter (31.12.9999 stands for "no day"), and what is booked on it stays there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from kkd_ledger.errors import Problem
from kkd_ledger.periods import BookingMonth

if TYPE_CHECKING:
    from kkd_ledger.bank.statements import Statement, StatementLine

NO_DAY: Final = dt.date.max
"""The day of a line whose booking day nobody can read, in a file that is read as far as it can be."""
AHEAD_DAYS_MAX: Final = 7
"""How far a bank dates ahead: over a weekend and the holidays around it."""
LATE_DAYS_MAX: Final = 400
"""How long before a statement's first day a line of it may be dated: a correction of the year before."""
YEARS_BACK_MAX: Final = 20
"""How far back a file may reach at all; vouchers are kept for ten years."""


def outside_the_statement(statement: Statement) -> Iterator[Problem]:
    """Yield the booked lines whose booking days cannot be of this statement; pending ones move nothing."""
    earliest, latest = _own_days(statement)
    for number, line in enumerate(statement.lines, start=1):
        if line.booked and not earliest <= line.booking_day <= latest:
            allowed = f"ein Tag vom {_told(earliest)} bis {_told(latest)}, der zu diesem Auszug gehört"
            yield Problem(
                statement.source,
                f"{_place(statement)}, Umsatz {number}",
                f"Buchungstag {_told(line.booking_day)}",
                allowed,
            )


def belongs(line: StatementLine, statement: Statement) -> bool:
    """Tell whether a line's booking day can be one of this statement."""
    earliest, latest = _own_days(statement)
    return earliest <= line.booking_day <= latest


def _own_days(statement: Statement) -> tuple[dt.date, dt.date]:
    return _back(statement.from_day, dt.timedelta(LATE_DAYS_MAX)), ahead(statement.to_day)


def decades_back(statement: Statement, today: dt.date) -> Iterator[Problem]:
    """Yield the first day of a statement where it lies decades before today."""
    earliest = dt.date(max(1, today.year - YEARS_BACK_MAX), 1, 1)
    first = min([statement.from_day, *(line.booking_day for line in statement.lines if line.booked)])
    if first < earliest:
        allowed = f"ein Tag ab dem {_told(earliest)}"
        yield Problem(statement.source, _place(statement), f"erster Tag {_told(first)}", allowed)


def not_yet(statement: Statement, today: dt.date) -> Iterator[Problem]:
    """Yield the last day of a statement that the bank can only write later than today."""
    booked = [line.booking_day for line in statement.lines if line.booked]
    last = max([statement.to_day, *booked])
    if last > ahead(today):
        from_day = _back(last, dt.timedelta(AHEAD_DAYS_MAX))
        allowed = f"ein Auszug bis höchstens {_told(ahead(today))}, denn heute ist der {_told(today)}"
        if is_far_ahead(last, today):
            allowed += (
                "; ist der Tag ein Versehen, so lassen Sie sich von der Bank einen berichtigten Auszug geben"
            )
        else:
            allowed += f"; ab dem {_told(from_day)} nimmt ihn der Lauf"
        yield Problem(statement.source, _place(statement), f"letzter Tag {_told(last)}", allowed)


def is_far_ahead(day: dt.date, today: dt.date) -> bool:
    """Tell whether a day lies behind the month after today's: nothing comes of waiting for it."""
    return day > BookingMonth.of(today).following.last_day


def _place(statement: Statement) -> str:
    return f"Auszug {statement.sequence or statement.identity or '?'}"


def ahead(day: dt.date) -> dt.date:
    """Return the last day that a bank may date ahead to from a day."""
    return day + min(dt.timedelta(AHEAD_DAYS_MAX), dt.date.max - day)


def _back(day: dt.date, span: dt.timedelta) -> dt.date:
    return day - min(span, day - dt.date.min)


def _told(day: dt.date) -> str:
    return f"{day.day:02}.{day.month:02}.{day.year:04}"
