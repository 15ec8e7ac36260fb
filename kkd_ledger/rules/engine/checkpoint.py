"""What is known after the sealed months: a check starts there and reads the open months only.

Where that is kept, and when it is thrown away, says `states`. Who must not rely on it asks without `states`, and
everything is folded from the text.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from hashlib import sha256
from itertools import accumulate
from typing import NamedTuple, Self

from kkd_ledger.book.config import Book
from kkd_ledger.book.seals.seal_chain import SealChain
from kkd_ledger.book.state.lost import refuse_lost
from kkd_ledger.book.state.overview import Overview
from kkd_ledger.book.text import reader
from kkd_ledger.book.text.bookkeeping import Bookkeeping, Disorder
from kkd_ledger.book.text.canonical import NotCanonical
from kkd_ledger.book.text.reader import BookReading, BookTexts
from kkd_ledger.book.text.records import Complaint, Dated, Record, TextFlaw, Top
from kkd_ledger.errors import BookRefused
from kkd_ledger.periods import BookingMonth
from kkd_ledger.rules.engine import states as kept
from kkd_ledger.rules.engine.fold import RULES, Fold, rule_name
from kkd_ledger.rules.engine.rule import Context


class State(NamedTuple):
    """What was known when the last of some months was sealed, as canonical JSON.

    `overview` has two lines: its second one, the items at rest, is seldom read.
    """

    months: tuple[BookingMonth, ...]
    books: bytes
    rules: bytes
    overview: bytes

    @classmethod
    def of(cls, months: tuple[BookingMonth, ...], text: bytes) -> Self:
        """Return the state after months, of its `text`."""
        return cls(months, *text.split(b"\n", 2))

    @property
    def standing(self) -> bytes:
        """What bookkeeping and rules know, as two lines of canonical JSON: a seal names their hash."""
        return b"%b\n%b\n" % (self.books, self.rules)

    @property
    def text(self) -> bytes:
        """The whole state as lines of canonical JSON."""
        return self.standing + self.overview


class Progress:
    """How far a reading has come: what the bookkeeping, every rule and the overview know after some months.

    The rules' fold and the overview are made only where somebody asks for them: a job that begins does without the
    one, a check without the other. `recent` are the records that were taken since the `state` of a seal, all of them
    later than the day `border`.
    """

    def __init__(self, context: Context, state: State | None = None) -> None:
        self.books = Bookkeeping.from_json(state.books) if state else Bookkeeping()
        self.state = state
        self.border = _border(state.months if state else ())
        self.recent: list[Record] = []
        self._context = context
        self._folded = 0

    def take(self, records: Sequence[Record]) -> Self:
        """Take the records of whole months, all of them later than those before, and return self."""
        self.books.take(records)
        self.recent += records
        return self

    @property
    def book(self) -> Book:
        """The book that is read."""
        return self._context.book

    @property
    def fold(self) -> Fold:
        """Every rule, after what was taken so far."""
        self._fold.take(self.recent[self._folded :])
        self._folded = len(self.recent)
        return self._fold

    @cached_property
    def _fold(self) -> Fold:
        return Fold.from_json(self._context, self.state.rules) if self.state else Fold(self._context)

    @property
    def overview(self) -> Overview:
        """The claims and the budget line after what was taken so far; a new one with each call."""
        book = self._context.book
        start = Overview.from_json(book, self.state.overview) if self.state else Overview.start(book)
        return start.take(self.recent)

    def rests(self, months: tuple[BookingMonth, ...]) -> bool:
        """Tell whether nothing that was taken, which are these months, lies after them."""
        border = _border(months)
        return all(record.date <= border for record in self.recent if not isinstance(record, Top | TextFlaw))

    def reached(self, months: tuple[BookingMonth, ...]) -> State:
        """Return the state after what was taken so far, which are these months."""
        books, rules = self.books.to_json().encode(), self.fold.to_json().encode()
        return State(months, books, rules, self.overview.to_json() + b"\n")


class KnownBook(NamedTuple):
    """What is known of a book: its months, its chain of closing proofs, what the readers object to, how it stands.

    `reading` is there where everything had to be read; `states` tells whether a kept state may be taken at all.
    """

    months: tuple[BookingMonth, ...]
    chain: SealChain
    complaints: Sequence[Complaint]
    progress: Progress
    reading: BookReading | None = None
    states: bool = True


def known_book(
    book: Book,
    staged: Mapping[str, bytes] | None = None,
    before: KnownBook | None = None,
    *,
    states: bool = True,
) -> KnownBook:
    """Return what is known of a book: from the last seal's state and the open months, else from everything.

    `staged` files stand in for those on the disk. What was known `before` under the same lock is not verified again.
    Without `states` everything is folded from the text. Raise BookRefused as the reader does,
    and where money stands on an account that book.toml does not name any more.
    """
    if resumed_book := resumed(book, staged, before, states=states):
        return resumed_book
    reading = reader.read(book, staged)
    progress = Progress(Context(book)).take(reading.records)
    if not reading.chain.breaks:
        refuse_lost(book, progress.books.balances, progress.books.unplaced)
    complaints = reading.complaints if reading.by_beancount else progress.books.complaints
    return KnownBook(reading.months, reading.chain, complaints, progress, reading, states)


def resumed(
    book: Book,
    staged: Mapping[str, bytes] | None = None,
    before: KnownBook | None = None,
    *,
    states: bool = True,
) -> KnownBook | None:
    """Return what is known about the whole book, from the last seal's state and the open months' text.

    None where nothing is sealed, where a seal is broken or where only Beancount may read the text: then everything has
    to be read. Raise BookRefused as the reader does.
    """
    return reader.consistently(book, lambda texts: _resumed(book, texts, before, states=states), staged)


def _resumed(book: Book, texts: BookTexts, before: KnownBook | None, *, states: bool) -> KnownBook | None:
    top = reader.top_of(texts)
    chain = before.chain if before else reader.chain_of(book, texts, top)
    if chain.breaks or not chain.months:
        return None
    try:
        state = before.progress.state if before else None
        progress = after(book, texts, chain, top.months, state, states=states).take([reader.head_of(top)])
    except NotCanonical:
        return None
    refuse_lost(book, progress.books.balances, progress.books.unplaced)
    return KnownBook(top.months, chain, progress.books.complaints, progress, None, states)


def after(
    book: Book,
    texts: BookTexts,
    chain: SealChain,
    months: Sequence[BookingMonth],
    state: State | None = None,
    *,
    states: bool = True,
) -> Progress:
    """Return what is known after months, the sealed ones first, without the top file; without `states` from the text.

    `state` is what this process has read from the text of the sealed months before, None where it has not. Raise
    NotCanonical where a month's text is not canonical, BookRefused for what may not be read at all.
    """
    context = Context(book)
    sealed = tuple(months[: _resting(months, len(chain.months))])
    tail = _records(texts, months[len(sealed) :])
    border = _border(sealed)
    if sealed and all(record.date > border for record in tail):
        if state and state.months == sealed:
            return Progress(context, state).take(tail)
        if states and (progress := _at_seal(context, texts, chain, sealed)):
            return progress.take(tail)
    return Progress(context).take([*_records(texts, sealed), *tail])


def recomputed(
    book: Book, staged: Mapping[str, bytes] | None = None
) -> tuple[Sequence[Complaint], Fold, SealChain] | None:
    """Return what the book's text says, without any state, and its chain of closing proofs.

    It is read in portions, so that a big book needs little memory. None where only Beancount may read it, or where a
    day lies so far outside its file's month that the books have to be read in one.
    """
    return reader.consistently(book, lambda texts: _recomputed(book, texts), staged)


def _recomputed(book: Book, texts: BookTexts) -> tuple[Sequence[Complaint], Fold, SealChain] | None:
    top, chain = reader.outline(book, texts)
    books, fold = Bookkeeping(), Fold(Context(book)).take([reader.head_of(top)])
    try:
        for months in _portions(top.months):
            records = _records(texts, months)
            books.take(records)
            fold.take(records)
    except (NotCanonical, Disorder, BookRefused):  # whoever reads it whole says what is wrong
        return None
    if not chain.breaks:  # what was sealed and is not as it was is told first
        refuse_lost(book, books.balances, books.unplaced)
    return books.complaints, fold, chain


def _portions(months: Sequence[BookingMonth]) -> Iterator[Sequence[BookingMonth]]:
    """Part months in journal order so that everything lies after the portions before (month 13 comes late)."""
    first_days = [dt.date.max, *(month.first_day for month in reversed(months))]
    next_days = [*accumulate(first_days, min)][-2::-1]
    portion: list[BookingMonth] = []
    for month, next_day in zip(months, next_days, strict=True):
        portion.append(month)
        if _border(portion) < next_day:
            yield portion
            portion = []


def _resting(months: Sequence[BookingMonth], sealed: int) -> int:
    """Return after how many sealed months nothing comes that lies before any of them (month 13 comes late)."""
    count = sealed
    while count and min((month.first_day for month in months[count:]), default=dt.date.max) <= _border(
        months[:count]
    ):
        count -= 1
    return count


def _border(months: Iterable[BookingMonth]) -> dt.date:
    """Return the last day that an entry of these months may bear; they come nearly in the order of the calendar."""
    return max((month.last_day for month in months), default=dt.date.min)


def _records(texts: BookTexts, months: Iterable[BookingMonth]) -> list[Dated]:
    records = [record for month in months for record in reader.read_month(texts, month)]
    reader.refuse_foreign(records)
    return records


def _at_seal(
    context: Context, texts: BookTexts, chain: SealChain, months: tuple[BookingMonth, ...]
) -> Progress | None:
    """Return what was known when the last of these months was sealed; None where its entries overlap later months."""
    seal = chain.seals[months[-1]]
    if text := kept.load(context.book, chain, seal):
        return Progress(context, State.of(months, text))
    records, border = _records(texts, months), _border(months)
    if any(record.date > border for record in records):
        return None
    progress = Progress(context).take(records)
    kept.keep(context.book, chain, seal, progress.reached(months).text)
    return progress


def rules_version() -> str:
    """Return the version of the rule set: the hash of every rule's name and VERSION ("1" where it names none)."""
    names = (f"{rule_name(rule)} {getattr(rule, 'VERSION', '1')}\n" for rule in RULES)
    return sha256("".join(names).encode()).hexdigest()
