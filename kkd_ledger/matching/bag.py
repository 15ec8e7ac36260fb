"""An ordered set of items from which those at the front go again and again."""

from __future__ import annotations

from itertools import islice
from typing import Final


class Bag:
    """An ordered set that stays quick while its members go from the front: it is rebuilt now and then."""

    _STALE_MAX: Final = 1000

    def __init__(self) -> None:
        self._members: dict[str, None] = {}
        self._stale = 0

    def add(self, member: str) -> None:
        """Put a member at the end, where it is not there."""
        self._members[member] = None

    def discard(self, member: str) -> None:
        """Take a member out, where it is there."""
        if member in self._members:
            del self._members[member]
            self._stale += 1
            if self._stale > self._STALE_MAX:
                self._members, self._stale = dict(self._members), 0

    def first(self, most: int) -> list[str]:
        """Return so many of the members at most, the first ones."""
        return list(islice(self._members, most))

    def __len__(self) -> int:
        return len(self._members)
