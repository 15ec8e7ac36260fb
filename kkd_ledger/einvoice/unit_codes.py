"""Units as agreements name them → codes of UN/ECE Recommendation 20, which an e-invoice asks for (BT-130)."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

PIECE: Final = "C62"
"""One: what is counted and has no unit of its own (cases, copies, jobs)."""
_CODES: Final = MappingProxyType(
    {
        **dict.fromkeys(("minute", "minuten", "min"), "MIN"),
        **dict.fromkeys(("stunde", "stunden", "std", "h"), "HUR"),
        **dict.fromkeys(("tag", "tage", "tagewerk"), "DAY"),
        **dict.fromkeys(("woche", "wochen"), "WEE"),
        **dict.fromkeys(("monat", "monate"), "MON"),
        **dict.fromkeys(("jahr", "jahre"), "ANN"),
        **dict.fromkeys(("km", "kilometer"), "KMT"),
        **dict.fromkeys(("m", "meter"), "MTR"),
        **dict.fromkeys(("m²", "qm", "quadratmeter"), "MTK"),
        **dict.fromkeys(("m³", "cbm", "kubikmeter"), "MTQ"),
        **dict.fromkeys(("l", "liter"), "LTR"),
        **dict.fromkeys(("kg", "kilogramm"), "KGM"),
        **dict.fromkeys(("t", "tonne", "tonnen"), "TNE"),
        **dict.fromkeys(("kwh", "kilowattstunde", "kilowattstunden"), "KWH"),
        **dict.fromkeys(("mwh", "megawattstunde", "megawattstunden"), "MWH"),
    }
)


def unit_code(unit: str) -> str:
    """Return the code of a unit; one piece for what is none of them.

    >>> unit_code("Stunde"), unit_code("km"), unit_code("Fall")
    ('HUR', 'KMT', 'C62')
    """
    return _CODES.get(unit.casefold().rstrip("."), PIECE)
