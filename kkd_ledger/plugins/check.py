"""All findings about a book: those of the reader, of the seals and of every rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Final

from kkd_ledger.book.config import Book
from kkd_ledger.book.reader import consistently, outline, read
from kkd_ledger.book.records import Complaint
from kkd_ledger.book.seals import Chain
from kkd_ledger.plugins import checkpoint, sealed
from kkd_ledger.plugins.checkpoint import Known
from kkd_ledger.plugins.fold import RULES, Fold
from kkd_ledger.plugins.rule import LEVELS, Context, Finding, FindingKind, Level, as_rule

LEDGER: Final = FindingKind(
    "KKD-L01",
    Level.ERROR,
    "Die Bücher gehen nicht auf",
    "Nur kkd schreibt in die Bücher. Stellen Sie die Datei aus der Sicherung wieder her.",
)
CATALOGUE: Final = tuple(
    sorted(
        [LEDGER, *sealed.KINDS, *(kind for rule in RULES for kind in as_rule(rule).KINDS)],
        key=lambda kind: kind.code,
    )
)


def check(
    book: Book,
    *,
    full: bool = False,
    staged: Mapping[str, bytes] | None = None,
    today: dt.date | None = None,
) -> tuple[Finding, ...]:
    """Return every finding about a book, gravest first; `staged` files stand in for those on the disk.

    With `today` also what is recorded or sealed on a day that has not come.

    Sealed months are verified by hash, and the rules start from the state behind the last seal; `full` recomputes
    everything from the text. Both say the same.
    """
    if not full and (known := checkpoint.resumed(book, staged)):
        return findings(known, today)
    if whole := checkpoint.recomputed(book, staged):
        complaints, fold, chain = whole
        return told(complaints, fold.findings(today), chain, today)
    reading = read(book, staged)
    fold = Fold(Context(book)).take(reading.records)
    return told(reading.complaints, fold.findings(today), reading.chain, today)


def findings(known: Known, today: dt.date | None = None) -> tuple[Finding, ...]:
    """Return every finding about a book that is known."""
    return told(known.complaints, known.progress.fold.findings(today), known.chain, today)


def told(
    complaints: Iterable[Complaint],
    found: Iterable[Finding],
    chain: Chain | None = None,
    today: dt.date | None = None,
) -> tuple[Finding, ...]:
    """Return the reader's complaints, what is broken in the chain of seals, and the rules' findings, gravest first."""
    own = [Finding(LEDGER, complaint.place, complaint.text) for complaint in complaints]
    broken = sealed.findings(chain, today) if chain else []
    return tuple(sorted([*own, *broken, *found], key=lambda finding: LEVELS.index(finding.kind.level)))


def rolled_back(book: Book, sha256: str) -> tuple[Finding, ...]:
    """Return a finding where the book holds no closing proof with this hash, which was kept outside the book."""
    _, chain = consistently(book, lambda texts: outline(book, texts))
    return tuple(sealed.anchored(chain, sha256))
