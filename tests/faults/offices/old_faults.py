"""Dead ends that were there, planted again: the simulation has to find each (tests/faults/test_simulation.py).

`python -m tests.faults.offices.old_faults` plants each in the life that found it; with `SEEDS MONTHS [FAULT …]` it
prints which of so many do.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from unittest import mock

from kkd_ledger.audit import close
from kkd_ledger.book.config import Book
from kkd_ledger.book.settings import Settings
from kkd_ledger.cli import job
from kkd_ledger.errors import EntryRefused, Problem
from kkd_ledger.rules import staged_allocation
from kkd_ledger.work.books import books
from kkd_ledger.work.claims import post
from kkd_ledger.work.decisions import decide_file
from tests.faults.offices import events

Plant = Callable[[], contextlib.AbstractContextManager[Any]]
_appropriate, _lightly, _was_agreed = books.appropriate, books._refuse_lightly, staged_allocation._was_agreed


def _never(*_: object) -> bool:
    return False


def _by_todays_name(book: Book, account: str) -> str:
    return account.replace(book.budget_accounts(), book.settings.budget.line)


def _no_way_back(work: Any, year: int, *_: object) -> None:
    raise EntryRefused([Problem(str(work.book.root), str(year), "ein früherer Stand", "ein späterer")])


def _only_more(book: Book, year: int, cents: int, *rest: Any, **more: Any) -> Any:
    if cents < 0:
        raise EntryRefused([Problem(str(book.root), str(year), "weniger als nichts", "ein Betrag")])
    return _appropriate(book, year, cents, *rest, **more)


def _as_found(_: object, __: object, ___: object, ____: object, found: Any) -> Any:
    return found


@contextlib.contextmanager
def _content() -> Iterator[None]:
    """Every run of the month is content, whatever waits."""
    genuine = job._run

    def run(*arguments: Any) -> int:
        return 0 if genuine(*arguments) <= 1 else 2

    with mock.patch.object(job, "_run", run):
        yield


OLD_FAULTS: Mapping[str, Plant] = {
    "closing judges by later knowledge": lambda: mock.patch.object(close, "_left_in_order", _as_found),
    "an amendment heard of late makes right entries wrong": lambda: mock.patch.object(
        staged_allocation, "_was_agreed", _never
    ),
    "the budget line's new name is another budget": lambda: mock.patch.object(
        Book, "plain_account", _by_todays_name
    ),
    "a year's state cannot be taken back": lambda: mock.patch.object(books, "_refuse_lightly", _no_way_back),
    "a mistyped appropriation cannot be taken back": lambda: mock.patch.object(
        books, "appropriate", _only_more
    ),
    "a former IBAN is not known": lambda: mock.patch.object(Settings, "former_ibans", {}),
    "a file that waits is no finding": _content,
    "a correction stands before what it corrects": lambda: mock.patch.object(post, "_goes_on", _never),
    "a copy decided about empties what was read": lambda: mock.patch.object(
        decide_file, "_taken_before", return_value=frozenset()
    ),
}


OFTEN: Mapping[str, tuple[str, ...]] = {
    "closing judges by later knowledge": ("Wiederöffnung",),
    "an amendment heard of late makes right entries wrong": ("Satz",),
    "the budget line's new name is another budget": ("book.toml",),
    "a year's state cannot be taken back": ("Jahresstand",),
    "a mistyped appropriation cannot be taken back": ("Ansatz",),
    "a former IBAN is not known": ("eigene IBAN",),
    "a file that waits is no finding": ("unmöglicher Tag",),
    "a correction stands before what it corrects": ("Jahresstand", "Satz"),
    "a copy decided about empties what was read": (),
}
"""The events whose crossing leads to a fault: for a quick search they are made frequent."""

SEEN: Mapping[str, tuple[int, int]] = {
    "closing judges by later knowledge": (0, 15),
    "an amendment heard of late makes right entries wrong": (3, 8),
    "the budget line's new name is another budget": (1, 8),
    "a year's state cannot be taken back": (0, 15),
    "a mistyped appropriation cannot be taken back": (0, 6),
    "a former IBAN is not known": (0, 6),
    "a file that waits is no finding": (0, 6),
    "a correction stands before what it corrects": (10, 24),
    "a copy decided about empties what was read": (50_000, 24),
}
"""A life, by seed and months, that finds each fault, and is clean without it."""


@contextlib.contextmanager
def often(*names: str) -> Iterator[None]:
    """Let events happen about as often as all others together."""
    frequent = {name: (events.EVENTS[name][0], 200 if len(names) == 1 else 60) for name in names}
    with mock.patch.dict(events.EVENTS, frequent):
        yield


def finding(fault: str, seeds: Iterable[int], months: int, enough: int = 3) -> list[tuple[int, str]]:
    """Return the first seeds that find a planted fault, each with what it says of it first."""
    from tests.faults import simulation

    found: list[tuple[int, str]] = []
    with OLD_FAULTS[fault](), often(*OFTEN[fault]):
        for seed in seeds:
            if wrong := simulation.part(seed, months)[1]:
                found.append((seed, wrong[0]))
            if len(found) == enough:
                break
    return found


if __name__ == "__main__":
    given = sys.argv[1:3]
    for name in sys.argv[3:] or OLD_FAULTS:
        seeds, length = (range(int(given[0])), int(given[1])) if given else ([SEEN[name][0]], SEEN[name][1])
        for number, text in finding(name, seeds, length) or [(-1, "not found")]:
            print(f"{name}\t{number}\t{text[:160]}", flush=True)
