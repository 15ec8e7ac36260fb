"""What is new in the statements of a run: continuity over what the certificates hold, and the details of batches."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from kkd_ledger.bank.continuity.continuity import Continuity
from kkd_ledger.bank.continuity.reasons import books_differ
from kkd_ledger.bank.continuity.statement_pieces import (
    Keyed,
    StatementPiece,
    StatementReading,
    TakenStatement,
)
from kkd_ledger.bank.continuity.waiting import StatementWaits
from kkd_ledger.bank.enrichment import enriched, is_whole
from kkd_ledger.bank.statements import GAP, Statement, StatementLine
from kkd_ledger.book.certificate import Certificates, CertifiedStatement
from kkd_ledger.work.statements.notifications import Notifications


class Fresh(NamedTuple):
    """A statement with the booked lines in it that were not known yet, each under its key.

    `late` are lines that the bank dates into days whose balance an earlier statement proves, by key, with the day on
    which they moved the account at the earliest. `known_count` counts the lines that were known; `notifications` name
    the camt.054 entries whose details stand for batches.
    """

    statement: Statement
    lines: tuple[tuple[str, StatementLine], ...]
    asserts_opening: bool
    late: Mapping[str, dt.date]
    known_count: int = 0
    notifications: tuple[str, ...] = ()


class StatementChain:
    """What is known of an account: from the certificates, and from the statements taken in this run.

    `decided` are the keys of statements that a person has decided about: each line of those is new, and nothing of them
    is judged here.
    """

    def __init__(
        self,
        certificates: Certificates,
        booked: Iterable[str],
        notifications: Notifications,
        decided: Collection[str] = (),
    ) -> None:
        self._notifications = notifications
        self._continuity = Continuity(history(certificates), {*certificates.lines, *booked}, decided)

    def take(self, statement: Statement, balance_cents: int | None) -> tuple[Fresh | None, int]:
        """Return what is new in a statement (None where nothing is), and how many of its lines were known.

        `balance_cents` is what a dedicated account holds in the books before the statement, None for
        a pooled account. Raise StatementWaits where a known statement says other things now or other lines of the
        same days, and where it does not join its neighbours.
        """
        booked = sum(1 for line in statement.lines if line.booked)
        if self._continuity.knows(statement):
            return None, booked
        reading = self._continuity.read(statement)
        if statement.kind == GAP:
            self._continuity.add(statement, reading, ())
            return Fresh(statement, reading.new, asserts_opening=False, late={}), 0
        decided = self._continuity.is_decided(statement)
        asserts_opening = not decided and self._asserts(statement, reading, balance_cents)
        fresh, notifications = self._enriched(statement, reading.new)
        known_count = booked - len(reading.new)
        late = self._late(statement, fresh, ahead=self._continuity.begins_before(statement, reading))
        self._continuity.add(statement, reading, fresh)
        self._notifications.use(notifications)
        return Fresh(statement, fresh, asserts_opening, late, known_count, notifications), known_count

    def _late(self, statement: Statement, lines: Iterable[Keyed], *, ahead: bool) -> dict[str, dt.date]:
        """Return for lines of earlier days the first day of the last statement that had an opening without them."""
        pieces = self._continuity.account.pieces
        firsts = sorted(piece.first for piece in pieces if piece.first <= statement.to_day)
        latest = max([statement.from_day, *firsts[-1:]])
        late: dict[str, dt.date] = {}
        for key, line in lines:
            day = line.booking_day
            if day < latest:
                moved = statement.from_day if not firsts or (ahead and day < firsts[0]) else latest
                if moved > day:
                    late[key] = moved
        return late

    def _enriched(
        self, statement: Statement, new: Sequence[Keyed]
    ) -> tuple[tuple[Keyed, ...], tuple[str, ...]]:
        """Return new lines with the details that a camt.054 has for their batches, and the keys of those used."""
        if not any(is_whole(line) for _, line in new):
            return tuple(new), ()
        return enriched(new, self._notifications.around(statement))

    def _asserts(self, statement: Statement, reading: StatementReading, balance_cents: int | None) -> bool:
        """Tell whether the books can assert the opening; raise StatementWaits where they hold something else."""
        bounds = self._continuity.account.bounds
        if not StatementPiece.of(statement).balanced or balance_cents is None:
            return False
        behind = bounds is None or statement.from_day > bounds.last
        if not behind and not self._continuity.begins_before(statement, reading):
            return False
        if balance_cents != statement.opening_cents:
            raise StatementWaits([books_differ(statement, balance_cents, is_first=bounds is None)])
        return behind

    # ------------------------------------------------------------------------------- what a person decides on

    @property
    def end(self) -> tuple[dt.date | None, frozenset[int]]:
        """The last day of the chain (None where there is none), and the balances that it may end with."""
        bounds = self._continuity.account.bounds
        return (bounds.last, bounds.ends) if bounds else (None, frozenset())

    def ways(self, statement: Statement) -> tuple[StatementReading, list[StatementReading]]:
        """Return a statement as its keys read it, and the readings that the balances prove."""
        return self._continuity.ways(statement)


def history(certificates: Certificates) -> Iterable[TakenStatement]:
    """Yield the statements that certificates tell of, each with the lines that were new in it."""
    lines = defaultdict[str, list[tuple[str, dt.date, int]]](list)
    for key, line in certificates.lines.items():
        lines[line.statement].append((key, line.day, line.cents))
    for taken in certificates.statements:
        yield TakenStatement(
            piece_of(taken), taken.content, tuple(lines.pop(taken.key, ())), taken.known_count
        )


def piece_of(taken: CertifiedStatement) -> StatementPiece:
    """Return the facts of a certified statement, as continuity takes them."""
    return StatementPiece(
        taken.key,
        taken.kind,
        taken.account,
        taken.from_day,
        taken.to_day,
        taken.number,
        taken.page.number if taken.page else 1,
        bool(taken.page and taken.page.more),
        taken.opening_cents,
        taken.closing_cents,
    )
