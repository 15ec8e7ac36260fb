"""Figures: every share of every year that the file speaks of can be reckoned, by everything that was ever known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Set
from typing import TYPE_CHECKING

from kkd_ledger.agreement.facts.spans import ticks, ticks_a_year
from kkd_ledger.agreement.file.check_dates import views
from kkd_ledger.agreement.file.checks import AgreementFlaw, index_of, records
from kkd_ledger.agreement.file.places import Loc
from kkd_ledger.agreement.keys.components import Fixed
from kkd_ledger.agreement.keys.rated import amounts_for
from kkd_ledger.agreement.keys.registry import component_cents
from kkd_ledger.agreement.reckoning.gaps import MissingFigure, bases_of, gap_of, touches
from kkd_ledger.agreement.reckoning.subsidies import GONE, divide_all, status

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement
    from kkd_ledger.agreement.facts.known_terms import ComponentTerms, KnownTerms

_YEARS_MAX = 100


def flaws(agreement: Agreement, blocked: Set[Loc] = frozenset()) -> Iterator[AgreementFlaw]:
    """Yield every figure that is missing or impossible; `blocked` components and subsidies are not tried.

    Where odd cents rotate, a year builds on those before it: behind a year that cannot be reckoned none is tried.
    """
    days, years, seen = views(agreement), _years(agreement), set[tuple[Loc, str]]()
    for day in days:
        behind = set(blocked)
        for year in years:
            for one in list(_year(agreement.terms(day), year, behind)):
                if (one.loc, one.found) not in seen:
                    yield AgreementFlaw(one.loc, f"{year}: {one.found}", one.allowed)
                seen.add((one.loc, one.found))
                behind |= {one.loc[:2]} if agreement.rotation else set()
    yield from _never_priced(agreement.terms(days[-1]), blocked)


def _years(agreement: Agreement) -> list[int]:
    """Return the years in which something may change, each with the year after it; between them all stays alike."""
    said = {agreement.begins.year}
    for _, record in records(agreement):
        for name in type(record).model_fields:
            value = getattr(record, name)
            if isinstance(value, dt.date):
                said |= {value.year, value.year + 1}
            if name == "year":
                said |= {value, value + 1}
    lags = {basis.lag_years for basis in agreement.bases if basis.lag_years is not None}
    series = {one.reference.year for one in agreement.populations} | {
        one.reference.year for one in agreement.weights
    }
    said |= {year + lag for lag in lags for year in series}
    first, last = agreement.begins.year, (agreement.ends or dt.date.max).year
    return sorted(year for year in said if first <= year <= min(last, first + _YEARS_MAX))


def _year(terms: KnownTerms, year: int, blocked: Set[Loc]) -> Iterator[AgreementFlaw]:
    columns: dict[str, Mapping[str, int]] = {}
    gaps: list[MissingFigure] = []
    for one in terms.components:
        loc: Loc = ("components", index_of(terms.agreement.components, one.component))
        if loc in blocked:
            continue
        missing = list(_missing(terms, one, year, loc))
        yield from missing
        if missing:
            continue
        try:
            cents = component_cents(terms, one, year)
        except ValueError as error:
            yield AgreementFlaw(
                loc, str(error), "Zahlen und Grenzen, mit denen sich die Kosten teilen lassen"
            )
            continue
        if cents is None:
            gaps += filter(None, [gap_of(terms, one, year)])
            continue
        if any(amount < 0 for amount in cents.figures):
            yield AgreementFlaw(
                (*loc, "totals"),
                "die Beteiligten zahlen mehr als die Kosten",
                "ein Rest ab 0,00 EUR",
            )
        else:
            columns[one.component.id] = cents
    if not any(loc[0] in {"components", "subsidies"} for loc in blocked):
        yield from _subsidies(terms, year, columns, gaps)


def _missing(terms: KnownTerms, one: ComponentTerms, year: int, loc: Loc) -> Iterator[AgreementFlaw]:
    present = [member for _, members in one.groups(year) for member in members]
    if isinstance(one.component, Fixed):
        for member in present:
            if not amounts_for(one.component.amounts, member):
                yield AgreementFlaw(
                    (*loc, "amounts"),
                    f"kein Betrag für {member}",
                    "ein Betrag für alle oder für jede einzeln",
                )
        yield from _cut(terms, one, year, loc)
    for basis in bases_of(one.component) if present else []:
        figures = terms.weights(basis, year)
        found = terms.reference(basis, year)
        if found is None:
            yield AgreementFlaw(loc, f"für {basis!r} gilt keine Zahl", "Einträge in [[bases]] ohne Lücke")
            continue
        measure, day = found
        for member in present if figures else []:
            if member not in figures:
                source = f"{measure.source}, {day}" + (f", Zensus {measure.census}" if measure.census else "")
                yield AgreementFlaw(
                    loc, f"{member} ohne Zahl für {basis!r}", f"ein Eintrag in der Reihe {source}"
                )


def _cut(terms: KnownTerms, one: ComponentTerms, year: int, loc: Loc) -> Iterator[AgreementFlaw]:
    """Find a fixed amount that lives within one year and would be cut without a word of the file."""
    key, proration = one.component, terms.proration(one.component)
    if key.proration is not None or key.ends is None or key.begins.year != key.ends.year:
        return
    whole = ticks_a_year(year, proration)
    for spans, members in one.groups(year):
        if (part := ticks(spans, proration)) < whole:
            found = f"der Betrag für {members[0]} würde auf {part}/{whole} gekürzt"
            allowed = 'proration = "none" (einmalig, ungekürzt) oder proration = "day" (anteilig) bei diesem Baustein'
            yield AgreementFlaw((*loc, "amounts"), found, allowed)
            return


def _subsidies(
    terms: KnownTerms, year: int, columns: Mapping[str, Mapping[str, int]], gaps: list[MissingFigure]
) -> Iterator[AgreementFlaw]:
    """Try every subsidy that may still come as if it were granted, where all that it lowers has an amount."""
    gross: dict[str, int] = {}
    for cents in columns.values():
        for member, amount in cents.items():
            gross[member] = gross.get(member, 0) + amount
    alive = [one for one in terms.subsidies if status(terms, one) not in GONE and not touches(one, gaps)]
    for count, one in enumerate(alive, start=1):
        try:
            divide_all(terms, alive[:count], year, columns, gross)
        except ValueError:
            loc = ("subsidies", index_of(terms.agreement.subsidies, one), "years")
            yield AgreementFlaw(
                loc, "Förderung größer als die Kosten", "höchstens die Kosten, die sie mindern darf"
            )
            return


def _never_priced(terms: KnownTerms, blocked: Set[Loc]) -> Iterator[AgreementFlaw]:
    """Find components whose figures never come: no series for their basis is in the file at all."""
    for one in terms.components:
        loc: Loc = ("components", index_of(terms.agreement.components, one.component))
        year = one.life.first.year
        for basis in bases_of(one.component) if loc not in blocked else []:
            found = terms.reference(basis, year)
            if found is not None and not terms.weights(basis, year):
                allowed = f"eine Reihe {found[0].source}, {found[1]}"
                yield AgreementFlaw((*loc, "basis"), f"{year}: {basis!r} hat keine Zahlen", allowed)
