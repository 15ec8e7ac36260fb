"""The known account: which days it tells of, who told them, which statements are pages or neighbours of another."""

from dataclasses import replace

import pytest

from kkd_ledger.bank.continuity.account import KnownAccount, grown
from kkd_ledger.bank.continuity.bounds import AccountBounds, Grown
from kkd_ledger.bank.continuity.statement_pieces import StatementPiece, TakenStatement
from kkd_ledger.bank.statements import Statement
from tests.bank.continuity.accounts import account, taken
from tests.bank.continuity.waiting_kinds import BACK, OUT, A, B, C, told
from tests.bank.continuity.worlds import day


def piece(*arguments: object, **values: object) -> StatementPiece:
    return StatementPiece.of(told(*arguments, **values))  # type: ignore[arg-type]


def days(*numbers: int) -> frozenset[object]:
    return frozenset(map(day, numbers))


def test_it_tells_of_the_days_of_its_statements() -> None:
    known = account(told(2, 4, 0, A), told(8, 9, 100))
    assert [number for number in range(1, 11) if known.tells_of(day(number))] == [2, 3, 4, 8, 9]


def test_a_statement_that_told_again_something_stands_with_those() -> None:
    whole, again = taken(told(1, 3, 0, A)), taken(told(3, 4, 0, A, (4, 7, "")), retold=1)
    known = KnownAccount([whole, again])
    assert known.partly == [again.piece]
    assert known.pieces == [whole.piece, again.piece]
    assert known.bounds == AccountBounds(day(1), day(4), frozenset({(0, 107)}))
    assert known.taken(again.piece.key) == again
    assert known.taken("anderer") is None


def test_a_statement_without_balances_is_no_piece_of_the_stretch() -> None:
    without = replace(told(1, 3, 0, A), opening_cents=None, closing_cents=None)
    known = account(without)
    assert (known.pieces, known.bounds) == ([], None)
    assert known.entries.cents_on(day(3))


GAP = TakenStatement(piece(4, 8, 100, (4, 30, "Unterschied"), kind="Lücke"), "inhalt", (), 0)


def test_a_gap_counts_only_what_nobody_has_told_of_its_days() -> None:
    half = told(4, 5, 100, (4, 5, "doch"), (5, 7, "doch"))
    end = told(8, 8, 112, (8, 3, "doch"))
    known = KnownAccount([taken(told(1, 3, 0, A)), GAP, taken(half), taken(end), taken(told(9, 9, 130, C))])
    assert known.gaps == [GAP.piece]
    assert [known.moved_after(day(number)) for number in (3, 4, 5, 8)] == [330, 310, 303, 300]


@pytest.mark.parametrize(
    ("first", "last", "expected"), [(4, 8, True), (5, 6, True), (3, 8, False), (4, 9, False)]
)
def test_what_lies_in_a_gap(first: int, last: int, expected: bool) -> None:
    known = KnownAccount([taken(told(1, 3, 0, A)), GAP])
    assert known.in_gap(piece(first, last, 100)) == expected


def test_a_day_is_whole_that_a_statement_begins_before_and_ends_behind() -> None:
    known = account(told(2, 5, 0, A))
    own = piece(1, 9, 0)
    assert [number for number in range(1, 8) if known.has_whole(day(number), own)] == [3, 4]
    pages = account(told(2, 5, 0, A, sequence=3, last_page=False))
    assert not pages.has_whole(day(3), own)


def test_another_statement_with_its_days_that_goes_on_where_one_ends_is_its_page() -> None:
    known = account(told(2, 5, 0, A), told(2, 5, 100, B))
    assert not known.has_whole(day(3), piece(1, 9, 0))
    assert known.edges(piece(3, 9, 0)) == days(3, 9)
    copies = account(told(2, 5, 0, A), told(2, 5, 0, A, kind="MT940"))
    assert copies.has_whole(day(3), piece(1, 9, 0))
    assert copies.edges(piece(3, 9, 0)) == days(9)
    apart = account(told(2, 5, 0, A), told(2, 5, 700, B))
    assert apart.has_whole(day(3), piece(1, 9, 0)), "neither ends where the other begins"
    numbered = account(told(2, 5, 0, A), told(2, 5, 100, B, page=2))
    assert numbered.has_whole(day(3), piece(1, 9, 0)), "the first of them says that it is the first page"


def test_a_statement_is_read_as_the_page_that_it_is() -> None:
    known = account(told(2, 5, 0, A))
    own = piece(2, 5, 100, B)
    assert known.as_page(own) == own._replace(page=2, more=True)
    assert not known.has_whole(day(3), own)
    for same in (piece(2, 5, 50, B), piece(2, 4, 100, B), piece(2, 5, 0, A, kind="MT940")):
        assert known.as_page(same) == same
    page = piece(2, 5, 100, B, page=3)
    assert known.as_page(page) == page


def test_the_edges_of_a_page_are_all_days_that_it_may_have_begun_or_ended_on() -> None:
    known = account(told(1, 2, 0, (2, 1, "a")), told(5, 8, 1, OUT, BACK, (8, 2, "b")))
    assert known.edges(piece(2, 8, 0)) == days(2, 8)
    assert known.edges(piece(2, 8, 0, page=2)) == days(2, 5, 8)
    assert known.edges(piece(3, 7, 0, page=2)) == days(3, 5)
    assert known.edges(piece(5, 8, 0, last_page=False)) == days(5, 8)
    inside = account(told(1, 9, 0, A, C, OUT))
    assert inside.edges(piece(3, 8, 0, page=2)) == days()


@pytest.mark.parametrize(
    ("statement", "last"),
    [
        (told(1, 9, 0, A, OUT, last_page=False), 5),
        (told(1, 9, 0, OUT, A, last_page=False), 5),
        (told(1, 9, 0, last_page=False), 1),
        (told(4, 9, 0, A, last_page=False), 4),
        (told(1, 4, 0, A, OUT, last_page=False), 4),
        (told(1, 9, 0, A, OUT), 9),
    ],
)
def test_a_page_ends_with_its_last_line_where_further_ones_follow(statement: Statement, last: int) -> None:
    growth = grown(taken(statement))
    assert growth == Grown(growth.piece, day(last), sum(line.amount_cents for line in statement.lines))


def test_a_gap_grows_the_account_by_its_difference() -> None:
    assert grown(GAP) == Grown(GAP.piece, day(8), 30)


def test_only_numbers_of_its_format_that_join_are_its_neighbours() -> None:
    known = account(
        told(5, 5, 0, (5, 50, "1"), sequence=1),
        told(5, 5, 50, (5, 50, "2"), sequence=2),
        told(5, 5, 700, (5, 50, "3"), sequence=4),
        told(5, 5, 50, (5, 60, "4"), sequence=2, kind="MT940"),
    )
    own = piece(5, 5, 100, (5, 1, "3"), sequence=3)
    assert [each.number for each in known.numbered(own)] == [2, 1]
    assert known.numbered(piece(5, 5, 101, (5, 1, "3"), sequence=3)) == []


def test_the_account_grows_from_a_statement_of_which_all_lines_are_at_hand() -> None:
    whole = taken(told(3, 3, 0, (3, 60, "a"), (3, 40, "b")))
    again = taken(told(3, 3, 0, (3, 60, "a")), retold=1)
    assert KnownAccount([again, whole]).bounds == AccountBounds(day(3), day(3), frozenset({(0, 100)}))
