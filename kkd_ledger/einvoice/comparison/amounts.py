"""What a received document demands in money for each service year, beside what books and agreement say to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from kkd_ledger import german
from kkd_ledger.agreement import Correction, Derivation, explain, shares, trueup
from kkd_ledger.book.config import Book
from kkd_ledger.book.state.claims import BookedShare, Claims
from kkd_ledger.book.state.posten import end_of
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Document, Record
from kkd_ledger.einvoice.comparison.billed_positions import bill_of, billed_days, positions
from kkd_ledger.einvoice.comparison.case import Case, YearDemand, service_year
from kkd_ledger.einvoice.comparison.compared_fields import (
    ComparedField,
    as_agreed,
    noted,
    refused,
    to_clear,
)
from kkd_ledger.einvoice.comparison.taxes import taxes
from kkd_ledger.einvoice.comparison.totals import NOTHING, adjustments, signed_cents, sums
from kkd_ledger.einvoice.comparison.unpaid_advances import standing_shares, taken_field, with_taken
from kkd_ledger.einvoice.comparison.whole_year import with_whole_year
from kkd_ledger.einvoice.model import Invoice
from kkd_ledger.errors import UsageError
from kkd_ledger.money import format_eur, round_half_up
from kkd_ledger.references import canonical_reference


def years_of(
    book: Book, claims: Claims, records: Sequence[Record], document: Invoice, day: dt.date
) -> Iterator[YearDemand]:
    """Yield what a document demands for each service year, beside what is booked and what the agreement entitles."""
    rated = _rated(book, document)
    nets: dict[int, int] = {}
    for (year, _), cents in rated.items():
        nets[year] = nets.get(year, 0) + cents
    for year, cents in sorted(nets.items()):
        vat = sum(_vat(rate, net) for (of, rate), net in rated.items() if of == year)
        agreed = shares(book.agreement, year, day)
        entitled = book.entitled_cents(year, day).get(book.party, 0)
        known_anyway = bool(book.agreement.by_claims and entitled)
        gaps = () if known_anyway else agreed.unpriced.get(book.party, ())
        missing = "; ".join(gap.text() for gap in gaps)
        reference = canonical_reference(document.remittance)
        named = end_of(book, year, book.party, document.remittance)
        standing = tuple(standing_shares(book, records, year))
        gives_back = cents < 0 or document.totals.due_cents < 0
        entry = _booked(
            records, standing, reference, cents, book=book, is_ours=bool(named), credit=gives_back
        )
        booked = claims.booked.get((book.party, year), 0)
        due = _due(book, claims, year, day)
        demand = YearDemand(year, cents, vat, entitled, booked, entry, due, named, missing, standing=standing)
        demand = with_whole_year(book, demand, document)
        yield demand if demand.whole else with_taken(demand)


def _rated(book: Book, document: Invoice) -> dict[tuple[int, Decimal], int]:
    """Return the net cents that a document demands (credits negative), by service year and rate of VAT.

    Allowances and charges on the whole count where there is one year that they can belong to.
    """
    sign = -1 if document.is_credit else 1
    parts = [
        (year, line.rate, line.net_cents)
        for line in document.lines
        if (year := service_year(book, document, line)) is not None
    ]
    years = {year for year, *_ in parts}
    if len(years) == 1:
        [year] = years
        parts += [(year, part.rate, signed_cents(part)) for part in document.adjustments]
    rated: dict[tuple[int, Decimal], int] = {}
    for year, rate, cents in parts:
        key = (year, rate or Decimal(0))
        rated[key] = rated.get(key, 0) + sign * cents
    return rated


def _due(book: Book, claims: Claims, year: int, day: dt.date) -> tuple[Correction, ...]:
    """Return the changes of our share of a year that are not booked yet, the earliest first."""
    corrections = trueup(book.agreement, day, claims.booked, claims.stood, claims.vat)
    return tuple(
        correction
        for correction in corrections
        if (correction.member, correction.service_year) == (book.party, year)
    )


def _vat(rate: Decimal, net_cents: int) -> int:
    exact = net_cents * Fraction(rate) / 100
    return round_half_up(exact.numerator, exact.denominator)


def _booked(
    records: Sequence[Record],
    shares_of_year: Sequence[BookedShare],
    reference: str,
    demanded_cents: int,
    *,
    book: Book,
    is_ours: bool,
    credit: bool,
) -> BookedShare | None:
    """Return the entry that books what a document demands; a reversed one is none, and none of the other direction.

    It is the one that bears the document's payment reference. Where that is the creditor's own (`is_ours`: it is of our
    making), it is the only one of just that amount for which no document stands yet.
    """
    same_way = [share for share in shares_of_year if _is_credit(book, share) == credit]
    for share in same_way:
        if reference and share.record.text(v.REFERENCE) == reference:
            return share
    if is_ours or any(share.record.text(v.REFERENCE) == reference for share in shares_of_year if reference):
        return None
    stood_for = {record.meta.get(v.ITEM) for record in records if isinstance(record, Document)}
    alone = [
        share
        for share in same_way
        if share.cents == demanded_cents
        and stood_for.isdisjoint(leg.meta[v.ITEM] for leg in share.record.postings if v.ITEM in leg.meta)
    ]
    return alone[0] if len(alone) == 1 else None


def _is_credit(book: Book, share: BookedShare) -> bool:
    """Tell whether an entry gives back: by its own item, for a settlement may take over more than it gives.

    So it is with VAT that a later decision takes off.
    """
    item = next((leg for leg in share.record.postings if v.ITEM in leg.meta), None)
    by_item = share.record.text(v.KIND) == v.Kind.SETTLEMENT or not share.cents
    if not by_item or item is None or not item.cents:
        return share.cents < 0
    return (item.cents < 0) == book.is_operator


def amounts(case: Case) -> Iterator[ComparedField]:
    """Compare every amount of a document; none that differs can be accepted, only agreed otherwise or sent back."""
    for line in case.document.lines:
        if case.year_of(line) is None:
            said = f"Position {line.id} nennt kein Leistungsjahr (Zeitraum innerhalb eines Leistungsjahrs)"
            yield refused(f"Zeitraum der Position {line.id}", "BG-26", NOTHING, "ein Leistungsjahr", said)
    yield from (_period(case, year) for year in case.years)
    yield from (_year(case, year) for year in case.years)
    yield from (field for year in case.years for field in taken_field(case, year))
    yield from positions(case)
    yield from _header_period(case)
    yield from taxes(case)
    yield from adjustments(case)
    yield from sums(case)


def _period(case: Case, year: YearDemand) -> ComparedField:
    """Return the service period of a year's lines against the year, or the days in it on which we take part."""
    document, named = case.document, case.named(year.service_year)
    name = f"Leistungszeitraum {named}"
    lines = (line for line in document.lines if case.year_of(line) == year.service_year)
    spans = [period for line in lines if (period := line.period or document.period)]
    first = min(period.start for period in spans if period.start)
    last = max(period.end for period in spans if period.end)
    whole = tuple(case.book.agreement.days_of(year.service_year))
    buyer = case.book.agreement.party(case.book.party, year.known_on) or case.buyer
    part = max(whole[0], buyer.joined or whole[0]), min(whole[1], buyer.left or whole[1])
    part = case.book.agreement.terms(year.known_on).period(year.service_year, case.book.party) or part
    bill = bill_of(case.book, year)
    part = billed_days(bill) if bill else part
    actual, agreed = _days(first, last), _days(*part)
    if (first, last) in {whole, part} or (bill and part[0] <= first <= last <= part[1]):
        return as_agreed(name, "BG-26", actual)
    said = f"{named}: Leistungszeitraum {actual}, vereinbart {agreed}"
    return to_clear(name, "BG-26", actual, agreed, said)


def _header_period(case: Case) -> Iterator[ComparedField]:
    """Yield the period of the whole document, where that is not the one of its lines: the lines decide."""
    document = case.document
    spans = [line.period for line in document.lines if line.period]
    starts = sorted(span.start for span in spans if span.start)
    ends = sorted(span.end for span in spans if span.end)
    period = document.period
    if not period or not period.start or not period.end or not starts or not ends:
        return
    actual, agreed, name = _days(period.start, period.end), _days(starts[0], ends[-1]), "Abrechnungszeitraum"
    if actual == agreed:
        yield as_agreed(name, "BG-14", actual)
    else:
        said = f"{name} {actual}; die Positionen betreffen {agreed}"
        yield noted(name, "BG-14", actual, agreed, said)


def _days(first: dt.date, last: dt.date) -> str:
    return f"{german.day(first)} bis {german.day(last)}"


def _year(case: Case, year: YearDemand) -> ComparedField:
    name, actual = f"Anteil {case.named(year.service_year)}", format_eur(year.demanded_cents)
    if year.agrees:
        return as_agreed(name, "BT-131", actual)
    agreed_cents = year.agreed_cents
    agreed = "noch kein Betrag" if year.missing and not year.booked else format_eur(agreed_cents)
    return refused(name, "BT-131", actual, agreed, _difference(case, year, agreed_cents))


def _difference(case: Case, year: YearDemand, agreed_cents: int) -> str:
    """Say in words what differs: rate × inhabitants on both sides where both are such products."""
    named = case.named(year.service_year)
    if year.missing and not year.booked:
        demanded = format_eur(year.demanded_cents)
        return f"{named}: gefordert {demanded}, vereinbart ist noch kein Betrag: {year.missing}"
    if year.comes_early:
        demanded, missing = format_eur(year.demanded_cents), format_eur(agreed_cents - year.demanded_cents)
        return (
            f"{named}: gefordert {demanded}, wie vereinbart, aber davor fehlen {missing}, die noch nicht "
            "gebucht sind: erst deren Dokument annehmen (oder `kkd post`), dann dieses noch einmal"
        )
    lines = [line for line in case.document.lines if case.year_of(line) == year.service_year]
    if agreed_cents == 0 and year.booked_cents:
        booked = format_eur(year.booked_cents)
        return f"{named}: gefordert {format_eur(year.demanded_cents)}, schon gebucht sind {booked}"
    demanded = _product([(line.quantity, line.price) for line in lines], year.demanded_cents)
    agreed = _agreed(case.book, year, case.day, agreed_cents) or format_eur(agreed_cents)
    demanded = demanded or format_eur(year.demanded_cents)
    difference = _signed(year.demanded_cents - agreed_cents)
    return f"{named}: gefordert {demanded}, vereinbart {agreed}: {difference}"


def _signed(cents: int) -> str:
    return f"{'+' if cents > 0 else ''}{format_eur(cents)}"


def _agreed(book: Book, year: YearDemand, day: dt.date, agreed_cents: int) -> str:
    try:
        derivation = explain(book.agreement, book.party, year.service_year, day)
    except UsageError:
        return "nichts"
    return _product(_factors(derivation), agreed_cents)


def _factors(derivation: Derivation) -> list[tuple[Decimal, Decimal]]:
    products = [step.product for step in derivation.steps]
    return [] if None in products else [product for product in products if product]


def _product(factors: Sequence[tuple[Decimal, Decimal]], cents: int) -> str:
    """Return `1,14 × 13.645` where all factors share their quantity, it counts heads, and that is the amount."""
    quantities = {quantity for quantity, _ in factors}
    if len(quantities) != 1 or (quantity := quantities.pop()) <= 1 or quantity != int(quantity):
        return ""
    rate = sum((price for _, price in factors), start=Decimal(0))
    if rate * quantity * 100 != cents:
        return ""
    price = format(rate, ".2f").replace(".", ",")
    return f"{price} × {int(quantity):,}".replace(",", ".").replace(price.replace(",", "."), price)
