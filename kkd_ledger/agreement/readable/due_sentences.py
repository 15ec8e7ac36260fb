"""Sentences about due plans: which components, for whom, on which days which parts, and what is settled when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kkd_ledger.agreement.dues.due_parts import fractions_or_cents
from kkd_ledger.agreement.readable.sentence_context import Reading, at_clause, dots, span
from kkd_ledger.german import day, listing
from kkd_ledger.money import format_eur

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kkd_ledger.agreement.facts.dues import Advance, DueDay, DuePart, DuePlan, SettlementRule

_YEARS: Final = {0: "", -1: " des Jahres davor", 1: " des Jahres danach"}
_LAST: Final = 31
_ROUNDED: Final = {"cent": "den Cent", "ten-cents": "zehn Cent", "euro": "den Euro"}
_BASIS: Final[Mapping[str, str]] = {"plan": "des geplanten Betrags", "last-year": "des Betrags des Vorjahres"}
_LESS: Final = {"demanded": "geforderten", "paid": "gezahlten"}
_BY: Final = {
    "claim": "als eigene Forderung oder Gutschrift",
    "offset": "durch Verrechnung mit der nächsten Rate",
}
_CORRECTION: Final = {
    "at-once": "Eine spätere Änderung wird auf einmal ausgeglichen.",
    "spread": "Eine spätere Änderung verteilt sich auf die Raten, die noch kommen.",
}


def plan_name(reading: Reading, name: str) -> str:
    """Return what a due plan is called: its title, else by its clause, else by its place in the file."""
    for number, plan in enumerate(reading.agreement.dues, start=1):
        if plan.id == name:
            return f"„{plan.title or f'Fälligkeitsplan {plan.clause or number}'}“"
    return name


def due_plan(reading: Reading, fact: DuePlan) -> list[str]:
    """Say one due plan."""
    whose = f" für {reading.members(fact.members)}" if fact.members else ""
    since = f", {span(fact)}" if fact.begins else f", bis zum {day(fact.ends)}" if fact.ends else ""
    head = f"{plan_name(reading, fact.id)}{at_clause(fact.clause if fact.title else '')}{whose}{since}"
    kind = "Vorauszahlungen" if fact.kind == "advances" else "Raten des festen Betrags"
    return [
        f"{head}: {kind}{reading.tail(fact, reading.agreement.dues)}.",
        *_when(fact),
        *([_advance(reading, fact.advance, fact.ask_days)] if fact.advance else []),
        *([_settlement(fact.settlement)] if fact.settlement else []),
        *([_CORRECTION[fact.correction]] if "correction" in fact.model_fields_set else []),
    ]


def _when(fact: DuePlan) -> Iterator[str]:
    if fact.after:
        counted = "der Anforderung" if fact.after.of == "demand" else "dem Tag, an dem der Betrag feststeht"
        yield f"Fällig sind sie {fact.after.days} Tage nach {counted}."
    if fact.days:
        rates = [
            f"{_part(part)} am {_day(due)}"
            for part, due in zip(fractions_or_cents(fact), fact.days, strict=False)
        ]
        yield dots(f"Fällig sind {listing(rates)}")
    if fact.rounding != "cent" or "rounding" in fact.model_fields_set:
        yield f"Jede Rate wird auf {_ROUNDED[fact.rounding]} gerundet, die letzte nimmt den Unterschied."
    if fact.until_known:
        yield (
            "Solange der Betrag des Jahres nicht feststeht, sind an denselben Tagen Abschläge in Höhe des Vorjahres "
            "zu zahlen; den Unterschied bringt der nächste dieser Tage."
        )


def _part(part: DuePart) -> str:
    if part.fraction is not None:
        percent = part.fraction * 100
        return f"{percent} %" if percent.denominator == 1 else str(part.fraction)
    return "der Rest" if part.cents is None else format_eur(part.cents)


def _day(due: DueDay) -> str:
    """Return a day of the year in words; 31 is the end of every month."""
    on = f"Ende des Monats {due.month:02}" if due.day == _LAST else f"{due.day:02}.{due.month:02}."
    return f"{on}{_YEARS[due.shift]}"


def _advance(reading: Reading, fact: Advance, ask_days: int) -> str:
    basis = _BASIS.get(fact.on) or f"der Zahl „{reading.measure(fact.estimate or '')}“"
    share = "" if fact.percent is None else f"{fact.percent:f} % ".replace(".", ",")
    words = f"Sie sind Teile {'von ' if share else ''}{share}{basis} und werden"
    if fact.each:
        words = f"Jede von ihnen beträgt {share or '100 % '}{basis} und wird"
    return f"{words} {ask_days} Tage vor ihrem Tag gefordert."


def _settlement(fact: SettlementRule) -> str:
    when = f"{fact.after_days} Tage, nachdem der tatsächliche Betrag feststeht"
    if fact.due == "next":
        when = "mit der nächsten Rate"
    elif fact.due:
        when = f"am {_day(fact.due)}"
    less = f"abzüglich der {_LESS[fact.less]} Vorauszahlungen"
    return f"Die Abrechnung ist fällig {when}: {less}, {_BY[fact.by]}."
