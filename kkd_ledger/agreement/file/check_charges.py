"""Charges: each has its component, its party, a day on which that takes part, a grade and a price of that day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from kkd_ledger.agreement.file.check_names import twice
from kkd_ledger.agreement.file.checks import AgreementFlaw, unknown
from kkd_ledger.agreement.file.places import Loc
from kkd_ledger.agreement.keys.components import Charges
from kkd_ledger.german import day as german_day
from kkd_ledger.german import month as month_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kkd_ledger.agreement.facts.agreement import Agreement
    from kkd_ledger.agreement.facts.charges import Charge
    from kkd_ledger.agreement.facts.dues import DuePlan
    from kkd_ledger.agreement.facts.known_terms import Stage

_NOT_HERE: Final = (
    *("totals", "pot", "minimum", "maximum", "remainder", "meets_total", "once", "yearly_parts", "proration"),
)


def flaws(agreement: Agreement) -> Iterator[AgreementFlaw]:
    """Yield everything that is wrong with charges, with their price lists, and with the due plans that they name."""
    for index, component in enumerate(agreement.components):
        if isinstance(component, Charges):
            yield from _component(agreement, component, ("components", index))
    yield from twice(agreement, ("charges",), agreement.charges, _version)
    lists = _price_lists(agreement)
    for index, charge in enumerate(agreement.charges):
        yield from _charge(agreement, charge, lists, ("charges", index))


def _version(charge: Charge) -> tuple[object, ...]:
    """Return what two charges of one day must not share."""
    return charge.component, charge.party, charge.on, charge.month, charge.ref, charge.grade, charge.state


def _component(agreement: Agreement, component: Charges, loc: Loc) -> Iterator[AgreementFlaw]:
    for name in _NOT_HERE:
        if getattr(component, name) not in {None, ()}:
            yield AgreementFlaw((*loc, name), f"{name} bei key = charges", "nur Preise je Einheit (prices)")
    if not component.prices:
        yield AgreementFlaw((*loc, "prices"), "eine leere Preisliste", "mindestens ein Preis")
    if not component.charged:
        yield AgreementFlaw((*loc, "charged"), "charged = false", "nach Anfall wird immer abgerechnet")
    grades = [price.grade for price in component.prices]
    for place, grade in enumerate(component.grades):
        yield from unknown((*loc, "grades", place, "id"), grade.id, grades, "prices")
    yield from twice(agreement, (*loc, "grades"), component.grades, lambda grade: grade.id)
    for plan in (plan for plan in agreement.dues if plan.id == component.dues):
        yield from _plan(plan, (*loc, "dues"))


def _plan(plan: DuePlan, loc: Loc) -> Iterator[AgreementFlaw]:
    """Find plans that part a sum: a bill is due whole, so many days after it is written or on the next of some days."""
    allowed = "ein Plan mit after, oder mit days: der nächste dieser Tage"
    if plan.kind == "advances":
        yield AgreementFlaw(loc, f"Vorauszahlungen ({plan.id!r}) bei key = charges", allowed)
    elif plan.until_known or plan.parts:
        name = "until_known" if plan.until_known else "parts"
        yield AgreementFlaw(loc, f"{name} ({plan.id!r}) bei key = charges", allowed)


def _price_lists(agreement: Agreement) -> Mapping[str, Mapping[str, Sequence[Stage]]]:
    """Return by component and grade the stages of its price that are known last."""
    return {
        key.id: {
            grade: agreement.terms().stages(price for price in key.prices if price.grade == grade)
            for grade in dict.fromkeys(price.grade for price in key.prices)
        }
        for key in (each.component for each in agreement.terms().components)
        if isinstance(key, Charges)
    }


def _charge(
    agreement: Agreement, charge: Charge, lists: Mapping[str, Mapping[str, Sequence[Stage]]], loc: Loc
) -> Iterator[AgreementFlaw]:
    yield from unknown((*loc, "component"), charge.component, lists, "[[components]] mit key = charges")
    ids = {member.id for member in agreement.members}
    yield from unknown((*loc, "party"), charge.party, ids, "[[members]]")
    if charge.component in lists:
        grades = lists[charge.component]
        yield from unknown((*loc, "grade"), charge.grade, grades, "prices")
        if charge.grade in grades:
            yield from _priced(charge, grades[charge.grade], loc)
        if charge.party in ids:
            yield from _present(agreement, charge, loc)


def _priced(charge: Charge, price: Sequence[Stage], loc: Loc) -> Iterator[AgreementFlaw]:
    first, last = (
        next((stage for stage in price if stage.days.first <= day <= stage.days.last), None)
        for day in (charge.day, charge.last_day)
    )
    here = (*loc, "on" if charge.on else "month")
    if first is None:
        since = f"ein Preis ab {price[0].days.first}" if price else "ein Preis"
        yield AgreementFlaw(here, f"{charge.grade!r} hat am {german_day(charge.day)} keinen Preis", since)
    elif first is not last:
        actual = f"der Preis für {charge.grade!r} ändert sich im {month_name(charge.day)}"
        yield AgreementFlaw(here, actual, "ein Tag (on) statt des Monats: vor oder nach der Änderung")


def _present(agreement: Agreement, charge: Charge, loc: Loc) -> Iterator[AgreementFlaw]:
    terms = agreement.terms()
    year = agreement.service_year.of(charge.day)
    component = next(each for each in terms.components if each.component.id == charge.component)
    spans = component.present(year, charge.party)
    if not any(span.first <= charge.last_day and charge.day <= span.last for span in spans):
        actual = f"{charge.party} nimmt am {german_day(charge.day)} nicht teil"
        yield AgreementFlaw((*loc, "party"), actual, "ein Tag, an dem die Beteiligte am Baustein teilnimmt")
