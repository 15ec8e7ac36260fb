"""A person's decisions as an input of continuity: a statement is read as was decided, or not at all.

What a file brings then does not depend on how the chain of statements judges it. What balances and lines contradict is
a line of its own, so that the books always hold what the bank says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from kkd_ledger.bank.days import NO_DAY, ahead, belongs
from kkd_ledger.bank.files.reading import read
from kkd_ledger.bank.line_keys import content_key
from kkd_ledger.bank.statements import BOOKING_KINDS, GAP, Statement, StatementLine
from kkd_ledger.book.certificate import DIFFERENCE, Certificates, DecidedTerms, Decision, Hole, Verdict
from kkd_ledger.errors import StatementRefused


class Decisions:
    """The last decisions about statements and files, by what they are about."""

    def __init__(self, decisions: Mapping[str, Decision]) -> None:
        self._held = decisions

    @classmethod
    def of(cls, root: Path) -> Decisions:
        """Return the decisions that the certificates in a book's folder hold."""
        heads = Certificates(root).heads
        return cls({decision.subject: decision for head in heads for decision in head.decisions})

    def about(self, statement: Statement) -> Decision | None:
        """Return what was decided about a statement, whatever file it comes in; None where nothing was."""
        decision = self._held.get(content_key(statement)) if self._held else None
        return decision if decision and decision.verdict != Verdict.OPEN else None

    def read(self, statements: Iterable[Statement]) -> tuple[Statement, ...]:
        """Return the statements of a file as they are read by what was decided about them."""
        pairs = ((statement, self.about(statement)) for statement in statements)
        taken = (
            as_decided(statement, decision) if decision else (statement,) for statement, decision in pairs
        )
        return tuple(statement for each in taken for statement in each)

    def statements_in(self, content: bytes, name: str) -> tuple[Statement, ...]:
        """Return the statements of a file as the bank wrote them; raise StatementRefused where nobody can read it.

        One with unreadable lines is read as far as it can be, where a person has decided about all that is in it.
        """
        try:
            return read(content, name)
        except StatementRefused:
            if not self._held:
                raise
            with suppress(StatementRefused):
                partly = read(content, name, partly=True)
                if all(self.about(statement) for statement in partly if statement.kind in BOOKING_KINDS):
                    return partly
            raise

    def about_file(self, sha256: str) -> Decision | None:
        """Return what was decided about a file that nobody can read."""
        return self._held.get(sha256)


NOTHING_DECIDED: Final = Decisions({})


def as_decided(statement: Statement, decision: Decision) -> tuple[Statement, ...]:
    """Return a statement as a decision reads it, after the hole before it; nothing where it is not ours."""
    terms = decision.terms
    if terms is None:
        return ()
    lines = [_within(line, statement, terms) for line in new_lines(statement, terms.known_entries)]
    last = max((line.entry for line in statement.lines), default=0)
    for number, (day, cents) in enumerate(terms.differences, start=last + 1):
        lines.append(_difference(statement, decision, day, cents, number))
    proved = (terms.opening_cents, terms.closing_cents) == (statement.opening_cents, statement.closing_cents)
    whole = proved and not terms.differences
    taken = replace(
        statement,
        lines=tuple(lines),
        from_day=terms.from_day,
        to_day=terms.to_day,
        opening_cents=terms.opening_cents,
        closing_cents=terms.closing_cents,
        sequence=statement.sequence if terms.opening_cents is not None else None,
        identity=statement.identity if whole else f"{statement.identity}/{content_key(statement)}",
        contradictions=(),
        unread=0,
    )
    return (_before(statement, taken, decision, terms.hole), taken) if terms.hole else (taken,)


def _before(statement: Statement, taken: Statement, decision: Decision, hole: Hole) -> Statement:
    """Return the days before a statement of which none tells, as a statement with what moved the account in all."""
    assert taken.opening_cents is not None, "it is the balance that tells of a hole"
    return replace(
        taken,
        kind=GAP,
        identity=content_key(statement),
        sequence=None,
        page=None,
        last_page=True,
        from_day=hole.from_day,
        to_day=max(hole.from_day, taken.from_day - dt.timedelta(1)),
        opening_cents=taken.opening_cents - hole.cents,
        closing_cents=taken.opening_cents,
        lines=(_difference(statement, decision, hole.from_day, hole.cents, 1),),
    )


def _difference(
    statement: Statement, decision: Decision, day: dt.date, cents: int, number: int
) -> StatementLine:
    text = f"{DIFFERENCE} von {decision.by}: {decision.reason}"
    return StatementLine(day, day, cents, statement.currency, remittance=text, note=DIFFERENCE, entry=number)


def new_lines(statement: Statement, known_numbers: Collection[int]) -> list[StatementLine]:
    """Return the booked lines of a statement without those of some entries."""
    return [line for line in statement.lines if line.booked and line.entry not in known_numbers]


def _within(line: StatementLine, statement: Statement, terms: DecidedTerms) -> StatementLine:
    """Return a line with a day that can be believed: its own, the one that the person gave, or the statement's last."""
    if belongs(line, statement) and line.booking_day <= ahead(terms.to_day):
        return line
    day = terms.day if terms.day and line.booking_day == NO_DAY else terms.to_day
    return replace(line, booking_day=day)
