"""Which lines of a statement are new: read as its keys say, and as its balances prove."""

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
from kkd_ledger.bank.continuity.misfits import SeenStatement, misfit, told_otherwise
from kkd_ledger.bank.continuity.statement_pieces import (
    Keyed,
    StatementPiece,
    StatementReading,
    TakenStatement,
)
from kkd_ledger.bank.continuity.subset_sums import TooManySums
from kkd_ledger.bank.line_keys import content_key, entry_key, line_keys, without_number
from kkd_ledger.bank.statements import GAP, Statement, StatementLine
from kkd_ledger.errors import StatementGap, StatementRefused

_ANSWERS_MAX: Final = 64


class Continuity:
    """What is known of an account: from what was taken, and from the statements added since.

    `booked` are keys of lines that the books have; `decided` the keys of statements that a person has decided about:
    each line of those is new, and nothing of them is judged.
    """

    def __init__(
        self, history: Iterable[TakenStatement], booked: Iterable[str] = (), decided: Collection[str] = ()
    ) -> None:
        self.account = KnownAccount(history, booked)
        self._decided = decided

    def knows(self, statement: Statement) -> bool:
        """Tell whether this very statement was taken; raise StatementRefused where it said other things then."""
        content = self.account.contents.get(StatementPiece.of(statement).key)
        if content and content != content_key(statement):
            raise StatementRefused([reasons.contradiction(statement)])
        return bool(content)

    def is_decided(self, statement: Statement) -> bool:
        """Tell whether a person has decided about a statement."""
        return statement.kind == GAP or StatementPiece.of(statement).key in self._decided

    def read(self, statement: Statement) -> StatementReading:
        """Return which lines of a statement are new, each under its key, and which are known.

        Raise StatementRefused where it says other things of days that are known, StatementGap where it does not join
        its neighbours yet, or where its balances prove more than one reading.
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
        """Add a statement with its new lines, which may be the details of the batches that it has."""
        self.account.add(self._taken(statement, reading, lines))

    def begins_before(self, statement: Statement, reading: StatementReading) -> bool:
        """Tell whether a statement brings lines of days before the account, which then begins with its opening."""
        bounds, piece = self.account.bounds, StatementPiece.of(statement)
        if not bounds or not piece.balanced or piece.first >= bounds.first:
            return False
        grown = self.account.grown_by(self._taken(statement, reading, reading.new))
        return not grown.starts <= bounds.starts

    def ways(self, statement: Statement) -> tuple[StatementReading, list[StatementReading]]:
        """Return a statement as its keys read it, and the readings that its balances prove."""
        seen = self._seen(statement)
        try:
            return seen.again, self._ways(seen) if self._is_placed(seen) else []
        except TooManySums:
            return seen.again, []

    def _taken(
        self, statement: Statement, reading: StatementReading, lines: Iterable[Keyed]
    ) -> TakenStatement:
        told = sum(1 for line in statement.lines if line.booked)
        facts = tuple((key, line.booking_day, line.amount_cents) for key, line in lines)
        return TakenStatement(
            StatementPiece.of(statement), content_key(statement), facts, told - len(reading.new)
        )

    # ---------------------------------------------------------------------------------- as its keys read it

    def _seen(self, statement: Statement) -> SeenStatement:
        piece, entries, days = StatementPiece.of(statement), self.account.entries, days_of(statement)
        foreign = entries.foreign_days(statement, piece)
        pages = [one for one in self.account.pieces if one.is_page_with(piece)]
        apart = entries.of(pages, days).union(entries.elsewhere(piece, days))
        beside = self.account.numbered(piece)
        numbered = entries.of(beside, days)
        again = entries.read(statement, foreign, apart)
        if numbered and not self._tells_again(piece, again, beside):
            apart |= numbered
            again = entries.read(statement, foreign, apart)
        return SeenStatement(statement, self.account.as_page(piece), again, foreign, apart, numbered)

    def _tells_again(
        self, own: StatementPiece, again: StatementReading, beside: Iterable[StatementPiece]
    ) -> bool:
        """Whether a statement may tell a day again, though those of the numbers before and behind seem to join it."""
        if not again.new and any(one.begins_with(own) and one.is_next_to(own) for one in beside):
            return True
        bounds, entries = self.account.bounds, self.account.entries
        if bounds and own.opening_cents in bounds.ends:
            day = max((on for on in entries.days if on <= own.last), default=own.first)
        else:
            day = min((on for on in entries.days if on >= own.first), default=own.first)
        return entries.on(day).keys() <= again.known.keys()

    def _is_placed(self, seen: SeenStatement) -> bool:
        """Whether the balances can say where a statement lies."""
        return seen.piece.balanced and self.account.bounds is not None

    def _by_keys(self, seen: SeenStatement) -> StatementReading:
        """Return what keys say is new in a statement that the balances say nothing of; it has whole days."""
        bounds, again = self.account.bounds, seen.again
        problems = told_otherwise(self.account, seen)
        if not problems and bounds and any(bounds.has(line.booking_day) for _, line in again.new):
            problems = [reasons.other_lines(seen.statement, again)]
        if problems:
            raise StatementRefused(problems)
        return again

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
        found = list(islice(answers(self.account, question, late=False), _ANSWERS_MAX))
        if not found or any(found):
            found += islice(answers(self.account, question, late=True), _ANSWERS_MAX)
        return [seen.again.with_twins(twins) for twins in dict.fromkeys(found)]

    def _proved(self, seen: SeenStatement) -> StatementReading | None:
        """Return the only reading that the balances prove, None where they prove none."""
        if self._is_copy(seen):
            return seen.again
        if self._is_day(seen):
            return self._undoubted(seen, seen.again)
        try:
            ways = self._ways(seen)
        except TooManySums:
            raise StatementGap([reasons.too_many(seen.statement)]) from None
        if not ways:
            return None
        newest = max(ways, key=lambda way: len(way.new))
        twins = self._named(seen) - newest.known.keys()
        if twins or any(way.facts != newest.facts for way in ways if way is not newest):
            raise StatementGap([reasons.in_doubt(seen.statement, seen.again, newest)])
        return self._undoubted(seen, self._with_free_keys(seen, newest))

    def _undoubted(self, seen: SeenStatement, reading: StatementReading) -> StatementReading:
        """Return a reading; raise StatementGap where something that is missing would make it wrong."""
        if overlapped(self.account, seen.piece, reading, {*seen.apart, *seen.numbered}):
            raise StatementGap([reasons.in_doubt(seen.statement, seen.again, reading)])
        told = any(
            line.booked for line in seen.statement.lines
        )  # in one without lines nothing can be in doubt
        if told and (other := rejoined(self.account, seen.piece, reading)):
            raise StatementGap([reasons.was_in_doubt(seen.statement, other)])
        return reading

    def _named(self, seen: SeenStatement) -> frozenset[str]:
        """Return the known entries that a statement tells again for sure, as the bank's references say.

        They are asked on the days where lines like known ones may be new. A reference says nothing where the bank
        gives it to several entries of a day.
        """
        own, again = seen.piece, seen.again
        days = self.account.edges(own) | (days_of(seen.statement) if own.hides_first else frozenset())
        shared = _shared_references(seen.statement)
        return frozenset(
            entry
            for entry, lines in again.known.items()
            if lines[0][1].booking_day in days | {own.first} or lines[0][1].booking_day < own.first
            if ":r-" in entry and entry_key(lines[0][0]) == entry
            if lines[0][1].bank_reference not in shared and not self._is_given_twice(seen, lines[0][1])
        )

    def _is_given_twice(self, seen: SeenStatement, line: StatementLine) -> bool:
        """Whether an entry of a line's day that the statement does not tell has the line's reference."""
        others = [
            (key, cents)
            for key, cents in self.account.entries.on(line.booking_day).items()
            if ":r-" in key and key not in seen.again.known
        ]
        alike = (replace(line, amount_cents=cents, batch=None) for cents in {cents for _, cents in others})
        bases = {without_number(line_keys(replace(seen.statement, lines=(one,)))[0]) for one in alike}
        return not bases.isdisjoint(without_number(key) for key, _ in others)

    def _so_far(self, seen: SeenStatement) -> frozenset[str]:
        """Return the entries of a day so far that a statement with the next number tells from the same balance."""
        own, again = seen.piece, seen.again
        if not own.number:
            return frozenset()
        told = any(
            one.is_next_to(own)
            and one.begins_with(own)
            and one.is_part_of_day
            and one.number == own.number - 1
            for one in self.account.pieces
        )
        entries = frozenset(self.account.entries.on(own.first)) if told else frozenset()
        return entries if entries <= again.known.keys() else frozenset()

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
        if goes_on or self.account.entries.on(own.first).keys() != again.known.keys():
            return False
        question = asked(self.account, own, again, again.known)
        return any(True for late in (False, True) for _ in answers(self.account, question, late=late))

    def _with_free_keys(self, seen: SeenStatement, proved: StatementReading) -> StatementReading:
        """Return a reading with keys that are free for the twins in it."""
        twins = seen.again.known.keys() - proved.known.keys()
        if not twins:
            return proved
        days = {line.booking_day for entry in twins for _, line in seen.again.known[entry]}
        others = {entry for day in days for entry in self.account.entries.on(day)} - proved.known.keys()
        return self.account.entries.read(seen.statement, seen.foreign, {*seen.apart, *others})

    def _in_other_words(self, seen: SeenStatement) -> StatementReading | None:
        """Return a statement read by amounts, as the balances prove it where it tells known days in other words."""
        days, edges = days_of(seen.statement), self.account.edges(seen.piece)
        again = self.account.entries.read(
            seen.statement, seen.foreign, seen.apart, days - edges, days & edges
        )
        question = asked(self.account, seen.piece, again, again.known)
        for late in (False, True):
            if any(True for _ in answers(self.account, question, late=late)):
                return again
        return None


def _shared_references(statement: Statement) -> frozenset[str]:
    """Return the bank's references that several entries of a statement have."""
    entries = {(line.bank_reference, line.entry) for line in statement.lines}
    counts = Counter(reference for reference, _ in entries)
    return frozenset(reference for reference, count in counts.items() if count > 1)


def days_of(statement: Statement) -> set[dt.date]:
    """Return the booking days of a statement's booked lines."""
    return {line.booking_day for line in statement.lines if line.booked}
