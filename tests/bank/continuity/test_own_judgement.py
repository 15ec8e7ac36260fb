"""What continuity decides over the equation: which answers count, and what is a copy or a day told again."""

import pytest

from kkd_ledger.bank.continuity.continuity import Continuity
from kkd_ledger.bank.continuity.waiting import StatementWaits, WaitingKind
from kkd_ledger.bank.statements import Statement
from tests.bank import writing
from tests.bank.continuity.test_continuity import account, new, told
from tests.bank.continuity.worlds import day


def kind(known: Continuity, statement: Statement) -> WaitingKind:
    """Return why a statement waits."""
    with pytest.raises(StatementWaits) as waits:
        known.read(statement)
    (reason,) = waits.value.reasons
    return reason.kind


def referred(on: int, cents: int, reference: str, **values: object) -> object:
    return writing.line(cents, booking_day=day(on), value_day=day(on), bank_reference=reference, **values)


def statement(*lines: object, first: int, last: int, opening: int, **values: object) -> Statement:
    facts = {"sequence": None, "identity": f"R{first}-{last}-{opening}"}
    return writing.statement(
        *lines, opening_cents=opening, from_day=day(first), to_day=day(last), **(facts | values)
    )


# --- a copy, a day told again


def test_a_copy_in_another_format_brings_nothing_though_its_lines_cancel_out() -> None:
    lines = [(5, 50, "hin"), (5, -50, "zurück")]
    first = told(lines, 5, 5, 100, kind="MT940", sequence=7)
    known = account(told([(4, 100, "davor")], 4, 4, 0), first)
    assert new(known, told(lines, 5, 5, 100, sequence=7)) == []


def test_a_day_within_the_account_may_be_told_again_alone() -> None:
    rows = [(3, 10, "a"), (4, 20, "b"), (5, 30, "c"), (5, -30, "c zurück"), (6, 40, "d")]
    known = account(told(rows, 2, 7, 0))
    assert new(known, told([(4, 20, "b")], 4, 4, 10)) == []
    assert new(known, told([(5, 30, "c"), (5, -30, "c zurück")], 5, 5, 30)) == []


def test_the_last_day_may_be_told_again_and_may_go_on() -> None:
    known = account(told([(3, 10, "a"), (4, 20, "b")], 2, 4, 0))
    assert new(known, told([(4, 20, "b")], 4, 4, 10)) == []
    assert new(known, told([(4, 20, "b")], 4, 4, 30)) == [20], "the same once more, from the end"
    assert new(known, told([(4, 20, "b"), (4, 5, "c")], 4, 4, 10)) == [5]


def test_the_first_day_may_be_told_again() -> None:
    known = account(told([(3, 10, "a"), (4, 20, "b")], 3, 4, 0))
    assert new(known, told([(3, 10, "a")], 3, 3, 0)) == []


def test_a_part_of_a_day_is_not_the_day() -> None:
    known = account(told([(3, 10, "a"), (4, 20, "b"), (4, 5, "c")], 3, 5, 0))
    assert new(known, told([(4, 20, "b")], 4, 4, 10)) == []
    assert new(known, told([(4, 5, "c")], 4, 4, 30)) == []


# --- references of the bank


def test_a_line_with_the_reference_of_a_known_one_is_not_its_twin() -> None:
    """The bank says that it is the same entry; the balances want a second one: a person decides."""
    known = account(statement(referred(3, 100, "R1"), first=3, last=3, opening=0))
    again = statement(referred(3, 100, "R1"), first=3, last=3, opening=100)
    assert kind(known, again) == WaitingKind.NEW_OR_KNOWN


def test_a_reference_that_the_bank_gives_to_several_entries_says_nothing() -> None:
    known = account(statement(referred(3, 100, "SAMMEL"), first=3, last=3, opening=0))
    both = statement(referred(3, 100, "SAMMEL"), referred(3, 100, "SAMMEL"), first=3, last=3, opening=100)
    assert new(known, both) == [100, 100]


def test_without_a_reference_a_line_like_a_known_one_is_what_the_balances_say() -> None:
    known = account(told([(3, 100, "x")], 3, 3, 0))
    assert new(known, told([(3, 100, "x")], 3, 3, 100)) == [100]


# --- the same days in other words


def test_a_day_that_is_told_in_other_words_is_known_by_its_amounts() -> None:
    known = account(told([(3, 10, "Miete März"), (4, 20, "Strom"), (5, 5, "Rest")], 3, 5, 0))
    again = told([(4, 20, "Strom GmbH Abschlag")], 4, 4, 10, identity="anders")
    assert new(known, again) == []
    assert kind(known, told([(4, 21, "Strom")], 4, 4, 10)) in set(WaitingKind)


# --- several answers


def test_of_answers_that_bring_the_same_it_does_not_matter_which() -> None:
    twins = [(5, 50, "a"), (5, 50, "b"), (5, 50, "c")]
    known = account(told(twins[:2], 5, 5, 0))
    assert new(known, told(twins, 5, 5, 0)) == [50]


def test_where_lines_that_cancel_out_may_be_new_or_known_a_person_decides() -> None:
    lines = [(5, 50, "hin"), (5, -50, "zurück")]
    known = account(told([(4, 100, "davor"), *lines], 4, 5, 0))
    assert kind(known, told([*lines, (6, 9, "neu")], 5, 6, 100)) == WaitingKind.NEW_OR_KNOWN


def test_only_pending_lines_are_never_in_doubt() -> None:
    known = account(told([(4, 100, "davor")], 4, 4, 0))
    pending = statement(referred(5, 50, "", status="PDNG"), first=5, last=5, opening=100, closing_cents=100)
    assert new(known, pending) == []


# --- what begins before


def test_a_statement_before_the_account_begins_it_anew() -> None:
    known = account(told([(5, 10, "a")], 5, 6, 100))
    before = told([(3, 100, "davor")], 3, 4, 0)
    reading = known.read(before)
    assert known.begins_before(before, reading)
    known.add(before, reading, reading.new)
    assert known.account.bounds is not None
    assert known.account.bounds.starts == {0}
    after = told([(7, 5, "danach")], 7, 7, 110)
    assert not known.begins_before(after, known.read(after))


# --- the twin of the day on which the account ends


@pytest.mark.parametrize(("opening", "expected"), [(0, [7]), (100, [7, 100])])
def test_on_the_day_of_the_end_the_opening_says_whether_a_line_is_known(
    opening: int, expected: list[int]
) -> None:
    known = account(told([(3, 100, "x")], 3, 3, 0))
    assert new(known, told([(3, 100, "x"), (4, 7, "y")], 3, 4, opening)) == expected
