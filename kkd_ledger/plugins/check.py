"""All findings about a book: those of the reader, of the seals and of every rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Final

from kkd_ledger.book.config import Book
from kkd_ledger.book.reader import consistently, outline, read
from kkd_ledger.book.records import Complaint
from kkd_ledger.book.seals import Chain
from kkd_ledger.plugins import checkpoint, persons, sealed
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
        return told(book, complaints, fold.findings(today), chain, today)
    reading = read(book, staged)
    fold = Fold(Context(book)).take(reading.records)
    return told(book, reading.complaints, fold.findings(today), reading.chain, today)


def findings(known: Known, today: dt.date | None = None) -> tuple[Finding, ...]:
    """Return every finding about a book that is known."""
    return told(
        known.progress.book, known.complaints, known.progress.fold.findings(today), known.chain, today
    )


def told(
    book: Book,
    complaints: Iterable[Complaint],
    found: Iterable[Finding],
    chain: Chain | None = None,
    today: dt.date | None = None,
) -> tuple[Finding, ...]:
    """Return the reader's complaints, what is told of the chain of seals, and the rules' findings, gravest first."""
    own = [Finding(LEDGER, complaint.place, complaint.text) for complaint in complaints]
    of_chain = of_seals(book, chain, today) if chain else []
    return tuple(sorted([*own, *of_chain, *found], key=lambda finding: LEVELS.index(finding.kind.level)))


def of_seals(book: Book, chain: Chain, today: dt.date | None = None) -> list[Finding]:
    """Return what is broken in the chain of seals, and who wrote a link without being known."""
    unknown = map(Context(book).judged, persons.of_links(book.settings, chain.links))
    return [*sealed.findings(chain, today), *unknown]


def rolled_back(book: Book, sha256: str) -> tuple[Finding, ...]:
    """Return a finding where the book holds no closing proof with this hash, which was kept outside the book."""
    _, chain = consistently(book, lambda texts: outline(book, texts))
    return tuple(sealed.anchored(chain, sha256))
