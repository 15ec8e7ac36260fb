"""Components of the cost, one class per key, and the subsidies that lower it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema

from kkd_ledger import fields
from kkd_ledger.agreement.facts.charges import Billed
from kkd_ledger.agreement.facts.facts import (
    Amount,
    DatedFact,
    Day,
    Fact,
    Many,
    Measured,
    Percent,
    Rate,
    Slug,
    Strict,
    Text,
    Words,
    Year,
)
from kkd_ledger.agreement.facts.indexes import PriceIndex, Raise
from kkd_ledger.agreement.facts.measures import Positive
from kkd_ledger.agreement.facts.told_figures import Kind, Told
from kkd_ledger.agreement.facts.ways_in import NOT_YET
from kkd_ledger.errors import NotAllowed
from kkd_ledger.periods import FIRST_YEAR, LAST_YEAR


def _basis(value: Any) -> Any:
    """Refuse what is no name with a word on what people mean: to divide as another component does."""
    if isinstance(value, dict):
        allowed = (
            "der Name einer Bemessung aus [[bases]] oder eines Maßes aus [[measures]]; wer wie ein anderer Baustein "
            "teilt, nennt dessen basis: nach dem Ergebnis eines Bausteins teilt keiner"
        )
        raise NotAllowed("eine Tabelle", allowed)
    return value


BasisName = Annotated[Slug, BeforeValidator(_basis)]


class RateStage(DatedFact):
    """EUR per inhabitant (or unit of the basis) and year: stated, by an index, or raised over the stage before.

    It holds from a day on, or `with` a cooperation that is folded in.
    """

    begins: Day = Field(NOT_YET, alias="from")
    event: Slug | None = Field(None, alias="with")
    rate: Rate | None = None
    raised_percent: Raise | None = None
    index: PriceIndex | None = None


class AmountStage(DatedFact):
    """EUR per year, for all or for the members it names: stated, by an index, or raised over the stage before."""

    amount: Amount | None = None
    raised_percent: Raise | None = None
    index: PriceIndex | None = None
    members: Many[Slug] = ()


class YearCost(Told):
    """The cost of a component in one service year; plan and actual are two facts, and the actual one counts."""

    year: Year
    amount: Amount
    kind: Kind = "actual"
    source: Words = ""


class Membership(DatedFact):
    """When a member takes part in a component."""

    member: Slug


class Tier(Strict):
    """One size class: up to and including so many units; the last one has no upper end."""

    up_to: Measured | None = None
    amount: Amount | None = None
    rate: Rate | None = None


class Scale(DatedFact):
    """Size classes; `whole` takes the class of the member's size, `marginal` each class for its own units."""

    mode: Literal["whole", "marginal"] = "whole"
    tiers: Many[Tier]


class Slice(Strict):
    """One part of a mixture: so many percent of the total by this measure, or in equal parts."""

    percent: Percent
    by: Literal["equal", "proportional"]
    basis: BasisName | None = None
    members: Many[Slug] | None = None


def _once(value: Any) -> int | Literal["joining"]:
    """Take the one service year of a component: its number, or that in which each member joins."""
    if value == "joining":
        return "joining"
    if isinstance(value, int) and not isinstance(value, bool) and FIRST_YEAR <= value <= LAST_YEAR:
        return value
    allowed = '"joining" (im Jahr des Beitritts) oder ein Leistungsjahr ohne Anführungszeichen, etwa 2025'
    raise NotAllowed(fields.shown(value), allowed)


Once = Annotated[
    int | Literal["joining"],
    PlainValidator(_once),
    WithJsonSchema(
        {"anyOf": [{"type": "integer", "minimum": FIRST_YEAR, "maximum": LAST_YEAR}, {"const": "joining"}]}
    ),
]


class PercentStage(DatedFact):
    """Fixed per cents of the cost by member, from a day on."""

    parts: Annotated[dict[Slug, Percent], Field(min_length=1)]


class ChargePrice(RateStage):
    """EUR per unit of a grade, from a day on.

    Of a quantity `free` units cost nothing, what is begun counts whole (`step`: each half hour begun), and `least` are
    billed at any rate.
    """

    grade: Slug
    rate: Rate | None = Field(None, alias="price")
    free: Positive | None = None
    least: Positive | None = None
    step: Positive | None = None


class Grade(Strict):
    """What a grade of the price list is called, and in which unit it is counted."""

    id: Slug
    title: Text
    unit: Words = ""


class _Component(Fact):
    id: Slug
    title: Text
    clause: Text
    begins: Day = Field(NOT_YET, alias="from")
    event: Slug | None = Field(None, alias="with")
    ends: Day | None = Field(None, alias="to")
    members: Many[Slug] | None = None
    memberships: Many[Membership] = ()
    minimum: Amount | None = None
    maximum: Amount | None = None
    remainder: Literal["operator", "others", "nobody"] | None = None
    proration: Literal["day", "month", "none"] | None = None
    totals: Many[YearCost] = ()
    dues: Slug | None = None
    pot: Slug | None = None
    rounding: Literal["cent", "ten-cents", "euro"] = "cent"
    rounding_mode: Literal["half-up", "half-even", "half-down", "floor", "ceil"] | None = None
    meets_total: bool | None = None
    direction: Literal["to-operator", "to-members"] = "to-operator"
    name: Words = ""
    once: Once | None = None
    yearly_parts: Annotated[int, Field(ge=2, le=100)] | None = None
    charged: bool = True

    @property
    def payers(self) -> tuple[str, ...] | None:
        """Whom the component names as those who take part; None where all but the operator do."""
        return self.members


class PerHead(_Component):
    """A rate per unit of the basis, with or without a base fee."""

    key: Literal["per-head"]
    basis: BasisName
    rates: Many[RateStage]
    fees: Many[AmountStage] = ()


class Fixed(_Component):
    """A fixed amount a year, the same for all or named by member."""

    key: Literal["fixed"]
    amounts: Many[AmountStage]


class Tiered(_Component):
    """An amount or a rate by size class."""

    key: Literal["tiers"]
    basis: BasisName
    scales: Many[Scale]


class Equal(_Component):
    """Equal parts of a total."""

    key: Literal["equal"]


class Proportional(_Component):
    """Parts of a total by population or another dated weight."""

    key: Literal["proportional"]
    basis: BasisName


class Mixture(_Component):
    """Parts of a total by several measures with percentages."""

    key: Literal["mixture"]
    slices: Many[Slice]


class FixedPercent(_Component):
    """Fixed per cents of a cost; what lacks to the whole is nobody's, or the operator's."""

    key: Literal["percent"]
    parts: Many[PercentStage]

    @property
    def payers(self) -> tuple[str, ...] | None:
        """Who has a per cent, unless the component names its members."""
        if self.members is not None:
            return self.members
        return tuple(dict.fromkeys(member for stage in self.parts for member in stage.parts))


class PerUnit(_Component):
    """A rate that is the cost over all units (or those of some), rounded, times each member's units.

    The sum may miss the cost.
    """

    key: Literal["per-unit"]
    basis: BasisName
    rate_of: Many[Slug] | None = None
    rate_decimals: Annotated[int, Field(ge=0, le=6)]
    rate_rounding: Literal["half-up", "half-even", "half-down", "floor", "ceil"] = "half-up"


class Growth(_Component):
    """Last year's amount, raised by a growth of at most so many per cent; what is above is kept for later, or lost."""

    key: Literal["growth"]
    start: Amount
    growth: Slug
    at_most: Percent
    unused: Literal["banked", "lost"]


class MeanOfLowest(_Component):
    """The mean of so many of the lowest of several components, which charge nothing themselves."""

    key: Literal["mean-of-lowest"]
    of: Many[Slug]
    lowest: Annotated[int, Field(ge=1, le=100)]


class Charges(_Component):
    """Things billed one by one: quantity times the price of its day, each job, or the sum of a month or a quarter."""

    key: Literal["charges"]
    billed: Billed = "each"
    prices: Many[ChargePrice]
    grades: Many[Grade] = ()


Rated = PerHead | Fixed | Tiered
Split = Equal | Proportional | Mixture | FixedPercent
Derived = PerUnit | Growth | MeanOfLowest
Component = Annotated[Rated | Split | Derived | Charges, Field(discriminator="key")]


class SubsidyEvent(Fact):
    """A step in the life of a subsidy (Förderung); known from its own day unless it says otherwise."""

    status: Literal["applied", "granted", "rejected", "paid", "proved", "closed", "reclaimed"]
    on: Day
    document: Words = ""


class Conditions(Strict):
    """What a subsidy binds to: years of binding and a saving in percent (IKZ framework: five years, 15 %).

    The binding begins on the day of the grant, or on the day that the notice names (`binding_from`).
    """

    binding_years: Annotated[int, Field(ge=0, le=50)] | None = None
    binding_from: Day | None = None
    saving_percent: Percent | None = None


class SubsidyYear(Strict):
    """The part of a subsidy that counts for one service year."""

    year: Year
    amount: Amount


class Subsidy(Fact):
    """A grant that lowers the shares once it is granted, by its distribution rule."""

    id: Slug
    title: Text
    program: Words = ""
    clause: Text
    amount: Amount
    years: Many[SubsidyYear]
    components: Many[Slug] | None = None
    distribution: Literal["by-share", "by-population", "equal", "operator"]
    basis: Slug | None = None
    life: Many[SubsidyEvent]
    conditions: Conditions = Conditions()
