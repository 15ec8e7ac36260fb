"""What is ordered in a debtor's favour: a remission → an entry; deferral, instalments and suspension → dated facts.

Only a remission (Erlass) gives a claim up. What is deferred or suspended stays owed and is not booked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from kkd_ledger.book.config import Book
from kkd_ledger.book.entries.authorisation import name_of, ordered
from kkd_ledger.book.entries.correction_entries import CorrectionCause
from kkd_ledger.book.state.items import Item
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Custom, Euro, Posting, Transaction, Value

_NO_META: Final[Mapping[str, Value]] = {}


class Instalment(NamedTuple):
    """One part of an item that is paid in parts: when it is due, and how much, in cents."""

    due: dt.date
    cents: int


def remission_account(book: Book, item: Item) -> str | None:
    """Return the account that bears a remission: what we give up is an expense, what we are let off an income.

    None where book.toml names none.
    """
    accounts = book.settings.accounts
    return accounts.remission_expense if item.sign > 0 else accounts.remission_income


def remission_entry(
    book: Book, item: Item, cents: int, account: str, *, day: dt.date, cause: CorrectionCause
) -> Transaction:
    """Return the entry that gives up `cents` of what is open on an item, by order."""
    legs = (
        Posting(account, item.sign * cents, _NO_META),
        Posting(item.account, -item.sign * cents, {v.ITEM: item.posten}),
    )
    meta = cause.meta(book) | {
        v.KIND: v.Kind.REMISSION,
        v.AGREEMENT: book.agreement.id,
        v.PARTY: item.party,
        v.SERVICE_YEAR: str(item.service_year),
    }
    return Transaction(
        day,
        name_of(book, book.counterparty(item.party)),
        f"Erlass {item.posten}",
        (),
        (f"{book.agreement.id}-{item.service_year}-{item.party}",),
        ordered(meta),
        tuple(sorted(legs, key=lambda leg: leg.cents < 0)),
    )


def disposition(
    book: Book,
    posten: str,
    kind: v.DispositionKind,
    until: dt.date,
    instalments: Iterable[Instalment],
    *,
    day: dt.date,
    cause: CorrectionCause,
) -> Iterator[Custom]:
    """Yield what was ordered about an item, and its instalments where it is paid in parts."""
    meta = cause.meta(book)
    values = (posten, str(kind), cause.order.ordered_by, until)
    yield Custom(day, v.CustomType.DISPOSITION, values, ordered(meta))
    for instalment in instalments:
        yield Custom(day, v.CustomType.INSTALMENT, (posten, instalment.due, Euro(instalment.cents)), {})
