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
    _known(member_id, [one.id for one in agreement.parties()], "Beteiligte")
    members = tuple(
        one.model_copy(update={"left": last_day}) if one.id == member_id else one for one in agreement.members
    )
    return _checked(agreement.changed(members=members))


def if_granted(agreement: Agreement, subsidy_id: str, *, granted: bool) -> Agreement:
    """Return the agreement as it would be if a subsidy were granted, or if it failed (rejected or reclaimed)."""
    _known(subsidy_id, [one.id for one in agreement.terms().subsidies], "Förderung")
    day, terms = agreement.knowledge_days[-1], agreement.terms()
    subsidies = []
    for one in agreement.subsidies:
        now = status(terms, one)
        changes = now not in GRANTED if granted else now not in GONE
        if one.id == subsidy_id and changes:
            step = SubsidyEvent(
                status="granted" if granted else "reclaimed" if now in GRANTED else "rejected", on=day
            )
            subsidies.append(one.model_copy(update={"life": (*one.life, step)}))
        else:
            subsidies.append(one)
    return _checked(agreement.changed(subsidies=tuple(subsidies)))


def if_census(agreement: Agreement, census: int, from_year: int) -> Agreement:
    """Return the agreement as it would be if the newest figures of a census counted from a service year on."""
    series = [one for one in agreement.populations if one.census == census]
    if not series:
        given = ", ".join(str(year) for year in sorted({one.census for one in agreement.populations}))
        raise UsageError(
            f"Die Vereinbarung enthält keine Zahlen des Zensus {census}; vorhanden: {given or 'keine'}."
        )
    newest = max(series, key=lambda one: one.reference)
    first, known = dt.date(from_year, 1, 1), max(one.known_from or agreement.known_from for one in series)
    bases = [one for one in agreement.bases if one.weight is not None or one.begins < first]
    for name in dict.fromkeys(one.id for one in agreement.bases if one.weight is None):
        frozen = {"rule": "frozen", "source": newest.source, "census": census, "reference": newest.reference}
        bases.append(Basis.model_validate({"id": name, "from": first, "known_from": known, **frozen}))
    return _checked(agreement.changed(bases=tuple(bases)))


def _known(name: str, names: list[str], what: str) -> None:
    if name not in names:
        raise UsageError(
            f"{what} {name!r} gibt es in der Vereinbarung nicht; vorhanden: {', '.join(names) or 'keine'}."
        )


def _checked(agreement: Agreement) -> Agreement:
    """Refuse a supposition that makes the agreement unsound, in the same words as a file."""
    if found := flaws(agreement):
        raise AgreementRefused(
            Problem("Annahme", plain_place(one.loc), one.found, one.allowed) for one in found
        )
    return agreement
