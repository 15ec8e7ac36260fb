"""Which lines of a statement are new: first as the keys of its lines say, then as its balances prove it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace
from itertools import islice
from typing import Final

from kkd_ledger.bank.continuity import reasons
from kkd_ledger.bank.continuity.account import KnownAccount
from kkd_ledger.bank.continuity.doubts import overlapped, rejoined
from kkd_ledger.bank.continuity.equation import answers, asked
from kkd_ledger.bank.continuity.known_entries import AmountDays
from kkd_ledger.bank.continuity.misfits import SeenStatement, has_other_lines, misfit, told_otherwise
from kkd_ledger.bank.continuity.statement_pieces import (
    Keyed,
    StatementPiece,
    StatementReading,
    TakenStatement,
    booked_days,
)
from kkd_ledger.bank.continuity.subset_sums import TooManySums
from kkd_ledger.bank.continuity.waiting import StatementWaits
from kkd_ledger.bank.line_keys import content_key, entry_key, line_keys, without_number
from kkd_ledger.bank.statements import GAP, Statement, StatementLine

_ANSWERS_MAX: Final = 64


class Continuity:
    """What is known of an account: the statements in `history` and those added since.

    `booked` are keys of lines that the books have. `decided` are keys of statements that a person has decided about:
    each of their lines is new, and their balances are not judged.
    """

    def __init__(
        self, history: Iterable[TakenStatement], booked: Iterable[str] = (), decided: Collection[str] = ()
    ) -> None:
        self.account = KnownAccount(history, booked)
        self._decided = decided

    def knows(self, statement: Statement) -> bool:
        """Tell whether this very statement was taken; raise StatementWaits where it said other things then."""
        taken = self.account.taken(StatementPiece.of(statement).key)
        if taken and taken.content != content_key(statement):
            raise StatementWaits([reasons.other_content(statement, taken.piece)])
        return taken is not None

    def is_decided(self, statement: Statement) -> bool:
        """Tell whether a person has decided about a statement."""
        return statement.kind == GAP or StatementPiece.of(statement).key in self._decided

    def read(self, statement: Statement) -> StatementReading:
        """Return which lines of a statement are new, each with its key, and which are known.

        Raise StatementWaits where it contradicts known statements of its days, where a statement before it is missing,
        or where its balances allow more than one reading.
        """
        if self.is_decided(statement):
            return self.account.entries.all_new(statement)
        seen = self._seen(statement)
        if not self._is_placed(seen):
            return self._by_keys(seen)
        reading = self._proved(seen) or self._in_other_words(seen)
        if reading is None:
            raise misfit(self.account, seen)
        return reading

    def add(self, statement: Statement, reading: StatementReading, lines: Iterable[Keyed]) -> None:
        """Add a statement with the lines that were new in it; a batch entry may come as its single details."""
        self.account.add(self._taken(statement, reading, lines))

    def begins_before(self, statement: Statement, reading: StatementReading) -> bool:
        """Tell whether a statement has new lines of days before the account, so that its opening balance changes."""
        bounds, piece = self.account.bounds, StatementPiece.of(statement)
        if not bounds or not piece.balanced or piece.first >= bounds.first:
            return False
        grown = self.account.grown_by(self._taken(statement, reading, reading.new))
        return not grown.starts <= bounds.starts

    def ways(self, statement: Statement) -> tuple[StatementReading, list[StatementReading]]:
        """Return the reading of a statement by its keys, and all readings that its balances allow."""
        seen = self._seen(statement)
        try:
            return seen.again, self._ways(seen) if self._is_placed(seen) else []
        except TooManySums:
            return seen.again, []

    def _taken(
        self, statement: Statement, reading: StatementReading, lines: Iterable[Keyed]
    ) -> TakenStatement:
        booked = sum(1 for line in statement.lines if line.booked)
        facts = tuple((key, line.booking_day, line.amount_cents) for key, line in lines)
        return TakenStatement(
            StatementPiece.of(statement), content_key(statement), facts, booked - len(reading.new)
        )

    # ---------------------------------------------------------------------------------- as its keys read it

    def _seen(self, statement: Statement) -> SeenStatement:
        piece, entries, days = StatementPiece.of(statement), self.account.entries, booked_days(statement)
        foreign = entries.foreign_days(statement, piece)
        by_amount = AmountDays(foreign)
        pages = [other for other in self.account.pieces if other.is_page_with(piece)]
        apart = entries.of(pages, days).union(entries.elsewhere(piece, days))
        neighbours = self.account.numbered(piece)
        numbered = entries.of(neighbours, days)
        again = entries.read(statement, apart, by_amount)
        if numbered and not self._tells_again(piece, again, neighbours):
            apart |= numbered
            again = entries.read(statement, apart, by_amount)
        return SeenStatement(statement, self.account.as_page(piece), again, foreign, apart, numbered)

    def _tells_again(
        self, own: StatementPiece, again: StatementReading, neighbours: Iterable[StatementPiece]
    ) -> bool:
        """Whether a statement may tell a day again, though those of the numbers before and behind seem to join it."""
        if not again.new and any(piece.begins_with(own) and piece.is_next_to(own) for piece in neighbours):
            return True
        return self.account.entries.cents_on(self._joining_day(own)).keys() <= again.retold.keys()

    def _joining_day(self, own: StatementPiece) -> dt.date:
        """Return the last known day of a statement that begins with the account's end, else its first known day."""
        bounds, days = self.account.bounds, self.account.entries.days
        if bounds and own.opening_cents in bounds.ends:
            return max((day for day in days if day <= own.last), default=own.first)
        return min((day for day in days if day >= own.first), default=own.first)

    def _is_placed(self, seen: SeenStatement) -> bool:
        """Whether the balances can say where a statement lies."""
        return seen.piece.balanced and self.account.bounds is not None

    def _by_keys(self, seen: SeenStatement) -> StatementReading:
        """Return what keys say is new in a statement that the balances say nothing of; it has whole days."""
        bounds = self.account.bounds
        inside = bounds and any(bounds.has(line.booking_day) for _, line in seen.again.new)
        otherwise = told_otherwise(self.account, seen)
        if inside and not otherwise:
            otherwise = [has_other_lines(self.account, seen)]
        if otherwise:
            raise StatementWaits(otherwise)
        return seen.again

    # ------------------------------------------------------------------------------ as its balances prove it

    def _ways(self, seen: SeenStatement) -> list[StatementReading]:
        """Return the readings that the balances prove; those that contradict the bank's references where it is all."""
        sure = self._so_far(seen) | self._named(seen)
        return self._answers(seen, sure) or self._answers(seen, frozenset())

    def _answers(self, seen: SeenStatement, fixed: frozenset[str]) -> list[StatementReading]:
        """Return the readings that the balances prove, in which known entries are told again for sure.

        That lines which the bank dates too early hide among the others is looked at only where there is no other
        answer, or where it is that lines like known ones are new.
        """
        question = asked(self.account, seen.piece, seen.again, fixed)
        choices = list(islice(answers(self.account, question, late=False), _ANSWERS_MAX))
        if not choices or any(choices):
            choices += islice(answers(self.account, question, late=True), _ANSWERS_MAX)
        return [seen.again.with_twins(twins) for twins in dict.fromkeys(choices)]

    def _proved(self, seen: SeenStatement) -> StatementReading | None:
        """Return the only reading that the balances prove, None where they prove none."""
        if self._is_copy(seen):
            return seen.again
        if self._is_day(seen):
            return self._undoubted(seen, seen.again)
        try:
            ways = self._ways(seen)
        except TooManySums:
            raise StatementWaits([reasons.too_many(seen.statement, seen.again)]) from None
        if not ways:
            return None
        newest = max(ways, key=lambda way: len(way.new))
        twins = self._named(seen) - newest.retold.keys()
        if twins or any(way.facts != newest.facts for way in ways if way is not newest):
            raise self._in_doubt(seen, newest)
        return self._undoubted(seen, self._with_free_keys(seen, newest))

    def _undoubted(self, seen: SeenStatement, reading: StatementReading) -> StatementReading:
        """Return a reading; raise StatementWaits where something that is missing would make it wrong."""
        if overlapped(self.account, seen.piece, reading, {*seen.apart, *seen.numbered}):
            raise self._in_doubt(seen, reading)
        has_lines = any(line.booked for line in seen.statement.lines)  # else nothing can be in doubt
        if has_lines and (other := rejoined(self.account, seen.piece, reading)):
            raise StatementWaits([reasons.joins_retold(seen.statement, other)])
        return reading

    def _in_doubt(self, seen: SeenStatement, newest: StatementReading) -> StatementWaits:
        """Return that lines which are new in a reading may as well be known."""
        tellers = self.account.entries.tellers(sorted(booked_days(seen.statement)))
        return StatementWaits([reasons.new_or_known(seen.statement, seen.again, newest, tellers)])

    def _named(self, seen: SeenStatement) -> frozenset[str]:
        """Return the known entries that a statement tells again for sure, as the bank's references say.

        They are asked on the days where lines like known ones may be new. A reference says nothing where the bank
        gives it to several entries of a day.
        """
        own = seen.piece
        days = self.account.edges(own) | {own.first}
        days |= booked_days(seen.statement) if own.hides_first else set()
        shared = _shared_references(seen.statement)
        retold = (
            (entry, lines[0])
            for entry, lines in seen.again.retold.items()
            if lines[0][1].booking_day in days or lines[0][1].booking_day < own.first
        )
        return frozenset(
            entry
            for entry, (key, line) in retold
            if ":r-" in entry and entry_key(key) == entry
            if line.bank_reference not in shared and not self._is_given_twice(seen, line)
        )

    def _is_given_twice(self, seen: SeenStatement, line: StatementLine) -> bool:
        """Whether an entry of a line's day that the statement does not tell has the line's reference."""
        others = {
            key: cents
            for key, cents in self.account.entries.cents_on(line.booking_day).items()
            if ":r-" in key and key not in seen.again.retold
        }
        alike = (replace(line, amount_cents=cents, batch=None) for cents in set(others.values()))
        bases = {without_number(line_keys(replace(seen.statement, lines=(twin,)))[0]) for twin in alike}
        return not bases.isdisjoint(map(without_number, others))

    def _so_far(self, seen: SeenStatement) -> frozenset[str]:
        """Return the entries of a day so far that a statement with the next number tells from the same balance."""
        own, again = seen.piece, seen.again
        if not own.number or not any(own.goes_on_with_day(piece) for piece in self.account.pieces):
            return frozenset()
        entries = frozenset(self.account.entries.cents_on(own.first))
        return entries if entries <= again.retold.keys() else frozenset()

    def _is_copy(self, seen: SeenStatement) -> bool:
        """Whether a statement says what one of another format says: its number, days, balances and amounts."""
        return not seen.again.new and any(map(seen.piece.is_copy_of, seen.foreign.values()))

    def _is_day(self, seen: SeenStatement) -> bool:
        """Whether a statement tells just one day as it is known, and neither goes on nor fills a hole."""
        bounds, own, again = self.account.bounds, seen.piece, seen.again
        assert bounds
        if again.new or own.opening == own.closing or not bounds.first < own.first == own.last <= bounds.last:
            return False
        goes_on = own.last == bounds.last and own.opening in bounds.ends
        if goes_on or self.account.entries.cents_on(own.first).keys() != again.retold.keys():
            return False
        return self._holds(own, again)

    def _holds(self, own: StatementPiece, again: StatementReading) -> bool:
        """Whether the equation holds where a statement tells all known entries again that it seems to."""
        question = asked(self.account, own, again, again.retold)
        return any(True for late in (False, True) for _ in answers(self.account, question, late=late))

    def _with_free_keys(self, seen: SeenStatement, proved: StatementReading) -> StatementReading:
        """Return a reading with keys that are free for the twins in it."""
        twins = seen.again.retold.keys() - proved.retold.keys()
        if not twins:
            return proved
        days = {line.booking_day for entry in twins for _, line in seen.again.retold[entry]}
        entries = self.account.entries
        others = {entry for day in days for entry in entries.cents_on(day)} - proved.retold.keys()
        return entries.read(seen.statement, {*seen.apart, *others}, AmountDays(seen.foreign))

    def _in_other_words(self, seen: SeenStatement) -> StatementReading | None:
        """Return a statement read by amounts, as the balances prove it where it tells known days in other words."""
        days, edges = booked_days(seen.statement), self.account.edges(seen.piece)
        by_amount = AmountDays(seen.foreign, days - edges, days & edges)
        again = self.account.entries.read(seen.statement, seen.apart, by_amount)
        return again if self._holds(seen.piece, again) else None


def _shared_references(statement: Statement) -> frozenset[str]:
    """Return the bank's references that several entries of a statement have."""
    entries = {(line.bank_reference, line.entry) for line in statement.lines}
    counts = Counter(reference for reference, _ in entries)
    return frozenset(reference for reference, count in counts.items() if count > 1)
