"""What an entry of an earlier month may settle, while the book goes on behind it."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from kkd_ledger.book.state.items import Item
from kkd_ledger.book.text.records import Place, Posting, Transaction
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.corrections.room import later_moves, least_open

RECEIVABLE = "Aktiva:2600-Forderungen:Adorf"


class Months:
    """A session as far as it is asked: its months, and its entries from a day on."""

    months = (BookingMonth(2022, 11), BookingMonth(2022, 12), BookingMonth(2022, 13), BookingMonth(2023, 1))

    def __init__(self, *moved: tuple[str, dt.date, int]) -> None:
        self.moved = moved

    def transactions(self, since: dt.date) -> Iterator[Transaction]:
        for file, day, cents in self.moved:
            if day >= since:
                legs = (
                    Posting(RECEIVABLE, cents, {"posten": "a-1"}),
                    Posting("Aktiva:2800-Bank", -cents, {}),
                )
                yield Transaction(day, "", "", (), (), {}, legs, Place(file, 1))


def opened(cents: int) -> Item:
    return Item("a-1", RECEIVABLE, "adorf", 2022, claimed_cents=100, open_cents=cents)


JANUARY, CLOSING, DECEMBER = (
    f"{year}/{year}-{month}.beancount" for year, month in ((2023, "01"), (2022, "13"), (2022, 12))
)


@pytest.mark.parametrize(
    ("moved", "open_cents", "room"),
    [
        ([], 100, 100),
        ([(JANUARY, dt.date(2023, 1, 5), -100), (JANUARY, dt.date(2023, 1, 9), 60)], 60, 0),
        ([(JANUARY, dt.date(2023, 1, 5), -30), (JANUARY, dt.date(2023, 1, 9), 30)], 100, 70),
        ([(CLOSING, dt.date(2022, 12, 31), -100), (JANUARY, dt.date(2023, 1, 9), 60)], 60, 0),
        ([(DECEMBER, dt.date(2022, 12, 31), -40), (JANUARY, dt.date(2023, 1, 9), 40)], 100, 60),
    ],
)
def test_what_later_entries_settle_for_a_while_has_no_room(
    moved: list[tuple[str, dt.date, int]], open_cents: int, room: int
) -> None:
    work: Any = Months(*moved)
    assert least_open(opened(open_cents), later_moves(work, dt.date(2022, 12, 7))) == room


def test_in_the_newest_month_all_that_is_open_has_room() -> None:
    work: Any = Months((JANUARY, dt.date(2023, 1, 31), -100))
    assert later_moves(work, dt.date(2023, 1, 7)) == {}
