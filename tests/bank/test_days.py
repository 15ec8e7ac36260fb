"""Days of a bank file that nobody believes: none makes the books go where they have no business."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kkd_ledger.bank.days import AHEAD_DAYS_MAX, LATE_DAYS_MAX, decades_back, is_far_ahead, not_yet
from kkd_ledger.bank.files.reading import read
from kkd_ledger.bank.statements import proved
from kkd_ledger.errors import StatementRefused
from tests.bank.writing import DAY, camt, line, mt940, statement

days = st.dates()


@given(days, days)
def test_a_line_is_of_its_statement_or_the_statement_is_refused(booked: dt.date, ends: dt.date) -> None:
    one = statement(line(booking_day=booked), from_day=ends, to_day=ends)
    off = (booked - ends).days
    if -LATE_DAYS_MAX <= off <= AHEAD_DAYS_MAX:
        assert proved(one) is one
        return
    with pytest.raises(StatementRefused) as refused:
        proved(one)
    (problem,) = refused.value.problems
    assert problem.place == "Auszug 1, Umsatz 1"
    assert problem.actual == f"Buchungstag {booked.day:02}.{booked.month:02}.{booked.year:04}"


@given(days, st.dates(max_value=dt.date(9999, 11, 30)))
def test_what_lies_after_today_is_not_known_yet(ends: dt.date, today: dt.date) -> None:
    one = statement(from_day=ends, to_day=ends)
    told = list(not_yet(one, today))
    assert bool(told) is ((ends - today).days > AHEAD_DAYS_MAX)
    assert is_far_ahead(ends, today) is (ends.replace(day=1) > _month_after(today))


def _month_after(today: dt.date) -> dt.date:
    months = today.year * 12 + today.month
    return dt.date(months // 12, months % 12 + 1, 1) if months // 12 <= 9999 else dt.date.max


@pytest.mark.parametrize("year", [1, 1900, 1970, 1989, 2002])
def test_decades_back_is_told(year: int) -> None:
    one = statement(line(booking_day=dt.date(year, 5, 1)), from_day=dt.date(year, 5, 1), to_day=DAY)
    (problem,) = decades_back(one, DAY)
    assert problem.actual == f"erster Tag 01.05.{year:04}"
    assert problem.allowed == "ein Tag ab dem 01.01.2003"
    assert not list(decades_back(statement(line()), DAY))


@pytest.mark.parametrize("write", [camt, lambda one: mt940(one).encode()])
def test_a_filler_day_is_refused_in_either_format(write) -> None:
    far = dt.date(2079, 12, 31)
    (one,) = read(write(statement(line(), line(booking_day=far, value_day=far), to_day=DAY)))
    with pytest.raises(StatementRefused, match=r"Buchungstag 31\.12\.2079"):
        proved(one)


def test_a_pending_line_of_any_day_refuses_nothing() -> None:
    one = statement(line(), line(booking_day=dt.date.max, status="PDNG"), to_day=DAY)
    assert proved(one) is one
    assert not list(not_yet(one, DAY))
