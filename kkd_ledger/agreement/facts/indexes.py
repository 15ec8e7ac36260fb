"""Prices that move: an index with its published values, and stages that follow one or raise the stage before."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema

from kkd_ledger.agreement.facts.facts import Fact, Percent, Slug, Strict, Text, Words
from kkd_ledger.agreement.facts.measures import Positive
from kkd_ledger.agreement.facts.told_figures import Told
from kkd_ledger.errors import NotAllowed
from kkd_ledger.periods import FIRST_YEAR, LAST_YEAR
from kkd_ledger.quantities import Quantity, parse_quantity

_AT: Final = re.compile(r"(\d{4})(-(?:0[1-9]|1[0-2]))?", re.ASCII)
RAISE_LIMIT: Final = 1000


def _at(value: Any) -> str:
    """Take a year or a month: `"2024"`, `2024`, `"2024-07"`."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    match = _AT.fullmatch(text)
    if match is None or not FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
        raise NotAllowed(repr(value), 'ein Jahr oder ein Monat, zum Beispiel "2024" oder "2024-07"')
    return text


def parse_raise(value: Any) -> Fraction:
    """Return a per cent with its sign: `"5"`, `"-5"`, `"2,5 %"`; nothing is lowered by all of it or more."""
    if not isinstance(value, str):
        raise NotAllowed(
            f"{value} ist kein Text", 'Prozent in Anführungszeichen, zum Beispiel "5" oder "-2,5"'
        )
    bare = value.strip().removesuffix("%").rstrip().replace("−", "-")
    percent = Fraction(parse_quantity(bare.removeprefix("-").removeprefix("+").strip()))
    if percent > (99 if bare.startswith("-") else RAISE_LIMIT):
        raise NotAllowed(f"{value!r} Prozent sind zu viel", f"mehr als -100 und höchstens {RAISE_LIMIT}")
    return -percent if bare.startswith("-") else percent


_PERIOD_SCHEMA: Final = WithJsonSchema({"type": "string", "examples": ["2024", "2024-07"]})
Period = Annotated[str, BeforeValidator(_at), _PERIOD_SCHEMA]
Raise = Annotated[
    Fraction, PlainValidator(parse_raise), WithJsonSchema({"type": "string", "examples": ["5", "-2,5"]})
]
Decimals = Annotated[int, Field(ge=0, le=6)]
RoundingRule = Literal["half-up", "half-even", "half-down", "floor", "ceil"]


class Index(Fact):
    """A published series (Verbraucherpreisindex, Tarif) that prices follow; `decimals` as it is published."""

    id: Slug
    title: Text
    decimals: Decimals = 1
    clause: Words = ""


class IndexValue(Told):
    """What an index was in a year or a month; provisional first, final later."""

    index: Slug
    at: Period
    value: Positive
    source: Text


class PriceIndex(Strict):
    """How a price follows an index: from the value of a base, by that of the service year shifted by so many years.

    With a threshold the price stays until the index has moved by more than so many per cent since the last step.
    """

    of: Slug
    base: Period
    year: Annotated[int, Field(ge=-10, le=0)] = -1
    threshold: Percent | None = None
    rounding: RoundingRule = "half-up"
    decimals: Decimals = 2

    def at(self, year: int) -> str:
        """Return for which year or month the index counts in a service year."""
        return f"{year + self.year}{self.base[4:]}"


def raised(amount: Quantity | Decimal, percent: Fraction) -> Fraction:
    """Return an amount raised (or lowered) by a per cent, exact."""
    return Fraction(amount) * (100 + percent) / 100
