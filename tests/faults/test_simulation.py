"""No dead end: offices live months by commands alone, from some seeds; `make campaign` takes 2,000 of two years."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.faults import simulation
from tests.faults.offices.answers import Money
from tests.faults.offices.clerk import Clerk
from tests.faults.offices.old_faults import OFTEN, OLD_FAULTS, SEEN, finding, often

SEEDS = range(20)
MONTHS = 3


@pytest.mark.parametrize("seed", SEEDS)
def test_no_state_is_a_dead_end(seed: int) -> None:
    assert simulation.part(seed, MONTHS) == (1, [])


def test_the_simulation_finds_a_clerk_who_places_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def idle(clerk: Clerk, day: dt.date, money: Money) -> None:
        """Leave everything unclear."""

    monkeypatch.setattr(Clerk, "_place", idle)
    monkeypatch.setattr(Clerk, "_decide", idle)
    _, wrong = simulation.part(SEEDS[2], MONTHS)
    assert any(": unclear for good: " in one or "wartet auf eine Entscheidung" in one for one in wrong)


@pytest.mark.parametrize(
    "fault",
    [
        "a former IBAN is not known",
        "a file that waits is no finding",
        "a mistyped appropriation cannot be taken back",
    ],
)
def test_the_simulation_finds_an_old_dead_end(fault: str) -> None:
    assert finding(fault, range(1), 6, enough=1)


def test_every_old_dead_end_can_still_be_planted() -> None:
    assert OFTEN.keys() == OLD_FAULTS.keys() == SEEN.keys()
    for fault, names in OFTEN.items():
        with OLD_FAULTS[fault](), often(*names):
            pass
