"""Explain an amount: which key, figure and rate reproduce the sums that somebody received."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import gcd, isqrt
from typing import TYPE_CHECKING, Any, Final

from kkd_ledger import german
from kkd_ledger.agreement.reckoning.explained_bills import billed_claims
from kkd_ledger.agreement.reckoning.shares import shares
from kkd_ledger.errors import UsageError
from kkd_ledger.german import grouped
from kkd_ledger.money import format_eur, format_rate

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement

UNITS: Final = range(100, 100_000_001)
RATE_MICROS_MAX: Final = 100 * 10**6
MICROS_A_CENT: Final = 10**4


@dataclass(frozen=True, slots=True)
class Solution:
    """One way in which all amounts come about: so many units at these rates (millionths of a euro)."""

    key: str
    text: str
    population: int | None = None
    rates_micros: tuple[int, ...] = ()
    source: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the solution as plain JSON data; rates are texts."""
        rates = [format_rate(rate).replace(".", "").replace(",", ".") for rate in self.rates_micros]
        data: dict[str, Any] = {"key": self.key, "text": self.text}
        if self.population is not None:
            data |= {"population": self.population, "rates": rates}
        return data | ({"source": self.source} if self.source else {})


def solve(
    amounts_cents: Sequence[int],
    agreement: Agreement | None = None,
    as_of: dt.date | None = None,
    *,
    limit: int = 10,
) -> tuple[Solution, ...]:
    """Return the likeliest ways in which the amounts come about, best first.

    With an agreement first: shares and sums of shares that are equal, bills of charges, then its population figures
    (rates of up to four decimals). Then every number of units from 100 on for which all rates are whole cents of at
    most 100 EUR; the largest number comes first.
    """
    if not amounts_cents or min(amounts_cents) <= 0:
        raise UsageError("Es braucht mindestens einen Betrag, und jeder muss größer als null sein.")
    solutions = [
        *(_from_agreement(amounts_cents, agreement, as_of) if agreement else ()),
        *_fixed(amounts_cents),
    ]
    populations = {solution.population for solution in solutions}
    solutions += [solution for solution in _per_head(amounts_cents) if solution.population not in populations]
    return tuple(solutions[:limit])


def _from_agreement(
    amounts: Sequence[int], agreement: Agreement, as_of: dt.date | None
) -> Iterator[Solution]:
    yield from _shares(amounts, agreement, as_of)
    yield from _bills(amounts, agreement, as_of)
    names = {member.ags: member.name for member in agreement.parties(as_of) if member.ags}
    for series in agreement.populations:
        for ags, units in series.inhabitants.items():
            if units in UNITS and all(amount * 100 % units == 0 for amount in amounts):
                where = f"{series.source}, Stand {german.day(series.reference)}, Zensus {series.census}"
                yield _solution(amounts, units, f"{names.get(ags, ags)}, {where}")


def _shares(amounts: Sequence[int], agreement: Agreement, as_of: dt.date | None) -> Iterator[Solution]:
    """Yield the shares, and the sums over consecutive years, of one member that equal all the amounts."""
    names = {member.id: member.name for member in agreement.parties(as_of)}
    years = range(agreement.first_year, _last_year(agreement, as_of) + 1)
    columns = {year: shares(agreement, year, as_of).amounts for year in years}
    for member, name in names.items():
        sums = _sums(
            {year: column[member] for year, column in columns.items() if member in column},
            agreement.year_name,
        )
        if all(amount in sums for amount in amounts):
            parts = [f"{format_eur(amount)} = {sums[amount]}" for amount in amounts]
            yield Solution("share", f"{name}: " + "; ".join(parts), source=agreement.id)


def _bills(amounts: Sequence[int], agreement: Agreement, as_of: dt.date | None) -> Iterator[Solution]:
    """Yield the bills of charges, and the changes of them, of one party that equal all the amounts."""
    by_party: dict[str, dict[int, str]] = {}
    for year in range(agreement.first_year, _last_year(agreement, as_of) + 1) if agreement.charges else ():
        for party, billed in billed_claims(agreement, year).items():
            for claim in billed:
                if claim.bill and (as_of is None or claim.since <= as_of):
                    by_party.setdefault(party, {}).setdefault(claim.cents, claim.bill.after.title)
    names = {member.id: member.name for member in agreement.parties(as_of)}
    for party, titles in by_party.items():
        if all(amount in titles for amount in amounts):
            parts = [f"{format_eur(amount)} = {titles[amount]}" for amount in amounts]
            words = f"{names.get(party, party)}, einzeln abgerechnet: " + "; ".join(parts)
            yield Solution("charges", words, source=agreement.id)


def _sums(by_year: dict[int, int], named: Callable[[int], str]) -> dict[int, str]:
    """Return what one or more consecutive years sum to, in words; the fewest and earliest years win."""
    titles: dict[int, str] = {}
    years = sorted(by_year)
    for length in range(1, len(years) + 1):
        for start in range(len(years) - length + 1):
            run = years[start : start + length]
            words = (
                f"Leistungsjahr {named(run[0])}"
                if length == 1
                else f"Leistungsjahre {named(run[0])} bis {named(run[-1])}"
            )
            titles.setdefault(sum(by_year[year] for year in run), words)
    return titles


def _last_year(agreement: Agreement, as_of: dt.date | None) -> int:
    """Return the last service year worth trying: the last one that anything in the agreement is dated in, plus one."""
    last = (
        max(agreement.knowledge_days[-1].year, *(component.begins.year for component in agreement.components))
        + 1
    )
    return min(max(last, as_of.year if as_of else 0), agreement.last_year)


def _fixed(amounts: Sequence[int]) -> Iterator[Solution]:
    if len(amounts) > 1 and len(set(amounts)) == 1:
        yield Solution("fixed", f"fester Betrag von {format_eur(amounts[0])} in jedem Jahr")


def _per_head(amounts: Sequence[int]) -> Iterator[Solution]:
    common = gcd(*amounts)
    for units in sorted(_divisors(common), reverse=True):
        if units in UNITS and max(amounts) // units * MICROS_A_CENT <= RATE_MICROS_MAX:
            yield _solution(amounts, units, "")


def _divisors(number: int) -> set[int]:
    divisors = set[int]()
    for candidate in range(1, isqrt(number) + 1):
        if number % candidate == 0:
            divisors |= {candidate, number // candidate}
    return divisors


def _solution(amounts: Sequence[int], units: int, source: str) -> Solution:
    rates = tuple(amount * MICROS_A_CENT // units for amount in amounts)
    parts = [
        f"{format_eur(a)} = {grouped(units)} × {format_rate(r)} EUR"
        for a, r in zip(amounts, rates, strict=True)
    ]
    words = "; ".join(parts) + (f" ({source})" if source else "")
    return Solution("per-head", words, units, rates, source)
