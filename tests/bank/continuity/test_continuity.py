"""Where a statement may lie in the known account, one place at a time, and what is said where it lies in none."""

from collections.abc import Sequence

import pytest

from kkd_ledger.bank.continuity.continuity import Continuity
from kkd_ledger.bank.continuity.waiting import StatementWaits
from kkd_ledger.bank.statements import Statement
from tests.bank import writing
from tests.bank.continuity.worlds import day

Line = tuple[int, int, str]
A, B, C = (3, 100, "eins"), (3, 200, "zwei"), (4, 300, "drei")
OUT, BACK = (5, 50, "hin"), (5, -50, "zurück")


def told(lines: Sequence[Line], first: int, last: int, opening: int, **values: object) -> Statement:
    """Return a statement of March; its lines have no references."""
    made = [
        writing.line(cents, booking_day=day(on), value_day=day(on), remittance=text, bank_reference="")
        for on, cents, text in lines
    ]
    facts: dict[str, object] = {"sequence": None, "identity": f"A{first}-{last}-{opening}"}
    return writing.statement(
        *made, opening_cents=opening, from_day=day(first), to_day=day(last), **(facts | values)
    )


def account(*statements: Statement) -> Continuity:
    """Return an account of which these statements are known."""
    known = Continuity(())
    for one in statements:
        reading = known.read(one)
        known.add(one, reading, reading.new)
    return known


def new(known: Continuity, statement: Statement) -> list[int]:
    """Return the amounts of what is new in a statement."""
    return sorted(line.amount_cents for _, line in known.read(statement).new)


def why(known: Continuity, statement: Statement) -> str:
    """Return why a statement does not fit."""
    with pytest.raises(StatementWaits) as waits:
        known.read(statement)
    (problem,) = waits.value.problems
    return f"{problem.actual}; {problem.allowed}"


def test_the_first_statement_is_new() -> None:
    assert new(account(), told([A, B], 1, 5, 0)) == [100, 200]


def test_at_the_end_are_twins_what_the_balances_say() -> None:
    known = account(told([A], 3, 3, 0))
    assert new(known, told([A], 3, 3, 100)) == [100]
    assert new(known, told([A, B], 3, 3, 0)) == [200]
    assert new(known, told([A, C], 3, 4, 0)) == [300]
    assert new(known, told([A, C], 3, 4, 100)) == [100, 300]


def test_at_the_beginning_they_are_as_well() -> None:
    known = account(told([A], 3, 3, 200))
    assert new(known, told([A], 3, 3, 100)) == [100]
    assert new(known, told([(2, 100, "davor"), A], 2, 3, 100)) == [100]


def test_around_it_all_everything_known_is_told_again() -> None:
    known = account(told([A], 3, 3, 200))
    assert new(known, told([B, A, C], 3, 4, 0)) == [200, 300]


def test_within_nothing_is_new_and_the_opening_was_there() -> None:
    known = account(told([A, B], 3, 3, 0), told([C], 4, 4, 300))
    assert new(known, told([B], 3, 3, 100)) == []
    assert new(known, told([A], 3, 3, 0)) == []
    assert "den es nach den bekannten Auszügen nicht gab (" in why(known, told([A], 3, 4, 7))


def test_neither_of_two_that_contradict_wins_and_both_are_named() -> None:
    known = account(told([A], 1, 5, 0), told([C], 6, 9, 100))
    said = why(known, told([A], 2, 5, 50, identity="falsch"))
    assert "Anfangssaldo 0,50 EUR" in said
    assert "01.03.2022 bis 05.03.2022: 0,00 EUR bis 1,00 EUR" in said


def test_at_a_joint_is_new_what_comes_to_nothing() -> None:
    known = account(told([A], 3, 3, 0), told([C], 4, 4, 100))
    assert new(known, told([(3, 70, "hin"), (3, -70, "her")], 3, 3, 100)) == [-70, 70]


def test_at_a_joint_a_line_may_be_a_twin_that_seems_to_be_told_again() -> None:
    """What was missing before the piece of the 4th has its line once more, or came behind it."""
    known = account(told([A], 1, 2, 0), told([(4, 70, "")], 4, 4, 100))
    missing = told([(3, -70, "ab"), (4, 70, "")], 3, 4, 100)
    assert "1 Umsatz über 0,70 EUR (04.03.2022: 0,70 EUR), schon gebucht oder noch einmal" in why(
        known, missing
    )
    more = told([(4, 70, ""), (4, -70, "ab")], 4, 4, 100)
    assert new(known, more) == [-70], "it tells more of the day so far, from the same balance"


def test_in_a_hole_too_with_all_that_is_known_of_its_days() -> None:
    known = account(told([A], 3, 3, 0), told([(9, 7, "")], 9, 9, 100))
    assert new(known, told([OUT, BACK], 4, 8, 100)) == [-50, 50]
    assert new(known, told([A, OUT, BACK], 3, 8, 0)) == [-50, 50]


def test_what_may_be_told_again_or_be_new_waits_with_days_and_amounts() -> None:
    known = account(told([A, OUT, BACK], 1, 5, 0))
    said = why(known, told([OUT, BACK, (6, 9, "neu")], 5, 6, 100))
    assert "2 Umsätze über 0,00 EUR (05.03.2022: 0,50 EUR, -0,50 EUR), schon gebucht oder noch einmal" in said
    assert "ein Auszug, der 05.03.2022 ganz enthält" in said


def test_a_whole_day_settles_it() -> None:
    known = account(told([A, OUT, BACK], 1, 5, 0))
    assert new(known, told([OUT, BACK, (6, 9, "neu")], 4, 6, 100)) == [9]
    assert new(known, told([OUT, BACK, OUT, BACK, (6, 9, "neu")], 4, 6, 100)) == [-50, 9, 50]


def test_a_day_so_far_is_told_again_by_the_next_number() -> None:
    lines = [OUT, BACK, (5, 7, "sieben")]
    known = account(told([A], 1, 4, 0, sequence=1), told(lines, 5, 5, 100, sequence=2))
    more = [*lines, (5, 9, "neun")]
    assert new(known, told(more, 5, 5, 100, sequence=3)) == [9]
    assert "schon gebucht oder noch einmal" in why(known, told([*more, OUT, BACK], 5, 5, 100))


def test_the_reference_of_a_known_line_with_other_balances_waits() -> None:
    def one(opening: int) -> Statement:
        line = writing.line(100, booking_day=day(3), value_day=day(3), bank_reference="R1")
        return writing.statement(
            line, opening_cents=opening, from_day=day(3), to_day=day(3), sequence=None, identity=str(opening)
        )

    assert "schon gebucht oder noch einmal" in why(account(one(0)), one(100))


def test_one_number_in_two_formats_is_one_statement() -> None:
    first = told([OUT, BACK], 5, 5, 0, kind="MT940", sequence=7)
    assert new(account(first), told([OUT, BACK], 5, 5, 0, sequence=7)) == []
    assert "schon gebucht oder" in why(account(first), told([OUT, BACK], 5, 5, 0, sequence=8))


def test_a_missing_statement_is_told_by_both_balances() -> None:
    known = account(told([A], 3, 3, 0))
    said = why(known, told([C], 4, 4, 300))
    assert said == (
        "Anfangssaldo 3,00 EUR; 1,00 EUR, der Endsaldo vom 03.03.2022; vermutlich fehlt ein Auszug dazwischen"
    )


def test_other_lines_of_a_whole_day_wait() -> None:
    known = account(told([A, C], 1, 9, 0))
    said = why(known, told([(3, 93, "eins"), (3, 7, "mehr"), C], 2, 5, 0))
    assert "neben den bekannten, was deren Salden widerspricht" in said


def test_more_sums_than_are_tried_wait() -> None:
    many = [(5, 2**place, str(place)) for place in range(13)] + [(5, -4, "zurück")]
    known = account(told([A], 1, 4, 0), told(many, 5, 5, 100))
    cents = sum(amount for _, amount, _ in many)
    assert "mehr als 4096 verschiedene Summen" in why(known, told([*many, C], 5, 6, 100 + cents))
