"""Derived measures, which the contract makes of figures: mean, sum, least quantity, factor, shift, tolerance."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Final, Literal

from pydantic import Field, PlainValidator, WithJsonSchema

from kkd_ledger import fields
from kkd_ledger.agreement.facts.facts import DatedFact, Many, Measured, Percent, Slug, Strict, Text, Words
from kkd_ledger.errors import NotAllowed
from kkd_ledger.quantities import Quantity, parse_quantity

MONTHS_APART: Final = {"year": 12, "quarter": 3, "month": 1}
_NUMBER: Final = {"anyOf": [{"type": "number"}, {"type": "string"}]}


def _positive(value: Any) -> Quantity:
    number = parse_quantity(value)
    if not number:
        raise NotAllowed(f"{value} ist null", "eine Zahl über 0")
    return number


def _signed(value: Any) -> Quantity:
    """Take percentage points with their sign: `"-1"`, `4`, `"0,5"`."""
    if isinstance(value, str) and value.strip()[:1] in {"-", "−", "+"}:
        number = parse_quantity(value.strip()[1:])
        return number if value.strip()[0] == "+" else -number
    negative = isinstance(value, int | Decimal) and not isinstance(value, bool) and value < 0
    return -parse_quantity(-value) if negative else parse_quantity(value)


def _floor(value: Any) -> Quantity | str:
    """Take a number, or the name of a measure."""
    return value if isinstance(value, str) and re.match(fields.ID, value) else parse_quantity(value)


Positive = Annotated[
    int | Fraction, PlainValidator(_positive), WithJsonSchema({**_NUMBER, "examples": ["1,5"]})
]
Points = Annotated[int | Fraction, PlainValidator(_signed), WithJsonSchema({**_NUMBER, "examples": ["-1"]})]
Floor = Annotated[
    int | Fraction | str, PlainValidator(_floor), WithJsonSchema({**_NUMBER, "examples": ["grundlast"]})
]


class Mean(Strict):
    """The mean of a measure and of what it was before: of so many years, quarters or months, its own day the last."""

    of: Slug
    last: Annotated[int, Field(ge=2, le=120)]
    every: Literal["year", "quarter", "month"] = "year"


class Summand(Strict):
    """A measure in a sum, divided by a number (`per`) or multiplied by one (`times`)."""

    of: Slug
    per: Positive | None = None
    times: Positive | None = None


class Least(Strict):
    """The greater of a measure and a least quantity, by member; the floor is a measure or a number."""

    of: Slug
    floor: Floor


class Multiplier(Strict):
    """A measure multiplied by a number for each member, or for each kind of party; `otherwise` for all others."""

    of: Slug
    by: dict[Slug, Measured]
    otherwise: Measured = 1


class Shift(Strict):
    """Each member's part of the whole, shifted by percentage points; the points of all make nothing."""

    of: Slug
    points: dict[Slug, Points]


class Unless(Strict):
    """An estimate that stays unless some member's actual part differs from the estimated one by more than so much."""

    of: Slug
    actual: Slug
    points: Percent


class DerivedMeasure(DatedFact):
    """A measure made of others: exactly one way, rounded to decimals where the clause says so."""

    id: Slug
    title: Text
    clause: Words = ""
    mean: Mean | None = None
    summands: Many[Summand] | None = Field(None, alias="sum")
    least: Least | None = None
    factor: Multiplier | None = None
    shift: Shift | None = None
    unless: Unless | None = None
    decimals: Annotated[int, Field(ge=0, le=6)] | None = None
    rounding: Literal["half-up", "half-even", "half-down", "floor", "ceil"] = "half-up"

    @property
    def ways(self) -> tuple[str, ...]:
        """In which ways it is made; a sound one in exactly one."""
        made = {
            "mean": self.mean,
            "sum": self.summands,
            "least": self.least,
            "factor": self.factor,
            "shift": self.shift,
            "unless": self.unless,
        }
        return tuple(name for name, way in made.items() if way is not None)

    def parts(self) -> Iterator[tuple[str, str]]:
        """Yield the measures that it is made of, each with its place in the table."""
        for name in ("mean", "factor", "shift"):
            if (way := getattr(self, name)) is not None:
                yield f"{name}.of", way.of
        if self.least is not None:
            yield "least.of", self.least.of
            if isinstance(self.least.floor, str):
                yield "least.floor", self.least.floor
        if self.unless is not None:
            yield "unless.of", self.unless.of
            yield "unless.actual", self.unless.actual
        for place, summand in enumerate(self.summands or ()):
            yield f"sum.{place}.of", summand.of
