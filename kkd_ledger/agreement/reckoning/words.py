"""How figures of a calculation read in German."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from kkd_ledger.german import grouped
from kkd_ledger.money import format_eur

ROUNDING_WORDS: Final = {
    "half-up": "kaufmännisch gerundet",
    "half-even": "zur geraden Ziffer gerundet",
    "half-down": "gerundet, die Hälfte abwärts",
    "floor": "abgerundet",
    "ceil": "aufgerundet",
}
STATUS_WORDS: Final = {
    "planned": "geplant",
    "applied": "beantragt",
    "granted": "bewilligt",
    "rejected": "abgelehnt",
    "paid": "ausgezahlt",
    "proved": "nachgewiesen",
    "closed": "abgeschlossen",
    "reclaimed": "zurückgefordert",
}
DISTRIBUTION_WORDS: Final = {
    "by-share": "nach den Anteilen",
    "by-population": "nach Einwohnern",
    "equal": "zu gleichen Teilen",
    "operator": "beim Träger",
}
VAT_WORDS: Final = {
    "not-taxable-old-law": "nicht steuerbar (§ 2 Abs. 3 UStG a. F. mit § 27 Abs. 22 und 22a UStG)",
    "not-taxable-2b": "nicht steuerbar (§ 2b UStG)",
    "taxable-19": "steuerpflichtig mit 19 %",
    "exempt-4-29": "steuerfrei (§ 4 Nr. 29 UStG)",
}
VAT_SHORT: Final = {
    "not-taxable-old-law": "nicht steuerbar (altes Recht)",
    "not-taxable-2b": "nicht steuerbar (§ 2b)",
    "taxable-19": "19 %",
    "exempt-4-29": "steuerfrei",
}


def exact_eur(cents: Fraction) -> str:
    """Return an exact amount with up to six decimals; dots say that more would follow: `33,333333… EUR`."""
    if cents.denominator == 1:
        return format_eur(cents.numerator)
    scaled = abs(cents) * 10**4
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    euros, decimals = divmod(whole, 10**6)
    digits = f"{decimals:06}" + ("…" if rest else "")
    return f"{'-' if cents < 0 else ''}{grouped(euros)},{digits if rest else digits.rstrip('0')} EUR"


def part_of_year(ticks: int, whole: int, proration: str) -> str:
    """Return a part of a year as a factor: ` × 184/365 Tage`; nothing for the whole year."""
    if ticks == whole:
        return ""
    return f" × {ticks}/{whole} {'Tage' if proration == 'day' else 'Monate'}"
