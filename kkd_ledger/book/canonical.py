"""The one form of a month file's text: write it, and read it strictly (docs/ledger-format.md).

The reader takes a file only if every line is exactly what the writer would have written; it never guesses.
Whatever it refuses, Beancount's loader may still read.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

from kkd_ledger.book import vocabulary as v
from kkd_ledger.book.records import (
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
)

HEAD: Final = "".join(f'option "{name}" "{value}"\n' for name, value in v.ROOT_OPTIONS)
UP: Final = (
    "../"  # Beancount takes a voucher's path from the month's file, our records from the book's folder
)
AMOUNT_COLUMN: Final = 86
CENTS_MAX: Final = 10**14

_DAY = r"\d{4}-\d{2}-\d{2}"
_TEXT = r'"(?:[^"\\\x00-\x1f\x7f]|\\["\\])*"'
_AMOUNT = r"(?:-(?!0\.00))?(?:0|[1-9]\d{0,12})\.\d\d"
_META = re.compile(rf"([a-z][a-z0-9-]+): (?:({_TEXT})|({_DAY}))")
_TRANSACTION = re.compile(rf"({_DAY}) \* ({_TEXT}) ({_TEXT})((?: #[A-Za-z0-9-]+)*)((?: \^[A-Za-z0-9-]+)*)")
_POSTING = re.compile(rf"  (\S+) +({_AMOUNT}) {v.CURRENCY}")
_OPEN = re.compile(rf"({_DAY}) open (\S+) {v.CURRENCY}")
_CLOSE = re.compile(rf"({_DAY}) close (\S+)")
_BALANCE = re.compile(rf"({_DAY}) balance (\S+) +({_AMOUNT}) {v.CURRENCY}")
_DOCUMENT = re.compile(rf"({_DAY}) document (\S+) ({_TEXT})")
_CUSTOM = re.compile(rf"({_DAY}) custom ({_TEXT})((?: (?:{_TEXT}|{_DAY}|{_AMOUNT} {v.CURRENCY}))+)")
_VALUE = re.compile(rf" (?:({_TEXT})|({_DAY})|({_AMOUNT}) {v.CURRENCY})")


class NotCanonical(Exception):
    """A line is not in the canonical form."""

    def __init__(self, place: Place, line: str) -> None:
        self.place = place
        self.line = line
        super().__init__(f"{place.file}:{place.line}: nicht in kanonischer Form: {line!r}")


def clean(text: str) -> str:
    """Return text from outside as it may stand in the books: NFC, one line, no control characters, no edges."""
    normal = unicodedata.normalize("NFC", text)
    return " ".join("".join(sign if sign.isprintable() else " " for sign in normal).split())


# ---------------------------------------------------------------------------------------------------- writing


def write(records: Iterable[Dated]) -> str:
    """Return the canonical text of records (the file's head is `HEAD`).

    Each stands behind an empty line, but for openings of accounts, which come in flocks.
    """
    return "".join(_text(record) for record in records)


def _text(record: Dated) -> str:
    lines = "".join(f"{line}\n" for line in _lines(record))
    return lines if isinstance(record, Open) else "\n" + lines


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
    """Return the records of a month file; raise NotCanonical at the first line the writer would not have written."""
    if not text.startswith(HEAD):
        raise NotCanonical(Place(file, 1), text[:80])
    records = list(_Reader(text, file).records())
    canonical = HEAD + write(records)
    if canonical != text:
        raise _difference(text, canonical, file)
    return records


def _difference(found: str, canonical: str, file: str) -> NotCanonical:
    pairs = enumerate(zip(found.split("\n"), canonical.split("\n"), strict=False), start=1)
    line = next((number for number, (left, right) in pairs if left != right), found.count("\n") + 1)
    return NotCanonical(Place(file, line), [*found.split("\n"), ""][line - 1])


class _Reader:
    """One pass over the lines of a file behind its head."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.lines = text.split("\n")
        self.at = HEAD.count("\n")

    def records(self) -> Iterator[Dated]:
        last = len(self.lines) - 1
        while self.at < last:
            if not self.lines[self.at]:
                self.at += 1
            yield self.record()
        if self.lines[last]:
            raise self.refused()

    def refused(self) -> NotCanonical:
        return NotCanonical(Place(self.file, self.at + 1), self.lines[self.at])

    def record(self) -> Dated:
        line, place = self.lines[self.at], Place(self.file, self.at + 1)
        if found := _TRANSACTION.fullmatch(line):
            return self.transaction(found, place)
        for pattern, make in _MAKERS:
            if found := pattern.fullmatch(line):
                try:
                    record: Dated = make(found)
                except ValueError as error:
                    raise self.refused() from error
                self.at += 1
                return record._replace(meta=self.meta("  "), place=place)
        raise self.refused()

    def transaction(self, found: re.Match[str], place: Place) -> Transaction:
        date = self.day(found[1])
        self.at += 1
        meta = self.meta("  ")
        postings = []
        while leg := _POSTING.fullmatch(self.lines[self.at]):
            if not v.ACCOUNT.fullmatch(leg[1]):
                raise self.refused()
            self.at += 1
            postings.append(Posting(leg[1], _cents(leg[2]), self.meta("    ")))
        tags, links = (tuple(mark[1:] for mark in marks.split()) for marks in (found[4], found[5]))
        return Transaction(
            date, _unquote(found[2]), _unquote(found[3]), tags, links, meta, tuple(postings), place
        )

    def meta(self, indent: str) -> dict[str, Value]:
        pairs: dict[str, Value] = {}
        size = len(indent)
        while (line := self.lines[self.at]).startswith(indent) and (found := _META.fullmatch(line, size)):
            if found[1] in pairs:
                raise self.refused()
            pairs[found[1]] = self.day(found[3]) if found[3] else _unquote(found[2])
            self.at += 1
        return pairs

    def day(self, text: str) -> dt.date:
        try:
            return dt.date.fromisoformat(text)
        except ValueError as error:
            raise self.refused() from error


def _unquote(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1])


def _cents(text: str) -> int:
    return int(text.replace(".", ""))


def _account(text: str) -> str:
    if not v.ACCOUNT.fullmatch(text):
        raise ValueError(text)
    return text


def _custom_value(found: re.Match[str]) -> str | dt.date | Euro:
    if found[1] is not None:
        return _unquote(found[1])
    return dt.date.fromisoformat(found[2]) if found[2] else Euro(_cents(found[3]))


def _make_open(found: re.Match[str]) -> Open:
    return Open(dt.date.fromisoformat(found[1]), _account(found[2]), {})


def _make_close(found: re.Match[str]) -> Close:
    return Close(dt.date.fromisoformat(found[1]), _account(found[2]), {})


def _make_balance(found: re.Match[str]) -> Balance:
    return Balance(dt.date.fromisoformat(found[1]), _account(found[2]), _cents(found[3]), {})


def _make_document(found: re.Match[str]) -> Document:
    path = _unquote(found[3])
    if not path.startswith(UP):
        raise ValueError(path)
    return Document(dt.date.fromisoformat(found[1]), _account(found[2]), path.removeprefix(UP), {})


def _make_custom(found: re.Match[str]) -> Custom:
    values = tuple(_custom_value(value) for value in _VALUE.finditer(found[3]))
    return Custom(dt.date.fromisoformat(found[1]), _unquote(found[2]), values, {})


_MAKERS: Final = (
    (_OPEN, _make_open),
    (_CLOSE, _make_close),
    (_BALANCE, _make_balance),
    (_DOCUMENT, _make_document),
    (_CUSTOM, _make_custom),
)
