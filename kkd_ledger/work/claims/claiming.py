"""A claim is booked: its entry with the rates in which it is due, and what is set off with it in the same batch."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kkd_ledger.agreement import Due
from kkd_ledger.agreement.dues.due_parts import divided
from kkd_ledger.agreement.dues.plans import sets_off
from kkd_ledger.book.config import Book
from kkd_ledger.book.entries import (
    Authorisation,
    CorrectionCause,
    move_entry,
    offset_entry,
    used_provision,
)
from kkd_ledger.book.entries.billed_items import billed_items
from kkd_ledger.book.state.dispositions import OrderedDue
from kkd_ledger.book.state.items import Item
from kkd_ledger.book.state.posten import is_settlement
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Custom, Transaction
from kkd_ledger.money import format_eur, plain
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.session import Session


class Offset(NamedTuple):
    """An entry that set a credit off against a claim of the same share: its number, both items, cents unsigned."""

    number: str
    claim: str
    credit: str
    cents: int

    @property
    def text(self) -> str:
        """What was done, and how it is taken back."""
        return (
            f"{self.number} rechnet auf: {format_eur(self.cents)} von {self.credit} gegen {self.claim} "
            f"(`kkd reverse BUCH {self.number} --reason GRUND --by NAME` nimmt es zurück)"
        )

    def as_json(self) -> dict[str, str]:
        """Return it as plain JSON data."""
        return {
            "number": self.number,
            "claim": self.claim,
            "credit": self.credit,
            "amount": plain(self.cents),
        }


class Claimed(NamedTuple):
    """What was booked with a claim: what was set off, and in German what it used up of a provision, an entry each."""

    offsets: tuple[Offset, ...] = ()
    provisions: tuple[str, ...] = ()


def add_claim(
    work: Session,
    entry: Transaction,
    month: BookingMonth,
    order: Authorisation,
    rates: Sequence[Custom] = (),
) -> Claimed:
    """Add the entry of a claim, with the rates in which it is due, or of a credit; return what was booked with it.

    A credit is set off against what is open of the same share by an entry of its own, of a bill of charges against that
    bill first: whoever finds that it crossed a payment reverses it (`kkd reverse`).
    """
    made: list[Offset] = []
    share = entry.text(v.PARTY), int(entry.text(v.SERVICE_YEAR))
    is_first = share not in work.items.booked
    work.add([entry, *rates], month)
    work.items.take([entry, *rates])
    used = tuple(_use_provision(work, entry, month, order))
    if is_first:  # nothing of the share can be open beside it, and looking costs a walk over all items
        return Claimed(tuple(_set_off_next(work, share[0], entry.date, month, order)), used)
    _move_payments(work, entry, month, order)
    made += (
        _set_off(work, pair, entry.date, month, order)
        for pair in _offsets(work, *share, _of_bill(work.book, entry))
    )
    made += _set_off_next(work, share[0], entry.date, month, order)
    return Claimed(tuple(made), used)


def _set_off(
    work: Session, pair: tuple[Item, Item], day: dt.date, month: BookingMonth, order: Authorisation
) -> Offset:
    """Add the entry that sets a credit off against a claim: against the rates that the credit names, else the first."""
    claim, credit = pair
    cents = min(abs(claim.open_cents), abs(credit.open_cents))
    receivable, payable = (claim, credit) if claim.sign > 0 else (credit, claim)
    parts = divided([Due(*rate) for rate in credit.plan], cents) if claim.plan else ()
    rates = [OrderedDue(due.day, min(due.cents, claim.rate_cents(due.day))) for due in parts]
    rates = [rate for rate in rates if rate.cents]
    cause = CorrectionCause(f"{credit.posten} mindert, was auf {claim.posten} noch offen ist", "", order)
    offset = offset_entry(work.book, receivable, payable, cents, day=day, cause=cause, rates=rates)
    (number,) = work.add([offset], month)
    work.items.take([offset])
    return Offset(number, claim.posten, credit.posten, cents)


def _set_off_next(
    work: Session, party: str, day: dt.date, month: BookingMonth, order: Authorisation
) -> Iterator[Offset]:
    """Set credits of settlements off against the next rate of the party, where the agreement says so.

    That is what is due on just the credit's own day; what the rate does not take is paid out on it.
    """
    if not any(plan.settlement and plan.settlement.by == "offset" for plan in work.book.agreement.dues):
        return
    own, terms = 1 if work.book.is_operator else -1, work.book.agreement.terms(day)
    items = [item for item in work.items.items.moving.values() if item.party == party]
    given = [item for item in items if item.sign != own and is_settlement(item.posten)]
    for credit in given:
        if not sets_off(terms, credit.service_year, party):
            continue
        for claim in items:
            due = credit.due_on
            rate = claim.due == due if not claim.plan else claim.rate_cents(due) > 0
            both_open = claim.open_cents * own > 0 > credit.open_cents * own
            if claim.sign == own and claim.posten != credit.posten and rate and both_open:
                yield _set_off(work, (claim, credit), day, month, order)


def _use_provision(
    work: Session, entry: Transaction, month: BookingMonth, order: Authorisation
) -> Iterator[str]:
    """Let a claim use up what was provided for its share, and yield what was booked."""
    accounts = work.book.settings.accounts_ever("provisions")
    if not any(work.known_book.progress.books.balance_cents(account) for account in accounts):
        return
    records = (*work.reading.records, *work.added)
    for record in used_provision(work.book, records, entry, order):
        (number,) = work.add([record], month)
        cents = max(leg.cents for leg in record.postings)
        yield f"{number} {record.narration}: {format_eur(cents)} ({record.text(v.REASON)})"


def _move_payments(work: Session, entry: Transaction, month: BookingMonth, order: Authorisation) -> None:
    """Move what was paid on advances that a settlement takes over all the same: the other side did not know of it."""
    names = [str(leg.meta[v.ITEM]) for leg in entry.postings if v.ITEM in leg.meta]
    target, *advances = (work.items.items[name] for name in names)
    for advance in advances:
        rest = max(0, -advance.open_cents * advance.sign)
        for part in reversed(advance.paid):
            if moved := min(rest, abs(part.cents)):
                cause = CorrectionCause(f"{target.posten} nimmt {advance.posten} auf", "", order)
                record = move_entry(work.book, part, (advance, target), moved, day=entry.date, cause=cause)
                work.add([record], month)
                work.items.take([record])
                rest -= moved


def _of_bill(book: Book, entry: Transaction) -> frozenset[str]:
    """Return the items of the bill of charges that an entry changes; none of a share, nor of a new bill."""
    items = billed_items(book, int(entry.text(v.SERVICE_YEAR)))
    named = (items.get(str(leg.meta[v.ITEM])) for leg in entry.postings if v.ITEM in leg.meta)
    own = {change.bill for change in named if change and change.before}
    return frozenset(name for name, change in items.items() if change.bill in own) if own else frozenset()


def _offsets(
    work: Session, party: str, service_year: int, first: frozenset[str]
) -> Iterator[tuple[Item, Item]]:
    """Yield what a share still has open on both sides, a claim and a credit at a time: some first, then the oldest."""
    own = 1 if work.book.is_operator else -1
    items = [
        item
        for item in work.items.items.moving.values()
        if (item.party, item.service_year) == (party, service_year)
    ]
    items.sort(key=lambda item: item.posten not in first)
    claims = [item for item in items if item.sign == own and item.open_cents * own > 0]
    for credit in (item for item in items if item.sign != own and item.open_cents * own < 0):
        for claim in claims:
            if claim.open_cents * own > 0 > credit.open_cents * own:
                yield claim, credit
