"""Where every share stands: entitled, booked, paid, open. One table for pages, summaries and reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import chain
from types import MappingProxyType
from typing import Final, NamedTuple

from kkd_ledger.agreement import Shares
from kkd_ledger.agreement.trueup import started_years
from kkd_ledger.book import vocabulary as v
from kkd_ledger.book.claims import Claims
from kkd_ledger.book.items import Item


class Status(StrEnum):
    """How far a share has come."""

    CONDITIONAL = "vorbehaltlich"
    UNBOOKED = "nicht gebucht"
    DIFFERS = "weicht ab"
    OPEN = "offen"
    PART = "teilweise bezahlt"
    OVERDUE = "überfällig"
    DEFERRED = "gestundet"
    INSTALMENTS = "in Raten"
    SUSPENDED = "niedergeschlagen"
    PAID = "bezahlt"
    REMITTED = "erlassen"
    PART_REMITTED = "bezahlt und erlassen"


_ORDERED: Final = MappingProxyType(
    {
        v.DispositionKind.DEFERRAL: Status.DEFERRED,
        v.DispositionKind.INSTALMENTS: Status.INSTALMENTS,
        v.DispositionKind.SUSPENSION: Status.SUSPENDED,
    }
)


class Standing(NamedTuple):
    """One party's service year, in cents: what the agreement entitles, what is booked and what is still open.

    `due` is the agreement's day, or where something else was ordered about all that is open, the first day of that.
    """

    party: str
    name: str
    service_year: int
    entitled_cents: int
    booked_cents: int
    open_cents: int
    due: dt.date
    status: Status


@dataclass(frozen=True)
class Standings:
    """All shares of a book as of the last day of its newest month."""

    as_of: dt.date
    years: tuple[int, ...]
    rows: tuple[tuple[Standing, ...], ...]

    @cached_property
    def _cells(self) -> Mapping[int, Sequence[Standing]]:
        found: dict[int, list[Standing]] = {year: [] for year in self.years}
        for cell in chain.from_iterable(self.rows):
            found[cell.service_year].append(cell)
        return found

    def cells(self, service_year: int) -> Sequence[Standing]:
        """Return the shares of a service year, a party each."""
        return self._cells.get(service_year, ())

    def total(self, service_year: int) -> tuple[int, int, int]:
        """Return entitled, booked and open cents of a service year over all parties."""
        cells = self.cells(service_year)
        return (
            sum(cell.entitled_cents for cell in cells),
            sum(cell.booked_cents for cell in cells),
            sum(cell.open_cents for cell in cells),
        )


def standings(found: Claims) -> Standings | None:
    """Return where every share stands on the last day of the newest month; None for a book without months.

    The operator's book lists every party, a member's book itself.
    """
    if found.newest is None:
        return None
    book, day = found.book, found.newest.last_day
    items: dict[tuple[str, int], list[Item]] = {}
    for item in found.items.moving.values():  # those at rest have nothing to say
        items.setdefault((item.party, item.service_year), []).append(item)
    years = tuple(started_years(book.agreement, day))
    names = {member.id: member.name for member in book.agreement.parties(day)}
    by_party: dict[str, list[Standing]] = {}
    for year in years:
        agreed = book.shares(year, day)
        for party, cents in book.entitled_cents(year, day).items():
            booked_cents, moving = found.booked.get((party, year), 0), items.get((party, year))
            name, row = names[party], by_party.setdefault(party, [])
            if moving is None and booked_cents == cents:
                row.append(Standing(party, name, year, cents, cents, 0, agreed.due, Status.PAID))
            else:
                row.append(_standing(_Booked(agreed, party, cents, booked_cents, moving or ()), name, day))
    return Standings(day, years, tuple(tuple(row) for row in by_party.values()))


class _Booked(NamedTuple):
    """What is booked beside what a party owes for a year."""

    agreed: Shares
    party: str
    entitled_cents: int
    booked_cents: int
    items: Sequence[Item]

    @property
    def conditional(self) -> bool:
        share = self.agreed.of(self.party)
        return share is not None and share.conditional


def _standing(booked: _Booked, name: str, day: dt.date) -> Standing:
    agreed, party, entitled_cents, booked_cents, items = booked
    owed = [item for item in items if item.open_cents]
    open_cents = abs(sum([item.open_cents for item in owed]))
    waiting = _waiting(owed, day)
    due = waiting.due_on if waiting else agreed.due
    status = next(_statuses(booked, open_cents, waiting, day))
    return Standing(party, name, agreed.year, entitled_cents, booked_cents, open_cents, due, status)


def _waiting(owed: Sequence[Item], day: dt.date) -> Item | None:
    """Return the first item to be due again where something was ordered about each that is open; None otherwise."""
    if not owed or any(item.disposition is None or item.due_on < day for item in owed):
        return None
    return min(owed, key=lambda item: item.due_on)


def _statuses(booked: _Booked, open_cents: int, waiting: Item | None, day: dt.date) -> Iterator[Status]:
    """Yield what can be said of a share, most important first."""
    if booked.booked_cents != booked.entitled_cents:
        if booked.conditional:
            yield Status.CONDITIONAL
        yield Status.DIFFERS if booked.booked_cents else Status.UNBOOKED
    claimed_cents = abs(sum([item.claimed_cents for item in booked.items]))
    if not open_cents:
        remitted_cents = sum([item.remitted_cents for item in booked.items])
        if remitted_cents:
            yield Status.REMITTED if remitted_cents == claimed_cents else Status.PART_REMITTED
        yield Status.PAID
    if waiting and waiting.disposition:
        yield _ORDERED[v.DispositionKind(waiting.disposition.kind)]
    if booked.agreed.due < day:
        yield Status.OVERDUE
    yield Status.PART if open_cents < claimed_cents else Status.OPEN
