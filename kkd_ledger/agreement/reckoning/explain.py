"""How a share came about: steps that a person can check with a pocket calculator."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from kkd_ledger.agreement.dues.due_words import due_words
from kkd_ledger.agreement.facts.resolutions import resolution, vat_treatment
from kkd_ledger.agreement.facts.spans import Days, ServiceYear
from kkd_ledger.agreement.keys.component_year import rests_on_plan
from kkd_ledger.agreement.reckoning.gaps import Unpriced
from kkd_ledger.agreement.reckoning.shares import MemberShare, Shares, shares
from kkd_ledger.agreement.reckoning.steps import Step, source_name
from kkd_ledger.agreement.reckoning.subsidies import last_event
from kkd_ledger.agreement.reckoning.vat import vat_cents
from kkd_ledger.agreement.reckoning.way_words import standing
from kkd_ledger.agreement.reckoning.words import STATUS_WORDS, VAT_WORDS
from kkd_ledger.agreement.sheet.printing import SheetReading, sources
from kkd_ledger.errors import UsageError
from kkd_ledger.german import day
from kkd_ledger.money import format_eur, plain

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement
    from kkd_ledger.agreement.facts.component_terms import ComponentTerms
    from kkd_ledger.agreement.facts.known_terms import KnownTerms
    from kkd_ledger.agreement.sheet.lines import SheetLine


@dataclass(frozen=True, slots=True)
class Derivation:
    """A share and the steps that lead to it; the amounts of the steps add up to the share."""

    agreement: str
    member: str
    year: int
    as_of: dt.date | None
    amount_cents: int
    steps: tuple[Step, ...]
    notes: tuple[str, ...]
    clauses: Mapping[str, str]
    service_year: ServiceYear
    is_planned: bool = False
    """Whether it stands on a cost that is only planned: the actual one will settle it."""

    @property
    def year_name(self) -> str:
        """What people call the service year."""
        return self.service_year.name(self.year)

    @property
    def period(self) -> Days:
        """From when to when the member takes part in the service year."""
        spans = [step.period for step in self.steps if step.period]
        if not spans:
            return self.service_year.days_of(self.year)
        return Days(min(span.first for span in spans), max(span.last for span in spans))

    def text(self) -> str:
        """Return the derivation as German text: each step and its sources, the sum, then the notes."""
        lines = []
        for number, step in enumerate(self.steps, start=1):
            lines.append(f"{number}. {step.text}")
            before = self.steps[number - 2].source if number > 1 else ""
            lines += [f"   Quelle: {step.source}"] if step.source not in {"", before} else []
        planned = " nach dem Plan" if self.is_planned else ""
        lines.append(f"Kostenbeteiligung {self.year_name}{planned}: {format_eur(self.amount_cents)}")
        return "\n".join([*lines, *self.notes])

    def as_json(self) -> dict[str, Any]:
        """Return the derivation as plain JSON data; amounts are texts with two decimals."""
        return {
            "agreement": self.agreement,
            "member": self.member,
            "year": self.year,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "amount": plain(self.amount_cents),
            "steps": [step.as_json() for step in self.steps],
            "notes": list(self.notes),
            "clauses": dict(self.clauses),
        }


def explain(agreement: Agreement, member: str, year: int, as_of: dt.date | None = None) -> Derivation:
    """Return how a member's share came about; raise UsageError for a member without a share in the year.

    Raise Unpriced where a figure of the year is missing.
    """
    agreed = shares(agreement, year, as_of)
    share = agreed.of(member)
    if member in agreed.unpriced:
        party = agreement.party(member)
        raise Unpriced(party.name if party else member, agreement.year_name(year), agreed.unpriced[member])
    if share is None:
        raise UsageError(_without_share(agreement, member, year))
    terms = agreement.terms(as_of)
    steps = (*_component_steps(terms, agreed, member), *_subsidy_steps(terms, agreed, member))
    assert sum(step.amount_cents for step in steps) == share.amount_cents
    cited = {
        clause.id: clause.text
        for clause in agreement.clauses
        if any(clause.id == step.clause for step in steps)
    }
    notes = _notes(agreement, share, year, as_of)
    planned = any(step.kind == "component" and rests_on_plan(terms, step.id, year) for step in steps)
    return Derivation(
        agreement.id,
        member,
        year,
        as_of,
        share.amount_cents,
        steps,
        notes,
        cited,
        agreement.service_year,
        planned,
    )


def _without_share(agreement: Agreement, member: str, year: int) -> str:
    said = f"{member} hat {agreement.year_name(year)} keine Kostenbeteiligung an der Vereinbarung {agreement.id}."
    if agreement.party(member) is None and (meant := get_close_matches(member, agreement.terms().members, 1)):
        said += f" Gemeint ist vielleicht {meant[0]}."
    return said


def derived(agreement: Agreement, member: str, year: int, as_of: dt.date | None = None) -> Derivation:
    """Return what `explain` returns; without a share a derivation of nothing that says why there is none."""
    agreed = shares(agreement, year, as_of)
    if member in agreed.amounts:
        return explain(agreement, member, year, as_of)
    named = agreement.year_name(year)
    note = f"Für {named} sieht die Vereinbarung keine Kostenbeteiligung mehr vor."
    if member in agreed.unpriced:
        note = (
            f"Für {named} fehlt noch eine Zahl. {'. '.join(gap.text() for gap in agreed.unpriced[member])}."
        )
    return Derivation(agreement.id, member, year, as_of, 0, (), (note,), {}, agreement.service_year)


def _component_steps(terms: KnownTerms, agreed: Shares, member: str) -> list[Step]:
    steps = []
    for component in terms.components:
        key = component.component
        cents = agreed.components.get(key.id)
        if cents is not None and member in cents:
            line, name = agreed.lines[key.id], key.name or ("Gutschrift" if cents[member] < 0 else "")
            title = f"{name}: {key.title} ({key.clause})" if name else f"{key.title} ({key.clause})"
            step = _step("component", key.id, title, line, member, clause=key.clause)
            steps.append(replace(step, period=_days(component, agreed.year, member)))
    return steps


def _step(kind: str, id_: str, title: str, line: SheetLine, member: str, *, clause: str) -> Step:
    """Return a line of the sheet as a member's step."""
    lines = tuple(SheetReading(member).sentences(line))
    return Step(
        kind, id_, title, lines, line.cents[member], line, member, clause, "; ".join(sources(line, member))
    )


def _days(component: ComponentTerms, year: int, member: str) -> Days | None:
    """Return from when to when a member takes part in a component; who only bears a rest does while it lives."""
    spans = component.present(year, member)
    return (
        Days(spans[0].first, spans[-1].last)
        if spans
        else component.life.clip(component.service_year.days_of(year))
    )


def _subsidy_steps(terms: KnownTerms, agreed: Shares, member: str) -> list[Step]:
    """Return what granted subsidies take from a share: their amounts are taken off."""
    steps = []
    for subsidy in terms.subsidies:
        if member in agreed.subsidies.get(subsidy.id, ()):
            granted = last_event(terms, subsidy)
            assert granted is not None
            title = f"{subsidy.title} ({subsidy.clause}), {STATUS_WORDS[granted.status]} am {day(granted.on)}"
            step = _step(
                "subsidy", subsidy.id, title, agreed.lines[subsidy.id], member, clause=subsidy.clause
            )
            lines = (*step.lines[:-1], f"{step.lines[-1]} Minderung")
            source = source_name(terms, granted.document)
            steps.append(replace(step, lines=lines, amount_cents=-step.amount_cents, source=source))
    return steps


def _events(agreement: Agreement, share: MemberShare, year: int, as_of: dt.date | None) -> list[str]:
    """Say which parts of a share hang on an older cooperation that was folded in, and since when."""
    terms, parts = agreement.terms(as_of), {part.id for part in share.parts}
    titles = {each.id: each.title for each in agreement.cooperations}
    hanging = [
        (key.title, fact)
        for key in (component.component for component in terms.components)
        if key.id in parts
        for fact in (key, *(stage for stage in getattr(key, "rates", ()) if stage.event != key.event))
        if fact.event is not None and fact.begins.year <= year
    ]
    return [
        f"{title}: seit die Kooperation „{titles[fact.event]}“ am {day(fact.begins)} eingegliedert wurde."
        for title, fact in hanging
    ]


def _notes(agreement: Agreement, share: MemberShare, year: int, as_of: dt.date | None) -> tuple[str, ...]:
    """Return what stands below the sum: resolution, due day, VAT."""
    paper = resolution(agreement, share.member, as_of)
    if stands := standing(agreement, share.member, as_of):
        resolved = f"Vorbehaltlich: {stands[:1].upper()}{stands[1:]}."
    elif paper is None or paper.adopted is None:
        resolved = "Vorbehaltlich: Der Beschluss der Beteiligten steht noch aus."
    elif share.conditional:
        resolved = (
            f"Vorbehaltlich: Der Beschluss zu {paper.paper} vom {day(paper.adopted)} deckt den Betrag nicht."
        )
    else:
        resolved = f"Beschluss: {paper.paper} vom {day(paper.adopted)}."
    vat = vat_treatment(agreement, year, as_of)
    tax = VAT_WORDS[vat.treatment] if vat else f"für {agreement.year_name(year)} ist noch nicht entschieden"
    if added := vat_cents(vat, share.amount_cents):
        tax += f" von {format_eur(share.amount_cents)} = {format_eur(added)}"
        tax += f"; zusammen {format_eur(share.amount_cents + added)}"
    # nothing is known later: then what its plan will still ask for is told, too
    known_on = None if as_of is None or as_of >= agreement.knowledge_days[-1] else as_of
    dues = due_words(agreement, share.member, year, known_on) or (f"Fällig am {day(share.due)}.",)
    return (resolved, *dues, f"Umsatzsteuer: {tax}.", *_events(agreement, share, year, as_of))
