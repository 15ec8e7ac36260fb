"""Sentences about pots, step by step as the clause reads, and about keys that make a price out of a cost."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from kkd_ledger.agreement.pots.pot import DatedAmount, Limit, Pot, PotStep
from kkd_ledger.agreement.pots.pot_lines import part_words
from kkd_ledger.agreement.readable.sentence_context import span
from kkd_ledger.agreement.sheet.printing import ROUNDING_WORDS
from kkd_ledger.german import as_title, listing
from kkd_ledger.money import format_eur

if TYPE_CHECKING:
    from kkd_ledger.agreement.keys.components import (
        Component,
        FixedPercent,
        Growth,
        MeanOfLowest,
        PercentStage,
        PerUnit,
    )
    from kkd_ledger.agreement.readable.sentence_context import Reading

STEP_WORDS: Final = {"cent": "den Cent", "ten-cents": "zehn Cent", "euro": "volle Euro"}
_BELOW_ZERO: Final = {
    "credit": "Kommt weniger als null heraus, wird der Betrag zurückgezahlt (Gutschrift).",
    "carry": "Kommt weniger als null heraus, wird der Betrag ins nächste Jahr übertragen.",
    "zero": "Kommt weniger als null heraus, wird nichts geteilt.",
}


def pot(reading: Reading, fact: Pot) -> list[str]:
    """Say what a pot is made of, step by step."""
    clause = f" ({fact.clause})" if fact.clause else ""
    if fact.excess_of is not None:
        base = f"der Betrag, den die Höchstgrenze von {pot_name(reading, fact.excess_of)} abschneidet"
    else:
        base = listing([pot_name(reading, name) for name in fact.lines], "plus") or "nichts"
    steps = [step_words(reading, step) for step in fact.steps]
    said = [
        f"{fact.title}{clause} ist {', '.join([base, *steps])}{reading.tail(fact, reading.agreement.pots)}."
    ]
    if fact.rounding != "exact":
        said.append(f"Jeder Schritt wird auf {STEP_WORDS[fact.rounding]} gerundet.")
    return [*said, *([_BELOW_ZERO[fact.below_zero]] if fact.below_zero else [])]


def pot_name(reading: Reading, name: str) -> str:
    """Return what a pot or a figure is called."""
    agreement = reading.agreement
    titles = {figure.id: figure.title for figure in agreement.figures}
    titles |= {each.id: each.title for each in agreement.pots}
    return f"„{titles.get(name) or as_title(name)}“"


def step_words(reading: Reading, step: PotStep) -> str:
    """Say one step of a pot."""
    words = {
        "less": lambda: f"weniger {pot_name(reading, step.less or '')}",
        "plus": lambda: f"zuzüglich {pot_name(reading, step.plus or '')}",
        "plus_percent": lambda: f"zuzüglich {part_words(step.plus_percent or Fraction(0))}",
        "at_most": lambda: f"höchstens {_limit(reading, step.at_most or ())}",
        "at_least": lambda: f"mindestens {_limit(reading, step.at_least or ())}",
        "part": lambda: f"davon {part_words(step.part or Fraction(0))}",
        "less_component": lambda: f"weniger die Anteile an {reading.component(step.less_component or '')}",
        "of_measure": lambda: (
            f"zuzüglich {part_words(step.percent or Fraction(0))} der Summe ({reading.measure(step.of_measure or '')})"
        ),
        "in_ratio": lambda: _ratio(reading, step.in_ratio or ()),
    }
    titled = f", genannt „{step.title}“" if step.title else ""
    clause = f" ({step.clause})" if step.clause else ""
    return f"{words[step.kinds[0]]()}{titled}{clause}"


def _ratio(reading: Reading, measures: Sequence[str]) -> str:
    """Say which part the first of some measures makes."""
    names = [reading.measure(name) for name in measures]
    return f"davon der Teil der Summe ({names[0]}) an der Summe von {listing(names)}"


def _limit(reading: Reading, limits: Limit) -> str:
    return listing([dated_amount(reading, limit) for limit in limits])


def dated_amount(reading: Reading, limit: DatedAmount | int) -> str:
    """Say a limit and its days."""
    if not isinstance(limit, DatedAmount):
        return format_eur(limit)
    return f"{span(limit)} {format_eur(limit.amount)}{reading.tail(limit)}"


def fixed_percent(reading: Reading, fact: FixedPercent) -> list[str]:
    """Say fixed per cents."""
    stages = [percent_stage(reading, stage) for stage in reading.sayable(fact.parts)]
    return ["Die Kosten des Jahres werden nach festen Prozenten geteilt.", f"Prozente: {listing(stages)}."]


def percent_stage(reading: Reading, stage: PercentStage) -> str:
    """Say who has which per cent, and its days."""
    parts = [f"{reading.member(m)} {part_words(Fraction(p) / 100)}" for m, p in stage.parts.items()]
    return f"{span(stage)} {listing(parts)}{reading.tail(stage)}"


def per_unit(reading: Reading, fact: PerUnit) -> list[str]:
    """Say a rate that comes out of the cost."""
    rule = f"auf {fact.rate_decimals} Nachkommastellen, {ROUNDING_WORDS[fact.rate_rounding]}"
    among = f" von {reading.members(fact.rate_of)}" if fact.rate_of is not None else ""
    whole = f"die Summe ({reading.measure(fact.basis)}){among}"
    return [
        f"Der Satz sind die Kosten des Jahres geteilt durch {whole}, {rule}.",
        "Ihr Anteil ist die Zahl mal dem Satz; die Summe kann die Kosten verfehlen.",
    ]


def growth(reading: Reading, fact: Growth) -> list[str]:
    """Say an amount that grows within a bound."""
    unused = "gilt in späteren Jahren" if fact.unused == "banked" else "verfällt"
    return [
        f"Ihr Anteil ist im ersten Jahr {format_eur(fact.start)} und wächst mit {pot_name(reading, fact.growth)}, "
        f"höchstens um {part_words(Fraction(fact.at_most) / 100)} im Jahr; was darüber liegt, {unused}."
    ]


def mean_of_lowest(reading: Reading, fact: MeanOfLowest) -> list[str]:
    """Say the mean of the lowest of several reckonings."""
    names = listing([reading.component(name) for name in fact.of])
    return [f"Ihr Anteil ist das Mittel der {fact.lowest} niedrigsten Beträge aus {names}."]


def modes(reading: Reading, fact: Component) -> list[str]:
    """Say how a component is rounded, who owes whom, when it is due once or in parts."""
    said = [f"Geteilt wird {pot_name(reading, fact.pot)}."] if fact.pot else []
    if fact.rounding != "cent":
        said.append(f"Gerundet wird auf {STEP_WORDS[fact.rounding]}.")
    if fact.rounding_mode:
        said.append(f"Die Beträge werden {ROUNDING_WORDS[fact.rounding_mode]}.")
    if fact.meets_total is not None:
        verb = (
            "ergeben zusammen die Kosten" if fact.meets_total else "müssen zusammen nicht die Kosten ergeben"
        )
        said.append(f"Die Beträge {verb}.")
    if fact.direction == "to-members":
        said.append("Der Betrag wird den Beteiligten gezahlt.")
    said += [f"Er heißt auf Papier „{fact.name}“."] if fact.name else []
    once: Any = fact.once
    if once is not None:
        when = "im Jahr des Beitritts" if once == "joining" else f"im Jahr {once}"
        said.append(f"Er fällt einmal an, {when}, ungekürzt.")
    if fact.yearly_parts:
        said.append(f"Er verteilt sich auf {fact.yearly_parts} Jahresbeträge; der letzte nimmt die Restcent.")
    return said if fact.charged else [*said, "Er wird selbst nicht erhoben."]
