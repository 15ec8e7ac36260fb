"""What the pages know of a book: one immutable snapshot, made by our own reader and swapped whole when files change.

A request never computes what a load can: the snapshot is made once per state of the files (web/workplace/on_show.py).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from kkd_ledger.agreement.readable.readable import Readable, readable
from kkd_ledger.book.config import Book
from kkd_ledger.book.seals.seal_chain import SealChain
from kkd_ledger.book.state.items import Item
from kkd_ledger.book.state.overview import Overview
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Custom, Document, Transaction
from kkd_ledger.errors import KkdError
from kkd_ledger.periods import BookingMonth
from kkd_ledger.rules.engine.check import check
from kkd_ledger.rules.engine.rule import Finding
from kkd_ledger.web.workplace.page_shelf import PageShelf
from kkd_ledger.web.workplace.shown_journal import ShownJournal
from kkd_ledger.work.decisions.doubted import Doubted, doubted
from kkd_ledger.work.decisions.explaining import ExplainedFile, explained
from kkd_ledger.work.decisions.proposals import Proposals, proposals
from kkd_ledger.work.month.month import waiting_months
from kkd_ledger.work.month.status import BookStatus, status

QUICK_MAX: Final = 50
"""How much unclear money a page may look at itself."""
PATIENCE_S: Final = 2
"""How long a request waits for what is being read before it says so."""
FORM_PATIENCE_S: Final = 120


class StillReading(KkdError):
    """A book is being read for the first time since the server began; soon it can be shown."""

    def __init__(self, book: Book) -> None:
        super().__init__(
            f"{book.settings.title} wird gerade eingelesen. Die Seite lädt sich von selbst neu; "
            "ein Buch mit 100.000 Buchungen braucht einige Sekunden."
        )


@dataclass(frozen=True)
class Snapshot:
    """A book as its files stood at one moment; everything derived is made once, when the first page asks for it.

    `overview` knows how every claim and the budget stand; of a big book that is known before its entries are read.
    """

    book: Book
    months: tuple[BookingMonth, ...]
    chain: SealChain
    overview: Overview
    reading: Future[ShownJournal]
    today: dt.date
    shelf: PageShelf = field(default_factory=PageShelf, compare=False)

    @property
    def journal(self) -> ShownJournal:
        """The entries; raise StillReading where they are not read soon, BookRefused where they cannot be read."""
        return self._journal(PATIENCE_S)

    def _journal(self, patience_s: int) -> ShownJournal:
        try:
            return self.reading.result(patience_s)
        except TimeoutError:
            raise StillReading(self.book) from None

    def wait_for_journal(self) -> None:
        """Wait until the entries are read, as long as it takes: somebody has sent a form."""
        self._journal(FORM_PATIENCE_S)

    @property
    def entries(self) -> Sequence[Transaction]:
        """All entries, newest first."""
        return self.journal.entries

    @property
    def by_number(self) -> Mapping[str, Transaction]:
        """The entries by their posting number."""
        return self.journal.by_number

    def text_of(self, entry: Transaction) -> str:
        """Return all that people look for in an entry, case folded: words, metadata, items, its amounts."""
        return self.journal.texts.get(entry.text(v.NUMBER), "")

    @property
    def documents(self) -> Sequence[Document]:
        """The vouchers that the ledger names, newest first."""
        return self.journal.documents

    @property
    def acts(self) -> Sequence[Custom]:
        """Who did what, newest first."""
        return self.journal.acts

    @cached_property
    def items(self) -> Sequence[Item]:
        """The open items on which something is owed or to be given back, the longest due first."""
        moving = self.overview.claims.items.moving.values()
        return sorted(
            (item for item in moving if not item.settled), key=lambda item: (item.due_on, item.posten)
        )

    @cached_property
    def _ways(self) -> Proposals:
        claims = self.overview.claims
        return proposals(self.book, claims) if claims.suspense else {}

    @property
    def ways(self) -> Proposals | None:
        """What unclear money probably is; None while that of very much money is still being reckoned."""
        if len(self.overview.claims.suspense) <= QUICK_MAX:
            return self._ways
        return self.__dict__.get("_ways")

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What the rules find, gravest first."""
        return check(self.book, today=self.today)

    @cached_property
    def status(self) -> BookStatus:
        """How the book stands with the outside world today."""
        return status(self.book, today=self.today)

    @cached_property
    def readable(self) -> Readable:
        """The agreement in German sentences, as it is known today."""
        return readable(self.book.agreement, self.today)

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The parties' names by id."""
        return {member.id: member.name for member in self.book.agreement.parties()}

    @cached_property
    def doubts(self) -> Doubted:
        """The bank files and lines that wait for a decision."""
        return doubted(self.book, self.today)

    @cached_property
    def inbox(self) -> tuple[ExplainedFile, ...]:
        """The statement files of the inbox, with what a run would do with each."""
        return explained(self.book, (), self.today)

    @cached_property
    def waiting_months(self) -> tuple[BookingMonth, ...]:
        """The months that a run has something to do in, the oldest first; none where the inbox cannot be read."""
        with suppress(KkdError):
            return waiting_months(self.book, self.today)
        return ()

    def prepare(self) -> None:
        """Make what pages will ask for, while nobody waits for it."""
        with suppress(KkdError):
            _ = (
                self.status,
                self.findings,
                self.inbox,
                self.waiting_months,
                self.doubts,
                self._ways,
                self.readable,
            )

    def name(self, party: str) -> str:
        """Return a party's name; its id where the agreement does not know it any more."""
        return self.names.get(party, party)

    def year_name(self, year: int) -> str:
        """Return what people call a service year."""
        return self.book.agreement.year_name(year)


def amount_of(entry: Transaction) -> int:
    """Return what an entry moves, in cents: the sum of its debit legs (Soll), never negative."""
    return sum(posting.cents for posting in entry.postings if posting.cents > 0)
