"""The journal as pages look it up, month by month: a month is read once for as long as its text stays the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from hashlib import sha256
from itertools import chain, groupby
from typing import TypeVar

from kkd_ledger import german
from kkd_ledger.book.config import Book
from kkd_ledger.book.text import reader
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.canonical import NotCanonical
from kkd_ledger.book.text.reader import BookTexts
from kkd_ledger.book.text.records import Custom, Document, Record, Transaction
from kkd_ledger.money import format_eur

_T = TypeVar("_T")


class ShownMonth:
    """The records of one month's file, in the order of the text, and where each of them is found."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.records = tuple(records)
        self.entries = [record for record in self.records if isinstance(record, Transaction)]

    @cached_property
    def by_number(self) -> Mapping[str, Transaction]:
        """The entries by their posting number."""
        return {entry.text(v.NUMBER): entry for entry in self.entries}

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """What people look for in an entry, by its posting number."""
        return {entry.text(v.NUMBER): _text_of(entry) for entry in self.entries}

    @cached_property
    def by_item(self) -> Mapping[str, Sequence[Transaction]]:
        """The entries that name an item, oldest first."""
        return _grouped(
            (item, entry)
            for entry in self.entries
            for item in {str(posting.meta.get(v.ITEM, "")) for posting in entry.postings}
        )

    @cached_property
    def by_link(self) -> Mapping[str, Sequence[Transaction]]:
        """The entries that a link ties together, oldest first."""
        return _grouped((link, entry) for entry in self.entries for link in entry.links)

    def prepare(self) -> None:
        """Make what pages look up, while nobody waits for it."""
        _ = self.by_number, self.texts, self.by_item, self.by_link


class ShownJournal:
    """A book's months in journal order."""

    def __init__(self, months: Sequence[ShownMonth]) -> None:
        self.months = months

    @cached_property
    def entries(self) -> Sequence[Transaction]:
        """All entries, newest first."""
        return [entry for month in reversed(self.months) for entry in reversed(month.entries)]

    @cached_property
    def by_number(self) -> Mapping[str, Transaction]:
        """The entries by their posting number; of two of one number the older one."""
        return _merged(month.by_number for month in reversed(self.months))

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """What people look for in an entry, by its posting number."""
        return _merged(month.texts for month in reversed(self.months))

    def naming(self, posten: str) -> Sequence[Transaction]:
        """Return the entries that name an item, oldest first."""
        return list(chain.from_iterable(month.by_item.get(posten, ()) for month in self.months))

    def tied(self, link: str) -> Sequence[Transaction]:
        """Return the entries that a link ties together, oldest first."""
        return list(chain.from_iterable(month.by_link.get(link, ()) for month in self.months))

    @cached_property
    def documents(self) -> Sequence[Document]:
        """The vouchers that the ledger names, newest first."""
        return [record for record in self._backwards() if isinstance(record, Document)]

    @cached_property
    def acts(self) -> Sequence[Custom]:
        """Who did what, newest first."""
        return [
            record
            for record in self._backwards()
            if isinstance(record, Custom) and record.kind == v.CustomType.ACT
        ]

    def _backwards(self) -> Iterator[Record]:
        return (record for month in reversed(self.months) for record in reversed(month.records))

    def prepare(self) -> None:
        """Make what pages look up, while nobody waits for it."""
        for month in self.months:
            month.prepare()
        _ = self.entries, self.by_number, self.texts, self.documents, self.acts


class MonthShelf:
    """The months of one book as they were read last, by the hash of their text."""

    def __init__(self) -> None:
        self._months: dict[str, tuple[bytes, ShownMonth]] = {}

    def journal(self, book: Book) -> ShownJournal:
        """Return the journal as the files say it now; raise BookRefused as the reader does."""
        try:
            return reader.consistently(book, self._taken)
        except NotCanonical:
            return journal_of(reader.read(book).records)

    def _taken(self, texts: BookTexts) -> ShownJournal:
        months = {
            file: self._month(texts, file)
            for file in (f"{month.stem}.beancount" for month in reader.top_of(texts).months)
        }
        self._months = months
        return ShownJournal([month for _, month in months.values()])

    def _month(self, texts: BookTexts, file: str) -> tuple[bytes, ShownMonth]:
        hashed = sha256(texts.bytes(file)).digest()
        before = self._months.get(file)
        if before is not None and before[0] == hashed:
            return before
        records = texts.canonical.read(texts.text(file), file)
        reader.refuse_foreign(records)
        return hashed, ShownMonth(records)


def journal_of(records: Iterable[Record]) -> ShownJournal:
    """Return the journal of records that were read already, in journal order."""
    return ShownJournal(
        [ShownMonth(month) for _, month in groupby(records, lambda record: record.place.file)]
    )


def _grouped(pairs: Iterable[tuple[str, Transaction]]) -> dict[str, list[Transaction]]:
    grouped: dict[str, list[Transaction]] = {}
    for key, entry in pairs:
        grouped.setdefault(key, []).append(entry)
    return grouped


def _merged(parts: Iterable[Mapping[str, _T]]) -> Mapping[str, _T]:
    merged: dict[str, _T] = {}
    for part in parts:
        merged.update(part)
    return merged


def _text_of(entry: Transaction) -> str:
    values = [german.day(value) if isinstance(value, dt.date) else value for value in entry.meta.values()]
    items = [str(posting.meta.get(v.ITEM, "")) for posting in entry.postings]
    amounts = [format_eur(abs(posting.cents)) for posting in entry.postings]
    words = [german.day(entry.date), entry.payee, entry.narration, *values, *items, *amounts]
    return " ".join(dict.fromkeys(words)).casefold()
