"""A column of figures by member: two rows in step, and a mapping once somebody looks something up.

Eleven thousand members times twenty years are mostly summed, seldom looked up: building a dict of each column would
take as long as reckoning it. Whole numbers times one factor stay exact and fast; where the factor is 1 (cents, heads)
the values are the whole numbers themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import gcd, lcm
from typing import Any, Final

ONE: Final = Fraction(1)


class Members(tuple[str, ...]):
    """The members of many columns: hashed once, and where each stands is looked up in one dict for all of them."""

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Where each member stands."""
        return {member: place for place, member in enumerate(self)}

    @cached_property
    def _hash(self) -> int:
        return super().__hash__()

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other or super().__eq__(other)


class ByMember(Mapping[str, Any]):
    """Figures by member, in order; never changed once made. A member's value is its figure times the factor of all."""

    __slots__ = ("_by_member", "factor", "figures", "members")

    def __init__(self, members: tuple[str, ...], figures: Sequence[Any], factor: Fraction = ONE) -> None:
        assert len(members) == len(figures), "every member has one figure"
        self.members = members
        self.figures = figures
        self.factor = factor
        self._by_member: dict[str, Any] | None = None

    @classmethod
    def of(cls, members: tuple[str, ...], values: Iterable[int | Decimal | Fraction]) -> ByMember:
        """Return a column of exact values, over the least denominator that all of them share."""
        exact = [value if isinstance(value, int) else Fraction(value) for value in values]
        denominator = lcm(*(value.denominator for value in exact))
        if denominator == 1:
            return cls(members, list(map(int, exact)))
        figures = [value.numerator * (denominator // value.denominator) for value in exact]
        return cls(members, figures, Fraction(1, denominator))

    def __getitem__(self, member: str) -> Any:
        if isinstance(self.members, Members):
            figure = self.figures[self.members.places[member]]
        else:
            if self._by_member is None:
                self._by_member = dict(zip(self.members, self.figures, strict=True))
            figure = self._by_member[member]
        return figure if self.factor is ONE else figure * self.factor

    def __iter__(self) -> Iterator[str]:
        return iter(self.members)

    def __len__(self) -> int:
        return len(self.members)


def added(columns: Sequence[ByMember]) -> ByMember:
    """Return the sum of columns of whole numbers; members come in the order in which they first appear."""
    assert all(column.factor == 1 for column in columns)
    alike: dict[tuple[str, ...], list[Sequence[Any]]] = {}
    for column in columns:
        alike.setdefault(column.members, []).append(column.figures)
    sums = [ByMember(members, list(map(sum, zip(*rows, strict=True)))) for members, rows in alike.items()]
    if len(sums) == 1:
        return sums[0]
    total: dict[str, Any] = {}
    for column in sums:
        for member, figure in zip(column.members, column.figures, strict=True):
            total[member] = total.get(member, 0) + figure
    return ByMember(tuple(total), list(total.values()))


def spread(value: Fraction | ByMember, like: ByMember) -> ByMember:
    """Return a single value as the column that says the same of all members of another one."""
    if isinstance(value, ByMember):
        return value
    sign = (value > 0) - (value < 0)
    return ByMember(like.members, [sign] * len(like), abs(value) if sign else ONE)


def alike(columns: Sequence[ByMember]) -> tuple[Fraction, list[list[int]]]:
    """Return the factor that columns can share, and their whole numbers over it, row by row."""
    numerator = gcd(*(column.factor.numerator for column in columns))
    factor = Fraction(numerator, lcm(*(column.factor.denominator for column in columns)))
    rows = []
    for column in columns:
        times = (column.factor / factor).numerator
        rows.append(list(column.figures) if times == 1 else [figure * times for figure in column.figures])
    return factor, rows
