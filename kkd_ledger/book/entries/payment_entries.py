"""Bank lines → entries: what a line settles, what it charges, and what nobody can place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kkd_ledger.book.config import Book
from kkd_ledger.book.entries.authorisation import Authorisation, ordered
from kkd_ledger.book.state.items import Item
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Posting, Transaction, Value

_NO_META: Final[Mapping[str, Value]] = {}


@dataclass(frozen=True)
class Payment:
    """A bank line as it is booked, in signed cents (receipts positive): what it settles, charges and the rest.

    `settles` names items with what the line moves on each; moves, charges and rest add up to the line.
    """

    kind: v.Kind
    date: dt.date
    bank_reference: str
    cents: int
    payee: str
    text: str
    settles: tuple[tuple[Item, int], ...]
    charges_cents: int
    rest_cents: int
    reasons: tuple[str, ...]


def payment_entry(
    book: Book, payment: Payment, recorded: dt.date, booked: dt.date | None = None, *, decided_by: str = ""
) -> Transaction:
    """Return the entry of a bank line; what nobody can place goes to the accounts for money in suspense.

    It bears the bank's booking day, or where that day's month is sealed the day `booked`, and names the bank's. What a
    person decided about it is that person's, not a job's under the general order and its limit.
    """
    moved = sum(cents for _, cents in payment.settles) + payment.charges_cents + payment.rest_cents
    assert moved == payment.cents, "moves, charges and rest add up to the line"
    legs = [Posting(book.settings.bank.account, payment.cents, _NO_META)]
    legs += [Posting(item.account, -cents, {v.ITEM: item.posten}) for item, cents in payment.settles]
    if payment.charges_cents:
        legs.append(Posting(book.account("bank_charges"), -payment.charges_cents, _NO_META))
    if payment.rest_cents:
        role = "unclear_in" if payment.rest_cents > 0 else "unclear_out"
        legs.append(Posting(book.account(role), -payment.rest_cents, _NO_META))
    meta: dict[str, Value] = {
        v.KIND: payment.kind,
        v.RECORDED: recorded,
        v.BANK_REFERENCE: payment.bank_reference,
        v.REASON: "; ".join(payment.reasons),
    }
    booked = booked or payment.date
    if booked != payment.date:
        meta[v.BANK_DAY] = payment.date
    links = sorted({f"{book.agreement.id}-{item.service_year}-{item.party}" for item, _ in payment.settles})
    meta |= {v.CAUSED: decided_by} if decided_by else Authorisation(recorded).meta(book)
    legs.sort(key=lambda leg: leg.cents < 0)
    return Transaction(booked, payment.payee, payment.text, (), tuple(links), ordered(meta), tuple(legs))
