"""A column of figures by member: two rows in step, and a mapping once somebody looks something up.

Eleven thousand members times twenty years are mostly summed, seldom looked up: building a dict of each column would
take as long as reckoning it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any


class ByMember(Mapping[str, Any]):
    """Figures by member, in order; never changed once made."""

    __slots__ = ("_by_member", "figures", "members")

    def __init__(self, members: tuple[str, ...], figures: Sequence[Any]) -> None:
        assert len(members) == len(figures), "every member has one figure"
        self.members = members
        self.figures = figures
        self._by_member: dict[str, Any] | None = None

    def __getitem__(self, member: str) -> Any:
        if self._by_member is None:
            self._by_member = dict(zip(self.members, self.figures, strict=True))
        return self._by_member[member]

    def __iter__(self) -> Iterator[str]:
        return iter(self.members)

    def __len__(self) -> int:
        return len(self.members)


def added(columns: Sequence[ByMember]) -> ByMember:
    """Return the sum of columns; members come in the order in which they first appear."""
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
