"""What stands against writing the documents of claims: everything that is missing, at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kkd_ledger.agreement import shares, vat_cents, vat_percent
from kkd_ledger.book.config import Book
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.einvoice import model as m
from kkd_ledger.einvoice.source import Syntax
from kkd_ledger.einvoice.vat_category import TREATMENTS
from kkd_ledger.errors import Problem
from kkd_ledger.letters.demand import EMAIL, debit_of, is_peppol, member_of, syntax_of, vat_of
from kkd_ledger.letters.posted import PostedClaim
from kkd_ledger.money import format_eur
from kkd_ledger.payments.sepa import SEPA_COUNTRIES
from kkd_ledger.persons.contacts import BUYER_NEEDS, SELLER_NEEDS, Contacts, missing


def needs(
    book: Book, contacts: Contacts, claims: Sequence[PostedClaim], syntax: Syntax | None = None
) -> list[Problem]:
    """Return everything that stands against writing these documents: master data, and VAT; `syntax` as in `demand`."""
    agreement, operator = book.agreement, book.agreement.operator
    problems = missing(contacts, operator, SELLER_NEEDS)
    if not member_of(agreement, operator).ibans:
        problems.append(
            Problem(str(book.agreement_file), f"members.{operator}.ibans", "IBAN fehlt", "eine IBAN")
        )
    if not (member_of(agreement, operator).ags or contacts.of(operator).leitweg_id):
        place, lacks = f"parties.{operator}.leitweg_id", "Leitweg-ID fehlt (und in der Vereinbarung ein ags)"
        allowed = "die eigene Leitweg-ID: die E-Rechnung braucht eine Kennung des Verkäufers (BR-CO-26)"
        problems.append(Problem(str(contacts.file), place, lacks, allowed))
    for member in dict.fromkeys(claim.member for claim in claims):
        problems += missing(contacts, member, BUYER_NEEDS)
        problems += _peppol_needs(contacts, operator, member, syntax)
    problems += dict.fromkeys(problem for claim in claims for problem in _debit_needs(book, contacts, claim))
    problems += dict.fromkeys(problem for claim in claims for problem in _vat_needs(book, contacts, claim))
    return problems + [problem for claim in claims for problem in _underived(book, claim)]


def _peppol_needs(contacts: Contacts, operator: str, member: str, syntax: Syntax | None) -> Iterator[Problem]:
    """Yield what hinders a document from being sent by Peppol, where its recipient wants that."""
    buyer, seller, file = contacts.of(member), contacts.of(operator), str(contacts.file)
    if not is_peppol(buyer):
        return
    if (syntax or syntax_of(buyer)) != "UBL":
        yield Problem(
            file, f"parties.{member}.syntax", "Peppol, aber CII", 'syntax = "ubl": Peppol kennt nur UBL'
        )
    for party, contact in ((operator, seller), (member, buyer)):
        scheme = contact.endpoint.partition(":")[0]
        if scheme == EMAIL or not (scheme or contact.leitweg_id):
            actual = f"{contact.endpoint or 'keine elektronische Adresse'}: so ist im Peppol-Netz niemand zu erreichen"
            yield Problem(
                file,
                f"parties.{party}.endpoint",
                actual,
                "eine Leitweg-ID, oder 0088:GLN und andere Schemata",
            )


def _debit_needs(book: Book, contacts: Contacts, claim: PostedClaim) -> Iterator[Problem]:
    """Yield what is missing to announce a debit: nobody may be left to guess how a claim is paid."""
    debit = debit_of(book, contacts, claim)
    if debit and not debit.creditor_id:
        yield from missing(contacts, book.agreement.operator, ("creditor_id",))
    if debit and not debit.iban:
        actual = "IBAN fehlt: das Mandat sagt nicht, welches Konto belastet wird"
        yield Problem(str(book.agreement_file), f"members.{claim.member}.ibans", actual, "eine IBAN")
    elif debit and debit.iban[:2] not in SEPA_COUNTRIES:
        actual = f"{debit.iban} liegt außerhalb des SEPA-Raums: davon wird nicht eingezogen"
        place = f"members.{claim.member}.ibans"
        yield Problem(str(book.agreement_file), place, actual, "ein Konto im SEPA-Raum, oder kein Mandat")


def _underived(book: Book, claim: PostedClaim) -> Iterator[Problem]:
    """Yield a claim that the agreement does not derive as it was booked: its document would explain another amount."""
    asked = claim.before_cents + claim.cents
    if book.agreement.by_claims and book.has_reached(claim.member, claim.service_year, claim.known_on, asked):
        return
    year_shares = shares(book.agreement, claim.service_year, claim.known_on)
    for gap in year_shares.unpriced.get(claim.member, ()):
        place = f"{claim.number} ({claim.member})"
        yield Problem(str(book.agreement_file), place, gap.sentence, "die Zahl, die fehlt")
    if claim.member in year_shares.unpriced:
        return
    share = year_shares.of(claim.member)
    booked, agreed = claim.before_cents + claim.cents, share.amount_cents if share else 0
    if booked != agreed and not (share and share.conditional):
        said = f"gebucht {format_eur(booked)}, die Vereinbarung ergibt {format_eur(agreed)}"
        allowed = "erst `kkd check` und berichtigen: eine Herleitung, die den Betrag ergibt"
        yield Problem(str(book.agreement_file), f"{claim.number} ({claim.member})", said, allowed)


def _vat_needs(book: Book, contacts: Contacts, claim: PostedClaim) -> Iterator[Problem]:
    """Yield what stands against a document by VAT: undecided, booked otherwise, no tax number, or a Bescheid."""
    file, place = str(book.agreement_file), f"vat {book.agreement.year_name(claim.service_year)}"
    vat = vat_of(book.agreement, claim)
    if vat is None:
        yield Problem(file, place, "Umsatzsteuer noch nicht entschieden", "eine Behandlung unter [[vat]]")
        return
    whole = claim.restated
    net, tax = (whole.net_cents, whole.vat_cents) if whole else (claim.cents, claim.vat_cents)
    # the tax in a part of an advance that a settlement takes over is parted to the cent
    if abs(vat_cents(vat, net) - tax) > int(claim.is_settlement and not whole):
        booked = format_eur(tax)
        actual = f"{claim.number} ist mit {booked} Umsatzsteuer gebucht, jetzt gilt: {vat.treatment}"
        yield Problem(
            file, place, actual, "die Buchung stornieren (`kkd reverse`) und neu buchen (`kkd post`)"
        )
    seller = contacts.of(book.agreement.operator)
    if TREATMENTS[vat.treatment].category != m.NOT_TAXABLE and not (seller.vat_id or seller.tax_number):
        place = f"parties.{book.agreement.operator}"
        actual = "USt-IdNr. und Steuernummer fehlen"
        yield Problem(str(contacts.file), place, actual, "vat_id oder tax_number (UStG § 14 Abs. 4 Nr. 2)")
    if vat_percent(vat) and claim.kind.kind == v.DocumentKind.ACT:
        allowed = (
            "anforderung oder rechnung ab diesem Tag: ein steuerpflichtiger Umsatz braucht eine Rechnung"
        )
        yield Problem(
            str(book.config_file), "demands", f"Bescheid mit Umsatzsteuer ({claim.number})", allowed
        )
