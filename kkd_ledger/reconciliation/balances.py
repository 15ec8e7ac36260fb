"""Statement of balances (Saldenbestätigung): what one side's books say about the other.

All amounts are seen from the demand: positive is what the member owes the operator, whichever side's books they are.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kkd_ledger.agreement import resolution
from kkd_ledger.agreement.facts.spans import CALENDAR, ServiceYear
from kkd_ledger.book.config import Book
from kkd_ledger.book.state.claims import claims
from kkd_ledger.book.state.open_items import claims_item, unclaims_item
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Record, Transaction

Move = tuple[dt.date, int]
_MovesByItem = defaultdict[str, list[Move]]
Moves = tuple[Move, ...]


def sum_of(moves: Iterable[Move]) -> int:
    """Return what moves come to, in cents."""
    return sum(cents for _, cents in moves)


@dataclass(frozen=True, slots=True)
class ItemBalance:
    """One open item: every claim on it (the demand and what lowered it later), every payment, and what is left.

    `others` settle it without money: what was offset or remitted. All of a refund is negative.
    """

    posten: str
    service_year: int
    reference: str
    document: str
    claims: Moves
    payments: Moves
    open_cents: int
    others: Moves = ()

    @property
    def refund(self) -> bool:
        """Whether the operator owes it to the member."""
        return (self.claims[0][1] if self.claims else self.open_cents) < 0

    @property
    def undone(self) -> bool:
        """Whether nothing of it holds: what was claimed and what settled it was taken back whole."""
        return not (self.claimed_cents or self.paid_cents or self.settled_cents or self.open_cents)

    @property
    def settlements(self) -> Moves:
        """Whatever settled it, by days."""
        return tuple(sorted((*self.payments, *self.others), key=lambda move: move[0]))

    @property
    def settled_cents(self) -> int:
        """What has moved on it in any way but by claims."""
        return sum_of(self.settlements)

    @property
    def claimed_cents(self) -> int:
        """What is demanded in all."""
        return sum_of(self.claims)

    @property
    def paid_cents(self) -> int:
        """What has moved on it by payments."""
        return sum_of(self.payments)


@dataclass(frozen=True)
class Balances:
    """One side's statement about one member, as of the last day of its newest month or an earlier day."""

    agreement: str
    side: str
    member: str
    title: str
    as_of: dt.date
    resolved: bool
    items: tuple[ItemBalance, ...]
    service_year: ServiceYear = CALENDAR

    def year_name(self, year: int) -> str:
        """Return what people call a service year of the agreement."""
        return self.service_year.name(year)

    @property
    def open_cents(self) -> int:
        """What the member owes over all items; refunds are not taken off."""
        return sum(max(0, item.open_cents) for item in self.items)

    @property
    def refund_cents(self) -> int:
        """What the operator owes back over all items, unsigned."""
        return sum(max(0, -item.open_cents) for item in self.items)


def _moneyless(record: Transaction) -> bool:
    """Tell whether an entry settles items without money: sets one off, gives one up, ends one in the house."""
    return record.text(v.KIND) in {v.Kind.OFFSET, v.Kind.REMISSION, v.Kind.INTERNAL}


def _moves(entries: Sequence[Transaction], sign: int) -> tuple[_MovesByItem, _MovesByItem, _MovesByItem]:
    """Return by posten what entries claim, pay, and settle without money; `sign` is -1 in a member's book."""
    claimed, paid, others = _MovesByItem(list), _MovesByItem(list), _MovesByItem(list)
    moneyless = {entry.text(v.NUMBER) for entry in entries if _moneyless(entry)}
    for entry in entries:
        if claims_item(entry) or unclaims_item(entry):
            moves, way = claimed, sign
        else:
            is_paid = moneyless.isdisjoint({entry.text(v.NUMBER), entry.text(v.REVERSES)})
            moves, way = paid if is_paid else others, -sign
        for leg in entry.postings:
            if v.ITEM in leg.meta:
                moves[str(leg.meta[v.ITEM])].append((entry.date, way * leg.cents))
    return claimed, paid, others


def balances(book: Book, records: Iterable[Record], member: str, as_of: dt.date | None = None) -> Balances:
    """Return what a book says about one member's items up to a day (without: the newest month's last day)."""
    entries = tuple(records)
    newest = claims(book, entries).newest
    day = min(as_of or dt.date.max, newest.last_day if newest else dt.date.min)
    until = [record for record in entries if not isinstance(record, Transaction) or record.date <= day]
    sign = 1 if book.is_operator else -1
    claimed, paid, others = _moves([record for record in until if isinstance(record, Transaction)], sign)
    stated = (
        ItemBalance(
            item.posten,
            item.service_year,
            item.reference,
            item.document,
            tuple(claimed.get(item.posten, ())),
            tuple(paid.get(item.posten, ())),
            sign * item.open_cents,
            tuple(others.get(item.posten, ())),
        )
        for item in sorted(claims(book, until).items.values(), key=lambda item: item.posten)
        if item.party == member
    )
    items = tuple(balance for balance in stated if not balance.undone)
    resolved = resolution(book.agreement, member, day) is not None
    title, years = book.settings.title, book.agreement.service_year
    return Balances(book.agreement.id, book.party, member, title, day, resolved, items, years)
