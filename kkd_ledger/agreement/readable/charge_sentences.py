"""Sentences about charges: how they are billed, the price list, and the table of those that are reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kkd_ledger.agreement.dues.bills import PAYMENT_DAYS
from kkd_ledger.agreement.facts.charges import Charge
from kkd_ledger.agreement.keys.charged import grade_title
from kkd_ledger.agreement.keys.components import Charges
from kkd_ledger.agreement.readable.grid import Grid
from kkd_ledger.agreement.readable.sentence_context import Reading, capital
from kkd_ledger.german import count, day, listing, month
from kkd_ledger.money import format_rate
from kkd_ledger.quantities import format_quantity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kkd_ledger.agreement.keys.components import ChargePrice

    Moved = Callable[[Reading, Any], str]

LISTED_MAX: Final = 100
"""How many charges a reading lists; more of them are counted."""
_BILLED: Final = {
    "each": "je Auftrag, sobald er erledigt ist",
    "monthly": "als Summe jedes Monats",
    "quarterly": "als Summe jedes Quartals",
}


def charges(reading: Reading, fact: Charges, moved: Moved) -> list[str]:
    """Say that something is billed one by one, how often, at which prices."""
    rounded = "jede Position für sich gerundet"
    due = "" if fact.dues else f" Eine Rechnung ist {PAYMENT_DAYS} Tage nach ihrem Tag fällig."
    prices = [_price(reading, fact, price, moved) for price in reading.sayable(fact.prices)]
    return [
        f"Abgerechnet wird nach Anfall, {_BILLED[fact.billed]}: Menge mal Preis, {rounded}.{due}",
        f"{capital('Preise')}: {'; '.join(prices)}.",
    ]


def _price(reading: Reading, key: Charges, fact: ChargePrice, moved: Moved) -> str:
    """Say a price, for what it is, and what of a quantity it is for."""
    alike = [other for other in key.prices if (other.grade, other.event) == (fact.grade, fact.event)]
    units = {grade.id: grade.unit for grade in key.grades}
    unit = f" je {units[fact.grade]}" if units.get(fact.grade) else ""
    stated = "" if fact.rate is None else f"{format_rate(fact.rate)} EUR{unit}"
    limits = [f"je angefangene {format_quantity(fact.step)}"] if fact.step is not None else []
    limits += [f"die ersten {format_quantity(fact.free)} sind frei"] if fact.free is not None else []
    limits += [f"mindestens {format_quantity(fact.least)}"] if fact.least is not None else []
    price = f"{stated}{moved(reading, fact)}{''.join(f', {limit}' for limit in limits)}"
    return f"{grade_title(key, fact.grade)} {reading.since(fact)} {price}{reading.tail(fact, alike)}"


def reported(reading: Reading, facts: Sequence[Charge]) -> list[str]:
    """Say how many charges are reported, where there are too many to list them."""
    if len(facts) <= LISTED_MAX:
        return []
    years: dict[int, int] = {}
    for fact in facts:
        year = reading.agreement.service_year.of(fact.day)
        years[year] = years.get(year, 0) + 1
    parts = [f"{reading.agreement.year_name(year)} {number}" for year, number in sorted(years.items())]
    whole = count(len(facts), "Position ist", "Positionen sind")
    return [f"{whole} gemeldet ({listing(parts)}); `kkd explain` zeigt sie je Beteiligte und Jahr."]


def grids(reading: Reading, facts: Sequence[Charge]) -> list[Grid]:
    """Return the charges that are reported as a table, as long as people can read it."""
    if not facts or len(facts) > LISTED_MAX:
        return []
    heads = ("Tag", "Beteiligte", "Auftrag", "Leistung", "Menge", "Stand")
    rows = tuple(_row(reading, fact) for fact in facts)
    return [Grid(heads, rows, frozenset({4}), "Gemeldet ist")]


def _row(reading: Reading, fact: Charge) -> tuple[str, ...]:
    keys = (key for key in reading.agreement.components if key.id == fact.component)
    key = next((key for key in keys if isinstance(key, Charges)), None)
    what = fact.title or (grade_title(key, fact.grade) if key else fact.grade)
    said = [f"Quelle: {reading.document(fact.source)}"] if fact.source else []
    said += [tail] if (tail := reading.tail(fact, reading.agreement.charges).strip(" ()")) else []
    return (
        day(fact.on) if fact.on else month(fact.day),
        reading.member(fact.party),
        fact.ref,
        f"{reading.component(fact.component)}: {what}",
        format_quantity(fact.quantity),
        "; ".join(said),
    )
