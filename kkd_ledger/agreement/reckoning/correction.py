"""What has to be booked so that a party's service year stands at what it owes: one record, each with its reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kkd_ledger.agreement.dues.due_parts import Due
from kkd_ledger.agreement.dues.party_claims import ClaimKind

if TYPE_CHECKING:
    from kkd_ledger.agreement.dues.bills import BillChange

Key = tuple[str, int]
Booked = Mapping[Key, int]


@dataclass(frozen=True, slots=True)
class Correction:
    """What has to be booked so that a party's service year stands at what it owes.

    `since` is the day from which on that is known, `known_on` the last day on which it was so (up to the day asked
    for): an amount reckoned on any day between is the same. `named` is the day that its posten is named by, `dues` are
    the days on which its parts are due by the agreement (none where nobody has a share any more). `place` tells bills
    of one day apart, `bill` is the change of charges that it asks for. `closes` are the days of the advances whose
    unpaid rest a settlement takes over, `after_days` counts from its demand (see `Claim`). `vat_cents` comes on top of
    the difference; where a decision taxes what was claimed before it, it is all that the correction is about.
    """

    member: str
    service_year: int
    entitled_cents: int
    booked_cents: int
    difference_cents: int
    reason: str
    kind: ClaimKind
    since: dt.date
    known_on: dt.date
    named: dt.date
    dues: tuple[Due, ...] = ()
    place: int = 0
    bill: BillChange | None = None
    closes: tuple[dt.date, ...] = ()
    after_days: int | None = None
    vat_cents: int = 0
