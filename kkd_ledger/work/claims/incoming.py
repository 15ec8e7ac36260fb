"""kkd receive: a demand comes in as an e-invoice; it is booked as agreed, or waits with the reason for a person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kkd_ledger import german
from kkd_ledger.book.config import Book
from kkd_ledger.book.entries import Authorisation, days_after_demand
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Custom, Dated, Document, Transaction, Value
from kkd_ledger.einvoice.comparison import (
    Comparison,
    DocumentVerdict,
    compare,
    kept_under,
    known_as,
    other_content,
    refused,
    suspected,
    unreadable,
)
from kkd_ledger.einvoice.model import Invoice
from kkd_ledger.einvoice.payable import payable
from kkd_ledger.einvoice.read import document_of, unread_of
from kkd_ledger.einvoice.source import open_source
from kkd_ledger.einvoice.validate import Checker
from kkd_ledger.errors import BookRefused, EntryRefused, InvoiceRefused, KkdError, Problem, UsageError
from kkd_ledger.periods import BookingMonth
from kkd_ledger.persons.acts import Doer
from kkd_ledger.persons.contacts import Contacts, load
from kkd_ledger.persons.roles import refuse_unknown
from kkd_ledger.work.claims.claiming import Offset, add_claim
from kkd_ledger.work.claims.filing import (
    ONLY_FILED,
    REJECTED,
    IncomingDocument,
    ReceivedDocument,
    booked_words,
    clear,
    content_of,
    holds,
    kept_as,
    objections,
    rejected_before,
    set_aside,
    waiting,
)
from kkd_ledger.work.claims.post import refuse_on_top, share_month
from kkd_ledger.work.dry_run_findings import dry
from kkd_ledger.work.session import Outcome, Session, session
from kkd_ledger.work.statements.inbox import NOBODY


@dataclass(frozen=True)
class Taken:
    """What a run over received documents did; `stopped` is what kept it from the rest of them."""

    received: tuple[ReceivedDocument, ...]
    outcome: Outcome | None
    stopped: KkdError | None = None


@dataclass(frozen=True, slots=True)
class DocumentDecision:
    """What a person decided about documents that wait: accepted as they are, or rejected."""

    accepts: bool
    by: str
    reason: str


def receive(
    book: Book,
    paths: Sequence[Path],
    order: Authorisation,
    *,
    decision: DocumentDecision | None = None,
    checker: Checker | None = None,
    dry_run: bool = False,
) -> Taken:
    """Book the demands in e-invoices of a member's book; what is not as agreed waits in inbox/klaerung.

    A document whose claim is booked already (from the agreement) is compared and filed. Nothing is booked twice. Each
    document is booked whole or not at all, and none keeps the others from being taken: one that cannot be read is told
    as refused and stays where it is. With a `decision` whatever waits is settled: accepted (what may be, never another
    amount) or rejected, a file that is no readable e-invoice too; both are kept among the documents with name and
    reason. What lay in the book's inbox is taken out of it in the same step.
    """
    if book.is_operator:
        raise UsageError(
            f"{book.settings.title}: Anforderungen gehen bei den anderen Beteiligten ein, nicht hier."
        )
    if decision:
        refuse_unknown(book.settings, [decision.by], order.day)
    desk = _Desk(
        book, load(book.agreement_file, book.agreement), order, checker or Checker(), decision, dry_run
    )
    taken: list[ReceivedDocument] = []
    outcomes: list[Outcome] = []
    for path in (waiting(book, named) for named in paths):
        try:
            document, outcome = desk.take(path)
        except KkdError as stopped:
            if not taken:
                raise
            return Taken(tuple(taken), _together(outcomes, dry_run=dry_run), stopped)
        taken.append(document)
        outcomes += [outcome] if outcome else []
    return Taken(tuple(taken), _together(outcomes, dry_run=dry_run))


def _refused(path: Path, broken: InvoiceRefused, *more: str) -> ReceivedDocument:
    said = (*map(str, broken.problems), *more)
    return ReceivedDocument(path, None, None, Comparison(DocumentVerdict.REFUSED, said=said), "", broken)


def _together(outcomes: Sequence[Outcome], *, dry_run: bool) -> Outcome | None:
    if not outcomes:
        return None
    files = tuple(dict.fromkeys(file for outcome in outcomes for file in outcome.files))
    added: dict[BookingMonth, str] = {}
    for outcome in outcomes:
        for month, text in outcome.added.items():
            added[month] = added.get(month, "") + text
    together = replace(outcomes[-1], files=files, added=added)
    return dry(together) if dry_run else together


@dataclass(frozen=True)
class _Desk:
    """Where documents are taken: the book, the parties' data, who certifies and orders, what a person decided."""

    book: Book
    contacts: Contacts
    order: Authorisation
    checker: Checker
    decision: DocumentDecision | None
    dry_run: bool

    def paper(self, path: Path) -> IncomingDocument:
        """Open a document and check it; raise InvoiceRefused where it is none."""
        try:
            content = path.read_bytes()
        except OSError:
            open_source(path)  # words the refusal
            raise
        source = open_source(content, path.name)
        return IncomingDocument(path, content, source, self.checker.check_source(source))

    def take(self, path: Path) -> tuple[ReceivedDocument, Outcome | None]:
        """Take a document in a session of its own; what the books refuse waits for a person like anything else."""
        try:
            paper = self.paper(path)
        except InvoiceRefused as broken:
            return self._unopened(path, broken)
        try:
            return self._session(paper, self._taken)
        except EntryRefused as stopped:
            fields = tuple(
                refused("Buchung", "", "nicht möglich", "eine Buchung, die aufgeht", str(problem))
                for problem in stopped.problems
            )
            return self._session(
                paper,
                lambda work, paper: set_aside(
                    work, paper, paper.received(Comparison(DocumentVerdict.CLARIFY, fields=fields))
                ),
            )

    def _unopened(self, path: Path, broken: InvoiceRefused) -> tuple[ReceivedDocument, Outcome | None]:
        """Say why a file is no e-invoice; it stays where it is until a person rejects it."""
        content = content_of(path)
        if not self.decision or content is None:
            return _refused(path, broken), None
        if self.decision.accepts:
            return _refused(path, broken, NOBODY), None
        said = Comparison(DocumentVerdict.REFUSED, said=tuple(map(str, broken.problems)))
        return self._session(
            IncomingDocument(path, content), lambda work, paper: self._decided(work, paper, said, None)
        )

    def _session(
        self, paper: IncomingDocument, take: Callable[[Session, IncomingDocument], ReceivedDocument]
    ) -> tuple[ReceivedDocument, Outcome]:
        with session(self.book, today=self.order.day) as work:
            document = take(work, paper)
            clear(work, document, paper)
            if self.decision and document.comparison.verdict in {
                DocumentVerdict.ACCEPTED,
                DocumentVerdict.REJECTED,
            }:
                work.act(work.newest, Doer(v.Deed.DECIDES, self.decision.by, self.order.day))
            return document, work.commit(dry_run=self.dry_run)

    def day(self, work: Session) -> dt.date:
        """Return the day on which documents are booked: today, or the nearest day of the newest month."""
        return work.posting_day(self.order.day)

    def _taken(self, work: Session, paper: IncomingDocument) -> ReceivedDocument:
        against = list(objections(paper.report))
        assert paper.source, "it was opened"
        try:
            document = document_of(paper.source)
        except InvoiceRefused as broken:
            fields = (*against, *(unreadable(str(problem)) for problem in broken.problems))
            return self._decided(work, paper, Comparison(DocumentVerdict.CLARIFY, fields=fields), None)
        records = work.reading.records
        kept = kept_under(records, document.number)
        if same := next((file for file in kept if holds(self.book, file, document)), ""):
            return paper.received(known_as(document.number, same, rejects=self._rejects), document, same)
        if kept:
            against.append(other_content(document.number, kept[0]))
        comparison = compare(
            self.book,
            self.contacts,
            work.claims,
            records,
            document=document,
            day=self.day(work),
            unread=unread_of(paper.source),
            objections=against,
            again=True,
            today=self.order.day,
        )
        return self._decided(work, paper, comparison, document)

    @property
    def _certifies(self) -> bool:
        return bool(self.order.certified_by or self.order.ordered_by)

    @property
    def _rejects(self) -> bool:
        return self.decision is not None and not self.decision.accepts

    def _decided(
        self, work: Session, paper: IncomingDocument, comparison: Comparison, document: Invoice | None
    ) -> ReceivedDocument:
        """Do with a document what a person decided, now or before, or else what the comparison allows."""
        accepts = self.decision is not None and self.decision.accepts
        before = rejected_before(work, paper, document)
        if before and not accepts:
            return paper.received(
                Comparison(DocumentVerdict.KNOWN, said=(before.said,)), document, before.kept
            )
        if self.decision and not accepts:
            return self._reject(work, paper, comparison, document, self.decision)
        if comparison.signs and self._certifies and not self.decision:
            comparison = suspected(comparison)
        seen = bool(comparison.signs) and accepts
        if comparison.verdict == DocumentVerdict.AS_AGREED and document and not seen:
            return self._file(work, paper, comparison, document, self._said())
        if not self.decision:
            return set_aside(work, paper, paper.received(comparison, document))
        if comparison.unacceptable or not document:
            undecided = replace(comparison, said=(NOBODY,))
            return set_aside(work, paper, paper.received(undecided, document))
        accepted = dict.fromkeys((*comparison.signs, *comparison.reasons))
        decided = self._said(f" (angenommen: {'; '.join(accepted)})")
        return self._file(
            work, paper, replace(comparison, verdict=DocumentVerdict.ACCEPTED), document, decided
        )

    def _said(self, more: str = "") -> Mapping[str, str]:
        """Return what a person decided as it is recorded; nothing where nobody was asked."""
        if not self.decision:
            return {}
        return {v.REASON: f"{self.decision.reason}{more}", v.CAUSED: self.decision.by}

    def _file(
        self,
        work: Session,
        paper: IncomingDocument,
        comparison: Comparison,
        document: Invoice,
        decided: Mapping[str, str],
    ) -> ReceivedDocument:
        """Keep a document and book what is new of it, with what a person decided about it."""
        self._refuse_early(work, document)
        kept = kept_as(self.book, document.number, paper)
        work.put(kept, paper.content)
        meta = {v.VOUCHER_HASH: paper.sha256, v.DEMAND: document.number, **decided}
        offsets: list[Offset] = []
        booked: list[str] = []
        for record, rates in self._entries(work, document, comparison, kept, meta):
            if isinstance(record, Transaction):
                refuse_on_top(work, {(self.book.party, int(record.text(v.SERVICE_YEAR)))}.__contains__)
                month = share_month(work, self.book.party, int(record.text(v.SERVICE_YEAR)), self.day(work))
                claimed = add_claim(work, record, month, self.order, rates)
                offsets += claimed.offsets
                booked += [booked_words(record), *claimed.provisions]
            else:
                work.add([record], work.newest)
        received = paper.received(comparison, document, kept)
        return replace(received, offsets=tuple(offsets), booked=tuple(booked) or (ONLY_FILED,))

    def _refuse_early(self, work: Session, document: Invoice) -> None:
        """Refuse to book a document before its own day, where only the month of that day is not open yet."""
        if work.newest.last_day < document.issued <= self.order.day:
            month = BookingMonth.of(document.issued)
            actual = f"{document.number} ist vom {german.day(document.issued)}, der neueste Monat ist {work.newest}"
            allowed = f"erst `kkd open {self.book.root} {month}`, dann noch einmal `kkd receive`"
            raise BookRefused([Problem(str(self.book.top_file), "", actual, allowed)])

    def _entries(
        self, work: Session, document: Invoice, comparison: Comparison, kept: str, meta: Mapping[str, str]
    ) -> Iterator[tuple[Dated, tuple[Custom, ...]]]:
        """Yield an entry with its rates for each year that is new, and a directive with document, file and item.

        The number stands on the directive, not on the entry: an entry's number is one of the book's own series.
        """
        book, day = self.book, self.day(work)
        voucher = {v.VOUCHER: kept, v.VOUCHER_HASH: meta[v.VOUCHER_HASH]}
        for year in comparison.years:
            if year.booked is None:
                date = min(day, share_month(work, self.book.party, year.service_year, day).last_day)
                entry, rates = payable(
                    book, work.claims, year, document, voucher=voucher, day=day, date=date, order=self.order
                )
                yield entry, rates
            else:
                entry = year.booked.record
            leg = next(leg for leg in entry.postings if v.ITEM in leg.meta)
            said: dict[str, Value] = {**meta, v.ITEM: str(leg.meta[v.ITEM])}
            if document.due and days_after_demand(self.book, entry) is not None:
                said[v.DUE] = document.due
            yield Document(day, leg.account, kept, said), ()

    def _reject(
        self,
        work: Session,
        paper: IncomingDocument,
        comparison: Comparison,
        document: Invoice | None,
        decision: DocumentDecision,
    ) -> ReceivedDocument:
        """Keep a document as one that was sent back: it names no item, so nothing of it is ever paid."""
        number = document.number if document else ""
        kept = kept_as(self.book, f"{REJECTED}-{number or paper.path.stem}", paper)
        work.put(kept, paper.content)
        meta = {v.VOUCHER_HASH: paper.sha256, v.REASON: decision.reason, v.CAUSED: decision.by}
        if number:
            meta[v.DEMAND] = number
        account = self.book.account("payable", self.book.party)
        work.add([Document(self.day(work), account, kept, meta)], work.newest)
        rejected = replace(comparison, verdict=DocumentVerdict.REJECTED, said=(decision.reason,))
        return paper.received(rejected, document, kept)
