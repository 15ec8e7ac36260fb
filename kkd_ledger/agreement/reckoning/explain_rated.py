"""The step of a priced key: figure × rate × part of the year, bounds, one rounding."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from kkd_ledger.agreement.facts.known_terms import ComponentTerms, KnownTerms
from kkd_ledger.agreement.facts.spans import Days, ticks, ticks_a_year
from kkd_ledger.agreement.keys.components import AmountStage, Fixed, PerHead, Rated, Scale, Tier, Tiered
from kkd_ledger.agreement.keys.rated import (
    MICROS_A_CENT,
    amounts_for,
    charge_of,
    denominator_of,
    pieces,
    slabs,
    total_of,
    units_of,
)
from kkd_ledger.agreement.keys.registry import component_cents
from kkd_ledger.agreement.reckoning.steps import Step, source_of, unit_word
from kkd_ledger.agreement.reckoning.words import ROUNDING_WORDS, exact_eur, part_of_year
from kkd_ledger.money import ROUNDINGS, format_eur, format_rate, plain
from kkd_ledger.quantities import Quantity, format_quantity, plain_quantity


@dataclass(frozen=True, slots=True)
class _Case:
    """One member's part of one component in one service year."""

    terms: KnownTerms
    key: Rated
    year: int
    member: str
    spans: tuple[Days, ...]
    units: Quantity

    @property
    def whole(self) -> int:
        return ticks_a_year(self.year, self.terms.proration(self.key))

    @property
    def present(self) -> int:
        return ticks(self.spans, self.terms.proration(self.key))

    @property
    def exact(self) -> Fraction:
        [numerator] = charge_of(self.terms, self.key, self.spans)([self.member], [self.units])
        return Fraction(numerator) / denominator_of(self.terms, self.key, self.year)

    def share_of_year(self, parts: int) -> str:
        return part_of_year(parts, self.whole, self.terms.proration(self.key))

    def stages(self, facts: Iterable[Any]) -> list[tuple[Any, int]]:
        return [(stage.fact, parts) for stage, parts in pieces(self.terms, self.key, facts, self.spans)]

    def amounts(self) -> list[tuple[AmountStage, int]]:
        stages = (
            self.key.amounts
            if isinstance(self.key, Fixed)
            else self.key.fees
            if isinstance(self.key, PerHead)
            else ()
        )
        return self.stages(amounts_for(stages, self.member))


def rated_step(terms: KnownTerms, component: ComponentTerms, key: Rated, year: int, member: str) -> Step:
    """Return how a priced component came to a member's cents."""
    if key.remainder and member == terms.agreement.operator:
        return _remainder_step(terms, component, key, year)
    given = units_of(terms, key, year, (member,))
    assert given is not None
    case = _Case(terms, key, year, member, component.present(year, member), given[0])
    rule, exact = terms.agreement.rounding, case.exact
    cents = ROUNDINGS[rule](exact.numerator, exact.denominator)
    parts = _parts(case)
    words = " + ".join(text for text, _ in parts) or "0,00 EUR"
    words += _bounded(case, sum((value for _, value in parts), start=Fraction(0)))
    rounded = "" if exact == cents else f"{exact_eur(exact)}, {ROUNDING_WORDS[rule]} "
    words += f" = {rounded}{format_eur(cents)}"
    source = "" if isinstance(key, Fixed) else source_of(terms, key.basis, year)
    title = f"{key.title} ({key.clause})"
    return Step("component", key.id, title, words, cents, _figures(case), source, key.clause)


def _remainder_step(terms: KnownTerms, component: ComponentTerms, key: Rated, year: int) -> Step:
    total, column = total_of(terms, key, year), component_cents(terms, component, year)
    assert total is not None
    assert column is not None
    cents = column[terms.agreement.operator]
    paid = total - cents
    words = f"Kosten {format_eur(total)} − Anteile der anderen Beteiligten {format_eur(paid)} = {format_eur(cents)}"
    figures = {"total": plain(total), "others": plain(paid)}
    title = f"{key.title} ({key.clause})"
    return Step("component", key.id, title, words, cents, figures, "", key.clause)


def _parts(case: _Case) -> list[tuple[str, Fraction]]:
    """Return the words of each summand and its exact value in cents."""
    key, per_year = case.key, MICROS_A_CENT * case.whole
    factors = []
    if isinstance(key, Tiered):
        for scale, parts in case.stages(key.scales):
            words, micros = _tier_words(scale, case.units, _unit(case, key.basis))
            factors.append((words + case.share_of_year(parts), Fraction(micros * parts) / per_year))
    if isinstance(key, PerHead):
        for stage, parts in case.stages(key.rates):
            words = f"{_unit(case, key.basis)} × {format_rate(stage.rate)} EUR" + case.share_of_year(parts)
            factors.append((words, Fraction(stage.rate * case.units * parts) / per_year))
    word = "Festbetrag" if isinstance(key, Fixed) else "Grundbetrag"
    for stage, parts in case.amounts():
        words = f"{word} {format_eur(stage.amount)}" + case.share_of_year(parts)
        factors.append((words, Fraction(stage.amount * parts, case.whole)))
    return factors


def _unit(case: _Case, basis: str) -> str:
    return f"{format_quantity(case.units)} {unit_word(case.terms, basis, case.year)}"


def _tier_words(scale: Scale, units: Quantity, unit: str) -> tuple[str, Quantity]:
    if scale.mode == "marginal":
        parts = slabs(scale, units)
        slab_words = " + ".join(
            f"{format_quantity(number)} × {format_rate(rate)} EUR" for number, rate in parts
        )
        return f"{unit} nach Stufen ({slab_words or '0,00 EUR'})", sum(
            number * rate for number, rate in parts
        )
    tier = _tier(scale, units)
    name = "höchste Größenklasse" if tier.up_to is None else f"Größenklasse bis {format_quantity(tier.up_to)}"
    words = [] if tier.amount is None else [format_eur(tier.amount)]
    words += [] if tier.rate is None else [f"{format_quantity(units)} × {format_rate(tier.rate)} EUR"]
    return f"{unit}, {name}: " + " + ".join(words), (tier.amount or 0) * MICROS_A_CENT + (
        tier.rate or 0
    ) * units


def _tier(scale: Scale, units: Quantity) -> Tier:
    return next(tier for tier in scale.tiers if tier.up_to is None or units <= tier.up_to)


def _bounded(case: _Case, before: Fraction) -> str:
    if before == case.exact:
        return ""
    low = case.exact > before
    bound = (case.key.minimum if low else case.key.maximum) or 0
    word = "mindestens" if low else "höchstens"
    return f" = {exact_eur(before)}, {word} {format_eur(bound)}" + case.share_of_year(case.present)


def _figures(case: _Case) -> dict[str, Any]:
    """Return the figures of the step as plain data: enough to reckon it again without this program."""
    key = case.key
    figures: dict[str, Any] = {
        "rounding": case.terms.agreement.rounding,
        "year_parts": case.whole,
        "parts": case.present,
        "amounts": [{"amount": plain(stage.amount), "parts": parts} for stage, parts in case.amounts()],
    }
    if not isinstance(key, Fixed):
        figures["units"] = plain_quantity(case.units)
    if isinstance(key, PerHead):
        figures["rates"] = [
            {"rate": _rate(stage.rate), "parts": parts} for stage, parts in case.stages(key.rates)
        ]
    if isinstance(key, Tiered):
        scales = case.stages(key.scales)
        figures["scales"] = [{**_scale_figures(scale, case.units), "parts": parts} for scale, parts in scales]
    bounds = {"minimum": key.minimum, "maximum": key.maximum}
    return figures | {name: plain(bound) for name, bound in bounds.items() if bound is not None}


def _scale_figures(scale: Scale, units: Quantity) -> dict[str, Any]:
    if scale.mode == "marginal":
        return {
            "slabs": [
                {"units": plain_quantity(number), "rate": _rate(rate)} for number, rate in slabs(scale, units)
            ]
        }
    tier = _tier(scale, units)
    return {"amount": plain(tier.amount or 0), "rate": _rate(tier.rate or 0)}


def _rate(micros: int) -> str:
    return format_rate(micros).replace(".", "").replace(",", ".")
