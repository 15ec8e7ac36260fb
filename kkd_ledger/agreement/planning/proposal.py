"""The financial section of a council paper (Beschlussvorlage): what a party's budget bears, and why.

A fiscal year bears what falls due in it; what belongs to an earlier service year is said apart (periodenfremd).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from kkd_ledger.agreement.dues.due_words import planned_claims
from kkd_ledger.agreement.facts.resolutions import vat_treatment
from kkd_ledger.agreement.keys.component_year import rests_on_plan
from kkd_ledger.agreement.planning.savings import savings
from kkd_ledger.agreement.readable.grid import Grid
from kkd_ledger.agreement.readable.readable import LAYOUT as READABLE_LAYOUT
from kkd_ledger.agreement.reckoning.gaps import MissingFigure, Unpriced
from kkd_ledger.agreement.reckoning.open_charges import OpenCharges
from kkd_ledger.agreement.reckoning.shares import shares
from kkd_ledger.agreement.reckoning.subsidies import GONE, status
from kkd_ledger.agreement.reckoning.vat import vat_cents
from kkd_ledger.agreement.reckoning.way_words import standing
from kkd_ledger.agreement.reckoning.words import STATUS_WORDS
from kkd_ledger.german import day, listing
from kkd_ledger.money import format_amount, format_eur, plain
from kkd_ledger.paper import render

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement

YEARS_AHEAD: Final = 4
"""How far a council paper looks: the medium-term plan has four years after this one (HGO § 101)."""


class LoadPart(NamedTuple):
    """What a service year brings a fiscal year, in cents; `prior` where it ended before that."""

    year: int
    named: str
    cents: int
    prior: bool


@dataclass(frozen=True, slots=True)
class BudgetLoad:
    """What a fiscal year bears, by service year in cents, VAT included; `missing` says which figure it lacks."""

    fiscal_year: int
    by_service_year: tuple[LoadPart, ...]
    missing: tuple[MissingFigure, ...] = ()
    open_charges: tuple[OpenCharges, ...] = ()

    @property
    def is_unknown(self) -> bool:
        """Whether nobody can say yet what the year bears: a figure is missing, or all is billed as it comes."""
        return bool(self.missing or (self.open_charges and not self.by_service_year))

    @property
    def cents(self) -> int:
        """The whole load of the fiscal year."""
        return sum(part.cents for part in self.by_service_year)

    def text(self) -> str:
        """Return the load as the paper says it: `21.695,55 = 8.869,25 (2022) + 12.826,30 (2023)`."""
        if self.is_unknown:
            reasons = [gap.paper_text() for gap in self.missing] or ["was nach Anfall abgerechnet wird"]
            return f"{self.fiscal_year}: noch kein Betrag; {'; '.join(reasons)}"
        parts = [
            f"{format_amount(part.cents)} EUR ({'periodenfremd, ' if part.prior else ''}Leistungsjahr {part.named})"
            for part in self.by_service_year
        ]
        said = f"{self.fiscal_year}: {format_eur(self.cents)}"
        return f"{said} = {' + '.join(parts)}" if len(parts) > 1 else said

    def as_json(self) -> dict[str, Any]:
        """Return the load as plain JSON data; amounts are texts with two decimals."""
        return {
            "fiscal_year": self.fiscal_year,
            "amount": None if self.is_unknown else plain(self.cents),
            "service_years": [
                {"year": part.year, "amount": plain(part.cents)} for part in self.by_service_year
            ],
            "missing": [gap.as_json() for gap in self.missing],
        }


@dataclass(frozen=True, slots=True)
class CouncilPaper:
    """The financial section for one party: its budget line, this year, later years, and what bears on them."""

    title: str
    party: str
    budget: str
    loads: tuple[BudgetLoad, ...]
    notes: tuple[str, ...]

    def text(self) -> str:
        """Return the section as plain German text."""
        lines = ["Finanzielle Auswirkungen", f"{self.title}: {self.party}"]
        lines += [f"Haushaltsposten: {self.budget}"] if self.budget else []
        first, *later = self.loads
        lines.append(f"Im Haushaltsjahr {first.text()}")
        lacking = list(takewhile(lambda load: load.missing, reversed(later)))
        if len(lacking) > 1:
            later = later[: -len(lacking)]
        for place, load in enumerate(later):
            before = later[place - 1] if place else None
            if (
                before
                and not load.is_unknown
                and not before.is_unknown
                and (before.cents, before.missing) == (load.cents, ())
            ):
                continue
            stays = not load.is_unknown and all(other.cents == load.cents for other in later[place:])
            lines.append(f"ab {load.fiscal_year}: {format_eur(load.cents)} im Jahr" if stays else load.text())
        if len(lacking) > 1:
            years = f"{lacking[-1].fiscal_year} bis {lacking[0].fiscal_year}"
            lines.append(f"{years}: noch kein Betrag, denn Zahlen dieser Jahre sind noch nicht bekannt")
        return "\n".join([*lines, *self.notes])

    def as_pdf(self, known_on: dt.date) -> bytes:
        """Return the section as an accessible PDF, dated with the state of knowledge."""
        title, *lines = self.text().splitlines()
        section = {"title": title, "sentences": lines, "grids": [self._grid().as_json()]}
        data = {
            "title": self.title,
            "subtitle": f"Kenntnisstand {day(known_on)}",
            "sections": [section],
            "signatories": [],
        }
        return render(READABLE_LAYOUT, data, day=known_on)

    def _grid(self) -> Grid:
        """Return what each fiscal year bears, by service year."""
        rows = []
        for load in self.loads:
            for part in load.by_service_year:
                nature = "periodenfremd" if part.prior else ""
                rows.append((str(load.fiscal_year), part.named, nature, format_eur(part.cents)))
            if load.is_unknown:
                rows.append((str(load.fiscal_year), "", "noch kein Betrag", ""))
            elif len(load.by_service_year) > 1:
                rows.append((str(load.fiscal_year), "zusammen", "", format_eur(load.cents)))
        return Grid.of(("Haushaltsjahr", "Leistungsjahr", "", "Betrag"), rows, amounts=(3,))

    def as_json(self) -> dict[str, Any]:
        """Return the section as plain JSON data."""
        return {
            "title": self.title,
            "party": self.party,
            "budget_line": self.budget,
            "loads": [load.as_json() for load in self.loads],
            "notes": list(self.notes),
        }


def proposal(
    agreement: Agreement, member: str, budget: str, fiscal_year: int, as_of: dt.date | None = None
) -> CouncilPaper:
    """Return the financial section of a party's council paper for a fiscal year and those after it."""
    party = agreement.party(member, as_of) or agreement.party(member)
    assert party is not None, "the caller names a party of the agreement"
    years = range(fiscal_year, fiscal_year + YEARS_AHEAD + 1)
    loads = tuple(_load(agreement, member, year, as_of) for year in years)
    notes = list(dict.fromkeys(each.sentence for load in loads for each in load.open_charges))
    notes += _payments(agreement, member, loads[0], as_of)
    notes += _notes(agreement, member, _latest(agreement, loads[0]), as_of)
    return CouncilPaper(agreement.title, party.name, budget, loads, tuple(notes))


def _latest(agreement: Agreement, load: BudgetLoad) -> int:
    """Return the last service year that a fiscal year bears; the one that ends in it where it bears none."""
    ended = agreement.service_year.of(dt.date(load.fiscal_year, 1, 1))
    return max((part.year for part in load.by_service_year), default=ended)


def first_fiscal_year(agreement: Agreement, member: str, as_of: dt.date | None = None) -> int:
    """Return the first fiscal year that bears anything of a party's shares."""
    return shares(agreement, agreement.first_year, as_of).due_of(member).year


def _load(agreement: Agreement, member: str, fiscal_year: int, as_of: dt.date | None) -> BudgetLoad:
    parts, missing, may_come = [], list[MissingFigure](), list[OpenCharges]()
    for year in range(agreement.first_year, fiscal_year + 2):
        agreed = shares(agreement, year, as_of)
        if agreed.due_of(member).year != fiscal_year:
            continue
        missing += agreed.unpriced.get(member, ())
        may_come += [each for each in agreed.open_charges if member in each.members]
        if member in agreed.amounts:
            net = agreed.amounts[member]
            cents = net + vat_cents(vat_treatment(agreement, year, as_of), net)
            prior = agreement.fiscal_year(year) < fiscal_year
            parts.append(LoadPart(year, agreement.year_name(year), cents, prior))
    return BudgetLoad(fiscal_year, tuple(parts), tuple(missing), tuple(may_come))


def _notes(agreement: Agreement, member: str, year: int, as_of: dt.date | None) -> list[str]:
    notes = []
    if stands := standing(agreement, member, as_of):
        notes.append(f"Vorbehaltlich: {stands}.")
    terms = agreement.terms(as_of)
    for subsidy in terms.subsidies:
        state = status(terms, subsidy)
        if state not in GONE:
            notes.append(
                f"{subsidy.title}: {STATUS_WORDS[state]}; bewilligt mindert sie die Kosten ({subsidy.clause})."
            )
    for cooperation in terms.newest(agreement.cooperations, lambda each: each.id):
        when = (
            f"am {day(cooperation.folded_in)} eingegliedert"
            if cooperation.folded_in
            else "noch nicht eingegliedert"
        )
        notes.append(f"Kooperation „{cooperation.title}“: {when}.")
    return [*notes, _saving(agreement, member, year, as_of)]


def _payments(agreement: Agreement, member: str, load: BudgetLoad, as_of: dt.date | None) -> list[str]:
    """Return what is paid when in a fiscal year, where there are due plans, and whether that is only planned."""
    year = load.fiscal_year
    owed = [
        claim
        for service_year in (year - 1, year, year + 1)
        for claim in planned_claims(agreement, member, service_year, as_of)
    ]
    dues = sorted(due for claim in owed for due in claim.dues if due.day.year == year)
    said = [f"{format_eur(due.cents)} am {day(due.day)}" for due in dues]
    notes = [f"Zu zahlen {year}: {listing(said)}."] if said else []
    terms, borne = agreement.terms(as_of), [part.year for part in load.by_service_year]
    names = [each.component.id for each in terms.components]
    if said and any(rests_on_plan(terms, name, service_year) for name in names for service_year in borne):
        notes.append(f"Die Kosten {year} sind geplant; was sie wirklich sind, sagt die Abrechnung.")
    return notes


def _saving(agreement: Agreement, member: str, year: int, as_of: dt.date | None) -> str:
    named = agreement.year_name(year)
    try:
        compared = savings(agreement, year, as_of)
    except Unpriced:
        return f"Ersparnis {named}: noch nicht zu rechnen, weil eine Zahl fehlt."
    own = next((saving for saving in compared.members if saving.member == member), None)
    if own is None:
        return f"Ersparnis {named}: nicht zu rechnen, denn die Kosten davor sind nicht bekannt."
    word = "Ersparnis" if own.saved_cents >= 0 else "Mehrkosten"
    before = f"davor {format_eur(own.before_cents)}, gebündelt {format_eur(own.now_cents)}"
    return f"{word} {named}: {format_eur(abs(own.saved_cents))} ({before}, ohne Förderung)."
