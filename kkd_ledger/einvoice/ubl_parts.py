"""The parts of a UBL document below its header: parties, periods, allowances, means of payment, lines (tables)."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from kkd_ledger.einvoice import model as m
from kkd_ledger.einvoice.codecs import (
    CENTS,
    DAY,
    DECIMAL,
    FLAG,
    TEXT,
    Codec,
    Context,
    attribute,
    with_currency,
)
from kkd_ledger.einvoice.xml_binding import Constant, Group, Leaf, Part

if TYPE_CHECKING:
    from lxml import etree

NAMES: Final = MappingProxyType(
    {
        "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
        "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
    }
)
_POINT_CODES: Final = MappingProxyType(
    {"3": "5", "35": "29", "432": "72"}
)  # UNTDID 2005 here, 2475 in CII and the model
_CODED: Final = re.compile(r"#([A-Z]{3})#(.*)", re.DOTALL)


def _note(element: etree._Element) -> m.Note | None:
    text = TEXT.read(element)
    match = _CODED.fullmatch(text)
    return m.Note(match[2].strip(), match[1]) if match else m.Note(text) if text else None


def _put_note(element: etree._Element, note: m.Note, context: Context) -> None:  # noqa: ARG001 - every codec writes alike
    element.text = f"#{note.code}#{note.text}" if note.code else note.text


def _point_code(element: etree._Element) -> str:
    text = TEXT.read(element)
    return _POINT_CODES.get(text, text)


def _put_point_code(element: etree._Element, code: str, context: Context) -> None:  # noqa: ARG001
    element.text = next((ubl for ubl, cii in _POINT_CODES.items() if cii == code), code)


NOTE: Final = Codec(_note, _put_note)
POINT_CODE: Final = Codec(_point_code, _put_point_code)
MONEY: Final = with_currency(CENTS)
_PRICE: Final = with_currency(DECIMAL)
_VAT: Final = "cac:TaxScheme/cbc:ID"

_ID: Final = (Leaf("", "value", TEXT), Leaf("", "scheme", attribute("schemeID")))
_CLASS: Final = (
    Leaf("", "value", TEXT),
    Leaf("", "scheme", attribute("listID")),
    Leaf("", "version", attribute("listVersionID")),
)
PERIOD: Final = (Leaf("cbc:StartDate", "start", DAY), Leaf("cbc:EndDate", "end", DAY))
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
    Leaf("+cac:PartyTaxScheme[cac:TaxScheme/cbc:ID=VAT]/cbc:CompanyID", "vat_id", TEXT),
    Constant(f"cac:PartyTaxScheme/{_VAT}", "VAT", unless_missing="vat_id"),
    Leaf("+cac:PartyTaxScheme[cac:TaxScheme/cbc:ID!=VAT]/cbc:CompanyID", "tax_number", TEXT),
    Constant(f"cac:PartyTaxScheme/{_VAT}", "FC", unless_missing="tax_number"),
)
PARTY: Final[tuple[Part, ...]] = (
    Group("cbc:EndpointID", "endpoint", m.Identifier, _ID),
    Group("+cac:PartyIdentification/cbc:ID[@schemeID!=SEPA]", "ids", m.Identifier, _ID, many=True),
    Leaf("cac:PartyName/cbc:Name", "trading_name", TEXT),
    Group("cac:PostalAddress", "address", m.Address, _ADDRESS),
    *_TAX_NUMBERS,
    Leaf("cac:PartyLegalEntity/cbc:RegistrationName", "name", TEXT),
    Group("cac:PartyLegalEntity/cbc:CompanyID", "legal_id", m.Identifier, _ID),
    Leaf("cac:PartyLegalEntity/cbc:CompanyLegalForm", "legal_info", TEXT),
    Group("cac:Contact", "contact", m.ContactPoint, _CONTACT),
)
PAYEE: Final[tuple[Part, ...]] = (
    Group("+cac:PartyIdentification/cbc:ID[@schemeID!=SEPA]", "ids", m.Identifier, _ID, many=True),
    Leaf("cac:PartyName/cbc:Name", "name", TEXT),
    Group("cac:PostalAddress", "address", m.Address, _ADDRESS),
    *_TAX_NUMBERS,
    Group("cac:PartyLegalEntity/cbc:CompanyID", "legal_id", m.Identifier, _ID),
)
ADJUSTMENT: Final[tuple[Part, ...]] = (
    Leaf("cbc:ChargeIndicator", "is_charge", FLAG),
    Leaf("cbc:AllowanceChargeReasonCode", "reason_code", TEXT),
    Leaf("cbc:AllowanceChargeReason", "reason", TEXT),
    Leaf("cbc:MultiplierFactorNumeric", "percent", DECIMAL),
    Leaf("cbc:Amount", "amount_cents", MONEY),
    Leaf("cbc:BaseAmount", "base_cents", MONEY),
    Leaf("cac:TaxCategory/cbc:ID", "category", TEXT),
    Leaf("cac:TaxCategory/cbc:Percent", "rate", DECIMAL),
    Constant(f"cac:TaxCategory/{_VAT}", "VAT", unless_missing="category"),
)
TAX: Final[tuple[Part, ...]] = (
    Leaf("cbc:TaxableAmount", "base_cents", MONEY),
    Leaf("cbc:TaxAmount", "tax_cents", MONEY),
    Leaf("cac:TaxCategory/cbc:ID", "category", TEXT),
    Leaf("cac:TaxCategory/cbc:Percent", "rate", DECIMAL),
    Leaf("cac:TaxCategory/cbc:TaxExemptionReasonCode", "reason_code", TEXT),
    Leaf("cac:TaxCategory/cbc:TaxExemptionReason", "reason", TEXT),
    Constant(f"cac:TaxCategory/{_VAT}", "VAT"),
)
TOTALS: Final[tuple[Part, ...]] = (
    Leaf("cbc:LineExtensionAmount", "lines_cents", MONEY),
    Leaf("cbc:TaxExclusiveAmount", "net_cents", MONEY),
    Leaf("cbc:TaxInclusiveAmount", "gross_cents", MONEY),
    Leaf("cbc:AllowanceTotalAmount", "allowances_cents", MONEY),
    Leaf("cbc:ChargeTotalAmount", "charges_cents", MONEY),
    Leaf("cbc:PrepaidAmount", "prepaid_cents", MONEY),
    Leaf("cbc:PayableRoundingAmount", "rounding_cents", MONEY),
    Leaf("cbc:PayableAmount", "due_cents", MONEY),
)
MEANS: Final[tuple[Part, ...]] = (
    Leaf("cbc:PaymentMeansCode", "code", TEXT),
    Leaf("cbc:PaymentMeansCode", "text", attribute("name")),
    Leaf("cbc:PaymentDueDate", "due", DAY, write_only=True),
    Leaf("cbc:PaymentID", "remittance", TEXT, write_only=True),
    Leaf("cac:CardAccount/cbc:PrimaryAccountNumberID", "card_number", TEXT),
    Constant("cac:CardAccount/cbc:NetworkID", "NA", unless_missing="card_number"),
    Leaf("cac:CardAccount/cbc:HolderName", "card_holder", TEXT),
    Leaf("cac:PayeeFinancialAccount/cbc:ID", "iban", TEXT),
    Leaf("cac:PayeeFinancialAccount/cbc:Name", "account_name", TEXT),
    Leaf("cac:PayeeFinancialAccount/cac:FinancialInstitutionBranch/cbc:ID", "bic", TEXT),
    Leaf("cac:PaymentMandate/cbc:ID", "mandate", TEXT, write_only=True),
    Leaf("cac:PaymentMandate/cac:PayerFinancialAccount/cbc:ID", "debited_iban", TEXT),
)
ATTACHMENT: Final[tuple[Part, ...]] = (
    Leaf("cbc:ID", "id", TEXT),
    Leaf("cbc:DocumentDescription", "description", TEXT),
    Leaf("cac:Attachment/cbc:EmbeddedDocumentBinaryObject", "content", TEXT),
    Leaf("cac:Attachment/cbc:EmbeddedDocumentBinaryObject", "mime", attribute("mimeCode")),
    Leaf("cac:Attachment/cbc:EmbeddedDocumentBinaryObject", "filename", attribute("filename")),
    Leaf("cac:Attachment/cac:ExternalReference/cbc:URI", "location", TEXT),
)
DELIVERY: Final[tuple[Part, ...]] = (
    Leaf("cbc:ActualDeliveryDate", "date", DAY),
    Group("cac:DeliveryLocation/cbc:ID", "id", m.Identifier, _ID),
    Group("cac:DeliveryLocation/cac:Address", "address", m.Address, _ADDRESS),
    Leaf("cac:DeliveryParty/cac:PartyName/cbc:Name", "name", TEXT),
)
OBJECT: Final[tuple[Part, ...]] = (
    Leaf("cbc:ID", "value", TEXT),
    Leaf("cbc:ID", "scheme", attribute("schemeID")),
    Constant("cbc:DocumentTypeCode", "130"),
)


def line_parts(quantity: str) -> tuple[Part, ...]:
    """Return the table of a line, whose quantity has a name of its own in each kind of document."""
    item = "cac:Item"
    return (
        Leaf("cbc:ID", "id", TEXT),
        Leaf("cbc:Note", "note", TEXT),
        Leaf(f"cbc:{quantity}", "quantity", DECIMAL),
        Leaf(f"cbc:{quantity}", "unit", attribute("unitCode")),
        Leaf("cbc:LineExtensionAmount", "net_cents", MONEY),
        Leaf("cbc:AccountingCost", "accounting_reference", TEXT),
        Group("cac:InvoicePeriod", "period", m.Period, PERIOD),
        Leaf("cac:OrderLineReference/cbc:LineID", "order_line", TEXT),
        Group("cac:DocumentReference[cbc:DocumentTypeCode=130]", "object", m.Identifier, OBJECT),
        Group("cac:AllowanceCharge", "adjustments", m.Adjustment, ADJUSTMENT, many=True),
        Leaf(f"{item}/cbc:Description", "description", TEXT),
        Leaf(f"{item}/cbc:Name", "name", TEXT),
        Leaf(f"{item}/cac:BuyersItemIdentification/cbc:ID", "buyer_item", TEXT),
        Leaf(f"{item}/cac:SellersItemIdentification/cbc:ID", "seller_item", TEXT),
        Group(f"{item}/cac:StandardItemIdentification/cbc:ID", "standard_item", m.Identifier, _ID),
        Leaf(f"{item}/cac:OriginCountry/cbc:IdentificationCode", "origin", TEXT),
        Group(
            f"{item}/+cac:CommodityClassification/cbc:ItemClassificationCode",
            "classes",
            m.Identifier,
            _CLASS,
            many=True,
        ),
        Leaf(f"{item}/cac:ClassifiedTaxCategory/cbc:ID", "category", TEXT),
        Leaf(f"{item}/cac:ClassifiedTaxCategory/cbc:Percent", "rate", DECIMAL),
        Constant(f"{item}/cac:ClassifiedTaxCategory/{_VAT}", "VAT"),
        Group(
            f"{item}/cac:AdditionalItemProperty",
            "attributes",
            m.Attribute,
            (Leaf("cbc:Name", "name", TEXT), Leaf("cbc:Value", "value", TEXT)),
            many=True,
        ),
        Leaf("cac:Price/cbc:PriceAmount", "price", _PRICE),
        Leaf("cac:Price/cbc:BaseQuantity", "base_quantity", DECIMAL),
        Leaf("cac:Price/cbc:BaseQuantity", "base_unit", attribute("unitCode")),
        Constant("cac:Price/cac:AllowanceCharge/cbc:ChargeIndicator", "false", unless_missing="gross_price"),
        Leaf("cac:Price/cac:AllowanceCharge/cbc:Amount", "price_discount", _PRICE),
        Leaf("cac:Price/cac:AllowanceCharge/cbc:BaseAmount", "gross_price", _PRICE),
    )
