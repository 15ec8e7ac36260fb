"""One writing session on a book: read it under its lock, add records to its months, commit them whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple

from kkd_ledger.book.config import Book
from kkd_ledger.book.entries import numbered
from kkd_ledger.book.seals.seal_chain import KEPT, SealChain
from kkd_ledger.book.state.claims import Claims, bank_day
from kkd_ledger.book.store import journal
from kkd_ledger.book.text import canonical
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.reader import BookReading, read
from kkd_ledger.book.text.records import Custom, Dated, Document, Open, Transaction
from kkd_ledger.errors import BookRefused, EntryRefused, Problem, UsageError
from kkd_ledger.periods import CLOSING_MONTH, BookingMonth
from kkd_ledger.persons import acts, roles
from kkd_ledger.persons.acts import Doer
from kkd_ledger.rules.engine.check import findings, new_errors
from kkd_ledger.rules.engine.checkpoint import KnownBook, known_book
from kkd_ledger.rules.engine.rule import Finding, Level
from kkd_ledger.work import month_files
from kkd_ledger.work.refusals import problems

_SEALED: Final = "Monat ist abgeschlossen"
_OPENED_MAX: Final = 36


@dataclass
class Outcome:
    """What a session has written, or in a dry run would write; what is known of the book after it, and its findings."""

    files: tuple[str, ...]
    added: Mapping[BookingMonth, str]
    known_book: KnownBook
    findings: tuple[Finding, ...]


class Remembered(NamedTuple):
    """A point in a session to which `go_back` returns."""

    added: Mapping[BookingMonth, list[Dated]]
    files: Mapping[str, bytes]
    gone: Mapping[str, bytes]
    doers: Sequence[tuple[BookingMonth, Doer]]
    opened: Collection[str]
    numbers: Mapping[int, int]
    demands: Mapping[int, int]


@contextmanager
def session(book: Book, *, today: dt.date | None = None, states: bool = True) -> Iterator[Session]:
    """Hold the book's lock and yield a session on what it holds now; without `states` known from the text alone.

    `today` is the day of the command: what it then says of the book is nothing that only the month's end will bring.
    """
    with journal.writing(book.root) as writer:
        yield Session(book, writer, known_book(book, states=states), today)


@dataclass
class Session:
    """Records to be added to one book; numbers are given here, under the lock.

    It starts from the state behind the last seal: whoever needs the records of sealed months too asks for `reading`.
    """

    book: Book
    writer: journal.Writer
    known_book: KnownBook
    today: dt.date | None = None
    _added: dict[BookingMonth, list[Dated]] = field(default_factory=dict)
    _files: dict[str, bytes] = field(default_factory=dict)
    _gone: dict[str, bytes] = field(default_factory=dict)
    _opened: set[str] = field(default_factory=set)
    _modes: dict[str, int] = field(default_factory=dict)
    _doers: list[tuple[BookingMonth, Doer]] = field(default_factory=list)

    @cached_property
    def claims(self) -> Claims:
        """The claims in the book before this session; its numbers count on with every entry that is added."""
        return self.known_book.progress.overview.claims

    @cached_property
    def items(self) -> Claims:
        """A copy of the claims that also knows the entries added so far, for entries that build on each other."""
        return deepcopy(self.claims, {id(self.book): self.book})

    @cached_property
    def reading(self) -> BookReading:
        """Every record in the book before this session."""
        return self.known_book.reading or read(self.book)

    @property
    def added(self) -> Iterator[Dated]:
        """The records that were added so far, by month."""
        return (record for records in self._added.values() for record in records)

    def transactions(self, since: dt.date) -> Iterator[Transaction]:
        """Yield the entries of a day and those after it."""
        progress = self.known_book.progress
        records = progress.recent if progress.border < since else self.reading.records
        return (record for record in records if isinstance(record, Transaction) and record.date >= since)

    def balance_cents(self, account: str, day: dt.date) -> int:
        """Return what an account holds at the start of a day, by the days of the bank."""
        later = (record for record in self.transactions(day) if bank_day(record) >= day)
        after_cents = sum(leg.cents for record in later for leg in record.postings if leg.account == account)
        return self.known_book.progress.books.balance_cents(account) - after_cents

    def bank_cents(self, day: dt.date, *, former: bool = False) -> int:
        """Return what the bank account holds at the start of a day under all its names, or under `former` ones."""
        names = self.book.settings.bank_accounts - ({self.book.settings.bank.account} if former else set())
        return sum(self.balance_cents(account, day) for account in names)

    def bank_lines(self, since: dt.date) -> Collection[str]:
        """Return the keys of the bank's lines of a day and those after it that are booked (and of some before)."""
        if since >= self.claims.lines_since:
            return self.claims.bank_lines.keys()
        return {key for record in self.transactions(since) if (key := record.text(v.BANK_REFERENCE))}

    @property
    def chain(self) -> SealChain:
        """The chain of closing proofs before this session."""
        return self.known_book.chain

    @cached_property
    def _held(self) -> frozenset[BookingMonth]:
        return frozenset(self.known_book.months)

    @cached_property
    def _first_held(self) -> BookingMonth | None:
        return min(self._held, default=None)

    def _first(self, month: BookingMonth) -> BookingMonth:
        """Return the book's first month; of a book without one the first that is opened now, else the given one."""
        return self._first_held or min(self._added, default=month)

    @property
    def months(self) -> tuple[BookingMonth, ...]:
        """The book's months in journal order, those opened in this session included.

        Sealed months come as they were sealed, open ones by the calendar: a thirteenth month that is opened late
        stands before the open months of the next year, because they build on it.
        """
        new = sorted(self._added.keys() - self._held)
        if not new:
            return self.known_book.months
        months = list(self.known_book.months)
        for month in new:
            sealed = len(self.chain.months)
            later = (place for place, booked in enumerate(months) if place >= sealed and booked > month)
            months.insert(next(later, len(months)), month)
        return tuple(months)

    @property
    def newest(self) -> BookingMonth:
        """The newest open month; raise BookRefused where there is none, or only an old year's thirteenth."""
        months = [month for month in self.months if not self.chain.is_sealed(month)]
        if not months or (max(months).month == CLOSING_MONTH and max(months) < max(self.months)):
            actual = "kein offener Monat" if self.months else "kein Buchungsmonat"
            raise BookRefused([Problem(str(self.book.top_file), "", actual, self._how_to_open())])
        return max(months)

    def _how_to_open(self) -> str:
        last = self.chain.last_sealed
        month, which = (str(last.following), "nächsten") if last else ("JJJJ-MM", "ersten")
        return f"ein Buch mit einem offenen Monat; `kkd open {self.book.root} {month}` öffnet den {which}"

    def open_day(self, day: dt.date) -> dt.date:
        """Return a day, or where its month is sealed or before the book's first the first open day after it."""
        month = BookingMonth.of(day)
        if not self.chain.is_sealed(month) and month >= self._first(month):
            return day
        later = (own for own in sorted(self.months) if own.month < CLOSING_MONTH and own > month)
        first_day = next((month.first_day for month in later if not self.chain.is_sealed(month)), None)
        if first_day is None:
            raise EntryRefused([Problem(str(self.book.top_file), str(day), _SEALED, self._how_to_open())])
        return first_day

    def open_month(self, month: BookingMonth) -> None:
        """Open a month, and those between it and the newest one; raise UsageError where they are very many.

        A mistyped year would open months that nothing takes back.
        """
        last = max((own for own in self.months if own.month <= 12), default=None)
        if last and last < month.minus(_OPENED_MAX):
            far = f"{month} liegt mehr als {_OPENED_MAX} Monate nach dem neuesten Monat des Buchs ({last})"
            raise UsageError(f"{far}: bitte prüfen Sie das Jahr.")
        while last and last.following < month:
            last = last.following
            self._declare(last)
        self._declare(month)

    def _declare(self, month: BookingMonth) -> None:
        if month not in self.months:
            self._refuse_sealed(month, str(month))
            day = Custom(month.first_day, v.CustomType.MONTH, (str(month),), {})
            self._added[month] = [day]

    def posting_day(self, today: dt.date) -> dt.date:
        """Return today, or the nearest day of the newest month."""
        return min(max(today, self.newest.first_day), self.newest.last_day)

    def add(self, records: Iterable[Dated], month: BookingMonth | None = None) -> tuple[str, ...]:
        """Add records to the month of their day (or to the month given), in this order; return the posting numbers."""
        given: list[str] = []
        for record in records:
            place = month or BookingMonth.of(record.date)
            if place not in self._held and place not in self._added:
                top, day = str(self.book.top_file), str(record.date)
                raise EntryRefused([Problem(top, day, "Monat ist nicht offen", "ein offener Monat")])
            self._refuse_sealed(place, str(record.date))
            entry = self._numbered(record)
            if isinstance(entry, Open):
                self._opened.add(entry.account)
            self._added.setdefault(place, []).extend([*self._openings(entry, place), entry])
            if isinstance(entry, Transaction):
                given.append(entry.text(v.NUMBER))
        return tuple(given)

    def _openings(self, entry: Dated, month: BookingMonth) -> list[Open]:
        """Return the openings of accounts that an entry needs first, on its month's first day: a chart may change."""
        named = {leg.account for leg in entry.postings} if isinstance(entry, Transaction) else set()
        named |= {entry.account} if isinstance(entry, Document) else set()
        books = self.known_book.progress.books
        new = sorted(account for account in named - self._opened if not books.has_opened(account))
        self._opened.update(new)
        return [Open(min(entry.date, month.first_day), account, {}) for account in new]

    def _refuse_sealed(self, month: BookingMonth, place: str) -> None:
        if self.chain.is_sealed(month):
            raise EntryRefused([Problem(f"{month.stem}.beancount", place, _SEALED, "ein offener Monat")])

    def _numbered(self, record: Dated) -> Dated:
        if not isinstance(record, Transaction) or v.NUMBER in record.meta:
            return record
        year = record.date.year
        number = self.claims.numbers[year] = self.claims.numbers.get(year, 0) + 1
        if record.text(v.KIND) not in v.SHARE_KINDS or not self.book.is_operator:
            return numbered(record, number)
        count = self.claims.demands[year] = self.claims.demands.get(year, 0) + 1
        return numbered(record, number, f"{self.book.agreement.id.upper()}-{year}-{count:05}")

    def put(self, file: str, content: bytes, mode: int | None = None) -> None:
        """Write a file beside the ledger in the same batch (a certificate, an archived statement).

        `mode` are the rights of the file that it is kept from.
        """
        for month in self.chain.months:
            if file.startswith(f"{month.stem}."):
                raise EntryRefused([Problem(file, "", _SEALED, "ein offener Monat")])
        self._files[file] = content
        if mode is not None:
            self._modes[file] = mode

    def planned(self, file: str) -> bytes | None:
        """Return what this session will write to a file beside the ledger; None where that is nothing so far."""
        return self._files.get(file)

    def take_away(self, file: str, content: bytes) -> None:
        """Take a file away in the same batch that keeps its content at another place."""
        self._gone[file] = content

    def remembered(self) -> Remembered:
        """Return what was added so far, for `go_back`."""
        added = {month: list(records) for month, records in self._added.items()}
        numbers, demands = dict(self.claims.numbers), dict(self.claims.demands)
        files, gone, doers = dict(self._files), dict(self._gone), list(self._doers)
        return Remembered(added, files, gone, doers, set(self._opened), numbers, demands)

    def go_back(self, to: Remembered) -> None:
        """Forget what was added since, with the numbers that it was given."""
        self._added = {month: list(records) for month, records in to.added.items()}
        self._files, self._gone, self._opened = dict(to.files), dict(to.gone), set(to.opened)
        self._doers = list(to.doers)
        for counts, before in ((self.claims.numbers, to.numbers), (self.claims.demands, to.demands)):
            counts.clear()
            counts.update(before)

    def act(self, month: BookingMonth, *doers: Doer) -> None:
        """Let persons act upon what is added to a month."""
        self._doers += [(month, doer) for doer in doers]

    def answer_for(
        self, name: str, content: bytes, doers: Sequence[Doer], month: BookingMonth | None = None
    ) -> None:
        """Let persons answer for something outside the ledger: a month (the newest) names it by its hash, and they act.

        `name` is a file in the book's folder, or an entry of one (FILE#ENTRY).
        """
        month = month or self.newest
        day = min(max(doers[0].day, month.first_day), month.last_day)
        self.add([acts.recorded(name, content, day)], month)
        self.act(month, *doers)

    def commit(self, *, dry_run: bool = False, seen: str = "") -> Outcome:
        """Write everything added, or nothing; raise EntryRefused where it would add an error to the books.

        `seen` is the hash of what a person decided on before: anything else is refused. Raise PersonRefused where an
        entry names a person who must not act on that day.
        """
        for records in self._added.values():
            roles.refuse_unknown_in(self.book.settings, records)
        for month, named in month_files.certificates(self.book, self._files, self._added):
            self.add([named], month)
        number = self.known_book.progress.books.acts + 1
        added = acts.followed(self.book, self._added, self._doers, number, seen=seen)
        texts = {month: canonical.write(records) for month, records in added.items() if records}
        batch = self._batch(texts)
        if dry_run:
            return Outcome(tuple(batch), texts, *self._checked(batch))
        acts.refuse_unsigned(self.book, added.values())
        assert set(self._gone.values()) <= set(batch.values()), "what is taken away is kept elsewhere"
        states: list[tuple[KnownBook, tuple[Finding, ...]]] = []
        files = self.writer.commit(
            batch, lambda staged: states.append(self._checked(staged)), self._gone, self._modes
        )
        after, findings = states[0] if states else (self.known_book, self.findings(self.known_book))
        lie_now = any(file.startswith((f"{v.DOCUMENTS}/", f"{KEPT}/")) for file in files)
        return Outcome(files, texts, after, self.findings(after) if lie_now else findings)

    def findings(self, book: KnownBook) -> tuple[Finding, ...]:
        """Return what is found about the book, aged to the newest month's last day, at the latest today."""
        last = book.progress.fold.as_of
        return findings(book, aged=min(self.today, last) if self.today and last else None)

    def _batch(self, texts: Mapping[BookingMonth, str]) -> dict[str, bytes]:
        return self._files | month_files.files_of(
            self.book, self.chain, self.months, texts, self.claims.numbers
        )

    def _checked(self, staged: Mapping[str, bytes]) -> tuple[KnownBook, tuple[Finding, ...]]:
        """Return what is known of the book as it would be, and its findings; refuse what adds an error."""
        ledger = {file: content for file, content in staged.items() if file.endswith(".beancount")}
        if not ledger:
            return self.known_book, self.findings(self.known_book)
        after = known_book(self.book, ledger, self.known_book, states=self.known_book.states)
        findings = self.findings(after)
        errors = [finding for finding in findings if finding.kind.level == Level.ERROR]
        if new := new_errors(errors, self.findings(self.known_book) if errors else ()):
            raise EntryRefused(problems(self.book.root, new))
        return after, findings
