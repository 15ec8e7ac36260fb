"""The entries that are known of an account, and which entries of a further statement they are."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from kkd_ledger.bank.continuity.statement_pieces import (
    Keyed,
    KnownEntry,
    StatementPiece,
    StatementReading,
    TakenStatement,
)
from kkd_ledger.bank.line_keys import entry_key, line_keys, without_number
from kkd_ledger.bank.statements import Statement

_NONE: Mapping[str, int] = {}


class KnownEntries:
    """The entries that the statements of an account told of, each under the statement that told of it first.

    `keys` are those of lines that the books have, whether a statement told of them or not.
    """

    def __init__(self, keys: Iterable[str] = ()) -> None:
        self._seen = {entry_key(key) for key in keys}
        self._days: defaultdict[dt.date, dict[str, int]] = defaultdict(dict)
        self._owners: dict[str, StatementPiece] = {}
        self._pieces: list[StatementPiece] = []
        self._told: defaultdict[str, list[tuple[dt.date, str]]] = defaultdict(list)
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
                self._told[piece.key].append((day, entry))
                if day < piece.first:
                    self._late[day].append(entry)
            self._days[day][entry] = self._days[day].get(entry, 0) + cents
            self._seen.add(entry)
            self._owners[entry] = piece
            sums[day] += cents

    @property
    def days(self) -> Collection[dt.date]:
        """The days that have entries."""
        return self._days.keys()

    def on(self, day: dt.date) -> Mapping[str, int]:
        """Return the entries of a day, by their keys, with their cents."""
        return self._days.get(day, _NONE)

    def told_on(self, day: dt.date) -> Iterator[KnownEntry]:
        """Yield the entries of a day."""
        for key, cents in self.on(day).items():
            yield KnownEntry(key, day, cents, self._owners.get(key))

    def amounts_on(self, day: dt.date) -> Counter[int]:
        """Return the amounts of a day's entries."""
        return Counter(self.on(day).values())

    @property
    def late(self) -> Iterator[KnownEntry]:
        """Yield the entries that the bank dates before the statement that told of them."""
        for day, keys in self._late.items():
            yield from (KnownEntry(key, day, self._days[day][key], self._owners[key]) for key in keys)

    def told(self, piece: StatementPiece) -> list[KnownEntry]:
        """Return the entries that a statement was the first to tell of."""
        return [KnownEntry(key, day, self._days[day][key], piece) for day, key in self._told[piece.key]]

    def owner(self, entry: str) -> StatementPiece | None:
        """Return the statement that told of an entry first; None where only the books know it."""
        return self._owners.get(entry)

    def known(self, reading: StatementReading) -> Iterator[KnownEntry]:
        """Yield the known entries that a statement tells again, with its day and cents."""
        for key, lines in reading.known.items():
            cents = sum(line.amount_cents for _, line in lines)
            yield KnownEntry(key, lines[0][1].booking_day, cents, self._owners.get(key))

    def chained_after(self, day: dt.date) -> int:
        """Return the cents of what statements with balances told of the days after one."""
        return sum(cents for on, cents in self._chained.items() if on > day)

    def chained_between(self, first: dt.date, last: dt.date) -> int:
        """Return the cents of what statements with balances told from one day to another."""
        return sum(cents for on, cents in self._chained.items() if first <= on <= last)

    def loose_between(self, since: dt.date, before: dt.date) -> int:
        """Return the cents of what statements without balances told from one day to before another."""
        return sum(cents for on, cents in self._loose.items() if since <= on < before)

    def of(self, pieces: Collection[StatementPiece], days: Iterable[dt.date]) -> frozenset[str]:
        """Return the entries that these statements were the first to tell of on some days."""
        return frozenset(entry for day in days for entry in self.on(day) if self._owners.get(entry) in pieces)

    def elsewhere(self, own: StatementPiece, days: Iterable[dt.date]) -> Iterator[str]:
        """Yield the entries of a statement's days that moved the account on other days: theirs or its own are late."""
        for day in days:
            entries = self._late.get(day, ()) if own.first <= day <= own.last else self.on(day)
            for entry in entries:
                owner = self._owners.get(entry)
                if owner and not owner.meets(own):
                    yield entry

    def read(
        self,
        statement: Statement,
        foreign: Collection[dt.date] = (),
        beside: Collection[str] = (),
        words: Collection[dt.date] = (),
        references: Collection[dt.date] = (),
    ) -> StatementReading:
        """Read a statement: what is known has a known key, or on some days the amount of a known entry without one.

        `foreign` are days that other formats told of, `words` those that this one may tell in other words: but two
        references are two entries. On `references` one reference of several entries may be that of a known one.
        `beside` are entries that are not in this statement.
        """
        keyed: defaultdict[str, list[Keyed]] = defaultdict(list)
        for key, line in zip(line_keys(statement, beside), statement.lines, strict=True):
            if line.booked:
                keyed[entry_key(key)].append((key, line))
        known = {entry: tuple(lines) for entry, lines in keyed.items() if entry in self._seen}
        alike = self._alike({*foreign, *words, *references}, {*known, *beside})
        new: list[Keyed] = []
        for entry, lines in keyed.items():
            if entry in known:
                continue
            day = lines[0][1].booking_day
            others = alike[day, sum(line.amount_cents for _, line in lines)]
            if day in references and others:
                same = _of_one_base(statement, lines, others)
            else:
                same = [one for one in others if day in foreign or _is_print(one, entry)]
            if same:
                others.remove(same[0])
                known[same[0]] = tuple(lines)
            else:
                new += lines
        return StatementReading(tuple(new), known)

    def _alike(
        self, days: Iterable[dt.date], without: Collection[str]
    ) -> defaultdict[tuple[dt.date, int], list[str]]:
        """Return the entries of some days by day and amount."""
        alike: defaultdict[tuple[dt.date, int], list[str]] = defaultdict(list)
        for day in days:
            for entry, cents in self.on(day).items():
                if entry not in without:
                    alike[day, cents].append(entry)
        return alike

    def all_new(self, statement: Statement) -> StatementReading:
        """Read a statement so that every line of it is new, whatever is known: each gets a key that is free."""
        keyed = zip(line_keys(statement, self._seen), statement.lines, strict=True)
        return StatementReading(tuple((key, line) for key, line in keyed if line.booked), {})

    # ---------------------------------------------------------------------------------------- another format

    def foreign_days(self, statement: Statement, own: StatementPiece) -> dict[dt.date, StatementPiece]:
        """Return the days of a statement that are known from other formats, or IBANs, each with one that told it.

        Keys of two formats cannot be compared, so there amounts are: the same amounts are the same entries.
        """
        others = [piece for piece in self._pieces if piece.form != own.form and piece.meets(own)]
        if not others:
            return {}
        days = {line.booking_day for line in statement.lines if line.booked}
        days |= {day for day in self._days if own.first <= day <= own.last}
        told = {day: self._told_by(day, own, others) for day in sorted(days)}
        return {day: piece for day, piece in told.items() if piece}

    def _told_by(
        self, day: dt.date, own: StatementPiece, others: Iterable[StatementPiece]
    ) -> StatementPiece | None:
        """Return one of some statements that told of a day; of a day without lines, one that has it among its days."""
        owners = {self._owners.get(entry) for entry in self.on(day)}
        if told := next((one for one in others if one in owners), None):
            return told
        if any(one and one.form == own.form for one in owners):
            return None
        return next((one for one in others if one.first <= day <= one.last), None)


def _is_print(*entries: str) -> bool:
    """Whether one of two entries has no reference of the bank: two references are two entries."""
    return any(":f-" in entry for entry in entries)


def _of_one_base(statement: Statement, lines: Sequence[Keyed], others: Iterable[str]) -> list[str]:
    """Return the entries whose keys the lines would have, but for the number, if nothing else were in the statement."""
    alone = line_keys(replace(statement, lines=tuple(line for _, line in lines)))
    return [one for one in others if without_number(one) == without_number(alone[0])]
