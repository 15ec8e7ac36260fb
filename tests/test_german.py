"""Days, counts and lists as German sentences have them."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kkd_ledger import german


@given(st.dates(min_value=dt.date(1000, 1, 1)))
def test_a_day_is_read_back_as_it_was_written(day: dt.date) -> None:
    written = german.day(day)
    assert dt.datetime.strptime(written, german.DAY_FORMAT).date() == day  # noqa: DTZ007 - a day has no zone
    assert len(written) == 10


def test_a_day_has_two_digits_for_day_and_month() -> None:
    assert german.day(dt.date(2024, 3, 5)) == "05.03.2024"


@pytest.mark.parametrize(("number", "words"), [(0, "0 Zeilen"), (1, "1 Zeile"), (2, "2 Zeilen")])
def test_a_count_has_its_noun(number: int, words: str) -> None:
    assert german.count(number, "Zeile", "Zeilen") == words


@pytest.mark.parametrize(
    ("parts", "words"),
    [([], ""), (["a"], "a"), (["a", "b"], "a und b"), (["a", "b", "c"], "a, b und c")],
)
def test_a_listing_has_its_and_before_the_last(parts: list[str], words: str) -> None:
    assert german.listing(parts) == words
    assert german.listing(parts, "oder") == words.replace("und", "oder")


@pytest.mark.parametrize(("number", "words"), [(999, "999"), (13_645, "13.645"), (1_000_000, "1.000.000")])
def test_whole_numbers_are_grouped_by_points(number: int, words: str) -> None:
    assert german.grouped(number) == words
