"""Figures: dated data of a service year, apart from the contract: who says them, and how sure they are."""

from __future__ import annotations

from types import MappingProxyType
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, WithJsonSchema

from kkd_ledger.agreement.facts.facts import (
    AgsOrId,
    Counted,
    Day,
    Fact,
    Measured,
    Slug,
    Text,
    Words,
    Year,
)
from kkd_ledger.errors import NotAllowed
from kkd_ledger.money import parse_typed_eur

State = Literal["reported", "provisional", "final", "corrected"]
Kind = Literal["plan", "actual"]
STATE_WORDS: Final = MappingProxyType(
    {
        "reported": "gemeldet",
        "provisional": "vorläufig",
        "final": "festgestellt",
        "corrected": "berichtigt",
    }
)
KIND_WORDS: Final = MappingProxyType({"plan": "Plan", "actual": "Ist"})
_RANKS: Final = MappingProxyType({state: rank for rank, state in enumerate(STATE_WORDS)})


def _money(value: Any) -> int:
    """Take EUR with their sign, in cents; say how a per cent is written, which a growth asks for."""
    if isinstance(value, str) and value.rstrip().endswith("%"):
        bare = value.rstrip("% ")
        allowed = f'"{bare}" ohne Zeichen: dass ein Wachstum Prozent sind, sagt der Baustein (key = "growth")'
        raise NotAllowed(repr(value), allowed)
    return parse_typed_eur(value)


SignedAmount = Annotated[
    int,
    BeforeValidator(_money),
    WithJsonSchema(
        {
            "type": "string",
            "description": "EUR, höchstens zwei Nachkommastellen, auch negativ",
            "examples": ["1.234,56"],
        }
    ),
]


class Told(Fact):
    """A figure that somebody told: how sure it is (gemeldet, vorläufig, festgestellt, berichtigt), who says so."""

    state: State = "reported"
    reported_by: Words = ""
    confirmed_by: Words = ""
    confirmed_on: Day | None = None


class Figure(Told):
    """Money of a service year, for all: what pots name. Plan and actual are two facts; the actual one counts."""

    id: Slug
    year: Year
    amount: SignedAmount
    kind: Kind = "actual"
    title: Words = ""
    source: Text


class PopulationSeries(Told):
    """Inhabitants by AGS (without one, by a member's id) from one source, on one day, on the base of one census."""

    source: Text
    reference: Day
    census: Year
    inhabitants: dict[AgsOrId, Counted]


class WeightSeries(Told):
    """Any other measure by member (workplaces, area, cases) from one source on one day."""

    name: Slug
    source: Text
    reference: Day
    values: dict[Slug, Measured]


def rank(fact: Any) -> int:
    """Return which of two versions known from one day counts: the higher one; facts that have no state are alike."""
    return _RANKS[getattr(fact, "state", "reported")]


def origin(fact: Any, source: str) -> str:
    """Return where a figure of money comes from, as people read it: `Haushaltsplan 2024, S. 12 (Plan)`.

    What was measured and simply reported says no more than its source.
    """
    words = [KIND_WORDS["plan"]] if getattr(fact, "kind", "actual") == "plan" else []
    words += [STATE_WORDS[fact.state]] if fact.state != "reported" else []
    words += [f"gemeldet von {fact.reported_by}"] if fact.reported_by else []
    return f"{source} ({', '.join(words)})" if words else source
