"""Sentences about what is counted: inhabitants, other measures, and which figure counts in which year."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kkd_ledger.agreement.facts.told_figures import KIND_WORDS
from kkd_ledger.agreement.readable.sentence_context import Reading, at_clause, capital, dots, span
from kkd_ledger.german import count, day
from kkd_ledger.money import format_eur
from kkd_ledger.quantities import Quantity, format_quantity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kkd_ledger.agreement.facts.facts import Basis, PredecessorCost
    from kkd_ledger.agreement.facts.told_figures import Figure, PopulationSeries, WeightSeries


def populations(reading: Reading, fact: PopulationSeries) -> str:
    """Say the inhabitants of one day from one source."""
    parties = {party.ags: party.id for party in reading.agreement.members if party.ags}
    figures = {
        reading.member(parties[key]) if key in parties else _without_party(reading, key): number
        for key, number in fact.inhabitants.items()
    }
    words = (
        f"Einwohner am {day(fact.reference)} (Zensus {fact.census}; Quelle: {reading.document(fact.source)})"
    )
    return dots(f"{words}: {_figures(figures)}{reading.tail(fact)}")


def _without_party(reading: Reading, key: str) -> str:
    return f"Gemeindeschlüssel {key}" if key.isdigit() else reading.member(key)


def weights(reading: Reading, fact: WeightSeries) -> str:
    """Say the figures of another measure of one day from one source."""
    words = (
        f"{reading.series(fact.name)} am {day(fact.reference)} (Quelle: {reading.document(fact.source)}): "
    )
    figures = {reading.member(member): number for member, number in fact.values.items()}
    return dots(f"{words}{_figures(figures)}{reading.tail(fact)}")


def _figures(figures: Mapping[str, Quantity]) -> str:
    return "; ".join(f"{name} {format_quantity(number)}" for name, number in figures.items())


def figure(reading: Reading, fact: Figure) -> str:
    """Say an amount of a service year, planned or actual."""
    words = f"{fact.title or 'Ein Betrag'} {fact.year} ({KIND_WORDS[fact.kind]}): {format_eur(fact.amount)}"
    source = f" (Quelle: {reading.document(fact.source)})"
    return dots(f"{words}{source}{reading.tail(fact, reading.agreement.figures)}")


def basis(reading: Reading, fact: Basis) -> str:
    """Say which figure counts from when on: one for all years, or each year a newer one."""
    counted = fact.title or ("Einheiten" if fact.weight else "Einwohner")
    if fact.weight and not fact.title:
        counted += f" ({reading.series(fact.weight)})" if reading.series(fact.weight) != counted else ""
    source = [f"Quelle: {reading.document(fact.source)}", *([f"Zensus {fact.census}"] if fact.census else [])]
    if fact.rule == "frozen":
        which = f"in allen Jahren die Zahl vom {day(fact.reference)}" if fact.reference else "eine feste Zahl"
    else:
        month, number = fact.month_day.split("-")
        lag = count(fact.lag_years or 0, "Jahr", "Jahre")
        when = f"{lag} vor dem Leistungsjahr" if fact.lag_years else "des Leistungsjahres"
        which = f"in jedem Leistungsjahr die Zahl vom {number}.{month}. ({when})"
    words = f"{counted}: {capital(span(fact))} zählt {which} ({'; '.join(source)})"
    return f"{words}{at_clause(fact.clause)}{reading.tail(fact, reading.agreement.bases)}."


def predecessor_cost(reading: Reading, fact: PredecessorCost) -> str:
    """Say what a member paid in a year before the cooperation."""
    source = f" (Quelle: {reading.document(fact.source)})" if fact.source else ""
    words = (
        f"{reading.member(fact.member)} zahlte {fact.year} {format_eur(fact.amount)} für {fact.title}{source}"
    )
    return dots(words + reading.tail(fact, reading.agreement.predecessor_costs))
