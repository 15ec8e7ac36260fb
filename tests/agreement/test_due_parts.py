"""Dues put together: the sum stays, each day stands once, all have its sign, and none is nothing."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from kkd_ledger.agreement.dues.due_parts import Due, divided, summed

JANUARY = dt.date(2024, 1, 1)
DAYS = [JANUARY + dt.timedelta(days=number) for number in range(5)]


@given(st.lists(st.builds(Due, st.sampled_from(DAYS), st.integers(-9, 9))))
def test_dues_put_together(dues: list[Due]) -> None:
    together = summed(dues)
    whole = sum(due.cents for due in dues)
    assert sum(due.cents for due in together) == whole
    assert all(due.cents * whole > 0 for due in together)
    days = [due.day for due in together]
    assert days == sorted(set(days))
    assert set(days) <= {due.day for due in dues}


def test_what_goes_back_is_made_up_for_by_the_next_dues_and_at_the_end_by_those_before() -> None:
    first, second, third = DAYS[:3]
    assert summed([Due(first, -5), Due(second, 5), Due(third, 10)]) == (Due(third, 10),)
    assert summed([Due(first, 6), Due(second, 4), Due(third, -5)]) == (Due(first, 5),)
    assert summed([Due(third, -6), Due(first, -4)]) == (Due(first, -4), Due(third, -6))
    assert summed([Due(first, 5), Due(first, -5)]) == ()


@given(st.lists(st.integers(0, 9), min_size=1, max_size=5), st.integers(-50, 50))
def test_another_sum_on_the_same_days_keeps_the_proportions(row: list[int], cents: int) -> None:
    dues = [Due(day, part) for day, part in zip(DAYS, row, strict=False)]
    parts = {due.day: due.cents for due in divided(dues, cents)}
    assert sum(parts.values()) == cents
    assert 0 not in parts.values()
    whole, reached, paid = sum(row), 0, 0
    for due in dues if whole else ():
        reached, paid = reached + due.cents, paid + parts.get(due.day, 0)
        assert 2 * abs(paid * whole - cents * reached) <= whole
    if not whole:
        assert parts.keys() <= {dues[-1].day}
