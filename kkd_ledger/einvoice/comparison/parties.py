"""Who demands, from whom, for whom the money is: seller, buyer, payee, tax representative of a received document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from kkd_ledger.agreement import Member
from kkd_ledger.einvoice.comparison.case import Case
from kkd_ledger.einvoice.comparison.compared_fields import (
    ComparedField,
    as_agreed,
    noted,
    refused,
    suspicious,
    to_clear,
)
from kkd_ledger.einvoice.comparison.lookalike import alike, plain
from kkd_ledger.einvoice.model import Party
from kkd_ledger.persons.contacts import Contact
from kkd_ledger.references import is_creditor_id


def parties(case: Case) -> Iterator[ComparedField]:
    """Compare the parties: whatever points to another receiver of the money is a sign of fraud."""
    yield _seller(case)
    yield from _seller_numbers(case)
    yield _buyer(case)
    yield from _buyer_numbers(case)
    if payee := case.document.payee:
        yield _payee(case, payee)
    if representative := case.document.tax_representative:
        said = (
            f"Steuervertreter {representative.name or representative.vat_id}; eine Körperschaft des öffentlichen "
            "Rechts mit Sitz in Deutschland hat keinen"
        )
        yield suspicious(to_clear("Steuervertreter", "BT-62", representative.name, "keiner", said))


def known_names(member: Member, contact: Contact) -> tuple[str, ...]:
    """Return the names under which a party is known: of the agreement, for letters, of its account."""
    return tuple(name for name in (member.name, contact.name, member.account_holder) if name)


def is_named(name: str, names: Iterable[str]) -> bool:
    """Tell whether a name is one of those that are known."""
    return plain(name) in {plain(other) for other in names}


def _numbers(party: Party) -> set[str]:
    """Return the numbers that a party is known by; a creditor identifier says what is debited, not who it is."""
    ids = (*party.ids, *([party.legal_id] if party.legal_id else []))
    return {identifier.value for identifier in ids if not is_creditor_id(identifier.value)}


def _known_numbers(member: Member, contact: Contact) -> set[str]:
    return {member.ags or "", contact.leitweg_id, contact.vat_id, contact.tax_number, member.id} - {""}


def _seller(case: Case) -> ComparedField:
    seller, member, contact = case.document.seller, case.seller, case.seller_contact
    names = known_names(member, contact)
    agreed, ours = contact.name or member.name, _known_numbers(member, contact)
    numbers = _numbers(replace(seller, legal_id=None))
    numbered = bool(_numbers(seller) & ours)
    actual, name, term = seller.name, "Verkäufer", "BT-27"
    if is_named(actual, names) and (numbered or not numbers or not member.ags):
        return as_agreed(name, term, actual)
    if is_named(actual, names):
        other = ", ".join(sorted(numbers))
        said = f"Verkäufer {actual} mit der Kennung {other}; uns bekannt ist {member.ags}"
        return suspicious(noted(name, "BT-29", other, str(member.ags), said))
    if other := alike(actual, names):
        said = f"Verkäufer {actual} sieht aus wie {other}, ist aber anders geschrieben"
        return suspicious(to_clear(name, term, actual, agreed, said))
    if numbered:
        said = f"Verkäufer mit der Kennung {member.ags} heißt {actual}, nicht {agreed}"
        return suspicious(to_clear(name, term, actual, agreed, said))
    return suspicious(
        refused(name, term, actual, agreed, f"Verkäufer ist {actual or 'nicht genannt'}, nicht {agreed}")
    )


def _seller_numbers(case: Case) -> Iterator[ComparedField]:
    """Yield trading name, tax numbers and electronic address of the seller, where it names them and we know them."""
    seller, member, contact = case.document.seller, case.seller, case.seller_contact
    if seller.legal_id:
        ours = sorted(_known_numbers(member, contact))
        yield _sign("Registernummer des Verkäufers", "BT-30", seller.legal_id.value, ours)
    if seller.trading_name:
        yield _sign("Handelsname des Verkäufers", "BT-28", seller.trading_name, known_names(member, contact))
    if seller.vat_id:
        yield _sign("USt-IdNr. des Verkäufers", "BT-31", seller.vat_id, (contact.vat_id,))
    if seller.tax_number and contact.tax_number:
        yield _sign("Steuernummer des Verkäufers", "BT-32", seller.tax_number, (contact.tax_number,))
    if seller.endpoint:
        yield _sign(
            "elektronische Adresse des Verkäufers", "BT-34", seller.endpoint.value, _endpoints(contact)
        )


def _sign(name: str, term: str, actual: str, agreed: Iterable[str]) -> ComparedField:
    """Return a field of the seller that is as we know it, or else points to somebody else."""
    values = [value for value in agreed if value]
    if is_named(actual, values):
        return as_agreed(name, term, actual)
    expected = ", ".join(dict.fromkeys(values)) or "keine"
    return suspicious(noted(name, term, actual, expected, f"{name}: {actual}; uns bekannt: {expected}"))


def _endpoints(contact: Contact) -> tuple[str, ...]:
    own = contact.endpoint.partition(":")[2]
    return own, contact.email, contact.leitweg_id


def _buyer(case: Case) -> ComparedField:
    """Return whether the document is addressed to us: by name, or by a number of ours."""
    document, member, contact = case.document, case.buyer, case.buyer_contact
    named = is_named(document.buyer.name, known_names(member, contact))
    ours = _known_numbers(member, contact)
    numbered = bool(
        ({identifier.value for identifier in document.buyer.ids} | {document.buyer_reference}) & ours
    )
    actual, agreed = document.buyer.name, contact.name or member.name
    if named:
        return as_agreed("Käufer", "BT-44", actual)
    said = f"Käufer ist {actual}, nicht {agreed}"
    if numbered:
        return noted("Käufer", "BT-44", actual, agreed, f"{said}; Kennung oder Leitweg-ID sind unsere")
    return refused("Käufer", "BT-44", actual, agreed, said)


def _buyer_numbers(case: Case) -> Iterator[ComparedField]:
    """Yield what else the document says about us, where it is somebody else's."""
    document, member, contact = case.document, case.buyer, case.buyer_contact
    buyer, ours = document.buyer, _known_numbers(member, contact)
    ids = [identifier.value for identifier in buyer.ids]
    if ids:
        yield _ours("Kennung des Käufers", "BT-46", ", ".join(ids), ours, holds=bool(set(ids) & ours))
    if buyer.legal_id:
        yield _ours("Registernummer des Käufers", "BT-47", buyer.legal_id.value, ours)
    if buyer.trading_name:
        names = known_names(member, contact)
        holds = is_named(buyer.trading_name, names)
        yield _ours("Handelsname des Käufers", "BT-45", buyer.trading_name, names, holds=holds)
    if buyer.vat_id:
        yield _ours("USt-IdNr. des Käufers", "BT-48", buyer.vat_id, {contact.vat_id})
    if buyer.endpoint:
        yield _ours("elektronische Adresse des Käufers", "BT-49", buyer.endpoint.value, _endpoints(contact))
    if document.buyer_reference and contact.leitweg_id:
        yield _ours("Käuferreferenz", "BT-10", document.buyer_reference, {contact.leitweg_id})


def _ours(
    name: str, term: str, actual: str, agreed: Iterable[str], *, holds: bool | None = None
) -> ComparedField:
    values = sorted({value for value in agreed if value})
    if (actual in values) if holds is None else holds:
        return as_agreed(name, term, actual)
    expected = ", ".join(values) or "keine"
    return noted(name, term, actual, expected, f"{name}: {actual}; unsere: {expected}")


def _payee(case: Case, payee: Party) -> ComparedField:
    member, agreed = case.seller, case.seller_contact.name or case.seller.name
    names = known_names(member, case.seller_contact)
    other = _numbers(payee) - _known_numbers(member, case.seller_contact)
    actual = payee.name or ", ".join(sorted(other))
    if is_named(payee.name, names) and not other:
        return as_agreed("Zahlungsempfänger", "BT-59", actual)
    more = f" (Kennung {', '.join(sorted(other))})" if other and payee.name else ""
    said = (
        f"zu zahlen an {actual}{more} statt an {agreed} (abweichender Zahlungsempfänger, etwa nach einer Abtretung); "
        f"gezahlt wird auf das vereinbarte Konto"
    )
    return suspicious(to_clear("Zahlungsempfänger", "BT-59", actual, agreed, said))
