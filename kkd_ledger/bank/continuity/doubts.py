"""A second look at the only reading that the balances allow: is it wrong if an unseen statement is missing.

Lines that cancel out may be missing where two known statements meet, because the balances join without them. Then lines
that look new may belong to a known statement; or a known statement whose lines were taken for known may have been new.
Neither of two such statements is believed more: a person decides.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import product
from typing import Final, NamedTuple

from kkd_ledger.bank.continuity.account import KnownAccount
from kkd_ledger.bank.continuity.statement_pieces import KnownEntry, StatementPiece, StatementReading
from kkd_ledger.bank.continuity.subset_sums import reaches, some_reach
from kkd_ledger.bank.line_keys import without_number

_DAY: Final = dt.timedelta(1)

# ------------------------------------------------------------------------------- new lines that may be known ones


def overlapped(
    account: KnownAccount, own: StatementPiece, reading: StatementReading, apart: Collection[str]
) -> StatementPiece | None:
    """Return a known statement that may already have told the lines that look new in `own`; None where there is none.

    It may where an unseen statement is missing beside it. `apart` are keys of entries that `own` certainly does not
    have.
    """
    near = account.near(own) if reading.new else []
    if not near:
        return None
    entries = _OwnEntries(account, own, reading, apart)
    return next((other for other in near if entries.overlaps(other)), None)


class _OwnEntries:
    """The entries of a statement, and the marks by which its new ones may be known ones."""

    def __init__(
        self, account: KnownAccount, own: StatementPiece, reading: StatementReading, apart: Collection[str]
    ) -> None:
        self.account, self.own = account, own
        self.retold = reading.retold.keys()
        self.entries = [*account.entries.retold_by(reading), *reading.new_entries]
        self.apart = {*apart, *self.retold}
        days = account.edges(own)
        if own.hides_first:  # it may begin on any of its days
            days |= {entry.day for entry in self.entries if not account.has_whole(entry.day, own)}
        fresh = (entry for entry in self.entries if entry.key not in self.retold and entry.day in days)
        self.marks = Counter(mark for entry in fresh for mark in _marks(entry))

    def overlaps(self, other: StatementPiece) -> bool:
        """Whether new lines may be the last or first ones of a known statement, or all that one of the two has."""
        theirs = self.account.entries.first_told_by(other)
        shared = self._shared(other, theirs)
        if not shared:
            return False
        both = [entry.cents for entry in theirs if entry.key in self.retold]
        overlaps = other.closing - self.own.opening, self.own.closing - other.opening
        if any(some_reach([entry.cents for entry in shared], cents - sum(both)) for cents in overlaps):
            return True
        count = len(both) + len(shared)
        inside = count >= len(self.entries) and _lies_in(self.own, other, theirs, shared)
        return inside or (count >= len(theirs) and _lies_in(other, self.own, self.entries, shared))

    def _shared(self, other: StatementPiece, theirs: Sequence[KnownEntry]) -> list[KnownEntry]:
        """Return the entries of a known statement, or of its days where it told known ones, that new lines may be."""
        candidates: Iterable[KnownEntry] = theirs
        if other in self.account.partly:
            days = {day for day, _ in self.marks}
            candidates = (entry for day in days for entry in self.account.entries.entries_on(day))
        left = self.marks.copy()
        shared: list[KnownEntry] = []
        for entry in candidates:
            marks = _known_marks(entry, same_form=other.form == self.own.form)
            mark = next((mark for mark in marks if left[mark]), None)
            if mark and entry.key not in self.apart:
                left[mark] -= 1
                shared.append(entry)
        return shared


def _marks(entry: KnownEntry) -> tuple[tuple[dt.date, str], ...]:
    """Return what a new entry may be known by: its key, whether a reference made it with its amount, its amount."""
    rung = "r" if ":r-" in entry.key else "f"
    return (
        (entry.day, without_number(entry.key)),
        (entry.day, f"{rung}{entry.cents}"),
        (entry.day, str(entry.cents)),
    )


def _known_marks(entry: KnownEntry, *, same_form: bool) -> tuple[tuple[dt.date, str], ...]:
    """Return what a new entry would have that is a known one: of another format, only its amount can be the same.

    A reference counts only where it is one entry's in its file, so the key may be of the other rung.
    """
    if not same_form:
        return ((entry.day, str(entry.cents)),)
    other_rung = "f" if ":r-" in entry.key else "r"
    return (entry.day, without_number(entry.key)), (entry.day, f"{other_rung}{entry.cents}")


def _lies_in(
    inner: StatementPiece, outer: StatementPiece, entries: Sequence[KnownEntry], shared: Sequence[KnownEntry]
) -> bool:
    """Whether a statement may begin within another one, which has all of its entries."""
    before = outer.opening + sum(entry.cents for entry in entries if entry.day < inner.first)
    rest = Counter((entry.day, entry.cents) for entry in entries)
    rest -= Counter((entry.day, entry.cents) for entry in shared)
    return reaches(
        [cents for day, cents in rest.elements() if inner.may_begin_on(day)], inner.opening - before
    )


# ------------------------------------------------------------------------------- known statements that may be new


class _Neighbours(NamedTuple):
    """The known statements that a statement joins within a day: those that end where it begins, and the others."""

    before: Sequence[StatementPiece]
    behind: Sequence[StatementPiece]

    @classmethod
    def of(cls, account: KnownAccount, own: StatementPiece) -> _Neighbours:
        """Return those of a statement; none on a day that a known statement has whole."""
        near = account.near(own)
        first, last = (not account.has_whole(day, own) for day in (own.first, own.last))
        return cls(
            [piece for piece in near if first and piece.last == own.first and piece.closing == own.opening],
            [piece for piece in near if last and piece.first == own.last and piece.opening == own.closing],
        )


def rejoined(account: KnownAccount, own: StatementPiece, reading: StatementReading) -> StatementPiece | None:
    """Return a known statement that `own` joins within a day and whose lines may wrongly have been taken for known.

    They were, because the account had had its balances before; it would have them as well if it came after `own`. None
    where there is no such doubt.
    """
    doubtful = _behind_new if reading.new else _behind_known
    pieces = doubtful(account, own, reading, _Neighbours.of(account, own))
    return next((piece for piece in pieces if _unsure(account, piece)), None)


def _behind_new(
    account: KnownAccount, own: StatementPiece, reading: StatementReading, neighbours: _Neighbours
) -> Iterator[StatementPiece]:
    """Yield what may have been new where this statement brings something: one that told again something known."""
    before, behind = neighbours
    if before and reading.retold and _grows_ahead(account, own, reading):
        yield before[0]
    yield from (piece for pair in product(before, behind) for piece in pair if piece in account.partly)


def retold_around(account: KnownAccount, own: StatementPiece) -> tuple[StatementPiece, ...]:
    """Return those of two known statements that `own` joins to each other which were taken for told again.

    With `own` between them each goes on where the one before ends: then what was taken for known in them is new. Empty
    where it joins no two, or where nothing in them is in doubt.
    """
    pairs = (pair for pair in product(*_Neighbours.of(account, own)) if pair[0] != pair[1])
    doubtful = (tuple(piece for piece in pair if piece in account.partly) for pair in pairs)
    return next((pieces for pieces in doubtful if any(_unsure(account, piece) for piece in pieces)), ())


def _grows_ahead(account: KnownAccount, own: StatementPiece, reading: StatementReading) -> bool:
    """Whether what is new in a statement may lie before the beginning of the known account."""
    bounds = account.bounds
    if not bounds or own.first > bounds.first:
        return False
    growths = {(start - own.opening, own.closing - end) for start, end in bounds.pairs}
    return any(ahead and reading.cents in {ahead, ahead + more} for ahead, more in growths)


def _behind_known(
    account: KnownAccount, own: StatementPiece, reading: StatementReading, neighbours: _Neighbours
) -> Iterator[StatementPiece]:
    """Yield what may have been new where this statement only tells again: then the two may come once more, in turn."""
    one_day = own.first == own.last
    if one_day and not account.has_whole(own.first, own):
        yield from _in_turn(account, own)
    owners = {entry.owner for entry in account.entries.retold_by(reading)}
    yield from (piece for piece, other in product(*neighbours) if owners <= {piece, other})
    if one_day:
        yield from _at_an_end_of_its_day(account, own, neighbours)


def _in_turn(account: KnownAccount, own: StatementPiece) -> Iterator[StatementPiece]:
    """Yield the statements of its only day that told known entries again, and lead from its closing to its opening."""
    day = [piece for piece in account.partly if piece.first == piece.last == own.first]
    yield from (piece for piece in _going_on(day, own) if piece.closing == own.opening)


def _at_an_end_of_its_day(
    account: KnownAccount, own: StatementPiece, neighbours: _Neighbours
) -> Iterator[StatementPiece]:
    """Yield what ends or begins its day with the balance of this statement: another one may be missing beside it.

    Where the day comes to nothing, that balance is the one of its other end as well, from which a part of the day is
    told: then only beside days that nothing tells of.
    """
    day = own.first
    start, end = account.balances_after(day - _DAY), account.balances_after(day)
    if own.opening in end and (own.opening not in start or not account.tells_of(day + _DAY)):
        yield from neighbours.before
    if own.closing in start and (own.closing not in end or not account.tells_of(day - _DAY)):
        yield from neighbours.behind


def _going_on(pieces: Sequence[StatementPiece], own: StatementPiece) -> Sequence[StatementPiece]:
    """Return those statements that go on where one ends, or where one of those does."""
    chain = [own]
    for end in chain:
        chain += [piece for piece in pieces if piece not in chain and piece.opening == end.closing]
    return chain[1:]


def _unsure(account: KnownAccount, piece: StatementPiece) -> bool:
    """Whether known entries of a statement's days have no reference of the bank to be known by for sure."""
    days = {piece.first, piece.last}
    return any(":f-" in entry for day in days for entry in account.entries.cents_on(day))
