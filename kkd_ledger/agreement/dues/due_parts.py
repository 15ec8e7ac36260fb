"""A sum → its parts by a due plan, to the cent: every part is rounded by itself, the last takes the difference."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from kkd_ledger.money import round_half_up

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.dues import DuePart, DuePlan

_STEP_CENTS: Final = MappingProxyType({"cent": 1, "ten-cents": 10, "euro": 100})


class Due(NamedTuple):
    """A day and the cents that are due then, signed like the claim that they are part of."""

    day: dt.date
    cents: int


def parts_of(plan: DuePlan, cents: int) -> list[int]:
    """Return the parts of a sum (signed cents) in the order of the plan's days.

    Of rates the last one takes what the others leave. Advances may be less than the whole: together they are what
    their fractions come to. A part in EUR is never more than what is left.
    """
    sign, whole = (-1, -cents) if cents < 0 else (1, cents)
    given = fractions_or_cents(plan)
    step = _STEP_CENTS[plan.rounding]
    parts: list[int] = []
    for part in given:
        left = whole - sum(parts)
        if part.fraction is None:
            parts.append(left if part.cents is None else min(part.cents, left))
        else:
            parts.append(min(left, _rounded(whole * part.fraction, step)))
    if plan.kind == "rates" or _is_whole(given):
        parts[-1] = whole - sum(parts[:-1])
    return [sign * part for part in parts]


def fractions_or_cents(plan: DuePlan) -> Sequence[DuePart]:
    """Return the parts of a plan, without any of its own equal ones for its days."""
    from kkd_ledger.agreement.facts.dues import DuePart

    return plan.parts or [DuePart(Fraction(1, len(plan.days) or 1), None)] * (len(plan.days) or 1)


def _is_whole(parts: Sequence[DuePart]) -> bool:
    return all(part.fraction is not None for part in parts) and sum(part.fraction or 0 for part in parts) == 1


def _rounded(exact: Fraction, step: int) -> int:
    return step * round_half_up(exact.numerator, exact.denominator * step)


def summed(dues: Iterable[Due]) -> tuple[Due, ...]:
    """Return dues by day, each day once; all bear the sign of their sum.

    What has the other sign is made up for by the next ones, at the end by those before it.
    """
    cents_on: Counter[dt.date] = Counter()
    for due in dues:
        cents_on[due.day] += due.cents
    total = sum(cents_on.values())
    sign = -1 if total < 0 else 1
    kept: list[Due] = []
    carried = 0
    for day, cents in sorted(cents_on.items()):
        carried += sign * cents
        if carried > 0:
            kept.append(Due(day, carried))
            carried = 0
    while carried and kept:
        last = kept.pop()
        carried += last.cents
        if carried > 0:
            kept.append(Due(last.day, carried))
            carried = 0
    return tuple(Due(due.day, sign * due.cents) for due in kept)


def divided(dues: Sequence[Due], cents: int) -> tuple[Due, ...]:
    """Return another sum on the same days in the same proportions, rounded where they are added up."""
    whole = sum(due.cents for due in dues)
    parts: list[Due] = []
    reached = before = 0
    for due in dues:
        reached += due.cents
        now = round_half_up(cents * abs(reached), abs(whole)) if whole else 0
        parts.append(Due(due.day, now - before))
        before = now
    if not whole and dues:
        parts = [Due(dues[-1].day, cents)]
    return tuple(part for part in parts if part.cents)
