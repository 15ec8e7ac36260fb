"""The account as its statements tell it: one chain of balances, and whether a further statement fits into it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from heapq import nlargest, nsmallest
from itertools import product
from operator import attrgetter
from typing import Final, NamedTuple

from kkd_ledger.bank.keys import entry_key
from kkd_ledger.bank.statements import StatementLine

_SUMS_MAX: Final = 4_096
_VOTERS: Final = 8


class Link(NamedTuple):
    """One statement: its key, its format, its days (ISO), number and page, and the balances in cents that it has."""

    key: str
    kind: str
    first: str
    last: str
    number: int | None
    page: int
    opening_cents: int | None
    closing_cents: int | None

    @property
    def balanced(self) -> bool:
        """Whether it has both balances."""
        return self.opening_cents is not None and self.closing_cents is not None

    def meets(self, other: Link) -> bool:
        """Whether it has a day in common with another one."""
        return self.first <= other.last and self.last >= other.first

    def begins_with(self, other: Link) -> bool:
        """Whether both begin on the same day with the same balance."""
        return (self.first, self.opening_cents) == (other.first, other.opening_cents)

    def ends_with(self, other: Link) -> bool:
        """Whether both end on the same day with the same balance."""
        return (self.last, self.closing_cents) == (other.last, other.closing_cents)

    def is_page_with(self, other: Link) -> bool:
        """Whether both are pages of one statement: then neither has a line of the other."""
        same = (self.kind, self.number) == (other.kind, other.number)
        return bool(same and self.number and self.page != other.page and self.meets(other))


class Reading(NamedTuple):
    """One way to read a statement: the new lines in it, each under its key, and the entries known by their keys.

    `late_cents` is the sum of the known ones that the bank dates before the statement's first day.
    """

    new: tuple[tuple[str, StatementLine], ...]
    known: frozenset[str]
    late_cents: int = 0

    @property
    def cents(self) -> int:
        """The sum of the new lines."""
        return sum(line.amount_cents for _, line in self.new)


class Timeline:
    """The statements with balances, which form one chain, and what was booked on each day.

    Statements without balances (CSV) stand beside the chain; their lines count where it goes on behind them.
    """

    def __init__(self) -> None:
        self.links: list[Link] = []
        self._days: defaultdict[str, dict[str, int]] = defaultdict(dict)
        self._totals: Counter[str] = Counter()
        self._loose: Counter[str] = Counter()
        self._loose_entries: set[str] = set()
        self._late: list[tuple[str, str, str, int]] = []

    def add(self, link: Link, lines: Iterable[tuple[str, str, int]]) -> None:
        """Add a statement with the lines (key, day, cents) that it was the first to tell of."""
        if link.balanced:
            self.links.append(link)
        for key, day, cents in lines:
            self._days[day][key] = cents
            self._totals[day] += cents
            if not link.balanced:
                self._loose[day] += cents
                self._loose_entries.add(entry_key(key))
            elif day < link.first:
                self._late.append((entry_key(key), day, link.last, cents))

    @property
    def first(self) -> str:
        """The first day of the chain, empty where there is none."""
        return min((link.first for link in self.links), default="")

    @property
    def last(self) -> str:
        """The last day of the chain, empty where there is none."""
        return max((link.last for link in self.links), default="")

    @property
    def starts(self) -> frozenset[int]:
        """The balance that the chain begins with, or those that it may."""
        return self._starts(self.links)

    @property
    def ends(self) -> frozenset[int]:
        """The balance that the chain ends with, or those that it may."""
        return self._ends(self.links)

    def _ends(self, links: Sequence[Link]) -> frozenset[int]:
        """Return what statements end with: of several on the last day the closing that the lines known lead to.

        They lead there from every opening at the start of a day; from one within a day they do not.
        """
        day = max((link.last for link in links), default="")
        latest = [link for link in links if link.last == day]
        closings = {link.closing_cents for link in latest}
        if len(closings) > 1:
            latest += nlargest(_VOTERS, (one for one in links if one.last < day), key=attrgetter("last"))
        votes = Counter(
            (link.opening_cents or 0) + self._moved(link.first, day) + self._moved_late(link.first, day)
            for link in latest
        )
        return _most(closings, votes)

    def _starts(self, links: Sequence[Link]) -> frozenset[int]:
        """Return what statements begin with: of several on the first day the opening that the lines known come from."""
        day = min((link.first for link in links), default="")
        earliest = [link for link in links if link.first == day]
        openings = {link.opening_cents for link in earliest}
        if len(openings) > 1:
            earliest += nsmallest(_VOTERS, (one for one in links if one.first > day), key=attrgetter("first"))
        votes = Counter((link.closing_cents or 0) - self._moved(day, link.last) for link in earliest)
        return _most(openings, votes)

    def _moved(self, first: str, last: str) -> int:
        return sum(cents for day, cents in self._totals.items() if first <= day <= last)

    def _moved_late(self, first: str, last: str) -> int:
        return sum(cents for _, on, until, cents in self._late if on < first <= until <= last)

    def lines_on(self, day: str) -> Mapping[str, int]:
        """Return what is known of a day: the cents of each line by its key."""
        return self._days.get(day, {})

    def ends_before(self, own: Link) -> tuple[str, frozenset[int]]:
        """Return the last day before a statement that others end on, and the balances that it may begin with."""
        links = [link for link in self.links if link.last < own.first]
        day = max((link.last for link in links), default="")
        between = sum(cents for on, cents in self._loose.items() if day < on < own.first)
        return day, frozenset(end + between for end in self._ends(links))

    def starts_after(self, own: Link) -> tuple[str, frozenset[int]]:
        """Return the first day after a statement that others begin on, and the balances that it may end with."""
        links = [link for link in self.links if link.first > own.last]
        day = min((link.first for link in links), default="")
        between = sum(cents for on, cents in self._loose.items() if own.last < on < day)
        return day, frozenset(start - between for start in self._starts(links))

    def fits(self, own: Link, reading: Reading, *, strict: bool = True) -> bool:
        """Tell whether a statement with balances fits with what is new in it.

        `strict` does not allow new lines within known days, whatever their sum, and wants the balances of a statement
        of several days without new lines explained, which late lines can prevent.
        """
        fresh = reading.known <= self._loose_entries
        if not any(link.meets(own) for link in self.links):
            return fresh and self._joins(own)
        if fresh and self._goes_on(own, strict=strict):
            return True
        if not strict and not reading.new and own.first < own.last and self.is_inside(own):
            return True
        if not self._gains(own, reading):
            return False
        if strict and not all(self._outside(own, line) for _, line in reading.new):
            return False
        return self.begins(own, reading)

    def is_within(self, reading: Reading) -> bool:
        """Tell whether there is a new line on a day of the chain, which has all lines of its days."""
        return any(self.first <= line.booking_day.isoformat() <= self.last for _, line in reading.new)

    def is_inside(self, own: Link) -> bool:
        """Tell whether a statement has more in common with the chain than the days on which one begins and ends."""
        return own.first < self.last and own.last > self.first

    def _joins(self, own: Link) -> bool:
        """Whether a statement of days of its own has the balances of its neighbours."""
        before, ends = self.ends_before(own)
        after, starts = self.starts_after(own)
        opens = not before or own.opening_cents in ends
        closes = not after or own.closing_cents in starts
        return opens and closes

    def _goes_on(self, own: Link, *, strict: bool) -> bool:
        """Whether a statement begins where the chain ends, or ends where it begins.

        A late line makes an MT940 seem to begin days before; then one that comes before it need not begin before it.
        """
        behind = own.last >= self.last and own.opening_cents in self.ends
        ahead = (own.first <= self.first or not strict) and own.closing_cents in self.starts
        return behind or ahead

    def _gains(self, own: Link, reading: Reading) -> bool:
        """Whether the new lines are what the chain grows by at its two ends; within it there is nothing new."""
        assert own.opening_cents is not None
        assert own.closing_cents is not None
        first, last = self.first, self.last
        if own.first > first and own.last < last:
            return not reading.new
        ahead, behind = set[int](), set[int]()
        if own.last >= last:
            loose = sum(cents for day, cents in self._loose.items() if last < day <= own.last)
            behind = {own.closing_cents - end - loose for end in self.ends}
        if own.first <= first:
            loose = sum(cents for day, cents in self._loose.items() if own.first <= day < first)
            ahead = {start - own.opening_cents - loose for start in self.starts}
        if own.last <= last:
            behind.add(0)
        if own.first >= first:
            ahead.add(0)
        return any(reading.cents == sum(pair) for pair in product(ahead, behind))

    def _outside(self, own: Link, line: StatementLine) -> bool:
        day = line.booking_day.isoformat()
        return day <= self.first or day >= self.last or day < own.first

    def begins(self, own: Link, reading: Reading) -> bool:
        """Tell whether the opening is a balance that the account had then, behind some of the lines not in it."""
        assert own.opening_cents is not None
        day, first, last = own.first, self.first, self.last
        starts, ends = self.starts, self.ends
        if reading.new:
            if day < first or (day == first and own.opening_cents + reading.cents in starts):
                return True
        elif (first < day and own.last < last) or (own.last == last and own.closing_cents in ends):
            return True
        since = reading.late_cents + sum(
            cents - (self._loose[on] if on > last else 0) for on, cents in self._totals.items() if day <= on
        )
        others = [
            cents
            for on, lines in self._days.items()
            if day <= on <= own.last
            for key, cents in lines.items()
            if entry_key(key) not in reading.known
        ]
        others += [
            -cents
            for entry, on, until, cents in self._late
            if on < day <= until and entry not in reading.known
        ]
        return _reaches(others, {own.opening_cents - end + since for end in ends})


def _most(balances: Collection[int | None], votes: Mapping[int, int]) -> frozenset[int]:
    """Return the balances with the most votes."""
    found = {cents: votes.get(cents, 0) for cents in balances if cents is not None}
    most = max(found.values(), default=0)
    return frozenset(cents for cents, count in found.items() if count == most)


def _reaches(amounts: Sequence[int], wanted: Collection[int]) -> bool:
    """Whether some of the amounts add up to a sum; taken for granted where they are too many to try."""
    sums = {0}
    for cents in amounts:
        sums |= {cents + other for other in sums}
        if len(sums) > _SUMS_MAX:
            return True
    return not sums.isdisjoint(wanted)
