"""kkd demand: every posted claim of a service year becomes a document, kept in documents/ and named in the books."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar, Final

from kkd_ledger import german
from kkd_ledger.agreement import MissingFigure
from kkd_ledger.book.config import Book
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Document, Record, Value
from kkd_ledger.einvoice.source import Syntax
from kkd_ledger.einvoice.validate import Report, Severity
from kkd_ledger.einvoice.validate.workers import Workers
from kkd_ledger.errors import InvoiceRefused, Problem
from kkd_ledger.letters.demand import Demand, debit_of, demand
from kkd_ledger.letters.demand_needs import needs
from kkd_ledger.letters.letter import DocumentMaker, MadeDocument, worker_make
from kkd_ledger.letters.payment_terms import settled_words
from kkd_ledger.letters.posted import PostedClaim, posted_claims
from kkd_ledger.letters.settled import extent_text
from kkd_ledger.letters.stationery import Stationery, folder_of
from kkd_ledger.money import format_eur
from kkd_ledger.persons.contacts import FILE as CONTACTS
from kkd_ledger.persons.contacts import ContactsRefused, load, told_strangers
from kkd_ledger.work.claims.outgoing_papers import FOLDER, Progress, check_call, keep, kept_documents, lacks
from kkd_ledger.work.claims.post import uncovered_shares
from kkd_ledger.work.claims.withdrawn import TakenBack, write_withdrawals
from kkd_ledger.work.dry_run_findings import dry
from kkd_ledger.work.session import Outcome, Session, session
from kkd_ledger.work.transfers.accounts import refuse_unconfirmed

ENDINGS: Final = ("pdf", "xml")
UBL: Final = "ubl"
MANY: Final = 60
WORKERS_MAX: Final = 4
NAMES_MAX: Final = 5
_INSIDE: Final = (
    "sich selbst schreibt und mahnt sie nicht; ihr Geld kommt aus der eigenen Kasse, oder `kkd offset` mit --internal "
    "verrechnet es im Haus"
)


@dataclass(frozen=True)
class Demanded:
    """The documents of a service year: those made now, how many were there before, and what was written.

    `missing` are the figures without which some shares of the year have no amount, so that nothing is demanded of them.
    `remarks` are sentences about what somebody should look at: a claim that was due before its document was written,
    data of a party that the agreement does not know, what is not demanded because it waits for a resolution.
    `taken_back` are the documents that hold no more, each with the letter that says so.
    """

    documents: tuple[MadeDocument, ...]
    before: int
    outcome: Outcome
    missing: tuple[MissingFigure, ...] = ()
    remarks: tuple[str, ...] = ()
    taken_back: tuple[TakenBack, ...] = ()


def write_demands(
    book: Book,
    service_year: int,
    *,
    today: dt.date,
    members: Sequence[str] = (),
    maker: DocumentMaker | None = None,
    templates: Path | None = None,
    syntax: Syntax | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Demanded:
    """Make the documents of all posted claims of a service year (or of some members) that have none yet.

    Each e-invoice has the syntax that is named, else the one its recipient wants; one that comes back has its own.
    A document whose claim was reversed, and that no other one replaces, is taken back by a letter.

    All or nothing: raise ContactsRefused where master data are missing, InvoiceRefused where a document is not valid;
    then nothing is written. Running it again makes nothing; a file that was lost comes back with its old bytes, or is
    refused where these can no longer be had.
    """
    check_call(book, members)
    with session(book, today=today) as work:
        posted = [
            claim
            for claim in posted_claims(book, work.reading.records, service_year)
            if _is_asked(members, claim.member)
        ]
        claims = [claim for claim in posted if claim.member != book.party]
        kept = kept_documents(work.reading.records)
        fresh = [claim for claim in claims if _lacks(book, kept, claim)]
        _refuse_unconfirmed(work, fresh)
        form = _Form(syntax, _syntaxes(work.reading.records))
        tool = maker or folder_of(book, templates)
        stationery = tool.stationery if isinstance(tool, DocumentMaker) else Stationery(tool)
        made = _made(_demands(book, fresh, form, stationery, today), tool, progress)
        _keep(work, made, kept, work.posting_day(today), today)
        taken_back = write_withdrawals(work, service_year, today=today, members=members, templates=templates)
        outcome = work.commit(dry_run=dry_run)
        missing = tuple(
            gap
            for gap in book.missing(work.posting_day(today), service_year)
            if _is_asked(members, *gap.members)
        )
    outcome = dry(outcome) if dry_run else outcome
    strangers = told_strangers(book) if made else ()
    uncovered = tuple(_uncovered(work, service_year, today, members))
    remarks = (*_own_share(book, posted), *_settled(made), *_overdue(made, today), *strangers, *uncovered)
    return Demanded(tuple(made), len(claims) - len(fresh), outcome, missing, remarks, taken_back)


def _is_asked(members: Sequence[str], *parties: str) -> bool:
    """Whether documents are asked of one of these parties: of all where no members are named."""
    return not members or not set(members).isdisjoint(parties)


def _refuse_unconfirmed(work: Session, claims: Sequence[PostedClaim]) -> None:
    """Refuse documents that say where money goes, or which account is debited, while nobody has confirmed it."""
    if claims:
        refuse_unconfirmed(work, ())
        if debited := _debited(work.book, claims):
            refuse_unconfirmed(work, debited, mandates=True)


def _own_share(book: Book, posted: Sequence[PostedClaim]) -> Iterator[str]:
    """Yield what the operator bears itself, of which it writes no document."""
    if own := sum(claim.gross_cents for claim in posted if claim.member == book.party):
        yield f"Nicht gefordert: {format_eur(own)} eigener Anteil der Betreiberin; {_INSIDE}"


def _uncovered(work: Session, service_year: int, today: dt.date, members: Sequence[str]) -> Iterator[str]:
    """Yield what is not demanded because it waits for a resolution."""
    for claim in uncovered_shares(work, work.posting_day(today), service_year):
        if _is_asked(members, claim.member):
            yield f"Nicht gefordert, weil vorbehaltlich: {claim.sentence}"


def _debited(book: Book, claims: Sequence[PostedClaim]) -> set[str]:
    """Return the parties whose documents would announce a debit."""
    contacts = load(book.agreement_file, book.agreement)
    return {claim.member for claim in claims if debit_of(book, contacts, claim)}


def _settled(made: Sequence[MadeDocument]) -> Iterator[str]:
    """Yield which documents ask for less than they come to, because something was settled before they were written."""
    words = Stationery()
    claims = (letter.demand.claim for letter in made if letter.demand.claim.gross_cents > 0)
    settled = [(claim, said) for claim in claims if (said := settled_words(claim, words))]
    if done := [claim.number for claim, _ in settled if not claim.dues]:
        yield f"{_documents(done, 'sagt', 'sagen')}, dass nichts mehr zu zahlen ist"
    yield from (f"{claim.number}: {said}" for claim, said in settled if claim.dues)


def _overdue(made: Sequence[MadeDocument], today: dt.date) -> Iterator[str]:
    """Yield which documents ask for what was due before they were written: agree on another day, or defer it."""
    numbers_by_day: dict[dt.date, list[str]] = {}
    for letter in made:
        claim = letter.demand.claim
        if claim.dues and claim.dues[0].day < today:
            numbers_by_day.setdefault(claim.dues[0].day, []).append(claim.number)
    for due, numbers in numbers_by_day.items():
        yield (
            f"{_documents(numbers, 'war', 'waren')} schon am {german.day(due)} fällig, geschrieben am "
            f"{german.day(today)}: {_whom(numbers)}, oder stunden Sie (`kkd defer`)"
        )


def _documents(numbers: Sequence[str], singular: str, many: str) -> str:
    """Return the documents of which the same is told, with the verb; of many only how many and the first."""
    if len(numbers) == 1:
        return f"{numbers[0]} {singular}"
    if len(numbers) <= NAMES_MAX:
        return f"{', '.join(numbers)} {many}"
    return f"{len(numbers)} Dokumente ({', '.join(numbers[:NAMES_MAX])} …) {many}"


def _whom(numbers: Sequence[str]) -> str:
    return f"weisen Sie die Beteiligte{'n' if len(numbers) > 1 else ''} darauf hin"


class DemandsRefused(ContactsRefused):
    """What the documents need is missing: addresses, a derivation that gives the amount, a decision about VAT."""

    subject: ClassVar[str] = "Anforderungen abgelehnt"


def _lacks(book: Book, kept: Mapping[str, str], claim: PostedClaim) -> bool:
    return any(lacks(book, kept, f"{_file(claim)}.{ending}") for ending in ENDINGS)


def _file(claim: PostedClaim) -> str:
    return f"{FOLDER}/{claim.number}-{claim.member}"


@dataclass(frozen=True)
class _Form:
    """The syntax that was named for this run, and those of documents written before, by number."""

    named: Syntax | None
    written: Mapping[str, Syntax]

    def of(self, claim: PostedClaim) -> Syntax | None:
        return self.written.get(claim.number, self.named)


def _syntaxes(records: Sequence[Record]) -> dict[str, Syntax]:
    """Return the syntax of each e-invoice that the book names; before 2026-11-30 all of them were CII."""
    return {
        str(record.meta[v.DEMAND]): "UBL" if record.meta.get(v.SYNTAX) == UBL else "CII"
        for record in records
        if isinstance(record, Document) and record.path.endswith(".xml") and v.DEMAND in record.meta
    }


def _demands(
    book: Book, claims: Sequence[PostedClaim], form: _Form, stationery: Stationery, today: dt.date
) -> list[Demand]:
    if not claims:
        return []
    contacts = load(book.agreement_file, book.agreement)
    if lacking := needs(book, contacts, claims, form.named):
        about = {Path(problem.file).name for problem in lacking}
        raise (ContactsRefused if about == {CONTACTS} else DemandsRefused)(lacking)
    return [demand(book, contacts, claim, stationery, today, syntax=form.of(claim)) for claim in claims]


def _made(
    demands: Sequence[Demand], tool: DocumentMaker | Path | None, progress: Progress | None
) -> list[MadeDocument]:
    made = []
    for done, letter in enumerate(_documents_made(demands, tool), start=1):
        made.append(letter)
        if progress:
            progress(done, len(demands))
    if problems := [problem for letter in made for problem in _problems(letter.report)]:
        raise InvoiceRefused(problems)
    return made


def _documents_made(demands: Sequence[Demand], tool: DocumentMaker | Path | None) -> Iterator[MadeDocument]:
    """Make the documents: few in this process, many in several, which stay warm."""
    if isinstance(tool, DocumentMaker):
        yield from map(tool.make, demands)
    elif len(demands) < MANY:
        yield from map(worker_make(tool), demands)
    else:
        count = min(os.cpu_count() or 1, WORKERS_MAX)
        with Workers[Demand, MadeDocument](partial(worker_make, tool), count) as workers:
            yield from workers.map(demands)


def _problems(report: Report) -> Iterator[Problem]:
    for finding in report.findings:
        if finding.severity == Severity.ERROR:
            yield Problem(report.file, finding.place or finding.rule, finding.text, f"Regel {finding.rule}")


def _keep(
    work: Session, made: Sequence[MadeDocument], kept: Mapping[str, str], day: dt.date, today: dt.date
) -> None:
    """Put both files of each document into the batch, with a directive that names file, hash, number and its day."""
    for letter in made:
        claim = letter.demand.claim
        for ending, content in zip(ENDINGS, (letter.pdf, letter.xml), strict=True):
            path = f"{_file(claim)}.{ending}"
            extent = extent_text(work.claims.numbers, claim.record.date.year)
            meta: dict[str, Value] = {v.DEMAND: claim.number, v.RECORDED: today, v.BOOKED_UP_TO: extent}
            if claim.counts_from_demand and claim.due:
                meta[v.DUE] = claim.due
            if ending == "xml" and letter.demand.syntax == "UBL":
                meta[v.SYNTAX] = UBL
            keep(work, kept, path, content, account=claim.account, day=day, meta=meta)
