"""Where the known account begins and ends: its first and last day, and the balances there.

There is one unbroken stretch: a statement is taken only where it joins. Usually one pair of balances is possible. Where
two statements of the same day could each come first, two pairs are, until a further statement says which came first.
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
    """The account's first and last day, and the possible pairs of opening and closing balance in cents."""

    first: dt.date
    last: dt.date
    pairs: frozenset[tuple[int, int]]

    def has(self, day: dt.date) -> bool:
        """Tell whether a day lies within the account, first and last day included."""
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
    """What one statement adds: the statement, the last day of which it tells, and the cents of the lines new in it."""

    piece: StatementPiece
    last: dt.date
    cents: int


def begun(growth: Grown) -> AccountBounds:
    """Return the bounds of an account of which one statement is known."""
    piece = growth.piece
    return AccountBounds(piece.first, growth.last, frozenset({(piece.opening, piece.closing)}))


def grow(bounds: AccountBounds, growth: Grown, loose: Loose) -> AccountBounds | None:
    """Return the bounds with one more statement; None where its new lines fit neither end of the account."""
    pairs = frozenset(grown for pair in bounds.pairs for grown in _pairs(bounds, pair, growth, loose))
    if not pairs:
        return None
    return AccountBounds(min(bounds.first, growth.piece.first), max(bounds.last, growth.last), pairs)


def _pairs(
    bounds: AccountBounds, pair: tuple[int, int], growth: Grown, loose: Loose
) -> Iterator[tuple[int, int]]:
    """Yield the pairs that one pair may grow to: at neither end, behind its end, before its beginning, at both."""
    (start, end), piece = pair, growth.piece
    before = start - piece.opening - loose(piece.first, bounds.first)
    behind = piece.closing - end - loose(bounds.last + _DAY, growth.last + _DAY)
    ahead = {0: start} if piece.first >= bounds.first else {}
    back = {0: end} if growth.last <= bounds.last else {}
    if piece.first <= bounds.first:
        ahead[before] = piece.opening
    if growth.last >= bounds.last:
        back[behind] = piece.closing
    for (first, opening), (last, closing) in product(ahead.items(), back.items()):
        if first + last == growth.cents:
            yield opening, closing


def folded(pieces: Iterable[Grown], retelling: Iterable[str], loose: Loose) -> AccountBounds | None:
    """Return the bounds of an account from all its statements, whatever the order in which they were taken.

    `retelling` are the keys of the statements of which some lines were known before. The account is built up beginning
    with a statement of which all lines were new.
    """
    ordered = sorted(pieces, key=lambda growth: (growth.last, growth.piece.first))
    again = frozenset(retelling)
    whole = [growth for growth in ordered if growth.piece.key not in again]
    trials: list[tuple[AccountBounds, list[Grown]]] = []
    for first in islice(whole or ordered, _BEGINNINGS_MAX):
        bounds, left = _grown_from(first, [growth for growth in ordered if growth is not first], loose)
        if not left:
            return bounds
        trials.append((bounds, left))
    if not trials:
        return None
    return _stretched(*min(trials, key=lambda trial: len(trial[1])))


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
    for growth in waiting:
        if more := grow(bounds, growth, loose):
            bounds = more
        else:
            left.append(growth)
    return bounds, left


def _stretched(bounds: AccountBounds, left: Iterable[Grown]) -> AccountBounds:
    """Return the bounds with statements of which not all lines are at hand: the outermost ones say what they are."""
    for growth in left:
        piece, last = growth.piece, growth.last
        starts = bounds.starts if piece.first >= bounds.first else frozenset({piece.opening})
        ends = bounds.ends if last <= bounds.last else frozenset({piece.closing})
        pairs = frozenset((start, end) for start in starts for end in ends)
        bounds = AccountBounds(min(bounds.first, piece.first), max(bounds.last, last), pairs)
    return bounds
