"""Made-up accounts and how banks tell of them: the truth is known, so what is booked twice or lost can be counted.

An account is a list of entries in the order in which they moved it. A statement is some entries in a row. Each kind of
delivery cuts the list in its own way; a world is reckoned from its kind and seed alone.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import Final

from kkd_ledger.bank.statements import Statement
from tests.bank import writing

OPENING_CENTS: Final = 1_000_000
_DAYS: Final = 12
_AMOUNTS: Final[Sequence[Sequence[int]]] = (
    (100, 250),
    (100, -100, 250),
    (100, -100, 7, -13),
    tuple(range(101, 9_999, 97)),
)
_BUSY: Final = tuple(cents * sign for cents in range(101, 99_999, 97) for sign in (1, 1, -1))


@dataclass(frozen=True)
class Entry:
    """One entry: the day (of March 2022, from 1) on which it moved the account, the bank's day, cents, text."""

    moved: int
    dated: int
    cents: int
    text: str


@dataclass(frozen=True)
class World:
    """What the bank did, and the statements that come with each run, the first run first.

    `own`: the account is the cooperation's own, so the books know its balance.
    """

    kind: str
    seed: int
    entries: tuple[Entry, ...]
    runs: tuple[tuple[Statement, ...], ...]
    own: bool


def day(number: int) -> dt.date:
    """Return a day of March 2022, beyond 31 one of April, below 1 one of February."""
    return dt.date(2022, 3, 1) + dt.timedelta(number - 1)


class Account:
    """A true list of entries, and the statements that tell some of them in a row."""

    def __init__(self, chance: random.Random, *, late: bool = False, busy: bool = False) -> None:
        self.chance = chance
        amounts = _BUSY if busy else chance.choice(_AMOUNTS)
        count, last = (chance.randint(20, 60), 3) if busy else (chance.randint(1, 14), _DAYS)
        days = sorted(chance.randint(1, last) for _ in range(count))
        self.entries = tuple(
            Entry(on, self._dated(on, late=late), chance.choice(amounts), chance.choice(("", "Umlage")))
            for on in days
        )
        self.sums = list(accumulate((one.cents for one in self.entries), initial=OPENING_CENTS))
        self.referenced = chance.random() < 0.4
        self.numbering = chance.choice(("counted", "counted", "none", "same"))

    def _dated(self, on: int, *, late: bool) -> int:
        return max(1, on - self.chance.choice([0] * 8 + [1, 5])) if late else on

    @property
    def count(self) -> int:
        """How many entries there are."""
        return len(self.entries)

    def place(self, on: int) -> int:
        """Return how many entries moved the account before a day."""
        return sum(one.moved < on for one in self.entries)

    def piece(
        self,
        first: int,
        after: int,
        days: tuple[int, int] | None = None,
        *,
        kind: str = "053",
        number: int = 0,
        words: str = "",
        **values: object,
    ) -> Statement:
        """Return the statement of the entries from one to before another; its days are theirs where it names none.

        `words` is how this format alters the texts and references.
        """
        entries = self.entries[first:after]
        first_day, last_day = days or (entries[0].moved, entries[-1].moved)
        lines = [
            writing.line(
                one.cents,
                booking_day=day(one.dated),
                value_day=day(one.dated),
                remittance=f"{words}{one.text}",
                bank_reference=f"{words}R{place}" if self.referenced else "",
            )
            for place, one in enumerate(entries, start=first)
        ]
        if kind == "MT940" and lines:
            first_day = min(last_day, *(one.dated for one in entries))
        facts: dict[str, object] = {
            "from_day": day(first_day),
            "to_day": day(last_day),
            "sequence": {"counted": number, "same": 1}.get(self.numbering) or None,
            "identity": f"{kind}-{first}-{after}-{number}",
            "sha256": f"{kind}-{first}-{after}-{number}-{first_day}-{last_day}-{values}",
            "kind": kind,
        }
        told = writing.statement(*lines, opening_cents=self.sums[first], **(facts | values))
        return replace(told, opening_cents=None, closing_cents=None) if kind == "CSV" else told

    def days(self, first: int, last: int, **values: object) -> Statement:
        """Return the statement of whole days."""
        return self.piece(self.place(first), self.place(last + 1), (first, last), **values)  # type: ignore[arg-type]

    def spans(self, longest: int) -> list[tuple[int, int]]:
        """Cut all days into spans of whole days."""
        bounds = [1]
        while bounds[-1] <= _DAYS:
            bounds.append(min(_DAYS + 1, bounds[-1] + self.chance.randint(1, longest)))
        return [(first, after - 1) for first, after in pairwise(bounds)]

    def bounds(self, most: int) -> list[tuple[int, int]]:
        """Cut the list anywhere, also within days."""
        cuts = {self.chance.randint(0, self.count) for _ in range(self.chance.randint(1, most))}
        return list(pairwise(sorted(cuts | {0, self.count})))

    def span(self) -> tuple[int, int]:
        """Return some days in a row."""
        first = self.chance.randint(1, _DAYS)
        return first, min(_DAYS, first + self.chance.randint(0, 6))


Told = list[Statement]


def _whole_days(account: Account) -> Told:
    longest = account.chance.choice((1, 1, 3, 6))
    return [account.days(*span, number=place) for place, span in enumerate(account.spans(longest), start=1)]


def _pieces(account: Account) -> Told:
    cuts = account.bounds(5)
    return [account.piece(*cut, number=place) for place, cut in enumerate(cuts, start=1)]


def _so_far(account: Account) -> Told:
    """Each day is told up to now, some times, and then as a whole."""
    found, number = [], 0
    for on in range(1, _DAYS + 1):
        first, after = account.place(on), account.place(on + 1)
        marks = sorted(
            account.chance.sample(range(first, after), min(after - first, account.chance.randint(0, 2)))
        )
        for mark in [*(mark for mark in marks if mark > first), after]:
            number += 1
            found.append(account.piece(first, mark, (on, on), number=number))
    return found


def _told_again(account: Account) -> Told:
    found = _whole_days(account)
    for number in range(account.chance.randint(1, 3)):
        found.insert(
            account.chance.randint(1, len(found)), account.days(*account.span(), number=900 + number)
        )
    return found


def _pieces_again(account: Account) -> Told:
    again = [
        account.days(*account.span(), number=900 + number) for number in range(account.chance.randint(1, 3))
    ]
    return _pieces(account) + again


def _pieces_twice(account: Account) -> Told:
    """The list is cut once, and once more in another way."""
    cuts = account.bounds(4)
    return _pieces(account) + [account.piece(*cut, number=500 + place) for place, cut in enumerate(cuts)]


def _two_formats(account: Account) -> Told:
    """The same whole days in both formats, their texts and references in other words."""
    spans = account.spans(account.chance.choice((1, 4, 12)))
    others = spans if account.chance.random() < 0.6 else account.spans(6)
    found = [
        account.days(*one, number=place, kind="MT940", words="S") for place, one in enumerate(spans, start=1)
    ]
    return found + [account.days(*one, number=place) for place, one in enumerate(others, start=1)]


def _switch(account: Account) -> Told:
    """The format changes, at the end of a day or within it."""
    cuts = account.bounds(5)
    at = account.chance.randint(0, len(cuts))
    kinds = ["MT940"] * at + ["053"] * (len(cuts) - at)
    return [
        account.piece(*cut, number=place, kind=kind)
        for place, (cut, kind) in enumerate(zip(cuts, kinds, strict=True), start=1)
    ]


def _pages(account: Account) -> Told:
    found = []
    for number, (first, last) in enumerate(account.spans(6), start=1):
        places = account.place(first), account.place(last + 1)
        inner = range(places[0] + 1, places[1])
        cuts = sorted(account.chance.sample(inner, min(len(inner), account.chance.randint(0, 2))))
        pages = list(pairwise([places[0], *cuts, places[1]]))
        for page, part in enumerate(pages, start=1):
            more = {"page": page, "last_page": page == len(pages)} if len(pages) > 1 else {}
            found.append(account.piece(*part, (first, last), number=number, **more))  # type: ignore[arg-type]
    return found


def _without_balances(account: Account) -> Told:
    return [
        account.days(*span, number=place, kind="CSV" if account.chance.random() < 0.3 else "053")
        for place, span in enumerate(account.spans(4), start=1)
    ]


def _csv_beside(account: Account) -> Told:
    """A file without balances tells known days again, or days that come."""
    found = _whole_days(account)
    for number in range(account.chance.randint(1, 2)):
        found.insert(
            account.chance.randint(0, len(found)),
            account.days(*account.span(), number=900 + number, kind="CSV"),
        )
    return found


def _wrong_balance(account: Account) -> Told:
    """One statement has balances that the account never had; the bank tells its days rightly later."""
    found = _whole_days(account)
    place = account.chance.randrange(len(found))
    one, slip = (
        found[place],
        account.chance.choice((7, -100, 100, 250) if account.referenced else (1_000_003, -3_000_003)),
    )
    assert one.opening_cents is not None
    assert one.closing_cents is not None
    wrong = replace(
        one,
        identity=f"{one.identity}-falsch",
        sha256=f"{one.sha256}-falsch",
        opening_cents=one.opening_cents + slip,
        closing_cents=one.closing_cents + slip,
        sequence=one.sequence and one.sequence + 700,
    )
    found.insert(place + account.chance.randint(0, 1), wrong)
    return found


def _re_booked(account: Account) -> Told:
    """Days are told again, and one line of them bears another booking day."""
    found = _whole_days(account)
    again = account.days(*account.span(), number=900)
    if again.lines:
        place = account.chance.randrange(len(again.lines))
        line = again.lines[place]
        moved = line.booking_day + dt.timedelta(account.chance.choice((-1, 1)))
        moved = min(max(moved, again.from_day), again.to_day)
        lines = (*again.lines[:place], replace(line, booking_day=moved), *again.lines[place + 1 :])
        again = replace(again, lines=lines)
    return [*found, again]


def _missing(account: Account) -> Told:
    """A statement never comes, and the others do."""
    found = _pieces(account) if account.chance.random() < 0.5 else _whole_days(account)
    del found[account.chance.randrange(len(found))]
    return found or _whole_days(account)


def _busy(account: Account) -> Told:
    """Days of many lines come in pieces, up to now, or as a whole and then again."""
    return account.chance.choice((_pieces, _so_far, _told_again, _pieces_again))(account)


_KINDS: Final[Mapping[str, tuple[Callable[[Account], Told], bool, bool]]] = {
    # name: (how it is cut, shuffled, lines that the bank dates too early)
    "whole days": (_whole_days, False, False),
    "whole days, shuffled": (_whole_days, True, False),
    "whole days, late lines": (_whole_days, False, True),
    "whole days, late lines, shuffled": (_whole_days, True, True),
    "pieces": (_pieces, False, False),
    "pieces, shuffled": (_pieces, True, False),
    "pieces, late lines, shuffled": (_pieces, True, True),
    "day so far": (_so_far, False, False),
    "day so far, shuffled": (_so_far, True, False),
    "told again": (_told_again, False, False),
    "told again, late lines": (_told_again, False, True),
    "told again, shuffled": (_told_again, True, False),
    "pieces and whole days": (_pieces_again, False, False),
    "pieces and whole days, shuffled": (_pieces_again, True, False),
    "pieces and whole days, late lines, shuffled": (_pieces_again, True, True),
    "pieces in two ways": (_pieces_twice, False, False),
    "pieces in two ways, shuffled": (_pieces_twice, True, False),
    "two formats": (_two_formats, False, False),
    "two formats, shuffled": (_two_formats, True, False),
    "format switch": (_switch, False, False),
    "format switch, shuffled": (_switch, True, False),
    "pages": (_pages, False, False),
    "pages, shuffled": (_pages, True, False),
    "without balances": (_without_balances, False, False),
    "CSV beside": (_csv_beside, False, False),
    "wrong balance": (_wrong_balance, False, False),
    "re-booked": (_re_booked, False, False),
    "missing": (_missing, False, False),
    "busy days": (_busy, False, False),
    "busy days, shuffled": (_busy, True, False),
    "first file": (_whole_days, True, False),
    "first file, pieces": (_pieces_again, True, False),
}
KINDS: Final = tuple(_KINDS)


def account_of(kind: str, seed: int) -> Account:
    """Return the account of the world of a kind and a seed."""
    told, _, late = _KINDS[kind]
    return Account(random.Random(f"{kind}/{seed}"), late=late, busy=told is _busy)


def world(kind: str, seed: int) -> World:
    """Return the world of a kind and a seed."""
    told, shuffled, _ = _KINDS[kind]
    account = account_of(kind, seed)
    chance = account.chance
    statements = told(account)
    if shuffled:
        chance.shuffle(statements)
    runs = list(_in_runs(chance, statements))
    if not kind.startswith("first file"):
        runs.insert(0, (account.piece(0, 0, (0, 0)),))
    return World(kind, seed, account.entries, tuple(runs), chance.random() < 0.5 and kind[:5] != "first")


def _in_runs(chance: random.Random, statements: Told) -> Iterator[tuple[Statement, ...]]:
    most = chance.choice((1, 1, 3, len(statements)))
    while statements:
        size = chance.randint(1, most)
        yield tuple(statements[:size])
        statements = statements[size:]
