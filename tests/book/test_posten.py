"""Names of posten and their payment references: pure, short enough, and readable back."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.state.posten import PostenKind, end_of, is_tail, reference, tail
from kkd_ledger.references import RF_BODY_MAX, is_payment_reference
from tests.samples import sample_books, three_parties

DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31))


@pytest.fixture(scope="module")
def amt(tmp_path_factory: pytest.TempPathFactory) -> Book:
    return load_book(three_parties(tmp_path_factory.mktemp("posten")) / "amt")


@given(
    kind=st.sampled_from([PostenKind.CLAIM, PostenKind.CREDIT]),
    day=DAYS,
    party=st.sampled_from(["adorf", "behausen", "gemeinde-mit-einem-sehr-langen-namen"]),
    year=st.integers(2000, 2099),
)
def test_a_reference_is_valid_and_tells_its_posten(
    amt: Book, kind: PostenKind, day: dt.date, party: str, year: int
) -> None:
    end = tail(kind, day)
    assert is_tail(end)
    found = reference(amt, year, party, end)
    assert is_payment_reference(found)
    assert len(found) <= 4 + RF_BODY_MAX
    assert end_of(amt, year, party, found) == end
    assert end_of(amt, year + 1, party, found) == ""


@given(st.sets(st.tuples(st.sampled_from(["", "n", "g"]), DAYS), min_size=2, max_size=8))
def test_two_postens_of_a_share_never_have_one_reference(amt: Book, ends: set[tuple[str, dt.date]]) -> None:
    names = {tail(PostenKind(kind), day) if kind else "1" for kind, day in ends}
    assert len({reference(amt, 2022, "adorf", name) for name in names}) == len(names)


def test_the_documented_forms(amt: Book, tmp_path: Path) -> None:
    kkd = load_book(sample_books(tmp_path) / "landkreis")
    assert reference(kkd, 2024, "biedenkopf", "g240305")[4:] == "KKD202406534004G6TA"
    short = reference(amt, 2024, "adorf", "g240305")[4:]
    assert (short[:9], short[-4:], len(short)) == ("ARCHI2024", "G6TA", 21)


def test_references_of_counted_postens_stay(amt: Book) -> None:
    """Books from before counted: what they gave is still told."""
    assert reference(amt, 2022, "adorf", "1") == "RF45ARCHIV2022990010011"
    assert end_of(amt, 2022, "adorf", "RF18ARCHIV2022990010012") == "2"
    assert [is_tail(text) for text in ("2", "17", "0", "x1", "n24035", "g240305")] == [
        True,
        True,
        False,
        False,
        False,
        True,
    ]
