"""What is to be known of the PDF that carries an e-invoice: damage, encryption, archive, and what its pages show.

The XML is what counts (it is the invoice); a sheet that shows another amount, number or account is what people pay by.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kkd_ledger.einvoice.model import Invoice
from kkd_ledger.einvoice.pdf_container import PdfCondition
from kkd_ledger.einvoice.read import document_of
from kkd_ledger.einvoice.source import InvoiceSource
from kkd_ledger.einvoice.validate.verdict import InvoiceFinding, Severity
from kkd_ledger.einvoice.visible_text import visible_text
from kkd_ledger.errors import InvoiceRefused
from kkd_ledger.money import format_eur
from kkd_ledger.references import ibans_in

ABOUT_THE_FILE: Final = frozenset({"KKD-E21", "KKD-E22"})
"""Rules whose notes say something of the PDF that whoever signs should know."""

_AMOUNT: Final = re.compile(r"(?<![\d.,])\d{1,3}(?:[.,'’  ]?\d{3})*[.,]\d{2}(?![\d])", re.ASCII)
_NO_DIGIT: Final = re.compile(r"\D", re.ASCII)
_SPACES: Final = re.compile(r"\s+")


def findings(source: InvoiceSource) -> Iterator[InvoiceFinding]:
    """Yield what is to be known of the PDF around an invoice; nothing for an XML by itself."""
    if source.pdf is None:
        return
    yield from _condition(source.pdf)
    try:
        document = document_of(source)
    except InvoiceRefused:
        return  # told with its reason elsewhere
    text = visible_text(source.pdf.content)
    if text is None:
        said = (
            "Der Text auf den Seiten des PDF lässt sich nicht auslesen; bitte mit der E-Rechnung vergleichen."
        )
        yield InvoiceFinding(Severity.NOTE, "KKD-E22", "", said)
    else:
        yield from _shown(document, text)


def _condition(pdf: PdfCondition) -> Iterator[InvoiceFinding]:
    if pdf.damage:
        text = f"Das PDF ist beschädigt: {pdf.damage}. Bitte die Datei neu anfordern."
        yield InvoiceFinding(Severity.WARNING, "KKD-E20", "", text)
    if pdf.encrypted:
        text = "Das PDF ist verschlüsselt (gegen Änderungen); ZUGFeRD und PDF/A lassen das nicht zu."
        yield InvoiceFinding(Severity.NOTE, "KKD-E21", "", text)
    if not pdf.archival.startswith("3"):
        said = f"nennt sich PDF/A-{pdf.archival.lower()}" if pdf.archival else "nennt sich nicht PDF/A"
        text = f"Das PDF {said}; ZUGFeRD verlangt PDF/A-3, damit es sich aufbewahren lässt."
        yield InvoiceFinding(Severity.NOTE, "KKD-E21", "", text)


def _shown(document: Invoice, text: str) -> Iterator[InvoiceFinding]:
    """Yield where the visible text lacks number, amount or account of the XML."""
    bare = _bare(text)
    if _bare(document.number) not in bare:
        yield _differs(f"Die Nummer {document.number} steht nicht auf den Seiten des PDF.")
    totals = document.totals
    amounts = {int(_NO_DIGIT.sub("", amount)) for amount in _AMOUNT.findall(text)}
    if not {abs(totals.due_cents), abs(totals.gross_cents)} & amounts and totals.gross_cents:
        asked = format_eur(totals.due_cents)
        yield _differs(f"Der Betrag {asked} steht nicht auf den Seiten des PDF.")
    named = {_SPACES.sub("", means.iban).upper() for means in document.payments if means.iban}
    if named and not any(iban in bare for iban in named):
        for iban in dict.fromkeys(ibans_in(text)):
            yield _differs(
                f"Auf den Seiten des PDF steht das Konto {iban}, in der E-Rechnung {', '.join(sorted(named))}."
            )


def _differs(text: str) -> InvoiceFinding:
    return InvoiceFinding(Severity.WARNING, "KKD-E22", "", text)


def _bare(text: str) -> str:
    """Return letters and digits alone, so that breaks and blanks of a page do not matter."""
    return "".join(letter for letter in text if letter.isalnum()).upper()
