"""What the fields that no document can lack are called in German, with their number in EN 16931."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from kkd_ledger.einvoice import model as m

REQUIRED: Final[Mapping[tuple[type[Any], str], str]] = MappingProxyType(
    {
        (m.Invoice, "number"): "Rechnungsnummer (BT-1)",
        (m.Invoice, "issued"): "Rechnungsdatum (BT-2)",
        (m.Invoice, "kind"): "Art des Dokuments (BT-3)",
        (m.Invoice, "currency"): "Währung (BT-5)",
        (m.Invoice, "profile"): "Profilkennung (BT-24)",
        (m.Invoice, "seller"): "Verkäufer (BG-4)",
        (m.Invoice, "buyer"): "Käufer (BG-7)",
        (m.Invoice, "totals"): "Summen (BG-22)",
        (m.Invoice, "lines"): "Position (BG-25)",
        (m.Invoice, "taxes"): "Aufschlüsselung der Umsatzsteuer (BG-23)",
        (m.Totals, "lines_cents"): "Summe der Positionen (BT-106)",
        (m.Totals, "net_cents"): "Gesamtbetrag ohne Umsatzsteuer (BT-109)",
        (m.Totals, "gross_cents"): "Gesamtbetrag mit Umsatzsteuer (BT-112)",
        (m.Totals, "due_cents"): "fälliger Betrag (BT-115)",
        (m.Tax, "category"): "Umsatzsteuer-Kategorie (BT-118)",
        (m.Tax, "base_cents"): "Bemessungsgrundlage (BT-116)",
        (m.Tax, "tax_cents"): "Umsatzsteuer der Kategorie (BT-117)",
        (m.Line, "id"): "Nummer der Position (BT-126)",
        (m.Line, "name"): "Bezeichnung (BT-153)",
        (m.Line, "quantity"): "Menge (BT-129)",
        (m.Line, "unit"): "Einheit (BT-130)",
        (m.Line, "price"): "Preis je Einheit (BT-146)",
        (m.Line, "net_cents"): "Nettobetrag der Position (BT-131)",
        (m.Line, "category"): "Umsatzsteuer-Kategorie der Position (BT-151)",
        (m.Adjustment, "is_charge"): "Angabe, ob Nachlass oder Zuschlag (BG-20, BG-21)",
        (m.Adjustment, "amount_cents"): "Betrag des Nachlasses oder Zuschlags (BT-92, BT-99)",
        (m.PaymentMeans, "code"): "Code der Zahlungsart (BT-81)",
        (m.Reference, "number"): "Nummer des Bezugsdokuments (BT-25)",
        (m.InvoiceAttachment, "id"): "Kennung der Anlage (BT-122)",
        (m.Attribute, "name"): "Name der Eigenschaft (BT-160)",
        (m.Attribute, "value"): "Wert der Eigenschaft (BT-161)",
    }
)


def called(record: type[Any], field: str) -> str:
    """Return what a required field of a record is called, for people."""
    return REQUIRED[record, field]
