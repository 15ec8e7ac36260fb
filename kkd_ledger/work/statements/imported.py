"""What an import of bank statements did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kkd_ledger.bank.statements import Statement
from kkd_ledger.book.certificate import CertifiedLine, Fate, Words
from kkd_ledger.errors import StatementRefused
from kkd_ledger.work.session import Outcome
from kkd_ledger.work.statements.notifications import Supplement
from kkd_ledger.work.statements.received import Refused


@dataclass(frozen=True)
class Imported:
    """What an import did: the statements that were new, what became of each line, and what was written.

    `supplements` book nothing: camt.054, previews. `words` say by a line's key who is on its other side, and its text.
    `unread` are the refusals of files that were handed in with others and could not be read at all.
    """

    statements: tuple[Statement, ...]
    lines: tuple[CertifiedLine, ...]
    known_count: int
    refused: tuple[Refused, ...]
    outcome: Outcome
    supplements: tuple[Supplement, ...] = ()
    words: Mapping[str, Words] = field(default_factory=dict)
    unread: tuple[StatementRefused, ...] = ()

    def count(self, fate: Fate) -> int:
        """Return how many lines met this fate."""
        return sum(1 for line in self.lines if line.fate == fate)
