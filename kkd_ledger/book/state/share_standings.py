"""Where every share stands: entitled, booked, open, to be refunded. One table for pages, summaries and reports.

What a party still owes and what it gets back are two amounts with a day each, in both sides' books: they are never
set off against each other here, for only an entry of the books does that.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import chain
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from kkd_ledger.agreement import MissingFigure, Shares
from kkd_ledger.agreement.dues.unsettled import unsettled
from kkd_ledger.agreement.facts.spans import CALENDAR, ServiceYear
from kkd_ledger.agreement.reckoning.trueup import started_years
from kkd_ledger.book.config import Book
from kkd_ledger.book.state.claims import Claims
from kkd_ledger.book.state.dispositions import OrderedDue
from kkd_ledger.book.state.items import Item
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.money import plain
from kkd_ledger.periods import FIRST_YEAR, LAST_YEAR


class ShareStatus(StrEnum):
    """How far a share has come; what is to be refunded of it stands beside."""

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
    INTERNAL = "intern verrechnet"
    NOTHING = "nichts zu zahlen"
    AHEAD = "noch nichts gefordert"
    UNPRICED = "Zahl fehlt"


_ORDERED: Final = MappingProxyType(
    {
        v.DispositionKind.DEFERRAL: ShareStatus.DEFERRED,
        v.DispositionKind.INSTALMENTS: ShareStatus.INSTALMENTS,
        v.DispositionKind.SUSPENSION: ShareStatus.SUSPENDED,
    }
)


class ShareStanding(NamedTuple):
    """One party's service year, in cents: what the agreement entitles, what is booked, and what is open either way.

    `open_cents` is what the party still owes the operator, `overdue_cents` as much of it as was due before the day of
    the table, `due` the first day on which something of it is due (where nothing is open, the agreement's day).
    `refund_cents` is what the operator owes back to the party, `refund_due` since when. `settled` tells that the party
    owed something and owes nothing any more, and paid all of it. `waiting_cents` are agreed and wait for a resolution.
    Agreed and booked are net, as the agreement has them; `vat_cents` is booked on top, and what is open has it in it.
    `expected_cents` is what the year will still ask for by its plan beyond that: advances to come, and the settlement.
    `unsettled` says that the year was asked for in advance and that its settlement is still to come: what it is
    entitled to by now is no sum that anybody agreed on.
    """

    party: str
    name: str
    service_year: int
    entitled_cents: int
    booked_cents: int
    open_cents: int
    due: dt.date
    status: ShareStatus
    overdue_cents: int = 0
    refund_cents: int = 0
    refund_due: dt.date | None = None
    settled: bool = False
    waiting_cents: int = 0
    vat_cents: int = 0
    expected_cents: int = 0
    unsettled: bool = False

    @property
    def owes(self) -> bool:
        """Whether the party has, or had, something to pay for the year."""
        return self.status not in {ShareStatus.NOTHING, ShareStatus.AHEAD}

    def as_json(self) -> dict[str, Any]:
        """Return the cell as plain JSON data."""
        return {
            "party": self.party,
            "name": self.name,
            "service_year": self.service_year,
            "status": str(self.status),
            "entitled": plain(self.entitled_cents),
            "booked": plain(self.booked_cents),
            "vat": plain(self.vat_cents),
            "open": plain(self.open_cents),
            "overdue": plain(self.overdue_cents),
            "due": self.due.isoformat(),
            "refund": plain(self.refund_cents),
            "refund_due": self.refund_due.isoformat() if self.refund_due else None,
            "awaiting_resolution": plain(self.waiting_cents),
            "expected": plain(self.expected_cents),
            "unsettled": self.unsettled,
        }


class YearTotal(NamedTuple):
    """A service year over all parties, in cents; what is owed and what is to be refunded are two sums.

    Agreed and booked are net; the VAT on top of what is booked stands beside.
    """

    entitled_cents: int
    booked_cents: int
    open_cents: int
    overdue_cents: int
    refund_cents: int
    waiting_cents: int
    vat_cents: int
    expected_cents: int = 0


@dataclass(frozen=True)
class Standings:
    """All shares of a book as of the last day of its newest month, and the figures that some of them lack."""

    as_of: dt.date
    years: tuple[int, ...]
    rows: tuple[tuple[ShareStanding, ...], ...]
    missing: tuple[MissingFigure, ...] = ()
    service_year: ServiceYear = CALENDAR

    def year_name(self, year: int) -> str:
        """Return what people call a service year."""
        return self.service_year.name(year)

    @cached_property
    def _cells(self) -> Mapping[int, Sequence[ShareStanding]]:
        cells: dict[int, list[ShareStanding]] = {year: [] for year in self.years}
        for cell in chain.from_iterable(self.rows):
            cells[cell.service_year].append(cell)
        return cells

    def cells(self, service_year: int) -> Sequence[ShareStanding]:
        """Return the shares of a service year, a party each."""
        return self._cells.get(service_year, ())

    def total(self, service_year: int) -> YearTotal:
        """Return the sums of a service year over all parties."""
        cells = self.cells(service_year)
        return YearTotal(
            sum(cell.entitled_cents for cell in cells),
            sum(cell.booked_cents for cell in cells),
            sum(cell.open_cents for cell in cells),
            sum(cell.overdue_cents for cell in cells),
            sum(cell.refund_cents for cell in cells),
            sum(cell.waiting_cents for cell in cells),
            sum(cell.vat_cents for cell in cells),
            sum(cell.expected_cents for cell in cells),
        )


def standings(book_claims: Claims) -> Standings | None:
    """Return where every share stands on the last day of the newest month; None for a book without months.

    The operator's book lists every party, a member's book itself; also one that the agreement does not know any more
    for a year, where something was booked for it.
    """
    if book_claims.newest is None:
        return None
    book, day = book_claims.book, book_claims.newest.last_day
    items: dict[tuple[str, int], list[Item]] = {}
    for item in book_claims.items.moving.values():  # those at rest have nothing to say
        items.setdefault((item.party, item.service_year), []).append(item)
    begun = tuple(started_years(book.agreement, day))
    entitled = {year: book.entitled_cents(year, day) for year in begun}
    ahead_of = {year: {each.member for each in unsettled(book.agreement, year, day)} for year in begun}
    left: dict[int, dict[str, int]] = {}
    for party, year in sorted({*items, *(key for key, cents in book_claims.booked.items() if cents)}):
        if FIRST_YEAR <= year <= LAST_YEAR and party not in entitled.get(
            year, ()
        ):  # else metadata is unusable
            left.setdefault(year, {})[party] = 0
    years = tuple(sorted({*begun, *left}))
    names = {member.id: member.name for member in book.agreement.parties()}
    by_party: dict[str, list[ShareStanding]] = {}
    for year in years:
        agreed = book.shares(year, day)
        lacking = agreed.unpriced.keys() - entitled.get(year, {}).keys()
        unpriced = {member: 0 for member in agreed.unpriced if member in lacking and _is_ours(book, member)}
        rest = unpriced | left.get(year, {})
        for party, agreed_cents in chain(entitled.get(year, {}).items(), rest.items()):
            booked_cents, moving = book_claims.booked.get((party, year), 0), items.get((party, year))
            vat = book_claims.vat.get((party, year), 0)
            # of whoever lacks a figure nobody knows what it owes: what is booked stays until the figure is there
            cents = booked_cents if party in lacking else agreed_cents
            name, row = names.get(party, party), by_party.setdefault(party, [])
            expected, is_unsettled = _expected(book, agreed, party, cents), party in ahead_of.get(year, ())
            if moving is None and booked_cents == cents:
                nothing = ShareStatus.AHEAD if expected else ShareStatus.NOTHING
                status = ShareStatus.PAID if cents > 0 else nothing
                if party in lacking:
                    status = ShareStatus.UNPRICED
                due = agreed.due_of(party)
                standing = ShareStanding(party, name, year, cents, cents, 0, due, status, settled=cents > 0)
            else:
                ahead = booked_cents != cents and book.is_ahead(party, year, day, booked_cents)
                claims = _Claims(
                    agreed,
                    party,
                    cents,
                    booked_cents,
                    moving or (),
                    operator=book.is_operator,
                    is_ahead=ahead,
                )
                standing = _standing(claims, name, day)
            row.append(standing._replace(vat_cents=vat, expected_cents=expected, unsettled=is_unsettled))
    rows = tuple(tuple(row) for row in by_party.values())
    return Standings(day, years, rows, book.missing(day), book.agreement.service_year)


def _is_ours(book: Book, member: str) -> bool:
    return book.is_operator or member == book.party


def _expected(book: Book, agreed: Shares, party: str, owed_cents: int) -> int:
    """Return how much more than what is owed by now the year's share is, where it is asked for little by little."""
    return max(0, agreed.amounts.get(party, 0) - owed_cents) if book.agreement.dues else 0


class _Claims(NamedTuple):
    """What is booked beside what a party owes for a year."""

    agreed: Shares
    party: str
    entitled_cents: int
    booked_cents: int
    items: Sequence[Item]
    operator: bool
    is_ahead: bool = False
    """Whether nothing is missing but advances that are not due yet."""

    @property
    def waiting_cents(self) -> int:
        """What no resolution covers yet."""
        share = self.agreed.of(self.party)
        return share.waiting_cents(self.booked_cents) if share else 0

    @property
    def paid_cents(self) -> int:
        """What the party paid on its demands less what it got back; a credit that was set off is neither."""
        demands = sum(_settled(item) for item in self.demands)
        return demands - sum(_settled(item) for item in self.refunds)

    @property
    def demands(self) -> Sequence[Item]:
        """The items by which the party owes; the others are refunds."""
        return [item for item in self.items if (item.sign > 0) == self.operator]

    @property
    def refunds(self) -> Sequence[Item]:
        """The items by which the operator owes the party."""
        return [item for item in self.items if (item.sign > 0) != self.operator]


def _standing(claims: _Claims, name: str, day: dt.date) -> ShareStanding:
    demands, refunds = claims.demands, claims.refunds
    owed, back = list(_dues(demands)), list(_dues(refunds))
    # what was paid beyond a claim is to be given back, what was given back beyond a refund is owed again
    owed += [OrderedDue(item.booked, cents) for item in refunds if (cents := _beyond(item))]
    back += [OrderedDue(item.booked, cents) for item in demands if (cents := _beyond(item))]
    open_cents = sum(cents for _, cents in owed)
    overdue_cents = sum(cents for on, cents in owed if on < day)
    status = next(_statuses(claims, open_cents, overdue_cents))
    unpaid = any(item.remitted_cents or item.internal_cents for item in demands)
    return ShareStanding(
        claims.party,
        name,
        claims.agreed.year,
        claims.entitled_cents,
        claims.booked_cents,
        open_cents,
        min((on for on, _ in owed), default=claims.agreed.due_of(claims.party)),
        status,
        overdue_cents,
        sum(cents for _, cents in back),
        min((on for on, _ in back), default=None),
        settled=claims.booked_cents > 0 and not open_cents and not unpaid,
        waiting_cents=claims.waiting_cents,
    )


def _settled(item: Item) -> int:
    """Return how much of an item was settled without a remission and not inside the house, unsigned."""
    return (item.claimed_cents - item.open_cents) * item.sign - item.remitted_cents - item.internal_cents


def _dues(items: Iterable[Item]) -> Iterator[OrderedDue]:
    for item in items:
        yield from item.dues


def _beyond(item: Item) -> int:
    """Return how much more was settled of an item than it was, in cents: nothing while the books have no error."""
    return max(0, -item.open_cents * item.sign)


def _statuses(claims: _Claims, open_cents: int, overdue_cents: int) -> Iterator[ShareStatus]:
    """Yield what can be said of a share, most important first."""
    if claims.booked_cents != claims.entitled_cents and not claims.is_ahead:
        if claims.waiting_cents:
            yield ShareStatus.CONDITIONAL
        yield ShareStatus.DIFFERS if claims.booked_cents or claims.items else ShareStatus.UNBOOKED
    paid_cents = claims.paid_cents
    if not open_cents:
        if any(item.remitted_cents for item in claims.demands):
            yield ShareStatus.PART_REMITTED if paid_cents > 0 else ShareStatus.REMITTED
        if any(item.internal_cents for item in claims.demands):
            yield ShareStatus.INTERNAL
        nothing = ShareStatus.AHEAD if claims.is_ahead else ShareStatus.NOTHING
        yield ShareStatus.PAID if claims.booked_cents > 0 else nothing
    if overdue_cents:
        yield ShareStatus.OVERDUE
    orders = [item.schedule for item in claims.demands if item.dues]
    if orders and all(orders):
        soonest = min((item for item in claims.demands if item.dues), key=lambda item: item.due_on)
        assert soonest.schedule, "each has one"
        yield _ORDERED[v.DispositionKind(soonest.schedule.kind)]
    yield ShareStatus.PART if paid_cents > 0 else ShareStatus.OPEN
