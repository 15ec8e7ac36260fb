"""Statement of balances (Saldenbestätigung): what one side's books say about the other, and how two of them differ.

All amounts are seen from the demand: positive is what the member owes the operator, whichever side's books they are.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from kkd_ledger import german
from kkd_ledger.agreement import resolution
from kkd_ledger.book.config import Book
from kkd_ledger.book.state.claims import claims
from kkd_ledger.book.state.open_items import claims_item, unclaims_item
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Record, Transaction
from kkd_ledger.errors import InvoiceRefused, Problem
from kkd_ledger.money import format_eur, plain

ROUNDING_MAX_CENTS: Final = 2
TRANSIT_DAYS_MAX: Final = 5


Move = tuple[dt.date, int]
_MovesByItem = defaultdict[str, list[Move]]
Moves = tuple[Move, ...]


def _sum(moves: Iterable[Move]) -> int:
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
    items: tuple[ItemBalance, ...]

    @property
    def open_cents(self) -> int:
        """What the member owes over all items; refunds are not taken off."""
        return sum(max(0, item.open_cents) for item in self.items)

    @property
    def refund_cents(self) -> int:
        """What the operator owes back over all items, unsigned."""
        return sum(max(0, -item.open_cents) for item in self.items)


def _moneyless(record: Transaction) -> bool:
    """Tell whether an entry settles items without money: it sets one off against another, or gives one up."""
    return record.text(v.KIND) in {v.Kind.OFFSET, v.Kind.REMISSION}


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
    return Balances(book.agreement.id, book.party, member, book.settings.title, day, resolved, items)


class DifferenceCause(StrEnum):
    """Why two sides differ."""

    RESOLUTION = "Beschluss fehlt"
    DOCUMENT = "Beleg fehlt"
    ROUNDING = "Rundung"
    TIMING = "zeitlich"
    PAYMENT = "gezahlt, dort nicht gebucht"
    RECEIPT = "eingegangen, dort nicht gebucht"
    OTHERWISE = "ohne Zahlung ausgeglichen, dort nicht gebucht"


@dataclass(frozen=True, slots=True)
class BalanceDifference:
    """One difference between two statements: what the operator's side says more than the member's, in cents.

    Of a `refund` all is negative, as in its item.
    """

    posten: str
    cause: DifferenceCause
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


def reconcile(left: Balances, other: Balances) -> tuple[BalanceDifference, ...]:
    """Return every difference between the two sides' statements, by open item, each with its cause.

    Raise InvoiceRefused where they are not the two sides of one member's share in one agreement.
    """
    same = (left.agreement, left.member) == (other.agreement, other.member)
    if not same or left.side == other.side or left.member not in {left.side, other.side}:
        actual = f"{left.title} ({left.side}, über {left.member}) und {other.title} ({other.side}, über {other.member})"
        raise InvoiceRefused([Problem("Saldenabstimmung", "", actual, "die beiden Seiten einer Beteiligten")])
    operator, member = (other, left) if left.side == left.member else (left, other)
    theirs = {item.posten: item for item in member.items if not item.undone}
    ours = {item.posten: item for item in operator.items if not item.undone}
    return tuple(
        difference
        for posten in sorted(ours.keys() | theirs.keys())
        for difference in _pair(operator, member, ours.get(posten), theirs.get(posten))
    )


def _pair(
    operator: Balances, member: Balances, ours: ItemBalance | None, theirs: ItemBalance | None
) -> Iterator[BalanceDifference]:
    if ours is None or theirs is None:
        yield _one_sided(operator, member, ours, theirs)
    elif ours.claimed_cents != theirs.claimed_cents:
        yield _claims_differ(operator, member, ours, theirs)
    ours, theirs = ours or _nothing(theirs), theirs or _nothing(ours)
    if ours.settled_cents != theirs.settled_cents:
        refund = (ours if ours.claims else theirs).refund
        yield from _payments_differ(operator, member, ours, theirs, refund=refund)
        yield from _others_differ(operator, member, ours, theirs, refund=refund)


def _nothing(item: ItemBalance | None) -> ItemBalance:
    """Return an item of the other side as it stands where it is not booked."""
    assert item, "a posten stands on one side at least"
    return replace(item, claims=(), payments=(), others=(), open_cents=0)


def _claims_differ(
    operator: Balances, member: Balances, ours: ItemBalance, theirs: ItemBalance
) -> BalanceDifference:
    """A claim that one side booked after the other's day is a matter of time; a cent is rounding; else paper lacks."""
    cents = ours.claimed_cents - theirs.claimed_cents
    early = all(day > member.as_of for day, _ in _alone(ours.claims, theirs.claims)) and all(
        day > operator.as_of for day, _ in _alone(theirs.claims, ours.claims)
    )
    cause = DifferenceCause.ROUNDING if abs(cents) <= ROUNDING_MAX_CENTS else DifferenceCause.DOCUMENT
    there = "" if ours.refund == theirs.refund else "als Erstattung " if theirs.refund else "als Forderung "
    text = f"{_claimed(ours)}, dort {there}gebucht {format_eur(abs(theirs.claimed_cents))}"
    return BalanceDifference(
        ours.posten, DifferenceCause.TIMING if early else cause, cents, text, ours.refund
    )


def _claimed(item: ItemBalance) -> str:
    return f"{'Erstattung' if item.refund else 'gefordert'} {format_eur(abs(item.claimed_cents))}"


def _alone(moves: Moves, others: Moves) -> list[Move]:
    """Return the moves that the other side does not have, by their amounts."""
    amounts = [cents for _, cents in others]
    alone = []
    for day, cents in moves:
        if cents in amounts:
            amounts.remove(cents)
        else:
            alone.append((day, cents))
    return alone


def _one_sided(
    operator: Balances, member: Balances, ours: ItemBalance | None, theirs: ItemBalance | None
) -> BalanceDifference:
    item, lacks = (ours, member) if ours else (theirs, operator)
    assert item, "a posten stands on one side at least"
    sign = 1 if ours else -1
    cause = DifferenceCause.DOCUMENT if lacks.resolved else DifferenceCause.RESOLUTION
    if all(day > lacks.as_of for day, _ in item.claims):
        cause = DifferenceCause.TIMING
    what = item.document or f"Leistungsjahr {item.service_year}"
    kind = ", Erstattung" if item.refund else ""
    text = f"{what}{kind} über {format_eur(abs(item.claimed_cents))} ist in „{lacks.title}“ nicht gebucht"
    return BalanceDifference(item.posten, cause, sign * item.claimed_cents, text, item.refund)


def _payments_differ(
    operator: Balances, member: Balances, ours: ItemBalance, theirs: ItemBalance, *, refund: bool
) -> Iterator[BalanceDifference]:
    """A payment that one side does not have: on its way or after the other's day, or really missing."""
    more, lacks = (theirs, operator) if abs(theirs.paid_cents) > abs(ours.paid_cents) else (ours, member)
    payer, payee = (ours, theirs) if refund else (theirs, ours)
    paid = "erstattet" if refund else "gezahlt"
    sums = [
        f"{word} {format_eur(abs(side.paid_cents))}{_last(side.payments) if side is more else ''}"
        for word, side in ((paid, payer), ("eingegangen", payee))
    ]
    text = f"{', '.join(sums)}; Stand dort {german.day(lacks.as_of)}"
    cause = DifferenceCause.PAYMENT if more is payer else DifferenceCause.RECEIPT
    late = _sum(_late(theirs.payments, ours.payments, operator.as_of)) - _sum(
        _late(ours.payments, theirs.payments, member.as_of)
    )
    difference = BalanceDifference(ours.posten, cause, theirs.paid_cents - ours.paid_cents, text, refund)
    yield from _parts(difference, late)


def _others_differ(
    operator: Balances, member: Balances, ours: ItemBalance, theirs: ItemBalance, *, refund: bool
) -> Iterator[BalanceDifference]:
    """What was set off or given up on one side only: after the other's day, or really missing. No money moved."""
    sums = _sum(ours.others), _sum(theirs.others)
    more, lacks = (theirs, operator) if abs(sums[1]) > abs(sums[0]) else (ours, member)
    here, there = sorted((abs(cents) for cents in sums), reverse=True)
    text = f"aufgerechnet oder erlassen {format_eur(here)}{_last(more.others)}, in „{lacks.title}“ "
    text += f"{format_eur(there)}; Stand dort {german.day(lacks.as_of)}"
    late = _sum(_late(theirs.others, ours.others, operator.as_of, 0)) - _sum(
        _late(ours.others, theirs.others, member.as_of, 0)
    )
    difference = BalanceDifference(ours.posten, DifferenceCause.OTHERWISE, sums[1] - sums[0], text, refund)
    yield from _parts(difference, late)


def _parts(difference: BalanceDifference, late_cents: int) -> Iterator[BalanceDifference]:
    """Yield how much of a difference is a matter of time, and the rest of it with its own cause."""
    for cause, part in (
        (DifferenceCause.TIMING, late_cents),
        (difference.cause, difference.cents - late_cents),
    ):
        if part and difference.cents:
            yield replace(difference, cause=cause, cents=part)


def _last(moves: Moves) -> str:
    return f" (zuletzt {german.day(max(day for day, _ in moves))})" if moves else ""


def _late(moves: Moves, others: Moves, day: dt.date, days_max: int = TRANSIT_DAYS_MAX) -> list[Move]:
    """Return the moves that the other side did not have to know on its day: a transfer may take some days."""
    return [move for move in _alone(moves, others) if move[0] + dt.timedelta(days=days_max) > day]
