"""Sentences about how parties come in, and about older cooperations that are folded in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kkd_ledger.agreement.readable.sentence_context import Reading, dots
from kkd_ledger.agreement.reckoning.words import STEP_IN_WORDS
from kkd_ledger.german import day
from kkd_ledger.money import format_eur

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.ways_in import Cooperation, CooperationCost, StepIn


def step_in(reading: Reading, fact: StepIn) -> str:
    """Say one step of a party on its way into the cooperation."""
    words = f"{reading.member(fact.member)}: {STEP_IN_WORDS[fact.kind]} am {day(fact.on)}"
    words += f", {fact.words}" if fact.words else ""
    words += f" ({reading.document(fact.document)})" if fact.document else ""
    return dots(words + reading.tail(fact))


def cooperation(reading: Reading, fact: Cooperation) -> str:
    """Say an older cooperation: when it is folded in, and what it cost each party before."""
    words = f"„{fact.title}“"
    words += f" ({reading.document(fact.document)})" if fact.document else ""
    words += (
        f" wird am {day(fact.folded_in)} eingegliedert" if fact.folded_in else " ist noch nicht eingegliedert"
    )
    costs = "; ".join(cooperation_cost(reading, cost) for cost in fact.costs)
    words += f"; vorher kostete sie: {costs}" if costs else ""
    return dots(words + reading.tail(fact, reading.agreement.cooperations))


def cooperation_cost(reading: Reading, fact: CooperationCost) -> str:
    """Say what a party paid for an older cooperation in a year."""
    source = f" (Quelle: {reading.document(fact.source)})" if fact.source else ""
    return f"{reading.member(fact.member)} {fact.year} {format_eur(fact.amount)}{source}"
