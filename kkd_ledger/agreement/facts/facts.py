"""The facts of an agreement: frozen, dated with the day they are known from, and marked where they are assumed."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    StringConstraints,
    WithJsonSchema,
)

from kkd_ledger import fields
from kkd_ledger.errors import NotAllowed
from kkd_ledger.money import parse_rate, parse_typed_eur
from kkd_ledger.periods import FIRST_YEAR, LAST_YEAR
from kkd_ledger.quantities import parse_count, parse_quantity
from kkd_ledger.references import check_iban

Item = TypeVar("Item")


def _many(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _not_negative(text: Any) -> int:
    cents = parse_typed_eur(text)
    if cents < 0:
        raise NotAllowed(f"{text!r} ist negativ", "ein Betrag ab 0,00")
    return cents


def parse_percent(text: Any) -> Decimal:
    """Return per cents that a person typed, 0 to 100; raise NotAllowed for anything else."""
    if not isinstance(text, str):
        raise NotAllowed(f"{text} ist kein Text", 'Prozent in Anführungszeichen, zum Beispiel "12,5"')
    bare = text.strip().removesuffix("%").rstrip()
    decimals = re.fullmatch(
        r"[1-9][0-9]{0,2}[.,][0-9]{3}", bare
    )  # above 100 there is no percentage: no thousands
    percent = Decimal(parse_rate(f"{bare}0" if decimals else bare)) / 10**6
    if percent > 100:
        raise NotAllowed(f"{text!r} Prozent sind zu viel", "0 bis 100")
    return percent


def _iban(text: Any) -> str:
    if not isinstance(text, str):
        raise NotAllowed(f"{text!r} ist kein Text", "eine IBAN in Anführungszeichen")
    try:
        return check_iban(text)
    except ValueError as error:
        raise NotAllowed(str(error), "eine IBAN mit gültigen Prüfziffern") from error


def _sitting(value: Any) -> int | str:
    """Take a council's own number as well as a plain one: `17`, `"GR 17/2023"`, `"17. Sitzung (2021-2026)"`."""
    if isinstance(value, int) and not isinstance(value, bool):
        if not 1 <= value <= 100_000:
            raise NotAllowed(str(value), "mindestens 1" if value < 1 else "höchstens 100000")
        return value
    if not isinstance(value, str) or not 1 <= len(value) <= 100:
        raise NotAllowed(repr(value), 'eine Zahl oder ein Text bis 100 Zeichen, zum Beispiel "GR 17/2023"')
    return value


def _schema(description: str, example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "description": description, "examples": [example]})


Many = Annotated[tuple[Item, ...], BeforeValidator(_many)]
Slug = Annotated[str, StringConstraints(pattern=fields.ID, max_length=40)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Words = Annotated[str, StringConstraints(max_length=2000)]
Ags = Annotated[str, StringConstraints(pattern=fields.AGS)]
AgsOrId = Annotated[str, StringConstraints(pattern=fields.AGS_OR_ID)]
MonthDay = Annotated[
    str,
    StringConstraints(pattern=fields.MONTH_DAY),
]
Sha256 = Annotated[str, StringConstraints(pattern=fields.SHA256)]
Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
Day = Annotated[dt.date, Field(ge=dt.date(FIRST_YEAR, 1, 1), le=dt.date(LAST_YEAR, 12, 31))]
Amount = Annotated[
    int, BeforeValidator(_not_negative), _schema("EUR, höchstens zwei Nachkommastellen", "1.234,56")
]
Rate = Annotated[int, BeforeValidator(parse_rate), _schema("EUR, höchstens sechs Nachkommastellen", "0,65")]
Percent = Annotated[Decimal, BeforeValidator(parse_percent), _schema("Prozent, 0 bis 100", "33,333333")]
Iban = Annotated[
    str, BeforeValidator(_iban), _schema("IBAN mit gültigen Prüfziffern", "DE89370400440532013000")
]
SittingNumber = Annotated[
    int | str,
    PlainValidator(_sitting),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1, "maximum": 100_000}, {"type": "string"}]}),
]
_TYPED_NUMBER: Final = {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string"}]}
Measured = Annotated[
    int | Fraction, PlainValidator(parse_quantity), WithJsonSchema({**_TYPED_NUMBER, "examples": ["61,25"]})
]
Counted = Annotated[
    int, PlainValidator(parse_count), WithJsonSchema({**_TYPED_NUMBER, "examples": ["12.345"]})
]


class Strict(BaseModel):
    """A frozen record without unknown keys and without silent conversions.

    A validator is built where it is first used (`defer_build`), so that those inside an agreement are built once.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", defer_build=True)


class Fact(Strict):
    """Something that is known from a day on; without a day, from the day the agreement itself is known."""

    known_from: Day | None = None
    assumed: Words = ""


class DatedFact(Fact):
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
    account_holder: Text | None = None


class Basis(DatedFact):
    """Which figure counts: frozen at a reference day, or renewed each year with a lag in years."""

    id: Slug
    title: Words = ""
    rule: Literal["frozen", "renewed"]
    source: Text
    weight: Slug | None = None
    census: Year | None = None
    reference: Day | None = None
    lag_years: Annotated[int, Field(ge=0, le=20)] | None = None
    month_day: MonthDay = "12-31"
    clause: Words = ""


class Sitting(Fact):
    """A sitting that dealt with a paper; one of them decides. `number` is what the council says: 17, "GR 17/2023"."""

    body: Text
    date: Day
    number: SittingNumber | None = None
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


class VatTreatment(DatedFact):
    """How the shares of a service period are treated by VAT; from 2027 a person decides (UStG § 2b).

    Where VAT is due, `amounts` declares that the shares are net amounts, to which it is added.
    """

    treatment: Literal[
        "not-taxable-old-law", "not-taxable-2b", "taxable-19", "exempt-4-21", "exempt-4-22", "exempt-4-29"
    ]
    amounts: Literal["net"] | None = None
    reason: Text
    decided_by: Words = ""
    decided_on: Day | None = None


class DueException(Fact):
    """A due day that differs from the rule for one service year."""

    year: Year
    date: Day


class DueRule(Fact):
    """When a share is due: a day of the service year, with exceptions by year.

    In a month that is shorter it is the last day: 31 is the end of every month.
    """

    month: Annotated[int, Field(ge=1, le=12)]
    day: Annotated[int, Field(ge=1, le=31)]
    clause: Words = ""
    exceptions: Many[DueException] = ()


class ServiceYearRule(Strict):
    """On which day of the calendar year a service year begins (Schuljahr: 08-01); it is named by that year."""

    begins: MonthDay = "01-01"


class Clause(Strict):
    """The words of the agreement that a step of a calculation cites."""

    id: Text
    text: Text
    assumed: Words = ""


class AnnexedDocument(Fact):
    """An annex or a notice, by its file and hash where we hold it."""

    id: Slug
    title: Text
    file: Words = ""
    sha256: Sha256 | None = None


class PredecessorCost(Fact):
    """What a member paid in a year before the cooperation was bundled."""

    member: Slug
    year: Year
    amount: Amount
    title: Text
    source: Words = ""
