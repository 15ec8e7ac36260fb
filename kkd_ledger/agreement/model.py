"""What was agreed, as data: every fact is frozen, dated with the day it is known from, and says so if it is assumed."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, StringConstraints

from kkd_ledger.agreement.terms import Terms, terms_at
from kkd_ledger.money import parse_eur, parse_rate
from kkd_ledger.periods import FIRST_YEAR, LAST_YEAR
from kkd_ledger.references import check_iban

Item = TypeVar("Item")


def _many(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _not_negative(text: Any) -> int:
    cents = parse_eur(text)
    if cents < 0:
        raise ValueError(f"{text!r} ist negativ; erlaubt: ein Betrag ab 0,00")
    return cents


def _percent(text: Any) -> Decimal:
    return Decimal(parse_rate(text)).scaleb(-6)


Many = Annotated[tuple[Item, ...], BeforeValidator(_many)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=40)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Ags = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}([0-9]{3}|[0-9]{6})$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
Day = Annotated[dt.date, Field(ge=dt.date(FIRST_YEAR, 1, 1), le=dt.date(LAST_YEAR, 12, 31))]
Amount = Annotated[int, BeforeValidator(_not_negative)]
Rate = Annotated[int, BeforeValidator(parse_rate)]
Percent = Annotated[Decimal, BeforeValidator(_percent)]
Iban = Annotated[str, BeforeValidator(check_iban)]
Weight = Annotated[int, Field(ge=0, le=10**12)]


class Strict(BaseModel):
    """A frozen record without unknown keys and without silent conversions."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", populate_by_name=True)


class Fact(Strict):
    """Something that is known from a day on; without a day, from the day the agreement itself is known."""

    known_from: Day | None = None
    assumed: str = ""


class Span(Fact):
    """A fact that holds from a day to a day, both included; without an end until the next one begins."""

    begins: Day = Field(alias="from")
    ends: Day | None = Field(None, alias="to")


class Member(Fact):
    """A party (Beteiligte) of the agreement; the operator is one of them."""

    id: Slug
    name: Text
    kind: Literal["county", "town", "municipality", "association"]
    ags: Ags | None = None
    joined: Day | None = None
    left: Day | None = None
    succeeds: Many[Slug] = ()
    ibans: Many[Iban] = ()


class PopulationSeries(Fact):
    """Inhabitants by AGS from one source, on one day, on the base of one census."""

    source: Text
    reference: Day
    census: Year
    inhabitants: dict[Ags, Weight]


class WeightSeries(Fact):
    """Any other measure by member (workplaces, area, cases) from one source on one day."""

    name: Slug
    source: Text
    reference: Day
    values: dict[Slug, Weight]


class Basis(Span):
    """Which figure counts: frozen at a reference day, or renewed each year with a lag in years."""

    id: Slug
    rule: Literal["frozen", "renewed"]
    weight: Slug | None = None
    source: Text
    census: Year | None = None
    reference: Day | None = None
    lag_years: Annotated[int, Field(ge=0, le=20)] | None = None
    month_day: Annotated[str, StringConstraints(pattern=r"^(0[1-9]|1[0-2])-[0-3][0-9]$")] = "12-31"
    clause: str = ""


class RateStage(Span):
    """EUR per inhabitant (or per unit of the basis) and year."""

    rate: Rate


class AmountStage(Span):
    """EUR per year: for everybody, or for the members it names."""

    amount: Amount
    members: Many[Slug] = ()


class Total(Fact):
    """The cost of a component in one service year."""

    year: Year
    amount: Amount


class Membership(Span):
    """When a member takes part in a component."""

    member: Slug


class Tier(Strict):
    """One size class: up to and including so many units; the last one has no upper end."""

    up_to: Weight | None = None
    rate: Rate | None = None
    amount: Amount | None = None


class Scale(Span):
    """Size classes; `whole` takes the class of the member's size, `marginal` each class for its own units."""

    mode: Literal["whole", "marginal"] = "whole"
    tiers: Many[Tier]


class Slice(Strict):
    """One part of a mixture: so many percent of the total by this measure, or in equal parts."""

    percent: Percent
    by: Literal["equal", "proportional"]
    basis: Slug | None = None


class _Component(Fact):
    id: Slug
    title: Text
    clause: Text
    begins: Day = Field(alias="from")
    ends: Day | None = Field(None, alias="to")
    members: Many[Slug] | None = None
    memberships: Many[Membership] = ()
    minimum: Amount | None = None
    maximum: Amount | None = None
    remainder: Literal["operator"] | None = None
    totals: Many[Total] = ()


class PerHead(_Component):
    """A rate per unit of the basis, with or without a base fee."""

    key: Literal["per-head"]
    basis: Slug
    rates: Many[RateStage]
    fees: Many[AmountStage] = ()


class Fixed(_Component):
    """A fixed amount a year, the same for all or named by member."""

    key: Literal["fixed"]
    amounts: Many[AmountStage]


class Tiered(_Component):
    """An amount or a rate by size class."""

    key: Literal["tiers"]
    basis: Slug
    scales: Many[Scale]


class Equal(_Component):
    """Equal parts of a total."""

    key: Literal["equal"]


class Proportional(_Component):
    """Parts of a total by population or another dated weight."""

    key: Literal["proportional"]
    basis: Slug


class Mixture(_Component):
    """Parts of a total by several measures with percentages."""

    key: Literal["mixture"]
    slices: Many[Slice]


Component = Annotated[PerHead | Fixed | Tiered | Equal | Proportional | Mixture, Field(discriminator="key")]


class SubsidyEvent(Fact):
    """A step in the life of a subsidy (Förderung)."""

    status: Literal["applied", "granted", "rejected", "paid", "proved", "closed", "reclaimed"]
    on: Day
    document: str = ""


class Conditions(Strict):
    """What a subsidy binds to: years of binding and a saving in percent (IKZ framework: five years, 15 %)."""

    binding_years: Annotated[int, Field(ge=0, le=50)] | None = None
    saving_percent: Percent | None = None


class SubsidyYear(Strict):
    """The part of a subsidy that counts for one service year."""

    year: Year
    amount: Amount


class Subsidy(Fact):
    """A grant that lowers the shares once it is granted, by its distribution rule."""

    id: Slug
    title: Text
    program: str = ""
    clause: Text
    amount: Amount
    years: Many[SubsidyYear]
    components: Many[Slug] | None = None
    distribution: Literal["by-share", "by-population", "equal", "operator"]
    basis: Slug | None = None
    life: Many[SubsidyEvent]
    conditions: Conditions = Conditions()


class Sitting(Fact):
    """A sitting that dealt with a paper; one of them decides."""

    body: Text
    date: Day
    number: Annotated[int, Field(ge=1)] | None = None
    decides: bool = False


class ResolvedAmount(Strict):
    """What the resolution allows for a range of service years."""

    begins: Year = Field(alias="from")
    ends: Year | None = Field(None, alias="to")
    amount: Amount


class Resolution(Fact):
    """A paper (Vorlage) on its way through the sittings, and its adoption (Beschluss)."""

    member: Slug
    paper: Text
    title: Text
    sittings: Many[Sitting]
    adopted: Day | None = None
    effective_from: Day | None = None
    amounts: Many[ResolvedAmount] = ()
    annexes: Many[Slug] = ()


class VatTreatment(Span):
    """How the shares of a service period are treated by VAT; from 2027 a person decides (UStG § 2b)."""

    treatment: Literal["not-taxable-old-law", "not-taxable-2b", "taxable-19", "exempt-4-29"]
    reason: Text
    decided_by: str = ""
    decided_on: Day | None = None


class DueException(Fact):
    """A due day that differs from the rule for one service year."""

    year: Year
    date: Day


class DueRule(Fact):
    """When a share is due: a day of the service year, with exceptions by year."""

    month: Annotated[int, Field(ge=1, le=12)]
    day: Annotated[int, Field(ge=1, le=28)]
    clause: str = ""
    exceptions: Many[DueException] = ()


class Clause(Strict):
    """The words of the agreement that a step of a calculation cites."""

    id: Text
    text: Text
    assumed: str = ""


class Document(Fact):
    """An annex or a notice, by its file and hash where we hold it."""

    id: Slug
    title: Text
    file: str = ""
    sha256: Sha256 | None = None


class PredecessorCost(Fact):
    """What a member paid in a year before the cooperation was bundled."""

    member: Slug
    year: Year
    amount: Amount
    title: Text
    source: str = ""


class Agreement(Strict):
    """One agreement (öffentlich-rechtliche Vereinbarung, KGG § 24 ff.), whole and checked."""

    id: Slug
    title: Text
    operator: Slug
    form: Literal["mandate", "delegation"] = "mandate"
    begins: Day = Field(alias="from")
    ends: Day | None = Field(None, alias="to")
    known_from: Day
    adopted: Day | None = None
    effective_from: Day | None = None
    assumed: str = ""
    rounding: Literal["half-up", "half-even", "half-down", "floor", "ceil"] = "half-up"
    ties: Literal["id", "ags", "largest", "smallest"] = "id"
    rotation: bool = False
    proration: Literal["day", "month", "none"] = "day"
    due_rule: DueRule = Field(alias="due")
    members: Many[Member]
    populations: Many[PopulationSeries] = ()
    weights: Many[WeightSeries] = ()
    bases: Many[Basis] = ()
    components: Many[Component]
    subsidies: Many[Subsidy] = ()
    resolutions: Many[Resolution] = ()
    vat: Many[VatTreatment] = ()
    clauses: Many[Clause] = ()
    documents: Many[Document] = ()
    predecessor_costs: Many[PredecessorCost] = ()

    _terms: dict[dt.date, Terms] = PrivateAttr(default_factory=dict)
    _days: tuple[dt.date, ...] = PrivateAttr(default=())

    def model_post_init(self, _context: Any, /) -> None:  # noqa: D102 - pydantic's hook
        self._days = tuple(sorted({self.known_from, *_known_days(self)}))

    @property
    def knowledge_days(self) -> tuple[dt.date, ...]:
        """The days on which something became known, in order."""
        return self._days

    def terms(self, as_of: dt.date | None = None) -> Terms:
        """Return what was known on a day (without a day: all that is known), resolved for reckoning."""
        known = len(self._days) if as_of is None else bisect_right(self._days, as_of)
        day = self._days[known - 1] if known else dt.date.min
        if day not in self._terms:
            self._terms[day] = terms_at(self, day)
        return self._terms[day]

    def due(self, year: int, as_of: dt.date | None = None) -> dt.date:
        """Return the day on which the shares of a service year are due."""
        return self.terms(as_of).due(year)


def _known_days(record: BaseModel) -> Iterator[dt.date]:
    """Yield the days on which the facts inside a record became known; an event is known from its own day on."""
    for name in type(record).model_fields:
        value = getattr(record, name)
        if name in {"known_from", "on", "adopted"} and value is not None:
            yield value
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, BaseModel):
                yield from _known_days(item)
