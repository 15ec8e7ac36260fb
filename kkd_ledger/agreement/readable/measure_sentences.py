"""Sentences about what is counted: inhabitants, other measures, and which figure counts in which year."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from kkd_ledger.agreement.facts.told_figures import KIND_WORDS
from kkd_ledger.agreement.keys.components import Growth
from kkd_ledger.agreement.readable.grid import Grid
from kkd_ledger.agreement.readable.sentence_context import Reading, at_clause, capital, dots, span
from kkd_ledger.german import as_title, count, day
from kkd_ledger.money import format_eur
from kkd_ledger.quantities import Quantity, format_quantity

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

    from kkd_ledger.agreement.facts.agreement import Agreement
    from kkd_ledger.agreement.facts.facts import Basis, Member, PredecessorCost
    from kkd_ledger.agreement.facts.told_figures import Figure, PopulationSeries, WeightSeries


_Column = tuple["dt.date", str, int | None]
GRID_COLUMNS_MAX: Final = 5
"""How many reference days stand beside each other on a page."""


def populations(reading: Reading, fact: PopulationSeries) -> str:
    """Say where the inhabitants of one day are from; the figures stand in a grid."""
    words = (
        f"Einwohner am {day(fact.reference)}: Zensus {fact.census}; Quelle: {reading.document(fact.source)}"
    )
    others = len(
        fact.inhabitants.keys() - {key for member in reading.agreement.members for key in _keys(member)}
    )
    if others:
        words += f"; sie nennt auch {count(others, 'Gemeinde, die', 'Gemeinden, die')} nicht beteiligt "
        words += "ist" if others == 1 else "sind"
    return dots(f"{words}{reading.tail(fact)}")


def weights(reading: Reading, fact: WeightSeries) -> str:
    """Say where the figures of another measure of one day are from; the figures stand in a grid."""
    words = f"{reading.series(fact.name)} am {day(fact.reference)}: Quelle: {reading.document(fact.source)}"
    return dots(f"{words}{reading.tail(fact)}")


def grids(reading: Reading, agreement: Agreement) -> Iterator[Grid]:
    """Yield the figures of each measure, the parties below each other, the reference days side by side.

    A later version takes the place of what it replaces, party by party.
    """
    tables: dict[str | None, dict[_Column, dict[str, Quantity]]] = {}
    for population in sorted(reading.sayable(agreement.populations), key=reading.version):
        place = (population.reference, population.source, population.census)
        tables.setdefault(None, {}).setdefault(place, {}).update(population.inhabitants)
    for weight in sorted(reading.sayable(agreement.weights), key=reading.version):
        place = (weight.reference, weight.source, None)
        tables.setdefault(weight.name, {}).setdefault(place, {}).update(weight.values)
    for name, table in tables.items():
        title = "Einwohner" if name is None else reading.series(name)
        columns = [(day(place[0]), figures) for place, figures in sorted(table.items(), key=_first_day)]
        for first in range(0, len(columns), GRID_COLUMNS_MAX):
            yield _grid(reading, title, columns[first : first + GRID_COLUMNS_MAX])


def _first_day(column: tuple[_Column, object]) -> dt.date:
    return column[0][0]


def _grid(reading: Reading, name: str, columns: Sequence[tuple[str, Mapping[str, Quantity]]]) -> Grid:
    parties = {member.id: _keys(member) for member in reading.agreement.members}
    rows = []
    for party, keys in parties.items():
        figures = [next((values[key] for key in keys if key in values), None) for _, values in columns]
        if any(figure is not None for figure in figures):
            cells = ("" if figure is None else format_quantity(figure) for figure in figures)
            rows.append((reading.member(party), *cells))
    heads = ("", *(f"am {reference}" for reference, _ in columns))
    return Grid(heads, tuple(rows), frozenset(range(1, len(heads))), name)


def _keys(member: Member) -> tuple[str, ...]:
    """Return by what series of figures know a party: its id, its Gemeindeschlüssel."""
    return (member.id, member.ags) if member.ags else (member.id,)


def figure(reading: Reading, fact: Figure) -> str:
    """Say an amount of a service year, planned or actual; by how much a price grows in it as a per cent."""
    named = f"{fact.title or as_title(fact.id)} {reading.agreement.year_name(fact.year)}"
    words = f"{named} ({KIND_WORDS[fact.kind]}): {_stated(reading, fact)}"
    source = f" (Quelle: {reading.document(fact.source)})"
    return dots(f"{words}{source}{reading.tail(fact, reading.agreement.figures)}")


def _stated(reading: Reading, fact: Figure) -> str:
    grows = any(isinstance(key, Growth) and key.growth == fact.id for key in reading.agreement.components)
    return f"{format_quantity(Fraction(fact.amount, 100))} %" if grows else format_eur(fact.amount)


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
