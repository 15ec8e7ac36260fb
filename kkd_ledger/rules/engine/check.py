"""All findings about a book: those of the reader, of the seals and of every rule."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from kkd_ledger.book.config import Book
from kkd_ledger.book.seals.seal_chain import SealChain
from kkd_ledger.book.state.claims import balances
from kkd_ledger.book.state.lost import refuse_lost, unplaced_in
from kkd_ledger.book.text.reader import consistently, outline, read, top_of
from kkd_ledger.book.text.records import Complaint
from kkd_ledger.periods import BookingMonth
from kkd_ledger.rules import acts, basis, persons, sealed
from kkd_ledger.rules.engine import checkpoint
from kkd_ledger.rules.engine.checkpoint import KnownBook
from kkd_ledger.rules.engine.fold import RULES, Fold
from kkd_ledger.rules.engine.rule import LEVELS, Context, Finding, FindingKind, Level, State, as_rule

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
    aged: dt.date | None = None,
) -> tuple[Finding, ...]:
    """Return every finding about a book, gravest first; `staged` files stand in for those on the disk.

    With `today` also what is recorded or sealed on a day that has not come. Ages are measured on the day `aged`,
    without one on the last day of the newest month, at the latest `today`.

    A bank line that waits in an open month is one too, as `kkd close` will ask for it.

    Sealed months are verified by hash, and the rules start from the state behind the last seal; `full` recomputes
    everything from the text. Both say the same.
    """
    findings, chain = _found(book, full=full, staged=staged, today=today, aged=aged)
    undecided = [] if staged else sealed.undecided(book, chain)
    return gravest_first([*findings, *undecided])


def _found(
    book: Book,
    *,
    full: bool,
    staged: Mapping[str, bytes] | None,
    today: dt.date | None,
    aged: dt.date | None,
) -> tuple[list[Finding], SealChain]:
    if not full and (book_known := checkpoint.resumed(book, staged)):
        open_months = [month for month in book_known.months if month not in book_known.chain.seals]
        acted = of_acts(book, open_months, staged, book_known.progress.books.acts)
        return [*findings(book_known, today, aged), *acted], book_known.chain
    acts_found = of_acts(book, None, staged)
    if whole := checkpoint.recomputed(book, staged):
        complaints, fold, chain = whole
        return [*findings_of(book, complaints, fold, chain, today=today, aged=aged), *acts_found], chain
    reading = read(book, staged)
    if not reading.chain.breaks:
        refuse_lost(book, balances(reading.records), unplaced_in(reading.records))
    fold = Fold(Context(book)).take(reading.records)
    return [
        *findings_of(book, reading.complaints, fold, reading.chain, today=today, aged=aged),
        *acts_found,
    ], reading.chain


def of_acts(
    book: Book,
    months: Sequence[BookingMonth] | None = None,
    staged: Mapping[str, bytes] | None = None,
    count: int = 0,
) -> list[Finding]:
    """Return the acts that do not fit what stands before them, in some months (of a book with so many) or in all."""
    return consistently(
        book,
        lambda texts: acts.of_texts(book, texts, top_of(texts).months if months is None else months, count),
        staged,
    )


def findings(
    known_book: KnownBook, today: dt.date | None = None, aged: dt.date | None = None
) -> tuple[Finding, ...]:
    """Return every finding about a book that is known."""
    progress = known_book.progress
    return findings_of(
        progress.book, known_book.complaints, progress.fold, known_book.chain, today=today, aged=aged
    )


def findings_of(
    book: Book,
    complaints: Iterable[Complaint],
    fold: Fold,
    chain: SealChain,
    *,
    today: dt.date | None = None,
    aged: dt.date | None = None,
) -> tuple[Finding, ...]:
    """Return the reader's complaints, what is told of the chain of seals, and the rules' findings, gravest first."""
    own = [Finding(LEDGER, complaint.place, complaint.text) for complaint in complaints]
    findings = [*own, *of_seals(book, chain, fold.state(basis), today), *fold.findings(today, aged)]
    return gravest_first(findings)


def gravest_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings in the order of their levels; those of a level stay as they come, the most useful first."""
    return tuple(sorted(findings, key=lambda finding: LEVELS.index(finding.kind.level)))


def of_seals(book: Book, chain: SealChain, state: State, today: dt.date | None = None) -> list[Finding]:
    """Return what is broken in the chain of seals, who wrote a link without being known, and what changed since.

    `state` is that of the rule about what a book stands on, after every month.
    """
    others = [*persons.of_links(book.settings, chain.links), *basis.findings(book, chain, state)]
    of_chain = [*sealed.findings(chain, today), *sealed.unproved(book, chain)]
    return [*of_chain, *map(Context(book).judged, others)]


def rolled_back(book: Book, sha256: str) -> tuple[Finding, ...]:
    """Return a finding where the book holds no closing proof with this hash, which was kept outside the book."""
    _, chain = consistently(book, lambda texts: outline(book, texts))
    return tuple(sealed.anchored(chain, sha256))


def anchor(book: Book, sha256: str) -> str:
    """Return in German which closing proof has a hash that was kept outside the book; empty where none has."""
    _, chain = consistently(book, lambda texts: outline(book, texts))
    return sealed.anchor(chain, sha256)


def new_errors(errors: Sequence[Finding], before: Iterable[Finding]) -> list[Finding]:
    """Return the errors that were not there before; one that stays in its place with another sum in its words was."""
    errors_before = [finding for finding in before if finding.kind.level == Level.ERROR]
    texts = {(finding.kind.code, finding.text) for finding in errors_before}
    more = Counter((finding.kind.code, finding.place) for finding in errors)
    more.subtract((finding.kind.code, finding.place) for finding in errors_before)
    return [
        finding
        for finding in errors
        if (finding.kind.code, finding.text) not in texts and more[finding.kind.code, finding.place] > 0
    ]
