"""What a person answers about what is shared: measures, prices, services, costs, and how each is divided."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from kkd_ledger.agreement.beginning.typed_answers import (
    BEARERS,
    BELOW_ZERO,
    BILLED,
    COST_KINDS,
    JOINING,
    ROUNDINGS,
    TIER_MODES,
    AnsweredDay,
    AnsweredMonthDay,
    AnsweredYear,
    Decimals,
    Lag,
    MeanYears,
    PartOfWhole,
    Percents,
    SignedPercents,
    Surcharge,
    german_words,
)
from kkd_ledger.agreement.facts.facts import Amount, Many, Measured, Rate, Strict, Text, Words
from kkd_ledger.agreement.facts.indexes import Period
from kkd_ledger.agreement.facts.measures import Points, Positive


class AnsweredFigures(Strict):
    """Figures by party of one day."""

    day: AnsweredDay
    figures: dict[str, Measured]


class AnsweredSummand(Strict):
    """A measure in a sum, divided by a number and rounded where the clause says so (inhabitants in hundreds)."""

    measure: Text
    per: Positive | None = None
    decimals: Decimals | None = None


class AnsweredMeasure(Strict):
    """By what is shared: a title, which day of which year, who reports it, and what has been reported.

    What is reported may be turned into another figure first: the mean of years, at least so many, times a factor, its
    part shifted by points (in this order); or the measure is the sum of others and nobody reports it.
    """

    title: Text
    day: AnsweredMonthDay | None = None
    years_before: Lag = 0
    fixed_day: AnsweredDay | None = None
    reported_by: Text = "Meldung"
    figures: Many[AnsweredFigures] = ()
    mean_years: MeanYears | None = None
    least: Positive | None = None
    least_measure: Words = ""
    factors: dict[str, Measured] = Field(default_factory=dict)
    points: dict[str, Points] = Field(default_factory=dict)
    sum_of: Many[AnsweredSummand] = ()
    decimals: Decimals | None = None


class AnsweredPrice(Strict):
    """A price each and year from a day on, or raised; it may follow an index from its base on.

    `index_years_before` is which year's value of the index counts, with a `threshold` in per cent it is followed late.
    """

    begins: AnsweredDay = Field(alias="from")
    price: Rate | None = None
    raised_percent: SignedPercents = ""
    index: Words = ""
    base: Period | None = None
    index_years_before: Lag = 1
    threshold: Percents = ""


class AnsweredAmount(Strict):
    """A fixed amount a year from a day on, for all or for those it names, or raised; it may follow an index."""

    begins: AnsweredDay = Field(alias="from")
    amount: Amount | None = None
    raised_percent: SignedPercents = ""
    parties: Many[Text] = ()
    index: Words = ""
    base: Period | None = None
    index_years_before: Lag = 1
    threshold: Percents = ""


class AnsweredServicePrice(AnsweredPrice):
    """The price of a service: `free` units cost nothing, each `step` begun counts whole, `least` are billed."""

    free: Positive | None = None
    least: Positive | None = None
    step: Positive | None = None


class AnsweredGrade(Strict):
    """A service that is billed by quantity: what it is called, in which unit it is counted, and its prices."""

    title: Text
    unit: Words = ""
    prices: Many[AnsweredServicePrice]


class AnsweredTier(Strict):
    """A size class: up to so many units an amount, a price each, or both; the last one has no upper end."""

    up_to: Measured | None = None
    amount: Amount | None = None
    price: Rate | None = None


class AnsweredSlice(Strict):
    """A part of a cost: so many per cent by this measure (without one in equal parts), among all or some."""

    percent: Percents
    measure: Words = ""
    parties: Many[Text] = ()


class AnsweredCost(Strict):
    """Money of a year, planned or actual, and where it stands."""

    year: AnsweredYear
    amount: Amount
    kind: Annotated[Literal["plan", "actual"], german_words(COST_KINDS)] = "actual"
    source: Words = ""


class AnsweredMoney(Strict):
    """What is taken off costs or added to them: its title, and what of it is known."""

    title: Text
    figures: Many[AnsweredCost] = ()


class AnsweredShare(Strict):
    """One thing that is shared: a price each, a fixed amount, size classes, services, or a cost.

    A cost is what `costs` say, `plus` and `less` other money, a surcharge, a limit, a part of it: in this order. It is
    divided by a measure, by per cents, by several measures (`slices`), or in equal parts.
    """

    title: Text
    clause: Text
    measure: Words = ""
    percents: dict[str, Percents] = Field(default_factory=dict)
    slices: Many[AnsweredSlice] = ()
    unit_decimals: Decimals | None = None
    prices: Many[AnsweredPrice] = ()
    amounts: Many[AnsweredAmount] = ()
    tiers: Many[AnsweredTier] = ()
    tier_mode: Annotated[Literal["whole", "marginal"], german_words(TIER_MODES)] = "whole"
    services: Many[AnsweredGrade] = ()
    billed: Annotated[Literal["each", "monthly", "quarterly"], german_words(BILLED)] = "monthly"
    costs: Many[AnsweredCost] = ()
    costs_title: Words = ""
    plus: Many[AnsweredMoney] = ()
    less: Many[AnsweredMoney] = ()
    plus_percent: Surcharge = ""
    at_most: Amount | None = None
    part: PartOfWhole = ""
    below_zero: Annotated[Literal["credit", "carry", "zero"], german_words(BELOW_ZERO)] | None = None
    parties: Many[Text] = ()
    minimum: Amount | None = None
    maximum: Amount | None = None
    bearer: Annotated[Literal["operator", "others", "nobody"], german_words(BEARERS)] | None = None
    rounding: Annotated[Literal["cent", "ten-cents", "euro"], german_words(ROUNDINGS)] = "cent"
    once: Annotated[AnsweredYear | Literal["joining"], german_words(JOINING, others=True)] | None = None

    @property
    def is_cost(self) -> bool:
        """Whether a cost is shared; else each has a price."""
        return not (self.prices or self.amounts or self.tiers or self.services)

    @property
    def measures(self) -> tuple[str, ...]:
        """The titles of the measures that it names."""
        named = [self.measure, *(part.measure for part in self.slices)]
        return tuple(title for title in named if title)

    @property
    def money(self) -> tuple[AnsweredMoney, ...]:
        """All money of which a cost is made, the costs themselves first; none where each has a price."""
        own = AnsweredMoney(title=self.named_costs, figures=self.costs)
        return (own, *self.plus, *self.less) if self.is_cost else ()

    @property
    def named_costs(self) -> str:
        """What the costs themselves are called: as the share, where nothing is added to them or taken off."""
        own = f"Kosten: {self.title}" if self.plus or self.less else self.title
        return self.costs_title or own
