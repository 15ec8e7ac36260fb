"""The parts of the equation, each by itself: known entries, questions and answers, doubts, misfits."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest

from kkd_ledger.bank.continuity.account import KnownAccount
from kkd_ledger.bank.continuity.continuity import Continuity
from kkd_ledger.bank.continuity.doubts import overlapped, rejoined
from kkd_ledger.bank.continuity.equation import answers, asked
from kkd_ledger.bank.continuity.known_entries import AmountDays, KnownEntries
from kkd_ledger.bank.continuity.misfits import amounts_of, contradict
from kkd_ledger.bank.continuity.statement_pieces import (
    StatementPiece,
    StatementReading,
    TakenStatement,
    booked_days,
)
from kkd_ledger.bank.line_keys import entry_key, line_keys
from kkd_ledger.bank.statements import Statement
from tests.bank import writing
from tests.bank.continuity.accounts import account, entries, taken
from tests.bank.continuity.waiting_kinds import BACK, NEW, OUT, A, B, C, told
from tests.bank.continuity.worlds import day


def test_entries_are_known_by_day_amount_and_teller() -> None:
    first, second = told(1, 3, 0, A, B), told(4, 9, 300, OUT)
    known = entries(first, second)
    assert set(known.days) == {day(3), day(5)}
    assert known.amounts_on(day(3)) == Counter({100: 1, 200: 1})
    assert known.amounts_on(day(4)) == Counter()
    assert [entry.cents for entry in known.entries_on(day(5))] == [50]
    assert [entry.cents for entry in known.first_told_by(StatementPiece.of(first))] == [100, 200]
    assert list(known.tellers([day(5), day(3)])) == [StatementPiece.of(second), StatementPiece.of(first)]
    assert (known.chained_after(day(3)), known.chained_after(day(5))) == (50, 0)
    assert (known.chained_between(day(3), day(5)), known.chained_between(day(3), day(4))) == (350, 300)
    assert list(known.late) == []


def test_a_line_before_its_statement_is_late_and_lies_elsewhere() -> None:
    known = entries(told(4, 6, 0, (2, 7, "spät"), OUT))
    (late,) = known.late
    assert (late.day, late.cents, late.late, late.loose) == (day(2), 7, True, False)
    own = StatementPiece.of(told(1, 2, 0, (2, 7, "spät")))
    assert list(known.elsewhere(own, [day(2)])) == [late.key]
    assert list(known.elsewhere(StatementPiece.of(told(4, 5, 0)), [day(2)])) == []


def test_what_no_balance_proves_is_loose() -> None:
    without = replace(told(1, 5, 0, A), opening_cents=None, closing_cents=None)
    known = entries(without)
    assert (known.loose_between(day(3), day(4)), known.loose_between(day(1), day(3))) == (100, 0)
    assert known.chained_after(day(1)) == 0
    assert [entry.loose for entry in known.entries_on(day(3))] == [True]


def read(
    known: KnownEntries, statement: Statement, by_amount: AmountDays | None = None
) -> tuple[list[int], int]:
    """Return the amounts of what is new in a statement, and how many known entries it tells."""
    reading = known.read(statement, (), by_amount) if by_amount else known.read(statement)
    return [line.amount_cents for _, line in reading.new], len(reading.retold)


def test_a_statement_is_read_by_keys_and_on_some_days_by_amounts() -> None:
    known = entries(told(1, 5, 0, A, OUT))
    other_words = told(1, 5, 0, (3, 100, "Eins"), (3, 100, "noch eins"))
    reworded = told(1, 5, 0, (3, 100, "anders"), (3, 100, "noch eins"))
    assert read(known, told(1, 5, 0, A, NEW)) == ([9], 1)
    assert read(known, other_words) == ([100], 1), "capitals make no difference"
    assert read(known, reworded) == ([100, 100], 0)
    assert read(known, reworded, AmountDays(words=[day(3)])) == ([100], 1)
    assert read(known, reworded, AmountDays(foreign=[day(3)])) == ([100], 1)
    assert read(known, reworded, AmountDays(foreign=[day(4)])) == ([100, 100], 0)
    assert AmountDays([day(1)], [day(2)], [day(2)]).all == {day(1), day(2)}


def test_two_references_are_two_entries_but_on_days_of_another_format() -> None:
    def one(reference: str) -> Statement:
        line = writing.line(100, booking_day=day(3), value_day=day(3), bank_reference=reference)
        return writing.statement(line, from_day=day(1), to_day=day(5), opening_cents=0)

    known = entries(one("R1"))
    assert read(known, one("R2"), AmountDays(words=[day(3)])) == ([100], 0)
    assert read(known, one("R2"), AmountDays(references=[day(3)])) == ([100], 0)
    assert read(known, one("R1"), AmountDays(references=[day(3)])) == ([], 1)
    assert read(known, one("R2"), AmountDays(foreign=[day(3)])) == ([], 1)


def test_a_decided_statement_is_all_new_under_free_keys() -> None:
    known = entries(told(1, 5, 0, A))
    reading = known.all_new(told(1, 5, 0, A))
    ((key, line),) = reading.new
    assert (line.amount_cents, entry_key(key) in known.cents_on(day(3))) == (100, False)


def holds(known: KnownAccount, statement: Statement, *, late: bool = False) -> list[set[int]]:
    """Return the different answers to what is asked about a statement: the amounts of the twins in each."""
    reading = known.entries.read(statement)
    question = asked(known, StatementPiece.of(statement), reading, ())
    cents = {entry.key: entry.cents for entry in question.retold}
    return [{cents[key] for key in twins} for twins in dict.fromkeys(answers(known, question, late=late))]


@pytest.mark.parametrize(
    ("known", "statement", "twins"),
    [
        ([told(1, 3, 0, A)], told(3, 3, 0, A), [set()]),
        ([told(1, 3, 0, A)], told(3, 3, 100, A), [{100}]),
        ([told(1, 3, 0, A)], told(3, 4, 100, (4, 7, "")), [set()]),
        ([told(1, 3, 0, A)], told(3, 4, 99, (4, 7, "")), []),
        ([told(3, 5, 50, A)], told(1, 3, 43, (2, 7, "")), [set()]),
        ([told(3, 5, 50, A)], told(3, 3, 50, A), [set()]),
        ([told(3, 3, 50, A)], told(1, 9, 43, (1, 7, ""), A, (9, 8, "")), [set()]),
        ([told(3, 3, 50, A)], told(1, 9, 43, (1, 7, ""), (9, 8, "")), []),
        ([told(1, 3, 0, A), told(3, 9, 100, C)], told(3, 3, 100, (3, 5, "a"), (3, -5, "b")), [set()]),
        ([told(1, 3, 0, A), told(9, 9, 100, C)], told(5, 6, 100, OUT, BACK), [set()]),
        ([told(1, 3, 0, A), told(9, 9, 100, C)], told(5, 6, 101, OUT, BACK), []),
    ],
)
def test_answers(known: Sequence[Statement], statement: Statement, twins: list[set[int]]) -> None:
    assert holds(account(*known), statement) == twins


def test_an_answer_holds_in_a_gap_that_a_person_decided() -> None:
    known = Continuity(())
    statements = told(1, 3, 0, A), told(4, 8, 100, (4, 30, "Unterschied"), kind="Lücke"), told(9, 9, 130, C)
    for statement in statements:
        reading = known.read(statement)
        known.add(statement, reading, () if statement.kind == "Lücke" else reading.new)
    assert known.account.in_gap(StatementPiece.of(told(5, 6, 100)))
    assert not known.account.in_gap(StatementPiece.of(told(3, 6, 100)))
    assert [line.amount_cents for _, line in known.read(told(5, 6, 100, (5, 30, "doch"))).new] == [30]


def test_new_lines_may_be_those_of_a_statement_behind_a_hole() -> None:
    known = account(told(1, 4, 0, A), told(5, 5, 100, OUT))
    own = told(5, 6, 150, OUT, (6, -50, "her"))
    reading = StatementReading(tuple(zip(line_keys(own), own.lines, strict=True)), {})
    assert overlapped(known, StatementPiece.of(own), reading, ())
    apart = {entry_key(key) for key, _ in reading.new}
    assert overlapped(known, StatementPiece.of(own), reading, apart) is None
    assert overlapped(known, StatementPiece.of(own), StatementReading((), {}), ()) is None


def test_a_statement_may_join_one_that_was_taken_for_told_again() -> None:
    known = Continuity(())
    for statement in (told(1, 4, 0, A), told(5, 5, 100, OUT), told(5, 5, 100, OUT, identity="noch einer")):
        reading = known.read(statement)
        known.add(statement, reading, reading.new)
    back = told(5, 5, 150, BACK)
    reading = StatementReading(tuple(zip(line_keys(back), back.lines, strict=True)), {})
    joined = rejoined(known.account, StatementPiece.of(back), reading)
    assert joined
    assert joined.closing == 150
    whole = told(4, 6, 100, OUT, BACK)
    assert rejoined(known.account, StatementPiece.of(whole), reading) is None


def test_amounts_are_those_of_entries_and_days_those_of_booked_lines() -> None:
    batch = [
        writing.line(cents, booking_day=day(3), entry=1, batch=(place, 2))
        for place, cents in enumerate((100, 200), start=1)
    ]
    waits = writing.line(7, booking_day=day(9), entry=2, status="PDNG")
    statement = writing.statement(*batch, waits, from_day=day(1), to_day=day(9), opening_cents=0)
    entry_numbers = {line.entry for line in statement.lines if line.booked}
    amounts = amounts_of(statement)
    assert sum(amounts[day(3)].elements()) == 300
    assert amounts[day(3)].total() == len(entry_numbers)
    assert booked_days(statement) == {day(3)}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (told(1, 20, 0, A), told(1, 20, 0, B), True),
        (told(1, 20, 0, A), told(1, 20, 0, A, B), True),
        (told(5, 5, 0, OUT), told(5, 5, 0, OUT, BACK), False),
        (told(5, 5, 0, OUT, (5, 7, "")), told(5, 5, 0, OUT, OUT), True),
        (told(5, 5, 0, OUT), told(5, 5, 50, (5, 7, "")), False),
        (told(1, 9, 0, A), told(2, 20, 0, B), True),
        (told(1, 9, 0, A), told(2, 20, 0, A, B), True),
        (told(1, 3, 0, A), told(3, 20, 0, B), False),
        (told(3, 9, 0, A), told(1, 20, 0, B), False),
        (told(3, 20, 0, A, kind="MT940"), told(1, 20, 0, B), True),
        (told(3, 19, 0, A, kind="MT940"), told(1, 20, 0, B), False),
    ],
)
def test_two_statements_contradict_where_both_cannot_be_right(
    one: Statement, other: Statement, expected: bool
) -> None:
    assert contradict(one, other) == contradict(other, one) == expected


@pytest.mark.parametrize(
    ("known", "statement", "new"),
    [
        # the edges of what is asked: entries of its first day, lines on the day of the account's end and beginning
        ([told(1, 3, 0, A), told(4, 4, 100, (4, 7, ""))], told(4, 5, 100, (4, 7, ""), (5, 8, "")), [8]),
        ([told(3, 5, 50, (3, 9, "x"), (5, 1, ""))], told(2, 3, 43, (2, 7, ""), (3, 9, "x")), [7]),
        # a hole whose last day is the statement's own
        (
            [told(1, 4, 0, A), told(9, 9, 100, C)],
            told(5, 8, 100, (5, 50, "hin"), (8, -50, "zurück")),
            [-50, 50],
        ),
        # a page without a number goes on where the one before ended
        ([told(1, 9, 0, A, page=1, last_page=False)], told(1, 9, 100, (5, 7, ""), page=2), [7]),
        # the next number goes on within a day, and its line like a known one is new
        ([told(1, 5, 0, OUT, sequence=1)], told(5, 5, 50, OUT, sequence=2), [50]),
    ],
)
def test_what_is_new_at_the_edges(known: Sequence[Statement], statement: Statement, new: list[int]) -> None:
    account_so_far = Continuity(())
    for each in known:
        reading = account_so_far.read(each)
        account_so_far.add(each, reading, reading.new)
    assert sorted(line.amount_cents for _, line in account_so_far.read(statement).new) == new


def test_lines_that_the_bank_dates_too_early_hide_among_those_of_their_day() -> None:
    """A line of day 3 comes with the statement of days 5 and 6; day 3 told again has not got it."""
    known = Continuity(())
    late = told(5, 6, 100, (3, 100, "eins"), (6, 7, ""))
    for statement in (told(1, 4, 0, A), late):
        reading = known.read(statement)
        known.add(statement, reading, reading.new)
    assert known.account.entries.amounts_on(day(3)) == Counter({100: 2})
    assert not known.read(told(3, 4, 0, A, identity="noch einmal")).new
    assert not known.read(told(5, 6, 100, (3, 100, "eins"), (6, 7, ""), identity="noch einmal")).new


def test_pieces_know_their_neighbours() -> None:
    first = StatementPiece.of(told(1, 3, 0, A, sequence=1))
    second = StatementPiece.of(told(3, 5, 100, sequence=2))
    assert second.follows(first)
    assert first.precedes(second)
    assert not first.follows(second)
    assert not StatementPiece.of(told(3, 5, 99, sequence=2)).follows(first)
    assert not StatementPiece.of(told(4, 5, 100, sequence=2)).follows(first), "they share no day"
    assert not StatementPiece.of(told(3, 5, 100)).follows(first)
    page = StatementPiece.of(told(1, 3, 100, sequence=1, page=2))
    assert page.follows(first)
    assert page.is_page_with(first)
    assert page.hides_first
    assert not first.hides_first
    assert StatementPiece.of(told(1, 3, 0, kind="MT940")).hides_first
    assert not first.is_page_with(second)
    copy = StatementPiece.of(told(1, 3, 0, A, sequence=1, kind="MT940"))
    assert copy.is_copy_of(first)
    assert not StatementPiece.of(told(1, 3, 1, A, sequence=1, kind="MT940")).is_copy_of(first)
    assert not StatementPiece.of(told(1, 4, 0, A, sequence=1, kind="MT940")).is_copy_of(first)
    assert not StatementPiece.of(told(1, 3, 0, A, sequence=2, kind="MT940")).is_copy_of(first)
    assert StatementPiece.of(told(2, 3, 0, A, sequence=1, kind="MT940")).is_copy_of(first), (
        "its first day is a line's"
    )
    assert first.is_copy_of(first) is False


def test_the_numbers_before_and_behind_are_reached_one_by_one() -> None:
    pieces = [told(5, 5, 50 * number, (5, 50, f"{number}"), sequence=number) for number in range(1, 5)]
    known = account(*pieces)
    own = StatementPiece.of(told(5, 5, 150, (5, 50, "3"), sequence=3, identity="noch einmal"))
    reached = {piece.number for piece in known.numbered(own)}
    assert reached == {1, 2, 4}
    assert known.numbered(StatementPiece.of(told(5, 5, 100))) == []


def test_what_moved_behind_a_day_counts_what_no_statement_told_of_a_gap() -> None:
    gap = StatementPiece.of(told(4, 8, 100, (4, 30, "Unterschied"), kind="Lücke"))
    known = KnownAccount(
        [taken(told(1, 3, 0, A)), TakenStatement(gap, "inhalt", (), 0), taken(told(9, 9, 130, C))]
    )
    assert [known.moved_after(day(number)) for number in (2, 3, 4, 8, 9)] == [430, 330, 300, 300, 300]
