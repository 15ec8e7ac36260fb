"""The equation of one statement, place by place and part by part."""

from collections.abc import Collection, Sequence
from dataclasses import replace

import pytest

from kkd_ledger.bank.continuity.account import KnownAccount
from kkd_ledger.bank.continuity.equation import Equation, asked
from kkd_ledger.bank.continuity.statement_pieces import KnownEntry, StatementPiece
from kkd_ledger.bank.statements import Statement
from tests.bank.continuity.accounts import account, read, taken
from tests.bank.continuity.waiting_kinds import BACK, OUT, A, B, Line, told
from tests.bank.continuity.worlds import day


def equation(known: Sequence[Statement] | KnownAccount, own: Statement, *, late: bool = False) -> Equation:
    """Return the equation of a statement, read by its keys, in an account that has one pair of balances."""
    so_far = known if isinstance(known, KnownAccount) else account(*known)
    piece, bounds = StatementPiece.of(own), so_far.bounds
    assert bounds
    ((start, end),) = bounds.pairs
    question = asked(so_far, piece, so_far.entries.read(own), ())
    return Equation(so_far, bounds, question, start, end, late)


def without_balances(first: int, last: int, *lines: Line) -> Statement:
    return replace(told(first, last, 0, *lines), opening_cents=None, closing_cents=None)


def entry(on: int, first: int = 0, last: int = 0, cents: int = 7, key: str = "1:f-a-1") -> KnownEntry:
    """Return a known entry of a day, and the days of the statement that told of it; none where it has none."""
    owner = StatementPiece.of(told(first, last, 0)) if first else None
    return KnownEntry(key, day(on), cents, owner)


LOOSE = entry(4)._replace(owner=StatementPiece.of(without_balances(4, 9)))
KNOWN = (told(1, 9, 0, A, OUT, (9, 3, "drei")),)

# ---------------------------------------------------------------------------------------------- what is asked


@pytest.mark.parametrize(
    ("own", "days"),
    [
        (told(2, 9, 0, A, OUT), (2, 9)),
        (told(2, 9, 0, A, OUT, page=2), (3, 9)),
        (told(2, 9, 0, A, OUT, last_page=False), (2, 5)),
        (told(2, 9, 0, A, OUT, page=2, last_page=False), (3, 5)),
        (told(2, 9, 0, page=2, last_page=False), (2, 9)),
        (told(4, 9, 0, A, OUT, page=2), (4, 9)),
        (told(1, 2, 0, A, OUT, page=2), (2, 2)),
        (told(2, 4, 0, A, OUT, last_page=False), (2, 4)),
        (told(4, 9, 0, A, last_page=False), (4, 4)),
    ],
)
def test_the_days_of_a_page_are_those_of_its_lines(own: Statement, days: tuple[int, int]) -> None:
    question = equation(KNOWN, own).asked
    assert (question.first, question.last) == (day(days[0]), day(days[1]))


def test_the_entries_of_its_days_that_it_does_not_tell_are_untold() -> None:
    question = equation(KNOWN, told(3, 9, 0, OUT, B)).asked
    assert [each.cents for each in question.untold] == [100, 3]
    assert [each.cents for each in question.retold] == [50]
    assert [each.cents for each in question.new] == [200]
    assert [each.cents for each in equation(KNOWN, told(4, 8, 0)).asked.untold] == [50]


# --------------------------------------------------------------------------------- where an entry moved the account

OWN = told(4, 7, 100, B)


@pytest.mark.parametrize(
    ("known", "punctual", "late"),
    [
        (entry(5, 5, 7), False, True),
        (entry(3, 4, 7), True, True),
        (entry(3, 4, 9), True, True),
        (entry(3, 4, 6), False, False),
        (entry(5), False, False),
    ],
)
def test_an_entry_that_it_does_not_tell_may_have_moved_behind_it(
    known: KnownEntry, *, punctual: bool, late: bool
) -> None:
    assert equation(KNOWN, OWN).moves_behind(known) is punctual
    assert equation(KNOWN, OWN, late=True).moves_behind(known) is late


@pytest.mark.parametrize(
    ("known", "days", "expected"),
    [
        (entry(5, 5, 5), {5}, True),
        (entry(5), {5}, True),
        (entry(6, 6, 6), {5}, False),
        (entry(4, 1, 9), {5}, False),
        (entry(3, 4, 6), {5}, True),
        (entry(3, 4, 6), {5, 9}, True),
        (entry(3, 6, 8), {5}, False),
        (entry(3, 5, 9), {5}, True),
        (entry(3, 1, 4), {5}, False),
        (entry(3, 1, 5), {5}, True),
        (entry(3, 1, 9), {4}, True),
        (entry(3, 1, 9), {7}, True),
        (entry(3, 1, 9), {8}, False),
        (entry(3, 1, 9), {3}, True),
        (entry(2, 1, 9), {3}, False),
        (entry(6, 7, 9), {7}, True),
        (entry(3), {5}, False),
        (entry(3, 1, 9), set(), False),
    ],
)
def test_the_day_on_which_an_entry_moved_the_account(
    known: KnownEntry, days: Collection[int], *, expected: bool
) -> None:
    assert equation(KNOWN, OWN).lies_on(known, set(map(day, days))) is expected


def test_whether_only_a_later_statement_told_of_an_entry() -> None:
    places = equation(KNOWN, OWN)
    assert [places.is_after(each) for each in (entry(3, 5, 6), entry(3, 4, 6), entry(3))] == [
        True,
        False,
        False,
    ]
    moved = [entry(4, 5, 6), entry(5, 5, 6), entry(4, 4, 6), LOOSE, entry(3, 5, 6)]
    assert [places.moved_late(each) for each in moved] == [True, False, False, False, True]


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (entry(4), False),
        (entry(4, 5, 9), False),
        (entry(4, 4, 4), True),
        (entry(4, 1, 9), True),
        (entry(3, 1, 9), False),
        (entry(2, 3, 4), True),
        (entry(2, 3, 9), True),
        (entry(2, 3, 3), False),
        (entry(2), False),
    ],
)
def test_an_entry_that_moved_the_account_in_time_may_be_one_that_it_tells(
    known: KnownEntry, *, expected: bool
) -> None:
    assert equation(KNOWN, OWN).may_be_retold(known) is expected


@pytest.mark.parametrize(
    ("known", "days", "day_alone"),
    [
        (entry(3, 3, 5), True, True),
        (entry(4, 4, 5), True, True),
        (entry(3, 3, 4), False, True),
        (entry(4, 4, 4), False, False),
        (entry(3, 3, 3), False, False),
        (entry(4, 3, 4), False, False),
        (entry(5, 3, 9), False, False),
        (entry(3, 5, 9), False, False),
        (entry(4), False, False),
        (LOOSE, False, False),
    ],
)
def test_an_entry_may_have_moved_the_account_behind_its_beginning(
    known: KnownEntry, *, days: bool, day_alone: bool
) -> None:
    assert equation(KNOWN, OWN).may_be_after(known) is days
    assert equation(KNOWN, told(4, 4, 100, B)).may_be_after(known) is day_alone


def test_new_lines_between_its_beginning_and_the_point_are_none_but_late_ones() -> None:
    own = told(4, 7, 100, (5, 200, "neu"))
    for first, point, expected in ((4, 5, True), (4, 6, False), (5, 6, False), (6, 7, True)):
        assert equation(KNOWN, own).opened_on(day(first), day(point)) is expected
        assert equation(KNOWN, own, late=True).opened_on(day(first), day(point)) is True


# -------------------------------------------------------------------------------------- which entries are looked at


def test_a_hidden_beginning_may_be_on_any_day_with_entries_up_to_the_end() -> None:
    known = (told(1, 9, 0, (2, 1, ""), A, OUT, (9, 3, "")), without_balances(11, 12, (11, 5, "")))
    hidden = equation(known, told(3, 14, 0, kind="MT940"), late=True)
    assert set(hidden.hidden_firsts) == {day(3), day(5), day(9)}
    assert list(equation(known, told(3, 14, 0, kind="MT940")).hidden_firsts) == []
    assert list(equation(known, told(3, 14, 0), late=True).hidden_firsts) == []


def test_what_a_hidden_beginning_lies_behind_does_not_stay() -> None:
    known = (told(1, 9, 0, A, OUT, (9, 3, "")), without_balances(11, 12, (11, 5, "")))

    def staying(kind: str, *, late: bool) -> list[int]:
        return [each.cents for each in equation(known, told(4, 14, 0, kind=kind), late=late).staying]

    assert staying("MT940", late=True) == [5]
    assert staying("MT940", late=False) == staying("053", late=True) == [50, 3, 5]


def test_loose_cents_are_those_that_it_tells_again_of_files_without_balances() -> None:
    loose = without_balances(4, 8, (4, 7, "a"), (8, 11, "b"))
    own = equation([told(1, 3, 0, A), loose], told(1, 9, 0, A, (4, 7, "a"), (8, 11, "b"), (9, 1, "c")))
    assert own.loose_cents(lambda on: on < day(9)) == 18
    assert own.loose_cents(lambda on: on > day(4)) == 11


def test_what_may_have_moved_later_is_late_or_taken_for_late() -> None:
    known = [told(1, 5, 0, A, (4, 9, "neun"), OUT), told(6, 9, 159, (5, 4, "spät"))]
    assert sorted(equation(known, told(5, 6, 109, OUT), late=True).maybe_after()) == []
    known = [told(1, 6, 0, A, (4, 9, "neun"), OUT), told(4, 7, 159, (2, 4, "spät"))]
    assert sorted(equation(known, told(5, 6, 109, OUT)).maybe_after()) == [4]
    assert sorted(equation(known, told(5, 6, 109, OUT), late=True).maybe_after()) == [4, 9, 100]
    assert sorted(equation(known, told(2, 6, 109, (2, 4, "spät"))).maybe_after()) == []


def test_what_moved_after_its_first_day() -> None:
    known = [
        without_balances(5, 10, (5, 1_000, "a"), (6, 200, "b"), (9, 400, "c"), (10, 8_000, "d")),
        told(1, 5, 0, A, OUT),
        told(6, 9, 150, (7, 7, ""), (9, 3, "")),
    ]
    so_far = KnownAccount([*map(taken, known[1:]), taken(known[0])])
    assert equation(so_far, told(5, 6, 0)).moved_after() == 7 + 3 + 200 + 400


@pytest.mark.parametrize(
    ("own", "moved"),
    [
        (told(4, 6, 0), 60 + 1),
        (told(4, 6, 0, (4, 30, "spät")), 30 + 1),
        (told(3, 6, 0, (3, 30, "spät")), 60 + 1),
        (told(4, 6, 0, (4, 30, "spät"), (4, 30, "spät")), 1),
        (told(5, 6, 0), 60 + 1),
        (told(8, 9, 0), 0),
    ],
)
def test_late_lines_moved_the_account_after_it_unless_it_tells_them(own: Statement, moved: int) -> None:
    """Two lines of day 4 came with the statement of days 8 and 9."""
    late = told(8, 9, 100, (4, 30, "spät"), (4, 30, "spät"), (8, 1, ""))
    assert equation([told(1, 7, 0, A), late], own).moved_after() == moved


def test_of_lines_alike_those_that_came_in_time_are_told_first() -> None:
    """One line of day 4 came in time and one late: a statement that tells one of the two tells the first."""
    known = read(told(1, 7, 0, A, (4, 30, "x")), told(8, 9, 130, (4, 30, "x"), (8, 1, ""))).account
    assert equation(known, told(4, 6, 100, (4, 30, "x"))).moved_after() == 30 + 1
    assert equation(known, told(4, 6, 100, (4, 30, "x"), (4, 30, "x"))).moved_after() == 1


# --------------------------------------------------------------------------------------------- where it may lie


@pytest.mark.parametrize(
    ("own", "opens"),
    [
        (told(3, 5, 0, A, OUT), True),
        (told(3, 5, 1, A, OUT), False),
        (told(3, 5, 100, OUT), True),
        (told(3, 5, 0, OUT), False),
        (told(5, 5, 100, OUT), True),
        (told(5, 5, 107, OUT), True),
        (told(5, 5, 108, OUT), False),
        (told(5, 5, 150, (5, 7, "x")), True),
        (told(5, 9, 150, (5, 7, "x")), True),
        (told(5, 9, 100, (5, 7, "x")), False),
        (told(5, 5, 100, (5, 7, "x")), True),
        (told(6, 9, 157), True),
    ],
)
def test_it_begins_with_a_balance_that_the_account_had(own: Statement, *, opens: bool) -> None:
    """Of its first day it may lie behind others only where it has no other day."""
    known = [told(1, 9, 0, A, OUT, (5, 7, "x"), (9, 3, ""))]
    assert equation(known, own).opens() is opens


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (told(3, 6, 0, A, OUT, (6, 5, "")), True),
        (told(3, 6, 0, A, (6, 5, "")), False),
        (told(3, 6, 0, A, OUT), True),
        (told(2, 6, 0, OUT, (6, 5, "")), False),
        (told(3, 6, 100, OUT, (6, 5, "")), True),
        (told(3, 9, 0, A, OUT, (6, 5, "")), True),
        (told(3, 9, 0, A, OUT, (6, 5, ""), B), False),
        (told(3, 10, 0, A, OUT, (6, 5, "")), False),
        (told(3, 9, 7, A, OUT, (6, 5, "")), False),
    ],
)
def test_within_what_is_known(own: Statement, *, expected: bool) -> None:
    known = [told(1, 3, 0, A), told(4, 9, 100, OUT, (6, 5, ""))]
    assert list(equation(known, own).within()) == ([frozenset()] if expected else [])


END = told(1, 5, 0, A, OUT)


@pytest.mark.parametrize(
    ("known", "own", "late", "expected"),
    [
        ([END], told(5, 6, 150, (6, 9, "")), False, True),
        ([END], told(5, 6, 151, (6, 9, "")), False, False),
        ([END], told(3, 6, 0, A, OUT, (6, 9, "")), False, True),
        ([END], told(3, 6, 100, OUT, (6, 9, "")), False, True),
        ([END], told(3, 6, 0, A, (6, 9, "")), False, False),
        ([END], told(3, 4, 0, A), False, False),
        ([END], told(3, 6, 0, A, OUT, (4, 9, "")), False, False),
        ([END], told(3, 6, 0, A, OUT, (4, 9, "")), True, True),
        ([END], told(5, 6, 150, (5, 9, "")), False, True),
        # a file without balances told of days behind the end
        ([END, without_balances(5, 8, (7, 30, "c"))], told(8, 9, 180, (9, 4, "")), False, True),
        ([END, without_balances(5, 8, (7, 30, "c"))], told(8, 9, 150, (9, 4, "")), False, False),
        ([END, without_balances(5, 8, (7, 30, "c"))], told(7, 9, 150, (7, 30, "c"), (9, 4, "")), False, True),
        ([END, without_balances(5, 8, (7, 30, "c"))], told(6, 9, 150, (9, 4, "")), False, False),
        ([END, without_balances(5, 8, (7, 30, "c"))], told(7, 9, 180, (9, 4, "")), False, False),
        ([without_balances(5, 8, (5, 30, "c")), END], told(6, 9, 150, (9, 4, "")), False, True),
        ([without_balances(5, 8, (5, 30, "c")), END], told(5, 9, 150, (9, 4, "")), False, True),
        (
            [without_balances(5, 8, (5, 30, "c")), END],
            told(5, 9, 150, (5, 30, "c"), (9, 4, "")),
            False,
            False,
        ),
    ],
)
def test_at_the_end_of_what_is_known(
    known: Sequence[Statement], own: Statement, *, late: bool, expected: bool
) -> None:
    so_far = KnownAccount(map(taken, known))
    assert bool(list(equation(so_far, own, late=late).at_the_end())) is expected


BEGIN = told(5, 9, 100, OUT, (7, 7, "x"))


@pytest.mark.parametrize(
    ("known", "own", "late", "expected"),
    [
        ([BEGIN], told(4, 5, 91, (4, 9, "")), False, True),
        ([BEGIN], told(4, 5, 92, (4, 9, "")), False, False),
        ([BEGIN], told(4, 7, 91, (4, 9, ""), OUT), False, True),
        ([BEGIN], told(4, 7, 91, (4, 9, "")), False, False),
        ([BEGIN], told(6, 7, 150), False, False),
        ([BEGIN], told(5, 7, 91, OUT, (5, 9, "")), False, True),
        ([BEGIN], told(4, 8, 91, OUT, (6, 9, ""), (7, 7, "x")), False, False),
        ([BEGIN], told(4, 8, 91, OUT, (6, 9, ""), (7, 7, "x")), True, True),
        ([BEGIN], told(4, 8, 82, (4, 9, ""), OUT, (6, 9, ""), (7, 7, "x")), False, False),
        ([BEGIN], told(4, 8, 91, (4, 9, ""), OUT), False, False),
        ([BEGIN], told(4, 8, 91, (4, 9, ""), OUT), True, True),
        ([BEGIN, without_balances(2, 5, (3, 30, "c"))], told(1, 2, 61, (1, 9, "")), False, True),
        ([BEGIN, without_balances(2, 5, (3, 30, "c"))], told(1, 2, 91, (1, 9, "")), False, False),
        (
            [BEGIN, without_balances(2, 5, (3, 30, "c"))],
            told(1, 3, 61, (1, 9, ""), (3, 30, "c")),
            False,
            True,
        ),
        ([BEGIN, without_balances(2, 5, (2, 30, "c"))], told(1, 2, 91, (1, 9, "")), False, True),
        (
            [without_balances(2, 5, (5, 30, "c")), BEGIN],
            told(1, 5, 91, (1, 9, ""), (5, 30, "c")),
            False,
            True,
        ),
    ],
)
def test_before_the_beginning_of_what_is_known(
    known: Sequence[Statement], own: Statement, *, late: bool, expected: bool
) -> None:
    assert bool(list(equation(known, own, late=late).at_the_beginning())) is expected


def test_a_twin_is_sought_on_the_day_of_the_point_alone() -> None:
    known = [told(3, 3, 200, A)]
    assert len(list(*[equation(known, told(3, 3, 100, A)).at_the_beginning()])) == 1
    twins = next(iter(equation(known, told(3, 3, 100, A)).at_the_beginning()))
    assert len(twins) == 1
    assert list(equation([told(3, 5, 200, A)], told(2, 5, 100, A)).at_the_beginning()) == []
    wide = [told(3, 5, 200, OUT, A)]
    assert list(equation(wide, told(3, 5, 150, OUT, A)).at_the_beginning()) == [], (
        "day 5 is not where it begins"
    )


@pytest.mark.parametrize(
    ("known", "own", "expected"),
    [
        ([BEGIN], told(4, 9, 91, (4, 9, ""), OUT, (7, 7, "x")), True),
        ([BEGIN], told(4, 9, 92, (4, 9, ""), OUT, (7, 7, "x")), False),
        ([BEGIN], told(4, 9, 91, (4, 9, ""), OUT, (7, 7, "x"), (9, 4, "")), True),
        ([BEGIN], told(4, 10, 91, (4, 9, ""), OUT, (7, 7, "x"), (9, 4, "")), True),
        ([BEGIN], told(4, 10, 95, (4, 9, ""), OUT, (7, 7, "x"), (9, 4, "")), False),
        ([BEGIN], told(4, 10, 91, (4, 9, ""), OUT, (9, 4, "")), False),
        ([BEGIN], told(4, 8, 91, (4, 9, ""), OUT, (7, 7, "x")), False),
        ([BEGIN], told(6, 10, 91, (6, 9, ""), (7, 7, "x")), False),
        (
            [BEGIN, without_balances(3, 12, (3, 30, "c"), (5, 2, "d"), (9, 1, "e"), (11, 60, "f"))],
            told(
                2, 12, 61, (2, 9, ""), (3, 30, "c"), OUT, (5, 2, "d"), (7, 7, "x"), (9, 1, "e"), (11, 60, "f")
            ),
            False,
        ),
        (
            [BEGIN, without_balances(3, 12, (3, 30, "c"), (11, 60, "f"))],
            told(2, 12, 61, (2, 9, ""), (3, 30, "c"), OUT, (7, 7, "x"), (11, 60, "f"), (12, 4, "")),
            True,
        ),
        (
            [BEGIN, without_balances(3, 12, (3, 30, "c"), (11, 60, "f"))],
            told(2, 12, 62, (2, 9, ""), (3, 30, "c"), OUT, (7, 7, "x"), (11, 60, "f"), (12, 4, "")),
            False,
        ),
    ],
)
def test_around_all_that_is_known(known: Sequence[Statement], own: Statement, *, expected: bool) -> None:
    assert list(equation(known, own).around()) == ([frozenset()] if expected else [])


HOLE = (told(1, 3, 0, A), told(9, 9, 100, (9, 300, "drei")))
MEET = (told(1, 3, 0, A), told(3, 9, 100, (5, 300, "drei")))


@pytest.mark.parametrize(
    ("known", "own", "expected"),
    [
        (MEET, told(3, 3, 100, (3, 5, "a"), (3, -5, "b")), True),
        (MEET, told(3, 3, 101, (3, 5, "a"), (3, -5, "b")), False),
        (MEET, told(3, 3, 100, (3, 5, "a"), (3, -4, "b")), False),
        (MEET, told(3, 3, 100), False),
        (MEET, told(3, 4, 100, (3, 5, "a"), (3, -5, "b")), False),
        (MEET, told(2, 3, 100, (3, 5, "a"), (3, -5, "b")), False),
        (HOLE, told(5, 6, 100, OUT, BACK), True),
        (HOLE, told(5, 6, 101, OUT, BACK), False),
        (HOLE, told(3, 6, 100, OUT, BACK), True),
        (HOLE, told(6, 9, 100, (6, 5, ""), (6, -5, "z")), True),
        (HOLE, told(6, 9, 400, (6, 5, ""), (6, -5, "z")), False),
        (HOLE, told(9, 12, 400, (9, 5, ""), (9, -5, "z")), False),
        ((told(1, 9, 0, A),), told(5, 6, 100, OUT, BACK), False),
    ],
)
def test_at_a_joint_of_known_statements(
    known: Sequence[Statement], own: Statement, *, expected: bool
) -> None:
    assert list(equation(known, own).at_a_joint()) == ([frozenset()] if expected else [])


@pytest.mark.parametrize(("opening", "expected"), [(300, True), (301, False), (350, True), (299, False)])
def test_at_a_joint_of_pages(opening: int, *, expected: bool) -> None:
    pages = {"sequence": 4, "last_page": False}
    known = (told(1, 9, 0, A, B, page=1, **pages), told(1, 9, 300, OUT, page=3, **pages))
    own = told(1, 9, opening, (3, 5, "a"), (4, -5, "b"), page=2, **pages)
    assert bool(list(equation(known, own).at_a_joint())) is expected


@pytest.mark.parametrize(
    ("known", "own", "expected"),
    [
        (HOLE, told(4, 8, 100, OUT, BACK), True),
        (HOLE, told(4, 8, 101, OUT, BACK), False),
        (HOLE, told(4, 8, 100, OUT), False),
        (HOLE, told(4, 8, 100), False),
        (HOLE, told(3, 8, 0, A, OUT, BACK), True),
        (HOLE, told(3, 8, 0, A, OUT, (8, -50, "z")), True),
        (HOLE, told(3, 3, 0, A, (3, 50, "h"), (3, -50, "z")), True),
        (HOLE, told(3, 3, 100, (3, 50, "h"), (3, -50, "z")), False),
        (HOLE, told(3, 4, 100, (3, 50, "h"), (4, -50, "z")), True),
        (HOLE, told(8, 9, 100, (8, 50, "h"), (9, -50, "z")), True),
        (HOLE, told(3, 9, 0, A, OUT, BACK, (9, 300, "drei")), True),
        (HOLE, told(2, 9, 0, OUT, BACK, (9, 300, "drei")), False),
        (HOLE, told(3, 10, 0, A, OUT, BACK, (9, 300, "drei")), False),
        ((told(1, 9, 0, A),), told(4, 8, 100, OUT, BACK), False),
        ((told(1, 5, 0, A), *HOLE[1:]), told(4, 8, 100, (4, 50, "h"), (7, -50, "z")), False),
        ((told(1, 5, 0, A), *HOLE[1:]), told(5, 8, 100, (4, 50, "h"), (7, -50, "z")), True),
        ((told(1, 5, 0, A, OUT), told(9, 9, 150)), told(4, 8, 100, (5, 5, "h"), (7, -5, "z")), False),
        ((told(1, 5, 0, A, OUT), told(9, 9, 150)), told(5, 8, 150, (5, 5, "h"), (7, -5, "z")), True),
        (
            (told(1, 5, 0, A, OUT, (5, 7, "x")), told(9, 9, 157)),
            told(5, 8, 100, OUT, (5, 5, "h"), (7, -5, "z")),
            False,
        ),
    ],
)
def test_in_a_hole(known: Sequence[Statement], own: Statement, *, expected: bool) -> None:
    assert list(equation(known, own).in_a_hole()) == ([frozenset()] if expected else [])


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (told(4, 5, 100, (4, 7, "")), True),
        (told(4, 5, 101, (4, 7, "")), False),
        (told(7, 8, 100, (8, 30, "")), True),
        (told(7, 8, 123, (8, 7, "")), True),
        (told(7, 8, 124, (8, 7, "")), False),
        (told(3, 5, 100, (4, 7, "")), False),
        (told(4, 5, 100, A), False),
    ],
)
def test_in_a_gap_that_a_person_decided(own: Statement, *, expected: bool) -> None:
    gap = StatementPiece.of(told(4, 8, 100, (4, 30, "Unterschied"), kind="Lücke"))
    known = KnownAccount(
        [
            taken(told(1, 3, 0, A)),
            taken(told(4, 8, 0))._replace(piece=gap, lines=()),
            taken(told(9, 9, 130, (9, 50, ""))),
        ]
    )
    assert list(equation(known, own).in_a_gap()) == ([frozenset()] if expected else [])
