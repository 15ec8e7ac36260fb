"""What would be wrong if something that nobody has seen were missing: new lines that may be known, known ones that may
be new."""

from collections.abc import Collection, Sequence

import pytest

from kkd_ledger.bank.continuity.account import KnownAccount
from kkd_ledger.bank.continuity.doubts import overlapped, rejoined, retold_around
from kkd_ledger.bank.continuity.statement_pieces import StatementPiece, StatementReading
from kkd_ledger.bank.line_keys import entry_key
from kkd_ledger.bank.statements import Statement
from tests.bank import writing
from tests.bank.continuity.accounts import account, all_new, taken
from tests.bank.continuity.waiting_kinds import BACK, OUT, A, Line, told
from tests.bank.continuity.worlds import day

BEFORE = told(1, 4, 0, A)
X, Y, Z = (5, 7, "x"), (5, 9, "y"), (5, 10, "z")


def reading(statement: Statement, retold: Collection[int] = ()) -> StatementReading:
    """Return a statement read so that the lines of these amounts are known and the others new."""
    lines = all_new(statement).new
    known = {entry_key(key): ((key, line),) for key, line in lines if line.amount_cents in retold}
    return StatementReading(
        tuple((key, line) for key, line in lines if line.amount_cents not in retold), known
    )


def overlaps(known: KnownAccount, own: Statement, retold: Collection[int] = ()) -> bool:
    return overlapped(known, StatementPiece.of(own), reading(own, retold), ()) is not None


def referenced(first: int, last: int, opening: int, reference: str, **values: object) -> Statement:
    line = writing.line(50, booking_day=day(5), value_day=day(5), remittance="hin", bank_reference=reference)
    facts: dict[str, object] = {"sequence": None, "account": BEFORE.account, "identity": f"{first}{opening}"}
    return writing.statement(
        line, opening_cents=opening, from_day=day(first), to_day=day(last), **(facts | values)
    )


@pytest.mark.parametrize(
    ("known", "own", "retold", "expected"),
    [
        # its last lines may be the first ones of a known statement, its first ones the last of one
        (told(5, 5, 100, OUT), told(5, 6, 150, OUT, (6, -50, "her")), (), True),
        (told(5, 5, 100, OUT), told(4, 5, 50, (5, 3, "a"), OUT), (), False),
        (told(5, 5, 100, X, OUT), told(5, 6, 107, OUT, (6, 3, "her")), (), True),
        (told(5, 5, 100, X, OUT), told(5, 6, 108, OUT, (6, 3, "her")), (), False),
        (told(5, 5, 100, OUT, Y), told(4, 5, 60, (4, 40, ""), OUT), (), True),
        (told(5, 5, 100, OUT, Y), told(4, 5, 61, (4, 40, ""), OUT), (), False),
        # what both tell anyway does not count
        (told(5, 5, 100, X, OUT), told(5, 6, 100, X, OUT, (6, 3, "her")), (7,), True),
        (told(5, 5, 100, X, OUT), told(5, 6, 107, X, OUT, (6, 3, "her")), (7,), False),
        # it lies within a known one, or a known one within it
        (told(5, 5, 100, X, OUT, Y), told(5, 5, 107, OUT), (), True),
        (told(5, 5, 100, X, OUT, Y), told(5, 5, 116, OUT), (), True),
        (told(5, 5, 100, X, OUT, Y), told(5, 5, 110, OUT), (), False),
        (told(5, 5, 100, OUT), told(5, 5, 90, Z, OUT, (5, 3, "w")), (), True),
        (told(5, 5, 100, OUT), told(5, 5, 91, Z, OUT, (5, 3, "w")), (), False),
        (told(5, 5, 100, OUT), told(3, 5, 81, (3, 9, ""), Z, OUT, (5, 3, "w")), (), True),
        (told(5, 5, 100, OUT), told(3, 5, 82, (3, 9, ""), Z, OUT, (5, 3, "w")), (), False),
        # not a day that one of them has whole, another amount, or another day
        (told(5, 5, 100, OUT), told(4, 6, 150, OUT, (6, -50, "her")), (), False),
        (told(5, 5, 100, OUT), told(5, 6, 150, (5, 51, "hin"), (6, -51, "her")), (), False),
        (told(5, 6, 100, (6, 50, "hin")), told(5, 6, 150, OUT, (6, -50, "her")), (), False),
        (told(7, 9, 100, (7, 50, "hin")), told(5, 6, 150, OUT, (6, -50, "her")), (), False),
        # other words of the same format are another entry; of another format only the amount is the same
        (told(5, 5, 100, (5, 50, "anders")), told(5, 6, 150, OUT, (6, -50, "her")), (), False),
        (told(5, 5, 100, (5, 50, "anders"), kind="MT940"), told(5, 6, 150, OUT, (6, -50, "")), (), True),
        (told(5, 5, 100, (5, 51, "hin"), kind="MT940"), told(5, 6, 150, OUT, (6, -50, "")), (), False),
        # a reference may be missing where several entries of a file have it, but two are two entries
        (referenced(5, 5, 100, "R1"), told(5, 6, 150, OUT, (6, -50, "her")), (), True),
        (told(5, 5, 100, OUT), referenced(5, 5, 100, "R1"), (), True),
        (referenced(5, 5, 100, "R1"), referenced(5, 5, 100, "R1"), (), True),
        (referenced(5, 5, 100, "R1"), referenced(5, 5, 100, "R2"), (), False),
    ],
)
def test_new_lines_that_may_be_known(
    known: Statement, own: Statement, retold: Collection[int], *, expected: bool
) -> None:
    assert overlaps(account(BEFORE, known), own, retold) == expected


def test_each_known_entry_is_one_new_line() -> None:
    known = account(BEFORE, told(5, 5, 100, X, OUT))
    twice = told(5, 6, 57, OUT, OUT, (6, 3, "her"))
    assert not overlaps(known, twice), "50 is there once, so 100 is no overlap"
    assert overlaps(account(BEFORE, told(5, 5, 100, OUT, OUT)), told(5, 5, 100, OUT, OUT, (5, 3, "")))


def test_of_a_statement_that_told_again_something_all_entries_of_its_days_count() -> None:
    first, again = told(5, 5, 100, OUT), told(5, 5, 100, OUT, Y)
    known = KnownAccount([taken(BEFORE), taken(first), taken(again, retold=1)])
    own = told(5, 6, 109, OUT, (6, 3, "her"))
    assert overlapped(known, StatementPiece.of(own), reading(own), ()) == StatementPiece.of(again)
    whole = KnownAccount([taken(BEFORE), taken(first), taken(told(5, 5, 150, Y))])
    assert not overlaps(whole, own), "the one leads to 1,50 as well, the other has no such line"


def joined(
    known: Sequence[Statement], own: Statement, retold: Collection[int] = (), again: Collection[int] = ()
) -> Statement | None:
    """Return which known statement one joins that may have been new; `again`: the places of those that told twice."""
    statements = [taken(each, retold=int(place in again)) for place, each in enumerate(known)]
    piece = rejoined(KnownAccount(statements), StatementPiece.of(own), reading(own, retold))
    return next((each for each in known if piece and StatementPiece.of(each) == piece), None)


TWICE = told(5, 5, 100, OUT, identity="noch einer")


@pytest.mark.parametrize(
    ("own", "retold", "expected"),
    [
        (told(5, 5, 150, BACK), (), TWICE),
        (told(5, 5, 151, BACK), (), None),
        (told(5, 6, 150, BACK), (), None),
        (told(4, 6, 150, BACK), (), None),
        (told(5, 5, 150, (5, -49, "zurück")), (), None),
    ],
)
def test_between_two_that_lead_to_it_and_from_it(
    own: Statement, retold: Collection[int], expected: Statement | None
) -> None:
    """It leads back from 1,50 to 1,00: the one that was taken for told again may have come behind it."""
    known = [BEFORE, told(5, 5, 100, OUT), TWICE]
    assert joined(known, own, retold, again=[2]) == expected
    assert joined(known, own, retold) is None, "none of them told again something"


def test_a_day_that_a_known_statement_has_whole_is_no_joint() -> None:
    known = [told(4, 6, 100, OUT), told(5, 5, 100, OUT), TWICE]
    assert joined(known, told(5, 5, 150, BACK), again=[1, 2]) is None


def test_entries_with_references_are_known_for_sure() -> None:
    first, again = referenced(5, 5, 100, "R1"), referenced(5, 5, 100, "R1", identity="noch einer")
    assert joined([first, again], told(5, 5, 150, BACK), again=[1]) is None


def test_what_only_tells_again_may_be_new_between_those_that_it_tells_again() -> None:
    known = [BEFORE, told(5, 5, 100, OUT), told(5, 5, 200, X)]
    own = told(5, 5, 150, OUT, identity="zweite")
    assert joined(known, own, retold=[50]) == known[1]
    assert joined([*known[:2], told(5, 5, 150, X), told(6, 9, 157)], own, retold=[50]) is None
    apart = [BEFORE, told(5, 5, 100, OUT), told(5, 5, 150, Y), told(5, 5, 209, Z)]
    apart += [told(5, 5, 159, (5, 1, "w")), told(6, 9, 160)]
    assert joined(apart, told(5, 5, 159, OUT), retold=[50]) is None, "another one told of it first"


@pytest.mark.parametrize(("last", "next_day"), [(3, 6), (4, 6), (3, 7), (4, 7)])
def test_what_only_tells_again_may_have_come_beside_a_hole(last: int, next_day: int) -> None:
    """Known: out and back on day 5. One of the two once more joins the other where nothing tells of the day beside."""
    out, back = told(5, 5, 100, OUT), told(5, 5, 150, BACK)
    known = [told(1, last, 0, A), out, back, told(next_day, 9, 100)]
    assert joined(known, told(5, 5, 150, BACK, identity="zweite"), retold=[-50]) == (
        None if last == 4 else out
    )
    assert joined(known, told(5, 5, 100, OUT, identity="zweite"), retold=[50]) == (
        None if next_day == 6 else back
    )
    assert joined(known, told(5, 6, 100, OUT, identity="zweite"), retold=[50]) is None, "more than a day"
    assert joined(known, told(5, 5, 101, OUT, identity="zweite"), retold=[50]) is None


def test_a_part_of_a_day_that_does_not_come_to_nothing_may_lie_at_its_other_end() -> None:
    """Where the day ends otherwise than it began, the balance at one end is none from which the other is told."""
    up, down = told(5, 5, 100, OUT, X), told(5, 5, 157, BACK)
    known = [BEFORE, up, down, told(6, 9, 107)]
    assert joined(known, told(5, 5, 50, OUT), retold=[50]) == up
    assert joined(known, told(5, 5, 107, OUT), retold=[50]) == down
    assert joined(known, told(5, 5, 51, OUT), retold=[50]) is None
    assert joined(known, told(5, 5, 106, OUT), retold=[50]) is None


def test_around_are_those_that_told_again_and_have_no_references() -> None:
    around = told(5, 5, 100, OUT), told(5, 6, 100, OUT, (6, 3, "her"))
    own = StatementPiece.of(told(5, 5, 150, BACK))
    pieces = [StatementPiece.of(statement) for statement in around]

    def retold(*again: int) -> tuple[StatementPiece, ...]:
        known = [
            taken(BEFORE),
            *(taken(each, retold=int(place in again)) for place, each in enumerate(around)),
        ]
        return retold_around(KnownAccount(known), own)

    assert retold() == ()
    assert [retold(0), retold(1), retold(0, 1)] == [(pieces[0],), (pieces[1],), tuple(pieces)]
    assert retold_around(account(BEFORE, around[0]), own) == (), "nothing is behind it"
    sure = referenced(5, 5, 100, "R1"), referenced(5, 5, 100, "R2")
    assert retold_around(KnownAccount([taken(each, retold=1) for each in sure]), own) == ()


def test_in_turn_with_one_that_told_again() -> None:
    again = told(5, 5, 150, BACK, identity="zweite")
    known = [BEFORE, told(4, 5, 100, OUT, BACK), again, told(6, 9, 100)]
    own = told(5, 5, 100, OUT, identity="dritte")
    assert joined(known, own, retold=[50], again=[2]) == again
    assert joined([*known[:2], known[3]], own, retold=[50]) is None
    longer = told(4, 5, 150, BACK, identity="zweite")
    assert joined([*known[:2], longer, known[3]], own, retold=[50], again=[2]) is None
    over = [told(5, 5, 150, Y, identity="Y"), told(5, 5, 159, (5, -59, "weg"), identity="weg")]
    assert joined([*known[:2], *over, known[3]], own, retold=[50], again=[2, 3]) == over[1], (
        "one behind the other"
    )
    assert joined([*known[:2], over[1], known[3]], own, retold=[50], again=[2]) is None
    assert joined([*known, told(4, 6, 100, OUT, BACK)], own, retold=[50], again=[2]) is None, (
        "a day told whole"
    )


@pytest.mark.parametrize(
    ("begins", "lines", "own", "expected"),
    [
        (5, [X], [X, (5, -7, "neu")], True),
        (5, [X], [X, (5, -8, "neu")], True),
        (5, [X, Y], [X, (5, -7, "neu")], False),
        (5, [X, Y], [X, (5, -16, "neu")], True),
        (4, [X, Y], [X, (5, -16, "neu")], False),
        (5, [X, Y], [(5, -16, "neu")], False),
    ],
)
def test_what_is_new_may_lie_before_the_beginning_of_the_account(
    begins: int, lines: Sequence[Line], own: Sequence[Line], *, expected: bool
) -> None:
    """It begins with the balance with which a known one ends: that one may have come behind what is new."""
    known = told(begins, 5, 100, *lines)
    closing = 100 + sum(cents for _, cents, _ in lines)
    assert joined([known], told(5, 6, closing, *own), retold=[7]) == (known if expected else None)
