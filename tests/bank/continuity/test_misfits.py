"""Which way a statement does not fit: what it contradicts, which balance is in doubt, and what is missing."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from kkd_ledger.bank.continuity.account import KnownAccount
from kkd_ledger.bank.continuity.misfits import (
    SeenStatement,
    contradict,
    has_other_lines,
    misfit,
    told_otherwise,
)
from kkd_ledger.bank.continuity.statement_pieces import StatementPiece, StatementReading
from kkd_ledger.bank.continuity.waiting import StatementWaits, WaitingKind, WaitingReason
from kkd_ledger.bank.statements import Statement
from tests.bank.continuity.accounts import account, all_new, read
from tests.bank.continuity.waiting_kinds import OUT, A, B, C, told
from tests.bank.continuity.worlds import day


def reasons(known: Sequence[Statement], statement: Statement) -> tuple[WaitingReason, ...]:
    """Return why a statement waits where some others are known."""
    so_far = read(*known)
    with pytest.raises(StatementWaits) as waits:
        so_far.read(statement)
    return waits.value.reasons


def without_balances(statement: Statement) -> Statement:
    return replace(statement, opening_cents=None, closing_cents=None, kind="CSV")


FIRST, LAST = told(1, 4, 0, A), told(15, 20, 100, (15, 5, ""))


def test_behind_the_end_a_statement_is_missing_from_the_end_to_its_opening() -> None:
    (reason,) = reasons([FIRST], told(8, 9, 130, (8, 5, "")))
    assert reason.balance
    assert (reason.balance.cents, reason.balance.expected) == (130, (100,))
    assert reason.balance.whose == "der Endsaldo vom 04.03.2022"
    assert reason.settled_by
    assert reason.settled_by.days == (day(4), day(8))
    assert (reason.settled_by.openings, reason.settled_by.closings) == ((100,), (130,))
    assert reason.settled_by.is_missing


def test_what_a_file_without_balances_told_lies_between() -> None:
    between = without_balances(told(5, 7, 0, (6, 30, "")))
    (behind,) = reasons([FIRST, between], told(8, 9, 131, (8, 5, "")))
    assert behind.balance
    assert behind.balance.expected == (130,)
    assert not read(FIRST, between).read(told(8, 9, 130, (8, 0, ""))).retold
    (before,) = reasons([LAST, without_balances(told(8, 9, 0, (8, 30, "")))], told(5, 7, 0, (6, 71, "")))
    assert before.balance
    assert (before.balance.cents, before.balance.expected) == (71, (70,))
    assert before.settled_by
    assert before.settled_by.days == (day(7), day(15))


def test_on_the_first_day_of_the_account_its_beginning_is_expected() -> None:
    (reason,) = reasons([told(4, 9, 100, (5, 1, ""))], told(1, 4, 0, A, (2, 7, "")))
    assert reason.balance
    assert (reason.balance.which, reason.balance.cents, reason.balance.expected) == ("Endsaldo", 107, (100,))


def test_between_known_statements_the_balance_before_or_behind_is_expected() -> None:
    (opening,) = reasons([FIRST, LAST], told(6, 7, 130, (6, -30, "")))
    assert opening.balance
    assert (opening.balance.cents, opening.balance.expected) == (130, (100,))
    assert opening.balance.whose == "der Endsaldo vom 04.03.2022"
    (closing,) = reasons([FIRST, LAST], told(6, 7, 100, (6, 30, "")))
    assert closing.balance
    assert (closing.balance.cents, closing.balance.expected) == (130, (100,))
    assert closing.balance.whose == "der Saldo vor dem 15.03.2022"
    assert closing.settled_by
    assert closing.settled_by.days == (day(7), day(15))
    middle = told(8, 9, 100, (8, 2, ""), (9, -2, ""))
    (nearest,) = reasons([FIRST, LAST, middle], told(11, 12, 130, (11, -30, "")))
    assert nearest.balance
    assert nearest.balance.whose == "der Endsaldo vom 09.03.2022"
    (nearest,) = reasons([FIRST, LAST, middle], told(6, 7, 100, (6, 30, "")))
    assert nearest.balance
    assert nearest.balance.whose == "der Saldo vor dem 08.03.2022"


def test_a_line_on_a_day_that_another_has_whole_is_named_with_it() -> None:
    (reason,) = reasons([told(1, 9, 0, A), told(10, 12, 100)], told(2, 5, 0, A, B))
    assert reason.kind == WaitingKind.OTHER_LINES
    assert [line.amount_cents for line in reason.lines] == [200]
    assert [piece.first for piece in reason.against] == [day(1)]
    assert "1 Umsatz über 2,00 EUR neben den bekannten" in reason.observed


def test_a_balance_that_the_account_never_had_is_named() -> None:
    (reason,) = reasons([told(1, 9, 0, A, OUT)], told(1, 9, 7, A, OUT, identity="anders"))
    assert reason.kind == WaitingKind.NO_SUCH_BALANCE
    assert reason.balance
    assert (reason.balance.cents, reason.balance.expected) == (7, ())
    assert reason.settled_by
    assert (reason.settled_by.days, reason.settled_by.is_missing) == ((day(1), day(9)), False)
    assert [line.amount_cents for line in reason.lines] == [100, 50]


def test_each_day_that_another_format_told_otherwise_is_a_reason() -> None:
    found = reasons(
        [told(1, 20, 0, A, OUT, kind="MT940")], told(1, 20, 0, (3, 101, "eins"), (5, 49, "hin"), C)
    )
    assert [(reason.kind, reason.place) for reason in found] == [
        (WaitingKind.OTHER_FORMAT, "03.03.2022"),
        (WaitingKind.OTHER_FORMAT, "05.03.2022"),
        (WaitingKind.OTHER_FORMAT, "14.03.2022"),
    ]
    assert [[line.amount_cents for line in reason.lines] for reason in found] == [[101], [49], [300]]
    assert found[0].against == found[1].against


@pytest.mark.parametrize(
    ("statement", "new"),
    [
        (told(5, 9, 100, OUT, (6, 7, "")), [7, 50]),
        (told(5, 9, 100, (6, 7, "")), [7]),
    ],
)
def test_two_formats_may_join_within_a_day(statement: Statement, new: list[int]) -> None:
    known = read(told(1, 5, 0, A, (5, 0, "Abschluss"), kind="MT940"))
    assert sorted(line.amount_cents for _, line in known.read(statement).new) == new


def test_between_two_formats_on_one_day_something_is_missing() -> None:
    (reason,) = reasons([told(1, 5, 0, A, OUT, kind="MT940")], told(5, 9, 170, (5, 7, ""), (6, 7, "")))
    assert reason.kind == WaitingKind.NOT_JOINED
    assert reason.settled_by
    assert reason.settled_by.days == (day(5), day(5))
    assert (reason.settled_by.openings, reason.settled_by.closings) == ((150,), (170,))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        # a day that both have whole; the edges of either one are nobody's for sure
        (told(1, 9, 0, (5, 1, "")), told(2, 8, 0, (5, 2, "")), True),
        (told(1, 9, 0, (2, 1, "")), told(2, 8, 0, (2, 2, "")), False),
        (told(1, 9, 0, (8, 1, "")), told(2, 8, 0, (8, 2, "")), False),
        (told(1, 9, 0, (3, 1, "")), told(2, 8, 0), True),
        # the same days: one may be a part of the other, or go on behind it
        (told(5, 5, 0, OUT), told(5, 5, 0, OUT, OUT), False),
        (told(5, 5, 0, OUT), told(5, 5, 0, (5, 7, "")), True),
        (told(5, 5, 0, OUT), told(5, 5, 50, (5, 7, "")), False),
        (told(5, 6, 0, OUT), told(5, 5, 0, (5, 7, "")), False),
        (told(4, 5, 0, OUT), told(5, 5, 0, (5, 7, "")), False),
        (told(4, 5, 0, OUT, kind="MT940"), told(5, 5, 0, (5, 7, "")), True),
        (told(5, 5, 0, (5, 7, "")), told(4, 5, 0, OUT, page=2), True),
        # the same amount on the next day is another entry
        (told(5, 6, 0, OUT), told(5, 6, 0, (6, 50, "hin")), True),
    ],
)
def test_what_cannot_be_right_beside_another(one: Statement, other: Statement, expected: bool) -> None:
    assert contradict(one, other) == contradict(other, one) == expected


def seen(statement: Statement, *new: int, **foreign: StatementPiece) -> SeenStatement:
    """Return a statement as the account sees it, of which the lines of some amounts are new."""
    fresh = tuple((key, line) for key, line in all_new(statement).new if line.amount_cents in new)
    days = {day(int(name.removeprefix("day"))): piece for name, piece in foreign.items()}
    own = StatementPiece.of(statement)
    return SeenStatement(statement, own, StatementReading(fresh, {}), days, frozenset(), frozenset())


OTHER = told(1, 5, 0, A, OUT, kind="MT940")
BEGINS = told(5, 9, 150, OUT, kind="MT940")
X = (5, 7, "x")


@pytest.mark.parametrize(
    ("other", "own", "expected"),
    [
        (OTHER, told(5, 9, 150, X), False),
        (OTHER, told(5, 9, 151, X), True),
        (OTHER, told(4, 9, 150, X), True),
        (told(1, 6, 0, A, OUT, kind="MT940"), told(5, 9, 150, X), True),
        (OTHER, told(5, 9, 151, OUT), False),
        (BEGINS, told(1, 5, 143, X), False),
        (BEGINS, told(1, 5, 142, X), True),
        (BEGINS, told(1, 6, 143, X), True),
        (told(4, 9, 150, OUT, kind="MT940"), told(1, 5, 143, X), True),
        (without_balances(OTHER), replace(told(5, 9, 0, X), opening_cents=None), True),
        (without_balances(BEGINS), replace(told(1, 5, 0, X), closing_cents=None), True),
    ],
)
def test_another_format_told_otherwise_unless_both_join_within_the_day(
    other: Statement, own: Statement, *, expected: bool
) -> None:
    found = told_otherwise(account(other), seen(own, 7, day5=StatementPiece.of(other)))
    assert [reason.place for reason in found] == (["05.03.2022"] if expected else [])


def test_other_lines_are_told_beside_who_has_their_days() -> None:
    first, second, third = told(1, 4, 0, A), told(4, 7, 100, OUT), told(8, 9, 150, (9, 1, ""))
    known = account(first, second, third)
    own = told(3, 9, 0, A, OUT, (8, 2, "neu"))
    against = {piece.first for piece in has_other_lines(known, seen(own, 2)).against}
    assert against == {day(8)}
    against = {piece.first for piece in has_other_lines(known, seen(own)).against}
    assert against == {day(1), day(4), day(8)}, "without new lines those of all its days"
    two = told(3, 9, 0, (4, 3, "neu"), (8, 2, "neu"))
    against = {piece.first for piece in has_other_lines(known, seen(two, 2, 3)).against}
    assert against == {day(1), day(4), day(8)}


def why(known: KnownAccount, own: SeenStatement) -> WaitingReason:
    (reason,) = misfit(known, own).reasons
    return reason


def test_what_contradicts_a_whole_day_is_told_before_a_balance_in_doubt() -> None:
    known = account(told(1, 9, 0, A), told(9, 9, 100))
    for own in (told(2, 5, 7, (2, 1, "")), told(2, 5, 7, (4, 1, ""))):
        assert why(known, seen(own, 1)).kind == WaitingKind.OTHER_LINES
    assert why(known, seen(told(3, 5, 7, (2, 1, "")), 1)).kind == WaitingKind.NO_SUCH_BALANCE, "a late line"
    assert why(known, seen(told(3, 5, 7))).kind == WaitingKind.NO_SUCH_BALANCE


def test_another_format_of_the_same_beginning_contradicts() -> None:
    other = told(5, 5, 100, OUT, kind="MT940")
    known = account(told(1, 4, 0, A), told(4, 5, 100), other)
    own = told(5, 5, 100, (5, 51, ""))
    assert why(known, seen(own, 51, day5=StatementPiece.of(other))).kind == WaitingKind.OTHER_FORMAT
    assert why(known, seen(own, 51)).kind == WaitingKind.NOT_JOINED
    later = told(5, 5, 101, (5, 51, ""))
    assert why(known, seen(later, 51, day5=StatementPiece.of(other))).kind == WaitingKind.NOT_JOINED


def test_no_line_of_the_days_at_either_side_lies_between() -> None:
    """What a file without balances told of the last day of the account, or of the first of a statement, is theirs."""
    loose = without_balances(told(4, 8, 0, (4, 1_000, ""), (6, 30, ""), (8, 2_000, "")))
    known = account(FIRST, loose)
    behind = why(known, seen(told(8, 9, 131)))
    assert behind.balance
    assert behind.balance.expected == (130,)
    known = account(told(8, 9, 130), loose)
    before = why(known, seen(told(1, 4, 0)))
    assert before.balance
    assert before.balance.expected == (100,)


def test_the_balance_before_a_day_in_a_hole_is_not_that_behind_it() -> None:
    known = account(FIRST, told(7, 9, 100, (7, 5, ""), (8, 1, "")))
    reason = why(known, seen(told(6, 6, 130, (6, -30, "")), -30))
    assert reason.balance
    assert (reason.balance.which, reason.balance.expected) == ("Anfangssaldo", (100,))
    assert reason.settled_by
    assert reason.settled_by.days == (day(4), day(6))
