"""What new bank lines moved in the books: on demands, on refunds, as payments that came back, as money in suspense.

The amounts are those of the entries, each in its direction: a line that pays more than is open is two amounts.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from enum import StrEnum
from typing import Any, NamedTuple

from kkd_ledger.book.config import Book
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Posting, Record, Transaction
from kkd_ledger.money import plain


class What(StrEnum):
    """What a bank line moved: a demand, a refund, a returned payment, or money in suspense."""

    DEMAND = "Anforderungen zugeordnet"
    REFUND = "Erstattungen zugeordnet"
    RETURNED = "zurückgekommen, die Posten sind wieder offen"
    CHARGE = "Bankentgelte"
    SUSPENSE = "als ungeklärt gebucht"


class MovedAmount(NamedTuple):
    """An amount that a bank line moved, in cents signed like the line (receipts positive), and the item if any."""

    what: What
    cents: int
    posten: str
    record: Transaction

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON data."""
        return {
            "what": self.what.name.lower(),
            "amount": plain(self.cents),
            "posten": self.posten,
            "nr": self.record.text(v.NUMBER),
            "day": self.record.date.isoformat(),
            "payee": self.record.payee,
        }


def moved(book: Book, records: Iterable[Record], keys: Container[str]) -> tuple[MovedAmount, ...]:
    """Return what the bank lines with these keys moved, in journal order."""
    kinds = {v.Kind.PAYMENT, v.Kind.RETURN, v.Kind.SUSPENSE}
    return tuple(
        amount
        for record in records
        if isinstance(record, Transaction)
        and record.text(v.BANK_REFERENCE) in keys
        and record.text(v.KIND) in kinds
        for amount in _parts(book, record)
    )


def _parts(book: Book, record: Transaction) -> Iterator[MovedAmount]:
    for leg in record.postings:
        if leg.account not in book.settings.bank_accounts:
            yield MovedAmount(_what(book, leg), -leg.cents, str(leg.meta.get(v.ITEM, "")), record)


def _what(book: Book, leg: Posting) -> What:
    if v.ITEM not in leg.meta:
        return What.CHARGE if leg.account.startswith(v.RESULT_ROOTS) else What.SUSPENSE
    receivable = leg.account.startswith(v.ASSETS)
    if receivable == (leg.cents > 0):  # it opens the item again
        return What.RETURNED
    return What.DEMAND if receivable == book.is_operator else What.REFUND


def moved_rows(amounts: Iterable[MovedAmount]) -> Iterator[tuple[What, bool, list[MovedAmount]]]:
    """Yield by what was moved and by direction (True: receipts) the amounts, in the order of What."""
    listed = list(amounts)
    for what in What:
        for incoming in (True, False):
            if group := [
                amount for amount in listed if amount.what == what and (amount.cents > 0) == incoming
            ]:
                yield what, incoming, group
