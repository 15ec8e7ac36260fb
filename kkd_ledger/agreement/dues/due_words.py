"""When a party's claims of a service year are due, in German words: rates, advances, settlement, corrections."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from kkd_ledger import german
from kkd_ledger.agreement.dues.party_claims import Claim, ClaimKind, known_claims
from kkd_ledger.money import format_eur

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement

_NAMES: Final = {
    ClaimKind.SHARE: "Fällig",
    ClaimKind.CHARGE: "Nach Anfall",
    ClaimKind.ADVANCE: "Vorauszahlungen",
    ClaimKind.SETTLEMENT: "Abrechnung",
    ClaimKind.CORRECTION: "Nachforderung",
    ClaimKind.CREDIT: "Gutschrift",
}


def due_words(agreement: Agreement, member: str, year: int, as_of: dt.date | None) -> tuple[str, ...]:
    """Return a sentence for each kind of claim of a party's year: its amounts and days; none without due plans."""
    return tuple(_sentences(planned_claims(agreement, member, year, as_of)))


def planned_claims(agreement: Agreement, member: str, year: int, as_of: dt.date | None) -> tuple[Claim, ...]:
    """Return the claims of one party's year where the agreement has due plans; none where it has not."""
    if not agreement.by_claims:
        return ()
    return known_claims(agreement, year, member, as_of or dt.date.max)


def _sentences(owed: tuple[Claim, ...]) -> Iterator[str]:
    for kind, name in _NAMES.items():
        dues = sorted(due for claim in owed if claim.kind == kind for due in claim.dues)
        if dues:
            parts = [f"{format_eur(due.cents)} am {german.day(due.day)}" for due in dues]
            yield f"{name}: {german.listing(parts)}."
