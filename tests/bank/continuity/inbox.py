"""An inbox over made-up statements: runs as `kkd month` makes them, without files and books."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from kkd_ledger.bank.continuity.misfits import contradict
from kkd_ledger.bank.continuity.reasons import contradicted
from kkd_ledger.bank.continuity.shared_numbers import KnownNumbers
from kkd_ledger.bank.continuity.statement_pieces import StatementPiece
from kkd_ledger.bank.continuity.waiting import StatementWaits
from kkd_ledger.bank.line_keys import entry_key, statement_key
from kkd_ledger.bank.statements import Statement
from kkd_ledger.book.certificate import (
    CertifiedLine,
    CertifiedStatement,
    DecidedTerms,
    Decision,
    Fate,
    Verdict,
)
from kkd_ledger.book.certificate.decisions import as_decided
from kkd_ledger.work.statements.matched_lines import certified_statement
from kkd_ledger.work.statements.statement_chain import Fresh, StatementChain, piece_of
from tests.bank.continuity.worlds import OPENING_CENTS, World, day


class NoNotifications:
    """No camt.054 has come."""

    def around(self, statement: Statement) -> list[Any]:
        """Return none."""
        return []

    def use(self, keys: Iterable[str]) -> None:
        """Note nothing."""


@dataclass
class History:
    """What the certificates hold: statements that were taken, and lines by their keys."""

    taken: list[CertifiedStatement] = field(default_factory=list)
    lines: dict[str, CertifiedLine] = field(default_factory=dict)

    @property
    def statements(self) -> tuple[CertifiedStatement, ...]:
        """The statements in the order in which certificates tell them."""
        return tuple(sorted(self.taken, key=lambda one: (one.to_day, one.from_day, one.account)))


@dataclass
class Inbox:
    """The inbox of an account: what waits and why, what was taken, what was booked."""

    own: bool
    history: History = field(default_factory=History)
    waiting: list[Statement] = field(default_factory=list)
    why: dict[str, StatementWaits] = field(default_factory=dict)
    fresh: list[Fresh] = field(default_factory=list)
    booked: list[tuple[dt.date, int]] = field(default_factory=list)
    decided: set[str] = field(default_factory=set)

    def run(self, statements: Iterable[Statement] = ()) -> None:
        """Take what fits of new statements and of those that wait."""
        files = self._told_apart([*self.waiting, *statements])
        self.waiting = []
        while True:
            fresh, misfits = self._know(files)
            if not misfits:
                break
            left = {id(one) for one, _ in misfits}
            files = [one for one in files if id(one) not in left]
            for one, error in misfits:
                self.waiting.append(one)
                self.why[one.sha256] = error
        for one in fresh:
            self._certify(one)

    def _told_apart(self, files: Iterable[Statement]) -> list[Statement]:
        """Return the statements of a run under keys of their own, as the monthly run reads them."""
        numbers = KnownNumbers((piece_of(taken), taken.content) for taken in self.history.taken)
        found = []
        for one in sorted(files, key=_by_days):
            decided = statement_key(one) in self.decided
            found.append(own := numbers.told_apart(one, decided=decided))
            if decided:
                self.decided.add(statement_key(own))
        return found

    def decide(self, statement: Statement, known: Collection[int]) -> None:
        """Let a person say which entries of a statement that waits are known: the others are new, and prove nothing."""
        self.waiting = [one for one in self.waiting if one is not statement]
        taken = [one for one in as_decided(statement, _decision(statement, known)) if one.lines]
        self.decided.update(map(statement_key, taken))
        self.run(taken)

    def undo(self, statement: Statement, known: Collection[int]) -> None:
        """Let a person take a wrong decision about a statement back: lines of its known entries are known after all.

        What was booked is taken out of the books again; that the statement told it stays on the certificate.
        """
        right = Counter(
            (line.booking_day, line.amount_cents) for line in statement.lines if line.entry not in known
        )
        for key, line in self._lines_of(statement).items():
            if right[line.day, line.cents]:
                right[line.day, line.cents] -= 1
            else:
                self.history.lines[key] = line._replace(fate=Fate.NOT_OURS)
                self.booked.remove((line.day, line.cents))

    def _lines_of(self, statement: Statement) -> dict[str, CertifiedLine]:
        """Return the lines that a decided statement brought, by their keys."""
        keys = {
            statement_key(taken)
            for taken in as_decided(statement, _decision(statement, ()))
            if statement_key(taken) in self.decided
        }
        return {key: line for key, line in self.history.lines.items() if line.statement in keys}

    @property
    def entries(self) -> Counter[tuple[dt.date, int]]:
        """Day and cents of every entry that was taken as new."""
        cents: Counter[tuple[dt.date, str]] = Counter()
        for line in self.history.lines.values():
            if line.fate == Fate.NOT_OURS:
                continue
            cents[line.day, entry_key(line.key)] += line.cents
        return Counter((on, total) for (on, _), total in cents.items())

    def _know(self, files: Sequence[Statement]) -> tuple[list[Fresh], list[tuple[Statement, StatementWaits]]]:
        chain = StatementChain(self.history, (), NoNotifications(), self.decided)  # type: ignore[arg-type]
        waiting = sorted(files, key=_by_days)
        found: list[Fresh] = []
        added: list[tuple[dt.date, int]] = []
        while waiting:
            misfits: list[tuple[Statement, StatementWaits]] = []
            for one in waiting:
                try:
                    fresh, _ = chain.take(one, self._balance(one.from_day, added))
                except StatementWaits as error:
                    misfits.append((one, error))
                    continue
                if fresh:
                    found.append(fresh)
                    added += [(line.booking_day, line.amount_cents) for _, line in fresh.lines]
            if len(misfits) == len(waiting):
                return [], [*misfits, *self._rivals(misfits, found, files)]
            waiting = [one for one, _ in misfits]
        return found, []

    def _rivals(
        self,
        misfits: Sequence[tuple[Statement, StatementWaits]],
        fresh: Sequence[Fresh],
        files: Sequence[Statement],
    ) -> list[tuple[Statement, StatementWaits]]:
        """Return what was taken in this run and is contradicted by a statement that would fit in its place."""
        new = {statement_key(each.statement) for each in fresh} - self.decided
        left_out = [one for one in files if not any(one is misfit for misfit, _ in misfits)]
        rivals: dict[str, tuple[Statement, StatementWaits]] = {}
        for misfit, error in misfits:
            named = {statement_key(one) for one in files if contradict(one, misfit)}
            keys = error.contradicted & new & named
            left = [one for one in files if one is misfit or statement_key(one) not in keys]
            if keys and not any(one is misfit for one, _ in self._know(left)[1]):
                for one in left_out:
                    if statement_key(one) in keys:
                        reason = contradicted(one, [StatementPiece.of(misfit)])
                        rivals[one.sha256] = one, StatementWaits([reason])
        return list(rivals.values())

    def _balance(self, on: dt.date, added: Iterable[tuple[dt.date, int]]) -> int | None:
        if not self.own:
            return None
        return OPENING_CENTS + sum(cents for moved, cents in [*self.booked, *added] if moved < on)

    def _certify(self, fresh: Fresh) -> None:
        key = statement_key(fresh.statement)
        self.fresh.append(fresh)
        told = [
            CertifiedLine(line_key, key, line.booking_day, line.amount_cents, Fate.WAITS, "", "", ())
            for line_key, line in fresh.lines
        ]
        self.history.taken.append(
            certified_statement(fresh.statement, told, fresh.known_count, fresh.notifications)
        )
        for line in told:
            assert line.key not in self.history.lines, "a key is given once"
            self.history.lines[line.key] = line
            self.booked.append((fresh.late.get(line.key, line.day), line.cents))


def _decision(statement: Statement, known: Collection[int]) -> Decision:
    terms = DecidedTerms(statement.from_day, statement.to_day, None, None, tuple(known))
    return Decision("", Verdict.NEW, "Kasse", "geklärt", statement.to_day, terms=terms)


def _by_days(one: Statement) -> tuple[object, ...]:
    return one.from_day, one.to_day, one.sequence or 0, one.page or 0, one.sha256


@dataclass(frozen=True)
class Told:
    """What became of a world: entries booked twice, entries lost (in no file that waits), statements that wait.

    `named` are entries that were taken for known and are in no file that waits, but one that waits names their sum and
    the statement that told them. They are not counted as lost.
    """

    twice: int
    lost: int
    waits: int
    named: int = 0


def told(world: World) -> tuple[Told, Inbox]:
    """Let the statements of a world come, run after run, and count what became of its entries."""
    inbox = Inbox(world.own)
    for statements in world.runs:
        inbox.run(statements)
    inbox.run()
    have, true = inbox.entries, Counter((day(one.dated), one.cents) for one in world.entries)
    held = Counter((line.booking_day, line.amount_cents) for one in inbox.waiting for line in one.lines)
    if world.kind == "missing":
        came = Counter[tuple[dt.date, int]]()
        for one in (one for statements in world.runs for one in statements):
            came |= Counter((line.booking_day, line.amount_cents) for line in one.lines)
        lost = (true & came) - have - held
    elif world.kind == "re-booked":  # the bank itself gives an entry two days
        have, true, held = (_by_amount(one) for one in (have, true, held))
        lost = true - have - held
    else:
        lost = true - have - held
    twice, count = (have - true).total(), lost.total()
    if count and _once_more_cents(inbox) == sum(cents for _, cents in lost.elements()):
        return Told(twice, 0, len(inbox.waiting), count), inbox
    return Told(twice, count, len(inbox.waiting)), inbox


def _once_more_cents(inbox: Inbox) -> int:
    """Return the sum of what is named as taken for known, and new beside what waits."""
    errors = (inbox.why[statement.sha256] for statement in inbox.waiting)
    return sum(reason.once_more_cents for error in errors for reason in error.reasons)


def _by_amount(entries: Counter[tuple[dt.date, int]]) -> Counter[tuple[dt.date, int]]:
    return Counter((dt.date.min, cents) for _, cents in entries.elements())
