"""trueup(agreement, as_of, booked): entitled minus booked, per party and service year, each with its reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kkd_ledger.agreement.shares import MemberShare, shares
from kkd_ledger.money import format_eur

if TYPE_CHECKING:
    from kkd_ledger.agreement.model import Agreement

Booked = Mapping[tuple[str, int], int]


@dataclass(frozen=True, slots=True)
class Correction:
    """What has to be booked so that a party's service year stands at what it owes."""

    member: str
    service_year: int
    entitled_cents: int
    booked_cents: int
    difference_cents: int
    reason: str
    first: bool


def trueup(agreement: Agreement, as_of: dt.date, booked: Booked) -> tuple[Correction, ...]:
    """Return the corrections that bring `booked` (cents by member and service year) to what is owed on `as_of`.

    Covers every service year that has begun by `as_of`, and of later ones what is booked already. A conditional share
    (`vorbehaltlich`) is not booked until a resolution covers it; what is booked of it stays as far as one does. What
    is booked without any ground in the agreement goes to zero. A share that lacks a figure is not touched: what is
    booked of it stays.
    """
    begun = started_years(agreement, as_of)
    found = {year: shares(agreement, year, as_of) for year in {*begun, *(year for _, year in booked)}}
    entitled = {(one.member, year): one for year, all_ in found.items() for one in all_.members}
    unpriced = {(member, year) for year, all_ in found.items() for member in all_.unpriced}
    owing = {key for key in entitled if key[1] in begun}
    keys = sorted({*owing, *booked} - unpriced, key=lambda one: (one[1], one[0]))
    corrections = [_correction(agreement, key, entitled.get(key), booked) for key in keys]
    return tuple(one for one in corrections if one.difference_cents)


def started_years(agreement: Agreement, as_of: dt.date) -> range:
    """Return the service years of an agreement that have begun by a day."""
    last = min(as_of, agreement.ends or as_of).year
    return range(agreement.begins.year, last + 1)


def _correction(
    agreement: Agreement, key: tuple[str, int], share: MemberShare | None, booked: Booked
) -> Correction:
    member, year = key
    held, owed = booked.get(key, 0), share.amount_cents if share else 0
    if agreement.party(member) is None:
        found = f"gebucht sind {format_eur(held)}"
        reason = f"{member} ist keine Beteiligte der Vereinbarung {agreement.id}; {found}"
    elif share and share.conditional:
        owed = min(max(held, 0), share.resolved_cents)
        upto = f"nur bis {format_eur(owed)}" if owed else "noch nicht"
        reason = f"Die Kostenbeteiligung {year} ist {upto} beschlossen; gebucht sind {format_eur(held)}"
    elif key not in booked:
        reason = f"Kostenbeteiligung {year} nach der Vereinbarung {agreement.id}: {format_eur(owed)}"
    else:
        reason = f"Kostenbeteiligung {year}: {format_eur(owed)} statt der gebuchten {format_eur(held)}"
    return Correction(member, year, owed, held, owed - held, reason, first=key not in booked)
