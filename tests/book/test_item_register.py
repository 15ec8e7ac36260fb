"""Items at rest are data until somebody asks; whoever asks is told the same as if nothing had ever come to rest."""

import datetime as dt
import random
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kkd_ledger.book.config import load_book
from kkd_ledger.book.state.item_register import ItemRegister
from kkd_ledger.book.state.items import Item, ItemPart
from kkd_ledger.book.state.overview import Overview, overview
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Custom, Record
from kkd_ledger.periods import BookingMonth
from tests.rules.test_fold_law import spoil
from tests.samples import sample_books

DAY = dt.date(2022, 3, 1)


def item(count: int, party: str = "adorf", year: int = 2022, *, open_cents: int = 0) -> Item:
    account = f"Aktiva:2600-Forderungen:{party}"
    return Item(f"p-{year}-{party}-{count}", account, party, year, "", "", None, DAY, 100, open_cents)


def test_what_a_party_has_for_a_year_rests_as_a_whole() -> None:
    register = ItemRegister([item(1), item(2, open_cents=5), item(1, "zett"), item(1, year=2023)])
    register.rest()
    assert sorted(register.moving) == ["p-2022-adorf-1", "p-2022-adorf-2"]
    assert register.rested_cents == {2022: 200}
    assert {posten: one.claimed_cents for posten, one in register.items()} == {
        "p-2022-adorf-1": 100,
        "p-2022-adorf-2": 100,
        "p-2022-zett-1": 100,
        "p-2023-adorf-1": 100,
    }


@pytest.mark.parametrize(
    "at_rest", [{"paid": [ItemPart("1:r-1", -100, "2022-03-02")]}, {"remitted_cents": 100}]
)
def test_nothing_rests_that_can_come_back_or_was_given_up(at_rest: dict[str, object]) -> None:
    one = item(1)
    for name, value in at_rest.items():
        setattr(one, name, value)
    register = ItemRegister([one])
    register.rest()
    assert [*register.moving] == [one.posten]


def test_one_that_changes_wakes_its_neighbours_and_no_others() -> None:
    register = ItemRegister([item(1), item(2), item(1, "zett")])
    register.rest()
    text = register.resting_text()
    again = ItemRegister(resting=text, rested_cents=[(2022, 300)])
    assert again.resting_text() == text
    assert again.wake("p-2022-nirgends-1") is None
    assert again.wake("p-2022-adorf-2") is again.moving["p-2022-adorf-2"]
    assert (sorted(again.moving), again.rested_cents) == (["p-2022-adorf-1", "p-2022-adorf-2"], {2022: 100})
    assert again["p-2022-zett-1"] is not again["p-2022-zett-1"]
    with pytest.raises(KeyError):
        again["p-2022-nirgends-1"]


def test_rows_laid_to_text_that_nobody_read_are_the_text_of_all() -> None:
    first, later = ItemRegister([item(1)]), item(1, "zett")
    first.rest()
    unread = ItemRegister([later], first.resting_text(), [(2022, 100)])
    unread.rest()
    both = ItemRegister([item(1), later])
    both.rest()
    assert unread.resting_text() == both.resting_text()
    assert [*unread] == [*both] == ["p-2022-adorf-1", "p-2022-zett-1"]


def _months(newest: BookingMonth, count: int) -> list[Record]:
    found: list[Record] = []
    for _ in range(count):
        newest = newest.following
        found.append(Custom(newest.first_day, "buchungsmonat", (str(newest),), {}))
    return found


@given(
    name=st.sampled_from(["landkreis", "biedenkopf"]),
    seed=st.integers(0, 2**32),
    faults=st.integers(0, 4),
    later=st.integers(0, 30),
)
@settings(max_examples=25)
def test_tables_do_not_tell_who_rests(
    name: str, seed: int, faults: int, later: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Random records spread over later months, so that items rest and are moved again."""
    book = load_book(sample_books(tmp_path_factory.mktemp("sample")) / name)
    chance = random.Random(seed)
    records = list(read(book).records)
    for _ in range(faults):
        spoil(records, chance)
    newest = BookingMonth.parse("2024-02")
    repeated = chance.sample(records, k=min(len(records), 40))
    for month in _months(newest, later):
        records += [month, *repeated[:2]]
        repeated = repeated[2:]
    resting = overview(book, records)
    with patch.object(ItemRegister, "rest", lambda _: None):
        moving = overview(book, records)
    assert resting.standings == moving.standings
    assert resting.budget == moving.budget
    assert dict(sorted(resting.claims.items.items())) == dict(sorted(moving.claims.items.items()))
    again = Overview.from_json(book, resting.to_json())
    assert (again.standings, again.budget, again.to_json()) == (
        resting.standings,
        resting.budget,
        resting.to_json(),
    )
