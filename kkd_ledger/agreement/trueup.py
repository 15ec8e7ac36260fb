"""trueup(agreement, as_of, booked): entitled minus booked, per party and service year, each with its reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kkd_ledger.agreement.shares import shares
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

    Covers every service year that has begun by `as_of`, and of later ones what is booked already. A conditional
    share (`vorbehaltlich`) is not owed yet, so it counts as zero until its resolution is adopted. What is booked
    without any ground in the agreement goes to zero.
    """
    begun = started_years(agreement, as_of)
    entitled = _entitled(agreement, as_of, {*begun, *(year for _, year in booked)})
    found = []
    owing = {key for key in entitled if key[1] in begun}
    for key in sorted({*owing, *booked}, key=lambda one: (one[1], one[0])):
        due, conditional = entitled.get(key, (0, False))
        owed = 0 if conditional else due
        if owed != booked.get(key, 0):
            found.append(_correction(agreement, key, owed, booked, conditional=conditional))
    return tuple(found)


def started_years(agreement: Agreement, as_of: dt.date) -> range:
    """Return the service years of an agreement that have begun by a day."""
    last = min(as_of, agreement.ends or as_of).year
    return range(agreement.begins.year, last + 1)


def _entitled(
    agreement: Agreement, as_of: dt.date, years: Iterable[int]
) -> dict[tuple[str, int], tuple[int, bool]]:
    return {
        (one.member, year): (one.amount_cents, one.conditional)
        for year in years
        for one in shares(agreement, year, as_of).members
    }


def _correction(
    agreement: Agreement, key: tuple[str, int], owed: int, booked: Booked, *, conditional: bool
) -> Correction:
    member, year = key
    held = booked.get(key, 0)
    known = any(one.id == member for one in agreement.members)
    if not known:
        reason = (
            f"{member} ist keine Beteiligte der Vereinbarung {agreement.id}; gebucht sind {format_eur(held)}"
        )
    elif conditional:
        reason = f"Die Kostenbeteiligung {year} ist noch nicht beschlossen; gebucht sind {format_eur(held)}"
    elif key not in booked:
        reason = f"Kostenbeteiligung {year} nach der Vereinbarung {agreement.id}: {format_eur(owed)}"
    else:
        reason = f"Kostenbeteiligung {year}: {format_eur(owed)} statt der gebuchten {format_eur(held)}"
    return Correction(member, year, owed, held, owed - held, reason, first=key not in booked)
