"""The two operations that look at all members at once: whole cents by largest remainder, and bounds others bear."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from kkd_ledger.agreement.facts.by_member import ByMember, alike, spread

if TYPE_CHECKING:
    from kkd_ledger.agreement.sheet.operations import Settings, Value

UNFIT: Final = "Mindest- und Höchstbeträge lassen sich mit den Kosten nicht vereinbaren"


def apportion(values: Sequence[Value], settings: Settings) -> Value:
    """Return exact parts in whole steps (cents): everybody gets the whole steps of its part, odd ones go by remainder.

    The parts sum to the exact parts, rounded up to a step where they do not meet one: what lacks to it is nobody's and
    comes last. `ranks` declares who comes first among equal remainders; with `ties` largest or smallest the weights do
    so before it (a column of their own, or the parts). Debts (what earlier years left somebody short of) are added to
    the remainders when odd steps are given, never to the parts: nobody is a step or more off its exact part. The split
    of -t is minus the split of t. Raises ValueError where parts have different signs.
    """
    exact, *more = values
    assert isinstance(exact, ByMember)
    extra: Mapping[str, Any] = dict(zip(settings["extra"], more, strict=True))
    step: Fraction = settings["step"]
    ratio = exact.factor / step
    sign = -1 if sum(exact.figures) * ratio < 0 else 1
    above, below = sign * ratio.numerator, ratio.denominator
    if above * min(exact.figures, key=above.__mul__, default=0) < 0:
        raise ValueError("Anteile mit verschiedenen Vorzeichen")
    parts = [figure * above // below for figure in exact.figures]
    short = sum(exact.figures) * above - below * sum(parts)  # of all together, in parts of a step
    if short:
        rests = [figure * above % below for figure in exact.figures]
        order = settings["ranks"].order(exact.members, settings["ties"], extra.get("weights", exact))
        line = _line(rests, below, order, _in_steps(extra.get("debts"), exact.members, sign * step))
        for index in line[: -(-short // below)]:
            if index < len(parts):
                parts[index] += 1
    return ByMember(exact.members, parts if sign == 1 else [-part for part in parts], step)


def _in_steps(debts: ByMember | None, members: tuple[str, ...], step: Fraction) -> list[Fraction] | None:
    return None if debts is None else [Fraction(debts.get(member, 0)) / step for member in members]


def _line(
    rests: Sequence[int], below: int, order: Iterable[int], debts: Sequence[Fraction] | None
) -> list[int]:
    """Return who takes an odd step, first come first; the last index is nobody, with what lacks to a whole step.

    Whoever's exact part is a whole step never takes one.
    """
    missing = -sum(rests) % below
    waiting = [*order, len(rests)]
    if debts is None:
        return sorted(waiting, key=[*rests, missing].__getitem__, reverse=True)
    claims = [Fraction(rest, below) + debt for rest, debt in zip(rests, debts, strict=True)]
    claims.append(Fraction(missing, below))
    with_rest = [index for index in waiting if (rests[index] if index < len(rests) else missing)]
    return sorted(with_rest, key=claims.__getitem__, reverse=True)


def fill(values: Sequence[Value], settings: Settings) -> Value:
    """Return parts scaled by one factor and held within their bounds, so that they sum to what they came to before.

    Raises ValueError where no factor does. One factor exists at most up to members that stand on their bounds.
    """
    parts, *bounds = values
    assert isinstance(parts, ByMember)
    given = {name: spread(bound, parts) for name, bound in zip(settings["extra"], bounds, strict=True)}
    factor, rows = alike([parts, *given.values()])
    own = dict(zip(parts.members, rows[0], strict=True))
    limits = {
        name: dict(zip(given[name].members, row, strict=True))
        for name, row in zip(given, rows[1:], strict=True)
    }
    pinned, left, scale = _pinned(own, limits.get("low", {}), limits.get("high", {}))
    if not pinned:
        return parts
    figures = [pinned[member] * scale if member in pinned else left * part for member, part in own.items()]
    if sum(figures) != sum(rows[0]) * scale:
        raise ValueError(UNFIT)
    return ByMember(parts.members, figures, factor / scale)


def _pinned(
    parts: Mapping[str, int], lows: Mapping[str, int], highs: Mapping[str, int]
) -> tuple[dict[str, int], int, int]:
    """Return who stands on a bound, and by which ratio (left over scale) all others are scaled."""
    fixed: dict[str, int] = {}
    free, target = dict(parts), sum(parts.values())
    while True:
        left, scale = target - sum(fixed.values()), sum(free.values())
        low = {m: lows[m] for m, part in free.items() if m in lows and left * part < lows[m] * scale}
        high = {m: highs[m] for m, part in free.items() if m in highs and left * part > highs[m] * scale}
        if not scale:  # nothing that could be scaled: whoever must have something has it
            low, high, scale = {m: lows[m] for m in free if lows.get(m, 0) > 0}, {}, 1
        lacks = sum(bound * scale - left * free[m] for m, bound in low.items())
        exceeds = sum(left * free[m] - bound * scale for m, bound in high.items())
        more = low if lacks > exceeds else high if exceeds > lacks else low | high
        if not more:
            return fixed, left, scale
        fixed |= more
        free = {member: part for member, part in free.items() if member not in more}
