"""Columns by member are exact: whole numbers times one factor, as members and sums see them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from kkd_ledger.agreement.facts.by_member import ByMember

values = st.integers(-(10**12), 10**12) | st.decimals(-100, 100, places=3) | st.fractions(-9, 9)


@given(st.lists(values, max_size=6))
def test_a_column_gives_back_exactly_what_was_put_in(given_values):
    members = tuple(f"m{number}" for number in range(len(given_values)))
    column = ByMember.of(members, given_values)
    assert list(column.values()) == [Fraction(value) for value in given_values]
    assert all(isinstance(figure, int) for figure in column.figures)
    assert column.factor.numerator == 1


def test_whole_numbers_stay_whole():
    assert [type(value) for value in ByMember.of(("a", "b"), [3, Decimal(2)]).values()] == [int, int]
    assert dict(ByMember(("a",), [3], Fraction(1, 4))) == {"a": Fraction(3, 4)}
