"""What a person answers about a paper contract: names instead of ids, days and numbers as people type them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, ValidationError

from kkd_ledger.agreement.beginning.share_answers import AnsweredCost, AnsweredMeasure, AnsweredShare
from kkd_ledger.agreement.beginning.typed_answers import (
    ADVANCES_ON,
    DISTRIBUTIONS,
    FORMS,
    KINDS,
    STEPS,
    TREATMENTS,
    AnsweredDay,
    AnsweredMonthDay,
    BudgetLine,
    CleanText,
    CleanWords,
    Decimals,
    Percents,
    Span,
    german_words,
)
from kkd_ledger.agreement.facts.facts import (
    Ags,
    Amount,
    Iban,
    Many,
    SittingNumber,
    Slug,
    Strict,
    Text,
    Words,
)
from kkd_ledger.agreement.facts.indexes import Period
from kkd_ledger.agreement.facts.measures import Positive
from kkd_ledger.agreement.facts.ways_in import StepKind
from kkd_ledger.errors import InputRefused, Problem
from kkd_ledger.fields import wrongs


class AnswersRefused(InputRefused):
    """Answers from which no agreement can be written."""

    subject: ClassVar[str] = "Antworten abgelehnt"


class AnsweredParty(Strict):
    """Who takes part, since when; AGS, account and address where there are any."""

    name: CleanText
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


class AnsweredDues(Strict):
    """In which parts is paid: rates of a fixed sum, or advances on one that is settled later; for all shares or some.

    On days of every year, or so many days after it is asked for (`after_days`). A plan that names parties holds for
    these alone. A settlement is due so many days after the actual sum is known, or on a day of the year after; with
    `until_known` rates go on at last year's level until the sum is known.
    """

    days: Many[AnsweredMonthDay] = ()
    after_days: Span | None = None
    parts: Many[Text] = ()
    clause: Words = ""
    shares: Many[Text] = ()
    parties: Many[Text] = ()
    until_known: bool = False
    advances_on: Annotated[Literal["plan", "last-year"], german_words(ADVANCES_ON)] | None = None
    percent: Percents = ""
    settled_on: AnsweredMonthDay | None = None
    settled_after_days: Span | None = None


class AnsweredIndexValue(Strict):
    """What an index was in a year or a month."""

    at: Period
    value: Positive


class AnsweredIndex(Strict):
    """An index that prices follow: its title, who publishes it, and what of it is known."""

    title: Text
    source: Text
    decimals: Decimals = 1
    values: Many[AnsweredIndexValue] = ()


class AnsweredSubsidy(Strict):
    """A grant that lowers shares: how much in which year, applied for and granted when; for all shares or some."""

    title: Text
    clause: Text
    program: Words = ""
    years: Many[AnsweredCost]
    shares: Many[Text] = ()
    distribution: Annotated[Literal["by-share", "equal", "operator"], german_words(DISTRIBUTIONS)] = (
        "by-share"
    )
    applied_on: AnsweredDay | None = None
    granted_on: AnsweredDay | None = None
    notice: Words = ""


def _listed(value: Any) -> Any:
    """Take one table for a list of one."""
    return [value] if isinstance(value, Mapping) else value


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

    title: CleanText
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
    dues: Annotated[Many[AnsweredDues], BeforeValidator(_listed)] = ()
    indexes: Many[AnsweredIndex] = ()
    subsidies: Many[AnsweredSubsidy] = ()
    resolutions: Many[AnsweredResolution] = ()
    steps: Many[AnsweredStep] = ()
    vat: Many[AnsweredVat] = ()
    vat_reason: Words = ""
    book_of: Words = ""
    dedicated_account: bool | None = None
    budget_line: BudgetLine = ""
    budget_name: CleanWords = ""
    certifies: CleanWords = ""
    orders: CleanWords = ""
    treasury: Many[CleanText] = ()
    general_order: AnsweredOrder | None = None

    @property
    def book_party(self) -> str:
        """Whose book is begun; without an answer the operator's."""
        return self.book_of or self.operator

    @property
    def plans(self) -> tuple[AnsweredDues, ...]:
        """In which parts is paid; `due_days` alone are rates in equal parts of all shares."""
        return self.dues or ((AnsweredDues(days=self.due_days),) if self.due_days else ())


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
    for where, name, allowed in (*_shared_names(answers, names), *_other_names(answers, names)):
        if name not in allowed:
            near = get_close_matches(name, allowed, 1)
            meant = f", gemeint ist vielleicht {near[0]}" if near else ""
            yield Problem(file, where, repr(name), f"ein Name von oben ({', '.join(allowed)}){meant}")


Named = tuple[str, str, list[str]]
"""Where a name stands, the name, and which ones may stand there."""


def _shared_names(answers: Answers, names: list[str]) -> Iterator[Named]:
    titles = [measure.title for measure in answers.measures]
    indexes = [index.title for index in answers.indexes]
    for number, share in enumerate(answers.shares, start=1):
        where = f"shares {number}"
        yield from ((f"{where}, parties", name, names) for name in share.parties)
        yield from ((f"{where}, amounts", name, names) for each in share.amounts for name in each.parties)
        yield from ((f"{where}, percents", name, names) for name in share.percents)
        yield from ((f"{where}, slices", name, names) for each in share.slices for name in each.parties)
        yield from ((f"{where}, measure", title, titles) for title in share.measures)
        named = [price.index for price in share.prices] + [amount.index for amount in share.amounts]
        named += [price.index for grade in share.services for price in grade.prices]
        yield from ((f"{where}, index", index, indexes) for index in named if index)
    for number, measure in enumerate(answers.measures, start=1):
        where = f"measures {number}"
        yield from ((f"{where}, figures", name, names) for each in measure.figures for name in each.figures)
        yield from ((f"{where}, factors", name, names) for name in (*measure.factors, *measure.points))
        others = [title for title in titles if title != measure.title]
        yield from ((f"{where}, sum_of", each.measure, others) for each in measure.sum_of)
        if measure.least_measure:
            yield f"{where}, least_measure", measure.least_measure, others


def _other_names(answers: Answers, names: list[str]) -> Iterator[Named]:
    shares = [share.title for share in answers.shares]
    yield "operator", answers.operator, names
    yield "book_of", answers.book_party, names
    yield from (("resolutions", each.party, names) for each in answers.resolutions)
    yield from (("steps", each.party, names) for each in answers.steps)
    for plan in answers.plans:
        yield from (("dues, shares", name, shares) for name in plan.shares)
        yield from (("dues, parties", name, names) for name in plan.parties)
    yield from (("subsidies, shares", name, shares) for each in answers.subsidies for name in each.shares)
