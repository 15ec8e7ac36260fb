"""VAT of a received document: categories, rates and sums against what was decided for each service year."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from kkd_ledger import german
from kkd_ledger.agreement import (
    LAST_YEAR_OF_OLD_VAT_LAW,
    VatTreatment,
    known_vat,
    vat_cents,
    vat_treatment,
)
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.einvoice.comparison.case import Case, YearDemand
from kkd_ledger.einvoice.comparison.compared_fields import (
    ComparedField,
    as_agreed,
    noted,
    refused,
    to_clear,
)
from kkd_ledger.einvoice.model import EXEMPT, NOT_TAXABLE, STANDARD
from kkd_ledger.einvoice.vat_category import TREATMENTS
from kkd_ledger.money import format_eur

_ON_PAYMENT: Final = "72"
_CATEGORIES: Final = MappingProxyType(
    {
        NOT_TAXABLE: "nicht steuerbar",
        EXEMPT: "steuerfrei",
        STANDARD: "steuerpflichtig",
        "Z": "Nullsatz",
        "AE": "Steuerschuld der Empfängerin (§ 13b UStG)",
        "K": "innergemeinschaftliche Lieferung",
        "G": "Ausfuhr",
        "L": "Steuer der Kanaren",
        "M": "Steuer von Ceuta und Melilla",
        "B": "italienische Steuerteilung",
    }
)


def taxes(case: Case) -> Iterator[ComparedField]:
    """Yield the document's VAT against that of its lines, and against what was decided for each service year."""
    for year in case.years:
        decided = _decided(case, year)
        yield _amount(case, year, decided) if decided else _undecided(case, year)
        yield from _categories(case, year, decided)
    yield from _whole(case)
    yield from _day(case)


def _decided(case: Case, year: YearDemand) -> VatTreatment | None:
    """Return how the year was decided by what was known when the claim was reckoned; None while nobody has.

    What was claimed undecided under the old law bears no VAT, whatever is decided later.
    """
    agreement = case.book.agreement
    treatment = known_vat(agreement, year.service_year, year.known_on or case.day)
    if treatment is None and (later := vat_treatment(agreement, year.service_year, case.day)):
        return later.model_copy(update={"treatment": "not-taxable-old-law", "amounts": None})
    return treatment


def _undecided(case: Case, year: YearDemand) -> ComparedField:
    """Return that nobody has decided how a service year is taxed: until 2026 nothing is, later nobody can book it."""
    named, demanded = case.named(year.service_year), format_eur(year.vat_cents)
    name = f"Umsatzsteuer {named}"
    said = f"{named}: über die Umsatzsteuer ist noch nicht entschieden ([[vat]] in der Vereinbarung)"
    if year.service_year > LAST_YEAR_OF_OLD_VAT_LAW or year.vat_cents:
        return refused(
            name, "BT-117", demanded, "keine Entscheidung", f"{said}: erst entscheiden, dann noch einmal"
        )
    return noted(name, "BT-117", demanded, "keine Entscheidung", said)


def _amount(case: Case, year: YearDemand, decided: VatTreatment | None) -> ComparedField:
    named, demanded = case.named(year.service_year), format_eur(year.vat_cents)
    name = f"Umsatzsteuer {named}"
    agreed_cents = vat_cents(decided, year.demanded_cents + year.taken_cents)
    if year.whole and (owed := year.booked or year.step):
        agreed_cents = owed.vat_cents
    if year.vat_cents == agreed_cents:
        return as_agreed(name, "BT-117", demanded)
    agreed = format_eur(agreed_cents)
    said = f"{named}: Umsatzsteuer gefordert {demanded}, vereinbart {agreed}"
    return refused(name, "BT-117", demanded, agreed, said)


def _categories(case: Case, year: YearDemand, decided: VatTreatment | None) -> Iterator[ComparedField]:
    """Yield the VAT categories of a year's lines: one that nobody decided waits, unless both mean that none is due."""
    document, named = case.document, case.named(year.service_year)
    name = f"Umsatzsteuer-Kategorie {named}"
    mine = {line.category for line in document.lines if case.year_of(line) == year.service_year}
    if len(case.years) == 1:
        mine |= {tax.category for tax in document.taxes} | {
            adjustment.category for adjustment in document.adjustments if adjustment.category
        }
    agreed = TREATMENTS[decided.treatment].category if decided else ""
    free = {NOT_TAXABLE, EXEMPT}
    for category in sorted(mine):
        word = _CATEGORIES.get(category, "unbekannt")
        if category == agreed or (not decided and category in free):
            yield as_agreed(name, "BT-151", category)
            continue
        expected = f"{agreed} ({_CATEGORIES[agreed]})" if agreed else "noch nicht entschieden"
        said = f"{named}: Umsatzsteuer-Kategorie {category} ({word}), entschieden: {expected}"
        judge = noted if {category, agreed} <= free else to_clear
        yield judge(name, "BT-151", category, agreed or "keine", said)
    yield from _breakdown(case, decided)


def _breakdown(case: Case, decided: VatTreatment | None) -> Iterator[ComparedField]:
    """Yield rates, and coded reasons why no VAT is due, that are others than those that were decided."""
    agreed = TREATMENTS[decided.treatment] if decided else None
    for tax in case.document.taxes:
        if not agreed or tax.category != agreed.category:
            continue
        rate, actual = agreed.rate or Decimal(0), tax.rate or Decimal(0)
        if actual != rate:
            said = f"Steuersatz nach dem Dokument {actual} %, entschieden: {rate} %"
            yield noted("Steuersatz", "BT-119", str(actual), str(rate), said)
        if tax.reason_code:
            name, term = "Code zum Grund der Befreiung", "BT-121"
            if tax.reason_code == agreed.reason_code:
                yield as_agreed(name, term, tax.reason_code)
            else:
                said = (
                    f"Grund der Befreiung nach dem Dokument {tax.reason_code}, entschieden: {agreed.reason}"
                )
                yield noted(name, term, tax.reason_code, agreed.reason_code, said)


def _whole(case: Case) -> Iterator[ComparedField]:
    """Yield the sum of VAT beside that of the lines, and VAT that is also named in another currency."""
    totals = case.document.totals
    tax_cents = (totals.tax_cents or 0) * case.sign
    reckoned = sum(year.shown_vat_cents for year in case.years)
    shown = sum(tax.tax_cents for tax in case.document.taxes) * case.sign
    for name, term, cents in (
        ("Umsatzsteuer", "BT-110", tax_cents),
        ("Aufschlüsselung der Steuer", "BG-23", shown),
    ):
        if abs(cents - reckoned) > sum(1 for year in case.years if year.taken_cents):
            said = f"{name} {format_eur(cents)}, nach den Zeilen und Jahren {format_eur(reckoned)}"
            yield refused(name, term, format_eur(cents), format_eur(reckoned), said)
    currency = case.document.tax_currency
    if currency and currency != v.CURRENCY:
        said = f"die Umsatzsteuer ist auch in {currency} genannt; gebucht wird in {v.CURRENCY}"
        yield noted("Währung der Umsatzsteuer", "BT-6", currency, v.CURRENCY, said)


def _day(case: Case) -> Iterator[ComparedField]:
    """Yield when the tax is said to arise, where that is not in the service year or only with the payment."""
    document, years = case.document, {year.service_year for year in case.years}
    point = document.tax_point
    if point:
        day, name = german.day(point), "Tag der Umsatzsteuer"
        if not years or case.book.agreement.service_year.of(point) in years:
            yield as_agreed(name, "BT-7", day)
        else:
            said = f"die Umsatzsteuer soll am {day} entstanden sein, nicht im Leistungsjahr"
            yield noted(name, "BT-7", day, case.years_named, said)
    if document.tax_point_code == _ON_PAYMENT and document.totals.tax_cents:
        said = "die Umsatzsteuer entsteht erst mit der Zahlung (Istversteuerung)"
        yield noted("Code zum Tag der Umsatzsteuer", "BT-8", _ON_PAYMENT, "mit der Leistung", said)
