"""Where a received document is kept: among the documents, waiting for a person, or in the archive."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from kkd_ledger import german
from kkd_ledger.audit.archived import ARCHIVE
from kkd_ledger.book.config import Book
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Document as Voucher
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.einvoice.comparison import (
    WARNING,
    ComparedField,
    Comparison,
    DocumentVerdict,
    noted,
    objection,
)
from kkd_ledger.einvoice.model import Invoice
from kkd_ledger.einvoice.read import document_of
from kkd_ledger.einvoice.source import BYTES_MAX, InvoiceSource, open_source
from kkd_ledger.einvoice.validate import Report, Severity
from kkd_ledger.einvoice.validate.carried import ABOUT_THE_FILE
from kkd_ledger.errors import InvoiceRefused
from kkd_ledger.money import format_eur
from kkd_ledger.work.claims.claiming import Offset
from kkd_ledger.work.session import Session
from kkd_ledger.work.statements.inbox import DOUBTFUL, INBOX, NOBODY, REASON

FOLDER: Final = v.DOCUMENTS
WAITING: Final = f"{INBOX}/{DOUBTFUL}"
REJECTED: Final = "zurueckgewiesen"
_NAME_MAX: Final = 80
_ENDING: Final = re.compile(r"\.[a-z0-9]{1,8}", re.ASCII)
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9-]+")

ONLY_FILED: Final = "war schon gebucht; als Beleg dazu abgelegt"


@dataclass(frozen=True)
class ReceivedDocument:
    """A document that came in: what the checks say, what the comparison says, where it is kept, what was set off.

    `booked` says in German what was booked of it, or that it was only filed. `refusal` says why a file is none that
    could be taken; then it stays where it is.
    """

    path: Path
    document: Invoice | None
    report: Report | None
    comparison: Comparison
    kept: str
    refusal: InvoiceRefused | None = None
    offsets: tuple[Offset, ...] = ()
    booked: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON data."""
        return {
            "file": self.path.name,
            "number": self.report.number if self.report else "",
            "verdict": str(self.comparison.verdict),
            "acceptable": self.comparison.may_be_accepted,
            "reasons": list(self.comparison.reasons),
            "fraud_signs": list(self.comparison.signs),
            "remarks": list(self.comparison.remarks),
            "fields": [field.as_json() for field in self.comparison.fields],
            "kept": self.kept,
            "booked": list(self.booked),
            "offsets": [offset.as_json() for offset in self.offsets],
            "problems": [problem.as_json() for problem in self.refusal.problems] if self.refusal else [],
            "report": self.report.as_json() if self.report else None,
        }


@dataclass(frozen=True)
class IncomingDocument:
    """A document: its file and bytes, and where it can be opened its data and what the checks say of it."""

    path: Path
    content: bytes
    source: InvoiceSource | None = None
    report: Report | None = None

    @property
    def sha256(self) -> str:
        """The hash of the file."""
        return hashlib.sha256(self.content).hexdigest()

    def received(
        self, comparison: Comparison, document: Invoice | None = None, kept: str = ""
    ) -> ReceivedDocument:
        """Return it with what became of it."""
        return ReceivedDocument(self.path, document, self.report, comparison, kept)


class EarlierRejection(NamedTuple):
    """How a document was rejected before, in words, and where it is kept."""

    said: str
    kept: str


def waiting(book: Book, path: Path) -> Path:
    """Return the file that a name means: one that waits for a person may be called by its name alone."""
    if path.exists() or path.name != str(path):
        return path
    place = book.root / WAITING / path.name
    return place if place.exists() else path


def content_of(path: Path) -> bytes | None:
    """Return the bytes of a file that is no e-invoice; None where there is none that could be kept."""
    try:
        return path.read_bytes() if path.stat().st_size <= BYTES_MAX else None
    except OSError:
        return None


def booked_words(entry: Transaction) -> str:
    """Return in German what the entry of a received document books: item, amount, due day."""
    leg = next(leg for leg in entry.postings if v.ITEM in leg.meta)
    due = entry.day(v.DUE)
    when = f", fällig {german.day(due)}" if due else ""
    what = "Erstattung " if leg.cents > 0 else ""
    return f"gebucht: {what}{leg.meta[v.ITEM]}, {format_eur(abs(leg.cents))}{when}"


def rejected_before(
    work: Session, paper: IncomingDocument, document: Invoice | None
) -> EarlierRejection | None:
    """Return how the same document was rejected before; one with its number but other content is a new one.

    One that cannot be read (without `document`) is the same where its bytes are.
    """
    for record in work.reading.records:
        if not isinstance(record, Voucher) or v.ITEM in record.meta or v.REASON not in record.meta:
            continue
        same_file = record.meta.get(v.VOUCHER_HASH) == paper.sha256
        if same_file or (document and holds(work.book, record.path, document)):
            by, reason = record.meta.get(v.CAUSED, ""), record.meta[v.REASON]
            return EarlierRejection(
                f"am {german.day(record.date)} von {by} zurückgewiesen: {reason}", record.path
            )
    return None


def holds(book: Book, path: str, document: Invoice) -> bool:
    """Whether a kept file says the same as a document; one that is lost or cannot be read does not."""
    try:
        return document_of(open_source(book.root / path)) == document
    except InvoiceRefused:
        return False


def kept_as(book: Book, number: str, paper: IncomingDocument) -> str:
    """Return where a document is kept: under its number, with its hash where that name is taken or too long."""
    plain, ending = _UNSAFE.sub("-", number), _ending(paper)
    name = f"{FOLDER}/{plain[:_NAME_MAX]}"
    path = book.root / f"{name}{ending}"
    if len(plain) > _NAME_MAX or (path.exists() and path.read_bytes() != paper.content):
        name += f"-{paper.sha256[:12]}"
    return f"{name}{ending}"


def _ending(paper: IncomingDocument) -> str:
    """Return what kind of file it is; of one that cannot be opened the ending of its name, where it is a plain one."""
    if paper.source:
        return ".pdf" if paper.source.container else ".xml"
    ending = paper.path.suffix.lower()
    return ending if _ENDING.fullmatch(ending) else ""


def set_aside(work: Session, paper: IncomingDocument, document: ReceivedDocument) -> ReceivedDocument:
    """Keep a document with its reasons beside it, unbooked."""
    inside = _inside(work, document.path)
    kept = inside if inside.startswith(WAITING) else f"{WAITING}/{paper.sha256[:12]}-{document.path.name}"
    work.put(kept, paper.content)
    signs = document.comparison.signs
    reasons: tuple[str, ...] = tuple(f"{WARNING}: {sign}" for sign in signs)
    reasons = (*reasons, *(reason for reason in document.comparison.reasons if reason not in signs))
    if not document.comparison.may_be_accepted:
        reasons = (*reasons, NOBODY)
    work.put(f"{kept}{REASON}", "".join(f"{reason}\n" for reason in dict.fromkeys(reasons)).encode())
    return replace(document, kept=kept)


def _inside(work: Session, path: Path) -> str:
    """Return where a file lies in the book's inbox, empty where it lies elsewhere."""
    root, place = work.book.root.resolve(), path.resolve()
    paths = {root / INBOX, root / WAITING}
    return place.relative_to(root).as_posix() if place.parent in paths else ""


def clear(work: Session, document: ReceivedDocument, paper: IncomingDocument) -> None:
    """Take a document out of the inbox: it is kept among the documents, or aside, or (known already) in the archive.

    With a document that waited its reasons go to the archive, so that it can be told why it waited.
    """
    place = _inside(work, document.path)
    if not place or place == document.kept:
        return
    if document.comparison.verdict == DocumentVerdict.KNOWN:
        work.put(f"{ARCHIVE}/{paper.sha256}{document.path.suffix.lower()}", paper.content)
    work.take_away(place, paper.content)
    reason = work.book.root / f"{place}{REASON}"
    if reason.exists():
        said = reason.read_bytes()
        work.put(f"{ARCHIVE}/{paper.sha256}{REASON}", said)
        work.take_away(f"{place}{REASON}", said)


def objections(report: Report | None) -> Iterator[ComparedField]:
    """Yield what stands against booking: errors, and the warnings of our own checks; and what to know of the file.

    A due day that is missing or passed is compared with the agreed one instead, where that says more. Notes about the
    PDF itself (KKD-E21, KKD-E22) are told to whoever signs: a page that nobody could compare, or that is no archive.
    """
    for finding in report.findings if report else ():
        ours = finding.rule.startswith("KKD-") and finding.rule != "KKD-E15"
        if finding.severity == Severity.ERROR or (ours and finding.severity == Severity.WARNING):
            yield objection(finding.rule, finding.text)
        elif finding.rule in ABOUT_THE_FILE:
            yield noted(
                finding.rule, "", finding.text, "ein PDF nach ZUGFeRD", f"{finding.rule}: {finding.text}"
            )
