"""The account as its statements tell it: one unbroken stretch of days, with the statements that it was told by."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from kkd_ledger.bank.continuity.bounds import AccountBounds, Grown, begun, folded, grow
from kkd_ledger.bank.continuity.known_entries import KnownEntries
from kkd_ledger.bank.continuity.statement_pieces import StatementPiece, TakenStatement
from kkd_ledger.bank.statements import GAP


class KnownAccount:
    """What is known of a bank account: its statements, its entries, its first and last day with the balances there.

    `pieces` are the statements with both balances; they form one unbroken stretch. Statements without balances only add
    entries. `gaps` are periods for which a person decided that no statement will come: the stretch goes on across them,
    and a statement that comes after all may still be placed in them. `partly` are the statements of which some lines
    were known before.
    """

    def __init__(self, history: Iterable[TakenStatement], booked: Iterable[str] = ()) -> None:
        history = tuple(history)
        self.entries = KnownEntries(booked)
        self.pieces: list[StatementPiece] = []
        self.partly: list[StatementPiece] = []
        self.gaps: list[StatementPiece] = []
        self._taken: dict[str, TakenStatement] = {}
        self._periods: defaultdict[tuple[dt.date, dt.date], list[StatementPiece]] = defaultdict(list)
        self._numbers: defaultdict[tuple[str, int], list[StatementPiece]] = defaultdict(list)
        for taken in history:
            self._note(taken)
        balanced = [taken for taken in history if taken.piece.balanced]
        retelling = (taken.piece.key for taken in balanced if taken.known_count)
        self.bounds = folded(map(grown, balanced), retelling, self.entries.loose_between)

    def add(self, taken: TakenStatement) -> None:
        """Add a statement with the lines that were new in it."""
        self._note(taken)
        if taken.piece.balanced:
            self.bounds = self.grown_by(taken)

    def grown_by(self, taken: TakenStatement) -> AccountBounds:
        """Return where the account begins and ends with one more statement with balances."""
        growth = grown(taken)
        if not self.bounds:
            return begun(growth)
        return grow(self.bounds, growth, self.entries.loose_between) or self.bounds

    def _note(self, taken: TakenStatement) -> None:
        piece = taken.piece
        self._taken[piece.key] = taken
        if piece.kind == GAP:
            self.gaps.append(piece)
            return
        self.entries.add(taken)
        if not piece.balanced:
            return
        self.pieces.append(piece)
        self._periods[piece.first, piece.last].append(piece)
        if piece.number:
            self._numbers[piece.kind, piece.number].append(piece)
        if taken.known_count:
            self.partly.append(piece)

    # ------------------------------------------------------------------------------------------------- days

    def taken(self, key: str) -> TakenStatement | None:
        """Return the statement that was taken under a key; None where none was."""
        return self._taken.get(key)

    def near(self, own: StatementPiece) -> list[StatementPiece]:
        """Return the known statements with balances that share at least one day with `own`."""
        return [piece for piece in self.pieces if piece.meets(own)]

    def tells_of(self, day: dt.date) -> bool:
        """Tell whether a day lies in the period of a known statement with balances."""
        return any(piece.first <= day <= piece.last for piece in self.pieces)

    def balances_after(self, day: dt.date) -> frozenset[int]:
        """Return the balances in cents that are possible at the end of a day.

        A line that the bank dates before the statement that told of it counts from that statement's first day; it may
        have moved the account later.
        """
        ends = self.bounds.ends if self.bounds else frozenset()
        return frozenset(end - self.moved_after(day) for end in ends)

    def moved_after(self, day: dt.date) -> int:
        """Return by how many cents the account moved after a day, with what moved untold within decided gaps."""
        untold = sum(
            gap.closing - gap.opening - self.entries.chained_between(gap.first, gap.last)
            for gap in self.gaps
            if gap.first > day
        )
        return untold + self.entries.chained_after(day)

    def in_gap(self, piece: StatementPiece) -> bool:
        """Tell whether a statement's period lies within one for which a person decided that none will come."""
        return any(gap.first <= piece.first and piece.last <= gap.last for gap in self.gaps)

    def has_whole(self, day: dt.date, own: StatementPiece) -> bool:
        """Tell whether a known statement certainly has all lines of a day: it begins before that day and ends after it.

        Pages do not count, since each page names the period of the whole statement. A statement counts as a page,
        though it does not say so, where another one of the same period (maybe `own`) joins it.
        """
        return any(
            piece.first < day < piece.last and not piece.paged and not self._is_page(piece, own)
            for piece in self.pieces
        )

    def edges(self, own: StatementPiece) -> frozenset[dt.date]:
        """Return the days of which `own` may have one part of the lines and a known statement another part."""
        days = {own.first, own.last}
        if own.paged:
            days |= {day for day in self.entries.days if own.first <= day <= own.last}
        return frozenset(day for day in days if not self.has_whole(day, own))

    # ------------------------------------------------------------------------------------ pages and numbers

    def as_page(self, own: StatementPiece) -> StatementPiece:
        """Return a statement marked as a page where another one of its period joins it; any other as it is."""
        return own._replace(page=2, more=True) if self._is_page(own, own) and not own.paged else own

    def _is_page(self, piece: StatementPiece, own: StatementPiece) -> bool:
        """Whether another statement with the same days, maybe `own`, goes on where it ends or ends where it begins."""
        others = [*self._periods.get((piece.first, piece.last), ())]
        if (own.first, own.last) == (piece.first, piece.last):
            others.append(own)
        return any(
            other.page == piece.page and other.joins(piece)
            for other in others
            if not other.has_balances_of(piece)
        )

    def numbered(self, own: StatementPiece) -> list[StatementPiece]:
        """Return the known statements with the numbers next to that of `own`, as far as their balances join it."""
        before = _reached(own, lambda piece: self._near_number(piece, -1), StatementPiece.follows)
        behind = _reached(own, lambda piece: self._near_number(piece, 1), StatementPiece.precedes)
        return [*before, *behind]

    def _near_number(self, piece: StatementPiece, step: int) -> Iterator[StatementPiece]:
        for number in (piece.number, piece.number + step) if piece.number else ():
            yield from self._numbers.get((piece.kind, number), ())


def grown(taken: TakenStatement) -> Grown:
    """Return what a statement adds to the account; a page with further pages ends with its last line."""
    piece, last = taken.piece, taken.piece.last
    if piece.kind == GAP:
        return Grown(piece, last, piece.closing - piece.opening)
    if piece.more:
        last_line = max((day for _, day, _ in taken.lines), default=piece.first)
        last = min(piece.last, max(piece.first, last_line))
    return Grown(piece, last, sum(cents for _, _, cents in taken.lines))


def _reached(
    own: StatementPiece,
    near: Callable[[StatementPiece], Iterable[StatementPiece]],
    joins: Callable[[StatementPiece, StatementPiece], bool],
) -> list[StatementPiece]:
    """Return the statements that join one, or one of those that do; `near` gives those that may join a statement."""
    reached, seen = [own], {own}
    for piece in reached:
        new = [other for other in near(piece) if other not in seen and joins(piece, other)]
        reached += new
        seen.update(new)
    return reached[1:]
