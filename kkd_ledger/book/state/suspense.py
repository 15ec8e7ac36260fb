"""Money that nobody has placed, folded once: by its bank line, and what lay on the account when the book began.

Open items and the rule about clearings both ask it, so that none can be cleared that is in no list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

from kkd_ledger.book.config import Book
from kkd_ledger.book.state.items import SuspenseItem, suspense_day, suspense_key
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Posting, Transaction


@dataclass
class SuspenseMoney:
    """The fold: money in suspense and the opening balance of the bank account, each by its key."""

    book: Book
    suspense: dict[str, SuspenseItem] = field(default_factory=dict)
    opening: dict[str, SuspenseItem] = field(default_factory=dict)

    @cached_property
    def by_account(self) -> Mapping[str, dict[str, SuspenseItem]]:
        """Every account that has or had the role of suspense or opening balance, with what is held on it."""
        ever = self.book.settings.accounts_ever
        return dict.fromkeys(ever("unclear_in", "unclear_out"), self.suspense) | dict.fromkeys(
            ever("opening"), self.opening
        )

    def cents(self, account: str, key: str) -> int:
        """Return the cents held on such an account under a key, signed like the bank line; 0 where nothing is."""
        money = self.by_account[account].get(key)
        return money.cents if money else 0

    def move(self, record: Transaction, posting: Posting) -> None:
        """Take a leg that stands on such an account."""
        kept, key = self.by_account[posting.account], suspense_key(record, posting)
        money = kept.get(key)
        if money is None:
            number = str(posting.meta.get(v.BANK_NUMBER) or record.text(v.NUMBER))
            text = str(posting.meta.get(v.BANK_TEXT) or record.narration)
            day = suspense_day(record, posting)
            money = kept[key] = SuspenseItem(
                key, number, day, posting.account, record.payee, text, place=record.place
            )
        money.cents -= posting.cents
        if not money.cents:
            del kept[key]

    def to_data(self) -> Mapping[str, Any]:
        """Return the state as plain JSON data."""
        return {"unclear": _data(self.suspense), "opening": _data(self.opening)}

    @classmethod
    def from_data(cls, book: Book, data: Mapping[str, Any]) -> Self:
        """Return the fold whose state `to_data` wrote."""
        return cls(book, _held(data["unclear"]), _held(data["opening"]))


def _data(kept: Mapping[str, SuspenseItem]) -> list[list[Any]]:
    return [money.to_data() for money in kept.values()]


def _held(data: Iterable[list[Any]]) -> dict[str, SuspenseItem]:
    return {row[0]: SuspenseItem.from_data(row) for row in data}
