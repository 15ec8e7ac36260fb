"""What is open, folded once: the items (posten) that claims make and payments settle, and the money nobody has placed.

Who works with a book (`claims`) and the rule that says what must hold (`plugins/open_items`) build on this fold. They
differ in what they remember of items that are done: that is `wake`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, NamedTuple

from kkd_ledger.book.config import Book
from kkd_ledger.book.settings import REMISSION
from kkd_ledger.book.state.dispositions import Disposition
from kkd_ledger.book.state.item_register import ItemRegister
from kkd_ledger.book.state.items import Item, ItemPart, SuspenseItem
from kkd_ledger.book.state.suspense import SuspenseMoney
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Custom, Document, Euro, Posting, Transaction
from kkd_ledger.periods import year_in


class Moved(NamedTuple):
    """A leg and its item: None where no item of that name is booked; `made` where the leg began the item."""

    posting: Posting
    item: Item | None
    made: bool


class Ordered(NamedTuple):
    """The posten that an order names, and its item; None where none is open or an instalment has no order."""

    posten: str
    item: Item | None


def claims_item(record: Transaction) -> bool:
    """Tell whether an entry makes items: a share, a subsidy, a correction."""
    return record.meta.get(v.KIND) in v.SHARE_KINDS


def unclaims_item(record: Transaction) -> bool:
    """Tell whether a reversal takes back a claim: then it names the day of the figures, as claims do."""
    return record.meta.get(v.KIND) == v.Kind.REVERSAL and v.KNOWN in record.meta


@dataclass
class OpenItems:
    """The fold: open items, money in suspense by its bank line, and what lay on the account when the book began."""

    book: Book
    items: ItemRegister = field(default_factory=ItemRegister)
    suspense: dict[str, SuspenseItem] = field(default_factory=dict)
    opening: dict[str, SuspenseItem] = field(default_factory=dict)
    keeps_settlements: ClassVar[bool] = True
    """Whether it is kept what settled an item: which bank line, and what was given up."""

    @cached_property
    def _money(self) -> SuspenseMoney:
        return SuspenseMoney(self.book, self.suspense, self.opening)

    def move(self, record: Transaction, *, is_new: bool = False) -> list[Moved]:
        """Take an entry; return the legs of claims, of unknown items and of items settled beyond their claim.

        Rules look at those. With `is_new` the entry is a share of which nothing is at rest, so that the items at rest
        are not read.
        """
        kind, moving, money = record.meta.get(v.KIND), self.items.moving, self._money
        suspense = money.by_account
        makes = kind in v.SHARE_KINDS
        is_claim = makes or unclaims_item(record)
        moved = []
        for posting in record.postings:
            account, cents, facts = posting
            if facts and v.ITEM in facts:
                item, made = moving.get(str(facts[v.ITEM])), False
                if item is None or (makes and not item.claimed_cents):
                    item, made = self._named(item, record, posting, makes=makes, is_new=is_new), makes
                if item:
                    item.open_cents += cents
                    if not item.open_cents:
                        item.disposition = None
                    if is_claim:
                        item.claimed_cents += cents
                        item.plan = item.plan if item.claimed_cents else []
                        item.lowered_cents = item.lowered_cents if item.plan else 0
                    else:
                        self._settle(record, item, posting)
                if makes or item is None or item.open_cents * item.sign < 0:
                    moved.append(Moved(posting, item, made))
            if account in suspense:
                money.move(record, posting)
        return moved

    def wake(self, record: Transaction, posting: Posting) -> Item | None:  # noqa: ARG002 - the rule asks for the entry
        """Return the item at rest that a leg names, moving again; None where there never was one."""
        return self.items.wake(str(posting.meta[v.ITEM]))

    def _named(
        self, item: Item | None, record: Transaction, posting: Posting, *, makes: bool, is_new: bool
    ) -> Item | None:
        """Return the item that a leg names and that does not move (any more), which a claim begins (again)."""
        if item is None and not is_new:
            item = self.wake(record, posting)
        if makes and not (item and item.claimed_cents):
            item = self._claimed(item, record, posting, is_new=is_new)
        return item

    def _settle(self, record: Transaction, item: Item, posting: Posting) -> None:
        """Take what settles an item: it may name the rate that it lowers."""
        cents = posting.cents
        if isinstance(rate := posting.meta.get(v.DUE), dt.date):
            item.lower_rate(rate, -cents * item.sign)
        if not self.keeps_settlements:
            return
        line = record.meta.get(v.BANK_REFERENCE)
        if line:
            item.settle(ItemPart(str(line), cents, record.date.isoformat()))
        elif any(self.book.bears(leg.account, *REMISSION) for leg in record.postings):
            item.remitted_cents -= cents * item.sign
        elif any(self.book.bears(leg.account, "handed_over") for leg in record.postings):
            item.internal_cents -= cents * item.sign

    def _claimed(self, item: Item | None, record: Transaction, posting: Posting, *, is_new: bool) -> Item:
        if item is None:
            text, party = record.text(v.SERVICE_YEAR), record.text(v.PARTY)
            year = year_in(text) or 0
            if not is_new:
                self.items.wake_all(party, year)
            item = self.items.add(Item(str(posting.meta[v.ITEM]), posting.account, party, year))
        item.reference, item.document = record.text(v.REFERENCE), record.text(v.DEMAND)
        item.due, item.booked, item.place = record.day(v.DUE), record.date, record.place
        return item

    def demand(self, record: Document) -> None:
        """Take the day that a demand's document says, where a claim is due some days after it: it names no other."""
        due, posten = record.meta.get(v.DUE), record.meta.get(v.ITEM)
        if not isinstance(due, dt.date):
            return
        number = str(record.meta.get(v.DEMAND, ""))
        items = self.items.moving.values()
        named = self.items.moving.get(str(posten)) if posten else None
        item = named or next((item for item in items if number and item.document == number), None)
        if item:
            item.due = due

    def order(self, record: Custom) -> Ordered | None:
        """Take an order about an item (`verfuegung`, `rate`); return None for other customs and for unusable values."""
        match record.kind, record.values:
            case v.CustomType.DISPOSITION, (str(posten), str(kind), str(_), dt.date() as until) if (
                kind in set(v.DispositionKind)
            ):
                if item := self.items.moving.get(posten):
                    item.disposition = _ordered(kind, until, item)
                return Ordered(posten, item)
            case v.CustomType.INSTALMENT, (str(posten), dt.date() as due, Euro(cents)):
                item = self.items.moving.get(posten)
                order = item.disposition if item else None
                if order and order.kind == v.DispositionKind.INSTALMENTS:
                    order.instalments.append((due, cents))
                elif order or not item or not _fits(item, cents):
                    return Ordered(posten, None)
                else:
                    item.plan.append((due, cents))
                return Ordered(posten, item)
        return None


def _fits(item: Item, cents: int) -> bool:
    """Tell whether a rate belongs to the due plan of a claim: together they are never more than it."""
    return sum(part for _, part in item.plan) + cents <= item.claimed_cents * item.sign


def _ordered(kind: str, until: dt.date, item: Item) -> Disposition | None:
    """Return what an order makes of an item; None where it leads back to the item's own day, as if nothing was ordered.

    Nothing but instalments makes an item due before its own day: of a claim with a due plan the rates until the day of
    the order wait, the later ones keep their days.
    """
    if kind == v.DispositionKind.INSTALMENTS:
        return Disposition(kind, until, item.open_cents)
    if until <= item.own_due:
        return None
    later: dict[dt.date, int] = {}
    for due in item.rates_left:
        day = max(due.day, until)
        later[day] = later.get(day, 0) + due.cents
    return Disposition(kind, max([until, *later]), item.open_cents, list(later.items()))
