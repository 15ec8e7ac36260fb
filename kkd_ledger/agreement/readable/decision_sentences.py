"""Sentences about subsidies, value added tax and resolutions."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from kkd_ledger.agreement.readable.cost_sentences import percent
from kkd_ledger.agreement.readable.grid import Grid
from kkd_ledger.agreement.readable.sentence_context import Reading, capital, dots, span
from kkd_ledger.agreement.reckoning.words import DISTRIBUTION_WORDS, STATUS_WORDS, VAT_WORDS
from kkd_ledger.german import count, day, listing
from kkd_ledger.money import format_eur

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kkd_ledger.agreement.facts.facts import Resolution, ResolvedAmount, Sitting, VatTreatment
    from kkd_ledger.agreement.keys.components import Conditions, Subsidy, SubsidyEvent, SubsidyYear

_WHOM: Final = "mindert, sobald sie bewilligt ist, {costs}"


def subsidy(reading: Reading, fact: Subsidy) -> list[str]:
    """Say a grant: its amount, whose cost it lowers in which year, how it is divided, what became of it."""
    program = f" aus „{fact.program}“" if fact.program else ""
    head = f"{fact.title} ({fact.clause}){program}: {format_eur(fact.amount)}"
    costs = "die Kosten aller Bausteine"
    if fact.components is not None:
        costs = f"die Kosten von {listing([reading.component(each) for each in fact.components])}"
    how = DISTRIBUTION_WORDS[fact.distribution]
    how += f" ({reading.measure(fact.basis)})" if fact.basis else ""
    years = listing([subsidy_year(reading, year) for year in fact.years])
    return [
        f"{head}{reading.tail(fact, reading.agreement.subsidies)}.",
        f"Sie {_WHOM.format(costs=costs)}, verteilt {how}: {years}.",
        *(subsidy_event(reading, event) for event in reading.sayable(fact.life)),
        *conditions(fact.conditions),
    ]


def subsidy_year(reading: Reading, fact: SubsidyYear) -> str:
    """Say what counts for a year."""
    return f"{reading.agreement.year_name(fact.year)} {format_eur(fact.amount)}"


def subsidy_event(reading: Reading, fact: SubsidyEvent) -> str:
    """Say a step in the life of a grant."""
    paper = f" ({reading.document(fact.document)})" if fact.document else ""
    return f"{capital(STATUS_WORDS[fact.status])} am {day(fact.on)}{paper}{reading.tail(fact)}."


def conditions(fact: Conditions) -> list[str]:
    """Say what a grant binds to."""
    said = []
    if fact.binding_years is not None:
        since = f"dem {day(fact.binding_from)}" if fact.binding_from else "der Bewilligung"
        said.append(f"Sie bindet {count(fact.binding_years, 'Jahr', 'Jahre')} seit {since}.")
    elif fact.binding_from:
        said.append(f"Ihre Bindung beginnt am {day(fact.binding_from)}.")
    if fact.saving_percent is not None:
        said.append(f"Sie verlangt eine Ersparnis von {percent(fact.saving_percent)}.")
    return said


def vat(reading: Reading, fact: VatTreatment) -> str:
    """Say how shares are treated by value added tax."""
    words = f"{capital(span(fact))}: {VAT_WORDS[fact.treatment]}"
    words += "; die Beträge verstehen sich ohne Umsatzsteuer, sie kommt hinzu" if fact.amounts else ""
    words += f"; Grund: {fact.reason.rstrip('.')}"
    if fact.decided_by or fact.decided_on:
        when = f" am {day(fact.decided_on)}" if fact.decided_on else ""
        who = f" durch {fact.decided_by}" if fact.decided_by else ""
        words += f"; entschieden{when}{who}"
    return dots(words + reading.tail(fact, reading.agreement.vat))


ALIKE_MIN: Final = 2
"""From how many papers of one title on they stand below each other."""


def resolutions(reading: Reading, facts: Sequence[Resolution]) -> tuple[Any, ...]:
    """Say papers and what was resolved: sentences, then papers of one title with one sitting each as a grid."""
    plain = [fact for fact in facts if len(fact.sittings) <= 1 and not fact.amounts and not fact.annexes]
    titles = Counter(fact.title for fact in plain)
    grids = [
        Grid.of(
            ("Beteiligte", "Vorlage", "Gremium", "beschlossen am", "wirksam vom", "Bemerkung"),
            [_resolved(reading, fact) for fact in plain if fact.title == title],
            caption=f"„{title}“",
        )
        for title, number in titles.items()
        if number >= ALIKE_MIN
    ]
    in_grids = {id(fact) for fact in plain if titles[fact.title] >= ALIKE_MIN}
    others = [fact for fact in facts if id(fact) not in in_grids]
    return [resolution(reading, fact) for fact in others], *grids


def _resolved(reading: Reading, fact: Resolution) -> tuple[str, ...]:
    bodies = "; ".join(sitting(reading, each) for each in fact.sittings)
    adopted = day(fact.adopted) if fact.adopted else "noch nicht"
    effective = day(fact.effective_from) if fact.effective_from else ""
    return reading.member(fact.member), fact.paper, bodies, adopted, effective, reading.tail(fact)[2:-1]


def resolution(reading: Reading, fact: Resolution) -> str:
    """Say a paper, its sittings, and what was resolved."""
    words = f"{reading.member(fact.member)}, Vorlage {fact.paper} „{fact.title}“"
    if fact.sittings:
        words += f": {'; '.join(sitting(reading, each) for each in fact.sittings)}"
    words += f"; beschlossen am {day(fact.adopted)}" if fact.adopted else "; noch nicht beschlossen"
    words += f", mit Wirkung vom {day(fact.effective_from)} an" if fact.effective_from else ""
    if fact.amounts:
        words += f"; Beträge: {listing([resolved_amount(reading, each) for each in fact.amounts])}"
    if fact.annexes:
        words += f"; Anlagen: {listing([reading.document(each) for each in fact.annexes])}"
    return dots(words + reading.tail(fact))


def sitting(reading: Reading, fact: Sitting) -> str:
    """Say a sitting."""
    words = fact.body
    if fact.number is not None:
        words += f", {fact.number}. Sitzung" if isinstance(fact.number, int) else f", Sitzung {fact.number}"
    words += f" am {day(fact.date)}"
    return f"{words}{' (entscheidet)' if fact.decides else ''}{reading.tail(fact)}"


def resolved_amount(reading: Reading, fact: ResolvedAmount) -> str:
    """Say what a resolution allows."""
    named = reading.agreement.year_name
    last = (
        "" if fact.ends == fact.begins else f" bis {named(fact.ends)}" if fact.ends else " und danach im Jahr"
    )
    return f"{named(fact.begins)}{last} {format_eur(fact.amount)}"
