"""What the records say about claims: the shares they book, and the open items with what was paid on them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Self

from kkd_ledger.book.config import Book
from kkd_ledger.book.state.item_register import ItemRegister
from kkd_ledger.book.state.items import Item, SuspenseItem
from kkd_ledger.book.state.open_items import OpenItems, claims_item, unclaims_item
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Custom, Document, Posting, Record, Transaction
from kkd_ledger.periods import BookingMonth, year_in

PAID_MONTHS: Final = 14
"""How many months back the parts of payments are kept: a direct debit may come back for 13 (§ 676b Abs. 2 BGB)."""
LINES_MONTHS: Final = 3
"""How many months back the bank lines are known; the certificates and the text itself know the older ones."""


class BookedShare(NamedTuple):
    """A share, subsidy or correction as it stands in the text.

    `cents` is how much the share is more by it, net as the agreement has it; `vat_cents` is the VAT on top.
    """

    party: str
    service_year: int
    known_on: dt.date
    cents: int
    vat_cents: int
    result: tuple[Posting, ...]
    record: Transaction


def booked_share(book: Book, record: Record) -> BookedShare | None:
    """Return the share that a record books or reverses; None for any other, or where its metadata is unusable."""
    if not isinstance(record, Transaction) or not (claims_item(record) or unclaims_item(record)):
        return None
    year = year_in(record.text(v.SERVICE_YEAR))
    if year is None:
        return None
    result = tuple(posting for posting in record.postings if posting.account.startswith(v.RESULT_ROOTS))
    sign = -1 if book.is_operator else 1
    cents = sign * sum(posting.cents for posting in result if v.VAT not in posting.meta)
    vat_cents = sign * sum(posting.cents for posting in record.postings if v.VAT in posting.meta)
    known_on = record.day(v.KNOWN) or record.date
    return BookedShare(record.text(v.PARTY), year, known_on, cents, vat_cents, result, record)


class BankLine(NamedTuple):
    """A bank line that was booked: the number of its entry, and the bank's day (ISO)."""

    number: str
    day: str


@dataclass
class Claims(OpenItems):
    """The fold over a book's records: everything about claims, and the numbers in use.

    By party and service year: `booked` cents, the `vat` on top of them (only where there is some), the `parts` of them
    that entries name by component, and the days by which the entries that still hold were `reckoned`. `newest` is the
    newest month that the records declare. With each month that begins, parts of payments and bank lines (by their keys)
    are forgotten that lie far back: neither grows with history.
    """

    booked: dict[tuple[str, int], int] = field(default_factory=dict)
    vat: dict[tuple[str, int], int] = field(default_factory=dict)
    parts: dict[tuple[str, int], dict[str, int]] = field(default_factory=dict)
    reckoned: dict[tuple[str, int], list[str]] = field(default_factory=dict)
    years: dict[str, str] = field(default_factory=dict)
    numbers: dict[int, int] = field(default_factory=dict)
    demands: dict[int, int] = field(default_factory=dict)
    bank_lines: dict[str, BankLine] = field(default_factory=dict)
    newest: BookingMonth | None = None

    @property
    def stood(self) -> Mapping[tuple[str, int], dt.date]:
        """By party and service year, the latest day by which a share of which something is booked was reckoned."""
        return {key: dt.date.fromisoformat(max(days)) for key, days in self.reckoned.items() if days}

    @property
    def lines_since(self) -> dt.date:
        """The day from which on all booked bank lines are in `bank_lines`."""
        return self.newest.minus(LINES_MONTHS).first_day if self.newest else dt.date.min

    def take(self, records: Iterable[Record]) -> Self:
        """Take records in journal order and return self."""
        for record in records:
            if isinstance(record, Transaction):
                self._transaction(record)
            elif isinstance(record, Document):
                self.demand(record)
            elif isinstance(record, Custom) and not self.order(record):
                self._declaration(record)
        return self

    def _declaration(self, record: Custom) -> None:
        match record.kind, record.values:
            case v.CustomType.FISCAL_YEAR, (year, state, *_):
                self.years[str(year)] = str(state)
            case v.CustomType.MONTH, (str(month), *_):
                with suppress(ValueError):
                    self._begin(BookingMonth.parse(month))

    def _begin(self, month: BookingMonth) -> None:
        if self.newest and month <= self.newest:
            return
        self.newest = month
        since = month.minus(PAID_MONTHS).first_day.isoformat()
        for item in self.items.moving.values():
            if any(part.day < since for part in item.paid):
                item.paid = [part for part in item.paid if part.day >= since]
        self.items.rest()
        since = self.lines_since.isoformat()
        self.bank_lines = {key: line for key, line in self.bank_lines.items() if line.day >= since}

    def _transaction(self, record: Transaction) -> None:
        year = record.date.year
        _, _, number = record.text(v.NUMBER).partition("-")
        self.numbers[year] = max(self.numbers.get(year, 0), int(number) if number.isdigit() else 0)
        self.demands[year] = self.demands.get(year, 0) + bool(record.text(v.DEMAND))
        if key := record.text(v.BANK_REFERENCE):
            self.bank_lines.setdefault(key, BankLine(record.text(v.NUMBER), bank_day(record).isoformat()))
        is_new = False
        if share := booked_share(self.book, record):
            of_year = (share.party, share.service_year)
            is_new = of_year not in self.booked
            self.booked[of_year] = self.booked.get(of_year, 0) + share.cents
            if share.vat_cents:
                self.vat[of_year] = self.vat.get(of_year, 0) + share.vat_cents
            for leg in share.result:
                if component := str(leg.meta.get(v.COMPONENT, "")):
                    parts = self.parts.setdefault(of_year, {})
                    parts[component] = parts.get(component, 0) + self._sign * leg.cents
            self._reckon(of_year, share.known_on.isoformat(), holds=claims_item(record))
        self.move(record, is_new=is_new)

    @property
    def _sign(self) -> int:
        return -1 if self.book.is_operator else 1

    def _reckon(self, of_year: tuple[str, int], known_on: str, *, holds: bool) -> None:
        days = self.reckoned.setdefault(of_year, [])
        if holds:
            days.append(known_on)
        elif known_on in days:
            days.remove(known_on)

    def to_data(self) -> dict[str, Any]:
        """Return the state as plain JSON data, without the items at rest (`items.resting_text`)."""
        return {
            "booked": [[*key, cents, self.reckoned[key]] for key, cents in self.booked.items()],
            "vat": [[*key, cents] for key, cents in self.vat.items()],
            **({"parts": [[*key, parts] for key, parts in self.parts.items()]} if self.parts else {}),
            "items": [item.to_data() for item in self.items.moving.values()],
            "rested": sorted((year, cents) for year, cents in self.items.rested_cents.items() if cents),
            "unclear": [suspense.to_data() for suspense in self.suspense.values()],
            "opening": [opening.to_data() for opening in self.opening.values()],
            "years": self.years,
            "numbers": list(self.numbers.items()),
            "demands": list(self.demands.items()),
            "bank_lines": self.bank_lines,
            "newest": str(self.newest) if self.newest else None,
        }

    @classmethod
    def from_data(cls, book: Book, data: Mapping[str, Any], resting: bytes) -> Self:
        """Return the fold whose state `to_data` wrote, with the text of the items at rest."""
        return cls(
            book,
            booked={(party, year): cents for party, year, cents, _ in data["booked"]},
            vat={(party, year): cents for party, year, cents in data["vat"]},
            parts={(party, year): dict(parts) for party, year, parts in data.get("parts", ())},
            reckoned={(party, year): days for party, year, _, days in data["booked"]},
            items=ItemRegister(map(Item.from_data, data["items"]), resting, data["rested"]),
            suspense={row[0]: SuspenseItem.from_data(row) for row in data["unclear"]},
            opening={row[0]: SuspenseItem.from_data(row) for row in data["opening"]},
            years=data["years"],
            numbers=dict(data["numbers"]),
            demands=dict(data["demands"]),
            bank_lines={key: BankLine._make(line) for key, line in data["bank_lines"].items()},
            newest=BookingMonth.parse(data["newest"]) if data["newest"] else None,
        )


def claims(book: Book, records: Iterable[Record]) -> Claims:
    """Return the claims that a book's records make and settle, and the numbers in use."""
    return Claims(book).take(records)


def bank_day(record: Transaction) -> dt.date:
    """Return the bank's booking day of an entry: the one that it names (where that month was sealed), else its own."""
    return record.day(v.BANK_DAY) or record.date


def balances(records: Iterable[Record]) -> Mapping[str, int]:
    """Return the balance of every account, in cents."""
    sums: dict[str, int] = {}
    for record in records:
        if isinstance(record, Transaction):
            for posting in record.postings:
                sums[posting.account] = sums.get(posting.account, 0) + posting.cents
    return sums
