"""Where the known account begins and ends, whatever the order in which its statements are folded."""

import datetime as dt
import random

from hypothesis import given
from hypothesis import strategies as st

from kkd_ledger.bank.continuity.account import grown
from kkd_ledger.bank.continuity.bounds import AccountBounds, Grown, begun, folded, grow
from kkd_ledger.bank.continuity.statement_pieces import StatementPiece, TakenStatement
from tests.bank.continuity.worlds import OPENING_CENTS, Account, day


def taken(account: Account, first: int, after: int) -> TakenStatement:
    piece = StatementPiece.of(account.piece(first, after))
    lines = tuple(
        (f"1:f-{place}-1", day(one.dated), one.cents)
        for place, one in enumerate(account.entries[first:after])
    )
    return TakenStatement(piece, "", lines, 0)


def nothing(since: dt.date, before: dt.date) -> int:
    return 0


@given(st.integers(0, 500), st.randoms(use_true_random=False))
def test_the_ends_of_the_account_do_not_depend_on_the_order(seed: int, chance: random.Random) -> None:
    account = Account(random.Random(seed))
    pieces = [grown(taken(account, *cut)) for cut in account.bounds(5)]
    chance.shuffle(pieces)
    bounds = folded(pieces, (), nothing)
    assert bounds
    assert (OPENING_CENTS, account.sums[-1]) in bounds.pairs
    assert (bounds.first, bounds.last) == (day(account.entries[0].moved), day(account.entries[-1].moved))


def test_two_loops_of_one_day_leave_open_which_was_first() -> None:
    account = Account(random.Random(1))
    piece = taken(account, 0, 1).piece._replace(first=day(1), last=day(1), opening_cents=0, closing_cents=100)
    back = piece._replace(key="zurück", opening_cents=100, closing_cents=0)
    pieces = [
        grown(TakenStatement(one, "", ((one.key, day(1), one.closing - one.opening),), 0))
        for one in (piece, back)
    ]
    assert folded(pieces, (), nothing) == AccountBounds(day(1), day(1), frozenset({(0, 0), (100, 100)}))


def test_no_statement_no_bounds() -> None:
    assert folded([], (), nothing) is None


def growth(key: str, first: int, last: int, opening: int, closing: int, *, cents: int | None = None) -> Grown:
    """Return what an account grows by: all that moved it in a statement, or only some cents of that."""
    piece = StatementPiece(key, "053", "", day(first), day(last), None, 1, False, opening, closing)
    return Grown(piece, day(last), closing - opening if cents is None else cents)


def stretch(first: int, last: int, *pairs: tuple[int, int]) -> AccountBounds:
    return AccountBounds(day(first), day(last), frozenset(pairs))


def test_the_account_grows_from_a_statement_that_tells_nothing_again() -> None:
    again, whole = growth("wieder", 3, 3, 0, 60, cents=0), growth("ganz", 3, 3, 0, 100)
    assert folded([again, whole], ["wieder"], nothing) == stretch(3, 3, (0, 100))
    assert folded([again], ["wieder"], nothing) == stretch(3, 3, (0, 60)), "or from one that does"


def test_where_one_does_not_join_the_outermost_say_what_the_account_is() -> None:
    whole = growth("ganz", 1, 3, 0, 100)
    assert folded([whole, growth("fern", 5, 6, 500, 507)], (), nothing) == stretch(1, 6, (0, 507))
    assert folded(
        [growth("früh", 1, 2, 70, 77), growth("fern", 5, 6, 500, 507, cents=1)], (), nothing
    ) == stretch(1, 6, (70, 507))
    assert folded([growth("lang", 1, 9, 0, 9), growth("darin", 4, 5, 77, 78)], (), nothing) == stretch(
        1, 9, (0, 9)
    )


def test_the_beginning_that_most_join_is_taken() -> None:
    pieces = [growth("fremd", 3, 3, 500, 507), growth("eins", 3, 3, 0, 100), growth("zwei", 3, 3, 100, 150)]
    assert folded(pieces, (), nothing) == stretch(3, 3, (0, 150))


def test_what_statements_without_balances_told_lies_between() -> None:
    """Of day 4 to 6 a file without balances told 30 cents: they join behind the end as well as before the beginning."""

    def loose(since: dt.date, before: dt.date) -> int:
        return sum(10 for number in (4, 5, 6) if since <= day(number) < before)

    early, late = growth("früh", 1, 3, 0, 100), growth("spät", 7, 8, 130, 137)
    assert grow(begun(early), late, loose) == stretch(1, 8, (0, 137))
    assert grow(begun(late), early, loose) == stretch(1, 8, (0, 137))
    assert grow(begun(early), late, nothing) is None
    assert grow(begun(growth("früh", 1, 4, 0, 110)), late, loose) == stretch(1, 8, (0, 137)), (
        "not its own day"
    )
    whole = growth("ganz", 3, 7, 100, 137, cents=7)
    assert grow(begun(early), whole, loose) == stretch(1, 7, (0, 137)), (
        "what it tells again of those is not new"
    )
    assert grow(
        begun(growth("Ende", 7, 9, 130, 140)), growth("davor", 2, 6, 90, 130, cents=10), loose
    ) == stretch(2, 9, (90, 140))


def test_a_statement_within_changes_nothing_but_one_around_moves_both_ends() -> None:
    known = begun(growth("mitte", 3, 5, 50, 70))
    assert grow(known, growth("darin", 4, 4, 0, 0), nothing) == known
    assert grow(known, growth("um", 2, 6, 40, 77, cents=17), nothing) == stretch(2, 6, (40, 77))
    assert grow(known, growth("um", 2, 6, 40, 77, cents=18), nothing) is None
    assert [known.has(day(number)) for number in (2, 3, 5, 6)] == [False, True, True, False]
    assert (known.starts, known.ends) == ({50}, {70})
