"""Statement of balances (Saldenbestätigung): what one side's books say about the other, and how two of them differ.

All amounts are seen from the demand: positive is what the member owes the operator, whichever side's books they are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kkd_ledger.agreement import resolution
from kkd_ledger.book import vocabulary as v
from kkd_ledger.book.claims import claims
from kkd_ledger.book.config import Book
from kkd_ledger.book.records import Record, Transaction
from kkd_ledger.errors import Problem
from kkd_ledger.invoice.source import InvoiceRefused
from kkd_ledger.money import format_eur, plain

ROUNDING_MAX_CENTS: Final = 2
TRANSIT_DAYS_MAX: Final = 5


Move = tuple[dt.date, int]
Moves = tuple[Move, ...]


def _sum(moves: Iterable[Move]) -> int:
    return sum(cents for _, cents in moves)


@dataclass(frozen=True, slots=True)
class Balance:
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
    def settlements(self) -> Moves:
        """Whatever settled it, by days."""
        return (
            tuple(sorted((*self.payments, *self.others), key=lambda move: move[0]))
            if self.others
            else self.payments
        )

    @property
    def settled_cents(self) -> int:
        """What has moved on it in any way but by claims."""
        return _sum(self.settlements)

    @property
    def claimed_cents(self) -> int:
        """What is demanded in all."""
        return _sum(self.claims)

    @property
    def paid_cents(self) -> int:
        """What has moved on it by payments."""
        return _sum(self.payments)


@dataclass(frozen=True)
class Balances:
    """One side's statement about one member, as of the last day of its newest month or an earlier day."""

    agreement: str
    side: str
    member: str
    title: str
    as_of: dt.date
    resolved: bool
    items: tuple[Balance, ...]

    @property
    def open_cents(self) -> int:
        """What the member owes over all items; refunds are not taken off."""
        return sum(max(0, item.open_cents) for item in self.items)

    @property
    def refund_cents(self) -> int:
        """What the operator owes back over all items, unsigned."""
        return sum(max(0, -item.open_cents) for item in self.items)


def _claims(record: Transaction) -> bool:
    """Tell whether an entry makes or reverses a claim; the reversal of a payment takes the payment back."""
    kind = record.text(v.KIND)
    return kind in v.SHARE_KINDS or (kind == v.Kind.REVERSAL and v.KNOWN in record.meta)


def _moneyless(record: Transaction) -> bool:
    """Tell whether an entry settles items without money: it sets one off against another, or gives one up."""
    return record.text(v.KIND) in {v.Kind.OFFSET, v.Kind.REMISSION}


def balances(book: Book, records: Iterable[Record], member: str, as_of: dt.date | None = None) -> Balances:
    """Return what a book says about one member's items up to a day (without: the newest month's last day)."""
    held = tuple(records)
    newest = claims(book, held).newest
    day = min(as_of or dt.date.max, newest.last_day if newest else dt.date.min)
    until = [one for one in held if not isinstance(one, Transaction) or one.date <= day]
    sign = 1 if book.is_operator else -1
    claimed: dict[str, list[Move]] = {}
    paid: dict[str, list[Move]] = {}
    others: dict[str, list[Move]] = {}
    moneyless = {one.text(v.NUMBER) for one in until if isinstance(one, Transaction) and _moneyless(one)}
    for record in until:
        if isinstance(record, Transaction):
            settles = (
                others if record.text(v.NUMBER) in moneyless or record.text(v.REVERSES) in moneyless else paid
            )
            moves, way = (claimed, sign) if _claims(record) else (settles, -sign)
            for leg in record.postings:
                if v.ITEM in leg.meta:
                    moves.setdefault(str(leg.meta[v.ITEM]), []).append((record.date, way * leg.cents))
    items = tuple(
        Balance(
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
    resolved = resolution(book.agreement, member, day) is not None
    return Balances(book.agreement.id, book.party, member, book.settings.title, day, resolved, items)


class Cause(StrEnum):
    """Why two sides differ."""

    RESOLUTION = "Beschluss fehlt"
    DOCUMENT = "Beleg fehlt"
    ROUNDING = "Rundung"
    TIMING = "zeitlich"
    PAYMENT = "gezahlt, dort nicht gebucht"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference between two statements: what the operator's side says more than the member's, in cents.

    Of a `refund` all is negative, as in its item.
    """

    posten: str
    cause: Cause
    cents: int
    text: str
    refund: bool = False

    @property
    def words(self) -> str:
        """How much more or less the operator's books have, unsigned and in words."""
        more = (self.cents > 0) != self.refund
        return f"{format_eur(abs(self.cents))} {'mehr' if more else 'weniger'} bei der Betreiberin"

    def as_json(self) -> dict[str, str]:
        """Return the difference as plain JSON data."""
        return {
            "posten": self.posten,
            "cause": str(self.cause),
            "kind": "erstattung" if self.refund else "forderung",
            "amount": plain(self.cents),
            "text": self.text,
        }


def reconcile(one: Balances, other: Balances) -> tuple[Difference, ...]:
    """Return every difference between the two sides' statements, by open item, each with its cause.

    Raise InvoiceRefused where they are not the two sides of one member's share in one agreement.
    """
    same = (one.agreement, one.member) == (other.agreement, other.member)
    if not same or one.side == other.side or one.member not in {one.side, other.side}:
        found = f"{one.title} ({one.side}, über {one.member}) und {other.title} ({other.side}, über {other.member})"
        raise InvoiceRefused([Problem("Saldenabstimmung", "", found, "die beiden Seiten einer Beteiligten")])
    operator, member = (other, one) if one.side == one.member else (one, other)
    theirs = {item.posten: item for item in member.items}
    ours = {item.posten: item for item in operator.items}
    return tuple(
        found
        for posten in sorted(ours.keys() | theirs.keys())
        for found in _pair(operator, member, ours.get(posten), theirs.get(posten))
    )


def _pair(
    operator: Balances, member: Balances, ours: Balance | None, theirs: Balance | None
) -> Iterator[Difference]:
    if ours is None or theirs is None:
        yield _one_sided(operator, member, ours, theirs)
        return
    if ours.claimed_cents != theirs.claimed_cents:
        yield _claims_differ(operator, member, ours, theirs)
    if ours.settled_cents != theirs.settled_cents:
        yield from _payments_differ(operator, member, ours, theirs)


def _claims_differ(operator: Balances, member: Balances, ours: Balance, theirs: Balance) -> Difference:
    """A claim that one side booked after the other's day is a matter of time; a cent is rounding; else paper lacks."""
    cents = ours.claimed_cents - theirs.claimed_cents
    early = all(day > member.as_of for day, _ in _alone(ours.claims, theirs.claims)) and all(
        day > operator.as_of for day, _ in _alone(theirs.claims, ours.claims)
    )
    cause = Cause.ROUNDING if abs(cents) <= ROUNDING_MAX_CENTS else Cause.DOCUMENT
    there = "" if ours.refund == theirs.refund else "als Erstattung " if theirs.refund else "als Forderung "
    text = f"{_claimed(ours)}, dort {there}gebucht {format_eur(abs(theirs.claimed_cents))}"
    return Difference(ours.posten, Cause.TIMING if early else cause, cents, text, ours.refund)


def _claimed(item: Balance) -> str:
    return f"{'Erstattung' if item.refund else 'gefordert'} {format_eur(abs(item.claimed_cents))}"


def _alone(moves: Moves, others: Moves) -> list[Move]:
    """Return the moves that the other side does not have, by their amounts."""
    known = [cents for _, cents in others]
    alone = []
    for day, cents in moves:
        if cents in known:
            known.remove(cents)
        else:
            alone.append((day, cents))
    return alone


def _one_sided(
    operator: Balances, member: Balances, ours: Balance | None, theirs: Balance | None
) -> Difference:
    item, lacks = (ours, member) if ours else (theirs, operator)
    assert item, "a posten stands on one side at least"
    sign = 1 if ours else -1
    cause = Cause.DOCUMENT if lacks.resolved else Cause.RESOLUTION
    if all(day > lacks.as_of for day, _ in item.claims):
        cause = Cause.TIMING
    what = item.document or f"Leistungsjahr {item.service_year}"
    kind = ", Erstattung" if item.refund else ""
    text = f"{what}{kind} über {format_eur(abs(item.claimed_cents))} ist in „{lacks.title}“ nicht gebucht"
    return Difference(item.posten, cause, sign * item.open_cents, text, item.refund)


def _payments_differ(
    operator: Balances, member: Balances, ours: Balance, theirs: Balance
) -> Iterator[Difference]:
    """A payment that one side does not have: on its way or after the other's day, or really missing."""
    cents = theirs.settled_cents - ours.settled_cents
    late = _sum(_late(theirs.settlements, ours.settlements, operator.as_of)) - _sum(
        _late(ours.settlements, theirs.settlements, member.as_of)
    )
    more, lacks = (
        (theirs, operator) if abs(theirs.settled_cents) > abs(ours.settled_cents) else (ours, member)
    )
    newest = max((day for day, _ in more.settlements), default=lacks.as_of)
    payer, payee = (ours, theirs) if ours.refund else (theirs, ours)
    paid, booked = format_eur(abs(payer.settled_cents)), format_eur(abs(payee.settled_cents))
    word = "erstattet" if ours.refund else "gezahlt"
    text = (
        f"{word} {paid} (zuletzt {newest:%d.%m.%Y}), eingegangen {booked}; Stand dort {lacks.as_of:%d.%m.%Y}"
    )
    for cause, part in ((Cause.TIMING, late), (Cause.PAYMENT, cents - late)):
        if part:
            yield Difference(ours.posten, cause, part, text, ours.refund)


def _late(moves: Moves, others: Moves, day: dt.date) -> list[Move]:
    """Return the moves that the other side did not have to know on its day: a transfer may take some days."""
    return [one for one in _alone(moves, others) if one[0] + dt.timedelta(days=TRANSIT_DAYS_MAX) > day]
