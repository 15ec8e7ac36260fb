"""Dates: nothing ends before it begins, stages neither overlap nor leave gaps, lives follow their order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from kkd_ledger.agreement.facts.charges import Charge
from kkd_ledger.agreement.facts.facts import Fact, Member
from kkd_ledger.agreement.facts.known_terms import folded_in, newest
from kkd_ledger.agreement.facts.spans import ONE_DAY
from kkd_ledger.agreement.facts.ways_in import NOT_YET, staged
from kkd_ledger.agreement.file.checks import AgreementFlaw, index_of, records
from kkd_ledger.agreement.file.places import Loc
from kkd_ledger.agreement.keys.components import Charges, Fixed, FixedPercent, PerHead, Tiered
from kkd_ledger.agreement.reckoning.vat import vat_percent

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement
    from kkd_ledger.agreement.keys.components import Component

OLD_VAT_LAW_ENDS: Final = dt.date(2026, 12, 31)
_FOLLOWS: Final = {
    None: {"applied", "granted"},
    "applied": {"granted", "rejected"},
    "granted": {"paid", "proved", "closed", "reclaimed"},
    "paid": {"paid", "proved", "closed", "reclaimed"},
    "proved": {"paid", "closed", "reclaimed"},
    "closed": {"reclaimed"},
    "rejected": {"applied"},
    "reclaimed": set[str](),
}


def flaws(agreement: Agreement) -> Iterator[AgreementFlaw]:
    """Yield every contradiction between dates."""
    yield from _reversed(agreement)
    yield from _known_too_early(agreement)
    for day in views(agreement):
        yield from _stages(agreement, day)
    yield from _resolutions(agreement)
    yield from _subsidies(agreement)
    yield from _vat(agreement)
    yield from _successions(agreement)


def views(agreement: Agreement) -> list[dt.date]:
    """Return the days on which facts became known, the first one included: each gives a view of its own.

    Charges add to each other and change no other figure: of their days the last one gives a view of them all.
    """
    days = {
        record.known_from
        for _, record in records(agreement)
        if isinstance(record, Fact) and not isinstance(record, Charge) and record.known_from is not None
    }
    days |= (
        {max(charge.known_from or agreement.known_from for charge in agreement.charges)}
        if agreement.charges
        else set()
    )
    return sorted({agreement.known_from, *days})


def _reversed(agreement: Agreement) -> Iterator[AgreementFlaw]:
    for loc, record in records(agreement):
        first, last = getattr(record, "begins", None), getattr(record, "ends", None)
        if first not in {None, NOT_YET} and last is not None and last < first:
            yield AgreementFlaw((*loc, "to"), f"{last} vor {first}", "ein Ende nicht vor dem Anfang")
        if (
            isinstance(record, Member)
            and record.left is not None
            and record.left < (record.joined or agreement.begins)
        ):
            yield AgreementFlaw(
                (*loc, "left"),
                f"{record.left} vor {record.joined or agreement.begins}",
                "nicht vor dem Beitritt",
            )


def _known_too_early(agreement: Agreement) -> Iterator[AgreementFlaw]:
    for loc, record in records(agreement):
        if (
            isinstance(record, Fact)
            and record.known_from is not None
            and record.known_from < agreement.known_from
        ):
            allowed = f"ab {agreement.known_from}, dem Tag, ab dem die Vereinbarung bekannt ist"
            yield AgreementFlaw((*loc, "known_from"), str(record.known_from), allowed)


def _stages(agreement: Agreement, day: dt.date) -> Iterator[AgreementFlaw]:
    names = dict.fromkeys(basis.id for basis in agreement.bases)
    for name in names:
        stages = [basis for basis in agreement.bases if basis.id == name]
        yield from _row(agreement, day, ("bases",), agreement.bases, chosen=stages)
    yield from _row(agreement, day, ("vat",), agreement.vat, chosen=agreement.vat)
    days = folded_in(agreement, day)
    for component in newest(
        agreement.components, lambda component: component.id, day, agreement.known_from
    ).values():
        loc = ("components", index_of(agreement.components, component))
        life = staged(component, days)
        for name, facts, chosen in _rows(life):
            yield from _row(agreement, day, (*loc, name), facts, chosen=chosen, life=life)
        prices = life.prices if isinstance(life, Charges) else ()
        for grade in dict.fromkeys(price.grade for price in prices):  # a grade may come later than the list
            chosen = [price for price in prices if price.grade == grade]
            yield from _overlaps(agreement, day, (*loc, "prices"), prices, chosen)
        for member in dict.fromkeys(membership.member for membership in component.memberships):
            chosen = [membership for membership in component.memberships if membership.member == member]
            yield from _overlaps(agreement, day, (*loc, "memberships"), component.memberships, chosen)


def _rows(component: Component) -> Iterator[tuple[str, tuple[Any, ...], list[Any]]]:
    """Yield the rows of dated stages of a component that must cover its whole life."""
    if isinstance(component, PerHead):
        yield "rates", component.rates, list(component.rates)
    if isinstance(component, Tiered):
        yield "scales", component.scales, list(component.scales)
    if isinstance(component, FixedPercent):
        yield "parts", component.parts, list(component.parts)
    stages = component.fees if isinstance(component, PerHead) else ()
    name = "fees"
    if isinstance(component, Fixed):
        name, stages = "amounts", component.amounts
        if not stages:
            yield name, stages, []
    for members in dict.fromkeys(stage.members for stage in stages):
        yield name, stages, [stage for stage in stages if stage.members == members]


def _row(
    agreement: Agreement,
    day: dt.date,
    loc: Loc,
    facts: Iterable[Any],
    *,
    chosen: Iterable[Any],
    life: Any = None,
) -> Iterator[AgreementFlaw]:
    yield from _overlaps(agreement, day, loc, facts, chosen)
    stages = _ordered(agreement, day, chosen)
    if life is None:
        return
    if not stages or stages[0].begins > life.begins:
        yield AgreementFlaw(loc, f"nichts ab {life.begins}", "lückenlose Stufen ab dem Beginn des Bausteins")
    for stage, following in pairwise(stages):
        if stage.ends is not None and stage.ends + ONE_DAY < following.begins:
            actual = f"Lücke von {stage.ends + ONE_DAY} bis {following.begins - ONE_DAY}"
            yield AgreementFlaw((*loc, index_of(facts, following)), actual, "lückenlose Stufen")
    end = life.ends or agreement.ends or dt.date.max
    if stages and stages[-1].ends is not None and stages[-1].ends < end:
        actual = f"nichts nach {stages[-1].ends}"
        yield AgreementFlaw(
            (*loc, index_of(facts, stages[-1]), "to"), actual, "lückenlose Stufen bis zum Ende des Bausteins"
        )


def _overlaps(
    agreement: Agreement, day: dt.date, loc: Loc, facts: Iterable[Any], chosen: Iterable[Any]
) -> Iterator[AgreementFlaw]:
    given, seen = list(chosen), set()
    for fact in given:
        mark = (fact.begins, fact.known_from or agreement.known_from)
        if mark in seen and fact.begins != NOT_YET:
            yield AgreementFlaw(
                (*loc, index_of(facts, fact)), f"zwei Stufen ab {fact.begins}", "eine Stufe je Tag"
            )
        seen.add(mark)
    for fact, following in pairwise(_ordered(agreement, day, given)):
        if fact.ends is not None and fact.ends >= following.begins:
            actual = f"überschneidet sich mit der Stufe bis {fact.ends}"
            yield AgreementFlaw(
                (*loc, index_of(facts, following), "from"), actual, f"ab {fact.ends + ONE_DAY}"
            )


def _ordered(agreement: Agreement, day: dt.date, facts: Iterable[Any]) -> list[Any]:
    latest = newest(facts, lambda fact: fact.begins, day, agreement.known_from).values()
    return sorted(latest, key=lambda fact: fact.begins)


def _resolutions(agreement: Agreement) -> Iterator[AgreementFlaw]:
    for index, resolution in enumerate(agreement.resolutions):
        loc = ("resolutions", index)
        deciding = [sitting.date for sitting in resolution.sittings if sitting.decides]
        if resolution.adopted is not None and resolution.adopted not in deciding:
            yield AgreementFlaw(
                (*loc, "adopted"),
                str(resolution.adopted),
                "der Tag der entscheidenden Sitzung (decides = true)",
            )
        if deciding and any(sitting.date > deciding[0] for sitting in resolution.sittings):
            yield AgreementFlaw(
                (*loc, "sittings"), "eine Sitzung nach der entscheidenden", "die entscheidende zuletzt"
            )
        for place, (before, after) in enumerate(
            pairwise(sorted(resolution.amounts, key=lambda part: part.begins))
        ):
            if before.ends is None or before.ends >= after.begins:
                yield AgreementFlaw(
                    (*loc, "amounts", place), f"überschneidet sich ab {after.begins}", "jedes Jahr einmal"
                )


def _subsidies(agreement: Agreement) -> Iterator[AgreementFlaw]:
    for index, subsidy in enumerate(agreement.subsidies):
        before, on = None, dt.date.min
        for place, event in enumerate(subsidy.life):
            loc = ("subsidies", index, "life", place)
            if event.on < on:
                yield AgreementFlaw(
                    (*loc, "on"), f"{event.on} vor {on}", "Schritte in der Reihenfolge ihrer Tage"
                )
            if event.status not in _FOLLOWS[before]:
                allowed = " oder ".join(sorted(_FOLLOWS[before])) or "kein weiterer Schritt"
                yield AgreementFlaw((*loc, "status"), f"{event.status} nach {before or 'nichts'}", allowed)
            before, on = event.status, event.on
        for place, part in enumerate(subsidy.years):
            if not agreement.first_year <= part.year <= agreement.last_year:
                allowed = f"ein Jahr der Vereinbarung (ab {agreement.first_year})"
                yield AgreementFlaw(("subsidies", index, "years", place, "year"), str(part.year), allowed)


def _vat(agreement: Agreement) -> Iterator[AgreementFlaw]:
    for index, treatment in enumerate(agreement.vat):
        loc = ("vat", index)
        if treatment.treatment == "not-taxable-old-law":
            if (treatment.ends or dt.date.max) > OLD_VAT_LAW_ENDS:
                yield AgreementFlaw(
                    (*loc, "to"), str(treatment.ends or "kein Ende"), f"altes Recht bis {OLD_VAT_LAW_ENDS}"
                )
        elif not treatment.decided_by or treatment.decided_on is None:
            allowed = "decided_by und decided_on: Ein Mensch entscheidet über die Umsatzsteuer"
            yield AgreementFlaw(loc, f"treatment = {treatment.treatment} ohne Entscheidung", allowed)
        if (vat_percent(treatment) > 0) != (treatment.amounts is not None):
            allowed = 'amounts = "net" dort, wo Umsatzsteuer anfällt: die Anteile sind netto, sie kommt hinzu'
            yield AgreementFlaw(
                loc, f"treatment = {treatment.treatment}, amounts = {treatment.amounts or 'fehlt'}", allowed
            )


def _successions(agreement: Agreement) -> Iterator[AgreementFlaw]:
    members = agreement.terms().members
    for index, member in enumerate(agreement.members):
        if member.succeeds and member.joined is None:
            yield AgreementFlaw(
                ("members", index), "Nachfolge ohne joined", "der Tag, ab dem die Nachfolgerin beteiligt ist"
            )
        for place, name in enumerate(member.succeeds if member.joined else ()):
            before = members.get(name)
            assert member.joined is not None
            if before is not None and before.left != member.joined - ONE_DAY:
                actual = f"{name} scheidet {before.left or 'nicht'} aus"
                yield AgreementFlaw(
                    ("members", index, "succeeds", place),
                    actual,
                    f"left = {member.joined - ONE_DAY} bei {name}",
                )
