"""The parts of what continuity decides over the equation, each asked by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from kkd_ledger.bank.continuity.continuity import Continuity
from kkd_ledger.bank.continuity.statement_pieces import StatementPiece
from kkd_ledger.bank.continuity.waiting import StatementWaits, WaitingKind
from kkd_ledger.bank.line_keys import entry_key, line_keys
from kkd_ledger.bank.statements import Statement
from tests.bank.continuity.accounts import taken
from tests.bank.continuity.test_continuity import BACK, OUT, A, Line, account, new, told
from tests.bank.continuity.test_own_judgement import referred, statement
from tests.bank.continuity.waiting_kinds import SCENARIOS
from tests.bank.continuity.worlds import day

# --- a statement that tells just one day as it is known

ROWS: Sequence[Line] = ((3, 10, "a"), (4, 20, "b"), (5, 30, "c"), (5, -30, "c zurück"), (6, 40, "d"))


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (told([(4, 20, "b")], 4, 4, 10), True),
        (told([(6, 40, "d")], 6, 6, 30), True),  # the last day
        (told([(6, 40, "d")], 6, 6, 70), False),  # … which goes on where the account ends
        (told([(3, 10, "a")], 3, 3, 0), False),  # the first day
        (told([(4, 20, "b"), (4, 1, "neu")], 4, 4, 10), False),
        (told([(5, 30, "c"), (5, -30, "c zurück")], 5, 5, 30), False),  # it may fill a hole
        (told([(5, 30, "c")], 5, 5, 30), False),  # a part of the day
        (told([(4, 20, "b")], 4, 5, 10), False),  # more than a day
        (told([(4, 20, "b")], 4, 4, 11), False),  # another balance
    ],
)
def test_a_day_as_it_is_known(statement: Statement, *, expected: bool) -> None:
    known = account(told(ROWS, 3, 6, 0))
    assert bool(known._is_day(known._seen(statement))) == expected


def test_a_day_that_begins_with_the_balance_of_the_account_s_end_does_not_go_on_with_it() -> None:
    known = account(told([*ROWS[:2], (6, -20, "weg")], 3, 6, 0))
    again = told([(4, 20, "b")], 4, 4, 10)
    assert known._is_day(known._seen(again))


def test_of_a_day_told_again_a_piece_that_leads_back_to_its_beginning_is_in_doubt() -> None:
    lines = [OUT, BACK, (5, 50, "noch einmal")]
    whole, back = told(lines, 5, 5, 100), told([BACK], 5, 5, 150, identity="zurück")
    begins, behind = told([A], 1, 4, 0), told([(6, 9, "neun")], 6, 9, 150)
    again = told(lines, 5, 5, 100, identity="noch einmal")
    assert new(account(begins, whole, behind), again) == []
    known = Continuity([taken(begins), taken(whole), taken(back, retold=1), taken(behind)])
    with pytest.raises(StatementWaits) as waits:
        known.read(again)
    assert [reason.kind for reason in waits.value.reasons] == [WaitingKind.JOINS_RETOLD]


def test_a_pending_line_beside_it_leaves_a_booked_one_in_doubt() -> None:
    joins = SCENARIOS[WaitingKind.JOINS_RETOLD]
    known = account(*joins.known)
    (line,) = joins.waits.lines
    pending = replace(joins.waits, lines=(line, replace(line, status="PDNG", entry=2)))
    with pytest.raises(StatementWaits):
        known.read(pending)


# --- the first day of which it may tell


@pytest.mark.parametrize(
    ("first", "opening", "expected"),
    [(4, 11, 5), (5, 11, 5), (6, 11, 8), (9, 11, 9), (4, 45, 8), (1, 45, 1)],
)
def test_where_a_statement_joins_what_is_known(first: int, opening: int, expected: int) -> None:
    """One that begins with the account's end joins the last known day up to its own end, any other the first one."""
    known = account(told([(3, 10, "a"), (5, 30, "b"), (8, 5, "c")], 2, 8, 0))
    own = StatementPiece.of(told([], first, 9 if first > 1 else 2, opening))
    assert known._joining_day(own) == day(expected)


# --- references of the bank


def named(known: Continuity, own: Statement) -> list[int]:
    """Return the amounts of what a statement tells again for sure."""
    seen = known._seen(own)
    return sorted(seen.again.retold[entry][0][1].amount_cents for entry in known._named(seen))


@pytest.mark.parametrize(
    ("kind", "days", "expected"),
    [
        ("053", (3, 6), [7, 100]),  # its first and its last day
        ("053", (1, 9), [100]),  # … but not one that a known statement has whole
        ("MT940", (3, 6), [7, 50, 100]),  # it may begin on any of its days
    ],
)
def test_references_are_asked_on_days_where_lines_may_be_twins(
    kind: str, days: tuple[int, int], expected: list[int]
) -> None:
    lines = referred(3, 100, "R1"), referred(4, 50, "R2"), referred(6, 7, "R3")
    known = account(statement(*lines, first=days[0], last=days[1], opening=0, kind=kind))
    assert named(known, statement(*lines, first=3, last=6, opening=0, kind=kind)) == expected


@pytest.mark.parametrize(("reference", "expected"), [("S", []), ("T", [100])])
def test_a_reference_of_an_entry_beside_it_says_nothing(reference: str, expected: list[int]) -> None:
    first = statement(referred(3, 100, "S"), first=3, last=3, opening=0)
    beside = statement(referred(3, 70, reference), first=3, last=3, opening=100)
    own = statement(referred(3, 100, "S"), first=3, last=3, opening=0, identity="noch einmal")
    assert named(account(first, beside), own) == expected


def test_an_entry_without_reference_beside_it_takes_nothing_from_a_reference() -> None:
    first = statement(referred(3, 100, "S"), first=3, last=3, opening=0)
    beside = statement(referred(3, 70, ""), first=3, last=3, opening=100)
    own = statement(referred(3, 100, "S"), first=3, last=3, opening=0, identity="noch einmal")
    assert named(account(first, beside), own) == [100]


# --- lines that the bank dates too early


def test_lines_of_an_earlier_day_are_not_doubted_where_the_balances_have_an_answer() -> None:
    lines = [OUT, BACK, (6, 9, "neun")]
    known = account(told([A, *lines], 1, 6, 0, kind="MT940"))
    assert new(known, told(lines, 5, 6, 100, kind="MT940", identity="noch einmal")) == []


# --- the keys of twins


def test_a_twin_has_a_key_of_its_own() -> None:
    known = account(told([A], 3, 3, 0))
    ((key, _),) = known.read(told([A], 3, 3, 100)).new
    assert entry_key(key) not in known.account.entries.cents_on(day(3))
    ((first, _),) = account().read(told([A], 3, 3, 0)).new
    assert [first] == list(line_keys(told([A], 3, 3, 0))), (
        "what has no twin keeps the key that its lines give it"
    )


# --- what begins before the account


@pytest.mark.parametrize(
    ("lines", "first", "last", "opening", "expected"),
    [
        ([(3, 100, "davor")], 3, 4, 0, True),
        ([], 3, 4, 100, False),  # the opening balance stays
        ([(5, 100, "davor")], 5, 5, 0, False),  # the same day
    ],
)
def test_it_begins_before_where_its_new_lines_change_the_opening(
    lines: Sequence[Line], first: int, last: int, opening: int, *, expected: bool
) -> None:
    known = account(told([(5, 10, "a")], 5, 6, 100))
    own = told(lines, first, last, opening)
    assert known.begins_before(own, known.read(own)) == expected


def test_what_has_no_balances_and_what_is_the_first_begin_before_nothing() -> None:
    first = told([(5, 10, "a")], 5, 6, 100)
    known, csv = account(first), replace(told([(3, 1, "b")], 3, 3, 0), kind="CSV")
    csv = replace(csv, opening_cents=None, closing_cents=None)
    assert not known.begins_before(csv, known.read(csv))
    assert not account().begins_before(first, account().read(first))
