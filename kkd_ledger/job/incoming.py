"""kkd receive: a demand comes in as an e-invoice; it is booked as agreed, or waits with the reason for a person."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from kkd_ledger.book import vocabulary as v
from kkd_ledger.book.config import Book
from kkd_ledger.book.entries import Order
from kkd_ledger.book.records import Dated
from kkd_ledger.book.records import Document as Voucher
from kkd_ledger.errors import UsageError
from kkd_ledger.invoice.compare import Comparison, Verdict, compare
from kkd_ledger.invoice.contacts import Contacts, load
from kkd_ledger.invoice.model import Document
from kkd_ledger.invoice.payable import payable
from kkd_ledger.invoice.read import document_of
from kkd_ledger.invoice.source import InvoiceRefused, Source, open_source
from kkd_ledger.invoice.validate import Checker, Report, Severity
from kkd_ledger.job.archived import ARCHIVE
from kkd_ledger.job.dry import dry
from kkd_ledger.job.inbox import INBOX, REASON, UNCLEAR
from kkd_ledger.job.session import Outcome, Session, session
from kkd_ledger.periods import BookingMonth

FOLDER: Final = v.DOCUMENTS
WAITING: Final = f"{INBOX}/{UNCLEAR}"
_NAME_MAX: Final = 80
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9-]+")


@dataclass(frozen=True)
class Received:
    """A document that came in: what the checks say, what the comparison says, where it is kept."""

    path: Path
    document: Document | None
    report: Report
    comparison: Comparison
    kept: str

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON data."""
        return {
            "file": self.path.name,
            "number": self.report.number,
            "verdict": str(self.comparison.verdict),
            "reasons": list(self.comparison.reasons),
            "kept": self.kept,
            "report": self.report.as_json(),
        }


@dataclass(frozen=True)
class Taken:
    """What a run over received documents did."""

    received: tuple[Received, ...]
    outcome: Outcome


def receive(
    book: Book, paths: Sequence[Path], order: Order, *, checker: Checker | None = None, dry_run: bool = False
) -> Taken:
    """Book the demands in e-invoices of a member's book; what is not as agreed waits in inbox/klaerung.

    A document whose claim is booked already (from the agreement) is compared and filed. Nothing is booked twice.
    Raise InvoiceRefused where a file is no e-invoice at all; then nothing of the run is written. Each document is
    booked whole or not at all. What lay in the book's inbox is taken out of it in the same step.
    """
    if book.is_operator:
        raise UsageError(
            f"{book.settings.title}: Anforderungen gehen bei den anderen Beteiligten ein, nicht hier."
        )
    contents = [(path, _content(path)) for path in paths]
    sources = [(path, content, open_source(content, path.name)) for path, content in contents]
    checker = checker or Checker()
    contacts = load(book.agreement_file, book.agreement)
    taken: list[Received] = []
    outcomes: list[Outcome] = []
    for path, content, source in sources:
        report = checker.check_source(source)
        with session(book) as work:
            one = _take(_Desk(work, contacts, order), path, content, source, report)
            _clear(work, one, content)
            taken.append(one)
            outcomes.append(work.commit(dry_run=dry_run))
    return Taken(tuple(taken), _together(outcomes, dry_run=dry_run))


def _together(outcomes: Sequence[Outcome], *, dry_run: bool) -> Outcome:
    files = tuple(dict.fromkeys(file for one in outcomes for file in one.files))
    added: dict[BookingMonth, str] = {}
    for one in outcomes:
        for month, text in one.added.items():
            added[month] = added.get(month, "") + text
    together = replace(outcomes[-1], files=files, added=added)
    return dry(together) if dry_run else together


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        open_source(path)  # words the refusal
        raise


@dataclass(frozen=True)
class _Desk:
    """Where a document is taken: the session, the parties' data, who certifies and orders."""

    work: Session
    contacts: Contacts
    order: Order

    @property
    def day(self) -> dt.date:
        return self.work.posting_day(self.order.day)


def _take(desk: _Desk, path: Path, content: bytes, source: Source, report: Report) -> Received:
    work = desk.work
    against = tuple(_objections(report))
    try:
        document = document_of(source)
    except InvoiceRefused as refused:
        against += tuple(str(problem) for problem in refused.problems)
        return _set_aside(
            work, Received(path, None, report, Comparison(Verdict.CLARIFY, (), against), ""), content
        )
    found = compare(
        work.book, desk.contacts, work.claims, work.reading.records, document=document, day=desk.day
    )
    if found.verdict == Verdict.KNOWN:
        return _known(work, Received(path, document, report, found, ""), content)
    if against or found.verdict == Verdict.CLARIFY:
        found = Comparison(Verdict.CLARIFY, found.years, (*against, *found.reasons))
        return _set_aside(work, Received(path, document, report, found, ""), content)
    kept = _place(work.book, document.number, ".pdf" if source.container else ".xml", content)
    work.put(kept, content)
    work.add(_entries(desk, document, found, kept, hashlib.sha256(content).hexdigest()), work.newest)
    return Received(path, document, report, found, kept)


def _place(book: Book, number: str, ending: str, content: bytes) -> str:
    """Return where a document is kept: under its number, with its hash where that name is taken or too long."""
    plain = _UNSAFE.sub("-", number)
    name = f"{FOLDER}/{plain[:_NAME_MAX]}"
    held = book.root / f"{name}{ending}"
    if len(plain) > _NAME_MAX or (held.exists() and held.read_bytes() != content):
        name += f"-{hashlib.sha256(content).hexdigest()[:12]}"
    return f"{name}{ending}"


def _objections(report: Report) -> Iterator[str]:
    """Yield what stands against booking: errors, and the warnings of our own checks but for a missing due day."""
    for found in report.findings:
        ours = found.rule.startswith("KKD-") and found.rule != "KKD-E15"
        if found.severity == Severity.ERROR or (ours and found.severity == Severity.WARNING):
            yield f"{found.rule}: {found.text}"


def _known(work: Session, one: Received, content: bytes) -> Received:
    """A document that is kept already changes nothing; one with its number but other content waits for a person."""
    kept = one.comparison.reasons[0].rpartition(" ")[2]
    before = work.book.root / kept
    if before.exists() and document_of(open_source(before)) == one.document:
        return replace(one, kept=kept)
    number = one.document.number if one.document else ""
    reason = f"{number} ist schon mit anderem Inhalt eingegangen ({kept})"
    return _set_aside(work, replace(one, comparison=Comparison(Verdict.CLARIFY, (), (reason,))), content)


def _set_aside(work: Session, one: Received, content: bytes) -> Received:
    """Keep a document with its reasons beside it, unbooked."""
    name = f"{hashlib.sha256(content).hexdigest()[:12]}-{one.path.name}"
    kept = _inside(work, one.path) if _inside(work, one.path).startswith(WAITING) else f"{WAITING}/{name}"
    work.put(kept, content)
    work.put(f"{kept}{REASON}", "".join(f"{reason}\n" for reason in one.comparison.reasons).encode())
    return replace(one, kept=kept)


def _inside(work: Session, path: Path) -> str:
    """Return where a file lies in the book's inbox, empty where it lies elsewhere."""
    root, place = work.book.root.resolve(), path.resolve()
    held = {root / INBOX, root / WAITING}
    return place.relative_to(root).as_posix() if place.parent in held else ""


def _clear(work: Session, one: Received, content: bytes) -> None:
    """Take a document out of the inbox: it is kept among the documents, or aside, or (known already) in the archive.

    With a document that waited its reasons go to the archive, so that it can be told why it waited.
    """
    place = _inside(work, one.path)
    if not place or place == one.kept:
        return
    sha256 = hashlib.sha256(content).hexdigest()
    if one.comparison.verdict == Verdict.KNOWN:
        work.put(f"{ARCHIVE}/{sha256}{one.path.suffix.lower()}", content)
    work.take_away(place, content)
    reason = work.book.root / f"{place}{REASON}"
    if reason.exists():
        told = reason.read_bytes()
        work.put(f"{ARCHIVE}/{sha256}{REASON}", told)
        work.take_away(f"{place}{REASON}", told)


def _entries(desk: _Desk, document: Document, found: Comparison, kept: str, sha256: str) -> Iterator[Dated]:
    """Yield an entry for each year that is new, and for every year a directive that names document, file and item.

    The number stands on the directive, not on the entry: an entry's number is one of the book's own series.
    """
    voucher = {v.VOUCHER: kept, v.VOUCHER_HASH: sha256}
    for year in found.years:
        if year.booked is None:
            book, claims = desk.work.book, desk.work.claims
            entry = payable(book, claims, year, document, voucher=voucher, day=desk.day, order=desk.order)
            yield entry
        else:
            entry = year.booked.record
        leg = next(leg for leg in entry.postings if v.ITEM in leg.meta)
        account, posten = leg.account, str(leg.meta[v.ITEM])
        yield Voucher(
            desk.day, account, kept, {v.VOUCHER_HASH: sha256, v.DEMAND: document.number, v.ITEM: posten}
        )
