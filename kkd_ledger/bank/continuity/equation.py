"""One equation for a statement: from its opening, over lines that are known and lines that are new, to its closing.

A statement lies within what is known of the account, or it opens the account at one point: at its end, before its
beginning, at both, or where known statements meet and something that comes to nothing is missing. Behind that point
the known entries go on, so the balances say how much is new. Only on the day of that point may a line like a known one
be its true twin: every other day that the statement and the account share is told twice, and is the same.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final, NamedTuple

from kkd_ledger.bank.continuity.account import KnownAccount
from kkd_ledger.bank.continuity.bounds import AccountBounds
from kkd_ledger.bank.continuity.statement_pieces import KnownEntry, StatementPiece, StatementReading
from kkd_ledger.bank.continuity.subset_sums import choices, reaches
from kkd_ledger.bank.line_keys import entry_key, without_number

_DAY: Final = dt.timedelta(1)


class BalanceQuestion(NamedTuple):
    """A statement as a piece with its first and last day, and what of it is known and new as far as keys say.

    `known` are the entries that it seems to tell again, `others` those of its days that it does not tell; `fixed` are
    the keys of known ones that it tells again for sure. `new` are day and cents of each new entry.
    """

    piece: StatementPiece
    first: dt.date
    last: dt.date
    known: tuple[KnownEntry, ...]
    new: tuple[tuple[dt.date, int], ...]
    others: tuple[KnownEntry, ...]
    fixed: Collection[str]


def asked(
    account: KnownAccount, piece: StatementPiece, reading: StatementReading, fixed: Collection[str]
) -> BalanceQuestion:
    """Return what is asked about a statement, read as its keys say.

    A page names the days of its whole; its own are those from its first line, or to its last one.
    """
    days = [line.booking_day for line in reading.lines]
    first, last = piece.first, piece.last
    if piece.page > 1 and days:
        first = min(last, max(first, min(days)))
    if piece.more and days:
        last = max(first, min(last, max(days)))
    new: Counter[tuple[dt.date, str]] = Counter()
    for key, line in reading.new:
        new[line.booking_day, entry_key(key)] += line.amount_cents
    entries = account.entries
    return BalanceQuestion(
        piece,
        first,
        last,
        tuple(entries.known(reading)),
        tuple((day, cents) for (day, _), cents in new.items()),
        tuple(
            entry
            for day in entries.days
            if first <= day <= last
            for entry in entries.told_on(day)
            if entry.key not in reading.known
        ),
        fixed,
    )


def answers(account: KnownAccount, question: BalanceQuestion, *, late: bool) -> Iterator[frozenset[str]]:
    """Yield, for each way in which the equation holds, the known entries of which the statement has true twins.

    With `late`, lines that the bank dates too early may hide among those of their day. Raise TooManySums where the
    entries of the days are too many to try.
    """
    assert account.bounds, "an account of which nothing is known asks nothing"
    for start, end in sorted(account.bounds.pairs):
        equation = _Equation(account, account.bounds, question, start, end, late)
        yield from equation.within()
        yield from equation.at_the_end()
        yield from equation.at_the_beginning()
        yield from equation.around()
        yield from equation.at_a_joint()
        yield from equation.in_a_hole()
        yield from equation.in_a_gap()


class _Equation(NamedTuple):
    """The equation of one statement, with the balances that the known account begins and ends with."""

    account: KnownAccount
    bounds: AccountBounds
    asked: BalanceQuestion
    start: int
    end: int
    late: bool

    # ------------------------------------------------------------------------------------- where it may lie

    def within(self) -> Iterator[frozenset[str]]:
        """It tells again what is known, and nothing else."""
        first, last = self.asked.first, self.asked.last
        if self.asked.new or not self.is_inside:
            return
        between = (one for one in self.asked.others if first < one.day < last)
        if all(self.moves_behind(one) for one in between) and self.opens():
            yield frozenset()

    def at_the_end(self) -> Iterator[frozenset[str]]:
        """It begins within the known account, or where that ends, and goes on behind it."""
        asked, point = self.asked, self.bounds.last
        if asked.last < point or not self.opened_on(asked.first, point):
            return
        if any(one.day > asked.first or (one.loose and one.day > point) for one in self.staying):
            return
        growth = (
            asked.piece.closing - self.end - self.account.entries.loose_between(point + _DAY, asked.first)
        )
        growth -= self.loose_cents(lambda day: day > point)
        yield from self.twins(growth, {asked.first} & {point} or self.hidden_firsts)

    def at_the_beginning(self) -> Iterator[frozenset[str]]:
        """It ends within the known account, or where that begins, and begins before it."""
        asked, point = self.asked, self.bounds.first
        if asked.first > point or (not self.late and any(day > point for day, _ in asked.new)):
            return
        if any(one.day < asked.last and not self.moves_behind(one) for one in asked.others):
            return
        growth = (
            self.start - asked.piece.opening - self.account.entries.loose_between(asked.last + _DAY, point)
        )
        growth -= self.loose_cents(lambda day: day < point)
        yield from self.twins(growth, {asked.last} & {point})

    def around(self) -> Iterator[frozenset[str]]:
        """It has all that is known, and lines before and behind it."""
        asked, bounds = self.asked, self.bounds
        if asked.first > bounds.first or asked.last < bounds.last or asked.others:
            return
        before, behind = self.start - asked.piece.opening, asked.piece.closing - self.end
        early = self.loose_cents(lambda day: day < bounds.first)
        told = early + self.loose_cents(lambda day: day > bounds.last)
        ahead = [cents for day, cents in asked.new if day <= bounds.first]
        if before + behind == self.new_cents + told and reaches(ahead, before - early):
            yield frozenset()

    def at_a_joint(self) -> Iterator[frozenset[str]]:
        """All of it is new, comes to nothing, and was missing where known statements meet, or between two of them."""
        asked, own = self.asked, self.asked.piece
        moves = asked.new or asked.known
        if not moves or self.new_cents or not self.is_inside or own.opening != own.closing or asked.fixed:
            return
        near = self.account.near(own)
        joint = all(_touch(one, own) for one in near) and any(_meet(one, own) for one in near)
        if joint or (not near and not asked.known and self.opens()):
            yield frozenset(one.key for one in asked.known)

    def in_a_hole(self) -> Iterator[frozenset[str]]:
        """What is new in it comes to nothing, on days of which it tells all that is known, or nothing on an edge."""
        days, one_day = {day for day, _ in self.asked.new}, self.asked.first == self.asked.last
        if not days or self.new_cents or not self.is_inside or (one_day and self.asked.others):
            return
        if max(days) <= self.asked.last and self.tells_rest_of(days) and self.opens():
            yield frozenset()

    def in_a_gap(self) -> Iterator[frozenset[str]]:
        """It is of days of which none told, as a person decided, and begins or ends with their balance."""
        own = self.asked.piece
        if self.asked.known or not self.account.in_gap(own) or self.account.near(own):
            return
        before = self.end - self.account.moved_after(own.first - _DAY)
        behind = self.end - self.account.moved_after(own.last)
        if own.opening == before or own.closing == behind:
            yield frozenset()

    def tells_rest_of(self, days: Collection[dt.date]) -> bool:
        """Whether nothing else has some days whole, and it tells their known entries, or none of those of an edge."""
        asked, edges = self.asked, {self.asked.first, self.asked.last}
        if any(day >= asked.first and self.account.has_whole(day, asked.piece) for day in days):
            return False
        untold = {one.day for one in asked.others}
        told = {one.day for one in asked.known} | (set(days) - edges)
        return untold <= edges and untold.isdisjoint(told & set(days))

    # ------------------------------------------------------------------------------------------- its parts

    @property
    def is_inside(self) -> bool:
        """Whether its days lie within those of the known account."""
        return self.bounds.first <= self.asked.first and self.asked.last <= self.bounds.last

    @property
    def new_cents(self) -> int:
        """The sum of what is new by its keys."""
        return sum(cents for _, cents in self.asked.new)

    @property
    def staying(self) -> Iterator[KnownEntry]:
        """The entries of its days that it does not tell, without those that its hidden beginning may lie behind."""
        hidden = self.late and self.asked.piece.hides_first
        return (one for one in self.asked.others if not (hidden and one.day <= self.bounds.last))

    @property
    def hidden_firsts(self) -> Collection[dt.date]:
        """The days on which it may begin where its own first day is that of a late line."""
        if not self.late or not self.asked.piece.hides_first:
            return ()
        return {day for day in self.account.entries.days if self.asked.first <= day <= self.bounds.last}

    def loose_cents(self, on: Callable[[dt.date], bool]) -> int:
        """Return what it tells again of what only statements without balances told of some days, in cents."""
        return sum(one.cents for one in self.asked.known if one.loose and on(one.day))

    def opened_on(self, first: dt.date, point: dt.date) -> bool:
        """Whether no new line bears a day between its first one and the point where the account is opened."""
        return self.late or not any(first <= day < point for day, _ in self.asked.new)

    def moves_behind(self, one: KnownEntry) -> bool:
        """Whether an entry of its days, which it does not tell, may have moved the account only behind it."""
        return one.owner is not None and one.owner.last >= self.asked.last and (one.late or self.late)

    def twins(self, growth: int, days: Collection[dt.date]) -> Iterator[frozenset[str]]:
        """Yield the choices of known entries of some days whose twins, with what is new, add up to a growth."""
        groups: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
        for one in self.asked.known:
            if not one.loose and one.key not in self.asked.fixed and self.lies_on(one, days):
                groups[without_number(one.key)].append((one.key, one.cents))
        yield from choices(list(groups.values()), growth - self.new_cents)

    def lies_on(self, one: KnownEntry, days: Collection[dt.date]) -> bool:
        """Whether a known entry may have moved the account on one of some days; a late one did later than it bears."""
        asked, owner = self.asked, one.owner
        if one.day in days:
            return True
        if owner is None or not (one.late or one.day < asked.first):
            return False
        return any(max(owner.first, asked.first) <= day <= min(owner.last, asked.last) for day in days)

    def opens(self) -> bool:
        """Whether the account had its opening balance then: before its own lines, and some others of its first day."""
        asked = self.asked
        told = sum(one.cents for one in asked.known if one.day <= asked.first)
        behind = [one.cents for one in asked.others if one.day == asked.first == asked.last and not one.late]
        rest = self.end - self.moved_after() - told - asked.piece.opening
        return reaches([*behind, *self.maybe_after()], rest)

    def moved_after(self) -> int:
        """Return the cents of what moved the account after its first day, for sure."""
        entries, first = self.account.entries, self.asked.first
        total = self.account.moved_after(first) + entries.loose_between(first + _DAY, self.bounds.last + _DAY)
        late = [one for one in entries.late if one.day <= first and not one.loose and self.is_after(one)]
        told = self.told_late({without_number(one.key) for one in late})
        for one in late:
            base = without_number(one.key)
            total += one.cents if told[base] <= 0 else 0
            told[base] -= 1
        return total

    def told_late(self, bases: Collection[str]) -> Counter[str]:
        """Return how many entries it tells for which only late ones are left, which moved the account later."""
        if not bases:
            return Counter()
        told = Counter(without_number(one.key) for one in self.asked.known if one.day <= self.asked.first)
        early = Counter(without_number(one.key) for one in self.early_entries if self.may_be_told(one))
        return Counter({base: told[base] - early[base] for base in bases})

    def may_be_told(self, one: KnownEntry) -> bool:
        """Whether an entry that did not move the account after its first day may be one that it tells."""
        if one.owner is None or self.is_after(one):
            return False
        return one.day == self.asked.first or (one.late and one.owner.last >= self.asked.first)

    @property
    def early_entries(self) -> Iterator[KnownEntry]:
        """The entries that the bank dates up to its first day."""
        entries = self.account.entries
        return (one for day in entries.days if day <= self.asked.first for one in entries.told_on(day))

    def is_after(self, one: KnownEntry) -> bool:
        """Whether only a statement that begins behind its first day told of an entry."""
        return one.owner is not None and one.owner.first > self.asked.first

    def maybe_after(self) -> Sequence[int]:
        """Return the cents of entries of its first day or earlier ones that may have moved the account later."""
        known = {one.key for one in self.asked.known}
        early = self.early_entries if self.late else self.account.entries.late
        return [one.cents for one in early if one.key not in known and self.may_be_after(one)]

    def may_be_after(self, one: KnownEntry) -> bool:
        """Whether an entry that the bank dates up to its first day may have moved the account behind its beginning."""
        first, last, owner = self.asked.first, self.asked.last, one.owner
        if owner is None or one.loose or one.day > first or self.is_after(one):
            return False
        return one.day < owner.last and (owner.last > first or owner.last == first == last)


def _touch(one: StatementPiece, own: StatementPiece) -> bool:
    """Whether a known statement and this one share at most the day on which one ends and the other begins."""
    return one.last == own.first or one.first == own.last or one.is_page_with(own)


def _meet(one: StatementPiece, own: StatementPiece) -> bool:
    """Whether one of two statements ends on the day and with the balance that the other one begins with."""
    if one.is_page_with(own):
        return one.joins(own)
    behind = one.last == own.first and one.closing_cents == own.opening_cents
    return behind or (one.first == own.last and one.opening_cents == own.closing_cents)
