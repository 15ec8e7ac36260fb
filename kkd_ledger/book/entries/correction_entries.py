"""Corrections without erasing: reversals, clearings of money in suspense, offsettings → entries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from kkd_ledger.book.config import Book
from kkd_ledger.book.entries.authorisation import Authorisation, name_of, ordered
from kkd_ledger.book.state.dispositions import OrderedDue
from kkd_ledger.book.state.items import Item, ItemPart, SuspenseItem, suspense_key
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Posting, Transaction, Value

EXPLAINED: Final = "durch Kontoauszug erklärt"
FOREIGN: Final = "gehört nicht in dieses Buch"
PASSED_ON: Final[Mapping[str, str]] = {
    "bank_charges": "Nebenkosten des Geldverkehrs",
    "handed_over": "gehört zu keinem Posten, an die Hauptbuchhaltung übergeben",
}
"""The roles of accounts that take money which belongs to no item → what it was."""
_NO_META: Final[Mapping[str, Value]] = {}
_CARRIED: Final = (v.AGREEMENT, v.PARTY, v.SERVICE_YEAR, v.KNOWN, v.BANK_REFERENCE)


@dataclass(frozen=True)
class CorrectionCause:
    """Why an entry corrects another one, who caused it, and under whose order it is booked."""

    reason: str
    by: str
    order: Authorisation

    def meta(self, book: Book) -> dict[str, Value]:
        """Return the metadata that says so."""
        meta: dict[str, Value] = {v.RECORDED: self.order.day, v.REASON: self.reason}
        return meta | ({v.CAUSED: self.by} if self.by else {}) | self.order.meta(book)


# ------------------------------------------------------------------------------------------------- reversals


def reversal_entry(
    book: Book,
    original: Transaction,
    *,
    day: dt.date,
    cause: CorrectionCause,
    prior: bool = False,
    lines: Mapping[str, Transaction] = MappingProxyType({}),
) -> Transaction:
    """Return the exact opposite of a booked entry; for a bank line the opposite of where its money was placed.

    A bank line is a fact: its money stays, and becomes unclear, with the day, number and text of the entry that booked
    it; `lines` are those entries by their bank lines. With `prior` the year of the original takes nothing
    any more: what is taken back counts in the extraordinary result, as every share of an earlier, closed year.
    """
    meta: dict[str, Value] = {key: original.meta[key] for key in _CARRIED if key in original.meta}
    if original.text(v.KIND) in v.SHARE_KINDS:
        meta.setdefault(v.KNOWN, original.date)
    meta |= {v.KIND: v.Kind.REVERSAL, v.REVERSES: original.text(v.NUMBER)} | cause.meta(book)
    tags = original.tags
    if prior:
        tags = tuple({*tags, v.PRIOR_PERIOD_TAG})
        meta |= {v.PERIOD_DECISION: _closed(original), v.PERIOD_DECISION_BY: _decider(book, cause)}
    suspense = book.settings.accounts_ever("unclear_in", "unclear_out")
    legs = [
        _in_suspense_again(leg, lines.get(suspense_key(original, leg))) if leg.account in suspense else leg
        for leg in taken_back(book, original, prior=prior)
    ]
    return Transaction(
        day,
        original.payee,
        f"Storno von {original.text(v.NUMBER)}: {original.narration}",
        tags,
        original.links,
        ordered(meta),
        tuple(sorted(legs, key=lambda leg: leg.cents < 0)),
    )


def taken_back(book: Book, original: Transaction, *, prior: bool = False) -> tuple[Posting, ...]:
    """Return the legs that take an entry back: their opposites; of a bank line only those that name items."""
    if moves_bank(book, original):
        return tuple(_unplaced(book, original))
    return tuple(_opposite(book, leg, prior=prior) for leg in original.postings)


def _in_suspense_again(leg: Posting, line: Transaction | None) -> Posting:
    """Return a leg of money in suspense that names the bank line it is of, as it was booked."""
    if line is None:
        return leg
    meta: dict[str, Value] = {
        v.BANK_REFERENCE: line.text(v.BANK_REFERENCE),
        v.BANK_NUMBER: line.text(v.NUMBER),
        v.BANK_DAY: line.day(v.BANK_DAY) or line.date,
    }
    return leg._replace(meta=ordered(meta | ({v.BANK_TEXT: line.narration} if line.narration else {})))


def moves_bank(book: Book, record: Transaction) -> bool:
    """Tell whether an entry moves the bank account, and so states what the bank says."""
    return any(leg.account in book.settings.bank_accounts for leg in record.postings)


def _opposite(book: Book, leg: Posting, *, prior: bool) -> Posting:
    account = leg.account
    if prior and account.startswith(v.RESULT_ROOTS):
        account = book.account("prior_period_expense" if leg.cents < 0 else "prior_period_income")
    return Posting(account, -leg.cents, leg.meta)


def _unplaced(book: Book, original: Transaction) -> Iterator[Posting]:
    placed = [leg for leg in original.postings if v.ITEM in leg.meta]
    bank = book.settings.bank_accounts
    line_cents = sum(leg.cents for leg in original.postings if leg.account in bank)
    yield from (Posting(leg.account, -leg.cents, leg.meta) for leg in placed)
    if placed:
        role = "unclear_in" if line_cents > 0 else "unclear_out"
        yield Posting(book.account(role), sum(leg.cents for leg in placed), _NO_META)


def _closed(original: Transaction) -> str:
    return (
        f"Das Jahr {original.date.year} ist abgeschlossen; Buchung {original.text(v.NUMBER)} wird storniert"
    )


def _decider(book: Book, cause: CorrectionCause) -> str:
    return cause.order.ordered_by or cause.by or book.settings.policy.general_order


# ------------------------------------------------------------------------------------- clearings, offsettings


def clearing_entry(
    book: Book,
    suspense: SuspenseItem,
    item: Item,
    cents: int,
    *,
    day: dt.date,
    cause: CorrectionCause,
) -> Transaction:
    """Return the entry that places money in suspense on an item; `cents` is signed like the bank line.

    It names the bank line, so that the money in suspense counts as placed and a return of the payment finds the item.
    """
    legs = [Posting(suspense.account, cents, _NO_META), Posting(item.account, -cents, {v.ITEM: item.posten})]
    meta = cause.meta(book) | {v.KIND: v.Kind.CLEARING, v.BANK_REFERENCE: suspense.key}
    return Transaction(
        day,
        suspense.payee,
        f"Klärung von {suspense.number}: {item.posten}",
        (),
        (_link(book, item),),
        ordered(meta),
        tuple(sorted(legs, key=lambda leg: leg.cents < 0)),
    )


def passed_on_entry(
    book: Book, suspense: SuspenseItem, role: str, cents: int, *, day: dt.date, cause: CorrectionCause
) -> Transaction:
    """Return the entry that books money in suspense where no item is: `cents`, signed like the bank line, to a role.

    The role is one of `PASSED_ON`. The entry names the bank line, so the money counts as placed.
    """
    legs = (Posting(suspense.account, cents, _NO_META), Posting(book.account(role), -cents, _NO_META))
    meta = cause.meta(book) | {v.KIND: v.Kind.CLEARING, v.BANK_REFERENCE: suspense.key}
    text = f"Klärung von {suspense.number}: {PASSED_ON[role]}"
    return Transaction(
        day, suspense.payee, text, (), (), ordered(meta), tuple(sorted(legs, key=lambda leg: leg.cents < 0))
    )


def refund_entry(
    book: Book,
    receipt: SuspenseItem,
    refund: SuspenseItem,
    cents: int,
    *,
    day: dt.date,
    cause: CorrectionCause,
) -> Transaction:
    """Return the entry that meets an unclear receipt with the payment that gave it back: "48 an 2800" in two steps."""
    legs = (
        Posting(receipt.account, cents, {v.BANK_REFERENCE: receipt.key}),
        Posting(refund.account, -cents, {v.BANK_REFERENCE: refund.key}),
    )
    meta = cause.meta(book) | {v.KIND: v.Kind.CLEARING}
    text = f"Klärung: {refund.number} gibt {receipt.number} zurück"
    return Transaction(day, receipt.payee, text, (), (), ordered(meta), legs)


def withdrawal_entry(
    book: Book,
    suspense: SuspenseItem,
    *,
    day: dt.date,
    cause: CorrectionCause,
    why: str = FOREIGN,
) -> Transaction:
    """Return the entry that takes money in suspense out of the book again: its bank line is none of ours after all.

    Only a pooled account has such lines; on either, a gap may be one that a statement explains. The bank account and
    the account for suspense are as if nothing was booked; the line may be booked anew, when a person decides so.
    """
    legs = (
        Posting(book.settings.bank.account, -suspense.cents, _NO_META),
        Posting(suspense.account, suspense.cents, _NO_META),
    )
    meta = cause.meta(book) | {v.KIND: v.Kind.CLEARING, v.BANK_REFERENCE: suspense.key}
    text = f"Klärung von {suspense.number}: {why}"
    return Transaction(
        day, suspense.payee, text, (), (), ordered(meta), tuple(sorted(legs, key=lambda leg: leg.cents < 0))
    )


def offset_entry(
    book: Book,
    receivable: Item,
    payable: Item,
    cents: int,
    *,
    day: dt.date,
    cause: CorrectionCause,
    rates: Sequence[OrderedDue] = (),
) -> Transaction:
    """Return the entry that sets `cents` of a receivable off against a payable of the same party, by order.

    `rates` are those of our own side's claim that it lowers (unsigned cents); what they do not name lowers the first.
    """
    legs = tuple(
        Posting(item.account, sign * part, {v.ITEM: item.posten} | ({v.DUE: due} if due else {}))
        for sign, item in ((1, payable), (-1, receivable))
        for due, part in _by_rate(rates if (item.sign > 0) == book.is_operator else (), cents)
    )
    meta = cause.meta(book) | {v.KIND: v.Kind.OFFSET}
    return Transaction(
        day,
        name_of(book, book.counterparty(receivable.party)),
        f"Aufrechnung {receivable.posten} gegen {payable.posten}",
        (),
        tuple(sorted({_link(book, receivable), _link(book, payable)})),
        ordered(meta),
        legs,
    )


def internal_entry(
    book: Book, item: Item, cents: int, *, day: dt.date, cause: CorrectionCause
) -> Transaction:
    """Return the entry that settles `cents` of a lead town's own item inside the house, by order.

    The main ledger takes it over: money of one and the same town never crosses a bank account for it.
    """
    legs = (
        Posting(book.account("handed_over"), item.sign * cents, _NO_META),
        Posting(item.account, -item.sign * cents, {v.ITEM: item.posten}),
    )
    meta = cause.meta(book) | {
        v.KIND: v.Kind.INTERNAL,
        v.AGREEMENT: book.agreement.id,
        v.PARTY: item.party,
        v.SERVICE_YEAR: str(item.service_year),
    }
    return Transaction(
        day,
        name_of(book, item.party),
        f"Interne Verrechnung {item.posten}",
        (),
        (_link(book, item),),
        ordered(meta),
        tuple(sorted(legs, key=lambda leg: leg.cents < 0)),
    )


def _by_rate(rates: Sequence[OrderedDue], cents: int) -> Iterator[tuple[dt.date | None, int]]:
    yield from rates
    if rest := cents - sum(due.cents for due in rates):
        yield None, rest


def move_entry(
    book: Book,
    part: ItemPart,
    items: tuple[Item, Item],
    cents: int,
    *,
    day: dt.date,
    cause: CorrectionCause,
) -> Transaction:
    """Return the entry that moves what a bank line paid from one item to another on the same side.

    It names the bank line, so that a return of the payment finds where its money is now.
    """
    source, target = items
    legs = (
        Posting(source.account, source.sign * cents, {v.ITEM: source.posten}),
        Posting(target.account, -target.sign * cents, {v.ITEM: target.posten}),
    )
    meta = cause.meta(book) | {v.KIND: v.Kind.CLEARING, v.BANK_REFERENCE: part.reference}
    return Transaction(
        day,
        name_of(book, book.counterparty(target.party)),
        f"Umbuchung einer Zahlung: {source.posten} an {target.posten}",
        (),
        tuple(sorted({_link(book, source), _link(book, target)})),
        ordered(meta),
        tuple(sorted(legs, key=lambda leg: leg.cents < 0)),
    )


def _link(book: Book, item: Item) -> str:
    return f"{book.agreement.id}-{item.service_year}-{item.party}"
