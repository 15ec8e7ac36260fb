"""What the official rules do not catch: check digits, cents, due day, the document referred to, periods, attachments.

On foreign documents these are warnings; on our own (`Report.strict`) they are errors.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from kkd_ledger import german
from kkd_ledger.einvoice.model import CORRECTED, CREDIT, Adjustment, Invoice, InvoiceAttachment, Line
from kkd_ledger.einvoice.validate.verdict import InvoiceFinding, Severity
from kkd_ledger.money import format_eur, round_half_up
from kkd_ledger.references import check_iban, check_leitweg_id, check_payment_reference

_LEITWEG: Final = re.compile(r"\d{2,12}(?:-[A-Za-z0-9]{1,30})?-\d{2}", re.ASCII)
_DAY: Final = re.compile(r"\d\d\.\d\d\.\d{4}", re.ASCII)
_RF: Final = re.compile(r"RF\d{2}\s*\w.*", re.ASCII)
_IBAN: Final = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9 ]+", re.ASCII)
_LEITWEG_SCHEME: Final = "0204"
_YEAR_DAYS: Final = 366
_MAGIC: Final = MappingProxyType(
    {
        "application/pdf": (b"%PDF-",),
        "image/png": (b"\x89PNG\r\n\x1a\n",),
        "image/jpeg": (b"\xff\xd8\xff",),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (b"PK\x03\x04",),
        "application/vnd.oasis.opendocument.spreadsheet": (b"PK\x03\x04",),
    }
)


def findings(document: Invoice) -> list[InvoiceFinding]:
    """Return everything that our own checks say about a document."""
    return [finding for check in _CHECKS for finding in check(document)]


def _warn(rule: str, text: str, place: str = "") -> InvoiceFinding:
    return InvoiceFinding(Severity.WARNING, rule, place, text)


def _valid(check: Callable[[str], str], text: str) -> str:
    """Return what is wrong with a reference, empty where nothing is."""
    try:
        check(text)
    except ValueError as error:
        return str(error)
    return ""


def _leitweg_ids(document: Invoice) -> Iterator[InvoiceFinding]:
    parties = (document.buyer, document.seller)
    ends = [
        party.endpoint.value
        for party in parties
        if party.endpoint and party.endpoint.scheme == _LEITWEG_SCHEME
    ]
    routed = [document.buyer_reference] if _LEITWEG.fullmatch(document.buyer_reference) else []
    for text in dict.fromkeys((*routed, *ends)):
        if wrong := _valid(check_leitweg_id, text):
            yield _warn("KKD-E10", f"Prüfziffer der Leitweg-ID: {wrong}.")


def _ibans(document: Invoice) -> Iterator[InvoiceFinding]:
    ibans = [iban for means in document.payments for iban in (means.iban, means.debited_iban) if iban]
    for text in dict.fromkeys(ibans):
        if _IBAN.fullmatch(text) and (wrong := _valid(check_iban, text)):
            yield _warn("KKD-E11", f"Prüfziffern des Kontos: {wrong}.")
        elif not _IBAN.fullmatch(text):
            yield _warn("KKD-E11", f"„{text}“ ist keine IBAN.")


def _references(document: Invoice) -> Iterator[InvoiceFinding]:
    text = document.remittance
    if _RF.fullmatch(text) and (wrong := _valid(check_payment_reference, text)):
        yield _warn("KKD-E12", f"Verwendungszweck: {wrong}.")


def line_cents(line: Line) -> int:
    """Return what a line must come to: quantity × price, then allowances and charges; rounded half away from zero."""
    exact = Fraction(line.quantity) * Fraction(line.price) * 100 / Fraction(line.base_quantity or 1)
    return round_half_up(exact.numerator, exact.denominator) + sum(map(_signed, line.adjustments))


def _signed(adjustment: Adjustment) -> int:
    return adjustment.amount_cents if adjustment.is_charge else -adjustment.amount_cents


def _lines(document: Invoice) -> Iterator[InvoiceFinding]:
    for line in document.lines:
        if not line.base_quantity and line.base_quantity is not None:
            yield _warn("KKD-E13", "Die Menge, für die der Preis gilt, ist null.", f"Position {line.id}")
        elif line.net_cents != (cents := line_cents(line)):
            text = f"Nettobetrag {format_eur(line.net_cents)}, Menge × Preis ergibt {format_eur(cents)}."
            yield _warn("KKD-E13", text, f"Position {line.id}")


def _taxes(document: Invoice) -> Iterator[InvoiceFinding]:
    for tax in document.taxes:
        exact = tax.base_cents * Fraction(tax.rate or 0) / 100
        cents = round_half_up(exact.numerator, exact.denominator)
        if tax.tax_cents != cents:
            rate = format(tax.rate or Decimal(0), "f").replace(".", ",")
            right = f"{rate} % von {format_eur(tax.base_cents)} sind {format_eur(cents)}"
            text = f"Umsatzsteuer {format_eur(tax.tax_cents)}; {right}."
            yield _warn("KKD-E14", text)


def _due(document: Invoice) -> Iterator[InvoiceFinding]:
    if document.totals.due_cents > 0 and document.due is None and len(set(_DAY.findall(document.terms))) > 1:
        text = "Die Fälligkeit steht nur in den Zahlungsbedingungen (BT-20), nicht in BT-9 (Raten)."
        yield InvoiceFinding(Severity.NOTE, "KKD-E15", "", text)
    elif document.totals.due_cents > 0 and document.due is None:
        yield _warn("KKD-E15", "Es ist ein Betrag zu zahlen, aber keine Fälligkeit (BT-9) angegeben.")
    if document.due and document.due < document.issued:
        due, issued = german.day(document.due), german.day(document.issued)
        text = f"Die Fälligkeit ({due}) liegt vor dem Rechnungsdatum ({issued})."
        yield InvoiceFinding(Severity.NOTE, "KKD-E15", "", text)


def _corrected(document: Invoice) -> Iterator[InvoiceFinding]:
    if document.kind == CORRECTED and not document.preceding:
        yield _warn("KKD-E16", "Eine Korrektur muss das berichtigte Dokument nennen (BT-25).")
    elif document.kind == CREDIT and not document.preceding:
        text = (
            "Das Dokument nennt keines, das es berichtigt (BT-25): Es gibt für sich Geld zurück oder weiter."
        )
        yield InvoiceFinding(Severity.NOTE, "KKD-E16", "", text)


def _periods(document: Invoice) -> Iterator[InvoiceFinding]:
    spans = {line.id: line.period for line in document.lines}
    years = {period.start.year for period in spans.values() if period and period.start}
    for name, period in spans.items():
        if period and period.start and period.end and (period.end - period.start).days > _YEAR_DAYS:
            text = "Der Zeitraum ist länger als ein Jahr; je Leistungsjahr braucht es eine Position."
            yield InvoiceFinding(Severity.NOTE, "KKD-E17", f"Position {name}", text)
        elif len(years) > 1 and (period is None or not (period.start and period.end)):
            text = "Das Dokument betrifft mehrere Jahre, aber diese Position nennt keinen Zeitraum (BG-26)."
            yield _warn("KKD-E17", text, f"Position {name}")


def _currency(document: Invoice) -> Iterator[InvoiceFinding]:
    if document.currency != "EUR":
        yield _warn("KKD-E18", f"Die Währung ist {document.currency}, gebucht wird nur in EUR.")


def _attachments(document: Invoice) -> Iterator[InvoiceFinding]:
    for attachment in document.attachments:
        if attachment.content and (wrong := _attachment(attachment)):
            yield _warn("KKD-E19", f"Anlage {attachment.filename or attachment.id}: {wrong}.")


def _attachment(attachment: InvoiceAttachment) -> str:
    try:
        content = base64.b64decode("".join(attachment.content.split()), validate=True)
    except (binascii.Error, ValueError):
        return "der Inhalt ist kein Base64"
    magic = _MAGIC.get(attachment.mime, (b"",))
    return "" if content.startswith(magic) else f"der Inhalt ist kein {attachment.mime}"


_CHECKS: Final = (
    _leitweg_ids, _ibans, _references, _lines, _taxes, _due, _corrected, _periods, _currency, _attachments,
)  # fmt: skip
