"""Due plans (Fälligkeiten): on which days which parts of a sum are due, as fixed rates or as advances on a sum."""

from __future__ import annotations

import datetime as dt
import re
from fractions import Fraction
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, NamedTuple

from pydantic import Field, PlainValidator, WithJsonSchema

from kkd_ledger.agreement.facts.facts import Day, Fact, Many, Percent, Slug, Strict, Words, parse_percent
from kkd_ledger.errors import NotAllowed
from kkd_ledger.money import parse_typed_eur
from kkd_ledger.periods import day_of

_DAY: Final = re.compile(r"(?:([+-])1:)?(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]|last)", re.ASCII)
_FRACTION: Final = re.compile(r"([1-9][0-9]{0,3}) ?/ ?([1-9][0-9]{0,3})", re.ASCII)
_LAST_DAY: Final = 31
_DAY_FORM: Final = (
    'MM-TT wie "06-30", Monatsende "06-last", im Jahr davor "-1:12-01", im Jahr danach "+1:02-15"'
)
_PART_FORM: Final = '"25 %", "1/6", ein Betrag "5.000,00" oder als letzter Teil "Rest"'
NEXT: Final = "next"


class DueDay(NamedTuple):
    """A day by month and number, in the service year (0), the year before (-1) or after it (1).

    In a shorter month it is the last day.
    """

    shift: int
    month: int
    day: int

    def on_or_after(self, begin: dt.date) -> dt.date:
        """Return the day in the service year that begins on a day: the first such day from then on."""
        return _on_or_after(self, begin)


@lru_cache(maxsize=1000)
def _on_or_after(due: DueDay, begin: dt.date) -> dt.date:
    day = day_of(begin.year, due.month, due.day)
    later = begin.year + due.shift + (day < begin)
    return day_of(later, due.month, due.day)


class DuePart(NamedTuple):
    """A part of a sum: a fraction of it or cents; neither is what is left (Rest)."""

    fraction: Fraction | None
    cents: int | None


def _due_day(text: Any) -> DueDay:
    match = _DAY.fullmatch(text) if isinstance(text, str) else None
    if isinstance(text, dt.date):
        raise NotAllowed(
            f"{text.isoformat()} ist kein Tag eines Jahres", f'"{text:%m-%d}"; sonst {_DAY_FORM}'
        )
    if match is None:
        german = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.?(?:\d{4})?", str(text), re.ASCII)
        meant = f'"{int(german[2]):02}-{int(german[1]):02}"; sonst ' if german else ""
        raise NotAllowed(f"{text!r} ist kein Tag eines Jahres", f"{meant}{_DAY_FORM}")
    day = _LAST_DAY if match[3] == "last" else int(match[3])
    return DueDay({"+": 1, "-": -1, None: 0}[match[1]], int(match[2]), day)


def _due_part(text: Any) -> DuePart:
    typed = text.strip() if isinstance(text, str) else ""
    if typed.lower() == "rest":
        return DuePart(None, None)
    if fraction := _FRACTION.fullmatch(typed):
        part = Fraction(int(fraction[1]), int(fraction[2]))
        if part > 1:
            raise NotAllowed(f"{text!r} ist mehr als das Ganze", _PART_FORM)
        return DuePart(part, None)
    if typed.endswith("%") and (percent := parse_percent(typed)):
        return DuePart(Fraction(percent) / 100, None)
    try:
        cents = parse_typed_eur(typed)
    except NotAllowed:
        cents = 0
    if cents <= 0:
        raise NotAllowed(f"{text!r} ist kein Teil eines Betrags", _PART_FORM)
    return DuePart(None, cents)


def _settlement_day(text: Any) -> DueDay | Literal["next"]:
    return NEXT if text == NEXT else _due_day(text)


_DAY_SCHEMA: Final = WithJsonSchema(
    {"type": "string", "description": _DAY_FORM.replace('"', "„"), "examples": ["06-30"]}
)
DayOfYear = Annotated[DueDay, PlainValidator(_due_day), _DAY_SCHEMA]
Part = Annotated[
    DuePart,
    PlainValidator(_due_part),
    WithJsonSchema({"type": "string", "description": _PART_FORM.replace('"', "„"), "examples": ["25 %"]}),
]
SettlementDay = Annotated[
    DueDay | Literal["next"], PlainValidator(_settlement_day), WithJsonSchema({"type": "string"})
]
Span = Annotated[int, Field(ge=0, le=365)]


class AfterDays(Strict):
    """So many days after the demand, or after the day on which the sum is stated."""

    days: Span
    of: Literal["demand", "statement"] = "demand"


class Advance(Strict):
    """What advances are a part of: the plan's sum, last year's, or an estimate in EUR by party.

    With `each` the estimate is not their sum but each of them, as a notice (Bescheid) sets it.
    """

    on: Literal["plan", "last-year", "estimate"]
    percent: Percent | None = None
    estimate: Slug | None = None
    each: bool = False


class SettlementRule(Strict):
    """When the settlement (Abrechnung) is due: on a day, with the next rate, or days after it is known.

    It is the actual sum less the advances demanded, or less those paid: then it takes over what is not paid of them.
    By a claim of its own, or set off against the next rate.
    """

    due: SettlementDay | None = None
    after_days: Span | None = None
    less: Literal["demanded", "paid"] = "demanded"
    by: Literal["claim", "offset"] = "claim"


class DuePlan(Fact):
    """On which days which parts of the components that name it are due, for all parties or for some.

    `rates` are parts of one fixed sum, `advances` claims of their own on a sum that is settled later. Until the sum of
    the year is known, `until_known` asks for last year's level on the same days. An advance is asked for `ask_days`
    before it is due.
    """

    id: Slug
    title: Words = ""
    clause: Words = ""
    begins: Day | None = Field(None, alias="from")
    ends: Day | None = Field(None, alias="to")
    members: Many[Slug] = ()
    kind: Literal["rates", "advances"] = "rates"
    days: Many[DayOfYear] = ()
    parts: Many[Part] = ()
    rounding: Literal["cent", "ten-cents", "euro"] = "cent"
    after: AfterDays | None = None
    until_known: Literal["last-year"] | None = None
    advance: Advance | None = None
    ask_days: Span = 30
    settlement: SettlementRule | None = None
    correction: Literal["spread", "at-once"] = "at-once"

    @property
    def is_provisional(self) -> bool:
        """Whether something is asked for before the sum is known, and settled then."""
        return self.kind == "advances" or self.until_known is not None
