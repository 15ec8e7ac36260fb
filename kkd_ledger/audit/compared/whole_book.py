"""The comparison of a book: open months every time, all of them where everything is recomputed."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial

from kkd_ledger.audit.compared import acted_agreements as agreements
from kkd_ledger.audit.compared import answered as records
from kkd_ledger.audit.compared import archive, entries
from kkd_ledger.audit.compared import archived_statements as papers
from kkd_ledger.audit.compared.adopted_resolutions import other_resolutions
from kkd_ledger.audit.compared.agreeing import Agreeing
from kkd_ledger.audit.compared.as_written import changed_batches, changed_kept, changed_top, kept_of_nobody
from kkd_ledger.audit.compared.days_of_recording import odd_days
from kkd_ledger.audit.compared.demands import differing_demands, differing_received
from kkd_ledger.audit.compared.kinds import FOREIGN_TEXT, LAST
from kkd_ledger.audit.compared.known_basis import KnownBasis
from kkd_ledger.audit.compared.placed_statements import misplaced
from kkd_ledger.audit.compared.proofs import differing_proofs
from kkd_ledger.audit.compared.proofs_again import unlike_its_text
from kkd_ledger.audit.compared.runs import differing_runs
from kkd_ledger.audit.compared.shares_again import differing_shares
from kkd_ledger.audit.compared.strays import hidden, open_to_all, readable_originals, strays, unknown
from kkd_ledger.book.certificate import Certificate, Certificates, Decision, decided_line
from kkd_ledger.book.config import Book
from kkd_ledger.book.text import reader
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.canonical import NotCanonical
from kkd_ledger.book.text.reader import BookTexts
from kkd_ledger.book.text.records import Dated, Document, Place, Transaction
from kkd_ledger.periods import BookingMonth
from kkd_ledger.rules.engine.rule import Finding

_TEXT_MAX = 60


def compared(book: Book, *, full: bool = False, month: BookingMonth | None = None) -> tuple[Finding, ...]:
    """Return where ledger, certificates and archive differ, and what in the folder is no part of the book.

    Of the open months, with `full` of all, with `month` of that one. Raise BookRefused for a certificate that cannot be
    read.
    """
    return reader.consistently(book, lambda texts: tuple(_Compared(book, texts).findings(month, full=full)))


class _Compared:
    """One comparison: the book's files as they are, months read one after the other."""

    def __init__(self, book: Book, texts: BookTexts) -> None:
        self._book, self._texts = book, texts
        self._top, self._chain = reader.outline(book, texts)
        self._shelf = Certificates(book.root)
        self._foreign: dict[BookingMonth, Finding] = {}
        self._derived: dict[BookingMonth, list[Finding]] = {}
        self._documents: dict[BookingMonth, list[Document]] = {}
        self._highest: dict[str, str] = {}

    def findings(self, month: BookingMonth | None, *, full: bool) -> Iterator[Finding]:
        wanted = [each for each in self._top.months if full or each not in self._chain.seals]
        wanted = [month] if month else wanted
        months = self._top.months if full else self._months_with_entries(self._certificates(wanted), wanted)
        odd, undecided = self._met(months, wanted)
        certificates = [
            certificate
            for certificate in self._certificates(wanted if odd else ())
            if odd.is_odd(certificate)
        ]
        ledger = yield from self._lines(certificates, months, wanted, odd)
        yield from (self._foreign[each] for each in wanted if each in self._foreign)
        yield from changed_batches(self._book, self._texts, self._top, self._chain, wanted)
        yield from changed_kept(self._texts, wanted)
        named = records.named_in(self._texts, wanted)
        heads = (head for head in self._shelf.heads if head.month in wanted)
        yield from records.changed_decisions(heads, named)
        for each in wanted:
            written = each in (self._top.batches or {})
            yield from records.changed_certificate(self._texts, each, named, must_be_named=written)
        yield from undecided
        yield from other_resolutions(self._book, self._texts, wanted)
        yield from self._again(wanted, full=full, closing=month is not None)
        outline = self._top, self._chain
        yield from records.as_findings(
            records.unanswered(self._book, self._texts, outline, wanted=wanted, full=full)
        )
        if not month:
            yield from changed_top(self._book, self._texts, self._top, self._chain)
            yield from records.changed_runs(self._book, self._texts, named)
            yield from differing_runs(self._book, self._texts, wanted)
            yield from strays(self._book, self._top)
            yield from unknown(self._book)
            yield from hidden(self._book)
            if full:
                yield from kept_of_nobody(self._book, self._texts, self._top, self._chain)
                yield from differing_proofs(self._book, self._texts, self._chain)
                yield from unlike_its_text(self._book, self._texts, self._top, self._chain)
            yield from readable_originals(self._book)
            yield from open_to_all(self._book)
            yield from self._last()
        yield from self._papers(certificates, ledger)

    def _again(self, wanted: Iterable[BookingMonth], *, full: bool, closing: bool) -> Iterator[Finding]:
        """Yield where months that are not sealed say otherwise what follows once more from the rest of the book.

        Documents are read where everything is, or where the month is about to be sealed.
        """
        still_open = [month for month in wanted if month not in self._chain.seals]
        derived = (finding for month in still_open for finding in self._derived.get(month, ()))
        yield from (finding for finding in derived if not self._is_reversed(finding.subject))
        ever_sealed = {link.month for link in self._chain.links}
        yield from misplaced(map(self._shelf.head, still_open), self._top.months, ever_sealed)
        named = partial(records.named_in, self._texts, self._top.months)
        unknown_ones = agreements.unknown_agreements(
            self._texts, still_open, self._basis, named, self._chain.links
        )
        yield from agreements.as_findings(unknown_ones)
        documents = [document for month in still_open for document in self._documents.get(month, ())]
        if documents and (full or closing):
            all_records = reader.read(self._book).records
            yield from differing_demands(self._book, self._basis, documents, all_records, papers=full)
            yield from differing_received(self._book, documents, all_records)

    def _is_reversed(self, number: str) -> bool:
        """Tell whether an entry takes a posting back, in whatever month; asked where something is wrong with it."""
        wanted = f'{v.REVERSES}: "{number}"'.encode()
        contents = (self._texts.find(f"{month.stem}.beancount") for month in self._top.months)
        return bool(number) and any(wanted in (content or b"") for content in contents)

    @cached_property
    def _basis(self) -> KnownBasis:
        return KnownBasis(self._book)

    def _decided(self, certificate: Certificate) -> Certificate:
        """Return a certificate with what was decided about its lines later, when its month was sealed."""
        if not self._decisions:
            return certificate
        lines = (
            decided_line(line, decision) if (decision := self._decisions.get(line.key)) else line
            for line in certificate.lines
        )
        return replace(certificate, lines=tuple(lines))

    @cached_property
    def _decisions(self) -> dict[str, Decision]:
        return {decision.subject: decision for head in self._shelf.heads for decision in head.decisions}

    def _certificates(self, wanted: Collection[BookingMonth]) -> Iterator[Certificate]:
        there = frozenset(self._shelf.months)
        return (self._decided(self._shelf.month(month)) for month in wanted if month in there)

    def _met(
        self, months: Iterable[BookingMonth], wanted: Collection[BookingMonth]
    ) -> tuple[Agreeing, list[Finding]]:
        """Return what does not simply agree, and the lines of open months about which nobody decided."""
        odd, undecided = Agreeing(self._decisions, self._proved), list[Finding]()
        for month in months:
            certificate = next(self._certificates([month] if month in wanted else []), None)
            if certificate and month not in self._chain.seals:
                undecided += records.undecided([certificate], self._decisions.keys())
            odd.take(certificate, self._moves(month))
        odd.finish()
        return odd, undecided

    def _proved(self, certificate: Certificate, entries_by_key: Mapping[str, entries.BankEntry]) -> bool:
        own = entries.own_statements(self._book, certificate)
        agree = all(
            entries.agrees_with(line, entries_by_key.get(line.key), own=line.statement in own)
            for line in certificate.lines
        )
        certified = papers.certified_in(certificate)
        differences = archive.statements_of(self._kept, certified, self._known, entries_by_key.get)
        return agree and next(differences, None) is None

    def _lines(
        self,
        certificates: Sequence[Certificate],
        months: Iterable[BookingMonth],
        wanted: Collection[BookingMonth],
        odd: Agreeing,
    ) -> Generator[Finding, None, entries.Ledger]:
        """Yield where ledger and odd certificates differ; return the entries of their bank lines, and odd ones."""
        keys = {"", *odd.lines, *(line.key for certificate in certificates for line in certificate.lines)}
        read = months if odd else ()
        moved = [(month, entry) for month in read for entry in self._moves(month) if entry.key in keys]
        ledger = entries.Ledger(entry for _, entry in moved)
        own = [entry for month, entry in moved if month in wanted]
        yield from entries.lines_of(self._book, certificates, ledger)
        known_keys: Collection[str] = {entry.key for entry in own if odd.knows(entry.key)}
        if any(entry.key not in known_keys for entry in own):
            known_keys = set(self._shelf.lines)
        yield from entries.entries_of(ledger, own, known_keys)
        return ledger

    def _moves(self, month: BookingMonth) -> tuple[entries.BankEntry, ...]:
        return tuple(entries.moves(self._book, self._records(month)))

    def _records(self, month: BookingMonth) -> Sequence[Dated]:
        """Return the records of a month; text that is not ours is told of, and read by Beancount."""
        try:
            month_records: Sequence[Dated] = reader.read_month(self._texts, month)
        except NotCanonical as error:
            line = error.line if len(error.line) <= _TEXT_MAX else f"{error.line[:_TEXT_MAX]}…"
            text = f"{line!r} steht nicht in der Form, in der kkd schreibt"
            self._foreign[month] = Finding(FOREIGN_TEXT, error.place, text)
            file = f"{month.stem}.beancount"
            all_records = reader.read(self._book).records
            month_records = [
                record
                for record in all_records
                if isinstance(record, Transaction) and record.place.file == file
            ]
        if month not in self._chain.seals and month not in self._derived:
            shares = differing_shares(self._book, self._basis, month_records)
            self._derived[month] = [*shares, *odd_days(month_records)]
            self._documents[month] = [record for record in month_records if isinstance(record, Document)]
        for record in month_records:
            if isinstance(record, Transaction) and (number := record.text(v.NUMBER)) > self._highest.get(
                number[:4], ""
            ):
                self._highest[number[:4]] = number
        return month_records

    def _last(self) -> Iterator[Finding]:
        """Yield that the number which the top file names as the last one is gone; a sealed month cannot lose it."""
        stated = self._top.last
        if not stated:
            return
        for month in reversed(self._top.months):
            if self._highest.get(stated[:4], "") >= stated:
                return
            if str(month.year) == stated[:4]:
                self._records(month)
        if self._highest.get(stated[:4], "") < stated:
            highest = self._highest.get(stated[:4], "keine")
            text = f"nennt {v.NUMBER} {stated}, die Bücher enden mit {highest}"
            yield Finding(LAST, Place(v.TOP_FILE, 1), text)

    def _papers(self, certificates: Sequence[Certificate], ledger: entries.Ledger) -> Iterator[Finding]:
        certified = (each for certificate in certificates for each in papers.certified_in(certificate))
        yield from archive.statements_of(self._kept, certified, self._known, ledger.of)
        heads = list(self._shelf.heads)
        statements = [statement for head in heads for statement in head.statements]
        names = {statement.sha256 for statement in statements}
        names |= {notification.sha256 for head in heads for notification in head.notifications}
        names |= {decision.sha256 for decision in self._decisions.values()}
        yield from archive.unnamed_in(
            self._kept, names, {statement.key: statement.content for statement in statements}
        )
        terms = [decision.terms for decision in self._decisions.values() if decision.terms]
        decided = {(term.from_day, term.to_day, term.opening_cents, term.closing_cents) for term in terms}
        places = [(each.statement, each.place) for head in heads for each in papers.certified_in(head)]
        yield from papers.unjoined(places, decided)

    @cached_property
    def _kept(self) -> archive.Archive:
        return archive.Archive(self._book, self._basis, self._chain.seals)

    def _known(self) -> Counter[tuple[dt.date, int]]:
        """Return all certified entries by day and cents."""
        return self._all_entries

    @cached_property
    def _all_entries(self) -> Counter[tuple[dt.date, int]]:
        seen, counts = set[str](), Counter[tuple[dt.date, int]]()
        for certificate in self._certificates(self._shelf.months[::-1]):
            new = [line for line in certificate.lines if line.key not in seen]
            seen.update(line.key for line in new)
            new_entries = papers.entries_of(new).items()
            counts.update((day, cents) for (_, day, cents), count in new_entries for _ in range(count))
        return counts

    def _months_with_entries(
        self, certificates: Iterable[Certificate], wanted: Sequence[BookingMonth]
    ) -> Sequence[BookingMonth]:
        """Return the months in whose files the entries of certified lines stand: theirs, or those after them.

        A line of a month that was sealed is booked in the first open one, at the latest in that of its certificate.
        What a person decided may have been booked, or taken out again, in any later month.
        """
        days, booked, between = set[dt.date](), set[dt.date](), set[BookingMonth]()
        for certificate in certificates:
            of_lines = {line.day for line in certificate.lines}
            days |= of_lines
            booked.update(line.day for line in certificate.lines if line.key in self._booked)
            since = BookingMonth.of(min(of_lines)) if of_lines else certificate.month
            if since < certificate.month:
                between.update(other for other in self._top.months if since < other < certificate.month)
        first = min(booked, default=None)
        wanted_months = {*wanted, *between, *(BookingMonth.of(day) for day in days)}
        return [
            month
            for month in self._top.months
            if month in wanted_months or (first and month >= BookingMonth.of(first))
        ]

    @cached_property
    def _booked(self) -> frozenset[str]:
        """The lines of which a decision made an entry."""
        decisions = (decision for head in self._shelf.heads for decision in head.decisions)
        return frozenset(decision.subject for decision in decisions if decision.number)
