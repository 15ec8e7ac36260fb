"""What may be paid: open items and settled payments, indexed by reference, payer and amount, used up in order."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple

from kkd_ledger.bank.files.characters import reference_of
from kkd_ledger.bank.statements import StatementLine
from kkd_ledger.matching.bag import Bag
from kkd_ledger.matching.evidence import Candidate, ClaimSide, Factor
from kkd_ledger.matching.mentions import Mentions, References, compact
from kkd_ledger.matching.party_names import Names


class PaidPart(NamedTuple):
    """What one bank line settled of an item, in cents: the line's key and, where known, its references (else "")."""

    bankref: str
    cents: int
    end_to_end: str = ""
    mandate: str = ""
    iban: str = ""


class OpenItem(NamedTuple):
    """One demand: a `forderung` (money comes in) or a `verbindlichkeit` (money goes out).

    `open_cents` is what is still to be paid, 0 for a settled item: such an item still shows that a payment is one
    too many, and its `paid` parts are what a return gives back. `rates`: what its next one, two … rates come to.
    """

    posten: str
    party: str
    direction: ClaimSide
    open_cents: int
    due: dt.date
    payment_reference: str
    document: str | None = None
    agreed_ibans: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    paid: Iterable[PaidPart] = ()
    rates: tuple[int, ...] = ()


class Settled(NamedTuple):
    """Items at rest: nothing is open on them and no payment of them can come back, but a payment may still quote one.

    `references` gives their postens by compact payment reference and document number. `parties` gives each party's id,
    IBANs and names. `item` makes the item of a posten, settled and without paid parts, when a line asks for it.
    """

    references: Mapping[str, Sequence[str]]
    parties: Iterable[tuple[str, Iterable[str], Iterable[str]]]
    item: Callable[[str], OpenItem]


def _nobody(posten: str) -> OpenItem:
    raise KeyError(posten)


NOTHING_IN_SUSPENSE: Final[Mapping[str, int]] = MappingProxyType({})
NOTHING_SETTLED: Final = Settled({}, (), _nobody)


class _Items(dict[str, OpenItem]):
    """Items by their posten; those at rest are made when they are asked for."""

    def __init__(self, items: Iterable[OpenItem], make: Callable[[str], OpenItem]) -> None:
        super().__init__((item.posten, item) for item in items)
        self._make = make

    def __missing__(self, posten: str) -> OpenItem:
        item = self[posten] = self._make(posten)
        return item


@dataclass(slots=True)
class SettledPayment:
    """A bank line that settled items (`parts`: cents by posten); `gross_cents` is the whole line, unsigned."""

    bankref: str
    direction: ClaimSide
    parts: dict[str, int]
    gross_cents: int
    end_to_end: str
    mandate: str


@dataclass(frozen=True, slots=True)
class Payers:
    """The parties that may have paid a line, each with "iban" or "name" as evidence, and the names in the line.

    `torn` tells that the account is one party's and the name another's. Where several parties share the account,
    `meant` are those of them that the name fits; as the account holder may always stand there, it is no evidence for
    them.
    """

    factors: Mapping[str, str]
    names: Mapping[str, str]
    meant: frozenset[str]
    torn: bool

    def doubt(self, parties: Iterable[str]) -> str:
        """Return in German why account and name do not speak for a payment of these parties; empty where they do."""
        if self.torn or (self.meant and not self.meant.issuperset(parties)):
            return "IBAN und Name nennen verschiedene Beteiligte"
        return ""


_NONE: Final = Bag()


class ItemIndex:
    """The open items while lines are placed one after the other: each placed line lowers what is open."""

    def __init__(
        self,
        items: Iterable[OpenItem],
        suspense: Mapping[str, int] = NOTHING_IN_SUSPENSE,
        settled: Settled = NOTHING_SETTLED,
    ) -> None:
        self._suspense = dict(suspense)
        self._suspense_cents = frozenset(self._suspense.values())
        self.items = _Items(items, settled.item)
        self._open: dict[str, int] = {posten: item.open_cents for posten, item in self.items.items()}
        self._by_reference = defaultdict(
            list, {key: list(references) for key, references in settled.references.items()}
        )
        self._by_party: defaultdict[tuple[str, str], Bag] = defaultdict(Bag)
        self._by_amount: defaultdict[tuple[str, int], Bag] = defaultdict(Bag)
        self._by_party_amount: defaultdict[tuple[str, str, int], Bag] = defaultdict(Bag)
        self._parties_of_iban: defaultdict[str, set[str]] = defaultdict(set)
        self._told: list[tuple[OpenItem, Iterable[PaidPart]]] = []
        self._payments: dict[str, SettledPayment] = {}
        self._payments_of: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        parties = ((item.party, item.agreed_ibans, item.names) for item in self.items.values())
        names: defaultdict[str, set[str]] = defaultdict(set)
        for party, ibans, called in (*settled.parties, *parties):
            names[party].update(called)
            for iban in ibans:
                self._parties_of_iban["".join(iban.split()).upper()].add(party)
        for item in self.items.values():
            self._add(item)
        self._unplaced: defaultdict[tuple[bool, int], list[StatementLine]] = defaultdict(list)
        self._names = Names(names)
        self._payers: dict[tuple[str, str, str], Payers] = {}
        self.references = References(self._by_reference)

    def _add(self, item: OpenItem) -> None:
        reference, document = compact(item.payment_reference), compact(item.document or "")
        if reference:
            self._by_reference[reference].append(item.posten)
        if document and document != reference:
            self._by_reference[document].append(item.posten)
        if item.open_cents:
            self._enter(item.posten)
        self._told.append((item, item.paid))

    def _bags(self, posten: str) -> tuple[Bag, Bag, Bag]:
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
        for item, parts in self._told:
            for paid in parts:
                self._enter_payment(item, paid)
        self._told.clear()

    def _enter_payment(self, item: OpenItem, paid: PaidPart) -> None:
        payment = self._payments.get(paid.bankref)
        if payment is None:
            rest_cents = abs(self._suspense.get(paid.bankref, 0))
            named = reference_of(paid.end_to_end), reference_of(paid.mandate)
            payment = SettledPayment(paid.bankref, item.direction, {}, rest_cents, *named)
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
        """Return what is still open of an item in unsigned cents, 0 for an unknown one."""
        return self._open.get(posten, 0)

    def rates_left(self, posten: str) -> Sequence[int]:
        """Return what the next rates of an item come to, one, two … of them; none for an item that is due as a whole.

        Rates that a line has paid before in this run are gone.
        """
        item = self.items[posten]
        paid_cents = item.open_cents - self.open_cents(posten)
        return [rate - paid_cents for rate in item.rates if rate > paid_cents]

    def mentioned(self, line: StatementLine) -> Mentions:
        """Return what a line mentions; our own payment files carry an item's name as end-to-end id."""
        mentions = self.references.mentioned(line)
        if not line.end_to_end:
            return mentions
        try:
            own = compact(self.items[line.end_to_end.lower()].payment_reference)
        except KeyError:
            return mentions
        return (
            Mentions(references=(*mentions.references, own))
            if own and own not in mentions.references
            else mentions
        )

    def named(self, reference: str, direction: ClaimSide) -> Sequence[str]:
        """Return the items of a direction that carry the (compact) reference or document number."""
        postens = self._by_reference.get(reference, ())
        return [posten for posten in postens if self.items[posten].direction == direction]

    def carries(self, posten: str, reference: str) -> bool:
        """Tell whether a (compact) reference is the item's payment reference or document number."""
        return posten in self._by_reference.get(reference, ())

    def references_of(self, posten: str) -> set[str]:
        """Return an item's payment reference and document number, compact."""
        item = self.items[posten]
        return {compact(item.payment_reference), compact(item.document or "")}

    def is_document(self, posten: str, reference: str) -> bool:
        """Tell whether the reference is the item's document number and not its payment reference."""
        return compact(self.items[posten].payment_reference) != reference

    def payers(self, line: StatementLine) -> Payers:
        """Return the parties that may be the other side of a line.

        A name that merely contains a party's name speaks only against the owner of another account.
        """
        side = (line.counterparty, line.ultimate, line.iban)
        payers = self._payers.get(side)
        if payers is None:
            payers = self._payers[side] = self._find_payers(*side)
        return payers

    def _find_payers(self, counterparty: str, ultimate: str, iban: str) -> Payers:
        by_iban = self._parties_of_iban.get(iban, set()) if iban else set()
        contained: set[str] = set()
        by_name: dict[str, str] = {}
        for name in filter(None, (counterparty, ultimate)):
            named = self._names.parties(name)
            # a name of the account's own party means no other
            parties_named = (by_iban & named.keys()) or named.keys()
            contained.update(parties_named)
            by_name |= {party: name for party in parties_named if named[party] and party not in by_name}
        parties = sorted(by_iban | by_name.keys())
        factors = {party: Factor.IBAN if party in by_iban else Factor.NAME for party in parties}
        meant = frozenset(by_iban & by_name.keys())
        return Payers(factors, by_name, meant, torn=bool(by_iban and contained - by_iban))

    def with_amount(
        self, direction: ClaimSide, cents: int, party: str | None = None, most: int = 8
    ) -> list[str]:
        """Return items of which exactly so much is open, of one party or of all; at most `most`."""
        if party is None:
            return self._by_amount.get((direction, cents), _NONE).first(most)
        return self._by_party_amount.get((party, direction, cents), _NONE).first(most)

    def open_of(self, party: str, direction: ClaimSide, most: int) -> list[str]:
        """Return a party's open items, earliest due first; an empty list where there are more than `most`."""
        bag = self._by_party.get((party, direction), _NONE)
        if len(bag) > most:
            return []
        return sorted(bag.first(most), key=lambda posten: (self.items[posten].due, posten))

    def settle(self, line: StatementLine, key: str, best: Candidate) -> None:
        """Lower what is open by what a placed line pays, and keep the payment, so that a return of it is found."""
        if best.rest_cents:
            self._suspense[key] = best.rest_cents
        for posten, cents in best.allocations:
            assert 0 < cents <= self._open[posten], "an item is never paid beyond what is open"
            self._change(posten, -cents)
            paid = PaidPart(key, cents, line.end_to_end, line.mandate, line.iban)
            self._told.append((self.items[posten], (paid,)))

    def reopen(self, bankref: str) -> None:
        """Open again what a payment had settled, because it came back; the payment is then forgotten."""
        self._remember()
        payment = self._payments.pop(bankref)
        for posten, cents in payment.parts.items():
            self._change(posten, cents)

    def keep_unplaced(self, line: StatementLine) -> None:
        """Keep a line that nobody can place yet: a return of the same amount may give back this one."""
        self._unplaced[line.amount_cents > 0, abs(line.amount_cents)].append(line)

    def has_unplaced(self, line: StatementLine, gross_cents: int) -> bool:
        """Tell whether a return of `gross_cents` may give back money that nobody has placed, now or in the books."""
        is_in_suspense = (gross_cents if line.amount_cents < 0 else -gross_cents) in self._suspense_cents
        return is_in_suspense or any(
            line.iban in {"", other.iban or line.iban}
            and line.end_to_end in {"", other.end_to_end or line.end_to_end}
            for other in self._unplaced.get((line.amount_cents < 0, gross_cents), ())
        )

    def payments(self, sort: str, value: str) -> Iterator[SettledPayment]:
        """Yield the payments known under a reference ("e2e"), mandate ("mandat") or item ("posten")."""
        self._remember()
        names = dict.fromkeys(self._payments_of.get((sort, value), ()))
        yield from [self._payments[name] for name in names if name in self._payments]

    def payments_by(self, party: str, direction: ClaimSide, cents: int) -> Iterator[SettledPayment]:
        """Yield the payments of a party that settled exactly so much."""
        payments = self.payments(f"zahler {direction} {party}", str(cents))
        yield from (payment for payment in payments if payment.gross_cents == cents)
