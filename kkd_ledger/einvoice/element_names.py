"""What the elements of both syntaxes are called in German, so that a message about one names no English field."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

_NAMES: Final = MappingProxyType(
    {
        "ID": "Kennung", "GlobalID": "Kennung", "IssueDateTime": "Rechnungsdatum (BT-2)",
        "IssueDate": "Rechnungsdatum (BT-2)", "DateTimeString": "Tag", "TypeCode": "Art",
        "InvoiceTypeCode": "Art des Dokuments (BT-3)", "CreditNoteTypeCode": "Art des Dokuments (BT-3)",
        "InvoiceCurrencyCode": "Währung (BT-5)", "DocumentCurrencyCode": "Währung (BT-5)",
        "TaxCurrencyCode": "Währung der Umsatzsteuer (BT-6)", "TaxPointDate": "Tag der Umsatzsteuer (BT-7)",
        "DueDateTypeCode": "Code zum Tag der Umsatzsteuer (BT-8)", "DueDateDateTime": "Fälligkeit (BT-9)",
        "DueDate": "Fälligkeit (BT-9)", "PaymentDueDate": "Fälligkeit (BT-9)",
        "BuyerReference": "Käuferreferenz (BT-10)", "Description": "Beschreibung", "Note": "Bemerkung (BT-22)",
        "IncludedNote": "Bemerkung (BG-1)", "Content": "Bemerkung (BT-22)",
        "SubjectCode": "Code der Bemerkung (BT-21)", "ProfileID": "Geschäftsprozess (BT-23)",
        "CustomizationID": "Profilkennung (BT-24)",
        "GuidelineSpecifiedDocumentContextParameter": "Profilkennung (BT-24)",
        "BusinessProcessSpecifiedDocumentContextParameter": "Geschäftsprozess (BT-23)",
        "ExchangedDocumentContext": "Geschäftsprozess und Profil (BG-2)", "ExchangedDocument": "Kopf des Dokuments",
        "SupplyChainTradeTransaction": "Inhalt des Dokuments",
        "InvoiceReferencedDocument": "Bezugsdokument (BG-3)", "BillingReference": "Bezugsdokument (BG-3)",
        "AdditionalReferencedDocument": "Anlage (BG-24)", "AdditionalDocumentReference": "Anlage (BG-24)",
        "IssuerAssignedID": "Nummer des Dokuments", "AttachmentBinaryObject": "beigefügte Datei (BT-125)",
        "EmbeddedDocumentBinaryObject": "beigefügte Datei (BT-125)", "SellerTradeParty": "Verkäufer (BG-4)",
        "AccountingSupplierParty": "Verkäufer (BG-4)", "BuyerTradeParty": "Käufer (BG-7)",
        "AccountingCustomerParty": "Käufer (BG-7)", "PayeeTradeParty": "Zahlungsempfänger (BG-10)",
        "PayeeParty": "Zahlungsempfänger (BG-10)", "Name": "Name", "PersonName": "Ansprechperson",
        "PostalTradeAddress": "Anschrift", "PostalAddress": "Anschrift", "PostcodeCode": "Postleitzahl",
        "PostalZone": "Postleitzahl", "CityName": "Ort", "CountryID": "Land",
        "URIUniversalCommunication": "elektronische Adresse", "EndpointID": "elektronische Adresse",
        "SpecifiedTaxRegistration": "Steuernummer oder USt-IdNr.", "PartyTaxScheme": "Steuernummer oder USt-IdNr.",
        "SpecifiedTradeSettlementPaymentMeans": "Zahlungsangaben (BG-16)", "PaymentMeans": "Zahlungsangaben (BG-16)",
        "PaymentMeansCode": "Code der Zahlungsart (BT-81)", "PaymentReference": "Verwendungszweck (BT-83)",
        "PaymentID": "Verwendungszweck (BT-83)", "IBANID": "IBAN (BT-84)", "AccountName": "Kontoinhaber (BT-85)",
        "PayeePartyCreditorFinancialAccount": "Konto (BG-17)", "PayeeFinancialAccount": "Konto (BG-17)",
        "BICID": "BIC (BT-86)", "CreditorReferenceID": "Gläubiger-Identifikationsnummer (BT-90)",
        "DirectDebitMandateID": "Mandatsreferenz (BT-89)",
        "SpecifiedTradePaymentTerms": "Zahlungsbedingungen (BT-20)", "PaymentTerms": "Zahlungsbedingungen (BT-20)",
        "SpecifiedTradeAllowanceCharge": "Nachlass oder Zuschlag", "AllowanceCharge": "Nachlass oder Zuschlag",
        "ActualAmount": "Betrag des Nachlasses oder Zuschlags", "ChargeIndicator": "Angabe, ob Nachlass oder Zuschlag",
        "Indicator": "Angabe, ob Nachlass oder Zuschlag",
        "SpecifiedTradeSettlementHeaderMonetarySummation": "Summen (BG-22)", "LegalMonetaryTotal": "Summen (BG-22)",
        "SpecifiedTradeSettlementLineMonetarySummation": "Summe der Position",
        "LineTotalAmount": "Summe der Positionen (BT-106) oder Nettobetrag (BT-131)",
        "LineExtensionAmount": "Summe der Positionen (BT-106) oder Nettobetrag (BT-131)",
        "AllowanceTotalAmount": "Summe der Nachlässe (BT-107)", "ChargeTotalAmount": "Summe der Zuschläge (BT-108)",
        "TaxBasisTotalAmount": "Gesamtbetrag ohne Umsatzsteuer (BT-109)",
        "TaxExclusiveAmount": "Gesamtbetrag ohne Umsatzsteuer (BT-109)", "TaxTotal": "Umsatzsteuer (BG-23)",
        "TaxTotalAmount": "Umsatzsteuer insgesamt (BT-110)", "TaxAmount": "Umsatzsteuer (BT-110, BT-117)",
        "GrandTotalAmount": "Gesamtbetrag mit Umsatzsteuer (BT-112)",
        "TaxInclusiveAmount": "Gesamtbetrag mit Umsatzsteuer (BT-112)",
        "TotalPrepaidAmount": "schon gezahlter Betrag (BT-113)", "PrepaidAmount": "schon gezahlter Betrag (BT-113)",
        "RoundingAmount": "Rundungsbetrag (BT-114)", "PayableRoundingAmount": "Rundungsbetrag (BT-114)",
        "DuePayableAmount": "fälliger Betrag (BT-115)", "PayableAmount": "fälliger Betrag (BT-115)",
        "ApplicableTradeTax": "Umsatzsteuer (BG-23, BG-30)", "TaxSubtotal": "Umsatzsteuer (BG-23)",
        "BasisAmount": "Bemessungsgrundlage (BT-116)", "TaxableAmount": "Bemessungsgrundlage (BT-116)",
        "CalculatedAmount": "Umsatzsteuer der Kategorie (BT-117)",
        "CategoryCode": "Umsatzsteuer-Kategorie (BT-118, BT-151)",
        "RateApplicablePercent": "Umsatzsteuersatz (BT-119, BT-152)", "Percent": "Umsatzsteuersatz (BT-119, BT-152)",
        "IncludedSupplyChainTradeLineItem": "Position (BG-25)", "InvoiceLine": "Position (BG-25)",
        "CreditNoteLine": "Position (BG-25)", "AssociatedDocumentLineDocument": "Nummer der Position (BT-126)",
        "LineID": "Nummer der Position (BT-126)", "BilledQuantity": "Menge (BT-129)",
        "InvoicedQuantity": "Menge (BT-129)", "CreditedQuantity": "Menge (BT-129)",
        "BillingSpecifiedPeriod": "Zeitraum (BG-14, BG-26)", "InvoicePeriod": "Zeitraum (BG-14, BG-26)",
        "StartDateTime": "Beginn des Zeitraums", "EndDateTime": "Ende des Zeitraums",
        "StartDate": "Beginn des Zeitraums", "EndDate": "Ende des Zeitraums",
        "ChargeAmount": "Preis je Einheit (BT-146)", "PriceAmount": "Preis je Einheit (BT-146)",
        "BasisQuantity": "Menge, für die der Preis gilt (BT-149)",
        "BaseQuantity": "Menge, für die der Preis gilt (BT-149)", "SpecifiedTradeProduct": "Leistung (BG-31)",
        "Item": "Leistung (BG-31)", "ApplicableHeaderTradeAgreement": "Angaben zum Vertrag",
        "ApplicableHeaderTradeDelivery": "Lieferung (BG-13)", "Delivery": "Lieferung (BG-13)",
        "ApplicableHeaderTradeSettlement": "Angaben zur Zahlung",
        "SpecifiedLineTradeAgreement": "Preis der Position (BG-29)",
        "SpecifiedLineTradeDelivery": "Menge der Position (BT-129)",
        "SpecifiedLineTradeSettlement": "Beträge der Position",
    }
)  # fmt: skip


def called(tag: str) -> str:
    """Return what an element is called in German; one that no clerk has a word for goes by its own name.

    >>> called("{urn:x}DuePayableAmount")
    'fälliger Betrag (BT-115)'
    """
    name = tag.rpartition("}")[2]
    return _NAMES.get(name, name)
