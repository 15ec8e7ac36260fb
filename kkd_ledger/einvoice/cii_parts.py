"""The parts of a Cross Industry Invoice below its header: parties, periods, allowances, lines (tables)."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

from kkd_ledger.einvoice import model as m
from kkd_ledger.einvoice.codecs import CENTS, DAY_102, DECIMAL, FLAG, TEXT, attribute
from kkd_ledger.einvoice.source import CII
from kkd_ledger.einvoice.xml_binding import Constant, Group, Leaf, Part

NAMES: Final = MappingProxyType(
    {
        "rsm": CII,
        "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
        "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
        "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    }
)
DATE: Final = "udt:DateTimeString"


def has_scheme(identifier: Any) -> bool:
    """Tell whether an identifier names its scheme; such ones have an element of their own."""
    return bool(identifier.scheme)


def has_no_scheme(identifier: Any) -> bool:
    """Tell whether an identifier names no scheme."""
    return not identifier.scheme


PLAIN_ID: Final = (Leaf("", "value", TEXT),)
ID: Final = (*PLAIN_ID, Leaf("", "scheme", attribute("schemeID")))
_CLASS: Final = (
    Leaf("", "value", TEXT),
    Leaf("", "scheme", attribute("listID")),
    Leaf("", "version", attribute("listVersionID")),
)
PERIOD: Final = (
    Leaf(f"ram:StartDateTime/{DATE}", "start", DAY_102),
    Leaf(f"ram:EndDateTime/{DATE}", "end", DAY_102),
)
ADDRESS: Final = (
    Leaf("ram:PostcodeCode", "postcode", TEXT),
    Leaf("ram:LineOne", "line1", TEXT),
    Leaf("ram:LineTwo", "line2", TEXT),
    Leaf("ram:LineThree", "line3", TEXT),
    Leaf("ram:CityName", "city", TEXT),
    Leaf("ram:CountryID", "country", TEXT),
    Leaf("ram:CountrySubDivisionName", "region", TEXT),
)
_CONTACT: Final = (
    Leaf("ram:PersonName", "name", TEXT),
    Leaf("ram:DepartmentName", "name", TEXT, read_only=True),
    Leaf("ram:TelephoneUniversalCommunication/ram:CompleteNumber", "phone", TEXT),
    Leaf("ram:EmailURIUniversalCommunication/ram:URIID", "email", TEXT),
)
PARTY: Final[tuple[Part, ...]] = (
    Group("ram:ID", "ids", m.Identifier, PLAIN_ID, many=True, when=has_no_scheme),
    Group("ram:GlobalID", "ids", m.Identifier, ID, many=True, when=has_scheme),
    Leaf("ram:Name", "name", TEXT),
    Leaf("ram:Description", "legal_info", TEXT),
    Group("ram:SpecifiedLegalOrganization/ram:ID", "legal_id", m.Identifier, ID),
    Leaf("ram:SpecifiedLegalOrganization/ram:TradingBusinessName", "trading_name", TEXT),
    Group("ram:DefinedTradeContact", "contact", m.ContactPoint, _CONTACT),
    Group("ram:PostalTradeAddress", "address", m.Address, ADDRESS),
    Group("ram:URIUniversalCommunication/ram:URIID", "endpoint", m.Identifier, ID),
    Leaf("+ram:SpecifiedTaxRegistration/ram:ID[@schemeID=VA]", "vat_id", TEXT),
    Leaf("+ram:SpecifiedTaxRegistration/ram:ID[@schemeID=FC]", "tax_number", TEXT),
)
ADJUSTMENT: Final[tuple[Part, ...]] = (
    Leaf("ram:ChargeIndicator/udt:Indicator", "is_charge", FLAG),
    Leaf("ram:CalculationPercent", "percent", DECIMAL),
    Leaf("ram:BasisAmount", "base_cents", CENTS),
    Leaf("ram:ActualAmount", "amount_cents", CENTS),
    Leaf("ram:ReasonCode", "reason_code", TEXT),
    Leaf("ram:Reason", "reason", TEXT),
    Constant("ram:CategoryTradeTax/ram:TypeCode", "VAT", unless_missing="category"),
    Leaf("ram:CategoryTradeTax/ram:CategoryCode", "category", TEXT),
    Leaf("ram:CategoryTradeTax/ram:RateApplicablePercent", "rate", DECIMAL),
)
_PRODUCT: Final[tuple[Part, ...]] = (
    Group("ram:SpecifiedTradeProduct/ram:GlobalID", "standard_item", m.Identifier, ID),
    Leaf("ram:SpecifiedTradeProduct/ram:SellerAssignedID", "seller_item", TEXT),
    Leaf("ram:SpecifiedTradeProduct/ram:BuyerAssignedID", "buyer_item", TEXT),
    Leaf("ram:SpecifiedTradeProduct/ram:Name", "name", TEXT),
    Leaf("ram:SpecifiedTradeProduct/ram:Description", "description", TEXT),
    Group(
        "ram:SpecifiedTradeProduct/ram:ApplicableProductCharacteristic",
        "attributes",
        m.Attribute,
        (Leaf("ram:Description", "name", TEXT), Leaf("ram:Value", "value", TEXT)),
        many=True,
    ),
    Group(
        "ram:SpecifiedTradeProduct/+ram:DesignatedProductClassification/ram:ClassCode",
        "classes",
        m.Identifier,
        _CLASS,
        many=True,
    ),
    Leaf("ram:SpecifiedTradeProduct/ram:OriginTradeCountry/ram:ID", "origin", TEXT),
)
_AGREED: Final = "ram:SpecifiedLineTradeAgreement"
_GROSS: Final = f"{_AGREED}/ram:GrossPriceProductTradePrice"
_NET: Final = f"{_AGREED}/ram:NetPriceProductTradePrice"
_PRICE: Final[tuple[Part, ...]] = (
    Leaf(f"{_AGREED}/ram:BuyerOrderReferencedDocument/ram:LineID", "order_line", TEXT),
    Leaf(f"{_GROSS}/ram:ChargeAmount", "gross_price", DECIMAL),
    Constant(
        f"{_GROSS}/ram:AppliedTradeAllowanceCharge/ram:ChargeIndicator/udt:Indicator",
        "false",
        unless_missing="price_discount",
    ),
    Leaf(f"{_GROSS}/ram:AppliedTradeAllowanceCharge/ram:ActualAmount", "price_discount", DECIMAL),
    Leaf(f"{_NET}/ram:ChargeAmount", "price", DECIMAL),
    Leaf(f"{_NET}/ram:BasisQuantity", "base_quantity", DECIMAL),
    Leaf(f"{_NET}/ram:BasisQuantity", "base_unit", attribute("unitCode")),
    Leaf(f"{_GROSS}/ram:BasisQuantity", "base_quantity", DECIMAL, read_only=True),
    Leaf(f"{_GROSS}/ram:BasisQuantity", "base_unit", attribute("unitCode"), read_only=True),
)
_SETTLED: Final = "ram:SpecifiedLineTradeSettlement"
_LINE_OBJECT: Final = (
    Leaf("ram:IssuerAssignedID", "value", TEXT),
    Constant("ram:TypeCode", "130"),
    Leaf("ram:ReferenceTypeCode", "scheme", TEXT),
)
LINE: Final[tuple[Part, ...]] = (
    Leaf("ram:AssociatedDocumentLineDocument/ram:LineID", "id", TEXT),
    Leaf("ram:AssociatedDocumentLineDocument/ram:IncludedNote/ram:Content", "note", TEXT),
    *_PRODUCT,
    *_PRICE,
    Leaf("ram:SpecifiedLineTradeDelivery/ram:BilledQuantity", "quantity", DECIMAL),
    Leaf("ram:SpecifiedLineTradeDelivery/ram:BilledQuantity", "unit", attribute("unitCode")),
    Constant(f"{_SETTLED}/ram:ApplicableTradeTax/ram:TypeCode", "VAT"),
    Leaf(f"{_SETTLED}/ram:ApplicableTradeTax/ram:CategoryCode", "category", TEXT),
    Leaf(f"{_SETTLED}/ram:ApplicableTradeTax/ram:RateApplicablePercent", "rate", DECIMAL),
    Group(f"{_SETTLED}/ram:BillingSpecifiedPeriod", "period", m.Period, PERIOD),
    Group(
        f"{_SETTLED}/ram:SpecifiedTradeAllowanceCharge", "adjustments", m.Adjustment, ADJUSTMENT, many=True
    ),
    Leaf(
        f"{_SETTLED}/ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount",
        "net_cents",
        CENTS,
    ),
    Group(
        f"{_SETTLED}/ram:AdditionalReferencedDocument[ram:TypeCode=130]", "object", m.Identifier, _LINE_OBJECT
    ),
    Leaf(f"{_SETTLED}/ram:ReceivableSpecifiedTradeAccountingAccount/ram:ID", "accounting_reference", TEXT),
)
