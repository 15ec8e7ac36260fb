"""How and when a received document wants to be paid: means, account, holder, mandate, due day; accounts in texts."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields, is_dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from kkd_ledger import german
from kkd_ledger.agreement import shares
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.einvoice.comparison.case import Case
from kkd_ledger.einvoice.comparison.compared_fields import ComparedField, as_agreed, noted, to_clear
from kkd_ledger.einvoice.model import Invoice, PaymentMeans
from kkd_ledger.money import format_amount, format_eur, parse_typed_eur
from kkd_ledger.payments import mandates
from kkd_ledger.payments.sepa import Mandate
from kkd_ledger.persons.contacts import account_holder
from kkd_ledger.references import ibans_in

TRANSFERS: Final = frozenset({"1", "30", "31", "42", "58"})
DEBITS: Final = frozenset({"49", "59"})
PERIOD_SLACK_DAYS: Final = 7
"""By how many days the period for payment of a late demand may differ and still be the usual one."""
_OTHER_MEANS: Final = MappingProxyType(
    {
        "10": "bar",
        "20": "Scheck",
        "48": "Karte",
        "54": "Kreditkarte",
        "55": "Debitkarte",
        "57": "Dauerauftrag",
        "68": "Online-Bezahldienst",
        "97": "Verrechnung",
    }
)
_RATE: Final = re.compile(r"([0-9][0-9.]*,[0-9]{2}) EUR bis zum ([0-3][0-9]\.[01][0-9]\.2[0-9]{3})\b")
_WRITTEN_DAY: Final = re.compile(r"\b[0-3][0-9]\.[01][0-9]\.2[0-9]{3}\b")
_BANK_CODE: Final = re.compile(
    r"\b(?:BLZ|Bankleitzahl)\W{0,3}\d{3}\s?\d{3}\s?\d{2}\b", re.IGNORECASE | re.ASCII
)


def payment(case: Case) -> Iterator[ComparedField]:
    """Compare everything that says how, where and when a document wants to be paid."""
    if case.document.totals.due_cents > 0 and not case.document.is_credit:
        yield from _means(case)
        yield from _due(case)
    yield from _accounts(case)
    yield from _accounts_in_texts(case)


def is_debit(document: Invoice) -> bool:
    """Tell whether a document announces that its amount is debited, so that nobody transfers it as well."""
    return any(means.code in DEBITS for means in document.payments)


def _means(case: Case) -> Iterator[ComparedField]:
    codes = sorted({means.code for means in case.document.payments})
    mandate = mandates.in_force(case.buyer_contact, case.document.due or case.day)
    for code in codes:
        if code not in TRANSFERS | DEBITS:
            word = f" ({_OTHER_MEANS[code]})" if code in _OTHER_MEANS else ""
            said = f"Zahlungsart {code}{word}; gezahlt wird durch Überweisung"
            yield to_clear("Zahlungsart", "BT-81", code, "58", said)
    if is_debit(case.document):
        yield from _debit(case, mandate, only=set(codes) <= DEBITS)
    elif mandate and codes:
        said = (
            f"gefordert ist eine Überweisung, obwohl das Mandat {mandate.reference} besteht; "
            "gezahlt wird durch Überweisung, eine Lastschrift darf nicht dazukommen"
        )
        yield noted("Zahlungsart", "BT-81", ", ".join(codes), "59", said)
    elif set(codes) & TRANSFERS:
        yield as_agreed("Zahlungsart", "BT-81", ", ".join(codes))


def _debit(case: Case, mandate: Mandate | None, *, only: bool) -> Iterator[ComparedField]:
    """Yield what a document that announces a debit says of mandate, creditor and debited account."""
    document = case.document
    if not only:
        said = "das Dokument kündigt eine Lastschrift an und fordert zugleich eine andere Zahlung"
        yield to_clear("Zahlungsart", "BT-81", "59 und andere", "eine", said)
    if mandate is None:
        said = (
            f"das Dokument kündigt eine Lastschrift an (Mandat {document.mandate or 'nicht genannt'}); "
            "in contacts.toml steht für diesen Tag kein Mandat"
        )
        yield to_clear("Zahlungsart", "BT-81", "59", "58", said)
        return
    debited = {_bare(means.debited_iban) for means in document.payments if means.debited_iban}
    own = {case.book.settings.bank.iban, *case.buyer.ibans}
    told_and_agreed = (
        ("Mandat", "BT-89", document.mandate, {mandate.reference}),
        ("Gläubiger-ID", "BT-90", document.creditor_id, {case.seller_contact.creditor_id}),
    )
    for name, term, actual, agreed in told_and_agreed:
        yield _same(name, term, actual, agreed)
    yield _same("belastetes Konto", "BT-91", ", ".join(sorted(debited)), own, holds=debited <= own)


def _same(name: str, term: str, actual: str, agreed: set[str], *, holds: bool | None = None) -> ComparedField:
    if (actual in agreed) if holds is None else holds:
        return as_agreed(name, term, actual)
    expected = ", ".join(sorted(agreed - {""})) or "keine Angabe"
    said = f"Lastschrift: {name} {actual or 'fehlt'}, vereinbart {expected}"
    return to_clear(name, term, actual, expected, said)


def _bare(iban: str) -> str:
    return "".join(iban.split()).upper()


def _accounts(case: Case) -> Iterator[ComparedField]:
    """Yield the accounts that the document names, and their holders, against those of the agreement."""
    payments, agreed = case.document.payments, case.seller.ibans
    named = [means for means in payments if means.iban]
    for iban in dict.fromkeys(_bare(means.iban) for means in named):
        if iban in agreed:
            yield as_agreed("Konto", "BT-84", iban)
        else:
            said = f"zu zahlen auf {iban}; vereinbart ist {', '.join(agreed) or 'kein Konto'}"
            yield to_clear("Konto", "BT-84", iban, ", ".join(agreed), said)
    if len({_bare(means.iban) for means in named} & set(agreed)) > 1:
        used = account_of(case.document, agreed)
        said = f"das Dokument nennt mehrere vereinbarte Konten; gezahlt wird auf {used}"
        yield noted("Konto", "BT-84", ", ".join(means.iban for means in named), used, said)
    owed = case.document.totals.due_cents > 0 and not case.document.is_credit
    if owed and not named and not is_debit(case.document):
        said = f"das Dokument nennt kein Konto; gezahlt wird auf {agreed[0] if agreed else 'keines'}, wie vereinbart"
        yield noted("Konto", "BT-84", "keines", ", ".join(agreed), said)
    yield from (_holder(case, means) for means in named if means.account_name)


def account_of(document: Invoice, agreed: tuple[str, ...]) -> str:
    """Return the agreed account that a document asks to be paid on, else the first agreed one; empty where none is."""
    return next((iban for iban in accounts_in(document) if iban in agreed), agreed[0] if agreed else "")


def accounts_in(document: Invoice) -> tuple[str, ...]:
    """Return the accounts on which a document asks to be paid."""
    return tuple(_bare(means.iban) for means in document.payments if means.iban)


def _holder(case: Case, means: PaymentMeans) -> ComparedField:
    member, contact = case.seller, case.seller_contact
    names = {name.casefold() for name in (member.account_holder, member.name, contact.name) if name}
    actual, agreed = means.account_name, account_holder(member, contact)
    if " ".join(actual.split()).casefold() in names:
        return as_agreed("Kontoinhaberin", "BT-85", actual)
    said = f"Kontoinhaberin ist nach dem Dokument {actual}; gezahlt wird an {agreed}"
    return noted("Kontoinhaberin", "BT-85", actual, agreed, said)


def _due(case: Case) -> Iterator[ComparedField]:
    """Yield the due day against the agreed one; what is demanded late falls due a period for payment later."""
    due = case.document.due
    agreed = _agreed_due(case)
    if agreed is None:
        return  # no service year is named, which is told where the lines are compared
    issued, days = case.document.issued, case.book.settings.policy.payment_days
    until, term = german.day(agreed), "BT-9"
    if due is None and (rates := _rates(case.document)):
        yield _instalments(case, rates, until)
        return
    if due is None:
        said = f"das Dokument nennt keine Fälligkeit; vereinbart ist der {until}"
        yield noted("Fälligkeit", term, "keine", until, said)
        return
    named = german.day(due)
    written = set(_WRITTEN_DAY.findall(case.document.terms))
    if written and named not in written and not is_debit(case.document):
        said = (
            f"im Text steht als Tag {', '.join(sorted(written))}, fällig ist nach dem Feld dafür der {named}"
        )
        yield noted("Fälligkeit im Text", "BT-20", ", ".join(sorted(written)), named, said)
    late, given = agreed < issued, (due - issued).days
    if due == agreed or due in _booked_dues(case) or (late and abs(given - days) <= PERIOD_SLACK_DAYS):
        yield as_agreed("Fälligkeit", term, named)
    elif late and 0 <= given <= 2 * days:
        said = (
            f"fällig {named}, {given} Tage nach dem Dokument vom {german.day(issued)}; üblich sind {days} "
            f"(vereinbart war der {until}, das Dokument kam danach)"
        )
        yield noted("Fälligkeit", term, named, until, said)
    else:
        apart = (due - agreed).days
        more = "später" if apart > 0 else "früher"
        before = ", noch vor dem Tag des Dokuments" if due < issued else ""
        said = f"fällig {named}, vereinbart {until}: {abs(apart)} Tage {more}{before}"
        yield to_clear("Fälligkeit", term, named, until, said)


def _rates(document: Invoice) -> tuple[tuple[dt.date, int], ...]:
    """Return the instalments that the terms name, days and cents: only where they add up to what is to be paid."""
    rates: list[tuple[dt.date, int]] = []
    with suppress(ValueError):  # the 31.02. is no day: then these words say nothing
        for amount, day in _RATE.findall(document.terms):
            rates.append((dt.date(*map(int, reversed(day.split(".")))), parse_typed_eur(amount)))
        if len(rates) > 1 and sum(cents for _, cents in rates) == document.totals.due_cents:
            return tuple(sorted(rates))
    return ()


def _instalments(case: Case, rates: tuple[tuple[dt.date, int], ...], until: str) -> ComparedField:
    """Return what becomes of instalments: our book has the same, or they have to be entered, or all is paid at once."""
    named = ", ".join(f"{format_eur(cents)} bis zum {german.day(day)}" for day, cents in rates)
    if any(tuple((due.day, due.cents) for due in item.dues) == rates for item in case.items):
        return as_agreed("Fälligkeit", "BT-20", named)
    switches = " ".join(f"--instalment {day.isoformat()}={format_amount(cents)}" for day, cents in rates)
    posten = next((item.posten for item in case.items), "POSTEN")
    said = (
        f"zahlbar in Raten: {named}; vereinbart ist der {until}. `kkd pay` zahlt alles auf einmal, bis die Raten im "
        f"Buch stehen: `kkd defer BUCH {posten} --kind ratenzahlung {switches} --order GRUND --by NAME "
        "--certified-by NAME`"
    )
    return noted("Fälligkeit", "BT-20", named, until, said)


def _booked_dues(case: Case) -> set[dt.date]:
    """Return the due days that our own book knows: of the entries, and where they were deferred of what is open."""
    booked = {due for year in case.years if year.booked and (due := year.booked.record.day(v.DUE))}
    return (
        booked | {item.due_on for item in case.items} | {due.day for item in case.items for due in item.dues}
    )


def _agreed_due(case: Case) -> dt.date | None:
    """Return the day on which all that is demanded is due by the agreement (or, party unknown there, as booked)."""
    dues = []
    for year in case.years:
        share = shares(case.book.agreement, year.service_year, year.known_on or case.day).of(case.book.party)
        if share:
            dues.append(share.due)
    return max([*dues, *(() if dues else _booked_dues(case))], default=None)


def _accounts_in_texts(case: Case) -> Iterator[ComparedField]:
    """Yield every other account that stands in a text of the document, wherever: the oldest fraud there is."""
    ours = {case.book.settings.bank.iban, *case.buyer.ibans, *case.seller.ibans}
    bare = replace(case.document, payments=tuple(_only_text(means) for means in case.document.payments))
    for text in _texts(bare):
        for iban in ibans_in(text):
            if iban not in ours:
                said = f"im Text steht ein anderes Konto: {iban} („{_short(text, iban)}“); gezahlt wird dorthin nichts"
                yield to_clear("Konto im Text", "", iban, ", ".join(case.seller.ibans), said)
        if match := _BANK_CODE.search(text):
            said = f"im Text steht eine Bankleitzahl („{match[0]}“); gezahlt wird auf das vereinbarte Konto"
            yield to_clear("Konto im Text", "", match[0], ", ".join(case.seller.ibans), said)


def _only_text(means: PaymentMeans) -> PaymentMeans:
    return replace(means, iban="", debited_iban="")


_SHOWN: Final = 80


def _short(text: str, iban: str) -> str:
    line = " ".join(text.split())
    at = max(0, line.upper().find(iban[:4]) - _SHOWN // 2)
    return line[at : at + _SHOWN]


def _texts(value: Any) -> Iterator[str]:
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
