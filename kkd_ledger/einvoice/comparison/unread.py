"""What a received document says beyond EN 16931: it is told, and searched for accounts like every other text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kkd_ledger.einvoice.comparison.case import Case
from kkd_ledger.einvoice.comparison.compared_fields import ComparedField, noted, suspicious

_SHOWN_MAX: Final = 5
_WHO: Final = ("Payee", "Factor", "Invoicer", "Ultimate", "Agent", "SellerSupplierParty")


def beyond(case: Case) -> Iterator[ComparedField]:
    """Yield what no field of the standard holds: another receiver of the money by itself, everything else together."""
    name = "Angaben außerhalb der Norm"
    others = []
    for unread in case.unread:
        if any(word in unread.place for word in _WHO):
            said = f"das Dokument nennt außerhalb der Norm {unread.text} ({unread.place}); gezahlt wird wie vereinbart"
            yield suspicious(noted(name, "", unread.text, "nichts", said))
        else:
            others.append(f"{unread.text} ({'/'.join(unread.place.split('/')[-2:])})")
    if others:
        shown = "; ".join(others[:_SHOWN_MAX])
        more = f"; und {len(others) - _SHOWN_MAX} weitere" if len(others) > _SHOWN_MAX else ""
        said = f"das Dokument enthält Angaben, die die Norm nicht kennt oder die schon anders dastehen: {shown}{more}"
        yield noted(name, "", shown, "nichts", said)
