"""How far a party has come on its way into the cooperation, in words."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from kkd_ledger import german
from kkd_ledger.agreement.facts.ways_in import is_in, steps_known
from kkd_ledger.agreement.reckoning.words import STEP_IN_WORDS

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement


def standing(agreement: Agreement, member: str, as_of: dt.date | None = None) -> str:
    """Return how far a party has come on its way in while it is not in; empty once it is, or where no way is told."""
    way = agreement.way_in(member)
    if is_in(way, as_of):
        return ""
    steps = steps_known(way, as_of)
    if not steps:
        return "über die Beteiligung ist noch nichts bekannt"
    last = steps[-1]
    said = f"{STEP_IN_WORDS[last.kind]} am {german.day(last.on)}"
    return f"die Beteiligung ist noch nicht wirksam, zuletzt {said}{f' ({last.words})' if last.words else ''}"
