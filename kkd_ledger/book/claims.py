"""What the records say about claims: the shares they book, and the open items with what was paid on them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from kkd_ledger.book import vocabulary as v
from kkd_ledger.book.config import Book
from kkd_ledger.book.records import Custom, Posting, Record, Transaction


class BookedShare(NamedTuple):
    """A share, subsidy or correction as it stands in the text; `cents` is what the party owes more by it."""

    party: str
    service_year: int
    known: dt.date
    cents: int
    result: tuple[Posting, ...]
    record: Transaction


def booked_share(book: Book, record: Record) -> BookedShare | None:
    """Return the share that a record books or reverses; None for any other, or where its metadata is unusable."""
    if not isinstance(record, Transaction) or not (_claims(record) or _unclaims(record)):
        return None
    year = record.text(v.SERVICE_YEAR)
    if not (year.isascii() and year.isdigit()):
        return None
    result = tuple(posting for posting in record.postings if posting.account.startswith(v.RESULT_ROOTS))
    sign = -1 if book.is_operator else 1
    cents = sign * sum(posting.cents for posting in result)
    known = record.day(v.KNOWN) or record.date
    return BookedShare(record.text(v.PARTY), int(year), known, cents, result, record)


def _claims(record: Transaction) -> bool:
    return record.text(v.KIND) in v.SHARE_KINDS


def _unclaims(record: Transaction) -> bool:
    """Whether a reversal takes back a claim: only shares, and so their reversals, name what they were reckoned from."""
    return record.text(v.KIND) == v.Kind.REVERSAL and v.KNOWN in record.meta


@dataclass
class Item:
    """An open item (posten): positive cents are a receivable, negative a payable."""

    posten: str
    account: str
    party: str
    service_year: int
    reference: str
    document: str
    due: dt.date | None
    booked: dt.date
    claimed_cents: int = 0
    open_cents: int = 0
    paid: list[tuple[str, int]] = field(default_factory=list)

    @property
    def settled(self) -> bool:
        """Whether nothing is open any more."""
        return self.open_cents == 0

    @property
    def sign(self) -> int:
        """1 for a receivable, -1 for a payable."""
        return 1 if self.account.startswith(v.ASSETS) else -1

    def settle(self, bank_reference: str, cents: int) -> None:
        """Keep what a bank line (or the placing of its unclear money) moved on the item.

        What opens the item again takes back its own line's part first, then the latest ones: a payment that came
        back is none, and cannot come back twice.
        """
        if cents * self.sign < 0:
            self.paid.append((bank_reference, cents))
            return
        for own in (True, False):
            for place in reversed(range(len(self.paid))):
                reference, held = self.paid[place]
                if own == (reference == bank_reference):
                    back = min(abs(held), abs(cents)) * self.sign
                    self.paid[place] = (reference, held + back)
                    cents -= back
        self.paid = [(reference, held) for reference, held in self.paid if held]


@dataclass
class Unclear:
    """Money that nobody could place, in cents signed like the bank line: receipts are positive."""

    key: str
    number: str
    day: dt.date
    account: str
    payee: str
    text: str
    cents: int = 0


def unclear_key(record: Transaction, posting: Posting) -> str:
    """Return under which key unclear money is held: everything that moves it names the same bank line.

    Where an entry moves two bank lines' money (one gives back what the other brought), each leg names its own.
    """
    own = posting.meta.get(v.ITEM) or posting.meta.get(v.BANK_REFERENCE)
    return str(own or record.text(v.BANK_REFERENCE) or record.text(v.NUMBER))


@dataclass
class Claims:
    """Everything about claims in one pass over a book's records.

    By party and service year: `booked` cents, and how many entries were `posted`, reversed ones included.
    """

    booked: dict[tuple[str, int], int] = field(default_factory=dict)
    posted: dict[tuple[str, int], int] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    unclear: dict[str, Unclear] = field(default_factory=dict)
    years: dict[str, str] = field(default_factory=dict)
    numbers: dict[int, int] = field(default_factory=dict)
    demands: dict[int, int] = field(default_factory=dict)
    bank_references: dict[str, str] = field(default_factory=dict)


def claims(book: Book, records: Iterable[Record]) -> Claims:
    """Return the claims that a book's records make and settle, and the numbers in use."""
    found = Claims()
    for record in records:
        if isinstance(record, Custom) and record.kind == v.CustomType.FISCAL_YEAR:
            found.years[str(record.values[0])] = str(record.values[1])
        elif isinstance(record, Transaction):
            _transaction(book, found, record)
    return found


def _transaction(book: Book, found: Claims, record: Transaction) -> None:
    year = record.date.year
    _, _, number = record.text(v.NUMBER).partition("-")
    found.numbers[year] = max(found.numbers.get(year, 0), int(number) if number.isdigit() else 0)
    found.demands[year] = found.demands.get(year, 0) + bool(record.text(v.DEMAND))
    if record.text(v.BANK_REFERENCE):
        found.bank_references.setdefault(record.text(v.BANK_REFERENCE), record.text(v.NUMBER))
    if share := booked_share(book, record):
        key = (share.party, share.service_year)
        found.booked[key] = found.booked.get(key, 0) + share.cents
        found.posted[key] = found.posted.get(key, 0) + _claims(record)
    unclear = (book.settings.accounts.unclear_in, book.settings.accounts.unclear_out)
    for posting in record.postings:
        if v.ITEM in posting.meta:
            _item(found.items, record, posting)
        if posting.account in unclear:
            _unclear(found.unclear, record, posting)


def _unclear(unclear: dict[str, Unclear], record: Transaction, posting: Posting) -> None:
    key = unclear_key(record, posting)
    number, day = record.text(v.NUMBER), record.date
    held = unclear.setdefault(key, Unclear(key, number, day, posting.account, record.payee, record.narration))
    held.cents -= posting.cents
    if not held.cents:
        del unclear[key]


def _item(items: dict[str, Item], record: Transaction, posting: Posting) -> None:
    posten = str(posting.meta[v.ITEM])
    makes = _claims(record)
    if posten not in items:
        if not makes:
            return
        year = record.text(v.SERVICE_YEAR)
        items[posten] = Item(
            posten,
            posting.account,
            record.text(v.PARTY),
            int(year) if year.isdigit() else 0,
            record.text(v.REFERENCE),
            record.text(v.DEMAND),
            record.day(v.DUE),
            record.date,
        )
    item = items[posten]
    item.open_cents += posting.cents
    if makes or _unclaims(record):
        item.claimed_cents += posting.cents
    elif record.text(v.BANK_REFERENCE):
        item.settle(record.text(v.BANK_REFERENCE), posting.cents)


def balances(records: Iterable[Record]) -> Mapping[str, int]:
    """Return the balance of every account, in cents."""
    found: dict[str, int] = {}
    for record in records:
        if isinstance(record, Transaction):
            for posting in record.postings:
                found[posting.account] = found.get(posting.account, 0) + posting.cents
    return found
