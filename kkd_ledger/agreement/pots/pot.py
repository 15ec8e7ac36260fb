"""A pot (Kostentopf) as the file says it: figures added, then steps in order."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, PlainValidator, WithJsonSchema

from kkd_ledger.agreement.facts.facts import Amount, DatedFact, Fact, Many, Slug, Strict, Text, Words
from kkd_ledger.errors import NotAllowed
from kkd_ledger.quantities import parse_quantity

STEP_KINDS: Final = (
    *(
        "less",
        "plus",
        "plus_percent",
        "at_most",
        "at_least",
        "part",
        "less_component",
        "of_measure",
        "in_ratio",
    ),
)
_AMOUNT_OR_STAGES: Final = {
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "object"}}],
    "description": "EUR, oder Stufen mit from und amount",
}


def parse_part(value: Any) -> Fraction:
    """Return a part of a whole: `"62 %"`, `"0,005"` per cent, `"1/2"`; raise NotAllowed where it is none."""
    if not isinstance(value, str):
        raise NotAllowed(
            f"{value} ist kein Text", 'ein Teil in Anführungszeichen, zum Beispiel "62 %" oder "1/2"'
        )
    text = value.strip()
    if fraction := re.fullmatch(r"(\d{1,9})\s*/\s*(\d{1,9})", text):
        part = Fraction(int(fraction[1]), int(fraction[2])) if int(fraction[2]) else Fraction(2)
    else:
        part = Fraction(parse_quantity(text.removesuffix("%").rstrip())) / 100
    if part > 1:
        raise NotAllowed(f"{value!r} ist mehr als das Ganze", '0 bis 100 % oder ein Bruch wie "1/2"')
    return part


def _surcharge(value: Any) -> Fraction:
    if not isinstance(value, str):
        raise NotAllowed(f"{value} ist kein Text", 'Prozent in Anführungszeichen, zum Beispiel "10"')
    return Fraction(parse_quantity(value.strip().removesuffix("%").rstrip())) / 100


class DatedAmount(DatedFact):
    """An amount that holds from a day on."""

    amount: Amount


def _stages(value: Any) -> Any:
    """Take one amount for one without a day: it holds all the time."""
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


Part = Annotated[
    Fraction, PlainValidator(parse_part), WithJsonSchema({"type": "string", "examples": ["62 %", "1/2"]})
]
Surcharge = Annotated[
    Fraction, PlainValidator(_surcharge), WithJsonSchema({"type": "string", "examples": ["10", "12,5 %"]})
]
Limit = Annotated[
    tuple[DatedAmount | Amount, ...], BeforeValidator(_stages), WithJsonSchema(_AMOUNT_OR_STAGES)
]


class PotStep(Strict):
    """One step of a pot, exactly one kind: what is taken off or added, a limit, a part, a per cent of a measure.

    `in_ratio` names measures: the pot keeps the part of the first one in the sum of all of them.
    """

    title: Words = ""
    clause: Words = ""
    less: Slug | None = None
    plus: Slug | None = None
    plus_percent: Surcharge | None = None
    at_most: Limit | None = None
    at_least: Limit | None = None
    part: Part | None = None
    less_component: Slug | None = None
    of_measure: Slug | None = None
    percent: Part | None = None
    in_ratio: Many[Slug] | None = None

    @property
    def kinds(self) -> tuple[str, ...]:
        """Which kinds of step it is; a sound one is exactly one."""
        return tuple(name for name in STEP_KINDS if getattr(self, name) is not None)

    @property
    def names(self) -> tuple[str, ...]:
        """The figures or pots that it names."""
        return tuple(name for name in (self.less, self.plus) if name is not None)


class Pot(Fact):
    """What is to be shared in a year: figures (or other pots) added, then steps in order.

    `below_zero` says what a pot less than nothing is: paid back (credit), carried into the next year, or nothing.
    """

    id: Slug
    title: Text
    clause: Words = ""
    lines: Many[Slug] = ()
    excess_of: Slug | None = None
    steps: Many[PotStep] = ()
    rounding: Literal["exact", "cent", "ten-cents", "euro"] = "exact"
    below_zero: Literal["credit", "carry", "zero"] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The figures and pots that it is made of."""
        own = (self.excess_of,) if self.excess_of else ()
        return (*own, *self.lines, *(name for step in self.steps for name in step.names))
