"""Made-up accounts that once lost a line or booked one twice, each reduced to the statements that do it.

Where the balances allow two readings the statement waits. Where only a later statement shows that a known one was read
wrongly, the later one waits and names it with the sum that is missing.
"""

from __future__ import annotations

import pytest

from kkd_ledger.bank.continuity.waiting import StatementWaits, WaitingKind, WaitingReason
from kkd_ledger.bank.statements import Statement
from tests.bank.continuity.accounts import new_in, read
from tests.bank.continuity.waiting_kinds import A, Line, told

IN, OUT, AGAIN, MORE = (5, 50, "Rate"), (5, -50, "zurück"), (5, 50, "Rate"), (8, 7, "mehr")


def reason(known: tuple[Statement, ...], statement: Statement) -> WaitingReason:
    """Return the only reason why a statement waits where others are known."""
    with pytest.raises(StatementWaits) as waits:
        read(*known).read(statement)
    (only,) = waits.value.reasons
    return only


FIRST = told(1, 4, 0, A)
DAY_IN_PIECES = (FIRST, told(5, 5, 100, IN), told(5, 8, 100, AGAIN, MORE))
"""The last one begins with the balance of the day, as if it told the day again: 0,50 EUR of it are taken for known."""


@pytest.mark.parametrize(
    ("known", "missing"),
    [
        (DAY_IN_PIECES, told(5, 5, 150, OUT)),
        # it begins within the day, where the account may have had its opening balance, too
        ((FIRST, told(5, 5, 100, IN, (5, 9, "neun")), told(5, 8, 109, AGAIN, MORE)), told(5, 5, 159, OUT)),
        # what was told again lies before it
        (
            (FIRST, told(5, 8, 100, IN, MORE), told(4, 5, 100, AGAIN)),
            told(5, 5, 150, OUT),
        ),
    ],
)
def test_what_closes_the_day_between_two_names_the_one_that_was_taken_for_told_again(
    known: tuple[Statement, ...], missing: Statement
) -> None:
    waits = reason(known, missing)
    assert waits.kind == WaitingKind.JOINS_RETOLD
    assert [(piece.first, piece.opening) for piece in waits.against] == [
        (known[2].from_day, known[2].opening_cents)
    ]
    assert waits.once_more_cents == 50
    assert "zusammen 0,50 EUR, die als schon gebucht galten, sind dann noch einmal gekommen" in waits.observed
    assert waits.settled_by
    assert waits.settled_by.days == (missing.from_day,)


def test_a_statement_of_the_whole_day_settles_it() -> None:
    account = read(*DAY_IN_PIECES)
    whole = told(4, 6, 100, IN, OUT, AGAIN)
    assert new_in(account, whole) == [-50, 50]
    reading = account.read(whole)
    account.add(whole, reading, reading.new)
    assert new_in(account, told(5, 5, 150, OUT)) == []


def test_it_is_no_other_day_s_or_balance_s() -> None:
    others = (told(6, 6, 150, OUT), told(5, 5, 151, OUT), told(5, 5, 150, (5, -49, "zurück")))
    assert {reason(DAY_IN_PIECES, other).kind for other in others}.isdisjoint({WaitingKind.JOINS_RETOLD})


DAY: tuple[Line, ...] = ((10, -50, "hin"), (10, 50, "Rate"), (10, 7, "mehr"))
UP_TO_NINE = told(3, 9, 0, A)


@pytest.mark.parametrize(
    ("day", "part"),
    [
        (DAY, told(10, 10, 50, DAY[1])),  # it may come before the day, if 0,50 EUR went out that nobody told
        ((DAY[2], *DAY[:2]), told(10, 10, 107, DAY[0])),  # … or behind it, if 0,50 EUR came back
    ],
)
def test_a_part_of_a_day_that_may_lie_at_an_end_of_it_waits(day: tuple[Line, ...], part: Statement) -> None:
    known = (UP_TO_NINE, told(10, 10, 100, *day), told(11, 15, 107, (15, 9, "dann")))
    assert reason(known, part).kind == WaitingKind.JOINS_RETOLD


@pytest.mark.parametrize(
    "statement",
    [
        told(10, 10, 100, DAY[0]),  # the day so far
        told(10, 10, 50, *DAY[1:]),  # the end of the day
    ],
)
def test_a_day_told_from_its_beginning_or_up_to_its_end_does_not(statement: Statement) -> None:
    assert new_in(read(UP_TO_NINE, told(10, 10, 100, *DAY)), statement) == []


def test_a_statement_of_another_format_that_may_begin_on_any_of_its_days_waits() -> None:
    """0,50 EUR of the 8th are new, those of the 11th known; the balances allow both to be new, dated too early."""
    known = (told(1, 1, 0, (1, 350, "alles")), told(9, 11, 350, (11, -50, "her")), told(12, 12, 300))
    twin = told(8, 12, 300, (8, 50, "S"), (11, -50, "Sher"), kind="MT940")
    waits = reason(known, twin)
    assert waits.kind == WaitingKind.NEW_OR_KNOWN
    assert [line.amount_cents for line in waits.lines] == [-50]
