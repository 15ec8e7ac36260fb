"""Which of some amounts add up to a sum."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeAlias

SUMS_MAX: Final = 4_096
"""How many different sums of the entries of a day are looked at; where there are more, a person decides."""

Group: TypeAlias = Sequence[tuple[str, int]]
"""KnownEntries that differ in nothing but their numbers: key and cents."""


class TooManySums(Exception):
    """Some amounts have more sums than are looked at."""


def reaches(amounts: Iterable[int], wanted: int) -> bool:
    """Tell whether some or none of the amounts add up to a sum; taken for granted where they are too many to try."""
    return wanted == 0 or some_reach(amounts, wanted)


def some_reach(amounts: Iterable[int], wanted: int) -> bool:
    """Tell whether at least one of the amounts adds up to a sum; taken for granted where they are too many to try."""
    sums = set[int]()
    for cents in amounts:
        sums |= {cents, *(cents + other for other in sums)}
        if wanted in sums or len(sums) > SUMS_MAX:
            return True
    return False


def choices(groups: Sequence[Group], wanted: int) -> Iterator[frozenset[str]]:
    """Yield the choices of entries that add up to a sum, one for all that differ only within a group.

    Where the sums are too many to try, and nothing is wanted, none of the entries is the only choice unless two of them
    cancel out. Raise TooManySums where these do, or something is wanted.
    """
    try:
        behind = _behind(groups)
    except TooManySums:
        amounts = {cents for group in groups for _, cents in group}
        if wanted or any(-cents in amounts for cents in amounts):
            raise
        yield frozenset()
    else:
        yield from _choices(groups, wanted, behind)


def _behind(groups: Sequence[Group]) -> list[frozenset[int]]:
    """Return for each group, and behind the last, what some or none of it and the following ones add up to."""
    sums = [frozenset({0})]
    for group in reversed(groups):
        more = frozenset(total + cents for total in sums[-1] for cents in _totals(group))
        if len(more) > SUMS_MAX:
            raise TooManySums
        sums.append(more)
    return sums[::-1]


def _totals(group: Group) -> Iterator[int]:
    """Yield what none, the first, the first two … entries of a group add up to."""
    total = 0
    yield total
    for _, cents in group:
        total += cents
        yield total


def _choices(
    groups: Sequence[Group], wanted: int, behind: Sequence[frozenset[int]]
) -> Iterator[frozenset[str]]:
    if wanted not in behind[0]:
        return
    if not groups:
        yield frozenset()
        return
    for count, cents in enumerate(_totals(groups[0])):
        chosen = frozenset(key for key, _ in groups[0][:count])
        for others in _choices(groups[1:], wanted - cents, behind[1:]):
            yield chosen | others
