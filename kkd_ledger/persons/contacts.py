"""contacts.toml beside the agreement: how to write to each party, whom to ask, under which Leitweg-ID.

The agreement says who owes what; this file only says where letters and e-invoices go. It may be incomplete: `missing`
names what a document still needs, per party.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Final

from kkd_ledger import toml
from kkd_ledger.agreement import Agreement, Member
from kkd_ledger.book.config import Book
from kkd_ledger.errors import InputRefused, Problem
from kkd_ledger.fields import UNKNOWN, nearest
from kkd_ledger.periods import day_in
from kkd_ledger.persons.signature import is_public_key
from kkd_ledger.references import check_creditor_id, check_endpoint, check_leitweg_id, is_email

FILE: Final = "contacts.toml"

SYNTAXES: Final = ("cii", "ubl")
PROFILES: Final = ("xrechnung", "peppol")
SCHEMES: Final = ("CORE", "B2B")
SEQUENCES: Final = ("FRST", "RCUR", "FNAL", "OOFF")

_DAYS: Final = frozenset({"mandate_signed", "mandate_ends"})


class ContactsRefused(InputRefused):
    """contacts.toml is broken, or too incomplete for what is to be written."""

    subject: ClassVar[str] = "Kontaktdaten unvollständig oder falsch"


@dataclass(frozen=True, slots=True)
class Contact:
    """One party's data for letters and e-invoices; empty where unknown."""

    name: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = "DE"
    email: str = ""
    leitweg_id: str = ""
    endpoint: str = ""
    syntax: str = "cii"
    profile: str = "xrechnung"
    person: str = ""
    phone: str = ""
    bank: str = ""
    vat_id: str = ""
    tax_number: str = ""
    creditor_id: str = ""
    mandate: str = ""
    mandate_signed: str = ""
    mandate_ends: str = ""
    mandate_scheme: str = "CORE"
    mandate_sequence: str = "RCUR"
    prenotification_days: str = "14"
    public_keys: tuple[str, ...] = ()
    assumed: str = ""


@dataclass(frozen=True)
class Contacts:
    """All parties' contact data, by their id in the agreement.

    `strangers` are ids that the agreement does not know (yet, or mistyped): they are told and hinder nobody.
    """

    file: Path
    parties: Mapping[str, Contact] = field(default_factory=dict)
    strangers: tuple[str, ...] = ()

    def of(self, party: str) -> Contact:
        """Return a party's data, empty where there is none."""
        return self.parties.get(party, Contact())


def account_holder(member: Member, contact: Contact) -> str:
    """Return the name under which a party's bank keeps its account (Verification of Payee compares it).

    It stands with the IBAN in the agreement; without it the party's own name is taken.
    """
    return member.account_holder or contact.name or member.name


def load(agreement_file: Path, agreement: Agreement) -> Contacts:
    """Load the contacts beside an agreement; a missing file is an empty one. Raise ContactsRefused if it is broken."""
    file = agreement_file.parent / FILE
    try:
        content = toml.read(file, ContactsRefused)
    except FileNotFoundError:
        return Contacts(file)
    data = toml.loads(content, str(file), ContactsRefused)
    if problems := list(_problems(data, file)):
        raise ContactsRefused(problems)
    parties = data.get("parties", {})
    members = {member.id for member in agreement.parties()}
    contacts = {party: _contact(values) for party, values in parties.items() if party in members}
    return Contacts(file, contacts, tuple(sorted(parties.keys() - members)))


def _contact(values: Mapping[str, Any]) -> Contact:
    texts = {key: _text(key, value) for key, value in values.items()}
    return Contact(**{**texts, "public_keys": tuple(values.get("public_keys", ()))})


def _text(key: str, value: Any) -> Any:
    """Return a day or a number of days that stands in the file without quotes as the text that it means."""
    if key in _DAYS and isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value.isoformat()
    if key == "prenotification_days" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value


def _problems(data: Mapping[str, Any], file: Path) -> Iterator[Problem]:
    for key in sorted(data.keys() - {"format", "assumed", "parties"}):
        yield Problem(str(file), key, UNKNOWN, nearest(key, ["format", "assumed", "parties"]))
    parties = data.get("parties", {})
    if data.get("format") != 1 or not isinstance(parties, dict):
        yield Problem(str(file), "format", repr(data.get("format")), "1, und Tabellen [parties.KENNUNG]")
        return
    for party, values in parties.items():
        for key, value in values.items() if isinstance(values, dict) else [("", values)]:
            yield from _field(key, value, file, f"parties.{party}.{key}")


def _field(key: str, value: object, file: Path, place: str) -> Iterator[Problem]:
    names = sorted(field.name for field in fields(Contact))
    value = _text(key, value)
    if key == "public_keys":
        yield from _keys(value, file, place)
    elif key not in names:
        yield Problem(str(file), place, UNKNOWN, nearest(key, names))
    elif not isinstance(value, str):
        yield Problem(str(file), place, str(value), "ein Text in Anführungszeichen")
    elif value.strip() != value or not value.isprintable():
        yield Problem(str(file), place, repr(value), "Text ohne Steuerzeichen, ohne Leerzeichen am Rand")
    elif value and key in _CHECKS and not _CHECKS[key][0](value):
        yield Problem(str(file), place, repr(value), _CHECKS[key][1])


def _keys(value: Any, file: Path, place: str) -> Iterator[Problem]:
    """A party's public keys, as `kkd key` writes them; several while one takes the place of another."""
    for key in value if isinstance(value, list) else (value,):
        if not is_public_key(key):
            yield Problem(str(file), place, repr(key), "eine Liste von Schlüsseln, wie `kkd key` sie nennt")


def _passes(check: Callable[[str], object]) -> Callable[[str], bool]:
    def passes(text: str) -> bool:
        try:
            check(text)
        except ValueError:
            return False
        return True

    return passes


_CHECKS: Final[Mapping[str, tuple[Callable[[str], object], str]]] = MappingProxyType(
    {
        "email": (is_email, "eine E-Mail-Adresse"),
        "phone": (re.compile(r"(?:.*[0-9]){3}.*").fullmatch, "eine Telefonnummer (mindestens drei Ziffern)"),
        "country": (re.compile(r"[A-Z]{2}").fullmatch, "ein Land in zwei Buchstaben, etwa DE"),
        "vat_id": (re.compile(r"[A-Z]{2}[0-9A-Z]{2,12}").fullmatch, "eine USt-IdNr., etwa DE123456788"),
        "leitweg_id": (_passes(check_leitweg_id), "eine Leitweg-ID mit richtiger Prüfziffer"),
        "endpoint": (
            _passes(check_endpoint),
            "SCHEMA:WERT mit richtiger Prüfziffer, etwa 0204:Leitweg-ID, 0088:GLN, EM:E-Mail-Adresse",
        ),
        "syntax": (SYNTAXES.__contains__, ", ".join(SYNTAXES)),
        "profile": (PROFILES.__contains__, ", ".join(PROFILES)),
        "creditor_id": (
            _passes(check_creditor_id),
            "eine Gläubiger-Identifikationsnummer mit richtigen Prüfziffern",
        ),
        "mandate": (
            re.compile(r"(?!/|.*//|.*/$)[A-Za-z0-9/?:().,'+ -]{1,35}").fullmatch,
            "1 bis 35 Zeichen, ohne Umlaute (SEPA-Zeichensatz)",
        ),
        "mandate_signed": (_passes(day_in), "ein Tag JJJJ-MM-TT"),
        "mandate_ends": (_passes(day_in), "ein Tag JJJJ-MM-TT, der letzte des Mandats"),
        "mandate_scheme": (SCHEMES.__contains__, ", ".join(SCHEMES)),
        "mandate_sequence": (SEQUENCES.__contains__, ", ".join(SEQUENCES)),
        "prenotification_days": (re.compile(r"[0-9]{1,2}").fullmatch, "eine Zahl von Tagen"),
    }
)


ADDRESS: Final = ("street", "postcode", "city")
SELLER_NEEDS: Final = (*ADDRESS, "email", "person", "phone")
BUYER_NEEDS: Final = (*ADDRESS, "leitweg_id")
_WORDS: Final = {
    "street": "Straße",
    "postcode": "Postleitzahl",
    "city": "Ort",
    "email": "E-Mail-Adresse",
    "person": "Ansprechperson",
    "phone": "Telefonnummer",
    "leitweg_id": "Leitweg-ID",
    "iban": "IBAN (ibans in der Vereinbarung)",
    "creditor_id": "Gläubiger-Identifikationsnummer",
    "mandate": "Mandatsreferenz",
    "mandate_signed": "Tag der Unterschrift des Mandats",
}


def told_strangers(book: Book) -> tuple[str, ...]:
    """Return a German sentence for each entry in a book's contacts whose party the agreement does not know."""
    contacts = load(book.agreement_file, book.agreement)
    members = sorted(member.id for member in book.agreement.parties())
    return tuple(
        f"{contacts.file.name}: {stranger} ist keine Beteiligte der Vereinbarung (gemeint: "
        f"{nearest(stranger, members)}?); die Angaben bleiben ungenutzt"
        for stranger in contacts.strangers
    )


def missing(contacts: Contacts, party: str, needs: Iterable[str]) -> list[Problem]:
    """Return what a party's data lack of what is needed."""
    contact = contacts.of(party)
    return [
        Problem(str(contacts.file), f"parties.{party}.{need}", f"{_WORDS[need]} fehlt", "eine Angabe")
        for need in needs
        if not getattr(contact, need)
    ]
