"""The entries that are known of an account, and which entries of a further statement they are."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final, NamedTuple

from kkd_ledger.bank.continuity.statement_pieces import (
    Keyed,
    KnownEntry,
    StatementPiece,
    StatementReading,
    TakenStatement,
    booked_days,
)
from kkd_ledger.bank.line_keys import entry_key, line_keys, without_number
from kkd_ledger.bank.statements import Statement

_NONE: Final[Mapping[str, int]] = MappingProxyType({})


class AmountDays(NamedTuple):
    """The days on which an entry without a known key may be a known one by its amount.

    `foreign` are days that other formats told of, `words` those that a statement may tell in other words: but two
    references are two entries. On `references` one reference of several entries may be that of a known one.
    """

    foreign: Collection[dt.date] = ()
    words: Collection[dt.date] = ()
    references: Collection[dt.date] = ()

    @property
    def all(self) -> set[dt.date]:
        """All of them."""
        return {*self.foreign, *self.words, *self.references}


KEYS_ALONE: Final = AmountDays()


class KnownEntries:
    """The entries that the statements of an account told of, each under the statement that told of it first.

    `keys` are those of lines that the books have, whether a statement told of them or not.
    """

    def __init__(self, keys: Iterable[str] = ()) -> None:
        self._seen = {entry_key(key) for key in keys}
        self._days: defaultdict[dt.date, dict[str, int]] = defaultdict(dict)
        self._owners: dict[str, StatementPiece] = {}
        self._pieces: list[StatementPiece] = []
        self._first_told: defaultdict[str, list[tuple[dt.date, str]]] = defaultdict(list)
        self._late: defaultdict[dt.date, list[str]] = defaultdict(list)
        self._chained: Counter[dt.date] = Counter()
        self._loose: Counter[dt.date] = Counter()

    def add(self, taken: TakenStatement) -> None:
        """Add the lines that a statement was the first to tell of."""
        piece = taken.piece
        self._pieces.append(piece)
        sums = self._chained if piece.balanced else self._loose
        for key, day, cents in taken.lines:
            entry = entry_key(key)
            if entry not in self._days[day]:
                self._first_told[piece.key].append((day, entry))
                if day < piece.first:
                    self._late[day].append(entry)
            self._days[day][entry] = self._days[day].get(entry, 0) + cents
            self._seen.add(entry)
            self._owners[entry] = piece
            sums[max(day, piece.first) if piece.balanced else day] += cents

    @property
    def days(self) -> Collection[dt.date]:
        """The days that have entries."""
        return self._days.keys()

    def cents_on(self, day: dt.date) -> Mapping[str, int]:
        """Return the cents of a day's entries, by their keys."""
        return self._days.get(day, _NONE)

    def entries_on(self, day: dt.date) -> Iterator[KnownEntry]:
        """Yield the entries of a day."""
        for key, cents in self.cents_on(day).items():
            yield KnownEntry(key, day, cents, self._owners.get(key))

    def amounts_on(self, day: dt.date) -> Counter[int]:
        """Return the amounts of a day's entries."""
        return Counter(self.cents_on(day).values())

    @property
    def late(self) -> Iterator[KnownEntry]:
        """Yield the entries that the bank dates before the statement that told of them."""
        for day, keys in self._late.items():
            yield from (KnownEntry(key, day, self._days[day][key], self._owners[key]) for key in keys)

    def first_told_by(self, piece: StatementPiece) -> list[KnownEntry]:
        """Return the entries that a statement was the first to tell of."""
        return [KnownEntry(key, day, self._days[day][key], piece) for day, key in self._first_told[piece.key]]

    def retold_by(self, reading: StatementReading) -> Iterator[KnownEntry]:
        """Yield the known entries that a statement tells again, with its day and cents."""
        for key, lines in reading.retold.items():
            cents = sum(line.amount_cents for _, line in lines)
            yield KnownEntry(key, lines[0][1].booking_day, cents, self._owners.get(key))

    def chained_after(self, day: dt.date) -> int:
        """Return the cents of what moved the account after a day for sure, as statements with balances told.

        What the bank dates before the statement that told of it moved the account on that one's first day at the
        earliest.
        """
        return sum(cents for on, cents in self._chained.items() if on > day)

    def chained_between(self, first: dt.date, last: dt.date) -> int:
        """Return the cents of what moved the account from one day to another, as statements with balances told."""
        return sum(cents for on, cents in self._chained.items() if first <= on <= last)

    def loose_between(self, since: dt.date, before: dt.date) -> int:
        """Return the cents of what statements without balances told from one day to before another."""
        return sum(cents for on, cents in self._loose.items() if since <= on < before)

    def of(self, pieces: Collection[StatementPiece], days: Iterable[dt.date]) -> frozenset[str]:
        """Return the entries that these statements were the first to tell of on some days."""
        return frozenset(
            entry for day in days for entry in self.cents_on(day) if self._owners.get(entry) in pieces
        )

    def elsewhere(self, own: StatementPiece, days: Iterable[dt.date]) -> Iterator[str]:
        """Yield the entries of a statement's days that moved the account on other days: theirs or its own are late."""
        for day in days:
            entries = self._late.get(day, ()) if own.first <= day <= own.last else self.cents_on(day)
            for entry in entries:
                owner = self._owners.get(entry)
                if owner and not owner.meets(own):
                    yield entry

    def tellers(self, days: Iterable[dt.date]) -> Iterator[StatementPiece]:
        """Yield each statement that was the first to tell of an entry of some days."""
        owners = (self._owners.get(entry) for day in days for entry in self.cents_on(day))
        yield from dict.fromkeys(owner for owner in owners if owner)

    # ----------------------------------------------------------------------------------------- reading a statement

    def read(
        self, statement: Statement, other_keys: Collection[str] = (), by_amount: AmountDays = KEYS_ALONE
    ) -> StatementReading:
        """Read a statement: an entry is known by a known key, or on some days by the amount of a known one.

        `beside` are entries that are not in this statement.
        """
        entries = self._keyed(statement, other_keys)
        retold = {entry: lines for entry, lines in entries.items() if entry in self._seen}
        alike = self._alike(statement, by_amount, {*retold, *other_keys})
        new: list[Keyed] = []
        for entry, lines in entries.items():
            if entry in retold:
                continue
            if same := alike.taken_for(entry, lines):
                retold[same] = lines
            else:
                new += lines
        return StatementReading(tuple(new), retold)

    def all_new(self, statement: Statement) -> StatementReading:
        """Read a statement so that every line of it is new, whatever is known: each gets a key that is free."""
        keyed = zip(line_keys(statement, self._seen), statement.lines, strict=True)
        return StatementReading(tuple((key, line) for key, line in keyed if line.booked), {})

    def _keyed(self, statement: Statement, other_keys: Collection[str]) -> dict[str, tuple[Keyed, ...]]:
        """Return the booked lines of a statement by the keys of their entries."""
        keyed: defaultdict[str, list[Keyed]] = defaultdict(list)
        for key, line in zip(line_keys(statement, other_keys), statement.lines, strict=True):
            if line.booked:
                keyed[entry_key(key)].append((key, line))
        return {entry: tuple(lines) for entry, lines in keyed.items()}

    def _alike(self, statement: Statement, by_amount: AmountDays, without: Collection[str]) -> _AlikeEntries:
        alike: defaultdict[tuple[dt.date, int], list[str]] = defaultdict(list)
        for day in by_amount.all:
            for entry, cents in self.cents_on(day).items():
                if entry not in without:
                    alike[day, cents].append(entry)
        return _AlikeEntries(statement, by_amount, alike)

    # ---------------------------------------------------------------------------------------- another format

    def foreign_days(self, statement: Statement, own: StatementPiece) -> dict[dt.date, StatementPiece]:
        """Return the days of a statement that are known from other formats, or IBANs, each with one that told it.

        Keys of two formats cannot be compared, so there amounts are: the same amounts are the same entries.
        """
        others = [piece for piece in self._pieces if piece.form != own.form and piece.meets(own)]
        if not others:
            return {}
        days = booked_days(statement).union(day for day in self._days if own.first <= day <= own.last)
        tellers = {day: self._teller(day, own, others) for day in sorted(days)}
        return {day: piece for day, piece in tellers.items() if piece}

    def _teller(
        self, day: dt.date, own: StatementPiece, others: Collection[StatementPiece]
    ) -> StatementPiece | None:
        """Return which statement told of a day; of a day without lines, one that has it among its days."""
        owners = set(self.tellers([day]))
        if teller := next((piece for piece in others if piece in owners), None):
            return teller
        if any(owner.form == own.form for owner in owners):
            return None
        return next((piece for piece in others if piece.first <= day <= piece.last), None)


class _AlikeEntries:
    """The known entries that an entry of a statement may be by its day and amount; each is taken once."""

    def __init__(
        self, statement: Statement, days: AmountDays, alike: Mapping[tuple[dt.date, int], list[str]]
    ) -> None:
        self._statement, self._days, self._alike = statement, days, alike

    def taken_for(self, entry: str, lines: Sequence[Keyed]) -> str | None:
        """Return the known entry that an entry with these lines is taken for; None where it is new."""
        day = lines[0][1].booking_day
        others = self._alike.get((day, sum(line.amount_cents for _, line in lines)), [])
        if day in self._days.references and others:
            same = _of_one_base(self._statement, lines, others)
        else:
            same = [other for other in others if day in self._days.foreign or _is_print(other, entry)]
        if not same:
            return None
        others.remove(same[0])
        return same[0]


def _is_print(*entries: str) -> bool:
    """Whether one of two entries has no reference of the bank: two references are two entries."""
    return any(":f-" in entry for entry in entries)


def _of_one_base(statement: Statement, lines: Sequence[Keyed], others: Iterable[str]) -> list[str]:
    """Return the entries whose keys the lines would have, but for the number, if nothing else were in the statement."""
    alone = line_keys(replace(statement, lines=tuple(line for _, line in lines)))
    return [other for other in others if without_number(other) == without_number(alone[0])]
