"""What a person answers about a paper contract: names instead of ids, days and numbers as people type them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import BeforeValidator, Field, ValidationError

from kkd_ledger.agreement.facts.facts import (
    Ags,
    Amount,
    Iban,
    Many,
    Measured,
    Rate,
    SittingNumber,
    Strict,
    Text,
    Words,
)
from kkd_ledger.errors import InputRefused, NotAllowed, Problem
from kkd_ledger.fields import MONTH_DAY, wrongs
from kkd_ledger.german import DAY_FORMAT
from kkd_ledger.periods import FIRST_YEAR, LAST_YEAR, day_in

KINDS: Final = {
    "Kreis": "county",
    "Stadt": "town",
    "Gemeinde": "municipality",
    "Verband": "association",
}
BEARERS: Final = {"Betreiberin": "operator", "andere": "others", "niemand": "nobody"}
COST_KINDS: Final = {"geplant": "plan", "tatsächlich": "actual"}
FORMS: Final = {"Mandatierung": "mandate", "Delegation": "delegation"}


class AnswersRefused(InputRefused):
    """Answers from which no agreement can be written."""

    subject: ClassVar[str] = "Antworten abgelehnt"


def typed_day(value: Any) -> Any:
    """Return a day that somebody typed as 30.06.2024 or 2024-06-30; a day stays one."""
    if not isinstance(value, str):
        return value
    try:
        return dt.datetime.strptime(value.strip(), DAY_FORMAT).date()  # noqa: DTZ007 - a day, no moment
    except ValueError:
        pass
    try:
        return day_in(value.strip())
    except NotAllowed:
        raise NotAllowed(f"{value!r} ist kein Tag", "TT.MM.JJJJ, zum Beispiel 30.06.2024") from None


def typed_month_day(value: Any) -> Any:
    """Return a day of every year as MM-TT; people type 30.06."""
    if not isinstance(value, str):
        return value
    parts = value.strip().rstrip(".").split(".")
    if len(parts) == 2 and all(part.isdigit() for part in parts):
        value = f"{int(parts[1]):02}-{int(parts[0]):02}"
    if not re.fullmatch(MONTH_DAY, value.strip()):
        raise NotAllowed(f"{value!r} ist kein Tag jedes Jahres", "TT.MM., zum Beispiel 30.06.")
    return value.strip()


def _typed_int(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.strip().isdigit() else value


def _german(words: Mapping[str, str]) -> BeforeValidator:
    """Take a German word for the file's English one; the file's own word stays."""

    def convert(value: Any) -> Any:
        if not isinstance(value, str) or value in words.values():
            return value
        meant = [word for word in words if word.casefold() == value.strip().casefold()]
        if not meant:
            raise NotAllowed(repr(value), ", ".join(words))
        return words[meant[0]]

    return BeforeValidator(convert)


AnsweredDay = Annotated[
    dt.date, BeforeValidator(typed_day), Field(ge=dt.date(FIRST_YEAR, 1, 1), le=dt.date(LAST_YEAR, 12, 31))
]
AnsweredYear = Annotated[int, BeforeValidator(_typed_int), Field(ge=FIRST_YEAR, le=LAST_YEAR)]
AnsweredMonthDay = Annotated[str, BeforeValidator(typed_month_day), Field(pattern=MONTH_DAY)]
Lag = Annotated[int, BeforeValidator(_typed_int), Field(ge=0, le=20)]


class AnsweredParty(Strict):
    """Who takes part, since when; AGS, accounts and address where there are any."""

    name: Text
    kind: Annotated[Literal["county", "town", "municipality", "association"], _german(KINDS)]
    ags: Ags | None = None
    joined: AnsweredDay | None = None
    left: AnsweredDay | None = None
    iban: Iban | None = None
    street: Words = ""
    postcode: Words = ""
    city: Words = ""
    email: Words = ""


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


class AnsweredCost(Strict):
    """The cost of a year, planned or actual."""

    year: AnsweredYear
    amount: Amount
    kind: Annotated[Literal["plan", "actual"], _german(COST_KINDS)] = "actual"


class AnsweredShare(Strict):
    """One thing that is shared: a price each, a fixed amount, or a cost; by a measure or in equal parts."""

    title: Text
    clause: Text
    measure: Words = ""
    prices: Many[AnsweredPrice] = ()
    amounts: Many[AnsweredAmount] = ()
    costs: Many[AnsweredCost] = ()
    parties: Many[Text] = ()
    minimum: Amount | None = None
    maximum: Amount | None = None
    bearer: Annotated[Literal["operator", "others", "nobody"], _german(BEARERS)] | None = None

    @property
    def is_cost(self) -> bool:
        """Whether a cost is shared; else each has a price."""
        return not (self.prices or self.amounts)


class AnsweredResolution(Strict):
    """Who resolved what, when, in which sitting."""

    party: Text
    paper: Text
    title: Text
    body: Text
    adopted: AnsweredDay
    number: SittingNumber | None = None


class Answers(Strict):
    """Everything that is asked, in the order in which it is asked."""

    title: Text
    operator: Text
    form: Annotated[Literal["mandate", "delegation"], _german(FORMS)] = "mandate"
    begins: AnsweredDay = Field(alias="from")
    ends: AnsweredDay | None = Field(None, alias="to")
    parties: Many[AnsweredParty]
    shares: Many[AnsweredShare]
    measures: Many[AnsweredMeasure] = ()
    rounding: Literal["half-up", "half-even", "half-down", "floor", "ceil"] = "half-up"
    proration: Literal["day", "month", "none"] = "day"
    due: AnsweredMonthDay
    due_days: Many[AnsweredMonthDay] = ()
    resolutions: Many[AnsweredResolution] = ()
    vat_reason: Words = ""
    book_of: Words = ""
    budget_line: Words = ""
    budget_name: Words = ""
    certifies: Words = ""
    orders: Words = ""
    treasury: Many[Text] = ()

    @property
    def book_party(self) -> str:
        """Whose book is begun; without an answer the operator's."""
        return self.book_of or self.operator


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
        if share.measure:
            wanted.append((f"shares {number}, measure", share.measure, titles))
    for number, measure in enumerate(answers.measures, start=1):
        place_words = f"measures {number}, figures"
        wanted += [(place_words, name, names) for each in measure.figures for name in each.figures]
    wanted += [("resolutions", each.party, names) for each in answers.resolutions]
    for where, name, allowed in wanted:
        if name not in allowed:
            near = get_close_matches(name, allowed, 1)
            meant = f", gemeint ist vielleicht {near[0]}" if near else ""
            yield Problem(file, where, repr(name), f"ein Name von oben ({', '.join(allowed)}){meant}")
