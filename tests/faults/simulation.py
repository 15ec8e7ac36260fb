"""Two years of offices from a seed: ordinary events in any order, and commands only. No state may be a dead end.

A clerk knows what messages and the handbook say; he sees what commands print and what the other side and the bank
send. Whatever happens, at the end every month is closed, both sides' books agree, nothing is unclear, the sums are the
true ones, and no message has advised a backup or a hand edit.
"""

from __future__ import annotations

import datetime as dt
import random
import sys
import tempfile
import traceback
from functools import partial
from pathlib import Path

from tests.faults.offices import ending, events
from tests.faults.offices.clerk import Clerk
from tests.faults.offices.life import Deed, Life, month_end
from tests.faults.offices.warm import prepared, warm

MONTHS = 24


def part(seed: int, months: int = MONTHS) -> tuple[int, list[str]]:
    """Let offices live from a seed; return what was wrong (this module as a program prints the diary of a seed)."""
    with tempfile.TemporaryDirectory() as folder:
        return 1, _told(Path(folder), seed, months)[1]


def _told(folder: Path, seed: int, months: int) -> tuple[list[str], list[str]]:
    """Return the diary of a life, and what was wrong in it."""
    with prepared(folder / "cache"):
        life = Life(folder, random.Random(f"simulation {seed}"))
        try:
            with warm():
                live(life, months)
                ending.close(life)
            return life.desk.diary, ending.verdict(life)
        except (AssertionError, KeyError, ValueError) as error:  # the clerk cannot read an answer
            last = traceback.format_exception(error)[-2].strip()
            return life.desk.diary, [*life.desk.wrong, f"{type(error).__name__}: {error}: {last}"]


def live(life: Life, months: int) -> None:
    """Let months pass, and then some more until everything is settled that can be."""
    for first in life.months(months):
        _plan(life, first)
        life.run(month_end(first))
    ending.settle(life)


def _plan(life: Life, first: dt.date) -> None:
    """Plan a month: what each office does anyhow, on any day, and what happens."""

    def on_any_day(deed: Deed, *, likely: float = 1.0) -> None:
        if life.chance.random() < likely:
            life.plan(first.replace(day=life.chance.randint(1, 28)), deed)

    for clerk in life.clerks.values():
        on_any_day(partial(_open, life, clerk), likely=0.7)
        on_any_day(clerk.post, likely=0.8 if first.month == 1 else 0.4)
        on_any_day(clerk.tidy, likely=0.3)
        on_any_day(partial(_close, life, clerk), likely=0.4)
    for party in life.agreed.inhabitants:
        on_any_day(partial(_pay, life, party), likely=0.5)
    on_any_day(life.give_back, likely=0.5)
    on_any_day(life.strangers, likely=0.5)
    for _ in range(life.chance.choice((0, 1, 1, 2))):
        on_any_day(partial(events.happen, life))


def _open(life: Life, clerk: Clerk, day: dt.date) -> None:
    life.desk.kkd(day, "open", clerk.book, f"{day:%Y-%m}", "--json")


def _pay(life: Life, party: str, day: dt.date) -> None:
    life.pay(day, party)


def _close(life: Life, clerk: Clerk, day: dt.date) -> None:
    """Close what is over, one month or the whole year so far; what cannot be closed yet has time."""
    over = day.replace(day=1) - dt.timedelta(1)
    clerk.close(day, life.chance.choice((f"{over:%Y-%m}", str(over.year))))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        diary, wrong = _told(Path(place), int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else MONTHS)
        print("\n".join([*diary, "", *(wrong or ["nothing is wrong"])]))
