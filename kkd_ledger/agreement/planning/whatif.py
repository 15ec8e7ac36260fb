"""What would be if: a member leaves, a subsidy is granted or fails, a new census counts. The file stays as it is."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from kkd_ledger.agreement.facts.facts import Basis
from kkd_ledger.agreement.file.checks import flaws
from kkd_ledger.agreement.file.places import plain_place
from kkd_ledger.agreement.keys.components import SubsidyEvent
from kkd_ledger.agreement.reckoning.subsidies import GONE, GRANTED, status
from kkd_ledger.errors import AgreementRefused, Problem, UsageError

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement


def if_leaves(agreement: Agreement, member_id: str, last_day: dt.date) -> Agreement:
    """Return the agreement as it would be if a member left after a day."""
    _known(member_id, [member.id for member in agreement.parties()], "Beteiligte")
    members = tuple(
        member.model_copy(update={"left": last_day}) if member.id == member_id else member
        for member in agreement.members
    )
    return _checked(agreement.changed(members=members))


def if_granted(agreement: Agreement, subsidy_id: str, *, granted: bool) -> Agreement:
    """Return the agreement as it would be if a subsidy were granted, or if it failed (rejected or reclaimed)."""
    _known(subsidy_id, [subsidy.id for subsidy in agreement.terms().subsidies], "Förderung")
    day, terms = agreement.knowledge_days[-1], agreement.terms()
    subsidies = []
    for subsidy in agreement.subsidies:
        now = status(terms, subsidy)
        changes = now not in GRANTED if granted else now not in GONE
        if subsidy.id == subsidy_id and changes:
            step = SubsidyEvent(
                status="granted" if granted else "reclaimed" if now in GRANTED else "rejected", on=day
            )
            subsidies.append(subsidy.model_copy(update={"life": (*subsidy.life, step)}))
        else:
            subsidies.append(subsidy)
    return _checked(agreement.changed(subsidies=tuple(subsidies)))


def if_census(agreement: Agreement, census: int, from_year: int) -> Agreement:
    """Return the agreement as it would be if the newest figures of a census counted from a service year on."""
    series = [figures for figures in agreement.populations if figures.census == census]
    if not series:
        given = ", ".join(str(year) for year in sorted({figures.census for figures in agreement.populations}))
        raise UsageError(
            f"Die Vereinbarung enthält keine Zahlen des Zensus {census}; vorhanden: {given or 'keine'}."
        )
    newest = max(series, key=lambda figures: figures.reference)
    first, known_from = (
        agreement.days_of(from_year).first,
        max(figures.known_from or agreement.known_from for figures in series),
    )
    bases = [basis for basis in agreement.bases if basis.weight is not None or basis.begins < first]
    for name in dict.fromkeys(basis.id for basis in agreement.bases if basis.weight is None):
        frozen = {"rule": "frozen", "source": newest.source, "census": census, "reference": newest.reference}
        bases.append(Basis.model_validate({"id": name, "from": first, "known_from": known_from, **frozen}))
    return _checked(agreement.changed(bases=tuple(bases)))


def _known(name: str, names: list[str], what: str) -> None:
    if name not in names:
        raise UsageError(
            f"{what} {name!r} gibt es in der Vereinbarung nicht; vorhanden: {', '.join(names) or 'keine'}."
        )


def _checked(agreement: Agreement) -> Agreement:
    """Refuse a supposition that makes the agreement unsound, in the same words as a file."""
    if all_flaws := flaws(agreement):
        raise AgreementRefused(
            Problem("Annahme", plain_place(flaw.loc), flaw.actual, flaw.allowed) for flaw in all_flaws
        )
    return agreement
