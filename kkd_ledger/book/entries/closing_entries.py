"""Closing entries: accruals, provisions, reclassifications and their release → entries without number and order.

A person certifies and orders them first (`kkd year-end`), so what is recorded when and by whom is added then.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final, NamedTuple

from kkd_ledger.book.config import Book
from kkd_ledger.book.entries.authorisation import Authorisation, name_of, ordered
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Posting, Transaction, Value

_NO_META: Final[Mapping[str, Value]] = {}
_NO_ORDER: Final = frozenset({v.RECORDED, v.GENERAL_ORDER, v.PROGRAM, v.NUMBER})


class ClosedShare(NamedTuple):
    """Whose share of which service year a closing entry is about."""

    party: str
    service_year: int


def closing_entry(
    book: Book,
    kind: v.Kind,
    claim: ClosedShare,
    *,
    day: dt.date,
    legs: Mapping[str, int],
    words: tuple[str, str],
) -> Transaction:
    """Return a closing entry about a share: `legs` are cents by account, `words` its narration and its reason."""
    meta: dict[str, Value] = {
        v.KIND: kind,
        v.AGREEMENT: book.agreement.id,
        v.PARTY: claim.party,
        v.SERVICE_YEAR: str(claim.service_year),
        v.REASON: words[1],
    }
    link = f"{book.agreement.id}-{claim.service_year}-{claim.party}"
    name = name_of(book, book.counterparty(claim.party))
    return Transaction(day, name, words[0], (), (link,), ordered(meta), _postings(legs))


def reclassification_entry(
    book: Book, party: str, *, day: dt.date, legs: Mapping[str, int], words: tuple[str, str]
) -> Transaction:
    """Return the entry that shows a balance on the side of the balance sheet to which it belongs."""
    meta: dict[str, Value] = {v.KIND: v.Kind.RECLASSIFICATION, v.AGREEMENT: book.agreement.id}
    meta |= {v.PARTY: party, v.REASON: words[1]}
    return Transaction(day, name_of(book, party), words[0], (), (), ordered(meta), _postings(legs))


def unordered(entry: Transaction) -> Transaction:
    """Return an entry as it is proposed: without number, day of recording and general order."""
    return entry._replace(meta={key: value for key, value in entry.meta.items() if key not in _NO_ORDER})


def certified(book: Book, entry: Transaction, order: Authorisation, voucher: tuple[str, str]) -> Transaction:
    """Return a proposed entry as it is booked: certified and ordered, with the proposal as its voucher."""
    meta: dict[str, Value] = {v.RECORDED: order.day, v.VOUCHER: voucher[0], v.VOUCHER_HASH: voucher[1]}
    return entry._replace(meta=ordered({**entry.meta, **meta, **order.meta(book)}))


def _postings(legs: Mapping[str, int]) -> tuple[Posting, ...]:
    postings = [Posting(account, cents, _NO_META) for account, cents in legs.items() if cents]
    return tuple(sorted(postings, key=lambda leg: leg.cents < 0))
