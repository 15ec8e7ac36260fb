"""Cross Industry Invoice (UN/CEFACT CII D16B/D22B) as EN 16931 binds it: the table of a document, read and write."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import Final

from kkd_ledger import german
from kkd_ledger.einvoice import model as m
from kkd_ledger.einvoice.cii_parts import (
    ADDRESS,
    ADJUSTMENT,
    DATE,
    ID,
    LINE,
    NAMES,
    PARTY,
    PERIOD,
    PLAIN_ID,
    has_no_scheme,
    has_scheme,
)
from kkd_ledger.einvoice.codecs import CENTS, DAY_102, DECIMAL, RAW, TEXT, attribute, with_currency
from kkd_ledger.einvoice.due_stages import with_terms
from kkd_ledger.einvoice.source import CII, InvoiceSource
from kkd_ledger.einvoice.xml_binding import Constant, Group, Leaf, Part, XmlReader, XmlWriter
from kkd_ledger.errors import InvoiceRefused

_MEANS: Final[tuple[Part, ...]] = (
    Leaf("ram:TypeCode", "code", TEXT),
    Leaf("ram:Information", "text", TEXT),
    Leaf("ram:ApplicableTradeSettlementFinancialCard/ram:ID", "card_number", TEXT),
    Leaf("ram:ApplicableTradeSettlementFinancialCard/ram:CardholderName", "card_holder", TEXT),
    Leaf("ram:PayerPartyDebtorFinancialAccount/ram:IBANID", "debited_iban", TEXT),
    Leaf("ram:PayeePartyCreditorFinancialAccount/ram:IBANID", "iban", TEXT),
    Leaf("ram:PayeePartyCreditorFinancialAccount/ram:ProprietaryID", "iban", TEXT, read_only=True),
    Leaf("ram:PayeePartyCreditorFinancialAccount/ram:AccountName", "account_name", TEXT),
    Leaf("ram:PayeeSpecifiedCreditorFinancialInstitution/ram:BICID", "bic", TEXT),
)
_TAX: Final[tuple[Part, ...]] = (
    Leaf("ram:CalculatedAmount", "tax_cents", CENTS),
    Constant("ram:TypeCode", "VAT"),
    Leaf("ram:ExemptionReason", "reason", TEXT),
    Leaf("ram:BasisAmount", "base_cents", CENTS),
    Leaf("ram:CategoryCode", "category", TEXT),
    Leaf("ram:ExemptionReasonCode", "reason_code", TEXT),
    Leaf("ram:RateApplicablePercent", "rate", DECIMAL),
)
_TOTALS: Final[tuple[Part, ...]] = (
    Leaf("ram:LineTotalAmount", "lines_cents", CENTS),
    Leaf("ram:ChargeTotalAmount", "charges_cents", CENTS),
    Leaf("ram:AllowanceTotalAmount", "allowances_cents", CENTS),
    Leaf("ram:TaxBasisTotalAmount", "net_cents", CENTS),
    Leaf("ram:TaxTotalAmount[@currencyID={currency}]", "tax_cents", with_currency(CENTS)),
    Leaf(
        "ram:TaxTotalAmount[@currencyID={tax_currency}]",
        "tax_accounting_cents",
        with_currency(CENTS, "tax_currency"),
    ),
    Leaf("ram:RoundingAmount", "rounding_cents", CENTS),
    Leaf("ram:GrandTotalAmount", "gross_cents", CENTS),
    Leaf("ram:TotalPrepaidAmount", "prepaid_cents", CENTS),
    Leaf("ram:DuePayableAmount", "due_cents", CENTS),
)
_ATTACHMENT: Final[tuple[Part, ...]] = (
    Leaf("ram:IssuerAssignedID", "id", TEXT),
    Leaf("ram:URIID", "location", TEXT),
    Constant("ram:TypeCode", "916"),
    Leaf("ram:Name", "description", TEXT),
    Leaf("ram:AttachmentBinaryObject", "content", TEXT),
    Leaf("ram:AttachmentBinaryObject", "mime", attribute("mimeCode")),
    Leaf("ram:AttachmentBinaryObject", "filename", attribute("filename")),
)
_CONTEXT: Final = "rsm:ExchangedDocumentContext"
_HEAD: Final = "rsm:ExchangedDocument"
_TRADE: Final = "rsm:SupplyChainTradeTransaction"
_AGREEMENT: Final = f"{_TRADE}/ram:ApplicableHeaderTradeAgreement"
_DELIVERY: Final = f"{_TRADE}/ram:ApplicableHeaderTradeDelivery"
_SETTLEMENT: Final = f"{_TRADE}/ram:ApplicableHeaderTradeSettlement"
_TERMS: Final = f"{_SETTLEMENT}/ram:SpecifiedTradePaymentTerms"
_INSTALMENT: Final = (
    Leaf(f"ram:DueDateDateTime/{DATE}", "due", DAY_102),
    Leaf("ram:PartialPaymentAmount", "cents", CENTS),
)
_SHIPPED: Final = f"{_DELIVERY}/ram:ShipToTradeParty"
_REFERENCE: Final = (
    Leaf("ram:IssuerAssignedID", "number", TEXT),
    Leaf("ram:FormattedIssueDateTime/qdt:DateTimeString", "date", DAY_102),
)
_OBJECT: Final = (
    Leaf("ram:IssuerAssignedID", "value", TEXT),
    Constant("ram:TypeCode", "130"),
    Leaf("ram:ReferenceTypeCode", "scheme", TEXT),
)
_AGREEMENT_PARTS: Final[tuple[Part, ...]] = (
    Leaf(f"{_AGREEMENT}/ram:BuyerReference", "buyer_reference", TEXT),
    Group(f"{_AGREEMENT}/ram:SellerTradeParty", "seller", m.Party, PARTY),
    Group(f"{_AGREEMENT}/ram:BuyerTradeParty", "buyer", m.Party, PARTY),
    Group(f"{_AGREEMENT}/ram:SellerTaxRepresentativeTradeParty", "tax_representative", m.Party, PARTY),
    Leaf(f"{_AGREEMENT}/ram:SellerOrderReferencedDocument/ram:IssuerAssignedID", "sales_order", TEXT),
    Leaf(f"{_AGREEMENT}/ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID", "order", TEXT),
    Leaf(f"{_AGREEMENT}/ram:ContractReferencedDocument/ram:IssuerAssignedID", "contract", TEXT),
    Group(
        f"{_AGREEMENT}/ram:AdditionalReferencedDocument[ram:TypeCode=916]",
        "attachments",
        m.InvoiceAttachment,
        _ATTACHMENT,
        many=True,
    ),
    Leaf(
        f"{_AGREEMENT}/+ram:AdditionalReferencedDocument[ram:TypeCode=50]/ram:IssuerAssignedID",
        "tender",
        TEXT,
    ),
    Constant(f"{_AGREEMENT}/ram:AdditionalReferencedDocument/ram:TypeCode", "50", unless_missing="tender"),
    Group(
        f"{_AGREEMENT}/ram:AdditionalReferencedDocument[ram:TypeCode=130]", "object", m.Identifier, _OBJECT
    ),
    Leaf(f"{_AGREEMENT}/ram:SpecifiedProcuringProject/ram:ID", "project", TEXT),
    Constant(
        f"{_AGREEMENT}/ram:SpecifiedProcuringProject/ram:Name", "Project reference", unless_missing="project"
    ),
)
_DELIVERY_PARTS: Final[tuple[Part, ...]] = (
    Group(
        _DELIVERY,
        "delivery",
        m.Delivery,
        (
            Group("ram:ShipToTradeParty/ram:ID", "id", m.Identifier, PLAIN_ID, when=has_no_scheme),
            Group("ram:ShipToTradeParty/ram:GlobalID", "id", m.Identifier, ID, when=has_scheme),
            Leaf("ram:ShipToTradeParty/ram:Name", "name", TEXT),
            Group("ram:ShipToTradeParty/ram:PostalTradeAddress", "address", m.Address, ADDRESS),
            Leaf(f"ram:ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime/{DATE}", "date", DAY_102),
        ),
    ),
    Leaf(f"{_DELIVERY}/ram:DespatchAdviceReferencedDocument/ram:IssuerAssignedID", "despatch", TEXT),
    Leaf(f"{_DELIVERY}/ram:ReceivingAdviceReferencedDocument/ram:IssuerAssignedID", "receipt", TEXT),
)
_SETTLEMENT_PARTS: Final[tuple[Part, ...]] = (
    Leaf(f"{_SETTLEMENT}/ram:CreditorReferenceID", "creditor_id", TEXT),
    Leaf(f"{_SETTLEMENT}/ram:PaymentReference", "remittance", TEXT),
    Leaf(f"{_SETTLEMENT}/ram:TaxCurrencyCode", "tax_currency", TEXT),
    Leaf(f"{_SETTLEMENT}/ram:InvoiceCurrencyCode", "currency", TEXT),
    Group(f"{_SETTLEMENT}/ram:PayeeTradeParty", "payee", m.Party, PARTY),
    Group(
        f"{_SETTLEMENT}/ram:SpecifiedTradeSettlementPaymentMeans",
        "payments",
        m.PaymentMeans,
        _MEANS,
        many=True,
    ),
    Group(f"{_SETTLEMENT}/ram:ApplicableTradeTax", "taxes", m.Tax, _TAX, many=True),
    Leaf(
        f"{_SETTLEMENT}/ram:ApplicableTradeTax/ram:TaxPointDate/udt:DateString",
        "tax_point",
        DAY_102,
        read_only=True,
    ),
    Leaf(f"{_SETTLEMENT}/ram:ApplicableTradeTax/ram:DueDateTypeCode", "tax_point_code", TEXT, read_only=True),
    Group(f"{_SETTLEMENT}/ram:BillingSpecifiedPeriod", "period", m.Period, PERIOD),
    Group(
        f"{_SETTLEMENT}/ram:SpecifiedTradeAllowanceCharge",
        "adjustments",
        m.Adjustment,
        ADJUSTMENT,
        many=True,
    ),
    Group(_TERMS, "instalments", m.DueStage, _INSTALMENT, many=True, read_only=True),
    Leaf(f"{_TERMS}/ram:Description", "terms", RAW, write_only=True),
    Leaf(f"{_TERMS}/ram:DueDateDateTime/{DATE}", "due", DAY_102, write_only=True),
    Leaf(f"{_TERMS}/ram:DirectDebitMandateID", "mandate", TEXT),
    Group(f"{_SETTLEMENT}/ram:SpecifiedTradeSettlementHeaderMonetarySummation", "totals", m.Totals, _TOTALS),
    Group(f"{_SETTLEMENT}/ram:InvoiceReferencedDocument", "preceding", m.Reference, _REFERENCE, many=True),
    Leaf(f"{_SETTLEMENT}/ram:ReceivableSpecifiedTradeAccountingAccount/ram:ID", "accounting_reference", TEXT),
)
_FURTHER: Final = re.compile(r"Bezug auch auf (.+?)(?: vom (\d\d\.\d\d\.\d{4}))?\.")
_LINES: Final = (  # in Factur-X EXTENDED such a line only informs or groups others: it counts nowhere
    f"{_TRADE}/ram:IncludedSupplyChainTradeLineItem"
    "[ram:AssociatedDocumentLineDocument/ram:LineStatusReasonCode!=INFORMATION|GROUP]"
)
_NOTE: Final = (Leaf("ram:Content", "text", TEXT), Leaf("ram:SubjectCode", "code", TEXT))
_DOCUMENT: Final[tuple[Part, ...]] = (
    Leaf(f"{_CONTEXT}/ram:BusinessProcessSpecifiedDocumentContextParameter/ram:ID", "process", TEXT),
    Leaf(f"{_CONTEXT}/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID", "profile", TEXT),
    Leaf(f"{_HEAD}/ram:ID", "number", TEXT),
    Leaf(f"{_HEAD}/ram:TypeCode", "kind", TEXT),
    Leaf(f"{_HEAD}/ram:IssueDateTime/{DATE}", "issued", DAY_102),
    Group(f"{_HEAD}/ram:IncludedNote", "notes", m.Note, _NOTE, many=True),
    Group(_LINES, "lines", m.Line, LINE, many=True),
    *_AGREEMENT_PARTS,
    *_DELIVERY_PARTS,
    *_SETTLEMENT_PARTS,
)


def read(source: InvoiceSource) -> m.Invoice:
    """Return the document in a CII source; raise InvoiceRefused with everything that cannot be read."""
    return _read(source)[0]


def unread(source: InvoiceSource) -> tuple[m.UnreadText, ...]:
    """Return what a CII source says beyond what `read` takes from it; raise InvoiceRefused as that does."""
    return tuple(m.UnreadText(*text) for text in _read(source)[1].unread(source.root))


def _read(source: InvoiceSource) -> tuple[m.Invoice, XmlReader]:
    currency = source.root.xpath(f"string({_SETTLEMENT}/ram:InvoiceCurrencyCode)", namespaces=dict(NAMES))
    tax = source.root.xpath(f"string({_SETTLEMENT}/ram:TaxCurrencyCode)", namespaces=dict(NAMES))
    context = {"currency": str(currency).strip(), "tax_currency": str(tax).strip() or "-"}
    reader = XmlReader(NAMES, context, source.name)
    document = reader.document(source.root, m.Invoice, _DOCUMENT)
    texts = reader.value(source.root, Leaf(f"{_TERMS}/ram:Description", "terms", RAW, many=True))
    if reader.problems or document is None:
        raise InvoiceRefused(reader.problems)
    assert isinstance(document, m.Invoice)
    return with_terms(_with_further_references(document), texts, document.instalments), reader


def write(document: m.Invoice) -> bytes:
    """Return a document as CII (UTF-8, canonical for our purposes: same document, same bytes)."""
    from lxml import etree

    root = etree.Element(f"{{{CII}}}CrossIndustryInvoice", nsmap=dict(NAMES))
    context = {"currency": document.currency, "tax_currency": document.tax_currency or "-"}
    complete = replace(
        document,
        delivery=document.delivery or m.Delivery(),  # the element must stand there, even empty
        preceding=document.preceding[:1],
        notes=(*document.notes, *map(_further_reference, document.preceding[1:])),
    )
    XmlWriter(NAMES, context).record(root, complete, _DOCUMENT)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _further_reference(reference: m.Reference) -> m.Note:
    """Return a reference as a remark: D16B has room for one earlier document (BG-3), EN 16931 for any number."""
    day = f" vom {german.day(reference.date)}" if reference.date else ""
    return m.Note(f"Bezug auch auf {reference.number}{day}.")


def _with_further_references(document: m.Invoice) -> m.Invoice:
    """Return a document with the references that it names in remarks of ours."""
    notes, further = [], []
    for note in document.notes:
        match = None if note.code else _FURTHER.fullmatch(note.text)
        day = _day(match[2]) if match else None
        if match and bool(match[2]) == bool(day) and document.preceding:
            further.append(m.Reference(match[1], day))
        else:
            notes.append(note)
    return replace(document, notes=tuple(notes), preceding=(*document.preceding, *further))


def _day(text: str | None) -> dt.date | None:
    """Return a German day, None where it is none."""
    try:
        return dt.datetime.strptime(text or "", german.DAY_FORMAT).date()  # noqa: DTZ007 - a day has no time zone
    except ValueError:
        return None
