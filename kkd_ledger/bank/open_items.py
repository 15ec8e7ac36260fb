"""What may be paid: open items and settled payments, indexed by reference, payer and amount, used up in order."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from kkd_ledger.bank.characters import told
from kkd_ledger.bank.mentions import Names, References, compact
from kkd_ledger.bank.statements import StatementLine

RECEIVABLE: Final = "forderung"
PAYABLE: Final = "verbindlichkeit"


@dataclass(frozen=True, slots=True)
class Paid:
    """A settled part of an item: the key of the bank line and its cents; the references where they are known."""

    bankref: str
    cents: int
    end_to_end: str = ""
    mandate: str = ""
    iban: str = ""


@dataclass(frozen=True, slots=True)
class OpenItem:
    """One demand: a `forderung` (money comes in) or a `verbindlichkeit` (money goes out).

    `open_cents` is what is still to be paid, 0 for a settled item: such an item still shows that a payment is one
    too many, and its `paid` parts are what a return gives back.
    """

    posten: str
    party: str
    direction: str
    open_cents: int
    due: dt.date
    payment_reference: str
    document: str | None = None
    agreed_ibans: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    paid: tuple[Paid, ...] = ()


@dataclass(slots=True)
class Payment:
    """One settled payment with all items that it settled, as a return may give it back."""

    bankref: str
    direction: str
    parts: dict[str, int]
    gross_cents: int
    end_to_end: str = ""
    mandate: str = ""


class _Bag:
    """An ordered set that stays quick while its members go from the front: it is rebuilt now and then."""

    _STALE_MAX: Final = 1000

    def __init__(self) -> None:
        self._members: dict[str, None] = {}
        self._stale = 0

    def add(self, member: str) -> None:
        self._members[member] = None

    def discard(self, member: str) -> None:
        if member in self._members:
            del self._members[member]
            self._stale += 1
            if self._stale > self._STALE_MAX:
                self._members, self._stale = dict(self._members), 0

    def first(self, most: int) -> list[str]:
        return list(islice(self._members, most))

    def __len__(self) -> int:
        return len(self._members)


_NONE: Final = _Bag()


class OpenItems:
    """The open items while lines are placed one after the other; amounts are used up as it goes."""

    def __init__(self, items: Iterable[OpenItem]) -> None:
        self.items: dict[str, OpenItem] = {item.posten: item for item in items}
        self._open: dict[str, int] = {posten: item.open_cents for posten, item in self.items.items()}
        self._by_reference: defaultdict[str, list[str]] = defaultdict(list)
        self._by_party: defaultdict[tuple[str, str], _Bag] = defaultdict(_Bag)
        self._by_amount: defaultdict[tuple[str, int], _Bag] = defaultdict(_Bag)
        self._by_party_amount: defaultdict[tuple[str, str, int], _Bag] = defaultdict(_Bag)
        self._parties_of_iban: defaultdict[str, set[str]] = defaultdict(set)
        self._told: list[tuple[OpenItem, Paid]] = []
        self._payments: dict[str, Payment] = {}
        self._payments_of: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        names: defaultdict[str, set[str]] = defaultdict(set)
        for item in self.items.values():
            self._add(item)
            names[item.party].update(item.names)
        self._names = Names(names)
        self.references = References(self._by_reference)

    def _add(self, item: OpenItem) -> None:
        for reference in {compact(item.payment_reference), compact(item.document or "")} - {""}:
            self._by_reference[reference].append(item.posten)
        for iban in item.agreed_ibans:
            self._parties_of_iban["".join(iban.split()).upper()].add(item.party)
        self._enter(item.posten)
        self._told += ((item, paid) for paid in item.paid)

    def _bags(self, posten: str) -> tuple[_Bag, _Bag, _Bag]:
        item, cents = self.items[posten], self._open[posten]
        return (
            self._by_party[item.party, item.direction],
            self._by_amount[item.direction, cents],
            self._by_party_amount[item.party, item.direction, cents],
        )

    def _enter(self, posten: str) -> None:
        if self._open[posten] > 0:
            for bag in self._bags(posten):
                bag.add(posten)

    def _change(self, posten: str, cents: int) -> None:
        """Add so much to what is open of an item, and enter it under its new amount."""
        for bag in self._bags(posten):
            bag.discard(posten)
        self._open[posten] += cents
        self._enter(posten)

    def _remember(self) -> None:
        """Enter the payments that were told of: only a return and a payment that names nothing ask for them."""
        for item, paid in self._told:
            self._enter_payment(item, paid)
        self._told.clear()

    def _enter_payment(self, item: OpenItem, paid: Paid) -> None:
        payment = self._payments.get(paid.bankref)
        if payment is None:
            payment = Payment(paid.bankref, item.direction, {}, 0, told(paid.end_to_end), told(paid.mandate))
            self._payments[paid.bankref] = payment
            for sort, value in (("e2e", payment.end_to_end), ("mandat", payment.mandate)):
                if value:
                    self._payments_of[sort, value].append(paid.bankref)
        payment.parts[item.posten] = payment.parts.get(item.posten, 0) + paid.cents
        payment.gross_cents += paid.cents
        self._payments_of["posten", item.posten].append(paid.bankref)
        self._payments_of[f"zahler {item.direction} {item.party}", str(payment.gross_cents)].append(
            paid.bankref
        )

    def open_cents(self, posten: str) -> int:
        """Return what is still open of an item."""
        return self._open[posten]

    def named(self, reference: str, direction: str) -> Sequence[str]:
        """Return the items of a direction that carry the (compact) reference or document number."""
        postens = self._by_reference.get(reference, ())
        return [posten for posten in postens if self.items[posten].direction == direction]

    def is_document(self, posten: str, reference: str) -> bool:
        """Tell whether the reference is the item's document number and not its payment reference."""
        return compact(self.items[posten].payment_reference) != reference

    def payers(self, line: StatementLine) -> Mapping[str, str]:
        """Return the parties that the line may come from or go to, each with "iban" or "name"."""
        by_name = {
            party
            for name in (line.counterparty, line.ultimate)
            if name
            for party in self._names.parties(name)
        }
        by_iban = self._parties_of_iban.get(line.iban, set()) if line.iban else set()
        return {party: "iban" if party in by_iban else "name" for party in sorted(by_iban | by_name)}

    def with_amount(self, direction: str, cents: int, party: str | None = None, most: int = 8) -> list[str]:
        """Return items of which exactly so much is open, of one party or of all; at most `most`."""
        if party is None:
            return self._by_amount.get((direction, cents), _NONE).first(most)
        return self._by_party_amount.get((party, direction, cents), _NONE).first(most)

    def open_of(self, party: str, direction: str, most: int) -> list[str]:
        """Return a party's open items, earliest due first; an empty list where there are more than `most`."""
        bag = self._by_party.get((party, direction), _NONE)
        if len(bag) > most:
            return []
        return sorted(bag.first(most), key=lambda posten: (self.items[posten].due, posten))

    def settle(self, line: StatementLine, key: str, allocations: Iterable[tuple[str, int]]) -> None:
        """Use up what a placed line pays, and remember the payment for a later return."""
        for posten, cents in allocations:
            assert 0 < cents <= self._open[posten], "an item is never paid beyond what is open"
            self._change(posten, -cents)
            paid = Paid(key, cents, line.end_to_end, line.mandate, line.iban)
            self._told.append((self.items[posten], paid))

    def reopen(self, bankref: str) -> None:
        """Open again what a returned payment had settled; the payment cannot be returned twice."""
        self._remember()
        payment = self._payments.pop(bankref)
        for posten, cents in payment.parts.items():
            self._change(posten, cents)

    def payments(self, sort: str, value: str) -> Iterator[Payment]:
        """Yield the payments known under a reference ("e2e"), mandate ("mandat") or item ("posten")."""
        self._remember()
        for bankref in dict.fromkeys(self._payments_of.get((sort, value), ())):
            if bankref in self._payments:
                yield self._payments[bankref]

    def payments_by(self, party: str, direction: str, cents: int) -> Iterator[Payment]:
        """Yield the payments of a party that settled exactly so much."""
        for payment in self.payments(f"zahler {direction} {party}", str(cents)):
            if payment.gross_cents == cents:
                yield payment
