"""Charges on the sheet: each position is quantity times price to the cent, a bill the sum of some, a year of all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from kkd_ledger.agreement.facts.by_member import Members
from kkd_ledger.agreement.facts.charges import month_end, quarter_end
from kkd_ledger.agreement.facts.told_figures import origin
from kkd_ledger.agreement.keys.prices import price_line
from kkd_ledger.agreement.pots.pot_lines import STEPS
from kkd_ledger.agreement.reckoning.steps import source_name
from kkd_ledger.agreement.sheet.lines import Label, SheetLine
from kkd_ledger.agreement.sheet.printing import EUR
from kkd_ledger.german import as_title
from kkd_ledger.german import day as german_day
from kkd_ledger.german import month as month_name
from kkd_ledger.quantities import format_quantity

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.charges import Charge
    from kkd_ledger.agreement.facts.known_terms import KnownTerms, Stage
    from kkd_ledger.agreement.keys.component_year import ComponentYear
    from kkd_ledger.agreement.keys.components import ChargePrice, Charges

_MONEY: Final = Label(unit=EUR)


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """A charge with its line on the sheet; `quantity` and `price` are what is billed, in units and EUR a unit."""

    charge: Charge
    line: SheetLine
    quantity: SheetLine
    price: SheetLine


def charges_line(case: ComponentYear, key: Charges) -> SheetLine:
    """Return what each party's charges of a service year come to, as far as they are known.

    Who has none has no part in it; the line's value is None while a price is missing.
    """
    sheet, parties = case.sheet, list[SheetLine]()
    for party, bills in _by_party(case, key).items():
        sums = [bill_line(case.terms, bill_title(key, lines[0].charge), lines) for lines in bills]
        whole = sums[0] if len(sums) == 1 else sheet.add(*sums, label=_MONEY)
        parties.append(sheet.times(case.only(party), whole))
    return sheet.add(*parties) if parties else case.nothing(Members(()))


def bill_line(terms: KnownTerms, title: str, lines: Sequence[ChargeLine]) -> SheetLine:
    """Return what a bill comes to: its only position, or the sum of all."""
    if len(lines) == 1:
        return lines[0].line
    return terms.sheet.add(*(each.line for each in lines), label=Label(title, EUR, own=True))


def _by_party(case: ComponentYear, key: Charges) -> Mapping[str, Iterable[list[ChargeLine]]]:
    """Return the positions of a service year by party and bill, in the order of their days."""
    bills: dict[str, dict[object, list[ChargeLine]]] = {}
    for charge in sorted(case.terms.charges.get((key.id, case.year), ()), key=lambda charge: charge.day):
        if charge.quantity:
            mine = bills.setdefault(charge.party, {})
            mine.setdefault(bill_mark(key, charge), []).append(charge_line(case.terms, key, charge))
    return {party: mine.values() for party, mine in bills.items()}


def charge_line(terms: KnownTerms, key: Charges, charge: Charge) -> ChargeLine:
    """Return a charge on the sheet: its quantity as it is billed, times the price of its day, rounded."""
    stages = _price_list(terms, key).get(charge.grade, ())
    place = next((n for n, stage in enumerate(stages) if _holds(stage, charge)), None)
    sheet = terms.agreement.charge_sheet
    if place is None:
        lacking = f"der Preis für {grade_title(key, charge.grade)} am {german_day(charge.day)} (prices)"
        missing = sheet.missing(lacking, _MONEY)
        return ChargeLine(charge, missing, missing, missing)
    price = price_line(terms, stages, place, terms.agreement.service_year.of(charge.day))
    quantity = _billed(terms, key, charge, stages[place].fact)
    rule = key.rounding_mode or terms.agreement.rounding
    label = Label(unit=EUR, own=True, source=_source(terms, charge))
    line = sheet.round(sheet.times(quantity, price), rule, STEPS[key.rounding], label)
    return ChargeLine(charge, line, quantity, price)


def _holds(stage: Stage, charge: Charge) -> bool:
    return stage.days.first <= charge.day <= stage.days.last


def _price_list(terms: KnownTerms, key: Charges) -> Mapping[str, Sequence[Stage]]:
    """Return the stages of each grade's price, in order."""
    place = ("prices", key.id)
    if place not in terms.kept:
        grades = dict.fromkeys(price.grade for price in key.prices)
        terms.kept[place] = {
            grade: terms.stages(price for price in key.prices if price.grade == grade) for grade in grades
        }
    stages: Mapping[str, Sequence[Stage]] = terms.kept[place]
    return stages


def _billed(terms: KnownTerms, key: Charges, charge: Charge, price: ChargePrice) -> SheetLine:
    """Return the quantity that is billed: what is begun counts whole, what is free is taken off, and the least."""
    sheet = terms.agreement.charge_sheet
    quantity = sheet.figure(Fraction(charge.quantity), Label(f"{charge_title(key, charge)}:", role="charged"))
    if price.step is not None:
        quantity = sheet.round(quantity, "ceil", Fraction(price.step))
    if price.free is not None:
        free = sheet.figure(Fraction(price.free), Label(words=f"{format_quantity(price.free)} (frei)"))
        quantity = sheet.greatest(sheet.take_off(quantity, free), sheet.figure(0))
    if price.least is not None:
        quantity = sheet.greatest(quantity, sheet.figure(Fraction(price.least)))
    return quantity


def charge_title(key: Charges, charge: Charge) -> str:
    """Return what a charge is to people: its day or month, its job, what was done."""
    when = german_day(charge.on) if charge.on else month_name(charge.day)
    what = charge.title or grade_title(key, charge.grade)
    return ", ".join(filter(None, (when, charge.ref, what)))


def grade_title(key: Charges, grade: str) -> str:
    """Return what a grade is called; without a title its own name, as people write it."""
    titles = {each.id: each.title for each in key.grades}
    return titles.get(grade) or as_title(grade)


def _source(terms: KnownTerms, charge: Charge) -> str:
    return origin(charge, source_name(terms, charge.source)) if charge.source else ""


def bill_mark(key: Charges, charge: Charge) -> tuple[object, ...]:
    """Return by what the charges of one party are put together on a bill: their job, their month or their quarter."""
    match key.billed:
        case "monthly":
            return (month_end(charge.day),)
        case "quarterly":
            return (quarter_end(charge.day),)
    return (charge.ref,) if charge.ref else charge.position[2:]


def bill_title(key: Charges, charge: Charge) -> str:
    """Return what a bill is called by one of its charges: the month, the quarter, or the job."""
    match key.billed:
        case "monthly":
            return month_name(charge.day)
        case "quarterly":
            return f"{(charge.day.month + 2) // 3}. Quartal {charge.day.year}"
    return charge.ref or charge_title(key, charge)
