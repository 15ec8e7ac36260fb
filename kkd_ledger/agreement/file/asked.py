"""Which figures an agreement asks for: what nobody would ever count, and years that are far off, are refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from kkd_ledger.agreement.keys.measuring import leaves
from kkd_ledger.errors import NotAllowed, UsageError
from kkd_ledger.german import day as german_day

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement
    from kkd_ledger.agreement.facts.facts import Basis

_ACTUAL_AHEAD: Final = 2
"""How many years ahead an actual figure may be: the year after next."""
_PLAN_AHEAD: Final = 5
"""How many years ahead a plan may be: the medium-term plan (GemHVO § 9) and one more."""
_DAYS_TOLD: Final = 3


def asked_year(agreement: Agreement, what: str, year: int, known_from: dt.date, kind: str = "actual") -> int:
    """Return the number of a service year for which money is stated (`what`).

    Raise UsageError for `2024/25` where years are calendar years, a year outside the agreement's, or one far ahead.
    """
    try:
        number = agreement.service_year.meant(year)
    except NotAllowed as refused:
        raise UsageError(f"{what}: {refused}.") from None
    ahead = _ACTUAL_AHEAD if kind == "actual" else _PLAN_AHEAD
    last = min(agreement.service_year.of(known_from) + ahead, agreement.last_year)
    if agreement.first_year <= number <= last:
        return number
    name = agreement.year_name
    allowed = f"{name(agreement.first_year)} bis {name(last)}"
    if kind == "actual" and agreement.first_year <= number <= agreement.last_year:
        allowed += "; weiter voraus nur ein Plan (--kind plan)"
    raise UsageError(f"{what}: {name(number)} ist kein Jahr, das die Vereinbarung fragt; erlaubt: {allowed}.")


def refuse_unasked_day(agreement: Agreement, basis: Basis, day: dt.date, known_from: dt.date) -> None:
    """Raise UsageError for a count on a day that no service year asks for; it names the nearest ones that are asked."""
    asked = set(_asked_days(agreement, basis, known_from))
    if day in asked:
        return
    near = sorted(sorted(asked, key=lambda other: abs((other - day).days))[:_DAYS_TOLD])
    days = ", ".join(map(german_day, near)) or "keiner"
    raise UsageError(
        f"Den {german_day(day)} fragt {basis.title or basis.id} nicht, die Zahl zählte für niemanden; erlaubt: {days}."
    )


def _asked_days(agreement: Agreement, basis: Basis, known_from: dt.date) -> Iterator[dt.date]:
    """Yield the days of which a service year of the agreement, up to the medium term, asks figures of a series."""
    terms = agreement.terms()
    last = min(agreement.last_year, agreement.service_year.of(known_from) + _PLAN_AHEAD)
    names = [*terms.bases, *terms.measures]
    for year in range(agreement.first_year, max(last, agreement.first_year) + 1):
        for name, back in dict.fromkeys(leaf for each in names for leaf in leaves(terms, each, year)):
            measured = terms.reference(name, year, back)
            if measured and _same_series(measured[0], basis):
                yield measured[1]


def _same_series(left: Basis, right: Basis) -> bool:
    """Tell whether two measures count the same figures."""
    own, other = (
        (basis.weight, basis.source, None if basis.weight else basis.census) for basis in (left, right)
    )
    return own == other
