"""UBL 2.1 Invoice and CreditNote (OASIS) as EN 16931 binds them: the table for reading (we write CII)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from kkd_ledger.einvoice import model as m
from kkd_ledger.einvoice.codecs import CENTS, DAY, DECIMAL, FLAG, RAW, TEXT, Codec, attribute
from kkd_ledger.einvoice.source import InvoiceSource
from kkd_ledger.einvoice.xml_binding import Group, Leaf, Part, XmlReader
from kkd_ledger.errors import InvoiceRefused

if TYPE_CHECKING:
    from lxml import etree

NAMES: Final = MappingProxyType(
    {
        "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
        "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
    }
)
_CODED: Final = re.compile(r"#([A-Z]{3})#(.*)", re.DOTALL)


def _note(element: etree._Element) -> m.Note | None:
    text = TEXT.read(element)
    match = _CODED.fullmatch(text)
    return m.Note(match[2].strip(), match[1]) if match else m.Note(text) if text else None


_ID: Final = (Leaf("", "value", TEXT), Leaf("", "scheme", attribute("schemeID")))
_CLASS: Final = (
    Leaf("", "value", TEXT),
    Leaf("", "scheme", attribute("listID")),
    Leaf("", "version", attribute("listVersionID")),
)
_PERIOD: Final = (Leaf("cbc:StartDate", "start", DAY), Leaf("cbc:EndDate", "end", DAY))
_ADDRESS: Final = (
    Leaf("cbc:StreetName", "line1", TEXT),
    Leaf("cbc:AdditionalStreetName", "line2", TEXT),
    Leaf("cbc:CityName", "city", TEXT),
    Leaf("cbc:PostalZone", "postcode", TEXT),
    Leaf("cbc:CountrySubentity", "region", TEXT),
    Leaf("cac:AddressLine/cbc:Line", "line3", TEXT),
    Leaf("cac:Country/cbc:IdentificationCode", "country", TEXT),
)
_CONTACT: Final = (
    Leaf("cbc:Name", "name", TEXT),
    Leaf("cbc:Telephone", "phone", TEXT),
    Leaf("cbc:ElectronicMail", "email", TEXT),
)
_TAX_NUMBERS: Final[tuple[Part, ...]] = (
    Leaf("cac:PartyTaxScheme[cac:TaxScheme/cbc:ID=VAT]/cbc:CompanyID", "vat_id", TEXT),
    Leaf("cac:PartyTaxScheme[cac:TaxScheme/cbc:ID!=VAT]/cbc:CompanyID", "tax_number", TEXT),
)
_PARTY: Final[tuple[Part, ...]] = (
    Group("cbc:EndpointID", "endpoint", m.Identifier, _ID),
    Group("cac:PartyIdentification/cbc:ID[@schemeID!=SEPA]", "ids", m.Identifier, _ID, many=True),
    Leaf("cac:PartyName/cbc:Name", "trading_name", TEXT),
    Group("cac:PostalAddress", "address", m.Address, _ADDRESS),
    *_TAX_NUMBERS,
    Leaf("cac:PartyLegalEntity/cbc:RegistrationName", "name", TEXT),
    Group("cac:PartyLegalEntity/cbc:CompanyID", "legal_id", m.Identifier, _ID),
    Leaf("cac:PartyLegalEntity/cbc:CompanyLegalForm", "legal_info", TEXT),
    Group("cac:Contact", "contact", m.ContactPoint, _CONTACT),
)
_PAYEE: Final[tuple[Part, ...]] = (
    Group("cac:PartyIdentification/cbc:ID[@schemeID!=SEPA]", "ids", m.Identifier, _ID, many=True),
    Leaf("cac:PartyName/cbc:Name", "name", TEXT),
    Group("cac:PostalAddress", "address", m.Address, _ADDRESS),
    *_TAX_NUMBERS,
    Group("cac:PartyLegalEntity/cbc:CompanyID", "legal_id", m.Identifier, _ID),
)
_ADJUSTMENT: Final[tuple[Part, ...]] = (
    Leaf("cbc:ChargeIndicator", "is_charge", FLAG),
    Leaf("cbc:AllowanceChargeReasonCode", "reason_code", TEXT),
    Leaf("cbc:AllowanceChargeReason", "reason", TEXT),
    Leaf("cbc:MultiplierFactorNumeric", "percent", DECIMAL),
    Leaf("cbc:Amount", "amount_cents", CENTS),
    Leaf("cbc:BaseAmount", "base_cents", CENTS),
    Leaf("cac:TaxCategory/cbc:ID", "category", TEXT),
    Leaf("cac:TaxCategory/cbc:Percent", "rate", DECIMAL),
)
_TAX: Final[tuple[Part, ...]] = (
    Leaf("cbc:TaxableAmount", "base_cents", CENTS),
    Leaf("cbc:TaxAmount", "tax_cents", CENTS),
    Leaf("cac:TaxCategory/cbc:ID", "category", TEXT),
    Leaf("cac:TaxCategory/cbc:Percent", "rate", DECIMAL),
    Leaf("cac:TaxCategory/cbc:TaxExemptionReasonCode", "reason_code", TEXT),
    Leaf("cac:TaxCategory/cbc:TaxExemptionReason", "reason", TEXT),
)
_TOTALS: Final[tuple[Part, ...]] = (
    Leaf("cbc:LineExtensionAmount", "lines_cents", CENTS),
    Leaf("cbc:TaxExclusiveAmount", "net_cents", CENTS),
    Leaf("cbc:TaxInclusiveAmount", "gross_cents", CENTS),
    Leaf("cbc:AllowanceTotalAmount", "allowances_cents", CENTS),
    Leaf("cbc:ChargeTotalAmount", "charges_cents", CENTS),
    Leaf("cbc:PrepaidAmount", "prepaid_cents", CENTS),
    Leaf("cbc:PayableRoundingAmount", "rounding_cents", CENTS),
    Leaf("cbc:PayableAmount", "due_cents", CENTS),
)
_MEANS: Final[tuple[Part, ...]] = (
    Leaf("cbc:PaymentMeansCode", "code", TEXT),
    Leaf("cbc:PaymentMeansCode", "text", attribute("name")),
    Leaf("cac:CardAccount/cbc:PrimaryAccountNumberID", "card_number", TEXT),
    Leaf("cac:CardAccount/cbc:HolderName", "card_holder", TEXT),
    Leaf("cac:PayeeFinancialAccount/cbc:ID", "iban", TEXT),
    Leaf("cac:PayeeFinancialAccount/cbc:Name", "account_name", TEXT),
    Leaf("cac:PayeeFinancialAccount/cac:FinancialInstitutionBranch/cbc:ID", "bic", TEXT),
    Leaf("cac:PaymentMandate/cac:PayerFinancialAccount/cbc:ID", "debited_iban", TEXT),
)
_ATTACHMENT: Final[tuple[Part, ...]] = (
    Leaf("cbc:ID", "id", TEXT),
    Leaf("cbc:DocumentDescription", "description", TEXT),
    Leaf("cac:Attachment/cbc:EmbeddedDocumentBinaryObject", "content", TEXT),
    Leaf("cac:Attachment/cbc:EmbeddedDocumentBinaryObject", "mime", attribute("mimeCode")),
    Leaf("cac:Attachment/cbc:EmbeddedDocumentBinaryObject", "filename", attribute("filename")),
    Leaf("cac:Attachment/cac:ExternalReference/cbc:URI", "location", TEXT),
)
_DELIVERY: Final[tuple[Part, ...]] = (
    Leaf("cbc:ActualDeliveryDate", "date", DAY),
    Group("cac:DeliveryLocation/cbc:ID", "id", m.Identifier, _ID),
    Group("cac:DeliveryLocation/cac:Address", "address", m.Address, _ADDRESS),
    Leaf("cac:DeliveryParty/cac:PartyName/cbc:Name", "name", TEXT),
)
_LINE_OBJECT: Final[tuple[Part, ...]] = (
    Leaf("cbc:ID", "value", TEXT),
    Leaf("cbc:ID", "scheme", attribute("schemeID")),
)


def _line(quantity: str) -> tuple[Part, ...]:
    item = "cac:Item"
    return (
        Leaf("cbc:ID", "id", TEXT),
        Leaf("cbc:Note", "note", TEXT),
        Leaf(f"cbc:{quantity}", "quantity", DECIMAL),
        Leaf(f"cbc:{quantity}", "unit", attribute("unitCode")),
        Leaf("cbc:LineExtensionAmount", "net_cents", CENTS),
        Leaf("cbc:AccountingCost", "accounting_reference", TEXT),
        Group("cac:InvoicePeriod", "period", m.Period, _PERIOD),
        Leaf("cac:OrderLineReference/cbc:LineID", "order_line", TEXT),
        Group("cac:DocumentReference[cbc:DocumentTypeCode=130]", "object", m.Identifier, _LINE_OBJECT),
        Group("cac:AllowanceCharge", "adjustments", m.Adjustment, _ADJUSTMENT, many=True),
        Leaf(f"{item}/cbc:Description", "description", TEXT),
        Leaf(f"{item}/cbc:Name", "name", TEXT),
        Leaf(f"{item}/cac:BuyersItemIdentification/cbc:ID", "buyer_item", TEXT),
        Leaf(f"{item}/cac:SellersItemIdentification/cbc:ID", "seller_item", TEXT),
        Group(f"{item}/cac:StandardItemIdentification/cbc:ID", "standard_item", m.Identifier, _ID),
        Leaf(f"{item}/cac:OriginCountry/cbc:IdentificationCode", "origin", TEXT),
        Group(
            f"{item}/cac:CommodityClassification/cbc:ItemClassificationCode",
            "classes",
            m.Identifier,
            _CLASS,
            many=True,
        ),
        Leaf(f"{item}/cac:ClassifiedTaxCategory/cbc:ID", "category", TEXT),
        Leaf(f"{item}/cac:ClassifiedTaxCategory/cbc:Percent", "rate", DECIMAL),
        Group(
            f"{item}/cac:AdditionalItemProperty",
            "attributes",
            m.Attribute,
            (Leaf("cbc:Name", "name", TEXT), Leaf("cbc:Value", "value", TEXT)),
            many=True,
        ),
        Leaf("cac:Price/cbc:PriceAmount", "price", DECIMAL),
        Leaf("cac:Price/cbc:BaseQuantity", "base_quantity", DECIMAL),
        Leaf("cac:Price/cbc:BaseQuantity", "base_unit", attribute("unitCode")),
        Leaf("cac:Price/cac:AllowanceCharge/cbc:Amount", "price_discount", DECIMAL),
        Leaf("cac:Price/cac:AllowanceCharge/cbc:BaseAmount", "gross_price", DECIMAL),
    )


_SELLER: Final = "cac:AccountingSupplierParty/cac:Party"
_IN_CURRENCY: Final = "[cbc:TaxAmount/@currencyID={currency}]"
_IN_TAX_CURRENCY: Final = "[cbc:TaxAmount/@currencyID={tax_currency}]"


def _document(kind: str) -> tuple[Part, ...]:
    """Return the table of an `Invoice` or a `CreditNote`."""
    line = _line("InvoicedQuantity" if kind == "Invoice" else "CreditedQuantity")
    return (
        Leaf("cbc:CustomizationID", "profile", TEXT),
        Leaf("cbc:ProfileID", "process", TEXT),
        Leaf("cbc:ID", "number", TEXT),
        Leaf("cbc:IssueDate", "issued", DAY),
        Leaf("cbc:DueDate", "due", DAY),
        Leaf("cac:PaymentMeans/cbc:PaymentDueDate", "due", DAY),
        Leaf(f"cbc:{kind}TypeCode", "kind", TEXT),
        Leaf("cbc:Note", "notes", Codec(_note, TEXT.write), many=True),
        Leaf("cbc:TaxPointDate", "tax_point", DAY),
        Leaf("cbc:DocumentCurrencyCode", "currency", TEXT),
        Leaf("cbc:TaxCurrencyCode", "tax_currency", TEXT),
        Leaf("cbc:AccountingCost", "accounting_reference", TEXT),
        Leaf("cbc:BuyerReference", "buyer_reference", TEXT),
        Group("cac:InvoicePeriod", "period", m.Period, _PERIOD),
        Leaf("cac:InvoicePeriod/cbc:DescriptionCode", "tax_point_code", TEXT),
        Leaf("cac:OrderReference/cbc:ID", "order", TEXT),
        Leaf("cac:OrderReference/cbc:SalesOrderID", "sales_order", TEXT),
        Group(
            "cac:BillingReference/cac:InvoiceDocumentReference",
            "preceding",
            m.Reference,
            (Leaf("cbc:ID", "number", TEXT), Leaf("cbc:IssueDate", "date", DAY)),
            many=True,
        ),
        Leaf("cac:DespatchDocumentReference/cbc:ID", "despatch", TEXT),
        Leaf("cac:ReceiptDocumentReference/cbc:ID", "receipt", TEXT),
        Leaf("cac:OriginatorDocumentReference/cbc:ID", "tender", TEXT),
        Leaf("cac:ContractDocumentReference/cbc:ID", "contract", TEXT),
        Group(
            "cac:AdditionalDocumentReference[cbc:DocumentTypeCode=130]", "object", m.Identifier, _LINE_OBJECT
        ),
        Group(
            "cac:AdditionalDocumentReference[cbc:DocumentTypeCode!=130]",
            "attachments",
            m.InvoiceAttachment,
            _ATTACHMENT,
            many=True,
        ),
        Leaf("cac:ProjectReference/cbc:ID", "project", TEXT),
        Leaf(f"{_SELLER}/cac:PartyIdentification/cbc:ID[@schemeID=SEPA]", "creditor_id", TEXT),
        Group(_SELLER, "seller", m.Party, _PARTY),
        Group("cac:AccountingCustomerParty/cac:Party", "buyer", m.Party, _PARTY),
        Leaf("cac:PayeeParty/cac:PartyIdentification/cbc:ID[@schemeID=SEPA]", "creditor_id", TEXT),
        Group("cac:PayeeParty", "payee", m.Party, _PAYEE),
        Group("cac:TaxRepresentativeParty", "tax_representative", m.Party, _PAYEE),
        Group("cac:Delivery", "delivery", m.Delivery, _DELIVERY),
        Group("cac:PaymentMeans", "payments", m.PaymentMeans, _MEANS, many=True),
        Leaf("cac:PaymentMeans/cbc:PaymentID", "remittance", TEXT),
        Leaf("cac:PaymentMeans/cac:PaymentMandate/cbc:ID", "mandate", TEXT),
        Leaf("cac:PaymentTerms/cbc:Note", "terms", RAW),
        Group("cac:AllowanceCharge", "adjustments", m.Adjustment, _ADJUSTMENT, many=True),
        Group(f"cac:TaxTotal{_IN_CURRENCY}/cac:TaxSubtotal", "taxes", m.Tax, _TAX, many=True),
        Group("cac:LegalMonetaryTotal", "totals", m.Totals, _TOTALS),
        Group(f"cac:{kind}Line", "lines", m.Line, line, many=True),
    )


def read(source: InvoiceSource) -> m.Invoice:
    """Return the document in a UBL source; raise InvoiceRefused with everything that cannot be read."""
    kind = "CreditNote" if source.is_credit_note else "Invoice"
    codes = {
        key: str(source.root.xpath(f"string(cbc:{name})", namespaces=dict(NAMES))).strip() or "-"
        for key, name in (("currency", "DocumentCurrencyCode"), ("tax_currency", "TaxCurrencyCode"))
    }
    reader = XmlReader(NAMES, codes, source.name)
    document = reader.document(source.root, m.Invoice, _document(kind))
    if reader.problems or document is None:
        raise InvoiceRefused(reader.problems)
    assert isinstance(document, m.Invoice)
    return replace(document, totals=_with_taxes(document.totals, source, codes))


def _with_taxes(totals: m.Totals, source: InvoiceSource, context: Mapping[str, str]) -> m.Totals:
    """Return the sums with those of VAT, which UBL keeps apart."""
    reader = XmlReader(NAMES, context, source.name)
    own, accounting = (
        reader.value(source.root, Leaf(f"cac:TaxTotal{where}/cbc:TaxAmount", "tax_cents", CENTS))
        for where in (_IN_CURRENCY, _IN_TAX_CURRENCY)
    )
    if reader.problems:
        raise InvoiceRefused(reader.problems)
    return replace(totals, tax_cents=own, tax_accounting_cents=accounting)
