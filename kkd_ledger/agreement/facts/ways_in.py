"""How parties come into a cooperation, and older cooperations that are folded into it: dated facts with documents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal

from kkd_ledger.agreement.facts.facts import Amount, Day, Fact, Many, Slug, Strict, Text, Words, Year

if TYPE_CHECKING:
    from kkd_ledger.agreement.keys.components import Component

NOT_YET: Final = dt.date(2199, 12, 31)
"""From when on holds what hangs on an event that has no day yet: the last day that a file can name."""

StepKind = Literal[
    "asked",
    "signalled",
    "proposed",
    "sitting",
    "resolved",
    "empowered",
    "signed",
    "approved",
    "notified",
    "effective",
]
"""What a step on the way into a cooperation is, in the order in which they usually come."""

AUTHORITY: Final = frozenset({"approved", "notified"})
"""Steps that the supervising authority bears on; they alone tell no way."""


class StepIn(Fact):
    """A step of a party on its way into the cooperation (Weg in die Zusammenarbeit), known from its own day on."""

    member: Slug
    kind: StepKind
    on: Day
    document: Words = ""
    words: Words = ""


class CooperationCost(Strict):
    """What a party paid for an older cooperation in a year, before it was folded in."""

    member: Slug
    year: Year
    amount: Amount
    source: Words = ""


class Cooperation(Fact):
    """An older cooperation with its own agreement; folded in later, a later version says so."""

    id: Slug
    title: Text
    document: Words = ""
    costs: Many[CooperationCost] = ()
    folded_in: Day | None = None


def steps_known(steps: Sequence[StepIn], as_of: dt.date | None) -> list[StepIn]:
    """Return the steps of a party that were known on a day, in the order of their days."""
    sayable = [step for step in steps if as_of is None or (step.known_from or step.on) <= as_of]
    return sorted(sayable, key=lambda step: step.on)


def is_in(steps: Sequence[StepIn], as_of: dt.date | None) -> bool:
    """Tell whether a party owes: its way, where the file tells one, has come to its effect by that day."""
    is_told = any(step.kind not in AUTHORITY for step in steps)
    return not is_told or any(
        step.kind == "effective" and (as_of is None or max(step.known_from or step.on, step.on) <= as_of)
        for step in steps
    )


def staged(component: Component, folded_in: Mapping[str, dt.date | None]) -> Component:
    """Return a component with the days of the events on which it or its rates hang; without a day it never begins."""
    changed: dict[str, Any] = {}
    if component.event is not None:
        changed["begins"] = folded_in.get(component.event) or NOT_YET
    for name in ("rates", "prices"):
        stages: Iterable[Any] = getattr(component, name, ())
        if any(stage.event for stage in stages):
            changed[name] = tuple(
                stage.model_copy(update={"begins": folded_in.get(stage.event) or NOT_YET})
                if stage.event
                else stage
                for stage in stages
            )
    return component.model_copy(update=changed) if changed else component
