"""The one form of a month file's text: write it, and read it strictly (docs/ledger-format.md).

The reader takes a file only if every line is exactly what the writer would have written; it never guesses.
Whatever it refuses, Beancount's loader may still read.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Final, TypeVar

from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.batch_ends import end_alone, flocks_of, parted
from kkd_ledger.book.text.entry_patterns import AMOUNT_COLUMN, DAY, FRONT, WORTH, EntryPattern, EntryPatterns
from kkd_ledger.book.text.records import (
    Balance,
    Close,
    Custom,
    Dated,
    Document,
    Euro,
    Meta,
    Open,
    Place,
    Posting,
    Transaction,
    Value,
    new_record,
)
from kkd_ledger.book.text.wording import clean

_T = TypeVar("_T")

HEAD: Final = "".join(f'option "{name}" "{value}"\n' for name, value in v.ROOT_OPTIONS)
UP: Final = (
    "../"  # Beancount takes a voucher's path from the month's file, our records from the book's folder
)
CENTS_MAX: Final = 10**14
_HEAD_LINES: Final = HEAD.count("\n")


def _column(front: int) -> str:
    """Return the condition that an amount ends in its column, or stands one blank behind what is too long for that."""
    end = AMOUNT_COLUMN + 1 - front
    return rf"(?=[^\n]{{{end}}} {v.CURRENCY}$|(?=[^\n]{{{end + 5}}})[^\n]*?[^ \n] [^ \n]++ {v.CURRENCY}$)"


_BODY = r'(?! )[^"\\\x00-\x1f\x7f]*+(?:\\["\\][^"\\\x00-\x1f\x7f]*+)*+(?<! )'
_TEXT = rf'"({_BODY})"'
_EURO = r"(?:-(?!0\.00))?(?:0|[1-9][0-9]{0,11}|10{12}(?=\.00))\.[0-9]{2}"
_AMOUNT = rf"({_EURO}) {v.CURRENCY}"
_MARKS = re.compile(r"((?: #[A-Za-z0-9-]++)*+)((?: \^[A-Za-z0-9-]++)*+)")
_FACT = rf"([a-z][a-z0-9-]++): (?:{_TEXT}|({DAY}))$"
_FACTS = re.compile(rf"\n  {_FACT}", re.MULTILINE)
_POSTING_FACTS = re.compile(rf"\n    {_FACT}", re.MULTILINE)
_POSTINGS = re.compile(rf"\n  {_column(2)}([^ \n]++) ++{_AMOUNT}$((?:\n    [^\n]++)*+)", re.MULTILINE)
_BELOW = r"((?:\n  [a-z][^\n]*+)*+)"
_TRANSACTION = re.compile(rf"({DAY}) \* {_TEXT} {_TEXT}([^\n]*+){_BELOW}((?:\n  [^\n]++)*+)")
_OPEN = re.compile(rf"({DAY}) open ([^ \n]++) {v.CURRENCY}{_BELOW}")
_CLOSE = re.compile(rf"({DAY}) close ([^ \n]++){_BELOW}")
_BALANCE = re.compile(rf"{_column(0)}({DAY}) balance ([^ \n]++) ++{_AMOUNT}{_BELOW}", re.MULTILINE)
_DOCUMENT = re.compile(rf"({DAY}) document ([^ \n]++) {_TEXT}{_BELOW}")
_CUSTOM = re.compile(rf'({DAY}) custom {_TEXT}((?: (?:"{_BODY}"|{DAY}|{_EURO} {v.CURRENCY}))++){_BELOW}')
_VALUE = re.compile(rf" (?:{_TEXT}|({DAY})|{_AMOUNT})")
_RECORD_START = re.compile(r"\n(?! )")
_ESCAPED = re.compile(r"\\(.)")


class NotCanonical(Exception):
    """A line is not in the canonical form."""

    def __init__(self, place: Place, line: str) -> None:
        self.place = place
        self.line = line
        super().__init__(f"{place.file}:{place.line}: nicht in kanonischer Form: {line!r}")


# ---------------------------------------------------------------------------------------------------- writing


def write(records: Iterable[Dated]) -> str:
    """Return the canonical text of records (the file's head is `HEAD`).

    Each stands behind an empty line, but for openings of accounts, which come in flocks, and the ends of batches.
    """
    texts = ((record, "".join(f"{line}\n" for line in _lines(record))) for record in records)
    return "".join(lines if isinstance(record, Open) else parted(lines) for record, lines in texts)


def _lines(record: Dated) -> Iterator[str]:
    day = record.date.isoformat()
    match record:
        case Transaction():
            yield _transaction_head(record)
        case Open():
            yield f"{day} open {record.account} {v.CURRENCY}"
        case Close():
            yield f"{day} close {record.account}"
        case Balance():
            yield _with_amount(f"{day} balance {record.account}", record.cents)
        case Document():
            yield f"{day} document {record.account} {quote(UP + record.path)}"
        case Custom():
            yield " ".join([day, "custom", quote(record.kind), *map(_value, record.values)])
    yield from _meta_lines(record.meta, "  ")
    for posting in record.postings if isinstance(record, Transaction) else ():
        yield _with_amount(f"  {posting.account}", posting.cents)
        yield from _meta_lines(posting.meta, "    ")


def _transaction_head(record: Transaction) -> str:
    marks = [f"#{tag}" for tag in sorted(record.tags)] + [f"^{link}" for link in sorted(record.links)]
    return " ".join([record.date.isoformat(), "*", quote(record.payee), quote(record.narration), *marks])


def _with_amount(front: str, cents: int) -> str:
    assert abs(cents) <= CENTS_MAX, "above 10^12 EUR"
    return f"{front} {amount(cents):>{max(1, AMOUNT_COLUMN - len(front))}} {v.CURRENCY}"


def _meta_lines(meta: Meta, indent: str) -> Iterator[str]:
    return (f"{indent}{key}: {_value(value)}" for key, value in meta.items())


def _value(value: Value | Euro) -> str:
    match value:
        case str():
            return quote(value)
        case Euro():
            return f"{amount(value.cents)} {v.CURRENCY}"
        case dt.date():
            return value.isoformat()


def quote(text: str) -> str:
    """Return text as a ledger string, cleaned as `clean` says."""
    escaped = clean(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def amount(cents: int) -> str:
    """Return cents as the ledger writes euros: `-8869.25`."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"


# ---------------------------------------------------------------------------------------------------- reading


def read(text: str, file: str) -> list[Dated]:
    """Return the records of a month file; raise NotCanonical at the first record the writer would not have written."""
    return MonthReader().read(text, file)


class _Once(dict[str, _T]):
    """What texts mean, worked out once for each text."""

    def __init__(self, make: Callable[[str], _T]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, text: str) -> _T:
        made = self[text] = self._make(text)
        return made


class MonthReader:
    """Reads month files; what they say again and again (days, accounts, facts of postings) is worked out once.

    Lines are in canonical form where the pattern of such a line is found as often as there are lines. A form of
    transactions that has come `worth` times gets a pattern of its form.
    """

    def __init__(self, worth: int = WORTH) -> None:
        self._patterns = EntryPatterns(worth)
        self._days = _Once(dt.date.fromisoformat)
        self._accounts = _Once(_account)
        self._marks = _Once(_marks)
        self._posting_metas = _Once(lambda lines: self._facts(lines, _POSTING_FACTS))

    def read(self, text: str, file: str) -> list[Dated]:
        """Return the records of a month file; raise NotCanonical as the function `read` does."""
        return list(self._records(text, file))

    def _records(self, text: str, file: str) -> Iterator[Dated]:
        if not text.startswith(HEAD) or not text.endswith("\n"):
            raise NotCanonical(Place(file, 1), text[:80])
        if alone := end_alone(text):
            raise NotCanonical(Place(file, alone), text.split("\n")[alone - 1])
        line = _HEAD_LINES
        for flock in flocks_of(text[len(HEAD) - 1 : -1]):
            lines, place = flock.count("\n"), new_record(Place, (file, line))
            try:
                for entry_pattern in self._patterns.of[lines]:
                    if match := entry_pattern.pattern.fullmatch(flock):
                        yield self._poured(match, entry_pattern, place)
                        break
                else:
                    yield from self._strictly(flock, place)
            except ValueError as error:
                raise NotCanonical(place, flock.partition("\n")[0]) from error
            line += lines + 2

    def _poured(self, match: re.Match[str], entry_pattern: EntryPattern, place: Place) -> Transaction:
        """Return the transaction that a pattern has found; half of the time of reading a book is spent here."""
        said = match.groups()
        end = FRONT + len(entry_pattern.keys)
        meta: dict[str, Value] = dict(zip(entry_pattern.keys, said[FRONT:end], strict=True))
        days, accounts, metas = self._days, self._accounts, self._posting_metas
        if not match.string.isascii():
            for text in said[1:end]:
                _unquoted(text)
        for key in entry_pattern.days:
            meta[key] = days[meta[key]]  # type: ignore[index]  # still a text
        legs = iter(said[end:])
        postings = [
            new_record(Posting, (accounts[account], int(euro.replace(".", "")), metas[facts]))
            for account, euro, facts in zip(legs, legs, legs, strict=True)
        ]
        tags, links = self._marks[said[3]]
        return new_record(
            Transaction, (days[said[0]], said[1], said[2], tags, links, meta, tuple(postings), place)
        )

    def _strictly(self, flock: str, place: Place) -> Iterator[Dated]:
        if match := _TRANSACTION.fullmatch(flock):
            record = self._transaction(match, place)
            self._patterns.meet(record, flock.count("\n"))
            yield record
        else:
            yield from self._flock(flock, place)

    def _flock(self, flock: str, place: Place) -> Iterator[Dated]:
        """Yield a record, none behind the head, and the openings of accounts that follow it without an empty line."""
        first, *openings = _RECORD_START.split(flock)
        if first or place.line > _HEAD_LINES:
            yield self._record(first, place)
        for before, opening in pairwise([first, *openings]):
            place = Place(place.file, place.line + before.count("\n") + 1)
            yield self._opening(_matched(_OPEN, opening), place)

    def _record(self, text: str, place: Place) -> Dated:
        for pattern, make in _MAKERS:
            if match := pattern.fullmatch(text):
                return make(self, match, place)
        raise ValueError(text)

    def _transaction(self, match: re.Match[str], place: Place) -> Transaction:
        day, payee, narration, marks, facts, legs = match.groups()
        postings = [
            Posting(self._accounts[account], _cents(euro), self._posting_metas[lines])
            for account, euro, lines in _POSTINGS.findall(legs)
        ]
        if legs.count("\n") != len(postings) + sum(len(posting.meta) for posting in postings):
            raise ValueError(legs)
        return Transaction(
            self._days[day],
            _unquoted(payee),
            _unquoted(narration),
            *self._marks[marks],
            self._facts(facts),
            tuple(postings),
            place,
        )

    def _facts(self, lines: str, pattern: re.Pattern[str] = _FACTS) -> dict[str, Value]:
        facts = pattern.findall(lines)
        meta = {key: self._days[day] if day else _unquoted(text) for key, text, day in facts}
        if not len(meta) == len(facts) == lines.count("\n"):
            raise ValueError(lines)
        return meta

    def _opening(self, match: re.Match[str], place: Place) -> Open:
        day, account, facts = match.groups()
        return Open(self._days[day], self._accounts[account], self._facts(facts), place)

    def _closing(self, match: re.Match[str], place: Place) -> Close:
        day, account, facts = match.groups()
        return Close(self._days[day], self._accounts[account], self._facts(facts), place)

    def _balance(self, match: re.Match[str], place: Place) -> Balance:
        day, account, euro, facts = match.groups()
        return Balance(self._days[day], self._accounts[account], _cents(euro), self._facts(facts), place)

    def _document(self, match: re.Match[str], place: Place) -> Document:
        day, account, text, facts = match.groups()
        path = _unquoted(text)
        if not path.startswith(UP):
            raise ValueError(path)
        path = path.removeprefix(UP)
        return Document(self._days[day], self._accounts[account], path, self._facts(facts), place)

    def _custom(self, match: re.Match[str], place: Place) -> Custom:
        day, kind, values, facts = match.groups()
        said = tuple(self._value(value) for value in _VALUE.finditer(values))
        return Custom(self._days[day], _unquoted(kind), said, self._facts(facts), place)

    def _value(self, match: re.Match[str]) -> str | dt.date | Euro:
        text, day, euro = match.groups()
        if text is not None:
            return _unquoted(text)
        return self._days[day] if day else Euro(_cents(euro))


_MAKERS: Final[tuple[tuple[re.Pattern[str], Callable[[MonthReader, re.Match[str], Place], Dated]], ...]] = (
    (_TRANSACTION, MonthReader._transaction),
    (_CLOSE, MonthReader._closing),
    (_BALANCE, MonthReader._balance),
    (_DOCUMENT, MonthReader._document),
    (_CUSTOM, MonthReader._custom),
)


def _matched(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    if not (match := pattern.fullmatch(text)):
        raise ValueError(text)
    return match


def _account(text: str) -> str:
    if not v.ACCOUNT.fullmatch(text):
        raise ValueError(text)
    return text


def _marks(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return tags and links, each sorted by the writer; twice the same is one for Beancount."""
    tags, links = (part.split() for part in _matched(_MARKS, text).groups())
    if tags != sorted(set(tags)) or links != sorted(set(links)):
        raise ValueError(text)
    return tuple(mark[1:] for mark in tags), tuple(mark[1:] for mark in links)


def _unquoted(body: str) -> str:
    """Return what a ledger string means; raise ValueError where `clean` would have changed it."""
    text = _ESCAPED.sub(r"\1", body) if "\\" in body else body
    if "  " in text or not (
        text.isascii() or (text.isprintable() and unicodedata.is_normalized("NFC", text))
    ):
        raise ValueError(text)
    return text


def _cents(euro: str) -> int:
    return int(euro.replace(".", ""))
