"""The entries that are known of an account, and which of them the lines of a further statement are."""

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
    """The days on which an entry whose key is not known may still be a known entry, because day and amount agree.

    `foreign` are days told by statements of another format. `words` are days of which the statement may tell the same
    entries in other words; entries with two different bank references stay two. `references` are days on which a
    reference that several entries share may be that of a known entry.
    """

    foreign: Collection[dt.date] = ()
    words: Collection[dt.date] = ()
    references: Collection[dt.date] = ()

    @property
    def all(self) -> set[dt.date]:
        """The days of all three kinds."""
        return {*self.foreign, *self.words, *self.references}


KEYS_ALONE: Final = AmountDays()


class KnownEntries:
    """The known entries of an account, each with the statement that told it first.

    `keys` are keys of lines that the books have, also of those that no statement told.
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
        """Add the lines that were new in a statement."""
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
        """Yield the late entries: those dated before the first day of the statement that told them."""
        for day, keys in self._late.items():
            yield from (KnownEntry(key, day, self._days[day][key], self._owners[key]) for key in keys)

    def first_told_by(self, piece: StatementPiece) -> list[KnownEntry]:
        """Return the entries that were new in a statement."""
        return [KnownEntry(key, day, self._days[day][key], piece) for day, key in self._first_told[piece.key]]

    def retold_by(self, reading: StatementReading) -> Iterator[KnownEntry]:
        """Yield the known entries that a statement tells again, with the day and cents that this statement says."""
        for key, lines in reading.retold.items():
            cents = sum(line.amount_cents for _, line in lines)
            yield KnownEntry(key, lines[0][1].booking_day, cents, self._owners.get(key))

    def chained_after(self, day: dt.date) -> int:
        """Return by how many cents the account moved after a day, by the statements with balances.

        A late entry counts on the first day of the statement that told it.
        """
        return sum(cents for on, cents in self._chained.items() if on > day)

    def chained_between(self, first: dt.date, last: dt.date) -> int:
        """Return by how many cents statements with balances moved the account from `first` to `last`, both included."""
        return sum(cents for on, cents in self._chained.items() if first <= on <= last)

    def loose_between(self, since: dt.date, before: dt.date) -> int:
        """Return the cents that statements without balances told from `since` to the day before `before`."""
        return sum(cents for on, cents in self._loose.items() if since <= on < before)

    def of(self, pieces: Collection[StatementPiece], days: Iterable[dt.date]) -> frozenset[str]:
        """Return the keys of the entries of some days that were new in one of these statements."""
        return frozenset(
            entry for day in days for entry in self.cents_on(day) if self._owners.get(entry) in pieces
        )

    def elsewhere(self, own: StatementPiece, days: Iterable[dt.date]) -> Iterator[str]:
        """Yield keys of entries dated on some days that moved the account on days of which `own` does not tell.

        They are late entries of others, or entries that would be late in `own`.
        """
        for day in days:
            entries = self._late.get(day, ()) if own.first <= day <= own.last else self.cents_on(day)
            for entry in entries:
                owner = self._owners.get(entry)
                if owner and not owner.meets(own):
                    yield entry

    def tellers(self, days: Iterable[dt.date]) -> Iterator[StatementPiece]:
        """Yield each statement in which an entry of these days was new, once."""
        owners = (self._owners.get(entry) for day in days for entry in self.cents_on(day))
        yield from dict.fromkeys(owner for owner in owners if owner)

    # ----------------------------------------------------------------------------------------- reading a statement

    def read(
        self, statement: Statement, other_keys: Collection[str] = (), by_amount: AmountDays = KEYS_ALONE
    ) -> StatementReading:
        """Return which entries of a statement are known: by their keys, and on some days by their amounts.

        `other_keys` are keys of known entries that certainly are not in this statement.
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
        """Return a reading in which every booked line of a statement is new, each with a key that nothing else has."""
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
        """Return the days of a statement that statements of another format or IBAN told, each with one of those.

        Keys of two formats cannot be compared; there entries of the same day and amount count as the same.
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
