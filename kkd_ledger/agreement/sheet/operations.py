"""The operations of a sheet, over single values and columns by member, all exact; rounding is named at each call.

A member that a column does not name has no part in it: it counts as zero in a sum and stays out of a product.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final

from kkd_ledger.agreement.facts.by_member import ByMember, alike, spread
from kkd_ledger.agreement.sheet.parting import apportion, fill
from kkd_ledger.money import ROUNDINGS, Rounding, round_each
from kkd_ledger.quantities import Quantity

Value = Fraction | ByMember
Settings = Mapping[str, Any]
WEIGHTLESS: Final = "Gewichte, die zusammen null ergeben"


def scaled(value: Value, factor: Fraction) -> Value:
    """Return a value times a number; a column keeps its whole numbers and changes its factor."""
    if isinstance(value, Fraction):
        return value * factor
    if not factor:
        return ByMember(value.members, [0] * len(value))
    return ByMember(value.members, value.figures, value.factor * factor)


def _united(columns: Sequence[ByMember]) -> Sequence[ByMember]:
    """Return columns with the members of all of them, in the order in which they first appear."""
    first = columns[0].members
    if all(column.members is first or column.members == first for column in columns):
        return columns
    members = tuple(dict.fromkeys(member for column in columns for member in column.members))
    united = []
    for column in columns:
        figures = dict(zip(column.members, column.figures, strict=True))
        united.append(ByMember(members, [figures.get(member, 0) for member in members], column.factor))
    return united


def add(values: Sequence[Value], _settings: Settings) -> Value:
    """Return the sum; a single value is added to every member of a column."""
    columns = [value for value in values if isinstance(value, ByMember)]
    alone = sum((value for value in values if isinstance(value, Fraction)), start=Fraction(0))
    if not columns:
        return alone
    if len(columns) == 1 and not alone:
        return columns[0]
    united = list(_united(columns))
    if alone:
        united.append(spread(alone, united[0]))
    factor, rows = alike(united)
    return ByMember(united[0].members, list(map(sum, zip(*rows, strict=True))), factor)


def take_off(values: Sequence[Value], settings: Settings) -> Value:
    """Return the first value less all others."""
    return add([values[0], *(scaled(value, Fraction(-1)) for value in values[1:])], settings)


def times(values: Sequence[Value], _settings: Settings) -> Value:
    """Return the product; of columns for the members that all of them name."""
    columns = [value for value in values if isinstance(value, ByMember)]
    factor = Fraction(1)
    for value in values:
        if isinstance(value, Fraction):
            factor *= value
    if not columns:
        return factor
    product = columns[0]
    for column in columns[1:]:
        product = _product(product, column)
    return product if factor == 1 else scaled(product, factor)


def _product(left: ByMember, right: ByMember) -> ByMember:
    factor = left.factor * right.factor
    if left.members is right.members or left.members == right.members:
        figures = [above * below for above, below in zip(left.figures, right.figures, strict=True)]
        return ByMember(left.members, figures, factor)
    figure_of = dict(zip(right.members, right.figures, strict=True))
    pairs = [
        (member, figure * figure_of[member])
        for member, figure in zip(left.members, left.figures, strict=True)
        if member in figure_of
    ]
    return ByMember(tuple(member for member, _ in pairs), [figure for _, figure in pairs], factor)


def divide(values: Sequence[Value], _settings: Settings) -> Value:
    """Return the first value over the second; raise ValueError where that is zero."""
    above, below = values
    if isinstance(below, Fraction):
        if not below:
            raise ValueError(WEIGHTLESS)
        return scaled(above, 1 / below)
    if not all(below.figures):
        raise ValueError(WEIGHTLESS)
    over = {member: above.get(member, 0) if isinstance(above, ByMember) else above for member in below}
    return ByMember.of(
        below.members, [Fraction(over[member]) / Fraction(part) for member, part in below.items()]
    )


def _bounded(better: Callable[[int, int], int]) -> Callable[[Sequence[Value], Settings], Value]:
    def bounded(values: Sequence[Value], _settings: Settings) -> Value:
        chosen = values[0]
        for bound in values[1:]:
            chosen = _pair(chosen, bound)
        return chosen

    def _pair(value: Value, bound: Value) -> Value:
        if isinstance(value, Fraction):
            assert isinstance(bound, Fraction), "a single value has a single bound"
            return value if better(value, bound) == value else bound  # type: ignore[arg-type]
        column = spread(bound, value)
        limits = dict(zip(column.members, column.figures, strict=True))
        factor, (own, _) = alike([value, column])
        times_ = (column.factor / factor).numerator
        figures = [
            better(figure, limits[member] * times_) if member in limits else figure
            for member, figure in zip(value.members, own, strict=True)
        ]
        return value if figures == own else ByMember(value.members, figures, factor)

    return bounded


def mean(values: Sequence[Value], settings: Settings) -> Value:
    """Return the mean of values, by member; with `lowest` only of so many of the lowest."""
    count = min(int(settings.get("lowest") or len(values)), len(values))
    columns = [value for value in values if isinstance(value, ByMember)]
    if not columns:
        return (
            sum(sorted(value for value in values if isinstance(value, Fraction))[:count], Fraction(0)) / count
        )
    assert len(columns) == len(values), "a mean is of columns or of single values"
    united = _united(columns)
    factor, rows = alike(united)
    figures = [sum(sorted(row)[:count]) for row in zip(*rows, strict=True)]
    return ByMember(united[0].members, figures, factor / count)


def total(values: Sequence[Value], _settings: Settings) -> Fraction:
    """Return the sum of all members."""
    [column] = values
    assert isinstance(column, ByMember)
    return column.factor * int(sum(column.figures))


def rounded(values: Sequence[Value], settings: Settings) -> Value:
    """Return a value rounded by a named rule to steps of so much (a cent, a euro, so many decimals).

    What is below zero is rounded as if it were above: a credit is the mirror of a charge.
    """
    [value], step, rule = values, settings["step"], ROUNDINGS[settings["rule"]]
    if isinstance(value, Fraction):
        steps = value / step
        return _mirrored(rule, steps.numerator, steps.denominator) * Fraction(step)
    ratio = value.factor / step
    above, below = ratio.numerator, ratio.denominator
    figures = value.figures if above == 1 else [figure * above for figure in value.figures]
    if below == 1:
        return ByMember(value.members, figures, step)
    if min(figures, default=0) >= 0:
        return ByMember(value.members, round_each(figures, below, rule), step)
    return ByMember(value.members, [_mirrored(rule, figure, below) for figure in figures], step)


def _mirrored(rule: Rounding, numerator: int, denominator: int) -> int:
    return rule(numerator, denominator) if numerator >= 0 else -rule(-numerator, denominator)


def pick(values: Sequence[Value], settings: Settings) -> Value:
    """Return what the class of a size says: `classes` are pairs of an upper end (None: open) and a value.

    A class without a value says nothing: its members have no part in the column.
    """
    [sizes], classes = values, settings["classes"]
    if isinstance(sizes, Fraction):
        return _class_of(sizes, classes) or Fraction(0)
    classified = ((member, _class_of(size, classes)) for member, size in sizes.items())
    named = {member: value for member, value in classified if value is not None}
    members = sizes.members if len(named) == len(sizes) else tuple(named)
    return ByMember.of(members, named.values())


def _class_of(size: Quantity, classes: Sequence[tuple[Quantity | None, Fraction | None]]) -> Fraction | None:
    return next(value for top, value in classes if top is None or size <= top)


Operation = Callable[[Sequence[Value], Settings], Value]
OPERATIONS: Final[Mapping[str, Operation]] = MappingProxyType(
    {
        "add": add,
        "take_off": take_off,
        "times": times,
        "divide": divide,
        "least": _bounded(min),
        "greatest": _bounded(max),
        "mean": mean,
        "total": total,
        "apportion": apportion,
        "fill": fill,
        "round": rounded,
        "pick": pick,
    }
)
