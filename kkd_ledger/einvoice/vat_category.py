"""How a decided VAT treatment stands in a document: category, rate, reason (EN 16931; UStG §§ 2b, 4, 12)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from kkd_ledger.einvoice.model import EXEMPT, NOT_TAXABLE, STANDARD, Tax


@dataclass(frozen=True, slots=True)
class Treatment:
    """A VAT category; `rate` is None where no rate may stand on a line, `words` is printed in the document."""

    category: str
    rate: Decimal | None
    reason: str
    reason_code: str
    words: str

    def tax(self, base_cents: int, tax_cents: int) -> Tax:
        """Return the category's line in the breakdown; the amounts are those that were booked."""
        return Tax(
            self.category, base_cents, tax_cents, self.rate or Decimal(0), self.reason, self.reason_code
        )


def _exempt(number: int, code: str) -> Treatment:
    """Return an exemption of § 4 UStG: teaching (Nr. 21), courses and events (Nr. 22), cost sharing (Nr. 29)."""
    words = f"Steuerfrei nach § 4 Nr. {number} UStG"
    return Treatment(EXEMPT, Decimal(0), words, code, f"{words}.")


_OLD_LAW: Final = "Nicht steuerbar nach § 2 Abs. 3 UStG a. F. in Verbindung mit § 27 Abs. 22 und 22a UStG"
TREATMENTS: Final = MappingProxyType(
    {
        "not-taxable-old-law": Treatment(NOT_TAXABLE, None, _OLD_LAW, "VATEX-EU-O", f"{_OLD_LAW}."),
        "not-taxable-2b": Treatment(
            NOT_TAXABLE,
            None,
            "Nicht steuerbar nach § 2b UStG",
            "VATEX-EU-O",
            "Nicht steuerbar nach § 2b UStG.",
        ),
        "exempt-4-21": _exempt(21, "VATEX-EU-132-1I"),
        "exempt-4-22": _exempt(22, "VATEX-EU-132"),
        "exempt-4-29": _exempt(29, "VATEX-EU-132-1F"),
        "taxable-19": Treatment(STANDARD, Decimal(19), "", "", ""),
    }
)
