"""How a statement is read: what is decided, what numbers and references say, and files without balances."""

from dataclasses import replace

import pytest

from kkd_ledger.bank.continuity.continuity import Continuity
from kkd_ledger.bank.continuity.statement_pieces import StatementPiece
from kkd_ledger.bank.continuity.waiting import StatementWaits, WaitingKind
from kkd_ledger.bank.statements import Statement
from tests.bank import writing
from tests.bank.continuity.accounts import new_in, read
from tests.bank.continuity.waiting_kinds import BACK, OUT, A, B, told
from tests.bank.continuity.worlds import day

BEGIN = told(5, 9, 100, OUT, (7, 7, "x"))
Referenced = tuple[int, int, str]


def referenced(first: int, last: int, opening: int, *lines: Referenced, **values: object) -> Statement:
    """Return a statement whose lines (day, cents, reference) have references of the bank."""
    made = [
        writing.line(cents, booking_day=day(on), value_day=day(on), bank_reference=reference)
        for on, cents, reference in lines
    ]
    facts: dict[str, object] = {"account": BEGIN.account, "identity": f"R{first}-{last}-{opening}"}
    return writing.statement(
        *made, opening_cents=opening, from_day=day(first), to_day=day(last), **(facts | values)
    )


def kinds(known: Continuity, statement: Statement) -> list[WaitingKind]:
    """Return why a statement waits."""
    with pytest.raises(StatementWaits) as waits:
        known.read(statement)
    return [reason.kind for reason in waits.value.reasons]


def test_what_is_known_and_what_is_decided() -> None:
    gap = told(4, 8, 100, kind="Lücke")
    known = Continuity((), (), {StatementPiece.of(BEGIN).key})
    assert known.knows(BEGIN) is False
    known.add(BEGIN, known.read(BEGIN), ())
    assert known.knows(BEGIN) is True
    assert [known.is_decided(each) for each in (BEGIN, gap, told(5, 9, 101))] == [True, True, False]


def test_how_many_lines_a_statement_told_again_is_noted() -> None:
    waits = writing.line(7, booking_day=day(6), entry=3, status="PDNG")
    statement = told(5, 6, 100, OUT, (6, 9, "neu"))
    known = read(told(1, 4, 0, A), told(5, 5, 100, OUT))
    statement = replace(statement, lines=(*statement.lines, waits))
    reading = known.read(statement)
    known.add(statement, reading, reading.new)
    taken = known.account.taken(StatementPiece.of(statement).key)
    assert taken
    assert (taken.known_count, [cents for _, _, cents in taken.lines]) == (1, [9])


def test_the_next_number_has_no_line_of_the_one_before() -> None:
    """Of day 5 the statement before told two lines: a reference of it that comes again is another entry."""
    known = read(referenced(5, 5, 0, (5, 50, "R1"), (5, 7, "R2"), sequence=1))
    assert new_in(known, referenced(5, 5, 57, (5, 50, "R1"), sequence=2)) == [50]
    assert kinds(known, referenced(5, 5, 57, (5, 50, "R1"), sequence=3)) == [WaitingKind.NEW_OR_KNOWN]
    assert kinds(known, referenced(5, 5, 57, (5, 50, "R1"), sequence=None)) == [WaitingKind.NEW_OR_KNOWN]


def test_it_may_tell_a_day_again_of_which_it_has_all() -> None:
    known = read(referenced(5, 5, 0, (5, 50, "R1"), sequence=1))
    assert kinds(known, referenced(5, 5, 50, (5, 50, "R1"), sequence=2)) == [WaitingKind.NEW_OR_KNOWN]
    known = read(referenced(4, 5, 0, (4, 1, "R0"), (5, 50, "R1"), sequence=1))
    for statement in (
        referenced(5, 6, 51, (5, 50, "R1"), (6, 9, "R2"), sequence=2),
        referenced(4, 5, 51, (5, 50, "R1"), sequence=2),
    ):
        assert kinds(known, statement) == [WaitingKind.NEW_OR_KNOWN]


def test_it_may_tell_again_what_the_number_before_told_from_the_same_balance() -> None:
    known = read(told(1, 5, 0, (5, 3, "a"), sequence=1), told(5, 5, 3, OUT, BACK, sequence=2))
    assert kinds(known, told(5, 5, 3, OUT, BACK, sequence=3)) == [WaitingKind.NEW_OR_KNOWN]
    assert new_in(known, told(5, 5, 3, OUT, BACK, (5, 9, "neu"), sequence=3)) == [-50, 9, 50]


def without_balances(first: int, last: int, *lines: tuple[int, int, str], kind: str = "053") -> Statement:
    return replace(told(first, last, 0, *lines, kind=kind), opening_cents=None, closing_cents=None)


def test_a_file_without_balances_tells_nothing_new_of_known_days() -> None:
    known = read(told(1, 9, 0, A, kind="053"))
    assert new_in(known, without_balances(3, 12, A, (11, 9, "neu"))) == [9]
    assert new_in(known, without_balances(10, 12, (11, 9, "neu"), (12, 4, "neu"))) == [4, 9]
    assert kinds(known, without_balances(3, 12, B)) == [WaitingKind.OTHER_LINES]
    assert kinds(known, without_balances(3, 12, B, (11, 9, "neu"))) == [WaitingKind.OTHER_LINES]
    assert kinds(known, without_balances(3, 12, A, B, kind="CSV")) == [WaitingKind.OTHER_FORMAT]
    assert new_in(known, without_balances(3, 12, A, (11, 9, "neu"), kind="CSV")) == [9]


def test_late_lines_are_looked_for_where_nothing_else_holds() -> None:
    assert new_in(read(BEGIN), told(4, 8, 91, (4, 9, ""), OUT)) == [9]
    assert new_in(read(told(1, 5, 0, A, OUT)), told(3, 6, 0, A, OUT, (4, 9, ""))) == [9]


def test_a_day_told_again_as_it_is_known_is_known() -> None:
    known = read(told(1, 4, 0, A), told(5, 5, 100, OUT), told(6, 9, 150, (7, 7, "x")))
    assert new_in(known, told(5, 5, 100, OUT, identity="noch einmal")) == []
