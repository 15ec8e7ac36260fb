"""Which of some amounts add up to a sum: every choice, and no other."""

from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kkd_ledger.bank.continuity import subset_sums
from kkd_ledger.bank.continuity.subset_sums import SUMS_MAX, TooManySums, choices, reaches, some_reach

AMOUNTS = st.lists(st.integers(-5, 5).map(lambda cents: cents * 100), max_size=6)


def subsets(amounts: list[int]) -> list[tuple[int, ...]]:
    return list(
        chain.from_iterable(combinations(range(len(amounts)), size) for size in range(len(amounts) + 1))
    )


@given(AMOUNTS, st.integers(-10, 10).map(lambda cents: cents * 100))
def test_sums_are_those_of_all_subsets(amounts: list[int], wanted: int) -> None:
    sums = [sum(amounts[place] for place in chosen) for chosen in subsets(amounts)]
    assert reaches(amounts, wanted) == (wanted in sums)
    assert some_reach(amounts, wanted) == (wanted in sums[1:])


@given(AMOUNTS, st.integers(-10, 10).map(lambda cents: cents * 100))
def test_choices_are_all_that_add_up(amounts: list[int], wanted: int) -> None:
    groups = [[(str(place), cents)] for place, cents in enumerate(amounts)]
    found = list(choices(groups, wanted))
    true = [
        frozenset(map(str, chosen))
        for chosen in subsets(amounts)
        if sum(amounts[place] for place in chosen) == wanted
    ]
    assert len(found) == len(true)
    assert set(found) == set(true)


def test_entries_that_differ_in_their_numbers_alone_are_one_choice() -> None:
    assert list(choices([[("a-1", 100), ("a-2", 100)]], 100)) == [frozenset({"a-1"})]


def test_beyond_the_limit_nothing_is_guessed() -> None:
    many = [[(str(place), 2**place)] for place in range(SUMS_MAX.bit_length())]
    assert list(choices(many, 0)) == [frozenset()]
    with pytest.raises(TooManySums):
        list(choices(many, 3))
    with pytest.raises(TooManySums):
        list(choices([*many, [("back", -4)]], 0))
    assert reaches([cents for [(_, cents)] in many], -1)


@pytest.mark.parametrize(("most", "reached"), [(3, False), (2, True)])
def test_so_often_is_a_sum_formed(most: int, *, reached: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two amounts: the first, the second, and both."""
    monkeypatch.setattr(subset_sums, "TRIALS_MAX", most)
    assert some_reach([1, 1], 99) is reached, "taken for granted beyond"


@pytest.mark.parametrize(("most", "reached"), [(3, False), (2, True)])
def test_so_many_sums_are_looked_at(most: int, *, reached: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subset_sums, "SUMS_MAX", most)
    assert some_reach([1, 2], 99) is reached


@pytest.mark.parametrize(("name", "enough"), [("TRIALS_MAX", 6), ("SUMS_MAX", 4)])
def test_choices_have_the_same_limits(name: str, enough: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two entries: two sums of the last one, four of both, of which all are looked at."""
    groups = [[("a", 1)], [("b", 2)]]
    monkeypatch.setattr(subset_sums, name, enough)
    assert list(choices(groups, 3)) == [{"a", "b"}]
    monkeypatch.setattr(subset_sums, name, enough - 1)
    with pytest.raises(TooManySums):
        list(choices(groups, 3))
