"""Sentences about the components: what is shared, by which key, within which bounds, and who takes part."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from kkd_ledger.agreement.keys.components import (
    Charges,
    Equal,
    Fixed,
    FixedPercent,
    Growth,
    MeanOfLowest,
    Mixture,
    PerHead,
    PerUnit,
    Proportional,
    Tiered,
)
from kkd_ledger.agreement.readable import charge_sentences
from kkd_ledger.agreement.readable.due_sentences import plan_name
from kkd_ledger.agreement.readable.party_sentences import PRORATION_WORDS, membership
from kkd_ledger.agreement.readable.pot_sentences import (
    fixed_percent,
    growth,
    mean_of_lowest,
    modes,
    per_unit,
)
from kkd_ledger.agreement.readable.sentence_context import Reading, capital, span
from kkd_ledger.agreement.sheet.printing import ROUNDING_WORDS
from kkd_ledger.german import count, listing
from kkd_ledger.money import format_eur, format_rate
from kkd_ledger.quantities import format_quantity

if TYPE_CHECKING:
    from decimal import Decimal

    from kkd_ledger.agreement.keys.components import (
        AmountStage,
        Component,
        RateStage,
        Scale,
        Slice,
        Tier,
        YearCost,
    )

REMAINDER_WORDS: Final = {
    "operator": "Den Rest trägt die Betreiberin.",
    "others": "Was Mindest- und Höchstbeträge verschieben, tragen die anderen nach dem Schlüssel.",
    "nobody": "Was Mindest- und Höchstbeträge verschieben, trägt niemand: Die Anteile ergeben dann nicht die Kosten.",
}


def component(reading: Reading, fact: Component) -> list[str]:
    """Say one component, whatever its key: price or cost, who takes part, bounds, parts of a year."""
    life = f"{fact.title} ({fact.clause}), {reading.since(fact)}{reading.tail(fact, reading.agreement.components)}."
    return [
        life,
        *KEYS[type(fact)](reading, fact),
        *_takers(reading, fact),
        *_bounds(fact),
        *modes(reading, fact),
        *([PRORATION_WORDS[fact.proration]] if fact.proration else []),
        *([f"Fällig nach dem Plan {plan_name(reading, fact.dues)}."] if fact.dues else []),
        *_listed(f"Kosten von {fact.title}", fact.totals, year_cost, reading),
    ]


def per_head(reading: Reading, fact: PerHead) -> list[str]:
    """Say a price by unit."""
    words = f"Ihr Anteil ist die Zahl ({reading.measure(fact.basis)}) mal dem Satz"
    return [
        f"{words}{', dazu der Grundbetrag' if fact.fees else ''}.",
        *_listed("Satz", fact.rates, rate_stage, reading),
        *_listed("Grundbetrag", fact.fees, amount_stage, reading),
    ]


def fixed(reading: Reading, fact: Fixed) -> list[str]:
    """Say a fixed amount."""
    return [
        "Ihr Anteil ist ein fester Betrag im Jahr.",
        *_listed("Betrag", fact.amounts, amount_stage, reading),
    ]


def tiered(reading: Reading, fact: Tiered) -> list[str]:
    """Say a price by size class."""
    words = f"Ihr Anteil folgt aus der Größenklasse ({reading.measure(fact.basis)})."
    return [words, *_listed("Staffel", fact.scales, scale, reading)]


def equal(_reading: Reading, _fact: Equal) -> list[str]:
    """Say equal parts."""
    return ["Die Kosten des Jahres werden zu gleichen Teilen geteilt."]


def proportional(reading: Reading, fact: Proportional) -> list[str]:
    """Say parts by a measure."""
    return [f"Die Kosten des Jahres werden nach der Zahl ({reading.measure(fact.basis)}) geteilt."]


def mixture(reading: Reading, fact: Mixture) -> list[str]:
    """Say parts by several measures."""
    parts = [slice_words(reading, part) for part in fact.slices]
    return [f"Die Kosten des Jahres werden geteilt: {listing(parts)}."]


def slice_words(reading: Reading, fact: Slice) -> str:
    """Say one part of a mixture."""
    by = f"nach der Zahl ({reading.measure(fact.basis)})" if fact.basis else "nach der Zahl"
    among = f" unter {reading.members(fact.members)}" if fact.members is not None else ""
    return f"{percent(fact.percent)} " + ("zu gleichen Teilen" if fact.by == "equal" else by) + among


def rate_stage(reading: Reading, fact: RateStage, alike: Iterable[Any]) -> str:
    """Say a price and its days."""
    price = "" if fact.rate is None else f"{format_rate(fact.rate)} EUR"
    rivals = tuple(other for other in alike if other.event == fact.event)
    return f"{reading.since(fact)} {price}{moved(reading, fact)}{reading.tail(fact, rivals)}"


def amount_stage(reading: Reading, fact: AmountStage, alike: Iterable[Any]) -> str:
    """Say an amount, whose it is, and its days."""
    whose = f" für {reading.members(fact.members)}" if fact.members else ""
    rivals = tuple(other for other in alike if other.members == fact.members)
    price = "" if fact.amount is None else format_eur(fact.amount)
    return f"{span(fact)} {price}{moved(reading, fact)}{whose}{reading.tail(fact, rivals)}"


def moved(reading: Reading, fact: RateStage | AmountStage) -> str:
    """Say by how much a stage raises the one before, or which index it follows; nothing for a price that stays."""
    if fact.raised_percent is not None:
        verb = "mehr" if fact.raised_percent > 0 else "weniger"
        return f"{format_quantity(abs(fact.raised_percent))} % {verb} als davor, auf Cent gerundet"
    index = fact.index
    if index is None:
        return ""
    when = (
        "des Jahres selbst"
        if not index.year
        else f"{count(-index.year, 'Jahr', 'Jahre')} vor dem Leistungsjahr"
    )
    limit = index.threshold
    tolerance = (
        f", sobald er sich seit der letzten Stufe um mehr als {percent(limit)} geändert hat" if limit else ""
    )
    places = count(index.decimals, "Nachkommastelle", "Nachkommastellen")
    rounding = f"{ROUNDING_WORDS[index.rounding]} auf {places}"
    return f", dem Index „{reading.index(index.of)}“ folgend (Basis {index.base}, Wert {when}{tolerance}; {rounding})"


def charges(reading: Reading, fact: Charges) -> list[str]:
    """Say things that are billed one by one, and their price list."""
    return charge_sentences.charges(reading, fact, moved)


def year_cost(reading: Reading, fact: YearCost, alike: Iterable[Any]) -> str:
    """Say the cost of a year."""
    planned = " (geplant)" if fact.kind == "plan" else ""
    source = f" nach {reading.document(fact.source)}" if fact.source else ""
    named = reading.agreement.year_name(fact.year)
    return f"{named} {format_eur(fact.amount)}{planned}{source}{reading.tail(fact, tuple(alike))}"


def scale(reading: Reading, fact: Scale, alike: Iterable[Any]) -> str:
    """Say size classes and their days."""
    how = "jeder Abschnitt zu seinem Satz" if fact.mode == "marginal" else "die ganze Zahl nach ihrer Klasse"
    tiers = "; ".join(tier(each) for each in fact.tiers)
    return f"{span(fact)} {how}, {tiers}{reading.tail(fact, tuple(alike))}"


def tier(fact: Tier) -> str:
    """Say one size class."""
    price = [] if fact.amount is None else [format_eur(fact.amount)]
    price += [] if fact.rate is None else [f"{format_rate(fact.rate)} EUR je Einheit"]
    size = "darüber" if fact.up_to is None else f"bis {format_quantity(fact.up_to)}"
    return f"{size}: {' und '.join(price)}"


def percent(value: Decimal) -> str:
    """Return a per cent as people write it: `62 %`, `33,3 %`."""
    text = format(value, "f")
    bare = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{bare.replace('.', ',')} %"


def _takers(reading: Reading, fact: Component) -> list[str]:
    who = "alle außer der Betreiberin" if fact.members is None else reading.members(fact.members)
    verb = "sind" if fact.members is None or len(fact.members) > 1 else "ist"
    said = [f"Daran beteiligt {verb} {who}."]
    dated = [membership(reading, each) for each in reading.sayable(fact.memberships)]
    return [*said, *([f"Mit eigenen Tagen dabei: {listing(dated)}."] if dated else [])]


def _bounds(fact: Component) -> list[str]:
    low, high = fact.minimum, fact.maximum
    said = [f"Jede zahlt im Jahr mindestens {format_eur(low)}."] if low is not None else []
    said += [f"Jede zahlt im Jahr höchstens {format_eur(high)}."] if high is not None else []
    return [*said, *([REMAINDER_WORDS[fact.remainder]] if fact.remainder else [])]


def _listed(name: str, facts: Any, words: Callable[..., str], reading: Reading) -> list[str]:
    said = [words(reading, fact, facts) for fact in reading.sayable(facts)]
    return [f"{capital(name)}: {listing(said)}."] if said else []


KEYS: Final[dict[type, Callable[..., list[str]]]] = {
    PerHead: per_head,
    Fixed: fixed,
    Tiered: tiered,
    Equal: equal,
    Proportional: proportional,
    Mixture: mixture,
    FixedPercent: fixed_percent,
    PerUnit: per_unit,
    Growth: growth,
    MeanOfLowest: mean_of_lowest,
    Charges: charges,
}
