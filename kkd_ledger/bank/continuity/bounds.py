"""Where the known account begins and ends: its first and last day, and the balances that it has there.

There is one unbroken stretch: a statement is taken only where it joins. Usually one pair of balances is possible; two
statements of one day that each join the other make two, until a further one says which was first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice, product
from typing import Final, NamedTuple

from kkd_ledger.bank.continuity.statement_pieces import StatementPiece

Loose = Callable[[dt.date, dt.date], int]
"""The cents of what statements without balances told from one day to before another."""


_DAY: Final = dt.timedelta(1)
_BEGINNINGS_MAX: Final = 8


class AccountBounds(NamedTuple):
    """The first and last day, and the pairs of opening and closing balance in cents that are possible."""

    first: dt.date
    last: dt.date
    pairs: frozenset[tuple[int, int]]

    def has(self, day: dt.date) -> bool:
        """Tell whether a day lies between the first and the last one."""
        return self.first <= day <= self.last

    @property
    def starts(self) -> frozenset[int]:
        """The balances that the account may begin with."""
        return frozenset(start for start, _ in self.pairs)

    @property
    def ends(self) -> frozenset[int]:
        """The balances that the account may end with."""
        return frozenset(end for _, end in self.pairs)


class Grown(NamedTuple):
    """A piece, its last day as far as it tells it, and the sum of the lines that it was the first to tell."""

    piece: StatementPiece
    last: dt.date
    cents: int


def begun(one: Grown) -> AccountBounds:
    """Return the bounds of an account of which one statement is known."""
    return AccountBounds(one.piece.first, one.last, frozenset({(one.piece.opening, one.piece.closing)}))


def grow(bounds: AccountBounds, one: Grown, loose: Loose) -> AccountBounds | None:
    """Return the bounds with one more statement, None where its new lines lead neither to its ends nor from them."""
    pairs = frozenset(pair for known in bounds.pairs for pair in _pairs(bounds, known, one, loose))
    if not pairs:
        return None
    return AccountBounds(min(bounds.first, one.piece.first), max(bounds.last, one.last), pairs)


def _pairs(
    bounds: AccountBounds, known: tuple[int, int], one: Grown, loose: Loose
) -> Iterator[tuple[int, int]]:
    """Yield the pairs that one pair may grow to: at neither end, behind its end, before its beginning, at both."""
    (start, end), piece = known, one.piece
    before = start - piece.opening - loose(piece.first, bounds.first)
    behind = piece.closing - end - loose(bounds.last + _DAY, one.last + _DAY)
    ahead = {0: start} if piece.first >= bounds.first else {}
    back = {0: end} if one.last <= bounds.last else {}
    if piece.first <= bounds.first:
        ahead[before] = piece.opening
    if one.last >= bounds.last:
        back[behind] = piece.closing
    for (first, opening), (last, closing) in product(ahead.items(), back.items()):
        if first + last == one.cents:
            yield opening, closing


def folded(pieces: Iterable[Grown], known: Iterable[str], loose: Loose) -> AccountBounds | None:
    """Return the bounds of what some statements tell, whatever the order in which they were taken.

    `known` are the keys of those that told again something of others: all lines of the others are at hand, so the
    account grows from one of those.
    """
    ordered = sorted(pieces, key=lambda one: (one.last, one.piece.first))
    again = frozenset(known)
    whole = [one for one in ordered if one.piece.key not in again]
    found: list[tuple[AccountBounds, list[Grown]]] = []
    for first in islice(whole or ordered, _BEGINNINGS_MAX):
        bounds, left = _grown_from(first, [one for one in ordered if one is not first], loose)
        if not left:
            return bounds
        found.append((bounds, left))
    if not found:
        return None
    return _stretched(*min(found, key=lambda tried: len(tried[1])))


def _grown_from(first: Grown, others: Sequence[Grown], loose: Loose) -> tuple[AccountBounds, list[Grown]]:
    """Return the bounds that begin with one statement, and those that do not fit them."""
    bounds, waiting = begun(first), list(others)
    while waiting:
        bounds, left = _round(bounds, waiting, loose)
        if len(left) == len(waiting):
            break
        waiting = left
    return bounds, waiting


def _round(
    bounds: AccountBounds, waiting: Sequence[Grown], loose: Loose
) -> tuple[AccountBounds, list[Grown]]:
    left: list[Grown] = []
    for one in waiting:
        if more := grow(bounds, one, loose):
            bounds = more
        else:
            left.append(one)
    return bounds, left


def _stretched(bounds: AccountBounds, left: Iterable[Grown]) -> AccountBounds:
    """Return the bounds with statements of which not all lines are at hand: the outermost ones say what they are."""
    for one in left:
        starts = bounds.starts if one.piece.first >= bounds.first else frozenset({one.piece.opening})
        ends = bounds.ends if one.last <= bounds.last else frozenset({one.piece.closing})
        pairs = frozenset((start, end) for start in starts for end in ends)
        bounds = AccountBounds(min(bounds.first, one.piece.first), max(bounds.last, one.last), pairs)
    return bounds
