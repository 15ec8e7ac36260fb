"""Which of some amounts in cents add up to a wanted sum."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias

SUMS_MAX: Final = 4_096
"""How many different sums of the entries of a day are looked at: those of any twelve; else a person decides."""
TRIALS_MAX: Final = 1_000_000
"""How often a sum is formed for that: it bounds entries of few amounts, whose sums are few; 1,000 of one amount fit."""

Group: TypeAlias = Sequence[tuple[str, int]]
"""Entries that differ in nothing but their numbers: key and cents."""


class TooManySums(Exception):
    """The amounts have more different sums than are tried."""


def reaches(amounts: Iterable[int], wanted: int) -> bool:
    """Tell whether some of the amounts, or none, add up to a sum; True also where they have too many sums to try."""
    return wanted == 0 or some_reach(amounts, wanted)


def some_reach(amounts: Iterable[int], wanted: int) -> bool:
    """Tell whether at least one of the amounts adds up to a sum; True also where they have too many sums to try."""
    sums, trials = set[int](), 0
    for cents in amounts:
        trials += len(sums) + 1
        if trials > TRIALS_MAX:
            return True
        sums |= {cents, *(cents + other for other in sums)}
        if wanted in sums or len(sums) > SUMS_MAX:
            return True
    return False


def choices(groups: Sequence[Group], wanted: int) -> Iterator[frozenset[str]]:
    """Yield the sets of entries whose cents add up to `wanted`; of sets that differ only within a group, one.

    Where the sums are too many to try and `wanted` is 0, the empty set is the only answer, unless two entries cancel
    out. Raise TooManySums in that case, and where `wanted` is not 0.
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
    sums, trials = [frozenset({0})], 0
    for group in reversed(groups):
        trials += len(sums[-1]) * (len(group) + 1)
        if trials > TRIALS_MAX:
            raise TooManySums
        totals = tuple(_totals(group))
        more = frozenset(total + cents for total in sums[-1] for cents in totals)
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


class _Choice(NamedTuple):
    """How many entries of the group before a place are chosen, behind the choice before; what is left to add up to."""

    place: int
    left: int
    taken: int = 0
    before: _Choice | None = None


def _choices(
    groups: Sequence[Group], wanted: int, behind: Sequence[frozenset[int]]
) -> Iterator[frozenset[str]]:
    """Yield the choices that add up to what is wanted; no path is gone that leads to none."""
    paths = [_Choice(0, wanted)] if wanted in behind[0] else []
    while paths:
        path = paths.pop()
        if path.place == len(groups):
            yield frozenset(_chosen(groups, path))
            continue
        left = (path.left - cents for cents in _totals(groups[path.place]))
        further = [
            _Choice(path.place + 1, rest, taken, path)
            for taken, rest in enumerate(left)
            if rest in behind[path.place + 1]
        ]
        paths += reversed(further)


def _chosen(groups: Sequence[Group], path: _Choice) -> Iterator[str]:
    """Yield the keys of the entries that a path has chosen."""
    choice: _Choice | None = path
    while choice and choice.before:
        yield from (key for key, _ in groups[choice.place - 1][: choice.taken])
        choice = choice.before
