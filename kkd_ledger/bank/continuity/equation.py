"""The equation of a statement: opening balance, plus known lines told again, plus new lines, is the closing balance.

A statement lies within the known account, or it extends the account at one point: at its end, before its beginning, at
both, or where two known statements meet and lines that cancel out are missing between them. The known entries after
that point are fixed, so the balances say how many cents are new. Only on the day of that point may a line with the key
of a known entry be a second, equal entry (a true twin). Of every other day that the statement shares with the account
it tells the same entries again.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from kkd_ledger.bank.continuity.account import KnownAccount
from kkd_ledger.bank.continuity.bounds import AccountBounds
from kkd_ledger.bank.continuity.statement_pieces import KnownEntry, StatementPiece, StatementReading
from kkd_ledger.bank.continuity.subset_sums import choices, reaches
from kkd_ledger.bank.line_keys import without_number

_DAY: Final = dt.timedelta(1)


class BalanceQuestion(NamedTuple):
    """What is asked about a statement: its first and last day, and how the keys of its lines divide them.

    `retold` are the known entries that it seems to tell again, `untold` the known entries of its days that are not in
    it, `new` the entries that no statement told before. `fixed` are keys of `retold` entries that certainly are the
    known ones.
    """

    piece: StatementPiece
    first: dt.date
    last: dt.date
    retold: tuple[KnownEntry, ...]
    new: tuple[KnownEntry, ...]
    untold: tuple[KnownEntry, ...]
    fixed: Collection[str]


def asked(
    account: KnownAccount, piece: StatementPiece, reading: StatementReading, fixed: Collection[str]
) -> BalanceQuestion:
    """Return what is asked about a statement whose lines were read by their keys."""
    first, last = _own_days(piece, reading)
    entries = account.entries
    own_days = (day for day in entries.days if first <= day <= last)
    on_days = (entry for day in own_days for entry in entries.entries_on(day))
    untold = tuple(entry for entry in on_days if entry.key not in reading.retold)
    retold, new = tuple(entries.retold_by(reading)), tuple(reading.new_entries)
    return BalanceQuestion(piece, first, last, retold, new, untold, fixed)


def _own_days(piece: StatementPiece, reading: StatementReading) -> tuple[dt.date, dt.date]:
    """Return a statement's first and last day; those of a page, which names its whole's, are from or to its lines."""
    days, first, last = [line.booking_day for line in reading.lines], piece.first, piece.last
    if piece.page > 1 and days:
        first = min(last, max(first, min(days)))
    if piece.more and days:
        last = max(first, min(last, max(days)))
    return first, last


def answers(account: KnownAccount, question: BalanceQuestion, *, late: bool) -> Iterator[frozenset[str]]:
    """Yield a set of keys for each way in which the equation holds: the known entries that occur a second time.

    With `late`, entries that the bank dates before their statement are also tried on later days. Raise TooManySums
    where the entries of the days have too many sums to try.
    """
    assert account.bounds, "an account of which nothing is known asks nothing"
    for start, end in sorted(account.bounds.pairs):
        equation = Equation(account, account.bounds, question, start, end, late)
        yield from equation.within()
        yield from equation.at_the_end()
        yield from equation.at_the_beginning()
        yield from equation.around()
        yield from equation.at_a_joint()
        yield from equation.in_a_hole()
        yield from equation.in_a_gap()


class Equation(NamedTuple):
    """The equation of one statement, for one possible pair of the account's opening and closing balance in cents.

    Each method from `within` to `in_a_gap` tries one place where the statement may lie, and yields what `answers` does.
    """

    account: KnownAccount
    bounds: AccountBounds
    asked: BalanceQuestion
    start: int
    end: int
    late: bool

    # ------------------------------------------------------------------------------------- where it may lie

    def within(self) -> Iterator[frozenset[str]]:
        """The statement lies within the account and has no new line."""
        first, last = self.asked.first, self.asked.last
        if self.asked.new or not self.is_inside:
            return
        between = (entry for entry in self.asked.untold if first < entry.day < last)
        if all(self.moves_behind(entry) for entry in between) and self.opens():
            yield frozenset()

    def at_the_end(self) -> Iterator[frozenset[str]]:
        """The statement begins within the account, or where the account ends, and goes on after its end."""
        asked, point = self.asked, self.bounds.last
        if asked.last < point or not self.opened_on(asked.first, point):
            return
        if any(entry.day > asked.first or (entry.loose and entry.day > point) for entry in self.staying):
            return
        growth = (
            asked.piece.closing - self.end - self.account.entries.loose_between(point + _DAY, asked.first)
        )
        growth -= self.loose_cents(lambda day: day > point)
        yield from self.twins(growth, {asked.first} & {point} or self.hidden_firsts)

    def at_the_beginning(self) -> Iterator[frozenset[str]]:
        """The statement begins before the account, and ends within it or where the account begins."""
        asked, point = self.asked, self.bounds.first
        if asked.first > point or (not self.late and any(entry.day > point for entry in asked.new)):
            return
        if any(entry.day < asked.last and not self.moves_behind(entry) for entry in asked.untold):
            return
        growth = (
            self.start - asked.piece.opening - self.account.entries.loose_between(asked.last + _DAY, point)
        )
        growth -= self.loose_cents(lambda day: day < point)
        yield from self.twins(growth, {asked.last} & {point})

    def around(self) -> Iterator[frozenset[str]]:
        """The statement has every known entry, and new lines before and after the account."""
        asked, bounds = self.asked, self.bounds
        if asked.first > bounds.first or asked.last < bounds.last or asked.untold:
            return
        before, behind = self.start - asked.piece.opening, asked.piece.closing - self.end
        early = self.loose_cents(lambda day: day < bounds.first)
        loose = early + self.loose_cents(lambda day: day > bounds.last)
        ahead = [entry.cents for entry in asked.new if entry.day <= bounds.first]
        if before + behind == self.new_cents + loose and reaches(ahead, before - early):
            yield frozenset()

    def at_a_joint(self) -> Iterator[frozenset[str]]:
        """The statement lies where two known statements meet: all its lines are new, and they cancel out."""
        asked, near = self.asked, self.account.near(self.asked.piece)
        if not self.comes_to_nothing or asked.fixed or not self.is_inside or self.tells_more(near):
            return
        if _is_joint(near, asked.piece) or (not near and not asked.retold and self.opens()):
            yield frozenset(entry.key for entry in asked.retold)

    def in_a_hole(self) -> Iterator[frozenset[str]]:
        """The statement has new lines, which cancel out, on days that no other statement has whole.

        Of those days it tells all known entries; of its first and last day it may tell none of them.
        """
        days, one_day = {entry.day for entry in self.asked.new}, self.asked.first == self.asked.last
        if not days or self.new_cents or not self.is_inside or (one_day and self.asked.untold):
            return
        if max(days) <= self.asked.last and self.tells_rest_of(days) and self.opens():
            yield frozenset()

    def in_a_gap(self) -> Iterator[frozenset[str]]:
        """The statement lies in a period for which a person decided that none will come, and joins a balance of it."""
        own = self.asked.piece
        if self.asked.retold or not self.account.in_gap(own) or self.account.near(own):
            return
        before = self.end - self.account.moved_after(own.first - _DAY)
        behind = self.end - self.account.moved_after(own.last)
        if own.opening == before or own.closing == behind:
            yield frozenset()

    def tells_rest_of(self, days: Collection[dt.date]) -> bool:
        """Whether no other statement has one of these days whole, and this one tells the known entries of the days.

        On its first and last day it may instead tell none of the known entries.
        """
        asked, edges = self.asked, {self.asked.first, self.asked.last}
        if any(day >= asked.first and self.account.has_whole(day, asked.piece) for day in days):
            return False
        untold = {entry.day for entry in asked.untold}
        retold = {entry.day for entry in asked.retold} | (set(days) - edges)
        return untold <= edges and untold.isdisjoint(retold & set(days))

    # ------------------------------------------------------------------------------------------- its parts

    @property
    def is_inside(self) -> bool:
        """Whether the statement's days lie within those of the account."""
        return self.bounds.first <= self.asked.first and self.asked.last <= self.bounds.last

    @property
    def new_cents(self) -> int:
        """The sum in cents of the entries that look new by their keys."""
        return sum(entry.cents for entry in self.asked.new)

    @property
    def comes_to_nothing(self) -> bool:
        """Whether the statement has lines, and its two balances are equal."""
        asked = self.asked
        return bool(asked.new or asked.retold) and asked.piece.opening == asked.piece.closing

    def tells_more(self, near: Iterable[StatementPiece]) -> bool:
        """Whether it has new lines and begins on the day and with the balance of a known statement beside it."""
        return self.new_cents != 0 and any(map(self.asked.piece.begins_with, near))

    @property
    def staying(self) -> Iterator[KnownEntry]:
        """The known entries of the statement's days that are not in it.

        With `late`, without those up to the account's last day, where the statement's first day is only that of a late
        line.
        """
        hidden = self.late and self.asked.piece.hides_first
        return (entry for entry in self.asked.untold if not (hidden and entry.day <= self.bounds.last))

    @property
    def hidden_firsts(self) -> Collection[dt.date]:
        """The days on which the statement may really begin, where its first day is only that of a late line."""
        if not self.late or not self.asked.piece.hides_first:
            return ()
        return {day for day in self.account.entries.days if self.asked.first <= day <= self.bounds.last}

    def loose_cents(self, on: Callable[[dt.date], bool]) -> int:
        """Return the cents of `retold` entries on some days that so far only statements without balances told."""
        return sum(entry.cents for entry in self.asked.retold if entry.loose and on(entry.day))

    def opened_on(self, first: dt.date, point: dt.date) -> bool:
        """Whether no new entry is dated from `first` up to the day before `point`, where the account is extended."""
        return self.late or not any(first <= entry.day < point for entry in self.asked.new)

    def moves_behind(self, entry: KnownEntry) -> bool:
        """Whether an `untold` entry of the statement's days may have moved the account only after its end."""
        return entry.owner is not None and entry.owner.last >= self.asked.last and (entry.late or self.late)

    def twins(self, growth: int, days: Collection[dt.date]) -> Iterator[frozenset[str]]:
        """Yield the sets of `retold` entries of some days that, told twice, make up `growth` with the new entries."""
        groups: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
        for entry in self.asked.retold:
            if not entry.loose and entry.key not in self.asked.fixed and self.lies_on(entry, days):
                groups[without_number(entry.key)].append((entry.key, entry.cents))
        yield from choices(list(groups.values()), growth - self.new_cents)

    def lies_on(self, entry: KnownEntry, days: Collection[dt.date]) -> bool:
        """Whether a known entry may have moved the account on one of these days; a late one may have on later days."""
        asked, owner = self.asked, entry.owner
        if entry.day in days:
            return True
        if owner is None or not (entry.late or entry.day < asked.first):
            return False
        return any(max(owner.first, asked.first) <= day <= min(owner.last, asked.last) for day in days)

    def opens(self) -> bool:
        """Whether the account had the statement's opening balance on its first day.

        Before that balance may lie any known entries of that day; the statement's own entries of that day come after
        it.
        """
        asked = self.asked
        retold = sum(entry.cents for entry in asked.retold if entry.day <= asked.first)
        one_day = asked.first == asked.last
        behind = [
            entry.cents for entry in asked.untold if one_day and entry.day == asked.first and not entry.late
        ]
        rest = self.end - self.moved_after() - retold - asked.piece.opening
        return reaches([*behind, *self.maybe_after()], rest)

    def moved_after(self) -> int:
        """Return by how many cents the account certainly moved after the statement's first day, `retold` left out."""
        entries, first = self.account.entries, self.asked.first
        total = self.account.moved_after(first) + entries.loose_between(first + _DAY, self.bounds.last + _DAY)
        late = [entry for entry in entries.late if self.moved_late(entry)]
        retold = self.retold_late({without_number(entry.key) for entry in late})
        for entry in late:
            base = without_number(entry.key)
            total -= entry.cents if retold[base] > 0 else 0
            retold[base] -= 1
        return total

    def moved_late(self, entry: KnownEntry) -> bool:
        """Whether an entry dated up to the statement's first day moved the account later, as its first teller shows."""
        return entry.day <= self.asked.first and not entry.loose and self.is_after(entry)

    def retold_late(self, bases: Collection[str]) -> Counter[str]:
        """Return by key base how many entries of the statement can only be late ones, which moved the account later."""
        if not bases:
            return Counter()
        first = self.asked.first
        retold = Counter(without_number(entry.key) for entry in self.asked.retold if entry.day <= first)
        early = Counter(
            without_number(entry.key) for entry in self.early_entries if self.may_be_retold(entry)
        )
        return Counter({base: retold[base] - early[base] for base in bases})

    def may_be_retold(self, entry: KnownEntry) -> bool:
        """Whether an entry that moved the account by the statement's first day may be told again by it."""
        if entry.owner is None or self.is_after(entry):
            return False
        return entry.day == self.asked.first or (entry.late and entry.owner.last >= self.asked.first)

    @property
    def early_entries(self) -> Iterator[KnownEntry]:
        """The known entries dated up to the statement's first day."""
        entries = self.account.entries
        days = (day for day in entries.days if day <= self.asked.first)
        return (entry for day in days for entry in entries.entries_on(day))

    def is_after(self, entry: KnownEntry) -> bool:
        """Whether the statement that told an entry begins after the first day of this one."""
        return entry.owner is not None and entry.owner.first > self.asked.first

    def maybe_after(self) -> Sequence[int]:
        """Return the cents of entries dated up to the statement's first day that may have moved the account later."""
        retold = {entry.key for entry in self.asked.retold}
        early = self.early_entries if self.late else self.account.entries.late
        return [entry.cents for entry in early if entry.key not in retold and self.may_be_after(entry)]

    def may_be_after(self, entry: KnownEntry) -> bool:
        """Whether an entry dated up to the statement's first day may have moved the account after its opening."""
        first, last, owner = self.asked.first, self.asked.last, entry.owner
        if owner is None or entry.loose or entry.day > first or self.is_after(entry):
            return False
        return entry.day < owner.last and (owner.last > first or owner.last == first == last)


def _is_joint(near: Collection[StatementPiece], own: StatementPiece) -> bool:
    """Whether a statement lies where known ones meet, and shares no other day with any of them."""
    return any(_meet(piece, own) for piece in near) and all(_touch(piece, own) for piece in near)


def _touch(piece: StatementPiece, own: StatementPiece) -> bool:
    """Whether a known statement and this one share at most the day on which one ends and the other begins."""
    return piece.last == own.first or piece.first == own.last or piece.is_page_with(own)


def _meet(piece: StatementPiece, own: StatementPiece) -> bool:
    """Whether one of two statements ends on the day and with the balance that the other one begins with."""
    if piece.is_page_with(own):
        return piece.joins(own)
    behind = piece.last == own.first and piece.closing_cents == own.opening_cents
    return behind or (piece.first == own.last and piece.opening_cents == own.closing_cents)
