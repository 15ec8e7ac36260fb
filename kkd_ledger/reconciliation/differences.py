"""How two sides' statements of balances differ: each difference by its open item, with its cause.

All amounts are seen from the demand, as in `balances`.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain
from typing import Final

from kkd_ledger import german
from kkd_ledger.errors import InvoiceRefused, Problem
from kkd_ledger.money import format_eur, plain
from kkd_ledger.reconciliation.balances import Balances, ItemBalance, Move, Moves, sum_of

ROUNDING_MAX_CENTS: Final = 2
TRANSIT_DAYS_MAX: Final = 5
_Items = Mapping[str, ItemBalance]


class DifferenceCause(StrEnum):
    """Why two sides differ."""

    RESOLUTION = "Beschluss fehlt"
    DOCUMENT = "Beleg fehlt"
    ROUNDING = "Rundung"
    TIMING = "zeitlich"
    PAYMENT = "gezahlt, dort nicht gebucht"
    RECEIPT = "eingegangen, dort nicht gebucht"
    OTHERWISE = "ohne Zahlung ausgeglichen, dort nicht gebucht"
    WAY = "auf anderem Weg gebucht"


@dataclass(frozen=True, slots=True)
class BalanceDifference:
    """One difference between two statements: what the operator's side says more than the member's, in cents.

    Of a `refund` all is negative, as in its item. With no cents it is only told: both come to the same.
    """

    posten: str
    cause: DifferenceCause
    cents: int
    text: str
    refund: bool = False

    @property
    def words(self) -> str:
        """How much more or less the operator's books have, unsigned and in words."""
        if not self.cents:
            return "derselbe Stand"
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
    years = defaultdict[int, list[BalanceDifference]](list)
    for posten in sorted(ours.keys() | theirs.keys()):
        stands = ours.get(posten) or theirs[posten]
        years[stands.service_year] += _pair(operator, member, ours.get(posten), theirs.get(posten))
    by_year = (
        _other_way(operator.year_name(year), differences) if _is_even(year, ours, theirs) else differences
        for year, differences in years.items()
    )
    return tuple(sorted(chain.from_iterable(by_year), key=lambda difference: difference.posten))


def _is_even(year: int, ours: _Items, theirs: _Items) -> bool:
    """Tell whether both sides have claimed and paid the same for a year and leave the same open on every posten of it.

    One may have demanded by an earlier file and corrected that, while the other booked at once what holds now.
    """
    sides = [
        {name: item for name, item in side.items() if item.service_year == year} for side in (ours, theirs)
    ]
    sums = [
        (sum(i.claimed_cents for i in side.values()), sum(i.paid_cents for i in side.values()))
        for side in sides
    ]
    opens = [{name: item.open_cents for name, item in side.items() if item.open_cents} for side in sides]
    return sums[0] == sums[1] and opens[0] == opens[1]


def _other_way(named: str, differences: Sequence[BalanceDifference]) -> Iterator[BalanceDifference]:
    """Yield the differences of a year that mean nothing as one: nobody has to do anything about them."""
    if differences:
        names = ", ".join(dict.fromkeys(difference.posten for difference in differences))
        text = f"Leistungsjahr {named}: gefordert, gezahlt und offen ist dasselbe, nur auf {names} verschieden gebucht"
        yield BalanceDifference(differences[0].posten, DifferenceCause.WAY, 0, f"{text}; nichts zu tun")


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
    what = item.document or f"Leistungsjahr {(operator if ours else member).year_name(item.service_year)}"
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
    late = sum_of(_late(theirs.payments, ours.payments, operator.as_of)) - sum_of(
        _late(ours.payments, theirs.payments, member.as_of)
    )
    difference = BalanceDifference(ours.posten, cause, theirs.paid_cents - ours.paid_cents, text, refund)
    yield from _parts(difference, late)


def _others_differ(
    operator: Balances, member: Balances, ours: ItemBalance, theirs: ItemBalance, *, refund: bool
) -> Iterator[BalanceDifference]:
    """What was set off or given up on one side only: after the other's day, or really missing. No money moved."""
    sums = sum_of(ours.others), sum_of(theirs.others)
    more, lacks = (theirs, operator) if abs(sums[1]) > abs(sums[0]) else (ours, member)
    here, there = sorted((abs(cents) for cents in sums), reverse=True)
    text = f"aufgerechnet oder erlassen {format_eur(here)}{_last(more.others)}, in „{lacks.title}“ "
    text += f"{format_eur(there)}; Stand dort {german.day(lacks.as_of)}"
    late = sum_of(_late(theirs.others, ours.others, operator.as_of, 0)) - sum_of(
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
