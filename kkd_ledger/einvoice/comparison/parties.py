"""Who demands, from whom, and for whom the money is: seller, buyer and payee of a received document."""

from __future__ import annotations

from collections.abc import Iterator

from kkd_ledger.agreement import Member
from kkd_ledger.einvoice.comparison.case import Case
from kkd_ledger.einvoice.comparison.compared_fields import ComparedField, as_agreed, noted, refused, to_clear
from kkd_ledger.einvoice.model import Party
from kkd_ledger.persons.contacts import Contact
from kkd_ledger.references import is_creditor_id


def parties(case: Case) -> Iterator[ComparedField]:
    """Compare the three parties: whatever points to another receiver of the money is told."""
    yield _seller(case)
    yield _buyer(case)
    if payee := case.document.payee:
        yield _payee(case, payee)


def _names(member: Member, contact: Contact) -> set[str]:
    return {_plain(name) for name in (member.name, contact.name, member.account_holder) if name}


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _numbers(party: Party) -> set[str]:
    """Return the numbers that a party is known by; a creditor identifier says what is debited, not who it is."""
    return {identifier.value for identifier in party.ids if not is_creditor_id(identifier.value)}


def _seller(case: Case) -> ComparedField:
    seller, member = case.document.seller, case.seller
    agreed, numbers = case.seller_contact.name or member.name, _numbers(seller)
    named = _plain(seller.name) in _names(member, case.seller_contact)
    numbered = bool(member.ags) and member.ags in numbers
    actual, name, term = seller.name, "Verkäufer", "BT-27"
    if named and (numbered or not numbers or not member.ags):
        return as_agreed(name, term, actual)
    if named:
        other = ", ".join(sorted(numbers))
        said = f"Verkäufer {actual} mit der Kennung {other}; uns bekannt ist {member.ags}"
        return noted(name, "BT-29", other, str(member.ags), said)
    if numbered:
        said = f"Verkäufer mit der Kennung {member.ags} heißt {actual}, nicht {agreed}"
        return to_clear(name, term, actual, agreed, said)
    return refused(name, term, actual, agreed, f"Verkäufer ist {actual}, nicht {agreed}")


def _buyer(case: Case) -> ComparedField:
    document, member, contact = case.document, case.buyer, case.buyer_contact
    me = {identifier.value for identifier in document.buyer.ids} | {document.buyer_reference}
    agreed_ids = {member.ags, contact.leitweg_id} - {None, ""}
    actual, agreed = document.buyer.name, contact.name or member.name
    if _plain(actual) in _names(member, contact) or me & agreed_ids:
        return as_agreed("Käufer", "BT-44", actual)
    return refused("Käufer", "BT-44", actual, agreed, f"Käufer ist {actual}, nicht {agreed}")


def _payee(case: Case, payee: Party) -> ComparedField:
    member, agreed = case.seller, case.seller_contact.name or case.seller.name
    named = _plain(payee.name) in _names(member, case.seller_contact)
    other = _numbers(payee) - {member.ags}
    actual = payee.name or ", ".join(sorted(other))
    if named and not other:
        return as_agreed("Zahlungsempfänger", "BT-59", actual)
    said = (
        f"zu zahlen an {actual} statt an {agreed} (abweichender Zahlungsempfänger, etwa nach einer Abtretung); "
        f"gezahlt wird auf das vereinbarte Konto"
    )
    return to_clear("Zahlungsempfänger", "BT-59", actual, agreed, said)
