"""How much the equation tries at the most: counted, not timed. Beyond that a person decides."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import pytest

from kkd_ledger.bank.continuity import equation
from kkd_ledger.bank.continuity.continuity import Continuity
from kkd_ledger.bank.continuity.subset_sums import (
    SUMS_MAX,
    TRIALS_MAX,
    Group,
    TooManySums,
    choices,
    some_reach,
)
from tests.bank.continuity.waiting_kinds import Line, told

ENTRIES_SURE = 12
QUESTIONS_MAX = 16
"""Two ends of the account, lines that may be late or not, references believed or not, two pairs of balances."""


class Counted(int):
    """Cents that count how often they are added."""

    added = 0

    def __add__(self, other: int) -> Counted:
        Counted.added += 1
        return Counted(int(self) + int(other))

    __radd__ = __add__


def groups(cents: Sequence[int]) -> list[Group]:
    return [((f"1:f-{place}-1", Counted(amount)),) for place, amount in enumerate(cents)]


HARD = {
    "twelve, all sums different": [2**place for place in range(ENTRIES_SURE)],
    "thirteen, all sums different": [2**place for place in range(ENTRIES_SURE + 1)],
    "hundreds of small amounts": [1 + place % 9 for place in range(200)],
    "hundreds of one amount": [500] * 900,
    "thousands of one amount": [500] * 9_000,
    "thousands of different amounts": [101 + 97 * place for place in range(9_000)],
    "payments and their returns": [sign * 2**place for place in range(20) for sign in (1, -1)],
}

TRIED = {"twelve, all sums different", "hundreds of small amounts", "hundreds of one amount"}


@pytest.mark.parametrize("name", HARD)
def test_no_day_makes_more_sums_than_are_allowed(name: str) -> None:
    cents = HARD[name]
    Counted.added = 0
    try:
        found = list(islice(choices(groups(cents), sum(cents[: len(cents) // 2])), 64))
    except TooManySums:
        found = []
    assert Counted.added <= TRIALS_MAX + len(cents) * (64 + 2), "the sums, and a path for each answer"
    assert bool(found) == (name in TRIED)
    Counted.added = 0
    some_reach([Counted(amount) for amount in cents], -7)
    assert Counted.added <= TRIALS_MAX


def test_any_twelve_entries_are_tried() -> None:
    """Twelve have at most 4,096 sums, so no amounts make them too many."""
    assert 2**ENTRIES_SURE == SUMS_MAX
    assert list(choices(groups([2**place for place in range(ENTRIES_SURE)]), 5)) == [{"1:f-0-1", "1:f-2-1"}]


def test_the_equation_asks_so_often(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0

    def counting(*arguments: object) -> object:
        nonlocal asked
        asked += 1
        return choices(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(equation, "choices", counting)
    lines: list[Line] = [(5, 2**place, f"Nr. {place}") for place in range(ENTRIES_SURE)]
    known = Continuity(())
    for statement in (told(1, 4, 0, (3, 100, "eins")), told(5, 5, 100, *lines)):
        reading = known.read(statement)
        known.add(statement, reading, reading.new)
    total = 100 + sum(cents for _, cents, _ in lines)
    assert not known.read(told(5, 5, 100, *lines, identity="noch einmal")).new
    assert len(known.read(told(5, 6, total, *lines, (6, 9, "neu"))).new) == ENTRIES_SURE + 1
    assert 0 < asked <= 2 * QUESTIONS_MAX


def test_a_day_of_thousands_of_lines_is_read() -> None:
    """A Kasse's account on the day of a levy: no path through so many entries is too deep."""
    lines: list[Line] = [(5, 500, f"Kassenzeichen {place}") for place in range(1_800)]
    known = Continuity(())
    for statement in (told(1, 4, 0, (3, 100, "eins")), told(5, 5, 100, *lines[:900])):
        reading = known.read(statement)
        known.add(statement, reading, reading.new)
    assert len(known.read(told(5, 5, 100, *lines, identity="ganz")).new) == 900
    assert len(known.read(told(5, 5, 100 + 900 * 500, *lines, identity="zweimal")).new) == 1_800
