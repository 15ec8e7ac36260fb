"""Figures: every share of every year that the file speaks of can be reckoned, by everything that was ever known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Set
from typing import TYPE_CHECKING

from kkd_ledger.agreement.facts.spans import ticks, ticks_a_year
from kkd_ledger.agreement.file.check_dates import views
from kkd_ledger.agreement.file.checks import AgreementFlaw, component_index, index_of, records
from kkd_ledger.agreement.file.places import Loc
from kkd_ledger.agreement.keys.components import Fixed
from kkd_ledger.agreement.keys.measuring import leaves
from kkd_ledger.agreement.keys.rated import amounts_for
from kkd_ledger.agreement.keys.registry import component_line
from kkd_ledger.agreement.reckoning.gaps import MissingFigure, gap_of, measured_of, touches
from kkd_ledger.agreement.reckoning.subsidies import GONE, divide_all, status

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement
    from kkd_ledger.agreement.facts.component_terms import ComponentTerms
    from kkd_ledger.agreement.facts.known_terms import KnownTerms
    from kkd_ledger.agreement.sheet.lines import SheetLine

_YEARS_MAX = 100


def flaws(agreement: Agreement, blocked: Set[Loc] = frozenset()) -> Iterator[AgreementFlaw]:
    """Yield every figure that is missing or impossible; `blocked` components and subsidies are not tried.

    Where odd cents rotate, a year builds on those before it: behind a year that cannot be reckoned none is tried.
    """
    days, years, seen = views(agreement), _years(agreement), set[tuple[Loc, str]]()
    for day in days:
        behind = set(blocked)
        for year in years:
            for flaw in list(_year(agreement.terms(day), year, behind)):
                if (flaw.loc, flaw.actual) not in seen:
                    yield AgreementFlaw(flaw.loc, f"{agreement.year_name(year)}: {flaw.actual}", flaw.allowed)
                seen.add((flaw.loc, flaw.actual))
                behind |= {flaw.loc[:2]} if agreement.rotation else set()
    yield from _never_priced(agreement.terms(days[-1]), blocked)


def _years(agreement: Agreement) -> list[int]:
    """Return the years in which something may change, each with the year after it; between them all stays alike."""
    said = {agreement.first_year}
    for _, record in records(agreement):
        for name in type(record).model_fields:
            value = getattr(record, name)
            if isinstance(value, dt.date):
                said |= {agreement.service_year.of(value), agreement.service_year.of(value) + 1}
            if name == "year":
                said |= {value, value + 1}
    lags = {basis.lag_years for basis in agreement.bases if basis.lag_years is not None}
    measured = {series.reference.year for series in agreement.populations} | {
        series.reference.year for series in agreement.weights
    }
    said |= {year + lag for lag in lags for year in measured}
    first, last = agreement.first_year, agreement.last_year
    return sorted(year for year in said if first <= year <= min(last, first + _YEARS_MAX))


def _year(terms: KnownTerms, year: int, blocked: Set[Loc]) -> Iterator[AgreementFlaw]:
    lines: dict[str, SheetLine] = {}
    gaps: list[MissingFigure] = []
    for component in terms.components:
        loc: Loc = ("components", component_index(terms.agreement, component.component))
        if loc in blocked:
            continue
        missing = list(_missing(terms, component, year, loc))
        yield from missing
        if missing:
            continue
        try:
            line = component_line(terms, component, year)
        except ValueError as error:
            yield AgreementFlaw(
                loc, str(error), "Zahlen und Grenzen, mit denen sich die Kosten teilen lassen"
            )
            continue
        if line is None or line.value is None:
            gaps += filter(None, [gap_of(terms, component, year, line)])
            continue
        key = component.component
        if key.remainder == "operator" and any(cents < 0 for cents in line.column.figures):
            yield AgreementFlaw(
                (*loc, "totals"),
                "die Beteiligten zahlen mehr als die Kosten",
                "ein Rest ab 0,00 EUR",
            )
        elif key.charged:
            lines[key.id] = line
    if not any(loc[0] in {"components", "subsidies"} for loc in blocked):
        yield from _subsidies(terms, year, lines, gaps)


def _missing(terms: KnownTerms, component: ComponentTerms, year: int, loc: Loc) -> Iterator[AgreementFlaw]:
    present = [member for _, members in component.groups(year) for member in members]
    if isinstance(component.component, Fixed):
        for member in present:
            if not amounts_for(component.component.amounts, member):
                yield AgreementFlaw(
                    (*loc, "amounts"),
                    f"kein Betrag für {member}",
                    "ein Betrag für alle oder für jede einzeln",
                )
        yield from _cut(terms, component, year, loc)
    for basis, among in _counted(terms, component, year) if present else []:
        figures = terms.weights(basis, year)
        measured = terms.reference(basis, year)
        if measured is None:
            yield AgreementFlaw(loc, f"für {basis!r} gilt keine Zahl", "Einträge in [[bases]] ohne Lücke")
            continue
        measure, day = measured
        frozen = measured[0].rule == "frozen"  # what is renewed is reported by one after another
        for member in present if figures and frozen else []:
            if member not in figures and (among is None or member in among):
                source = f"{measure.source}, {day}" + (f", Zensus {measure.census}" if measure.census else "")
                yield AgreementFlaw(
                    loc, f"{member} ohne Zahl für {basis!r}", f"ein Eintrag in der Reihe {source}"
                )


def _counted(
    terms: KnownTerms, component: ComponentTerms, year: int
) -> list[tuple[str, tuple[str, ...] | None]]:
    """Return the counted measures that a component reckons with, also below derived ones; each with whom it counts."""
    names = [
        (leaf, among)
        for basis, among in measured_of(component.component)
        for leaf, _ in leaves(terms, basis, year)
    ]
    return list(dict.fromkeys(names))


def _cut(terms: KnownTerms, component: ComponentTerms, year: int, loc: Loc) -> Iterator[AgreementFlaw]:
    """Find a fixed amount that lives within one year and would be cut without a word of the file."""
    key, proration = component.component, terms.proration(component.component)
    of_day = component.service_year.of
    if key.proration is not None or key.ends is None or of_day(key.begins) != of_day(key.ends):
        return
    whole = ticks_a_year(terms.days_of(year), proration)
    for spans, members in component.groups(year):
        if (part := ticks(spans, proration)) < whole:
            actual = f"der Betrag für {members[0]} würde auf {part}/{whole} gekürzt"
            allowed = 'proration = "none" (einmalig, ungekürzt) oder proration = "day" (anteilig) bei diesem Baustein'
            yield AgreementFlaw((*loc, "amounts"), actual, allowed)
            return


def _subsidies(
    terms: KnownTerms, year: int, lines: Mapping[str, SheetLine], gaps: list[MissingFigure]
) -> Iterator[AgreementFlaw]:
    """Try every subsidy that may still come as if it were granted, where all that it lowers has an amount."""
    alive = [
        subsidy
        for subsidy in terms.subsidies
        if status(terms, subsidy) not in GONE and not touches(subsidy, gaps)
    ]
    for count, subsidy in enumerate(alive, start=1):
        try:
            divide_all(terms, alive[:count], year, lines)
        except ValueError:
            loc = ("subsidies", index_of(terms.agreement.subsidies, subsidy), "years")
            yield AgreementFlaw(
                loc, "Förderung größer als die Kosten", "höchstens die Kosten, die sie mindern darf"
            )
            return


def _never_priced(terms: KnownTerms, blocked: Set[Loc]) -> Iterator[AgreementFlaw]:
    """Find components whose figures never come: a basis is frozen at a day that no series in the file has."""
    for component in terms.components:
        loc: Loc = ("components", component_index(terms.agreement, component.component))
        year = component.first_year
        for basis, _ in _counted(terms, component, year) if loc not in blocked else []:
            measured = terms.reference(basis, year)
            if measured and measured[0].rule == "frozen" and not terms.weights(basis, year):
                allowed = f"eine Reihe {measured[0].source}, {measured[1]}"
                yield AgreementFlaw(
                    (*loc, "basis"), f"{terms.agreement.year_name(year)}: {basis!r} hat keine Zahlen", allowed
                )
