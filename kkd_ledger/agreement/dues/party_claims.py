"""claims(agreement, year, as_of): what each party owes for a service year, claim by claim, with days, and since when.

Pure: nothing that is booked is asked. What becomes known later only adds claims; of what is asked for provisionally
the settlement is the rest. Each claim's posten is named by party, service year, kind and a day.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from kkd_ledger import german
from kkd_ledger.agreement.dues.bills import BillChange, Billing, bill_dues, bills_of
from kkd_ledger.agreement.dues.due_parts import Due, summed
from kkd_ledger.agreement.dues.levels import YearViews
from kkd_ledger.agreement.dues.stated import Change, Stated
from kkd_ledger.money import format_eur, plain

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement


class ClaimKind(StrEnum):
    """What a claim is: of charges a bill; a credit is a correction that lowers what was asked for.

    A tax is the VAT that a later decision puts on what was claimed before it, or takes off.
    """

    SHARE = "share"
    CHARGE = "charge"
    ADVANCE = "advance"
    SETTLEMENT = "settlement"
    CORRECTION = "correction"
    CREDIT = "credit"
    TAX = "tax"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a party owes (or gets back: negative cents) by one claim, known since a day, due in parts.

    `named` is the day that its posten is named by: an advance's due day, the last day of what a bill is for, else the
    day since which it is known; `place` tells bills (and changes of bills) of one day apart. `conditional` says that no
    resolution covers it. `closes` are the days that name the advances whose unpaid rest a settlement takes over: what
    that is only the books know, the claim is the sum less all that was demanded (perhaps 0). `after_days` counts from
    the day of the demand, where the due day hangs on that; `dues` then are the earliest.
    """

    member: str
    service_year: int
    kind: ClaimKind
    named: dt.date
    since: dt.date
    cents: int
    dues: tuple[Due, ...]
    conditional: bool = False
    place: int = 0
    bill: BillChange | None = None
    closes: tuple[dt.date, ...] = ()
    after_days: int | None = None

    def words(self, agreement: Agreement, before_cents: int) -> str:
        """Return as one German sentence what the claim is; `before_cents` was owed before it."""
        year, after = agreement.year_name(self.service_year), format_eur(before_cents + self.cents)
        if self.bill:
            return self._billed(self.bill)
        match self.kind:
            case ClaimKind.SHARE:
                return f"Kostenbeteiligung {year} nach der Vereinbarung {agreement.id}: {after}"
            case ClaimKind.ADVANCE:
                return f"Vorauszahlung auf {year} zum {german.day(self.named)}: {format_eur(self.cents)}"
            case ClaimKind.SETTLEMENT:
                asked = f"davon schon gefordert {format_eur(before_cents)}"
                taken = "; was davon nicht gezahlt ist, geht in ihr auf" if self.closes else ""
                return f"Abrechnung {year} nach der Vereinbarung {agreement.id}: {after}, {asked}{taken}"
        return f"Kostenbeteiligung {year}: {after} statt der gebuchten {format_eur(before_cents)}"

    @staticmethod
    def _billed(bill: BillChange) -> str:
        now = format_eur(bill.after.cents)
        if bill.before is None:
            return f"{bill.after.title}: {now}"
        return f"{bill.after.title}: {now} statt {format_eur(bill.before.cents)}"

    def as_json(self) -> dict[str, Any]:
        """Return the claim as plain JSON data; amounts are texts with two decimals."""
        return {
            "id": self.member,
            "year": self.service_year,
            "kind": str(self.kind),
            "since": self.since.isoformat(),
            "amount": plain(self.cents),
            "conditional": self.conditional,
            "closes": [day.isoformat() for day in self.closes],
            "days_after_demand": self.after_days,
            "dues": [{"day": due.day.isoformat(), "amount": plain(due.cents)} for due in self.dues],
        }


def claims(agreement: Agreement, year: int, as_of: dt.date | None = None) -> tuple[Claim, ...]:
    """Return the claims of a service year that are known on a day, by party and in the order in which they arose.

    Where the file holds papers of a party, what no resolution covers is not claimed; where it holds none, claims are
    marked conditional.
    """
    views = YearViews(agreement, year, as_of or dt.date.max)
    return tuple(claim for member in views.members for claim in claims_of(views, member))


def known_claims(
    agreement: Agreement, year: int, member: str, as_of: dt.date, *, covered_only: bool = True
) -> tuple[Claim, ...]:
    """Return the claims of one party's service year that are known on a day; what is known later only adds to them."""
    history = claim_history(agreement, year, member, as_of, covered_only=covered_only)
    return history.claims[: history.known_by(as_of)]


class ClaimHistory(NamedTuple):
    """Claims of a party's service year in the order in which they arose, with the days since which they hold.

    `sums` are what all of them, none, one, two … come to in signed cents, `dues` the first day on which something of
    them is due. `reached` says after how many of them a sum was reached first.
    """

    claims: tuple[Claim, ...]
    since: tuple[dt.date, ...]
    sums: tuple[int, ...]
    dues: tuple[dt.date | None, ...]
    reached: Mapping[int, int]

    @classmethod
    def of(cls, claims: tuple[Claim, ...]) -> Self:
        """Return the history that claims are, in their order."""
        sums = tuple(accumulate((claim.cents for claim in claims), initial=0))
        dues: list[dt.date | None] = [None]
        reached: dict[int, int] = {}
        for claim in claims:
            days = [due.day for due in claim.dues]
            dues.append(min([*days, *([dues[-1]] if dues[-1] else [])], default=None))
        for count, cents in enumerate(sums):
            reached.setdefault(cents, count)
        return cls(claims, tuple(claim.since for claim in claims), sums, tuple(dues), reached)

    def known_by(self, day: dt.date) -> int:
        """Return how many of them are known on a day."""
        return bisect_right(self.since, day)


def claim_history(
    agreement: Agreement, year: int, member: str, as_of: dt.date, *, covered_only: bool = True
) -> ClaimHistory:
    """Return the claims of a party's service year, at least those that are known on a day.

    Where there are charges, and so perhaps hundreds of days, they are reckoned once and kept with the agreement.
    """
    if not agreement.charges:
        views = YearViews(agreement, year, as_of)
        return ClaimHistory.of(tuple(claims_of(views, member, covered_only=covered_only)))
    kept, place = agreement.terms().kept, ("claims", year, member, covered_only)
    if place not in kept:
        views = YearViews(agreement, year, dt.date.max)
        kept[place] = ClaimHistory.of(tuple(claims_of(views, member, covered_only=covered_only)))
    history: ClaimHistory = kept[place]
    return history


def claims_of(views: YearViews, member: str, *, covered_only: bool = True) -> Iterator[Claim]:
    """Yield the claims of one party, in the order in which they arose.

    Not `covered_only` are also those that wait for a resolution.
    """
    stated, has_papers = Stated(), covered_only and bool(views.agreement.papers(member))
    billing = Billing(bills_of(views.agreement, views.year).get(member, ()))
    billed_on = {day for day in billing.days if day <= views.as_of}
    planned_on = frozenset(views.days)
    taken: set[tuple[ClaimKind, dt.date, int]] = set()
    demanded_cents = 0
    for day in sorted({*views.days, *billed_on}):
        before = stated.copy()
        changed = _new(views, member, day, stated) if day in planned_on else ()
        new = list(_merged(changed, member, views.year, day, taken))
        new += _billed(views, member, day, billing.due(day), taken)
        total_cents = demanded_cents + sum(claim.cents for claim in new)
        covered = views.resolved_cents(member, day, total_cents)
        is_conditional = covered is None or covered < total_cents
        if new and is_conditional and has_papers:
            stated = before
            continue
        billing.take()
        for claim in new:
            taken.add((claim.kind, claim.named, claim.place))
            yield replace(claim, conditional=is_conditional)
        demanded_cents = total_cents


def _billed(
    views: YearViews,
    member: str,
    day: dt.date,
    changes: Iterable[BillChange],
    taken: set[tuple[ClaimKind, dt.date, int]],
) -> Iterator[Claim]:
    """Yield the bills of a day: new ones under their own day, changes of earlier ones under this one."""
    places = {
        kind: sum(1 for other, on, place in taken if (other, on) == (kind, day) and place)
        for kind in ClaimKind
    }
    for change in changes:
        dues = bill_dues(views.agreement, views.year, member, change, day)
        kind, named, place = ClaimKind.CHARGE, change.bill.named, change.bill.place
        if change.before is not None:
            kind, named = (ClaimKind.CREDIT if change.cents < 0 else ClaimKind.CORRECTION), day
            places[kind] += 1
            place = places[kind]
        yield Claim(member, views.year, kind, named, day, change.cents, dues, place=place, bill=change)


def _new(
    views: YearViews, member: str, day: dt.date, stated: Stated
) -> Iterator[tuple[ClaimKind, dt.date, Change]]:
    """Yield what is new on a day: kind, the day that names it, its dues."""
    level = views.level(member, day)
    for change in stated.fixed(level, day):
        yield (ClaimKind.CORRECTION if change.again else ClaimKind.SHARE), day, change
    for group in level.groups(stated):
        for named, due in stated.advances(group, day):
            yield ClaimKind.ADVANCE, named, Change((due,), again=False)
        for change in stated.settled(group, day):
            kind = ClaimKind.CORRECTION if change.again else ClaimKind.SETTLEMENT
            yield (ClaimKind.SHARE if change.whole else kind), day, change


def _merged(
    new: Iterable[tuple[ClaimKind, dt.date, Change]],
    member: str,
    year: int,
    day: dt.date,
    taken: set[tuple[ClaimKind, dt.date, int]],
) -> Iterator[Claim]:
    """Yield one claim for each name: a name that was given before makes a correction."""
    changes: dict[tuple[ClaimKind, dt.date], list[Change]] = {}
    shares = any(kind == ClaimKind.SHARE for kind, *_ in taken)
    for kind, named, added in new:
        again = (kind, named, 0) in taken or (shares and kind == ClaimKind.SHARE)
        key = (ClaimKind.CORRECTION, day) if again else (kind, named)
        changes.setdefault(key, []).append(added)
    order = list(ClaimKind)
    for (kind, named), parts in sorted(
        changes.items(), key=lambda item: (order.index(item[0][0]), item[0][1])
    ):
        dues = summed(due for change in parts for due in change.dues)
        cents = sum(due.cents for due in dues)
        closes = tuple(sorted({advance for change in parts for advance in change.closes}))
        spans = {change.after_days for change in parts}
        if cents or closes:
            yield Claim(
                member,
                year,
                ClaimKind.CREDIT if kind == ClaimKind.CORRECTION and cents < 0 else kind,
                named,
                day,
                cents,
                dues or tuple(due for change in parts for due in change.dues)[:1],
                closes=closes,
                after_days=spans.pop() if len(spans) == 1 else None,
            )
