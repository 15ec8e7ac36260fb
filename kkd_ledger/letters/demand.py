"""A posted claim → its document: Anforderung der Kostenbeteiligung, or the correction of one.

Nothing is computed here that somebody owes: amount, number, reference and due day are those of the entry, the
derivation is the agreement's own. A document is the same bytes whenever it is made again.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Final

from kkd_ledger import german
from kkd_ledger.agreement import (
    Agreement,
    Derivation,
    Member,
    VatTreatment,
    bill_derivation,
    bill_reasons,
    derived,
    known_vat,
    reasons,
    resolution,
    vat_treatment,
)
from kkd_ledger.book.config import Book
from kkd_ledger.book.entries import days_after_demand
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.einvoice import model as m
from kkd_ledger.einvoice.source import Syntax
from kkd_ledger.einvoice.validate.verdict import PEPPOL, XRECHNUNG
from kkd_ledger.einvoice.vat_category import TREATMENTS, Treatment
from kkd_ledger.letters.demand_lines import lines_of
from kkd_ledger.letters.payment_terms import terms
from kkd_ledger.letters.posted import PostedClaim
from kkd_ledger.letters.stationery import Stationery
from kkd_ledger.payments.mandates import Debit, announced
from kkd_ledger.persons.contacts import Contact, Contacts, account_holder
from kkd_ledger.references import check_endpoint

PROCESS: Final = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
LEITWEG: Final = "0204"
EMAIL: Final = "EM"
CREDIT_TRANSFER: Final = "58"
DIRECT_DEBIT: Final = "59"
OLD_LAW: Final = "not-taxable-old-law"


@dataclass(frozen=True)
class Demand:
    """A claim with its document and derivation, ready for XML and paper; `reasons` say why a correction differs.

    It is paid on `iban`, which the bank keeps under the name `holder`, or debited as `debit` says. `syntax` is that of
    its e-invoice.
    """

    title: str
    reasons: tuple[str, ...]
    agreement_title: str
    sender: str
    recipient: str
    claim: PostedClaim
    document: m.Invoice
    derivation: Derivation
    treatment: Treatment
    seller: Contact
    buyer: Contact
    clauses: tuple[tuple[str, str], ...]
    resolution: str
    holder: str
    iban: str
    debit: Debit | None
    syntax: Syntax


def debit_of(book: Book, contacts: Contacts, claim: PostedClaim) -> Debit | None:
    """Return the debit by which a claim is settled; None where the party transfers, or is paid back."""
    due = claim.due
    if claim.gross_cents <= 0 or due is None or not claim.dues:
        return None
    ibans = member_of(book.agreement, claim.member).ibans
    creditor_id = contacts.of(book.agreement.operator).creditor_id
    iban = ibans[0] if ibans else ""
    return announced(contacts.of(claim.member), creditor_id, iban, due=due, issued=claim.record.date)


def derivation_of(agreement: Agreement, claim: PostedClaim) -> Derivation:
    """Return how a claim is reckoned: an advance is a part of a sum that is not fixed, so it has no steps."""
    if claim.bill:
        return bill_derivation(agreement, claim.member, claim.service_year, claim.bill)
    if not claim.is_advance:
        return derived(agreement, claim.member, claim.service_year, claim.known_on)
    words = f"Vorauszahlung zum {german.day(claim.record.day(v.DUE) or claim.record.date)}."
    return Derivation(
        agreement.id,
        claim.member,
        claim.service_year,
        claim.known_on,
        claim.cents,
        (),
        (words,),
        {},
        agreement.service_year,
    )


def vat_of(agreement: Agreement, claim: PostedClaim) -> VatTreatment | None:
    """Return the treatment as it was known when the claim was reckoned, else as somebody decided later.

    A claim under the old law that was booked undecided, without VAT, stays so where a later decision asks for VAT: that
    is a claim of its own. None while nobody has decided.
    """
    year = claim.service_year
    treatment, decided = known_vat(agreement, year, claim.taxed_on), vat_treatment(agreement, year)
    if treatment is None and decided is not None:
        old = {"treatment": OLD_LAW, "amounts": None, "reason": TREATMENTS[OLD_LAW].reason}
        return decided.model_copy(update=old)
    return treatment


def demand(
    book: Book,
    contacts: Contacts,
    claim: PostedClaim,
    stationery: Stationery,
    today: dt.date,
    *,
    syntax: Syntax | None = None,
) -> Demand:
    """Return a claim's document, dated on the day on which it was written first; `demand_needs` has been asked before.

    Its syntax is the recipient's, where none is named.
    """
    agreement = book.agreement
    claim = _due_from_its_day(book, _dated(claim, today), today)
    seller, buyer = contacts.of(agreement.operator), contacts.of(claim.member)
    vat = vat_of(agreement, claim)
    assert vat, "undecided VAT is refused by needs()"
    treatment = TREATMENTS[vat.treatment]
    derivation = derivation_of(agreement, claim)
    adopted = resolution(agreement, claim.member, claim.known_on)
    decided = f"{adopted.paper} vom {german.day(adopted.adopted)}" if adopted and adopted.adopted else ""
    title = _title(claim, stationery, derivation.year_name)
    operator = member_of(agreement, agreement.operator)
    holder, iban = account_holder(operator, seller), operator.ibans[0]
    debit = debit_of(book, contacts, claim)
    document = _document(agreement, claim, derivation, treatment, (seller, buyer))
    document = replace(
        document,
        issued=claim.issued or today,
        payments=(_means(holder, iban, debit),),
        mandate=debit.mandate.reference if debit else "",
        creditor_id=debit.creditor_id if debit else "",
        notes=_notes(agreement, title, derivation),
        terms=terms(claim, debit, stationery),
    )
    clauses = tuple(derivation.clauses.items())
    return Demand(
        title=title,
        reasons=_reasons(agreement, claim),
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
        holder=holder,
        iban=iban,
        debit=debit,
        syntax=syntax or syntax_of(buyer),
    )


def syntax_of(contact: Contact) -> Syntax:
    """Return the syntax in which a party wants its e-invoices."""
    return "UBL" if contact.syntax == "ubl" else "CII"


def _dated(claim: PostedClaim, today: dt.date) -> PostedClaim:
    """Return a claim whose earlier documents all have their days: those that are written with this one have today's."""
    day = claim.issued or today
    unwritten = {posted.text(v.DEMAND): day for posted in claim.corrects}
    return replace(claim, written={**unwritten, **claim.written})


def _due_from_its_day(book: Book, claim: PostedClaim, today: dt.date) -> PostedClaim:
    """Return a claim that is due some days after its demand as due then, unless another day was ordered since."""
    days, booked = days_after_demand(book, claim.record), claim.record.day(v.DUE)
    written = claim.issued or today
    if days is None or [due.day for due in claim.dues] not in ([booked], [written + dt.timedelta(days=days)]):
        return claim
    due = claim.dues[0]._replace(day=written + dt.timedelta(days=days))
    return replace(claim, settled=replace(claim.settled, dues=(due,)), counts_from_demand=True)


def _means(holder: str, iban: str, debit: Debit | None) -> m.PaymentMeans:
    if debit:
        return m.PaymentMeans(DIRECT_DEBIT, debited_iban=debit.iban)
    return m.PaymentMeans(CREDIT_TRANSFER, iban=iban, account_name=holder)


def member_of(agreement: Agreement, party: str) -> Member:
    """Return a party of the agreement by its id."""
    member = agreement.party(party)
    assert member, "a claim is a party's"
    return member


def _document(
    agreement: Agreement,
    claim: PostedClaim,
    derivation: Derivation,
    vat: Treatment,
    sides: tuple[Contact, Contact],
) -> m.Invoice:
    seller, buyer = sides
    credit, whole = claim.gross_cents < 0, claim.restated
    net, tax_cents = (whole.net_cents, whole.vat_cents) if whole else (abs(claim.cents), abs(claim.vat_cents))
    lines = lines_of(agreement, claim, derivation, vat)
    tax = vat.tax(net, tax_cents)
    operator = member_of(agreement, agreement.operator)
    reference = claim.record.text(v.REFERENCE)
    gross = net + tax_cents
    settled = claim.settled.paid_cents + claim.settled.remitted_cents
    prepaid = claim.taken_off_cents + (-settled if credit and whole else settled)
    # instalments stand in the terms (BT-20); what was only set off is due by its own document as well as the other's
    has_due = len(claim.dues) <= 1 and (credit or gross > prepaid)
    return m.Invoice(
        number=claim.number,
        issued=claim.record.date,
        kind=m.CREDIT if credit and not whole else m.CORRECTED if claim.corrects else m.INVOICE,
        currency=v.CURRENCY,
        profile=PEPPOL if is_peppol(buyer) else XRECHNUNG,
        process=PROCESS,
        buyer_reference=buyer.leitweg_id,
        contract=agreement.id,
        seller=_party(operator, seller, vat, _seller_endpoint(seller, buyer), with_contact=True),
        buyer=_party(
            member_of(agreement, claim.member), buyer, vat, _endpoint(buyer, LEITWEG, buyer.leitweg_id)
        ),
        due=claim.due if has_due else None,
        preceding=tuple(
            dict.fromkeys(
                m.Reference(record.text(v.DEMAND), claim.day_of(record))
                for record in (
                    *claim.corrects,
                    *(before.record for before in (whole.claims if whole else claim.advances)),
                )
            )
        ),
        remittance=reference,
        totals=m.Totals(
            lines_cents=net,
            net_cents=net,
            gross_cents=gross,
            due_cents=gross - prepaid,
            tax_cents=tax_cents,
            prepaid_cents=prepaid or None,
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
        ids=_ids(member, contact),
        vat_id="" if vat.category == m.NOT_TAXABLE else contact.vat_id,
        tax_number=contact.tax_number,
        endpoint=endpoint,
        address=m.Address(
            contact.street, city=contact.city, postcode=contact.postcode, country=contact.country
        ),
        contact=m.ContactPoint(contact.person, contact.phone, contact.email) if with_contact else None,
    )


def _endpoint(contact: Contact, scheme: str, value: str) -> m.Identifier:
    """Return a party's electronic address (BT-34, BT-49): its own, else the one that is named here."""
    if contact.endpoint:
        scheme, value = check_endpoint(contact.endpoint)
    return m.Identifier(value, scheme)


def _seller_endpoint(seller: Contact, buyer: Contact) -> m.Identifier:
    """Return where the seller is answered: by e-mail, in the Peppol network under an address that it knows."""
    if is_peppol(buyer):
        return _endpoint(seller, LEITWEG, seller.leitweg_id)
    return _endpoint(seller, EMAIL, seller.email)


def is_peppol(contact: Contact) -> bool:
    """Tell whether a party wants Peppol BIS Billing 3.0: UBL, and electronic addresses of that network."""
    return contact.profile == "peppol"


def _ids(member: Member, contact: Contact) -> tuple[m.Identifier, ...]:
    """Return by what a party is identified (BT-29): its municipal key, an association by its Leitweg-ID."""
    if member.ags:
        return (m.Identifier(member.ags),)
    return (m.Identifier(contact.leitweg_id, LEITWEG),) if contact.leitweg_id else ()


def _title(claim: PostedClaim, stationery: Stationery, year: str) -> str:
    """Return what the document is called: never a Gutschrift (UStG § 14 Abs. 2: that is a self-billed invoice)."""
    what = "title" if claim.before is None else "correction"
    if claim.bill:
        what = "charge" if claim.bill.before is None else "charge_correction"
        return stationery.say(f"demand.{claim.form}.{what}", bill=claim.bill.after.title)
    what = (
        "tax"
        if claim.is_tax
        else "advance"
        if claim.is_advance
        else "settlement"
        if claim.is_settlement
        else what
    )
    return stationery.say(f"demand.{claim.form}.{what}", year=year)


def _reasons(agreement: Agreement, claim: PostedClaim) -> tuple[str, ...]:
    """Return why a correction differs from the claim before it: what happened, else how it is reckoned now."""
    if claim.bill and claim.bill.before:
        return bill_reasons(agreement, claim.bill)
    if claim.before_known_on is None:
        return ()
    return reasons(agreement, claim.member, claim.service_year, claim.before_known_on, claim.known_on)


def _notes(agreement: Agreement, title: str, derivation: Derivation) -> tuple[m.Note, ...]:
    named = f"{title} nach: {agreement.title}."
    steps = [f"{number}. {step.text}" for number, step in enumerate(derivation.steps, start=1)]
    return tuple(m.Note(text) for text in (named, *steps, *derivation.notes[:1]))
