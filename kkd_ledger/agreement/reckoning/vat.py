"""What VAT comes on top of a share: a rate by treatment, one rounding, once for each claim (UStG §§ 10, 12)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from kkd_ledger.agreement.facts.resolutions import vat_treatment
from kkd_ledger.money import round_half_up

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from kkd_ledger.agreement.facts.agreement import Agreement
    from kkd_ledger.agreement.facts.facts import VatTreatment

_PERCENT: Final = MappingProxyType({"taxable-19": 19})


def vat_percent(vat: VatTreatment | None) -> int:
    """Return the rate of a treatment in percent; 0 where no VAT is due, or nobody has decided yet."""
    return _PERCENT.get(vat.treatment, 0) if vat else 0


def vat_cents(vat: VatTreatment | None, net_cents: int) -> int:
    """Return the VAT on a net amount in cents, half a cent away from zero; a refund's is negative."""
    return round_half_up(net_cents * vat_percent(vat), 100)


def net_words(agreement: Agreement, years: Iterable[int], as_of: dt.date | None = None) -> str:
    """Return the sentence that amounts of some years are without the VAT on them; empty where none is due."""
    taxed = {year: vat_percent(vat_treatment(agreement, year, as_of)) for year in years}
    percents = sorted({percent for percent in taxed.values() if percent})
    parts = (
        f"{percent} % für {', '.join(agreement.year_name(year) for year in taxed if taxed[year] == percent)}"
        for percent in percents
    )
    return f"Beträge ohne Umsatzsteuer; hinzu kommen {'; '.join(parts)}." if percents else ""
