"""A received demand against the agreement and the books: as agreed, or what differs by how much, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from kkd_ledger.agreement import Derivation, explain, shares, vat_cents, vat_treatment
from kkd_ledger.book import vocabulary as v
from kkd_ledger.book.claims import BookedShare, Claims, booked_share
from kkd_ledger.book.config import Book
from kkd_ledger.book.records import Document as Voucher
from kkd_ledger.book.records import Record, Transaction
from kkd_ledger.errors import UsageError
from kkd_ledger.invoice.contacts import Contacts
from kkd_ledger.invoice.model import Document, Line
from kkd_ledger.invoice.read import read
from kkd_ledger.invoice.source import InvoiceRefused
from kkd_ledger.money import format_eur, round_half_up
from kkd_ledger.references import check_iban


class Verdict(StrEnum):
    """What becomes of a received document."""

    AS_AGREED = "wie vereinbart"
    KNOWN = "schon eingegangen"
    CLARIFY = "zu klären"


@dataclass(frozen=True, slots=True)
class YearDemand:
    """What a document demands for one service year (credits negative), and what books and agreement say to it.

    `demanded_cents` is net, as the agreement has its shares; `vat_cents` is the document's VAT on it.
    `booked` is the entry that was booked from the agreement before the document came; None where it is new.
    """

    service_year: int
    demanded_cents: int
    vat_cents: int
    entitled_cents: int
    booked_cents: int
    booked: BookedShare | None

    @property
    def agrees(self) -> bool:
        """Whether the document brings the year to what the agreement entitles, or confirms what is booked."""
        if self.booked is not None:
            return self.booked.cents == self.demanded_cents
        return self.booked_cents + self.demanded_cents == self.entitled_cents


@dataclass(frozen=True)
class Comparison:
    """The verdict on a document: per service year, and every reason that stands against booking it."""

    verdict: Verdict
    years: tuple[YearDemand, ...]
    reasons: tuple[str, ...]

    def text(self) -> str:
        """Return the verdict as German text."""
        return f"{self.verdict}: {'; '.join(self.reasons)}" if self.reasons else str(self.verdict)


def compare(
    book: Book,
    contacts: Contacts,
    found: Claims,
    records: Sequence[Record],
    *,
    document: Document,
    day: dt.date,
) -> Comparison:
    """Compare a document that a member received with its books and the agreement as known on a day."""
    if kept := known_as(records, document.number):
        return Comparison(Verdict.KNOWN, (), (f"{document.number} liegt unter {kept}",))
    years = tuple(_years(book, found, records, document, day))
    reasons = [*_sides(book, contacts, document), *_form(document), *_preceding(records, document)]
    reasons += _again(book, records, document, years)
    reasons += [text for year in years for text in _difference(book, document, year, day)]
    reasons += _tax(book, document, years, day)
    return Comparison(Verdict.CLARIFY if reasons else Verdict.AS_AGREED, years, tuple(reasons))


def known_as(records: Sequence[Record], number: str) -> str:
    """Return under which file a document number is kept already, empty where it is new."""
    kept = (one.path for one in records if isinstance(one, Voucher) and one.meta.get(v.DEMAND) == number)
    return next(kept, "")


def _sides(book: Book, contacts: Contacts, document: Document) -> Iterator[str]:
    """Yield what is wrong with seller, account and buyer: the operator, an agreed account, ourselves."""
    members = {member.id: member for member in book.agreement.parties()}
    operator, own = members[book.agreement.operator], contacts.of(book.party)
    told = {one.value for one in document.seller.ids} | {document.seller.name}
    seller = contacts.of(operator.id)
    if not told & {operator.ags, operator.name, seller.name} - {None, ""}:
        yield f"Verkäufer ist {document.seller.name}, nicht {seller.name or operator.name}"
    for iban in dict.fromkeys(one.iban for one in document.payments if one.iban):
        if _iban(iban) not in operator.ibans:
            yield f"zu zahlen auf {iban}; vereinbart ist {', '.join(operator.ibans)}"
    me = {one.value for one in document.buyer.ids} | {document.buyer.name, document.buyer_reference}
    if not me & {members[book.party].ags, members[book.party].name, own.name, own.leitweg_id} - {None, ""}:
        yield f"Käufer ist {document.buyer.name}, nicht {own.name or members[book.party].name}"


def _iban(text: str) -> str:
    try:
        return check_iban(text)
    except ValueError:
        return text


def _form(document: Document) -> Iterator[str]:
    if document.currency != v.CURRENCY:
        yield f"Währung {document.currency}, gebucht wird nur in {v.CURRENCY}"
    if document.totals.due_cents != document.totals.net_cents + (document.totals.tax_cents or 0):
        due, net = format_eur(document.totals.due_cents), format_eur(document.totals.net_cents)
        yield f"fällig sind {due}, die Positionen ergeben {net}"
    for line in document.lines:
        if service_year(document, line) is None:
            yield f"Position {line.id} nennt kein Leistungsjahr (Zeitraum innerhalb eines Kalenderjahres)"


def _preceding(records: Sequence[Record], document: Document) -> Iterator[str]:
    numbers = {str(record.meta.get(v.DEMAND, "")) for record in records if isinstance(record, Voucher)}
    for one in document.preceding:
        if one.number not in numbers:
            yield f"berichtigt wird {one.number}, das hier nicht vorliegt"


def _again(
    book: Book, records: Sequence[Record], document: Document, years: Sequence[YearDemand]
) -> Iterator[str]:
    """Yield that another document with this payment reference is kept already: the same demand under two numbers."""
    entries = [year.booked.record for year in years if year.booked]
    items = {leg.meta[v.ITEM] for entry in entries for leg in entry.postings if v.ITEM in leg.meta}
    for record in records:
        if isinstance(record, Voucher) and record.meta.get(v.ITEM) in items:
            try:
                kept = read(book.root / record.path)
            except InvoiceRefused:
                continue
            if kept.remittance == document.remittance:
                number = record.meta.get(v.DEMAND, kept.number)
                yield f"{document.remittance} ist schon mit {number} gefordert ({record.path})"
                return


def service_year(document: Document, line: Line) -> int | None:
    """Return the calendar year that a line's period (or the document's) lies in; None where that is not one year."""
    period = line.period or document.period
    if period is None or period.start is None or period.end is None or period.start.year != period.end.year:
        return None
    return period.start.year


def _years(
    book: Book, found: Claims, records: Sequence[Record], document: Document, day: dt.date
) -> Iterator[YearDemand]:
    sign = -1 if document.is_credit else 1
    sums: dict[int, int] = {}
    rated: dict[tuple[int, Decimal], int] = {}
    for line in document.lines:
        if year := service_year(document, line):
            sums[year] = sums.get(year, 0) + sign * line.net_cents
            key = (year, line.rate or Decimal(0))
            rated[key] = rated.get(key, 0) + sign * line.net_cents
    for year, cents in sorted(sums.items()):
        vat = sum(_vat(rate, net) for (of, rate), net in rated.items() if of == year)
        share = shares(book.agreement, year, day).of(book.party)
        entitled = share.amount_cents if share else 0
        entry = _booked(book, records, year, document.remittance)
        yield YearDemand(year, cents, vat, entitled, found.booked.get((book.party, year), 0), entry)


def _vat(rate: Decimal, net_cents: int) -> int:
    exact = net_cents * Fraction(rate) / 100
    return round_half_up(exact.numerator, exact.denominator)


def _tax(book: Book, document: Document, years: Sequence[YearDemand], day: dt.date) -> Iterator[str]:
    """Yield where the document's VAT is not that of its lines, or not what was decided for the service year."""
    for year in years:
        decided = vat_treatment(book.agreement, year.service_year, day)
        agreed_cents = vat_cents(decided, year.demanded_cents)
        if year.vat_cents != agreed_cents:
            demanded, agreed = format_eur(year.vat_cents), format_eur(agreed_cents)
            yield f"{year.service_year}: Umsatzsteuer gefordert {demanded}, vereinbart {agreed}"
    told = (document.totals.tax_cents or 0) * (-1 if document.is_credit else 1)
    if told != (reckoned := sum(year.vat_cents for year in years)):
        yield f"Umsatzsteuer {format_eur(told)}, nach den Zeilen und Jahren {format_eur(reckoned)}"


def _booked(book: Book, records: Sequence[Record], year: int, reference: str) -> BookedShare | None:
    """Return the entry that books what a document demands, by its payment reference; a reversed one is none."""
    gone = {one.text(v.REVERSES) for one in records if isinstance(one, Transaction)}
    for record in records:
        if not isinstance(record, Transaction) or record.text(v.REFERENCE) != reference or not reference:
            continue
        share = booked_share(book, record)
        mine = share is not None and (share.party, share.service_year) == (book.party, year)
        if mine and v.REVERSES not in record.meta and record.text(v.NUMBER) not in gone:
            return share
    return None


def _difference(book: Book, document: Document, year: YearDemand, day: dt.date) -> Iterator[str]:
    """Say in words what differs: rate × inhabitants on both sides where both are such products."""
    if year.agrees:
        return
    lines = [line for line in document.lines if service_year(document, line) == year.service_year]
    agreed_cents = year.booked.cents if year.booked else year.entitled_cents - year.booked_cents
    if agreed_cents == 0 and year.booked_cents:
        booked = format_eur(year.booked_cents)
        yield f"{year.service_year}: gefordert {format_eur(year.demanded_cents)}, schon gebucht sind {booked}"
        return
    difference = year.demanded_cents - agreed_cents
    plus = "+" if difference > 0 else ""
    demanded = _product([(line.quantity, line.price) for line in lines], year.demanded_cents)
    agreed = _agreed(book, year, day, agreed_cents) or format_eur(agreed_cents)
    demanded = demanded or format_eur(year.demanded_cents)
    yield f"{year.service_year}: gefordert {demanded}, vereinbart {agreed}: {plus}{format_eur(difference)}"


def _agreed(book: Book, year: YearDemand, day: dt.date, agreed_cents: int) -> str:
    try:
        derivation = explain(book.agreement, book.party, year.service_year, day)
    except UsageError:
        return "nichts"
    return _product(_factors(derivation), agreed_cents)


def _factors(derivation: Derivation) -> list[tuple[Decimal, Decimal]]:
    found = []
    for step in derivation.steps:
        rates, units = step.figures.get("rates", []), step.figures.get("units")
        if len(rates) != 1 or not units or rates[0]["parts"] != step.figures.get("year_parts"):
            return []
        found.append((Decimal(units), Decimal(rates[0]["rate"])))
    return found


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
