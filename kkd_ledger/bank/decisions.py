"""A person's decisions as an input of continuity: a statement is read as was decided, or not at all.

What a file brings then does not depend on how the chain of statements judges it. What balances and lines contradict is
a line of its own, so that the books always hold what the bank says.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from kkd_ledger.bank.days import ahead, belongs
from kkd_ledger.bank.keys import content_key
from kkd_ledger.bank.statements import Statement, StatementLine
from kkd_ledger.book.certificate import Certificates, Decision, Terms, Verdict

DIFFERENCE: Final = "Unterschied nach Entscheidung"
"""The note of a line that no bank wrote: what a decided statement leaves unexplained."""


class Decisions:
    """The last decisions about statements and files, by what they are about."""

    def __init__(self, held: Mapping[str, Decision]) -> None:
        self._held = held

    @classmethod
    def of(cls, root: Path) -> Decisions:
        """Return the decisions that the certificates in a book's folder hold."""
        heads = Certificates(root).heads
        return cls({one.subject: one for head in heads for one in head.decisions})

    def about(self, statement: Statement) -> Decision | None:
        """Return what was decided about a statement, whatever file it comes in; None where nothing was."""
        found = self._held.get(content_key(statement)) if self._held else None
        return found if found and found.verdict != Verdict.OPEN else None

    def read(self, statements: Iterable[Statement]) -> tuple[Statement, ...]:
        """Return the statements of a file as they are read by what was decided about them."""
        pairs = ((one, self.about(one)) for one in statements)
        taken = (as_decided(one, decision) if decision else one for one, decision in pairs)
        return tuple(one for one in taken if one)

    def about_file(self, sha256: str) -> Decision | None:
        """Return what was decided about a file that nobody can read."""
        return self._held.get(sha256)


NOTHING_DECIDED: Final = Decisions({})


def as_decided(statement: Statement, decision: Decision) -> Statement | None:
    """Return a statement as it is read by a decision; None where nothing of it is taken."""
    terms = decision.terms
    if terms is None:
        return None
    lines = [_within(one, statement, terms) for one in new_lines(statement, terms.known)]
    last = max((line.entry for line in statement.lines), default=0)
    for number, (day, cents) in enumerate(terms.differences, start=last + 1):
        text = f"{DIFFERENCE} von {decision.by}: {decision.reason}"
        lines.append(
            StatementLine(day, day, cents, statement.currency, remittance=text, note=DIFFERENCE, entry=number)
        )
    proved = (terms.opening_cents, terms.closing_cents) == (statement.opening_cents, statement.closing_cents)
    whole = proved and not terms.differences
    return replace(
        statement,
        lines=tuple(lines),
        from_day=terms.from_day,
        to_day=terms.to_day,
        opening_cents=terms.opening_cents,
        closing_cents=terms.closing_cents,
        sequence=statement.sequence if terms.opening_cents is not None else None,
        identity=statement.identity if whole else f"{statement.identity}/{content_key(statement)}",
        contradictions=(),
    )


def new_lines(statement: Statement, known: Collection[int]) -> list[StatementLine]:
    """Return the booked lines of a statement without those of some entries."""
    return [line for line in statement.lines if line.booked and line.entry not in known]


def _within(line: StatementLine, statement: Statement, terms: Terms) -> StatementLine:
    """Return a line with a day that can be believed: its own, or the last one of the statement."""
    if belongs(line, statement) and line.booking_day <= ahead(terms.to_day):
        return line
    return replace(line, booking_day=terms.to_day)
