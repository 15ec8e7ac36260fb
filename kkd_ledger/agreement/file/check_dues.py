"""Due plans: each that is named is there, days rise, parts come to the whole, one settlement follows advances."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from kkd_ledger.agreement.dues.plans import days_of
from kkd_ledger.agreement.facts.dues import NEXT, DueDay
from kkd_ledger.agreement.file.checks import AgreementFlaw, unknown
from kkd_ledger.agreement.file.places import Loc
from kkd_ledger.german import count, listing

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement
    from kkd_ledger.agreement.facts.dues import DuePlan

_ADVANCES: Final = 'kind = "advances"'
_RATES: Final = 'kind = "rates"'


def flaws(agreement: Agreement) -> Iterator[AgreementFlaw]:
    """Yield everything that is wrong with the due plans and with who names them."""
    names, opens = [plan.id for plan in agreement.dues], agreement.days_of(agreement.first_year).first
    named = {component.dues for component in agreement.components if component.dues is not None}
    for index, component in enumerate(agreement.components):
        if component.dues is not None:
            yield from unknown(("components", index, "dues"), component.dues, names, "[[dues]]")
    seen = set()
    for index, plan in enumerate(agreement.dues):
        loc: Loc = ("dues", index)
        mark = (plan.id, plan.begins, plan.members, plan.known_from or agreement.known_from)
        if mark in seen:
            yield AgreementFlaw(
                loc,
                f"{plan.id!r} ein zweites Mal",
                "einmal je Beteiligte, oder später mit eigenem from oder known_from",
            )
        seen.add(mark)
        yield from _overlap(agreement, index, loc)
        if plan.id not in named:
            yield AgreementFlaw(
                loc, f"{plan.id!r} nennt kein Baustein", f'dues = "{plan.id}" bei einem Baustein'
            )
        yield from _names(agreement, plan, loc)
        yield from _days(agreement, plan, loc)
        yield from _parts(plan, loc)
        yield from _kind(plan, loc)
        yield from _settled_early(plan, loc, opens)


def _overlap(agreement: Agreement, index: int, loc: Loc) -> Iterator[AgreementFlaw]:
    """Find a party for which two plans of one name begin on one day: nobody could tell which one holds."""
    plan = agreement.dues[index]
    mark = (plan.id, plan.begins, plan.known_from or agreement.known_from)
    for other in agreement.dues[:index]:
        again = sorted({*plan.members} & {*other.members}) if other.members != plan.members else []
        if again and (other.id, other.begins, other.known_from or agreement.known_from) == mark:
            allowed = "jede Beteiligte in einem Plan dieses Namens"
            yield AgreementFlaw((*loc, "members"), f"{listing(again)} in zwei Plänen", allowed)


def _names(agreement: Agreement, plan: DuePlan, loc: Loc) -> Iterator[AgreementFlaw]:
    ids = {member.id for member in agreement.members}
    for place, name in enumerate(plan.members):
        yield from unknown((*loc, "members", place), name, ids, "[[members]]")
    clauses = [clause.id for clause in agreement.clauses]
    if clauses and plan.clause:
        yield from unknown((*loc, "clause"), plan.clause, clauses, "[[clauses]]")
    if plan.advance and plan.advance.estimate:
        bases, name = [basis.id for basis in agreement.bases], plan.advance.estimate
        where = (*loc, "advance", "estimate")
        if name not in bases and any(measure.id == name for measure in agreement.measures):
            allowed = "eine Kennung aus [[bases]]: eine Schätzung wird in EUR je Beteiligter gemeldet, nicht gerechnet"
            yield AgreementFlaw(where, f"{name!r} ist ein gerechnetes Maß", allowed)
        else:
            yield from unknown(where, name, bases, "[[bases]]")


def _days(agreement: Agreement, plan: DuePlan, loc: Loc) -> Iterator[AgreementFlaw]:
    """Find a plan without days, or with days that do not follow each other in the service year."""
    if bool(plan.days) == (plan.after is not None):
        actual = "weder days noch after" if plan.after is None else "days und after"
        yield AgreementFlaw(loc, actual, "entweder feste Tage (days) oder eine Frist (after)")
    opens = agreement.days_of(agreement.first_year).first
    for place, (before, day) in enumerate(pairwise(days_of(plan, opens)), start=1):
        if day <= before:
            yield AgreementFlaw(
                (*loc, "days", place), "nicht nach dem Tag davor", "Tage in ihrer Reihenfolge"
            )


def _parts(plan: DuePlan, loc: Loc) -> Iterator[AgreementFlaw]:
    here = (*loc, "parts")
    if not plan.parts:
        return
    if not plan.days:
        yield AgreementFlaw(here, "Teile ohne Tage", "parts nur zusammen mit days")
    elif len(plan.parts) != len(plan.days):
        actual = f"{count(len(plan.parts), 'Teil', 'Teile')} für {count(len(plan.days), 'Tag', 'Tage')}"
        yield AgreementFlaw(here, actual, "ein Teil je Tag, oder ohne parts gleiche Teile")
    else:
        yield from _whole(plan, here)


def _whole(plan: DuePlan, here: Loc) -> Iterator[AgreementFlaw]:
    """Find parts that do not come to the whole, and parts of two kinds."""
    rests = [place for place, part in enumerate(plan.parts) if part.fraction is None and part.cents is None]
    fractions = [part.fraction for part in plan.parts if part.fraction is not None]
    whole = sum(fractions, start=Fraction(0))
    open_end = plan.kind == "advances" or bool(rests)
    if rests and rests != [len(plan.parts) - 1]:
        yield AgreementFlaw((*here, rests[0]), "Rest vor dem letzten Teil", '"Rest" einmal, als letzter Teil')
    elif fractions and any(part.cents is not None for part in plan.parts):
        allowed = "alle Teile in Prozent oder Brüchen, oder alle als Betrag"
        yield AgreementFlaw(here, "Anteile und Beträge gemischt", allowed)
    elif not rests and not fractions and not open_end:
        yield AgreementFlaw(
            here, "Beträge ohne Rest", '"Rest" als letzter Teil: was die Beträge übrig lassen'
        )
    elif whole > 1 or (fractions and whole != 1 and not open_end):
        allowed = "zusammen höchstens 100 %" if open_end else "zusammen 100 %"
        yield AgreementFlaw(here, f"zusammen {_percent(whole)}", allowed)


def _percent(whole: Fraction) -> str:
    hundred = whole * 100
    return f"{hundred} %" if hundred.denominator == 1 else f"{whole}"


def _kind(plan: DuePlan, loc: Loc) -> Iterator[AgreementFlaw]:
    """Advances have a basis and one settlement; of rates there is nothing to settle."""
    if plan.kind == "advances":
        yield from _advances(plan, loc)
        yield from _settlement(plan, loc)
        return
    for name in ("advance", "settlement"):
        if getattr(plan, name) is not None:
            yield AgreementFlaw((*loc, name), f"{name} bei {_RATES}", f"nur bei {_ADVANCES}")
    if plan.until_known and not plan.days:
        yield AgreementFlaw((*loc, "until_known"), "Abschläge ohne Tage", "until_known nur zusammen mit days")


def _advances(plan: DuePlan, loc: Loc) -> Iterator[AgreementFlaw]:
    if plan.until_known:
        yield AgreementFlaw((*loc, "until_known"), f"until_known bei {_ADVANCES}", f"nur bei {_RATES}")
    if not plan.days:
        yield AgreementFlaw(loc, "Vorauszahlungen ohne Tage", "days: die Tage, an denen sie fällig sind")
    if plan.advance is None:
        allowed = 'advance = { on = "plan" }, { on = "last-year" } oder { on = "estimate", estimate = "…" }'
        yield AgreementFlaw(loc, "Vorauszahlungen ohne Grundlage", allowed)
    elif (plan.advance.on == "estimate") != (plan.advance.estimate is not None):
        allowed = 'on = "estimate" mit estimate (einer Zahl je Beteiligter in EUR), jedes andere ohne'
        yield AgreementFlaw((*loc, "advance"), f"on = {plan.advance.on}", allowed)
    elif plan.advance.each and (plan.parts or plan.advance.on != "estimate"):
        allowed = 'each = true nur bei on = "estimate" und ohne parts: die Zahl ist jede der Vorauszahlungen'
        yield AgreementFlaw((*loc, "advance", "each"), "each", allowed)


def _settlement(plan: DuePlan, loc: Loc) -> Iterator[AgreementFlaw]:
    settlement = plan.settlement
    if settlement is None:
        allowed = 'settlement = { after_days = 30 }, { due = "11-30" } oder { due = "next" }'
        yield AgreementFlaw(loc, "Vorauszahlungen ohne Abrechnung", allowed)
    elif (settlement.due is None) == (settlement.after_days is None):
        actual = (
            "keine Fälligkeit der Abrechnung"
            if settlement.due is None
            else "zwei Fälligkeiten der Abrechnung"
        )
        yield AgreementFlaw((*loc, "settlement"), actual, "entweder due oder after_days")
    elif settlement.by == "offset" and settlement.due != NEXT:
        allowed = 'by = "offset" nur mit due = "next": verrechnet wird an dem Tag, an dem die nächste Rate fällig ist'
        yield AgreementFlaw((*loc, "settlement", "by"), "offset mit eigener Fälligkeit", allowed)


def _settled_early(plan: DuePlan, loc: Loc, opens: dt.date) -> Iterator[AgreementFlaw]:
    """Find a settlement that is due before the last of the advances that it settles."""
    due = plan.settlement.due if plan.settlement else None
    last = max((day.on_or_after(opens) for day in plan.days), default=dt.date.min)
    if isinstance(due, DueDay) and due.on_or_after(opens) <= last:
        allowed = 'ein Tag nach der letzten Vorauszahlung, im Jahr danach etwa "+1:03-31"'
        yield AgreementFlaw((*loc, "settlement", "due"), "fällig vor der letzten Vorauszahlung", allowed)
