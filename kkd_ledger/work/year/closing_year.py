"""A fiscal year that is closed: where its closing entries go, and what stands on accounts for each share."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from kkd_ledger.book.config import Book
from kkd_ledger.book.entries import ClosedShare, closing_entry
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Custom, Transaction
from kkd_ledger.periods import CLOSING_MONTH, BookingMonth
from kkd_ledger.work.session import Session

Sums = defaultdict[ClosedShare, int]


@dataclass(frozen=True)
class ClosingProposal:
    """One closing entry (or the carry-over of an appropriation), and the month it belongs in."""

    month: BookingMonth
    record: Transaction | Custom


@dataclass(frozen=True)
class ClosingYear:
    """A fiscal year of a book: its entries so far, and where closing and opening entries go."""

    work: Session
    number: int
    today: dt.date

    @property
    def book(self) -> Book:
        """The book that is closed."""
        return self.work.book

    @property
    def month(self) -> BookingMonth:
        """The year's thirteenth month."""
        return BookingMonth(self.number, CLOSING_MONTH)

    @property
    def next_day(self) -> dt.date | None:
        """The day for what belongs to the next year, which has to have begun."""
        return self.work.posting_day(self.today) if self.work.newest.year > self.number else None

    @property
    def share(self) -> str:
        """The account that bears the year's shares."""
        return self.book.account("share", day=self.month.last_day)

    def entries(self) -> Iterator[Transaction]:
        """Yield every entry of the book."""
        yield from (record for record in self.work.reading.records if isinstance(record, Transaction))

    def until_its_end(self) -> Iterator[Transaction]:
        """Yield every entry up to the year's end."""
        yield from (record for record in self.entries() if record.date.year <= self.number)

    def closing(
        self, claim: ClosedShare, kind: v.Kind, legs: Mapping[str, int], words: tuple[str, str]
    ) -> ClosingProposal:
        """Propose an entry in the year's thirteenth month: `legs` are cents by account, `words` text and reason."""
        entry = closing_entry(self.book, kind, claim, day=self.month.last_day, legs=legs, words=words)
        return ClosingProposal(self.month, entry)

    def opening(
        self, claim: ClosedShare, kind: v.Kind, legs: Mapping[str, int], words: tuple[str, str]
    ) -> ClosingProposal:
        """Propose an entry in the newest month, once the next year has begun."""
        assert self.next_day, "is asked for only when the next year has begun"
        entry = closing_entry(self.book, kind, claim, day=self.next_day, legs=legs, words=words)
        return ClosingProposal(self.work.newest, entry)


def what(year: ClosingYear, claim: ClosedShare) -> str:
    """Return in German which share a closing entry is about."""
    return f"Kostenbeteiligung {year.book.agreement.year_name(claim.service_year)} ({claim.party})"


def balances_by_share(entries: Iterable[Transaction], accounts: set[str | None]) -> Sums:
    """Return what stands on accounts for each share in cents, by the party and service year of their entries."""
    sums: Sums = defaultdict(int)
    for record in entries:
        cents = sum(leg.cents for leg in record.postings if leg.account in accounts)
        if cents and record.text(v.SERVICE_YEAR).isdigit():
            sums[ClosedShare(record.text(v.PARTY), int(record.text(v.SERVICE_YEAR)))] += cents
    return sums


def nameless(role: str, lacking: str) -> str:
    """Return that an entry is lacking because its account is not named."""
    return f"{lacking}: in book.toml fehlt das Konto {role} unter [accounts]"
