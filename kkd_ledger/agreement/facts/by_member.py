"""A column of figures by member: two rows in step, and a mapping once somebody looks something up.

Eleven thousand members times twenty years are mostly summed, seldom looked up: building a dict of each column would
take as long as reckoning it. Whole numbers times one factor stay exact and fast; where the factor is 1 (cents, heads)
the values are the whole numbers themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Any, Final

ONE: Final = Fraction(1)


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
