"""Where the balances leave in doubt whether a line is known: payments that cancel out, and what may be missing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import Final, TypeAlias

from kkd_ledger.bank.line_keys import entry_key
from kkd_ledger.bank.statements import Statement
from kkd_ledger.work.continuity.known_lines import KnownLines, twin
from kkd_ledger.work.continuity.statement_links import (
    Keyed,
    StatementLink,
    StatementReading,
    reached,
    subset_sums,
)
from kkd_ledger.work.continuity.timeline import Timeline

_CHOICES_MAX: Final = 512

_Entries: TypeAlias = Mapping[str, tuple[str, int]]


class Doubts:
    """What a reading of a statement leaves in doubt, by the statements that are known."""

    def __init__(self, known: KnownLines, timeline: Timeline) -> None:
        self._known = known
        self._timeline = timeline
        self._partly: list[StatementLink] = []
        self._told_again: list[StatementLink] = []

    def add(self, link: StatementLink, new: int, known: int) -> None:
        """Add a statement with balances, with how many of its lines were new and how many known."""
        if known:
            self._partly.append(link)
            if not new:
                self._told_again.append(link)

    def ways(
        self, statement: Statement, own: StatementLink, again: StatementReading, numbered: Collection[str]
    ) -> Iterator[StatementReading]:
        """Yield the readings that the balances prove: that all known lines are told again, or that some are twins.

        A line may be the twin of a known one only on days of which both statements may have a part. It is the known one
        where the bank's reference says so and neither the balances nor the numbers (`numbered` entries) contradict it.
        """
        line = self._timeline
        edges = line.edges(own) if again.known else frozenset[str]()
        joints = line.joints(own, again) if edges else edges
        doubtful: dict[str, tuple[Keyed, ...]] = {}
        for entry, lines in again.known.items() if edges else ():
            day = lines[0][1].booking_day.isoformat()
            by_key = entry_key(lines[0][0]) == entry
            if self._may_lie_on(joints if by_key else edges, own, entry, day):
                doubtful[entry] = lines
        if line.fits(own, again):
            yield again
            if line.is_day(own, again):
                return
            for entry in doubtful.keys() - numbered:
                if self._known.names(statement, entry, doubtful[entry]):
                    del doubtful[entry]
        for twins in _choices(doubtful):
            new = (*again.new, *(pair for entry in doubtful if entry in twins for pair in doubtful[entry]))
            known = {entry: told for entry, told in again.known.items() if entry not in twins}
            way = StatementReading(new, known, again.late_cents)
            if line.fits(own, way):
                yield way

    def _may_lie_on(self, days: Collection[str], own: StatementLink, entry: str, day: str) -> bool:
        """Whether a known entry moved the account on one of some days; a late one did later than the bank dates it.

        What a statement without balances told is not doubted: it has whole days.
        """
        if own.first <= day and not self._known.is_late(day, entry):
            owner = self._known.owner(entry) if day in days else None
            return day in days and (owner is None or owner.balanced)
        owner = self._known.owner(entry) or own
        first, last = max(owner.first, own.first), min(owner.last, own.last)
        return owner.balanced and any(first <= one <= last for one in days)

    def may_be_known(self, own: StatementLink, reading: StatementReading, apart: Collection[str]) -> bool:
        """Whether new lines may be those of a known statement, which this one then overlaps by their sum.

        So it is where one that comes to nothing is missing in the chain, directly before or behind the known one.
        `apart` are entries that are not in this statement for sure.
        """
        near = [other for other in self._timeline.links if other.meets(own)] if reading.new else []
        days = self._timeline.edges(own) if near else ()
        mine = _entries(reading) if near else {}
        new = Counter[tuple[str, str]]()
        for entry, (day, cents) in mine.items():
            if entry not in reading.known and day in days:
                new.update((day, key) for key in (twin(entry), _alike(entry, cents), str(cents)))
        used = {*apart, *reading.known}
        return any(self._overlaps(own, other, new, mine, used) for other in near)

    def _overlaps(
        self,
        own: StatementLink,
        other: StatementLink,
        new: Counter[tuple[str, str]],
        mine: _Entries,
        used: Collection[str],
    ) -> bool:
        """Whether new entries may be another statement's first or last ones, or all that one of the two has."""
        theirs = {
            entry: (day, cents)
            for day, told in self._known.told(other).items()
            for entry, cents in told.items()
        }
        known = {entry: theirs[entry] for entry in theirs if entry in mine}
        maybe = theirs
        if other in self._partly:
            maybe = {
                one: (day, cents)
                for day in {day for day, _ in new}
                for one, cents in self._known.on(day).items()
            }
        shared: list[tuple[str, int]] = []
        left = new.copy()
        for entry, (day, cents) in maybe.items():
            keys = (twin(entry), _other_rung(entry, cents)) if other.form == own.form else (str(cents),)
            same = (key for key in keys if left[day, key])
            if entry not in used and (one := next(same, None)):
                left[day, one] -= 1
                shared.append((day, cents))
        if not shared:
            return False
        opening, closing = own.opening_cents or 0, own.closing_cents or 0
        sure = sum(cents for _, cents in known.values())
        overlaps = {(other.closing_cents or 0) - opening - sure, closing - (other.opening_cents or 0) - sure}
        if not overlaps.isdisjoint(subset_sums([cents for _, cents in shared]) or ()):
            return True
        both = len(known) + len(shared)
        inside = both >= len(mine) and _lies_in(own, other, theirs, shared)
        return inside or (both >= len(theirs) and _lies_in(other, own, mine, shared))

    def neighbour(self, own: StatementLink, reading: StatementReading) -> StatementLink | None:
        """Return a known statement that may have been new, seen from this one, which joins it within a day.

        It was taken for told again, because it began (or ended) with a balance that the account had before. But so it
        would where it goes on behind this one (or where this one goes on behind it).
        """
        line = self._timeline
        near = [one for one in line.links if one.meets(own)]
        first = [] if line.has_whole(own.first, own) else [one for one in near if one.last == own.first]
        last = [] if line.has_whole(own.last, own) else [one for one in near if one.first == own.last]
        before = [one for one in first if one.ends_where(own)]
        behind = [one for one in last if one.begins_where(own)]
        if reading.new:
            if before and reading.known and any(ahead for ahead, _ in line.grows(own, reading)):
                return before[0]
            doubtful = [one for pair in product(before, behind) for one in pair if one in self._partly]
        else:
            again = [one for one in first if one.first == own.last and one in self._told_again]
            found = reached(lambda _: again, own, StatementLink.begins_where) if own.first == own.last else []
            owners = {self._known.owner(entry) for entry in reading.known}
            doubtful = [one for one in found if one.ends_where(own)]
            doubtful += [one for one, other in product(before, behind) if owners <= {one, other}]
        return next(filter(self._is_unsure, doubtful), None)

    def _is_unsure(self, link: StatementLink) -> bool:
        """Whether known entries of a statement's days have no reference of the bank to be known by for sure."""
        return any(":f-" in entry for day in {link.first, link.last} for entry in self._known.on(day))


def _lies_in(
    inner: StatementLink, outer: StatementLink, told: _Entries, shared: Sequence[tuple[str, int]]
) -> bool:
    """Whether a statement may begin within another one, which has all of its entries."""
    before = (outer.opening_cents or 0) + sum(cents for day, cents in told.values() if day < inner.first)
    rest = Counter(told.values()) - Counter(shared)
    amounts = [cents for day, cents in rest.elements() if inner.may_begin_on(day)]
    return (inner.opening_cents or 0) - before in {0, *(subset_sums(amounts) or ())}


def _alike(entry: str, cents: int) -> str:
    """Return the rung of an entry's key with its cents: a reference counts only where it is one entry's in its file."""
    return f"{'r' if ':r-' in entry else 'f'}{cents}"


def _other_rung(entry: str, cents: int) -> str:
    """Return what those have that may be an entry though its key is of another rung."""
    return f"{'f' if ':r-' in entry else 'r'}{cents}"


def _entries(reading: StatementReading) -> dict[str, tuple[str, int]]:
    """Return day and cents of the entries of a statement."""
    found: dict[str, tuple[str, int]] = {}
    keyed = [(entry_key(key), line) for key, line in reading.new]
    keyed += [(entry, line) for entry, lines in reading.known.items() for _, line in lines]
    for entry, line in keyed:
        _, cents = found.get(entry, ("", 0))
        found[entry] = line.booking_day.isoformat(), cents + line.amount_cents
    return found


def _choices(entries: Iterable[str]) -> Iterator[frozenset[str]]:
    """Yield the choices of some entries, one for all that differ only in which of true twins they take.

    Where these are too many to try, all entries are the only one.
    """
    twins: defaultdict[str, list[str]] = defaultdict(list)
    for entry in entries:
        twins[twin(entry)].append(entry)
    if prod(len(group) + 1 for group in twins.values()) > _CHOICES_MAX:
        yield frozenset(entries)
        return
    for counts in product(*(range(len(group) + 1) for group in twins.values())):
        if any(counts):
            groups = zip(twins.values(), counts, strict=True)
            yield frozenset(entry for group, count in groups for entry in group[:count])
