"""One year as the sentences mean it, in words, and the same year with one of its figures missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kkd_ledger.agreement.readable.grid import Grid
from kkd_ledger.agreement.reckoning.explain import explain
from kkd_ledger.agreement.reckoning.gaps import MissingFigure
from kkd_ledger.agreement.reckoning.shares import Shares, shares
from kkd_ledger.money import format_eur

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement


def worked_year(agreement: Agreement, known_on: dt.date) -> Shares | None:
    """Return the shares of the year to show: the last that has begun and has a price, else the first that has one."""
    first, last = agreement.first_year, agreement.last_year
    begun = range(min(agreement.service_year.of(known_on), last), first - 1, -1)
    for year in (
        *begun,
        *range(max(first, agreement.service_year.of(known_on) + 1), min(last, first + 5) + 1),
    ):
        agreed = shares(agreement, year, known_on)
        if agreed.amounts and not agreed.gaps:
            return agreed
    return None


def worked_words(agreement: Agreement, agreed: Shares, known_on: dt.date) -> list[str]:
    """Return one party's share step by step."""
    names = {member.id: member.name for member in agreement.parties(known_on)}
    named = agreement.year_name(agreed.year)
    payers = [share for share in agreed.members if share.member != agreement.operator] or agreed.members
    shown = max(payers, key=lambda share: len(share.parts)).member
    derivation = explain(agreement, shown, agreed.year, known_on)
    steps = [f"{number}. {step.text}" for number, step in enumerate(derivation.steps, start=1)]
    return [
        f"Als Beispiel {names[shown]}, Leistungsjahr {named}:",
        *steps,
        f"Zusammen: {format_eur(derivation.amount_cents)}.",
        *derivation.notes,
    ]


def worked_grid(agreement: Agreement, agreed: Shares, known_on: dt.date) -> Grid:
    """Return everybody's share of the year, and the sum."""
    names = {member.id: member.name for member in agreement.parties(known_on)}
    rows = [(names[member], format_eur(cents)) for member, cents in agreed.amounts.items()]
    rows.append(("Summe", format_eur(agreed.total_cents)))
    return Grid(("Beteiligte", "Anteil"), tuple(rows), frozenset({1}), f"Alle Beteiligten {agreed.year_name}")


def missing_words(agreement: Agreement, agreed: Shares, known_on: dt.date) -> list[str]:
    """Return what the same year would say with one figure missing; a year that stands on no figure says that."""
    for gap in _gaps(agreement, agreed, known_on):
        return [
            f"Wäre eine Zahl für {gap.year_name} noch nicht bekannt, so hätte das Jahr keinen Preis, und niemand "
            "müsste zahlen. Auf Papier stünde dann nicht null, sondern:",
            f"{gap.paper_sentence}.",
        ]
    if any(agreement.service_year.of(charge.day) == agreed.year for charge in agreement.charges):
        return [
            "Was nach Anfall abgerechnet wird, steht erst fest, wenn es gemeldet ist: Ohne Meldung stünde auf Papier "
            "nicht null, sondern dass noch kein Betrag bekannt ist."
        ]
    return [
        "Dieses Jahr steht auf keiner Zahl, die fehlen könnte: Die Beträge stehen in der Vereinbarung selbst."
    ]


def _gaps(agreement: Agreement, agreed: Shares, known_on: dt.date) -> Iterator[MissingFigure]:
    for less in _with_one_figure_less(agreement, agreed.year):
        yield from shares(less, agreed.year, known_on).gaps


def _with_one_figure_less(agreement: Agreement, year: int) -> Iterator[Agreement]:
    for place, component in enumerate(agreement.components):
        totals = tuple(cost for cost in component.totals if cost.year != year)
        if totals != component.totals:
            less = component.model_copy(update={"totals": totals})
            changed = (*agreement.components[:place], less, *agreement.components[place + 1 :])
            yield agreement.changed(components=changed)
    if any(figure.year == year for figure in agreement.figures):
        yield agreement.changed(figures=tuple(figure for figure in agreement.figures if figure.year != year))
    for name in ("weights", "populations"):
        for series in getattr(agreement, name):
            same = (series.source, series.reference)
            kept = [other for other in getattr(agreement, name) if (other.source, other.reference) != same]
            yield agreement.changed(**{name: tuple(kept)})
