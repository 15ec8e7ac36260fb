"""The overview is a fold: known up to a seal and then going on, it says what all records at once say."""

import datetime as dt
import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.state.claims import BankLine, Claims
from kkd_ledger.book.state.item_register import ItemRegister
from kkd_ledger.book.state.items import Item, ItemPart
from kkd_ledger.book.state.overview import Overview, overview
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Custom, Record
from kkd_ledger.periods import BookingMonth
from tests.rules.test_findings import FOLDER, broken_book
from tests.rules.test_fold_law import spoil
from tests.samples import sample_books


def resumed(book: Book, records: Sequence[Record], at: int) -> Overview:
    before = Overview.start(book).take(records[:at]).to_json()
    return Overview.from_json(book, before).take(records[at:])


def told(known: Overview) -> tuple[object, ...]:
    return known.to_json(), known.standings, known.budget


@pytest.mark.parametrize("code", sorted(path.name for path in FOLDER.iterdir()))
def test_every_faulty_book_cut_at_every_record(code: str, tmp_path: Path) -> None:
    book = load_book(broken_book(code, tmp_path))
    records = read(book).records
    whole = told(overview(book, records))
    assert all(told(resumed(book, records, at)) == whole for at in range(len(records) + 1))


@given(
    name=st.sampled_from(["landkreis", "biedenkopf"]), seed=st.integers(0, 2**32), faults=st.integers(0, 6)
)
@settings(max_examples=20)
def test_randomly_spoilt_books_cut_anywhere(
    name: str, seed: int, faults: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    book = load_book(sample_books(tmp_path_factory.mktemp("sample")) / name)
    chance = random.Random(seed)
    records = list(read(book).records)
    for _ in range(faults):
        spoil(records, chance)
    at = chance.randrange(len(records) + 1)
    assert told(resumed(book, records, at)) == told(overview(book, records))


def test_what_lies_far_back_is_forgotten_when_a_month_begins(tmp_path: Path) -> None:
    """A direct debit may come back for 13 months; certificates know the lines of the bank that are older than 3."""
    book = load_book(sample_books(tmp_path) / "landkreis")
    days = ["2022-12-31", "2023-01-01", "2023-11-30", "2023-12-01"]
    parts = [ItemPart(f"1:f-{day}", -100, day) for day in days]
    item = Item(
        "p-1",
        "Aktiva:2600-Forderungen:A",
        "a",
        2022,
        "",
        "",
        None,
        dt.date(2022, 12, 31),
        400,
        0,
        list(parts),
    )
    lines = {part.reference: BankLine("2023-000001", part.day) for part in parts}
    held = Claims(book, items=ItemRegister([item]), bank_lines=lines, newest=BookingMonth(2024, 2))
    for month in ("2024-01", "2024-03"):
        held.take([Custom(BookingMonth.parse(month).first_day, "buchungsmonat", (month,), {})])
    assert [part.day for part in item.paid] == days[1:]
    assert sorted(held.bank_lines) == ["1:f-2023-12-01"]
    assert held.lines_since == dt.date(2023, 12, 1)
    assert (item.open_cents, item.claimed_cents) == (0, 400)
