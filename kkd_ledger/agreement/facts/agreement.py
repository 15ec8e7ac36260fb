"""The agreement as a whole: its facts, and what was known of them on a day."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from typing import Any, Literal

from pydantic import BaseModel, Field, PrivateAttr

from kkd_ledger.agreement.facts.charges import Charge, billed_from
from kkd_ledger.agreement.facts.dues import DuePlan
from kkd_ledger.agreement.facts.facts import (
    AnnexedDocument,
    Basis,
    Clause,
    Day,
    DueRule,
    Many,
    Member,
    PredecessorCost,
    Resolution,
    ServiceYearRule,
    Slug,
    Strict,
    Text,
    VatTreatment,
    Words,
)
from kkd_ledger.agreement.facts.indexes import Index, IndexValue
from kkd_ledger.agreement.facts.known_terms import KnownTerms, terms_at
from kkd_ledger.agreement.facts.measures import DerivedMeasure
from kkd_ledger.agreement.facts.spans import Days, ServiceYear
from kkd_ledger.agreement.facts.told_figures import Figure, PopulationSeries, WeightSeries
from kkd_ledger.agreement.facts.ways_in import Cooperation, StepIn
from kkd_ledger.agreement.keys.components import Component, Subsidy
from kkd_ledger.agreement.pots.pot import Pot
from kkd_ledger.agreement.sheet.lines import Ranks, Sheet


class Agreement(Strict):
    """One agreement (öffentlich-rechtliche Vereinbarung, KGG §§ 24 ff.), whole and checked."""

    id: Slug
    title: Text
    operator: Slug
    form: Literal["mandate", "delegation"] = "mandate"
    begins: Day = Field(alias="from")
    ends: Day | None = Field(None, alias="to")
    known_from: Day
    adopted: Day | None = None
    effective_from: Day | None = None
    ending: Words = ""
    assumed: Words = ""
    rounding: Literal["half-up", "half-even", "half-down", "floor", "ceil"] = "half-up"
    ties: Literal["id", "ags", "largest", "smallest"] = "id"
    rotation: bool = False
    proration: Literal["day", "month", "none"] = "day"
    due_rule: DueRule = Field(alias="due")
    dues: Many[DuePlan] = ()
    service_year_rule: ServiceYearRule = Field(ServiceYearRule(), alias="service_year")
    members: Many[Member]
    figures: Many[Figure] = ()
    charges: Many[Charge] = ()
    populations: Many[PopulationSeries] = ()
    weights: Many[WeightSeries] = ()
    bases: Many[Basis] = ()
    measures: Many[DerivedMeasure] = ()
    indexes: Many[Index] = ()
    index_values: Many[IndexValue] = ()
    pots: Many[Pot] = ()
    components: Many[Component]
    subsidies: Many[Subsidy] = ()
    resolutions: Many[Resolution] = ()
    vat: Many[VatTreatment] = ()
    clauses: Many[Clause] = ()
    documents: Many[AnnexedDocument] = ()
    predecessor_costs: Many[PredecessorCost] = ()
    steps_in: Many[StepIn] = ()
    cooperations: Many[Cooperation] = ()

    _terms: dict[dt.date, KnownTerms] = PrivateAttr(default_factory=dict)
    _days: tuple[dt.date, ...] = PrivateAttr(default=())
    _contract_days: tuple[dt.date, ...] = PrivateAttr(default=())

    def model_post_init(self, _context: Any, /) -> None:  # noqa: D102 - pydantic's hook
        contract_days = {self.known_from, *_known_days(self, but="charges")}
        self._contract_days = tuple(sorted(contract_days))
        self._days = tuple(
            sorted(contract_days.union(*(self._charge_days(charge) for charge in self.charges)))
        )

    def _charge_days(self, charge: Charge) -> set[dt.date]:
        """Return when a charge became known and when it may be billed."""
        billed = {
            each.billed for each in self.components if each.id == charge.component and each.key == "charges"
        }
        year = self.days_of(self.service_year.of(charge.day))
        return {charge.known_from or self.known_from} | {billed_from(each, [charge], year) for each in billed}

    @property
    def by_claims(self) -> bool:
        """Whether what a party owes is the sum of single claims: there are due plans, or charges."""
        return bool(self.dues) or any(component.key == "charges" for component in self.components)

    @property
    def charge_sheet(self) -> Sheet:
        """The sheet on which charges are reckoned, each once for all days of knowledge."""
        return self._charge_sheet

    @cached_property
    def _charge_sheet(self) -> Sheet:
        return Sheet(Ranks({}), self.ties)

    @cached_property
    def _papers(self) -> dict[str, list[Resolution]]:
        """A plain attribute: pydantic takes microseconds for a private one, and every share asks for it."""
        papers: dict[str, list[Resolution]] = {}
        for resolution in self.resolutions:
            papers.setdefault(resolution.member, []).append(resolution)
        return papers

    @cached_property
    def _ways(self) -> dict[str, list[StepIn]]:
        ways: dict[str, list[StepIn]] = {}
        for step in self.steps_in:
            ways.setdefault(step.member, []).append(step)
        return ways

    def way_in(self, member_id: str) -> list[StepIn]:
        """Return the steps of a party on its way into the cooperation, in the order of the file; mostly none."""
        return self._ways.get(member_id, [])

    @property
    def service_year(self) -> ServiceYear:
        """The year in which services are reckoned; mostly the calendar's."""
        return self._service_year

    @cached_property
    def _service_year(self) -> ServiceYear:
        """Kept under a name that no field has: pydantic would take the property's for the field's alias."""
        return ServiceYear.beginning(self.service_year_rule.begins)

    def days_of(self, year: int) -> Days:
        """Return the first and the last day of a service year."""
        return self.service_year.days_of(year)

    @property
    def first_year(self) -> int:
        """The service year in which the agreement begins."""
        return self.service_year.of(self.begins)

    @property
    def last_year(self) -> int:
        """The service year in which the agreement ends; one that never comes where it has no end."""
        return self.service_year.of(self.ends or dt.date.max)

    def year_name(self, year: int) -> str:
        """Return what people call a service year: `2024`, or `2024/25` where it begins in the midst of a year."""
        return self.service_year.name(year)

    def fiscal_year(self, year: int) -> int:
        """Return the fiscal year (a calendar year) in which a service year ends: until then it is not over."""
        return self.days_of(year).last.year

    @property
    def knowledge_days(self) -> tuple[dt.date, ...]:
        """The days on which something became known, in order."""
        return self._days

    @property
    def contract_days(self) -> tuple[dt.date, ...]:
        """The days on which something but a charge became known, in order."""
        return self._contract_days

    def terms(self, as_of: dt.date | None = None) -> KnownTerms:
        """Return what was known on a day (without a day: all that is known), resolved for reckoning."""
        place = len(self._days) if as_of is None else bisect_right(self._days, as_of)
        day = self._days[place - 1] if place else dt.date.min
        if day not in self._terms:
            self._terms[day] = terms_at(self, day)
        return self._terms[day]

    def parties(self, as_of: dt.date | None = None) -> tuple[Member, ...]:
        """Return the members as known on a day, each once in its newest version.

        Everybody outside this room asks for parties: `members` holds every version that the file ever had.
        """
        return tuple(self.terms(as_of).members.values())

    def party(self, member_id: str, as_of: dt.date | None = None) -> Member | None:
        """Return one member in its newest version known on a day; None where the agreement does not know it."""
        return self.terms(as_of).members.get(member_id)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that a party has or had, each once: what a payment's text may say."""
        return tuple(dict.fromkeys(member.name for member in self.members))

    def papers(self, member_id: str) -> list[Resolution]:
        """Return the papers of a member, adopted or not, in the order of the file."""
        return self._papers.get(member_id, [])

    def due(self, year: int, as_of: dt.date | None = None) -> dt.date:
        """Return the day on which the shares of a service year are due."""
        return self.terms(as_of).due(year)

    def changed(self, **facts: Any) -> Agreement:
        """Return the same agreement with some of its facts replaced, unchecked (for what-if reckonings)."""
        return self.model_construct(**dict(self) | facts)


def _known_days(record: BaseModel, but: str = "") -> Iterator[dt.date]:
    """Yield the days on which the facts inside a record became known; an event is known from its own day on."""
    for name in type(record).model_fields.keys() - {but}:
        value = getattr(record, name)
        if name in {"known_from", "on", "adopted"} and isinstance(value, dt.date):
            yield value
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, BaseModel):
                yield from _known_days(item)
