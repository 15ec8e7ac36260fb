"""A posted claim → its document: Anforderung der Kostenbeteiligung, or the correction of one.

Nothing is computed here that somebody owes: amount, number, reference and due day are those of the entry, the
derivation is the agreement's own. A document is the same bytes whenever it is made again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from kkd_ledger.agreement import Agreement, Derivation, Member, Step, explain, resolution, vat_treatment
from kkd_ledger.book import vocabulary as v
from kkd_ledger.book.claims import booked_share
from kkd_ledger.book.config import Book
from kkd_ledger.book.records import Record, Transaction
from kkd_ledger.errors import Problem
from kkd_ledger.invoice import model as m
from kkd_ledger.invoice.contacts import BUYER_NEEDS, SELLER_NEEDS, Contact, Contacts, missing
from kkd_ledger.invoice.validate.report import XRECHNUNG
from kkd_ledger.invoice.vat import TREATMENTS, Treatment

PROCESS: Final = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
CREDIT_TRANSFER: Final = "58"
_PIECE: Final = "C62"


@dataclass(frozen=True)
class Claim:
    """A posted claim to be put on paper: the entry, what it adds, and the claim before it on the same share."""

    record: Transaction
    member: str
    service_year: int
    cents: int
    known: dt.date
    before_cents: int
    before: Transaction | None

    @property
    def number(self) -> str:
        """The document number that the entry was given when it was booked."""
        return self.record.text(v.DEMAND)

    @property
    def posten(self) -> tuple[str, ...]:
        """The open items that the entry makes or lowers."""
        return tuple(str(leg.meta[v.ITEM]) for leg in self.record.postings if v.ITEM in leg.meta)

    @property
    def account(self) -> str:
        """The account of the claim."""
        return next(leg.account for leg in self.record.postings if v.ITEM in leg.meta)


@dataclass(frozen=True)
class Demand:
    """A claim with its document and derivation, ready for XML and paper."""

    agreement_title: str
    sender: str
    recipient: str
    claim: Claim
    document: m.Document
    derivation: Derivation
    treatment: Treatment
    seller: Contact
    buyer: Contact
    clauses: tuple[tuple[str, str], ...]
    resolution: str


def posted_claims(book: Book, records: Sequence[Record], service_year: int) -> list[Claim]:
    """Return the claims of a service year that an operator's book has posted and not reversed, in journal order."""
    reversed_numbers = {one.text(v.REVERSES) for one in records if isinstance(one, Transaction)} - {""}
    sums: dict[str, int] = {}
    last: dict[str, Transaction] = {}
    found = []
    for record in records:
        share = booked_share(book, record)
        if share is None or share.service_year != service_year or not share.record.text(v.DEMAND):
            continue
        if share.record.text(v.NUMBER) in reversed_numbers:
            continue
        party = share.party
        claim = Claim(
            share.record, party, service_year, share.cents, share.known, sums.get(party, 0), last.get(party)
        )
        found.append(claim)
        sums[party] = sums.get(party, 0) + share.cents
        last[party] = share.record
    return found


def needs(book: Book, contacts: Contacts, claims: Sequence[Claim]) -> list[Problem]:
    """Return everything that stands against writing these documents: master data, and undecided VAT."""
    agreement, operator = book.agreement, book.agreement.operator
    found = missing(contacts, operator, SELLER_NEEDS)
    if not _member(agreement, operator).ibans:
        found.append(
            Problem(str(book.agreement_file), f"members.{operator}.ibans", "IBAN fehlt", "eine IBAN")
        )
    for member in dict.fromkeys(claim.member for claim in claims):
        found += missing(contacts, member, BUYER_NEEDS)
    for year in dict.fromkeys(claim.service_year for claim in claims):
        vat = vat_treatment(agreement, year)
        if vat is None or vat.treatment == "taxable-19":
            state = "19 %" if vat else "noch nicht entschieden"
            allowed = "nicht steuerbar oder steuerfrei; die Bücher führen keine Umsatzsteuer"
            found.append(Problem(str(book.agreement_file), f"vat {year}", f"Umsatzsteuer {state}", allowed))
    return found


def demand(book: Book, contacts: Contacts, claim: Claim) -> Demand:
    """Return a claim's document; `needs` has been asked before."""
    agreement = book.agreement
    seller, buyer = contacts.of(agreement.operator), contacts.of(claim.member)
    vat = vat_treatment(agreement, claim.service_year)
    assert vat, "undecided VAT is refused by needs()"
    treatment = TREATMENTS[vat.treatment]
    derivation = explain(agreement, claim.member, claim.service_year, claim.known)
    adopted = resolution(agreement, claim.member, claim.known)
    decided = f"{adopted.paper} vom {adopted.adopted:%d.%m.%Y}" if adopted and adopted.adopted else ""
    document = _document(agreement, claim, derivation, treatment, (seller, buyer))
    clauses = tuple(derivation.clauses.items())
    return Demand(
        agreement_title=agreement.title,
        sender=document.seller.name,
        recipient=document.buyer.name,
        claim=claim,
        document=document,
        derivation=derivation,
        treatment=treatment,
        seller=seller,
        buyer=buyer,
        clauses=clauses,
        resolution=decided,
    )


def _member(agreement: Agreement, party: str) -> Member:
    member = agreement.party(party)
    assert member, "a claim is a party's"
    return member


def _document(
    agreement: Agreement, claim: Claim, derivation: Derivation, vat: Treatment, sides: tuple[Contact, Contact]
) -> m.Document:
    seller, buyer = sides
    credit = claim.cents < 0
    lines = _lines(claim, derivation, vat)
    tax = vat.tax(abs(claim.cents))
    operator = _member(agreement, agreement.operator)
    reference = claim.record.text(v.REFERENCE)
    account = m.PaymentMeans(
        CREDIT_TRANSFER, iban=operator.ibans[0], account_name=seller.name or operator.name
    )
    gross = abs(claim.cents) + tax.tax_cents
    return m.Document(
        number=claim.number,
        issued=claim.record.date,
        kind=m.CREDIT if credit else m.CORRECTED if claim.before else m.INVOICE,
        currency=v.CURRENCY,
        profile=XRECHNUNG,
        process=PROCESS,
        buyer_reference=buyer.leitweg_id,
        contract=agreement.id,
        seller=_party(operator, seller, vat, m.Identifier(seller.email, "EM"), with_contact=True),
        buyer=_party(_member(agreement, claim.member), buyer, vat, m.Identifier(buyer.leitweg_id, "0204")),
        due=claim.record.day(v.DUE),
        terms=_terms(claim),
        notes=tuple(m.Note(text) for text in _notes(agreement, claim, derivation)),
        preceding=()
        if claim.before is None
        else (m.Reference(claim.before.text(v.DEMAND), claim.before.date),),
        payments=(account,),
        remittance=reference,
        totals=m.Totals(
            lines_cents=abs(claim.cents),
            net_cents=abs(claim.cents),
            gross_cents=gross,
            due_cents=gross,
            tax_cents=tax.tax_cents,
        ),
        taxes=(tax,),
        lines=lines,
    )


def _party(
    member: Member, contact: Contact, vat: Treatment, endpoint: m.Identifier, *, with_contact: bool = False
) -> m.Party:
    """Return a party; where nothing is taxable no VAT id may stand (BR-O-02), so the municipal key identifies it."""
    return m.Party(
        name=contact.name or member.name,
        ids=(m.Identifier(member.ags),) if member.ags else (),
        vat_id="" if vat.category == m.NOT_TAXABLE else contact.vat_id,
        tax_number=contact.tax_number,
        endpoint=endpoint,
        address=m.Address(
            contact.street, city=contact.city, postcode=contact.postcode, country=contact.country
        ),
        contact=m.Contact(contact.person, contact.phone, contact.email) if with_contact else None,
    )


def _terms(claim: Claim) -> str:
    due = claim.record.day(v.DUE)
    reference = claim.record.text(v.REFERENCE)
    if claim.cents < 0:
        return (
            f"Der Betrag wird mit offenen Forderungen verrechnet oder erstattet. Kassenzeichen {reference}."
        )
    return f"Zahlbar bis {due:%d.%m.%Y} unter Angabe des Kassenzeichens {reference}." if due else ""


def title(claim: Claim) -> str:
    """Return what the document is called: never a Gutschrift (UStG § 14 Abs. 2: that is a self-billed invoice)."""
    if claim.before is None:
        return f"Anforderung der Kostenbeteiligung {claim.service_year}"
    return f"Korrektur der Kostenbeteiligung {claim.service_year}"


def _notes(agreement: Agreement, claim: Claim, derivation: Derivation) -> list[str]:
    named = f"{title(claim)} nach: {agreement.title}."
    steps = [f"{number}. {step.text}" for number, step in enumerate(derivation.steps, start=1)]
    return [named, *steps, *derivation.notes[:1]]


@dataclass(frozen=True)
class _Frame:
    """What all lines of a document share: how VAT is treated, and the service year."""

    vat: Treatment
    year: int

    def line(self, number: int, name: str, cents: int) -> m.Line:
        """Return a line with one piece at its amount; what lowers the sum has a negative quantity (BR-27)."""
        return m.Line(
            id=str(number),
            name=name,
            quantity=Decimal(1 if cents >= 0 else -1),
            unit=_PIECE,
            price=Decimal(abs(cents)).scaleb(-2),
            net_cents=cents,
            category=self.vat.category,
            rate=None if self.vat.category == m.NOT_TAXABLE else self.vat.rate,
            period=m.Period(dt.date(self.year, 1, 1), dt.date(self.year, 12, 31)),
        )

    def step(self, number: int, step: Step) -> m.Line:
        """Return a step's line: inhabitants × rate where that is the amount to the cent, else one piece."""
        name, _, words = step.text.partition(": ")
        line = replace(self.line(number, name, step.amount_cents), description=words)
        priced = _per_head(step)
        return replace(line, quantity=Decimal(priced[0]), price=priced[1]) if priced else line


def _lines(claim: Claim, derivation: Derivation, vat: Treatment) -> tuple[m.Line, ...]:
    """Return one line a step of the derivation; on a correction the new share against what was demanded before."""
    frame = _Frame(vat, claim.service_year)
    if claim.before is None and derivation.amount_cents == claim.cents:
        return tuple(frame.step(number, step) for number, step in enumerate(derivation.steps, start=1))
    sign = -1 if claim.cents < 0 else 1
    after = sign * (claim.before_cents + claim.cents)
    amounts = (
        (f"Kostenbeteiligung {claim.service_year} neu", after),
        (f"bisher gefordert für {claim.service_year}", -sign * claim.before_cents),
    )
    told = [(name, cents) for name, cents in amounts if cents]
    return tuple(frame.line(number, name, cents) for number, (name, cents) in enumerate(told, start=1))


def _per_head(step: Step) -> tuple[int, Decimal] | None:
    """Return inhabitants and rate where the step is nothing but their product."""
    rates, units = step.figures.get("rates", []), step.figures.get("units")
    if len(rates) != 1 or not units or rates[0]["parts"] != step.figures.get("year_parts"):
        return None
    price = Decimal(rates[0]["rate"])
    return (units, price) if units * price * 100 == step.amount_cents else None
