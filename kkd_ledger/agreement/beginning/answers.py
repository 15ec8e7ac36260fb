"""What a person answers about a paper contract: names instead of ids, days and numbers as people type them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, ValidationError

from kkd_ledger.agreement.beginning.typed_answers import (
    ADVANCES_ON,
    BEARERS,
    BELOW_ZERO,
    BILLED,
    COST_KINDS,
    FORMS,
    KINDS,
    ROUNDINGS,
    STEPS,
    TREATMENTS,
    AnsweredDay,
    AnsweredMonthDay,
    AnsweredYear,
    Decimals,
    Lag,
    PartOfWhole,
    Percents,
    Span,
    Surcharge,
    german_words,
)
from kkd_ledger.agreement.facts.facts import (
    Ags,
    Amount,
    Iban,
    Many,
    Measured,
    Rate,
    SittingNumber,
    Slug,
    Strict,
    Text,
    Words,
)
from kkd_ledger.agreement.facts.ways_in import StepKind
from kkd_ledger.errors import InputRefused, Problem
from kkd_ledger.fields import wrongs


class AnswersRefused(InputRefused):
    """Answers from which no agreement can be written."""

    subject: ClassVar[str] = "Antworten abgelehnt"


class AnsweredParty(Strict):
    """Who takes part, since when; AGS, account and address where there are any."""

    name: Text
    kind: Annotated[Literal["county", "town", "municipality", "association"], german_words(KINDS)]
    ags: Ags | None = None
    joined: AnsweredDay | None = None
    left: AnsweredDay | None = None
    iban: Iban | None = None
    street: Words = ""
    postcode: Words = ""
    city: Words = ""
    email: Words = ""
    leitweg_id: Words = ""
    person: Words = ""
    phone: Words = ""
    vat_id: Words = ""
    tax_number: Words = ""


class AnsweredFigures(Strict):
    """Figures by party of one day."""

    day: AnsweredDay
    figures: dict[str, Measured]


class AnsweredMeasure(Strict):
    """By what is shared: a title, which day of which year, who reports it, and what has been reported."""

    title: Text
    day: AnsweredMonthDay | None = None
    years_before: Lag = 0
    fixed_day: AnsweredDay | None = None
    reported_by: Text = "Meldung"
    figures: Many[AnsweredFigures] = ()


class AnsweredPrice(Strict):
    """A price each and year from a day on, or raised."""

    begins: AnsweredDay = Field(alias="from")
    price: Rate | None = None
    raised_percent: Words = ""


class AnsweredAmount(Strict):
    """A fixed amount a year from a day on, for all or for those it names, or raised."""

    begins: AnsweredDay = Field(alias="from")
    amount: Amount | None = None
    raised_percent: Words = ""
    parties: Many[Text] = ()


class AnsweredGrade(Strict):
    """A service that is billed by quantity: what it is called, in which unit it is counted, and its prices."""

    title: Text
    unit: Words = ""
    prices: Many[AnsweredPrice]


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
    """One thing that is shared: a price each, a fixed amount, or a cost; by a measure, by per cents, in equal parts.

    A cost is what `costs` say, `plus` and `less` other money, a surcharge, a limit, a part of it: in this order.
    """

    title: Text
    clause: Text
    measure: Words = ""
    percents: dict[str, Percents] = Field(default_factory=dict)
    unit_decimals: Decimals | None = None
    prices: Many[AnsweredPrice] = ()
    amounts: Many[AnsweredAmount] = ()
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
    once: AnsweredYear | None = None

    @property
    def is_cost(self) -> bool:
        """Whether a cost is shared; else each has a price."""
        return not (self.prices or self.amounts or self.services)

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


class AnsweredDues(Strict):
    """In which parts is paid: rates of a fixed sum, or advances on one that is settled later; for all shares or some.

    A settlement is due so many days after the actual sum is known, or on a day of the year after.
    """

    days: Many[AnsweredMonthDay]
    parts: Many[Text] = ()
    clause: Words = ""
    shares: Many[Text] = ()
    advances_on: Annotated[Literal["plan", "last-year"], german_words(ADVANCES_ON)] | None = None
    percent: Percents = ""
    settled_on: AnsweredMonthDay | None = None
    settled_after_days: Span | None = None


class AnsweredResolution(Strict):
    """Who resolved what, when, in which sitting."""

    party: Text
    paper: Text
    title: Text
    body: Text
    adopted: AnsweredDay
    number: SittingNumber | None = None


class AnsweredStep(Strict):
    """A step on the way in: signed, approved by the authority, notified to it, effective; with day and document."""

    party: Text
    kind: Annotated[StepKind, german_words(STEPS)]
    day: AnsweredDay
    document: Words = ""


class AnsweredVat(Strict):
    """How shares are treated by VAT from a day on, and who decided it when."""

    begins: AnsweredDay | None = Field(None, alias="from")
    ends: AnsweredDay | None = Field(None, alias="to")
    treatment: Annotated[
        Literal[
            "not-taxable-old-law", "not-taxable-2b", "taxable-19", "exempt-4-21", "exempt-4-22", "exempt-4-29"
        ],
        german_words(TREATMENTS),
    ]
    reason: Words = ""
    decided_by: Words = ""
    decided_on: AnsweredDay | None = None


class AnsweredOrder(Strict):
    """A general order (allgemeine Anordnung) under which the monthly run books bank lines by itself."""

    id: Text
    limit: Amount


class Answers(Strict):
    """Everything that is asked, in the order in which it is asked."""

    title: Text
    short: Slug | None = None
    operator: Text
    form: Annotated[Literal["mandate", "delegation"], german_words(FORMS)] = "mandate"
    begins: AnsweredDay = Field(alias="from")
    ends: AnsweredDay | None = Field(None, alias="to")
    ending: Words = ""
    service_year: AnsweredMonthDay = "01-01"
    parties: Many[AnsweredParty]
    shares: Many[AnsweredShare]
    measures: Many[AnsweredMeasure] = ()
    rounding: Literal["half-up", "half-even", "half-down", "floor", "ceil"] = "half-up"
    proration: Literal["day", "month", "none"] = "day"
    due: AnsweredMonthDay
    due_days: Many[AnsweredMonthDay] = ()
    dues: AnsweredDues | None = None
    resolutions: Many[AnsweredResolution] = ()
    steps: Many[AnsweredStep] = ()
    vat: Many[AnsweredVat] = ()
    vat_reason: Words = ""
    book_of: Words = ""
    dedicated_account: bool | None = None
    budget_line: Words = ""
    budget_name: Words = ""
    certifies: Words = ""
    orders: Words = ""
    treasury: Many[Text] = ()
    general_order: AnsweredOrder | None = None

    @property
    def book_party(self) -> str:
        """Whose book is begun; without an answer the operator's."""
        return self.book_of or self.operator

    @property
    def plan(self) -> AnsweredDues | None:
        """In which parts is paid; `due_days` alone are rates in equal parts of all shares."""
        return self.dues or (AnsweredDues(days=self.due_days) if self.due_days else None)


def answers_of(data: Mapping[str, Any], file: str = "Antworten") -> Answers:
    """Return the answers in plain data; raise AnsweredRefused with everything that is wrong with them."""
    try:
        answers = Answers.model_validate(data)
    except ValidationError as error:
        raise AnswersRefused(
            [Problem(file, place(wrong.loc), wrong.actual, wrong.allowed) for wrong in wrongs(error, Answers)]
        ) from error
    if problems := list(_unknown_names(answers, file)):
        raise AnswersRefused(problems)
    return answers


def place(loc: tuple[int | str, ...]) -> str:
    """Return where an answer stands as people count: `shares 1, prices 2, price`."""
    words: list[str] = []
    for part in loc:
        if isinstance(part, int) and words:
            words[-1] += f" {part + 1}"
        else:
            words.append(str(part))
    return ", ".join(words)


def _unknown_names(answers: Answers, file: str) -> Iterator[Problem]:
    names = [party.name for party in answers.parties]
    titles = [measure.title for measure in answers.measures]
    wanted = [("operator", answers.operator, names), ("book_of", answers.book_party, names)]
    for number, share in enumerate(answers.shares, start=1):
        wanted += [(f"shares {number}, parties", name, names) for name in share.parties]
        wanted += [
            (f"shares {number}, amounts", name, names) for each in share.amounts for name in each.parties
        ]
        wanted += [(f"shares {number}, percents", name, names) for name in share.percents]
        if share.measure:
            wanted.append((f"shares {number}, measure", share.measure, titles))
    for number, measure in enumerate(answers.measures, start=1):
        place_words = f"measures {number}, figures"
        wanted += [(place_words, name, names) for each in measure.figures for name in each.figures]
    wanted += [("resolutions", each.party, names) for each in answers.resolutions]
    wanted += [("steps", each.party, names) for each in answers.steps]
    if answers.plan:
        shares = [share.title for share in answers.shares]
        wanted += [("dues, shares", name, shares) for name in answers.plan.shares]
    for where, name, allowed in wanted:
        if name not in allowed:
            near = get_close_matches(name, allowed, 1)
            meant = f", gemeint ist vielleicht {near[0]}" if near else ""
            yield Problem(file, where, repr(name), f"ein Name von oben ({', '.join(allowed)}){meant}")
