"""How a received document wants to be paid: means, card, mandate, debited account; when and where stand beside it."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

from kkd_ledger.einvoice.comparison.case import Case
from kkd_ledger.einvoice.comparison.compared_fields import (
    ComparedField,
    as_agreed,
    noted,
    suspicious,
    to_clear,
)
from kkd_ledger.einvoice.comparison.due_days import compared_dues
from kkd_ledger.einvoice.comparison.payment_accounts import (
    DEBITS,
    accounts,
    accounts_in_texts,
    bare,
    is_debit,
)
from kkd_ledger.payments import mandates
from kkd_ledger.payments.sepa import Mandate

TRANSFERS: Final = frozenset({"1", "30", "31", "42", "58"})
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


def payment(case: Case) -> Iterator[ComparedField]:
    """Compare everything that says how, where and when a document wants to be paid."""
    if case.document.totals.due_cents > 0 and not case.document.is_credit:
        yield from _means(case)
        yield from compared_dues(case)
    yield from _cards(case)
    yield from accounts(case)
    yield from accounts_in_texts(case)


def _cards(case: Case) -> Iterator[ComparedField]:
    """Yield cards, and what belongs to a debit although none is announced: nothing is paid by either."""
    document = case.document
    for means in document.payments:
        if means.card_number or means.card_holder:
            card = means.card_number or means.card_holder
            said = f"das Dokument nennt eine Karte ({card}); gezahlt wird durch Überweisung"
            yield noted("Zahlungskarte", "BT-87", card, "keine", said)
    debited = ", ".join(means.debited_iban for means in document.payments if means.debited_iban)
    creditor = document.creditor_id if document.creditor_id != case.seller_contact.creditor_id else ""
    if not is_debit(document) and (debited or document.mandate or creditor):
        named = document.mandate or debited or creditor
        said = f"das Dokument nennt eine Lastschrift ({named}: Mandat, Gläubiger-ID oder Konto), kündigt aber keine an"
        yield noted("Mandat", "BT-89", named, "keines", said)


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
    debited = {bare(means.debited_iban) for means in document.payments if means.debited_iban}
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
    return suspicious(to_clear(name, term, actual, expected, said))
