"""Sentences about measures that are made of others, and about indexes that prices follow."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from kkd_ledger.agreement.readable.sentence_context import Reading, at_clause, capital, dots, span
from kkd_ledger.agreement.sheet.printing import ROUNDING_WORDS
from kkd_ledger.german import count, listing
from kkd_ledger.quantities import Quantity, format_quantity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kkd_ledger.agreement.facts.indexes import Index, IndexValue
    from kkd_ledger.agreement.facts.measures import DerivedMeasure, Mean, Multiplier, Summand, Unless

_PERIODS: Final = {"year": "Jahren", "quarter": "Quartalen", "month": "Monaten"}
_KINDS: Final = {"county": "Kreise", "town": "Städte", "municipality": "Gemeinden", "association": "Verbände"}


def measure(reading: Reading, fact: DerivedMeasure) -> str:
    """Say how a measure is made of others, and how it is rounded."""
    words = f"{fact.title}: {capital(span(fact))} zählt {listing(list(_ways(reading, fact)))}"
    if fact.decimals is not None:
        places = count(fact.decimals, "Nachkommastelle", "Nachkommastellen")
        words += f", {ROUNDING_WORDS[fact.rounding]} auf {places}"
    return f"{words}{at_clause(fact.clause)}{reading.tail(fact, reading.agreement.measures)}."


def _ways(reading: Reading, fact: DerivedMeasure) -> Iterator[str]:
    if fact.mean is not None:
        yield _mean(reading, fact.mean)
    if fact.summands is not None:
        yield "die Summe aus " + listing([_summand(reading, part) for part in fact.summands])
    if fact.least is not None:
        floor = fact.least.floor
        bound = reading.measure(floor) if isinstance(floor, str) else format_quantity(floor)
        yield f"die Zahl „{reading.measure(fact.least.of)}“, mindestens aber {bound}"
    if fact.factor is not None:
        yield _factor(reading, fact.factor)
    if fact.shift is not None:
        points = "; ".join(
            f"{name} {number} Prozentpunkte" for name, number in _by_name(reading, fact.shift.points)
        )
        yield f"der Anteil an der Summe der Zahlen „{reading.measure(fact.shift.of)}“ in Prozent, verschoben ({points})"
    if fact.unless is not None:
        yield _unless(reading, fact.unless)


def _mean(reading: Reading, mean: Mean) -> str:
    periods = f"{mean.last} {_PERIODS[mean.every]}"
    return f"das Mittel der Zahl „{reading.measure(mean.of)}“ aus den letzten {periods}"


def _summand(reading: Reading, part: Summand) -> str:
    per = f" geteilt durch {format_quantity(part.per)}" if part.per is not None else ""
    times = f" mal {format_quantity(part.times)}" if part.times is not None else ""
    return f"„{reading.measure(part.of)}“{times}{per}"


def _factor(reading: Reading, factor: Multiplier) -> str:
    by = "; ".join(f"{name} mal {number}" for name, number in _by_name(reading, factor.by))
    return f"die Zahl „{reading.measure(factor.of)}“ ({by}; alle anderen mal {format_quantity(factor.otherwise)})"


def _unless(reading: Reading, unless: Unless) -> str:
    points = format_quantity(Fraction(unless.points))
    actual = f"sonst „{reading.measure(unless.actual)}“"
    return (
        f"die Schätzung „{reading.measure(unless.of)}“, solange kein Anteil um mehr als {points} Prozentpunkte von den "
        f"gezählten abweicht, {actual}"
    )


def _by_name(reading: Reading, by: Mapping[str, Quantity]) -> list[tuple[str, str]]:
    return [
        (_KINDS.get(name) or reading.member(name), format_quantity(number)) for name, number in by.items()
    ]


def index(reading: Reading, fact: Index) -> str:
    """Say an index and how it is published."""
    places = count(fact.decimals, "Nachkommastelle", "Nachkommastellen")
    words = f"Index „{fact.title}“, veröffentlicht mit {places}{at_clause(fact.clause)}"
    return dots(f"{words}{reading.tail(fact, reading.agreement.indexes)}")


def index_value(reading: Reading, fact: IndexValue) -> str:
    """Say what an index was in a year or a month."""
    source = f" (Quelle: {reading.document(fact.source)})"
    words = f"{reading.index(fact.index)} {fact.at}: {format_quantity(fact.value)}{source}"
    return dots(f"{words}{reading.tail(fact, reading.agreement.index_values)}")
