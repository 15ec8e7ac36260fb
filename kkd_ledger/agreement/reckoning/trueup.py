"""trueup(agreement, as_of, booked): what has to be booked per party and service year, each with its reason.

Every change of an amount is a correction of its own, with the day from which on it is known: so both sides' books
arrive at the same corrections, whenever each of them books.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple

from kkd_ledger.agreement.dues.due_parts import Due
from kkd_ledger.agreement.dues.levels import YearViews
from kkd_ledger.agreement.dues.party_claims import Claim, ClaimKind, claims_of
from kkd_ledger.agreement.dues.plans import first_days
from kkd_ledger.agreement.reckoning.correction import Booked, Correction, Key
from kkd_ledger.agreement.reckoning.later_vat import NetClaim, TaxStep, YearVat
from kkd_ledger.agreement.reckoning.shares import MemberShare, Shares, shares
from kkd_ledger.agreement.reckoning.taxed import BookedYear, taxed_corrections
from kkd_ledger.money import format_eur

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement

_NOWHERE: Final[Mapping[Key, dt.date]] = {}
_NOTHING: Final[Booked] = {}


def trueup(
    agreement: Agreement,
    as_of: dt.date,
    booked: Booked,
    stood: Mapping[Key, dt.date] = _NOWHERE,
    taxed: Booked = _NOTHING,
) -> tuple[Correction, ...]:
    """Return the corrections that bring `booked` (cents by member and service year) to what is owed on `as_of`.

    One for each day on which an amount changed since it was booked; `stood` is the day by which that was reckoned.
    `taxed` is the VAT that is booked on top, in cents: a decision that became known later changes it (see `later_vat`).
    Covers every service year that has begun by `as_of`, and of later ones what is booked already. A conditional share
    (`vorbehaltlich`) is not booked until a resolution covers it; what is booked of it stays as far as one does. What
    is booked without any ground in the agreement goes to zero. A share that lacks a figure is not touched: what is
    booked of it stays.
    """
    begun = started_years(agreement, as_of)
    corrections: list[Correction] = []
    for year in sorted({*begun, *(year for _, year in booked)}):
        tax = YearVat(agreement, year, as_of)
        if agreement.by_claims:
            corrections += _planned(YearViews(agreement, year, as_of), tax, booked, stood, taxed)
            continue
        views = _Views(agreement, year, as_of)
        parties = {member for member, other in booked if other == year}
        if year in begun:
            parties |= views.members
        for member in sorted(parties - views.unpriced(as_of)):
            key = (member, year)
            before = BookedYear(key, booked.get(key, 0), taxed.get(key, 0), stood.get(key))
            changes = list(_corrections(views, tax, key, booked, before.stood))
            owed = _net_steps(views, member) if tax.changes else ()
            corrections += taxed_corrections(tax, before, changes, owed)
    return tuple(corrections)


def missing_vat(
    agreement: Agreement, key: Key, as_of: dt.date, net_cents: int, tax_cents: int
) -> TaxStep | None:
    """Return what VAT is missing (or too much) on a party's service year of which so much is booked; None for none."""
    member, year = key
    tax = YearVat(agreement, year, as_of)
    if not tax.changes:
        return None
    if agreement.by_claims:
        owed = _net_claims(_owed_claims(YearViews(agreement, year, as_of), member))
    else:
        owed = _net_steps(_Views(agreement, year, as_of), member)
    return tax.missing(owed, net_cents, tax_cents)


def started_years(agreement: Agreement, as_of: dt.date) -> range:
    """Return the service years of an agreement that have begun by a day, or for which plans ask before they begin."""
    last = agreement.service_year.of(min(as_of, agreement.ends or as_of))
    early = any(day <= as_of for day in first_days(agreement.terms(as_of), last + 1))
    return range(agreement.first_year, last + 1 + early)


def _planned(
    views: YearViews, tax: YearVat, booked: Booked, stood: Mapping[Key, dt.date], taxed: Booked
) -> Iterator[Correction]:
    """Yield the claims of a service year that are not booked, where the agreement has due plans.

    What is booked is looked for among the sums that the claims reached one after the other, by the day on which it was
    reckoned; what never was such a sum is brought to the one of that day.
    """
    for member in sorted({*views.members, *(member for member, year in booked if year == views.year)}):
        key = (member, views.year)
        owed = _owed_claims(views, member)
        before = BookedYear(key, booked.get(key, 0), taxed.get(key, 0), stood.get(key))
        claims = _net_claims(owed) if tax.changes else ()
        yield from taxed_corrections(tax, before, list(_unbooked(views, tax, before, owed)), claims)


def _owed_claims(views: YearViews, member: str) -> Sequence[Claim]:
    return [claim for claim in claims_of(views, member) if not claim.conditional]


def _net_claims(owed: Sequence[Claim]) -> list[NetClaim]:
    return [
        NetClaim(
            claim.since,
            claim.cents,
            max((due.day for due in claim.dues), default=claim.since),
            settles=claim.kind == ClaimKind.SETTLEMENT,
        )
        for claim in owed
    ]


def _unbooked(
    views: YearViews, tax: YearVat, before: BookedYear, owed: Sequence[Claim]
) -> Iterator[Correction]:
    """Yield the claims of a party's service year that are not booked, after what brings back what never was owed."""
    sums = [0, *accumulate(claim.cents for claim in owed)]
    reached, last_day = before.net_cents, before.stood
    if last_day is None and reached:
        last_day = views.as_of
    upto = sum(1 for claim in owed if last_day is not None and claim.since <= last_day)
    place = next((n for n in range(upto, -1, -1) if sums[n] == reached), None)
    if place is None:
        place = upto
        since = owed[upto - 1].since if upto else views.begin
        yield _back(views, before.key, reached, sums[upto], since)
    for n in range(place, len(owed)):
        yield _claimed(views, tax, owed, n, sums)


def _claimed(
    views: YearViews, tax: YearVat, owed: Sequence[Claim], n: int, sums: Sequence[int]
) -> Correction:
    claim = owed[n]
    later = [other.since for other in owed[n + 1 :] if other.since > claim.since][:1]
    if change := tax.following(claim.since):
        later.append(change)
    known_on = min(later) - dt.timedelta(days=1) if later else views.as_of
    return Correction(
        claim.member,
        claim.service_year,
        sums[n + 1],
        sums[n],
        claim.cents,
        claim.words(views.agreement, sums[n]),
        claim.kind,
        claim.since,
        known_on,
        claim.named,
        claim.dues,
        claim.place,
        claim.bill,
        claim.closes,
        claim.after_days,
    )


def _back(views: YearViews, key: Key, booked_cents: int, owed_cents: int, since: dt.date) -> Correction:
    """Return what brings a sum that never was owed to the one that was."""
    difference = owed_cents - booked_cents
    member = views.agreement.party(key[0])
    actual = f"gebucht sind {format_eur(booked_cents)}"
    reason = f"Kostenbeteiligung {views.agreement.year_name(key[1])}: {format_eur(owed_cents)}; {actual}"
    if member is None:
        reason = f"{key[0]} ist keine Beteiligte der Vereinbarung {views.agreement.id}; {actual}"
    kind = ClaimKind.CORRECTION if difference > 0 else ClaimKind.CREDIT
    dues = (Due(since, difference),)
    return Correction(
        *key, owed_cents, booked_cents, difference, reason, kind, since, views.as_of, since, dues
    )


class _Views:
    """A service year as it was known on each day up to the one asked for, reckoned where somebody asks."""

    def __init__(self, agreement: Agreement, year: int, as_of: dt.date) -> None:
        self.agreement, self.year, self.as_of = agreement, year, as_of
        first = min(agreement.days_of(year).first, as_of)
        days = (max(day, first) for day in agreement.knowledge_days if day <= as_of)
        self.days: Sequence[dt.date] = sorted({*days}) or (as_of,)
        self._shares: dict[dt.date, Shares] = {}
        self._known: dict[dt.date, dict[str, MemberShare]] = {}

    @property
    def members(self) -> set[str]:
        """Who has a share of the year now."""
        return set(self.on(self.as_of))

    def unpriced(self, day: dt.date) -> set[str]:
        """Whose share lacked a figure on a day: what is booked of it stays."""
        return set(self._all(day).unpriced)

    def on(self, day: dt.date) -> dict[str, MemberShare]:
        if day not in self._known:
            self._known[day] = {share.member: share for share in self._all(day).members}
        return self._known[day]

    def _all(self, day: dt.date) -> Shares:
        if day not in self._shares:
            self._shares[day] = shares(self.agreement, self.year, day)
        return self._shares[day]


class _Step(NamedTuple):
    since: dt.date
    booked_cents: int
    owed: int


def _net_steps(views: _Views, member: str) -> list[NetClaim]:
    """Return what a party's share came to, change by change, as if nothing were booked."""
    return [
        NetClaim(step.since, step.owed - step.booked_cents, share.due if share else step.since)
        for step in _steps(views, member, 0, None)
        for share in [views.on(step.since).get(member)]
    ]


def _corrections(
    views: _Views, tax: YearVat, key: Key, booked: Booked, stood: dt.date | None
) -> Iterator[Correction]:
    steps = list(_steps(views, key[0], booked.get(key, 0), stood))
    for place, step in enumerate(steps):
        later = [other.since for other in steps[place + 1 : place + 2]]
        if change := tax.following(step.since):
            later.append(change)
        known_on = min(later) - dt.timedelta(days=1) if later else views.as_of
        reason = _reason(views, key, step, is_new=place == 0 and key not in booked)
        first = place == 0 and stood is None and not step.booked_cents
        difference = step.owed - step.booked_cents
        kind = ClaimKind.SHARE if first else ClaimKind.CORRECTION if difference > 0 else ClaimKind.CREDIT
        share = views.on(known_on).get(key[0])
        dues = (Due(share.due, difference),) if share else ()
        yield Correction(
            *key,
            step.owed,
            step.booked_cents,
            difference,
            reason,
            kind,
            step.since,
            known_on,
            step.since,
            dues,
        )


def _steps(views: _Views, member: str, booked_cents: int, stood: dt.date | None) -> Iterator[_Step]:
    """Yield every change from what is booked on, in the order of the days on which it became known."""
    for day in views.days[_begin(views, member, booked_cents, stood) :]:
        owed = _owed(views, member, day, booked_cents)
        if owed != booked_cents:
            yield _Step(day, booked_cents, owed)
            booked_cents = owed


def _begin(views: _Views, member: str, booked_cents: int, stood: dt.date | None) -> int:
    """Return from which day on changes are not booked: after the last one (by then) whose amount is."""
    if stood is None and not booked_cents:
        return 0
    last = max(1, bisect_right(views.days, stood or views.as_of)) - 1
    return next(
        (n for n in range(last, -1, -1) if _owed(views, member, views.days[n], booked_cents) == booked_cents),
        last,
    )


def _owed(views: _Views, member: str, day: dt.date, booked_cents: int) -> int:
    if member in views.unpriced(day):
        return booked_cents
    share = views.on(day).get(member)
    if share and share.conditional and views.agreement.party(member):
        return min(max(booked_cents, 0), share.resolved_cents)
    return share.amount_cents if share else 0


def _reason(views: _Views, key: Key, step: _Step, *, is_new: bool) -> str:
    (member, year), agreement = key, views.agreement
    named = agreement.year_name(year)
    share = views.on(step.since).get(member)
    if agreement.party(member) is None:
        actual = f"gebucht sind {format_eur(step.booked_cents)}"
        return f"{member} ist keine Beteiligte der Vereinbarung {agreement.id}; {actual}"
    if share and share.conditional:
        upto = f"nur bis {format_eur(step.owed)}" if step.owed else "noch nicht"
        return f"Die Kostenbeteiligung {named} ist {upto} beschlossen; gebucht sind {format_eur(step.booked_cents)}"
    if is_new:
        return f"Kostenbeteiligung {named} nach der Vereinbarung {agreement.id}: {format_eur(step.owed)}"
    return f"Kostenbeteiligung {named}: {format_eur(step.owed)} statt der gebuchten {format_eur(step.booked_cents)}"
