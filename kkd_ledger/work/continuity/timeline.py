"""The account as its statements tell it: one chain of balances, and whether a further statement fits into it."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from heapq import nlargest, nsmallest
from itertools import product
from operator import attrgetter
from typing import Final

from kkd_ledger.bank.line_keys import entry_key
from kkd_ledger.work.continuity.statement_links import Numbers, StatementLink, StatementReading, reaches

_VOTERS: Final = 8


class Timeline:
    """The statements with balances, which form one chain, and what was booked on each day.

    Statements without balances (CSV) stand beside the chain; their lines count where it goes on behind them.
    """

    def __init__(self) -> None:
        self.links: list[StatementLink] = []
        self.first = self.last = ""  # of the chain, empty where there is none
        self._days: defaultdict[str, dict[str, int]] = defaultdict(dict)
        self._totals: Counter[str] = Counter()
        self._spans: list[tuple[StatementLink, str, str]] = []
        self.gaps: list[tuple[str, str]] = []  # left open by a decision: statements may come piece by piece
        self.numbers = Numbers()
        self._periods: defaultdict[tuple[str, str], list[StatementLink]] = defaultdict(list)
        self._bounds: tuple[frozenset[int], frozenset[int]] | None = None
        self._loose: Counter[str] = Counter()
        self._loose_entries: set[str] = set()
        self._late: list[tuple[str, str, str, int]] = []
        self._maybe_late: list[tuple[str, str, str, int]] = []

    def add(self, link: StatementLink, lines: Iterable[tuple[str, str, int]]) -> None:
        """Add a statement with the lines (key, day, cents) that it was the first to tell of."""
        self._bounds = None
        lines = tuple(lines)
        if link.balanced:
            self.links.append(link)
            self._periods[link.first, link.last].append(link)
            self.numbers.add(link)
            told = max((day for _, day, _ in lines), default=link.first)
            last = min(link.last, max(link.first, told)) if link.more else link.last
            self.first = min(self.first or link.first, link.first)
            self.last = max(self.last, last)
            if link.page == 1:
                self._spans.append((link, link.first, last))
        for key, day, cents in lines:
            self._days[day][key] = cents
            self._totals[day] += cents
            if not link.balanced:
                self._loose[day] += cents
                self._loose_entries.add(entry_key(key))
            elif day < link.last:
                self._maybe_late.append((entry_key(key), day, link.last, cents))
                if day < link.first:
                    self._late.append((entry_key(key), day, link.last, cents))

    @property
    def starts(self) -> frozenset[int]:
        """The balance that the chain begins with, or those that it may."""
        if self._bounds is None:
            self._bounds = self._starts(self.links), self._ends(self.links)
        return self._bounds[0]

    @property
    def ends(self) -> frozenset[int]:
        """The balance that the chain ends with, or those that it may."""
        if self._bounds is None:
            self._bounds = self._starts(self.links), self._ends(self.links)
        return self._bounds[1]

    def _ends(self, links: Sequence[StatementLink]) -> frozenset[int]:
        """Return what statements end with: the closing to which the lines known lead.

        They lead there from every opening at the start of a day, not from one within a day, where another statement
        ends with it. It is a closing of the last day, unless that is told in pages of which one is missing.
        """
        day = max((link.last for link in links), default="")
        days = defaultdict[int | None, set[str]](set)
        for link in links:
            if link.opening_cents != link.closing_cents:
                days[link.closing_cents].add(link.last)
        whole = (link for link in links if not any(map(link.may_begin_on, days[link.opening_cents])))
        told = nlargest(_VOTERS, whole, key=attrgetter("last"))
        votes = Counter((link.opening_cents or 0) + self._moved(link.first, day) for link in told)
        latest = {link.closing_cents for link in links if link.last == day}
        return _most(latest, {link.closing_cents for link in links}, votes)

    def _starts(self, links: Sequence[StatementLink]) -> frozenset[int]:
        """Return what statements begin with: the opening from which the lines known come."""
        day = min((link.first for link in links), default="")
        joins = defaultdict[int | None, list[StatementLink]](list)
        for link in links:
            if link.opening_cents != link.closing_cents:
                joins[link.opening_cents].append(link)
        whole = (
            link
            for link in links
            if not any(one.may_begin_on(link.last) for one in joins[link.closing_cents])
        )
        told = nsmallest(_VOTERS, whole, key=attrgetter("first"))
        votes = Counter((link.closing_cents or 0) - self._moved(day, link.last) for link in told)
        earliest = {link.opening_cents for link in links if link.first == day}
        return _most(earliest, {link.opening_cents for link in links}, votes)

    def _moved(self, first: str, last: str) -> int:
        """Return what moved the account from one day to another, late lines included, by the lines known."""
        late = sum(cents for _, on, until, cents in self._late if on < first <= until <= last)
        return late + sum(cents for day, cents in self._totals.items() if first <= day <= last)

    def lines_on(self, day: str) -> Mapping[str, int]:
        """Return what is known of a day: the cents of each line by its key."""
        return self._days.get(day, {})

    def nearest_lines(self, own: StatementLink) -> frozenset[str]:
        """Return the entries of the last day with lines up to a statement's end, or of the first from its beginning."""
        if own.opening_cents in self.ends:
            day = max((on for on in self._days if on <= own.last), default="")
        else:
            day = min((on for on in self._days if on >= own.first), default="")
        return frozenset(entry_key(key) for key in self.lines_on(day))

    def ends_before(self, own: StatementLink) -> tuple[str, frozenset[int]]:
        """Return the last day before a statement that others end on, and the balances that it may begin with."""
        links = [link for link in self.links if link.last < own.first]
        day = max((link.last for link in links), default="")
        between = sum(cents for on, cents in self._loose.items() if day < on < own.first)
        return day, frozenset(end + between for end in self._ends(links))

    def starts_after(self, own: StatementLink) -> tuple[str, frozenset[int]]:
        """Return the first day after a statement that others begin on, and the balances that it may end with."""
        links = [link for link in self.links if link.first > own.last]
        day = min((link.first for link in links), default="")
        between = sum(cents for on, cents in self._loose.items() if own.last < on < day)
        return day, frozenset(start - between for start in self._starts(links))

    def fits(self, own: StatementLink, reading: StatementReading) -> bool:
        """Tell whether a statement with balances fits with what is new in it."""
        fresh = reading.known.keys() <= self._loose_entries
        if self._parts_loose(own, reading):
            return False
        if not any(link.meets(own) for link in self.links):
            return fresh and self._joins(own)
        if fresh and self._goes_on(own):
            return True
        inside = own.first > self.first and own.last < self.last
        gains = not reading.cents if inside else self.grows(own, reading)
        known = (gains and self._outside(own, reading)) or self._fills(own, reading)
        return bool(known) and self.begins(own, reading)

    def _parts_loose(self, own: StatementLink, reading: StatementReading) -> bool:
        """Whether a statement ends within a day of which one without balances tells more."""
        days = {day for day in (own.first, own.last) if not self.first <= day <= self.last}
        entries = {entry_key(key) for day in days for key in self.lines_on(day)} & self._loose_entries
        return not entries <= reading.known.keys()

    def begins_before(self, own: StatementLink, reading: StatementReading) -> bool:
        """Tell whether a statement brings lines of days before the chain, which then begins with its opening."""
        if (
            own.closing_cents is None
            or own.first >= self.first
            or own.opening_cents in self.ends | self.starts
        ):
            return False
        return not reading.new or reading.cents not in {own.closing_cents - end for end in self.ends}

    def edges(self, own: StatementLink) -> frozenset[str]:
        """Return the days of which a statement may have one part and known statements another one."""
        days = {own.first, own.last}
        if own.shared:
            days |= {day for day in self._days if own.first <= day <= own.last}
        return frozenset(day for day in days if not self.has_whole(day, own))

    def is_day(self, own: StatementLink, reading: StatementReading) -> bool:
        """Whether a statement tells just one day of the chain as it is known, and neither goes on nor fills a hole."""
        if reading.new or not self.first < own.first == own.last <= self.last:
            return False
        if own.opening_cents == own.closing_cents or (
            own.last == self.last and own.opening_cents in self.ends
        ):
            return False
        return {entry_key(key) for key in self.lines_on(own.first)} == reading.known.keys()

    def joints(self, own: StatementLink, reading: StatementReading) -> frozenset[str]:
        """Return the edges on which a statement may go on where the chain ends, end where it begins, or fill a hole.

        On the others it and the chain have the same lines, unless what is new in it lies in a hole of the chain.
        """
        edges = self.edges(own)
        inside = self.first <= own.first and own.last <= self.last
        if own.shared or own.opening_cents == own.closing_cents or (reading.new and inside):
            return edges
        return edges & {
            day for day, other in ((own.first, self.last), (own.last, self.first)) if day == other
        }

    def has_whole(self, day: str, own: StatementLink | None = None) -> bool:
        """Whether one statement has all of a day, for sure: it begins before and ends behind it.

        One with the days of another is a page of it, though it does not say so; pages name the days of their whole.
        """
        return any(first < day < last and not self._is_paged(link, own) for link, first, last in self._spans)

    def paged(self, own: StatementLink) -> StatementLink:
        """Return a statement as the page that it is where another one has the same days and other balances."""
        return own._replace(page=2, more=True) if self._is_paged(own) and not own.shared else own

    def _is_paged(self, link: StatementLink, own: StatementLink | None = None) -> bool:
        """Whether another statement with the same days goes on where it ends, or ends where it begins."""
        others = self._periods[link.first, link.last]
        if own and (own.first, own.last) == (link.first, link.last):
            others = [*others, own]
        return any(
            one.page == link.page and (one.ends_where(link) or one.begins_where(link))
            for one in others
            if one != link
        )

    def is_within(self, reading: StatementReading) -> bool:
        """Tell whether there is a new line on a day of the chain, which has all lines of its days."""
        return any(self.first <= line.booking_day.isoformat() <= self.last for _, line in reading.new)

    def is_inside(self, own: StatementLink) -> bool:
        """Tell whether a statement has more in common with the chain than the days on which one begins and ends."""
        return own.first < self.last and own.last > self.first

    def _joins(self, own: StatementLink) -> bool:
        """Whether a statement of days of its own has the balances of its neighbours."""
        before, ends = self.ends_before(own)
        after, starts = self.starts_after(own)
        opens = not before or own.opening_cents in ends
        closes = not after or own.closing_cents in starts
        piece = any(first <= own.first and own.last <= last for first, last in self.gaps)
        return (opens or closes) if piece else (opens and closes)

    def _goes_on(self, own: StatementLink) -> bool:
        """Whether a statement begins where the chain ends, ends where it begins, or fills a gap of nothing."""
        behind = own.may_begin_on(self.last) and own.opening_cents in self.ends
        ahead = own.closing_cents in self.starts and (
            own.last <= self.first
            or (own.more and own.first <= self.first)
            or any(one.first == self.first and one.may_begin_on(own.last) for one in self.links)
        )
        return behind or ahead or self._lies_between(own)

    def _lies_between(self, own: StatementLink) -> bool:
        """Whether a statement that moves nothing in all is missing in the chain."""
        near = [link for link in self.links if link.meets(own)]
        apart = all(link.last == own.first or link.first == own.last for link in near)
        joins = any(
            (link.last == own.first and link.ends_where(own))
            or (link.first == own.last and link.begins_where(own))
            for link in near
        )
        return apart and joins and own.opening_cents == own.closing_cents

    def _fills(self, own: StatementLink, reading: StatementReading) -> bool:
        """Whether what is new comes to nothing, on days that a statement has whole, with all that is known of them."""
        days = {line.booking_day.isoformat() for _, line in reading.new}
        if not days or reading.cents or not own.first < min(days) <= max(days) < own.last:
            return False
        return all(entry_key(key) in reading.known for day in days for key in self.lines_on(day))

    def grows(self, own: StatementLink, reading: StatementReading) -> list[tuple[int, int]]:
        """Return by how many cents the chain may grow before its beginning and behind its end with what is new."""
        assert own.opening_cents is not None
        assert own.closing_cents is not None
        first, last = self.first, self.last
        ahead, behind = set[int](), set[int]()
        if own.last >= last:
            loose = sum(cents for day, cents in self._loose_in(reading) if last < day)
            behind = {own.closing_cents - end - loose for end in self.ends}
        if own.first <= first:
            loose = sum(cents for day, cents in self._loose_in(reading) if day < first)
            ahead = {start - own.opening_cents - loose for start in self.starts}
        if own.last <= last or own.more:
            behind.add(0)
        if own.first >= first or own.page > 1:
            ahead.add(0)
        pairs = [pair for pair in product(ahead, behind) if sum(pair) == reading.cents]
        return [pair for pair in pairs if reaches(self._early(reading), {pair[0]})]

    def _loose_in(self, reading: StatementReading) -> Iterator[tuple[str, int]]:
        """Yield day and cents of what a statement tells again and only one without balances told."""
        for entry in self._loose_entries & reading.known.keys():
            for _, line in reading.known[entry]:
                yield line.booking_day.isoformat(), line.amount_cents

    def _early(self, reading: StatementReading) -> list[int]:
        """Return the new lines that may lie before the first known one of the chain, in cents."""
        begun = min((day for day in self._totals if day >= self.first), default=self.last)
        return [line.amount_cents for _, line in reading.new if line.booking_day.isoformat() <= begun]

    def _outside(self, own: StatementLink, reading: StatementReading) -> bool:
        """Whether all new lines are of days on which something new may come."""
        days = {line.booking_day.isoformat() for _, line in reading.new}
        late = own.last > self.last
        return all(late or day < own.first or not self.has_whole(day) for day in days)

    def begins(self, own: StatementLink, reading: StatementReading) -> bool:
        """Tell whether the opening is a balance that the account had then, behind some of the lines not in it."""
        assert own.opening_cents is not None
        day, first, last = own.first, self.first, self.last
        starts, ends = self.starts, self.ends
        if reading.new:
            ahead = {start - own.opening_cents for start in starts}
            if day < first or (day == first and reaches(self._early(reading), ahead)):
                return True
        elif (first < day and own.last < last) or (own.last == last and own.closing_cents in ends):
            return True
        since = reading.late_cents + sum(
            cents - (self._loose[on] if on > last else 0) for on, cents in self._totals.items() if day <= on
        )
        opens = dt.date.fromisoformat(day)
        idle = all(line.booking_day != opens for line in reading.lines)
        others = [
            cents
            for on, lines in self._days.items()
            if day <= on and (own.may_begin_on(on) or (idle and on <= own.last))
            for key, cents in lines.items()
            if entry_key(key) not in reading.known
        ]
        others += [
            -cents
            for entry, on, until, cents in self._maybe_late
            if on < day <= until and entry not in reading.known
        ]
        return reaches(others, {own.opening_cents - end + since for end in ends})


def _most(
    nearest: Collection[int | None], others: Collection[int | None], votes: Mapping[int, int]
) -> frozenset[int]:
    """Return the balances with the most votes: of the nearest ones; of the others where those have none."""
    for balances, least in ((nearest, 1), (others, 2)):
        found = {cents: votes.get(cents, 0) for cents in balances if cents is not None}
        if (most := max(found.values(), default=0)) >= least:
            return frozenset(cents for cents, count in found.items() if count == most)
    return frozenset(cents for cents in nearest if cents is not None)
