"""A statement as a piece of its account: what of it another one may share, and one reading of it."""

from dataclasses import replace

import pytest

from kkd_ledger.bank.continuity.statement_pieces import KnownEntry, StatementPiece, StatementReading
from kkd_ledger.bank.line_keys import entry_key
from tests.bank import writing
from tests.bank.continuity.accounts import all_new
from tests.bank.continuity.waiting_kinds import BACK, NEW, OUT, A, B, told
from tests.bank.continuity.worlds import day

BASE = told(3, 5, 100, A, sequence=4)
OWN = StatementPiece.of(BASE)


def like(**values: object) -> StatementPiece:
    """Return a piece that differs from the first one in some facts."""
    return OWN._replace(key="anderer", **values)  # type: ignore[arg-type]


def test_a_piece_is_what_the_statement_says() -> None:
    assert OWN[1:] == ("053", BASE.account, day(3), day(5), 4, 1, False, 100, 200)
    page = StatementPiece.of(replace(BASE, page=2, last_page=False))
    assert (page.page, page.more, page.key == OWN.key) == (2, True, False)
    assert OWN.form == ("053", BASE.account)
    assert (OWN.opening, OWN.closing, OWN.balanced) == (100, 200, True)
    assert not like(opening_cents=None).balanced
    assert not like(closing_cents=None).balanced


def test_pages() -> None:
    assert [like(page=1).paged, like(page=2).paged, like(more=True).paged] == [False, True, True]
    assert [like(page=1).hides_first, like(page=2).hides_first] == [False, True]
    assert like(kind="MT940").hides_first


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"last": day(3)}, True),
        ({}, False),
        ({"last": day(3), "closing_cents": 100}, False),
    ],
)
def test_a_part_of_a_day_moves_the_account(values: dict[str, object], expected: bool) -> None:
    assert like(**values).is_part_of_day == expected


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [(1, 2, False), (1, 3, True), (4, 4, True), (5, 9, True), (6, 9, False)],
)
def test_statements_meet_on_a_day(first: int, last: int, expected: bool) -> None:
    other = like(first=day(first), last=day(last))
    assert OWN.meets(other) == other.meets(OWN) == expected


def test_where_a_piece_may_begin() -> None:
    numbers = range(2, 7)
    assert [OWN.may_begin_on(day(number)) for number in numbers] == [False, True, False, False, False]
    hidden = like(kind="MT940")
    assert [hidden.may_begin_on(day(number)) for number in numbers] == [False, True, True, True, False]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"page": 2}, True),
        ({"page": 1}, False),
        ({"page": 2, "number": 5}, False),
        ({"page": 2, "kind": "MT940"}, False),
        ({"page": 2, "account": "DE00"}, False),
        ({"page": 2, "first": day(6), "last": day(7)}, False),
        ({"page": 2, "first": day(5), "last": day(7)}, True),
    ],
)
def test_pages_of_one_number(values: dict[str, object], expected: bool) -> None:
    assert OWN.is_page_with(like(**values)) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, True),
        ({"opening_cents": 50, "closing_cents": 100}, True),
        ({"opening_cents": 201}, False),
        ({"last": day(6)}, False),
        ({"first": day(2)}, False),
        ({"page": 1, "more": True}, False),
        ({"page": 3}, True),
    ],
)
def test_pages_without_a_number_have_the_same_days_and_join(
    values: dict[str, object], expected: bool
) -> None:
    own = like(number=None, more=True)
    other = own._replace(**({"page": 2, "more": False, "opening_cents": 200, "closing_cents": 300} | values))
    assert own.is_page_with(other) == other.is_page_with(own) == expected
    assert not own.is_page_with(other._replace(page=1))
    assert not own._replace(more=False).is_page_with(other._replace(page=2))


@pytest.mark.parametrize(
    ("opening", "closing", "expected"), [(200, 7, True), (7, 100, True), (7, 200, False), (100, 7, False)]
)
def test_statements_join_by_balances(opening: int, closing: int, expected: bool) -> None:
    assert OWN.joins(like(opening_cents=opening, closing_cents=closing)) == expected


def test_beginnings_and_balances_are_compared() -> None:
    assert OWN.begins_with(like(last=day(9), closing_cents=7))
    assert not OWN.begins_with(like(first=day(4)))
    assert not OWN.begins_with(like(opening_cents=7))
    assert OWN.has_balances_of(like(first=day(1)))
    assert not OWN.has_balances_of(like(opening_cents=7))
    assert not OWN.has_balances_of(like(closing_cents=7))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, False),
        ({"kind": "MT940"}, True),
        ({"account": "DE00"}, True),
        ({"kind": "MT940", "number": 5}, False),
        ({"kind": "MT940", "number": None}, False),
        ({"kind": "052", "first": day(4)}, False),
        ({"kind": "MT940", "first": day(4)}, True),
        ({"kind": "MT940", "last": day(6)}, False),
        ({"kind": "MT940", "closing_cents": 7}, False),
    ],
)
def test_a_copy_comes_in_another_format(values: dict[str, object], expected: bool) -> None:
    assert OWN.is_copy_of(like(**values)) == like(**values).is_copy_of(OWN) == expected
    assert not OWN._replace(number=None).is_copy_of(like(kind="MT940", number=None))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"number": 5}, True),
        ({"number": 3}, True),
        ({"number": 4}, False),
        ({"number": 6}, False),
        ({"number": None}, False),
        ({"number": 5, "kind": "MT940"}, False),
    ],
)
def test_the_next_numbers(values: dict[str, object], expected: bool) -> None:
    assert OWN.is_next_to(like(**values)) == like(**values).is_next_to(OWN) == expected
    for number in (1, 2):
        numbered, without = like(number=number), like(number=None)
        assert not numbered.is_next_to(without), "none is no number"
        assert not without.is_next_to(numbered)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"number": 5, "opening_cents": 200}, True),
        ({"number": 5, "opening_cents": 201}, False),
        ({"number": 6, "opening_cents": 200}, False),
        ({"number": 3, "opening_cents": 200}, False),
        ({"number": None, "opening_cents": 200}, False),
        ({"number": 5, "opening_cents": 200, "kind": "MT940"}, False),
        ({"number": 5, "opening_cents": 200, "first": day(6), "last": day(6)}, False),
        ({"number": 4, "page": 2, "opening_cents": 7}, True),
        ({"number": 4, "page": 3, "opening_cents": 200}, False),
        ({"number": 4, "page": 0, "opening_cents": 200}, False),
    ],
)
def test_one_follows_another(values: dict[str, object], expected: bool) -> None:
    other = like(**values)
    assert other.follows(OWN) == OWN.precedes(other) == expected
    assert not like(number=None, opening_cents=200).follows(OWN._replace(number=None))
    assert not other.follows(OWN._replace(number=None))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, True),
        ({"number": 3}, False),
        ({"number": 6}, False),
        ({"opening_cents": 101}, False),
        ({"first": day(4)}, False),
    ],
)
def test_a_day_goes_on_where_the_number_before_told_it_so_far(
    values: dict[str, object], expected: bool
) -> None:
    so_far = OWN._replace(last=day(3))
    assert like(**({"number": 5} | values)).goes_on_with_day(so_far) == expected
    assert not like(number=5).goes_on_with_day(OWN), "more than a day"
    assert not like(number=5).goes_on_with_day(so_far._replace(closing_cents=100))


def test_an_entry_is_loose_or_late_by_who_told_it() -> None:
    entry = KnownEntry("1:f-a-1", day(3), 5, OWN)
    assert (entry.loose, entry.late) == (False, False)
    assert entry._replace(day=day(2)).late
    assert not entry._replace(owner=None).late
    assert entry._replace(owner=None).loose
    assert entry._replace(owner=like(closing_cents=None)).loose


def test_a_reading_with_twins_has_their_lines_as_new_ones() -> None:
    fresh = all_new(told(3, 6, 0, NEW)).new
    retold = {entry_key(key): ((key, line),) for key, line in all_new(told(3, 6, 0, A, B, OUT)).new}
    reading = StatementReading(fresh, retold)
    first, second, third = retold
    assert reading.with_twins(()) is reading
    twins = reading.with_twins({second})
    assert [line.amount_cents for _, line in twins.new] == [9, 200]
    assert list(twins.retold) == [first, third]
    assert [line.amount_cents for line in twins.lines] == [9, 200, 100, 50]
    assert (reading.cents, twins.cents) == (9, 209)
    assert {line.entry for line in twins.facts} == {0}
    assert twins.facts.total() == 2


def test_new_entries_are_sums_of_their_lines() -> None:
    batch = [
        writing.line(cents, booking_day=day(3), entry=1, batch=(place, 2))
        for place, cents in enumerate((100, 200), start=1)
    ]
    statement = writing.statement(
        *batch, writing.line(7, booking_day=day(4), entry=2), from_day=day(1), to_day=day(9), opening_cents=0
    )
    entries = all_new(statement).new_entries
    assert [(entry.day, entry.cents, entry.owner) for entry in entries] == [
        (day(3), 300, None),
        (day(4), 7, None),
    ]


def test_out_and_back_come_to_nothing() -> None:
    assert all_new(told(5, 5, 0, OUT, BACK)).cents == 0
