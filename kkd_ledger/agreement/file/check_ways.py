"""Ways in and cooperations: every name is known, and what hangs on an event does not name a day, too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kkd_ledger.agreement.file.checks import AgreementFlaw, unknown
from kkd_ledger.agreement.file.places import Loc

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement


def flaws(agreement: Agreement) -> Iterator[AgreementFlaw]:
    """Yield every unknown party or cooperation, and every component or rate with a day and an event, or neither."""
    ids = [party.id for party in agreement.members]
    for index, step in enumerate(agreement.steps_in):
        yield from unknown(("steps_in", index, "member"), step.member, ids, "[[members]]")
    for index, cooperation in enumerate(agreement.cooperations):
        for place, cost in enumerate(cooperation.costs):
            here = ("cooperations", index, "costs", place, "member")
            yield from unknown(here, cost.member, ids, "[[members]]")
    events = [cooperation.id for cooperation in agreement.cooperations]
    for index, component in enumerate(agreement.components):
        loc: Loc = ("components", index)
        yield from _begins(component, loc, events)
        for name in ("rates", "prices"):
            for place, stage in enumerate(getattr(component, name, ())):
                yield from _begins(stage, (*loc, name, place), events)


def _begins(fact: Any, loc: Loc, events: list[str]) -> Iterator[AgreementFlaw]:
    if fact.event is not None:
        yield from unknown((*loc, "with"), fact.event, events, "[[cooperations]]")
    if ("begins" in fact.model_fields_set) == (fact.event is not None):
        actual = "from und with" if fact.event is not None else "nichts"
        allowed = "entweder from, ein Tag, oder with, eine Kooperation, die eingegliedert wird"
        yield AgreementFlaw((*loc, "from"), actual, allowed)
