"""Where a received document wants the money: its accounts, their holders and banks, and accounts in its texts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, Final

from kkd_ledger.einvoice.comparison.case import Case
from kkd_ledger.einvoice.comparison.compared_fields import (
    ComparedField,
    as_agreed,
    noted,
    suspicious,
    to_clear,
)
from kkd_ledger.einvoice.comparison.lookalike import alike
from kkd_ledger.einvoice.comparison.parties import is_named, known_names
from kkd_ledger.einvoice.model import Invoice, PaymentMeans
from kkd_ledger.persons.contacts import account_holder
from kkd_ledger.references import ibans_in

DEBITS: Final = frozenset({"49", "59"})
_BANK_CODE: Final = re.compile(
    r"\b(?:BLZ|Bankleitzahl)\W{0,3}\d{3}\s?\d{3}\s?\d{2}\b", re.IGNORECASE | re.ASCII
)
_ACCOUNT: Final = re.compile(
    r"\b(?:Kontonummer|Konto-?Nr\.?|Kto\.?(?:-?Nr\.?)?)\W{0,3}(?:\d ?){4,10}\b", re.IGNORECASE | re.ASCII
)
_WORDS: Final = re.compile(
    r"\b(?:(?:neue|geänderte|andere|abweichende)[nrs]?\s+(?:Bank|Konto|Zahlungsempf)\w*"
    r"|(?:Bank|Konto)(?:verbindung|daten)?\w*\s+(?:hat|haben|wurde|ist|sind)\b.{0,40}\bgeändert"
    r"|abgetreten|Abtretung|Factoring|Forderungsverkauf)\b",
    re.IGNORECASE,
)
_EMAIL: Final = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")
_LINK: Final = re.compile(r"\bhttps?://([\w.-]{1,253})", re.IGNORECASE)
_SHOWN: Final = 80


def is_debit(document: Invoice) -> bool:
    """Tell whether a document announces that its amount is debited, so that nobody transfers it as well."""
    return any(means.code in DEBITS for means in document.payments)


def bare(iban: str) -> str:
    """Return an account number without blanks, in capitals."""
    return "".join(iban.split()).upper()


def accounts_in(document: Invoice) -> tuple[str, ...]:
    """Return the accounts on which a document asks to be paid."""
    return tuple(bare(means.iban) for means in document.payments if means.iban)


def account_of(document: Invoice, agreed: tuple[str, ...]) -> str:
    """Return the agreed account that a document asks to be paid on, else the first agreed one; empty where none is."""
    return next((iban for iban in accounts_in(document) if iban in agreed), agreed[0] if agreed else "")


def accounts(case: Case) -> Iterator[ComparedField]:
    """Yield the accounts that the document names, their holders and banks, against those of the agreement."""
    payments, agreed = case.document.payments, case.seller.ibans
    named = dict.fromkeys(accounts_in(case.document))
    used = account_of(case.document, agreed)
    for iban in named:
        if iban in agreed:
            yield as_agreed("Konto", "BT-84", iban)
        elif set(named) & set(agreed):
            said = f"das Dokument nennt auch {iban}, das nicht vereinbart ist; gezahlt wird auf {used}"
            yield suspicious(noted("Konto", "BT-84", iban, ", ".join(agreed), said))
        else:
            said = f"zu zahlen auf {iban}; vereinbart ist {', '.join(agreed) or 'kein Konto'}"
            yield suspicious(to_clear("Konto", "BT-84", iban, ", ".join(agreed), said))
    if len(set(named) & set(agreed)) > 1:
        said = f"das Dokument nennt mehrere vereinbarte Konten; gezahlt wird auf {used}"
        yield noted("Konto", "BT-84", ", ".join(named), used, said)
    owed = case.document.totals.due_cents > 0 and not case.document.is_credit
    if owed and not named and not is_debit(case.document):
        said = f"das Dokument nennt kein Konto; gezahlt wird auf {agreed[0] if agreed else 'keines'}, wie vereinbart"
        yield noted("Konto", "BT-84", "keines", ", ".join(agreed), said)
    for means in payments:
        if means.account_name:
            yield _holder(case, means)
        if means.bic:
            yield _bank(means)


def _holder(case: Case, means: PaymentMeans) -> ComparedField:
    names = known_names(case.seller, case.seller_contact)
    actual, agreed = means.account_name, account_holder(case.seller, case.seller_contact)
    if is_named(actual, names):
        return as_agreed("Kontoinhaberin", "BT-85", actual)
    like = f" (sieht aus wie {name}, ist aber anders geschrieben)" if (name := alike(actual, names)) else ""
    said = f"Kontoinhaberin ist nach dem Dokument {actual}{like}; gezahlt wird an {agreed}"
    return suspicious(noted("Kontoinhaberin", "BT-85", actual, agreed, said))


def _bank(means: PaymentMeans) -> ComparedField:
    """Return the bank's identifier beside the account's country: ours are known by their account alone."""
    bic, account = bare(means.bic), bare(means.iban)
    if not account or bic[4:6] == account[:2]:
        return as_agreed("Bank", "BT-86", bic)
    said = f"die Bank {bic} liegt in einem anderen Land als das Konto {account}; gezahlt wird nach der IBAN"
    return suspicious(noted("Bank", "BT-86", bic, f"eine Bank in {account[:2]}", said))


def accounts_in_texts(case: Case) -> Iterator[ComparedField]:
    """Yield what a text of the document says of another account, wherever it stands: the oldest fraud there is."""
    unread = [text.text for text in case.unread]
    for text in dict.fromkeys((*_texts(_without_accounts(case.document)), *unread)):
        yield from _account_in(case, text)
    for text in dict.fromkeys((*_texts(_unaddressed(case.document)), *unread)):
        yield from _email_in(case, text)


def _account_in(case: Case, text: str) -> Iterator[ComparedField]:
    agreed, line, name = ", ".join(case.seller.ibans), _visible(text), "Konto im Text"
    ours = {case.book.settings.bank.iban, *case.buyer.ibans, *case.seller.ibans, *accounts_in(case.document)}
    for iban in ibans_in(line):
        if iban not in ours:
            where = _short(line, iban[:4])
            said = f"im Text steht ein anderes Konto: {iban} („{where}“); gezahlt wird dorthin nichts"
            yield suspicious(to_clear(name, "", iban, agreed, said))
    if match := _BANK_CODE.search(line) or _ACCOUNT.search(line):
        said = f"im Text steht eine Bankleitzahl oder Kontonummer („{match[0]}“); gezahlt wird wie vereinbart"
        yield suspicious(to_clear(name, "", match[0], agreed, said))
    if match := _WORDS.search(line):
        said = f"im Text steht „{_short(line, match[0])}“; gezahlt wird auf das vereinbarte Konto"
        yield suspicious(noted(name, "", match[0], agreed, said))


def _visible(text: str) -> str:
    """Return a text as it is read: one line, without invisible signs, wide letters and digits as usual ones."""
    usual = unicodedata.normalize("NFKC", text)
    return " ".join("".join(sign for sign in usual if unicodedata.category(sign) != "Cf").split())


def _email_in(case: Case, text: str) -> Iterator[ComparedField]:
    """Yield e-mail addresses and links in a text that are not those of the parties: they lead an answer astray."""
    emails = {case.seller_contact.email.casefold(), case.buyer_contact.email.casefold()}
    agreed = case.seller_contact.email or "keine"
    for email in dict.fromkeys(_EMAIL.findall(_visible(text))):
        if email.casefold() not in emails:
            said = f"im Text steht eine E-Mail-Adresse, die uns nicht bekannt ist: {email}"
            yield suspicious(noted("E-Mail-Adresse im Text", "", email, agreed, said))
    domains = {email.rpartition("@")[2] for email in emails if email}
    for host in dict.fromkeys(_LINK.findall(_visible(text))):
        if not any(f".{host.casefold()}".endswith(f".{domain}") for domain in domains):
            said = f"im Text steht ein Verweis auf {host}, das uns nicht bekannt ist"
            yield suspicious(noted("Verweis im Text", "", host, agreed, said))


def _without_accounts(document: Invoice) -> Invoice:
    payments = tuple(replace(means, iban="", debited_iban="") for means in document.payments)
    return replace(document, payments=payments)


def _unaddressed(document: Invoice) -> Invoice:
    """Return a document without the electronic addresses of seller and buyer, which are compared by themselves."""
    seller, buyer = (
        replace(party, endpoint=None, contact=replace(party.contact, email="") if party.contact else None)
        for party in (document.seller, document.buyer)
    )
    return replace(document, seller=seller, buyer=buyer)


def _short(line: str, words: str) -> str:
    at = max(0, line.casefold().find(words.casefold()) - _SHOWN // 2)
    return line[at : at + _SHOWN]


def _texts(value: Any) -> Iterable[str]:
    """Yield every text in a record, at any depth, but for what an attachment holds."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _texts(part)
    elif is_dataclass(value):
        for field in fields(value):
            if field.name != "content":
                yield from _texts(getattr(value, field.name))
