"""All findings about a book: those of the reader and those of every rule."""

from __future__ import annotations

from typing import Final

from kkd_ledger.book.config import Book
from kkd_ledger.book.reader import Reading, read
from kkd_ledger.plugins.fold import RULES, Fold
from kkd_ledger.plugins.rule import LEVELS, Context, Finding, FindingKind, Level, as_rule

LEDGER: Final = FindingKind(
    "KKD-L01",
    Level.ERROR,
    "Die Bücher gehen nicht auf",
    "Nur kkd schreibt in die Bücher. Stellen Sie die Datei aus der Sicherung wieder her.",
)
CATALOGUE: Final = tuple(
    sorted([LEDGER, *(kind for rule in RULES for kind in as_rule(rule).KINDS)], key=lambda kind: kind.code)
)


def check(book: Book, reading: Reading | None = None) -> tuple[Finding, ...]:
    """Return every finding about a book, gravest first; `reading` saves reading it again."""
    reading = reading or read(book)
    own = [Finding(LEDGER, complaint.place, complaint.text) for complaint in reading.complaints]
    found = [*own, *Fold(Context(book)).take(reading.records).findings()]
    return tuple(sorted(found, key=lambda finding: LEVELS.index(finding.kind.level)))
