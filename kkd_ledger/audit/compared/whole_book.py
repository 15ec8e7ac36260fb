"""The comparison of a book: open months every time, all of them where everything is recomputed."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Generator, Iterator, Sequence
from dataclasses import replace
from functools import cache, cached_property

from kkd_ledger.audit.compared import answered as records
from kkd_ledger.audit.compared import archive, entries
from kkd_ledger.audit.compared import archived_statements as papers
from kkd_ledger.audit.compared.as_written import changed_batches, changed_top
from kkd_ledger.audit.compared.kinds import FOREIGN_TEXT, LAST
from kkd_ledger.audit.compared.strays import readable_originals, strays
from kkd_ledger.book.certificate import Certificate, Certificates, Decision, decided_line
from kkd_ledger.book.config import Book
from kkd_ledger.book.text import reader
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.canonical import NotCanonical
from kkd_ledger.book.text.reader import BookTexts
from kkd_ledger.book.text.records import Dated, Place, Transaction
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
        self._highest: dict[str, str] = {}

    def findings(self, month: BookingMonth | None, *, full: bool) -> Iterator[Finding]:
        wanted = [one for one in self._top.months if full or one not in self._chain.seals]
        wanted = [month] if month else wanted
        certificates = [self._decided(self._shelf.month(one)) for one in wanted if one in self._shelf.months]
        ledger = yield from self._lines(certificates, wanted)
        yield from (self._foreign[one] for one in wanted if one in self._foreign)
        yield from changed_batches(self._book, self._texts, self._top, self._chain, wanted)
        named = records.named_in(self._texts, wanted)
        yield from records.changed_decisions(certificates, named)
        for one in wanted:
            written = one in (self._top.batches or {})
            yield from records.changed_certificate(self._texts, one, named, must_be_named=written)
        free = [one for one in certificates if one.month not in self._chain.seals]
        yield from records.undecided(free, self._decisions.keys())
        yield from records.told(records.unanswered(self._book, self._texts, wanted=wanted, full=full))
        if not month:
            yield from changed_top(self._book, self._texts, self._top, self._chain)
            yield from records.changed_runs(self._book, self._texts, named)
            yield from strays(self._book, self._top)
            yield from readable_originals(self._book)
            yield from self._last()
        yield from self._papers(certificates, ledger)

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
        return {one.subject: one for head in self._shelf.heads for one in head.decisions}

    def _lines(
        self, certificates: Sequence[Certificate], wanted: Sequence[BookingMonth]
    ) -> Generator[Finding, None, entries.Ledger]:
        """Yield where ledger and certificates differ; return the entries of bank lines."""
        months = self._told_of(certificates, wanted)
        moved = [(one, held) for one in self._top.months if one in months for held in self._moves(one)]
        ledger = entries.Ledger(held for _, held in moved)
        own = [held for one, held in moved if one in wanted]
        yield from entries.lines_of(self._book, certificates, ledger)
        known = {line.key for one in certificates for line in one.lines}
        if any(one.key not in known for one in own):
            known = set(self._shelf.lines)
        yield from entries.entries_of(ledger, own, known)
        return ledger

    def _moves(self, month: BookingMonth) -> tuple[entries.BankEntry, ...]:
        return tuple(entries.moves(self._book, self._records(month)))

    def _records(self, month: BookingMonth) -> Sequence[Dated]:
        """Return the records of a month; text that is not ours is told of, and read by Beancount."""
        try:
            told: Sequence[Dated] = reader.read_month(self._texts, month)
        except NotCanonical as error:
            line = error.line if len(error.line) <= _TEXT_MAX else f"{error.line[:_TEXT_MAX]}…"
            text = f"{line!r} steht nicht in der Form, in der kkd schreibt"
            self._foreign[month] = Finding(FOREIGN_TEXT, error.place, text)
            file = f"{month.stem}.beancount"
            held = reader.read(self._book).records
            told = [one for one in held if isinstance(one, Transaction) and one.place.file == file]
        for one in told:
            if isinstance(one, Transaction) and (number := one.text(v.NUMBER)) > self._highest.get(
                number[:4], ""
            ):
                self._highest[number[:4]] = number
        return told

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
        kept = archive.Archive(self._book)
        certified = (one for certificate in certificates for one in papers.certified_in(certificate))
        yield from archive.statements_of(kept, certified, cache(self._known), ledger)
        heads = list(self._shelf.heads)
        statements = [one for head in heads for one in head.statements]
        names = {one.sha256 for one in statements} | {one.sha256 for head in heads for one in head.advices}
        names |= {one.sha256 for one in self._decisions.values()}
        yield from archive.unnamed_in(kept, names, {one.key: one.content for one in statements})
        terms = [one.terms for one in self._decisions.values() if one.terms]
        decided = {(one.from_day, one.to_day, one.opening_cents, one.closing_cents) for one in terms}
        places = [(one.statement, one.place) for head in heads for one in papers.certified_in(head)]
        yield from papers.unjoined(places, decided)

    def _known(self) -> Counter[tuple[dt.date, int]]:
        told = papers.entries_of(self._shelf.lines.values())
        return Counter((day, cents) for (_, day, cents), count in told.items() for _ in range(count))

    def _told_of(
        self, certificates: Sequence[Certificate], wanted: Sequence[BookingMonth]
    ) -> Collection[BookingMonth]:
        """Return the months in whose files the entries of certified lines stand: theirs, or those after them.

        What a person decided may have been booked, or taken out again, in any later month.
        """
        lines = [line for certificate in certificates for line in certificate.lines]
        days = {line.day for line in lines}
        first = min((line.day for line in lines if line.key in self._booked), default=None)
        later = [one for one in self._top.months if first and one >= BookingMonth.of(first)]
        return {*wanted, *later, *(BookingMonth.of(day) for day in days)}

    @cached_property
    def _booked(self) -> frozenset[str]:
        """The lines of which a decision made an entry."""
        decisions = (one for head in self._shelf.heads for one in head.decisions)
        return frozenset(one.subject for one in decisions if one.number)
