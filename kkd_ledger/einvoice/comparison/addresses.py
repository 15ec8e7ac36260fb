"""Where the parties of a received document can be reached: addresses, e-mail, telephone; a false one leads to fraud."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kkd_ledger import german
from kkd_ledger.einvoice.comparison.case import Case
from kkd_ledger.einvoice.comparison.compared_fields import ComparedField, as_agreed, noted, suspicious
from kkd_ledger.einvoice.comparison.lookalike import plain
from kkd_ledger.einvoice.comparison.parties import is_named, known_names
from kkd_ledger.einvoice.model import Address
from kkd_ledger.persons.contacts import Contact

_HOME: Final = "DE"
_STREET: Final = re.compile(r"(stra(ss|ß)e|str\.)")


def addresses(case: Case) -> Iterator[ComparedField]:
    """Compare how seller and buyer are reached with contacts.toml, and where the share is said to be delivered."""
    document = case.document
    if document.seller.address:
        field = _address(document.seller.address, case.seller_contact, "Anschrift des Verkäufers", "BG-5")
        yield field if field.agrees else suspicious(field)
    yield from _contact(case)
    if document.buyer.address:
        yield _address(document.buyer.address, case.buyer_contact, "Anschrift des Käufers", "BG-8")
    yield from _delivery(case)


def _address(address: Address, contact: Contact, name: str, term: str) -> ComparedField:
    """Return an address beside the known one: of what either leaves empty nothing is said."""
    pairs = (
        (_street(address.line1), _street(contact.street)),
        (address.postcode, contact.postcode),
        (plain(address.city), plain(contact.city)),
        (address.country, contact.country or _HOME),
    )
    parts = (
        address.line1,
        address.line2,
        address.line3,
        f"{address.postcode} {address.city}".strip(),
        address.country,
    )
    actual = ", ".join(part for part in parts if part)
    if all(not there or not ours or there == ours for there, ours in pairs):
        return as_agreed(name, term, actual)
    agreed = f"{contact.street}, {contact.postcode} {contact.city}, {contact.country}"
    return noted(name, term, actual, agreed, f"{name}: {actual}; uns bekannt: {agreed}")


def _street(text: str) -> str:
    return _STREET.sub("str", plain(text)).replace(" ", "")


def _contact(case: Case) -> Iterator[ComparedField]:
    point, contact = case.document.seller.contact, case.seller_contact
    if not point:
        return
    if point.phone and contact.phone:
        same = _digits(point.phone) == _digits(contact.phone)
        yield _reached("Telefonnummer des Verkäufers", "BT-42", point.phone, contact.phone, same=same)
    if point.email and contact.email:
        same = point.email.strip().casefold() == contact.email.casefold()
        yield _reached("E-Mail-Adresse des Verkäufers", "BT-43", point.email, contact.email, same=same)


def _digits(phone: str) -> str:
    """Return the digits of a telephone number in Germany, however its country is written."""
    digits = re.sub(r"[^0-9]", "", phone.replace("(0)", ""))
    return digits.removeprefix("00").removeprefix("49").lstrip("0")


def _reached(name: str, term: str, actual: str, agreed: str, *, same: bool) -> ComparedField:
    if same:
        return as_agreed(name, term, actual)
    said = f"{name}: {actual}; uns bekannt: {agreed} (Rückfragen nur dorthin)"
    return suspicious(noted(name, term, actual, agreed, said))


def _delivery(case: Case) -> Iterator[ComparedField]:
    """Yield to whom and when a document says that it delivers, where that is not us or not in the service year."""
    delivery = case.document.delivery
    if not delivery:
        return
    names = known_names(case.buyer, case.buyer_contact)
    if delivery.name:
        yield _to_us(
            "Leistungsempfänger", "BT-70", delivery.name, names[0], same=is_named(delivery.name, names)
        )
    if delivery.id:
        ours = case.buyer.ags or case.buyer.id
        yield _to_us(
            "Kennung des Leistungsorts", "BT-71", delivery.id.value, ours, same=delivery.id.value == ours
        )
    if delivery.address:
        yield _address(delivery.address, case.buyer_contact, "Anschrift der Leistung", "BG-15")
    if delivery.date:
        years = {year.service_year for year in case.years}
        day, agreed = delivery.date, case.years_named
        same = not years or case.book.agreement.service_year.of(day) in years
        yield _to_us("Leistungsdatum", "BT-72", german.day(day), agreed, same=same)


def _to_us(name: str, term: str, actual: str, agreed: str, *, same: bool) -> ComparedField:
    if same:
        return as_agreed(name, term, actual)
    return noted(name, term, actual, agreed, f"{name}: {actual}; erwartet: {agreed}")
