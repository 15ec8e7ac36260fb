"""What would be wrong with the only answer if something that nobody has seen were missing: the equation, opened again.

What comes to nothing in all may be missing where known statements meet. A statement may then lie partly behind that
hole, and new lines of it may be those of a known one; or a statement that was taken for told again may have come behind
the one that is asked about now. Of two such statements neither wins: a person decides.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import product
from typing import Final

from kkd_ledger.bank.continuity.account import KnownAccount
from kkd_ledger.bank.continuity.statement_pieces import KnownEntry, StatementPiece, StatementReading
from kkd_ledger.bank.continuity.subset_sums import reaches, some_reach
from kkd_ledger.bank.line_keys import entry_key, without_number

_DAY: Final = dt.timedelta(1)

# ------------------------------------------------------------------------------- new lines that may be known ones


def overlapped(
    account: KnownAccount, own: StatementPiece, reading: StatementReading, apart: Collection[str]
) -> StatementPiece | None:
    """Return a known statement that new lines may be of, as they would be if something were missing beside it.

    `apart` are entries that are not in this statement for sure.
    """
    near = account.near(own) if reading.new else []
    if not near:
        return None
    told = _Told(account, own, reading, apart)
    return next((other for other in near if told.overlaps(other)), None)


class _Told:
    """The entries of a statement, and the marks by which its new ones may be known ones."""

    def __init__(
        self, account: KnownAccount, own: StatementPiece, reading: StatementReading, apart: Collection[str]
    ) -> None:
        self.account, self.own = account, own
        self.known = reading.known.keys()
        self.entries = [*account.entries.known(reading), *_new(reading)]
        self.apart = {*apart, *self.known}
        days = account.edges(own)
        fresh = (one for one in self.entries if one.key not in self.known and one.day in days)
        self.marks = Counter(mark for one in fresh for mark in _marks(one))

    def overlaps(self, other: StatementPiece) -> bool:
        """Whether new lines may be the last or first ones of a known statement, or all that one of the two has."""
        theirs = self.account.entries.told(other)
        shared = self._shared(other, theirs)
        if not shared:
            return False
        both = [one.cents for one in theirs if one.key in self.known]
        overlaps = other.closing - self.own.opening, self.own.closing - other.opening
        if any(some_reach([one.cents for one in shared], cents - sum(both)) for cents in overlaps):
            return True
        count = len(both) + len(shared)
        inside = count >= len(self.entries) and _lies_in(self.own, other, theirs, shared)
        return inside or (count >= len(theirs) and _lies_in(other, self.own, self.entries, shared))

    def _shared(self, other: StatementPiece, theirs: Sequence[KnownEntry]) -> list[KnownEntry]:
        """Return the entries of a known statement, or of its days where it told known ones, that new lines may be."""
        maybe: Iterable[KnownEntry] = theirs
        if other in self.account.partly:
            days = {day for day, _ in self.marks}
            maybe = (one for day in days for one in self.account.entries.told_on(day))
        left = self.marks.copy()
        shared: list[KnownEntry] = []
        for one in maybe:
            marks = _known_marks(one, same_form=other.form == self.own.form)
            mark = next((mark for mark in marks if left[mark]), None)
            if mark and one.key not in self.apart:
                left[mark] -= 1
                shared.append(one)
        return shared


def _new(reading: StatementReading) -> Iterator[KnownEntry]:
    cents: Counter[tuple[dt.date, str]] = Counter()
    for key, line in reading.new:
        cents[line.booking_day, entry_key(key)] += line.amount_cents
    yield from (KnownEntry(key, day, total, None) for (day, key), total in cents.items())


def _marks(one: KnownEntry) -> tuple[tuple[dt.date, str], ...]:
    """Return what a new entry may be known by: its key, whether a reference made it with its amount, its amount."""
    rung = "r" if ":r-" in one.key else "f"
    return (one.day, without_number(one.key)), (one.day, f"{rung}{one.cents}"), (one.day, str(one.cents))


def _known_marks(one: KnownEntry, *, same_form: bool) -> tuple[tuple[dt.date, str], ...]:
    """Return what a new entry would have that is a known one: of another format, only its amount can be the same.

    A reference counts only where it is one entry's in its file, so the key may be of the other rung.
    """
    if not same_form:
        return ((one.day, str(one.cents)),)
    other_rung = "f" if ":r-" in one.key else "r"
    return (one.day, without_number(one.key)), (one.day, f"{other_rung}{one.cents}")


def _lies_in(
    inner: StatementPiece, outer: StatementPiece, told: Sequence[KnownEntry], shared: Sequence[KnownEntry]
) -> bool:
    """Whether a statement may begin within another one, which has all of its entries."""
    before = outer.opening + sum(one.cents for one in told if one.day < inner.first)
    rest = Counter((one.day, one.cents) for one in told) - Counter((one.day, one.cents) for one in shared)
    return reaches(
        [cents for day, cents in rest.elements() if inner.may_begin_on(day)], inner.opening - before
    )


# ------------------------------------------------------------------------------- known statements that may be new


def rejoined(account: KnownAccount, own: StatementPiece, reading: StatementReading) -> StatementPiece | None:
    """Return a known statement that was taken for told again and may have been new: this one joins it within a day.

    It began (or ended) with a balance that the account had before. But so it would where it goes on behind this one
    (or where this one goes on behind it).
    """
    first, last = (not account.has_whole(day, own) for day in (own.first, own.last))
    near = account.near(own)
    before = [one for one in near if first and one.last == own.first and one.closing == own.opening]
    behind = [one for one in near if last and one.first == own.last and one.opening == own.closing]
    doubtful = _behind_new if reading.new else _behind_known
    return next(
        (one for one in doubtful(account, own, reading, before, behind) if _unsure(account, one)), None
    )


def _behind_new(
    account: KnownAccount,
    own: StatementPiece,
    reading: StatementReading,
    before: Sequence[StatementPiece],
    behind: Sequence[StatementPiece],
) -> Iterator[StatementPiece]:
    """Yield what may have been new where this statement brings something: one that told again something known."""
    if before and reading.known and _grows_ahead(account, own, reading):
        yield before[0]
    yield from (one for pair in product(before, behind) for one in pair if one in account.partly)


def _grows_ahead(account: KnownAccount, own: StatementPiece, reading: StatementReading) -> bool:
    """Whether what is new in a statement may lie before the beginning of the known account."""
    bounds = account.bounds
    if not bounds or own.first > bounds.first:
        return False
    growths = {(start - own.opening, own.closing - end) for start, end in bounds.pairs}
    return any(ahead and reading.cents in {ahead, ahead + more} for ahead, more in growths)


def _behind_known(
    account: KnownAccount,
    own: StatementPiece,
    reading: StatementReading,
    before: Sequence[StatementPiece],
    behind: Sequence[StatementPiece],
) -> Iterator[StatementPiece]:
    """Yield what may have been new where this statement only tells again: then the two may come once more, in turn."""
    if own.first == own.last and not account.has_whole(own.first, own):
        day = [one for one in account.partly if one.first == one.last == own.first]
        yield from (one for one in _going_on(day, own) if one.closing == own.opening)
    owners = {one.owner for one in account.entries.known(reading)}
    yield from (one for one, other in product(before, behind) if owners <= {one, other})
    if own.first == own.last:
        yield from _beside_a_hole(account, own, before, behind)


def _beside_a_hole(
    account: KnownAccount,
    own: StatementPiece,
    before: Sequence[StatementPiece],
    behind: Sequence[StatementPiece],
) -> Iterator[StatementPiece]:
    """Yield what ends or begins its day with the balance of this statement, beside days that nothing tells of."""
    day = own.first
    if own.opening in account.balances_after(day) and not account.tells_of(day + _DAY):
        yield from before
    if own.closing in account.balances_after(day - _DAY) and not account.tells_of(day - _DAY):
        yield from behind


def _going_on(pieces: Sequence[StatementPiece], own: StatementPiece) -> Sequence[StatementPiece]:
    """Return those statements that go on where one ends, or where one of those does."""
    found = [own]
    for one in found:
        found += [piece for piece in pieces if piece not in found and piece.opening == one.closing]
    return found[1:]


def _unsure(account: KnownAccount, piece: StatementPiece) -> bool:
    """Whether known entries of a statement's days have no reference of the bank to be known by for sure."""
    return any(":f-" in entry for day in {piece.first, piece.last} for entry in account.entries.on(day))
