"""What VAT comes on top of a share: a rate by treatment, one rounding, once for each claim (UStG §§ 10, 12)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from kkd_ledger.money import round_half_up

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.facts import VatTreatment

_PERCENT: Final = MappingProxyType({"taxable-19": 19})


def vat_percent(vat: VatTreatment | None) -> int:
    """Return the rate of a treatment in percent; 0 where no VAT is due, or nobody has decided yet."""
    return _PERCENT.get(vat.treatment, 0) if vat else 0


def vat_cents(vat: VatTreatment | None, net_cents: int) -> int:
    """Return the VAT on a net amount in cents, half a cent away from zero; a refund's is negative."""
    return round_half_up(net_cents * vat_percent(vat), 100)
