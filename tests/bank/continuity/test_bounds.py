"""Where the known account begins and ends, whatever the order in which its statements are folded."""

import datetime as dt
import random

from hypothesis import given
from hypothesis import strategies as st

from kkd_ledger.bank.continuity.account import grown
from kkd_ledger.bank.continuity.bounds import AccountBounds, folded
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
