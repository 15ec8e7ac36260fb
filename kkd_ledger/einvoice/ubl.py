"""UBL 2.1 Invoice and CreditNote (OASIS) as EN 16931 binds them: the table of a document, read and write."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Final

from kkd_ledger.einvoice import model as m
from kkd_ledger.einvoice.codecs import (
    CENTS,
    DAY,
    RAW,
    TEXT,
    with_currency,
)
from kkd_ledger.einvoice.due_stages import with_terms
from kkd_ledger.einvoice.source import InvoiceSource
from kkd_ledger.einvoice.ubl_parts import (
    ADJUSTMENT,
    ATTACHMENT,
    DELIVERY,
    MEANS,
    MONEY,
    NAMES,
    NOTE,
    OBJECT,
    PARTY,
    PAYEE,
    PERIOD,
    POINT_CODE,
    TAX,
    TOTALS,
    line_parts,
)
from kkd_ledger.einvoice.xml_binding import Constant, Group, Leaf, Part, XmlReader, XmlWriter
from kkd_ledger.errors import InvoiceRefused

_SELLER: Final = "cac:AccountingSupplierParty/cac:Party"
_TERMS: Final[tuple[Leaf | Group, ...]] = (
    Leaf("cac:PaymentTerms/cbc:Note", "terms", RAW, many=True),
    Leaf("cbc:DueDate", "due", DAY, many=True),
    Leaf("cac:PaymentMeans/cbc:PaymentDueDate", "due", DAY, many=True),
    Group(
        "cac:PaymentTerms",
        "instalments",
        m.DueStage,
        (
            Leaf("cbc:PaymentDueDate", "due", DAY),
            Leaf("cbc:InstallmentDueDate", "due", DAY),
            Leaf("cbc:Amount", "cents", CENTS),
        ),
        many=True,
    ),
)
_IN_CURRENCY: Final = "[cbc:TaxAmount/@currencyID={currency}]"
_IN_TAX_CURRENCY: Final = "[cbc:TaxAmount/@currencyID={tax_currency}]"


def _references(kind: str) -> tuple[Part, ...]:
    """Return the parts about other documents, in the order of the schema: a `CreditNote` has its own."""
    tender = Leaf("cac:OriginatorDocumentReference/cbc:ID", "tender", TEXT)
    before, behind = ((tender,), ()) if kind == "Invoice" else ((), (tender,))
    additional = "cac:AdditionalDocumentReference"
    project: tuple[Part, ...] = (Leaf("cac:ProjectReference/cbc:ID", "project", TEXT),)
    if kind == "CreditNote":
        project = (
            Leaf(f"+{additional}[cbc:DocumentTypeCode=50]/cbc:ID", "project", TEXT),
            Constant(f"{additional}/cbc:DocumentTypeCode", "50", unless_missing="project"),
        )
    attachments = f"{additional}[cbc:DocumentTypeCode!=130|50]"
    return (
        Leaf("cac:OrderReference/cbc:ID", "order", TEXT),
        Leaf("cac:OrderReference/cbc:SalesOrderID", "sales_order", TEXT),
        Group(
            "+cac:BillingReference/cac:InvoiceDocumentReference",
            "preceding",
            m.Reference,
            (Leaf("cbc:ID", "number", TEXT), Leaf("cbc:IssueDate", "date", DAY)),
            many=True,
        ),
        Leaf("cac:DespatchDocumentReference/cbc:ID", "despatch", TEXT),
        Leaf("cac:ReceiptDocumentReference/cbc:ID", "receipt", TEXT),
        *before,
        Leaf("cac:ContractDocumentReference/cbc:ID", "contract", TEXT),
        Group(f"{additional}[cbc:DocumentTypeCode=130]", "object", m.Identifier, OBJECT),
        Group(attachments, "attachments", m.InvoiceAttachment, ATTACHMENT, many=True),
        *project,
        *behind,
    )


def _head(kind: str) -> tuple[Part, ...]:
    """Return the parts before the parties; a `CreditNote` names its due day with the means of payment only."""
    due: tuple[Part, ...] = (Leaf("cbc:DueDate", "due", DAY),) if kind == "Invoice" else ()
    tax_point = Leaf("cbc:TaxPointDate", "tax_point", DAY)
    coded: tuple[Part, ...] = (
        Leaf(f"cbc:{kind}TypeCode", "kind", TEXT),
        Leaf("cbc:Note", "notes", NOTE, many=True),
    )
    return (
        Leaf("cbc:CustomizationID", "profile", TEXT),
        Leaf("cbc:ProfileID", "process", TEXT),
        Leaf("cbc:ID", "number", TEXT),
        Leaf("cbc:IssueDate", "issued", DAY),
        *due,
        Leaf("cac:PaymentMeans/cbc:PaymentDueDate", "due", DAY, read_only=True),
        *((*coded, tax_point) if kind == "Invoice" else (tax_point, *coded)),
        Leaf("cbc:DocumentCurrencyCode", "currency", TEXT),
        Leaf("cbc:TaxCurrencyCode", "tax_currency", TEXT),
        Leaf("cbc:AccountingCost", "accounting_reference", TEXT),
        Leaf("cbc:BuyerReference", "buyer_reference", TEXT),
        Group("cac:InvoicePeriod", "period", m.Period, PERIOD),
        Leaf("cac:InvoicePeriod/cbc:DescriptionCode", "tax_point_code", POINT_CODE),
    )


def _document(kind: str) -> tuple[Part, ...]:
    """Return the table of an `Invoice` or a `CreditNote`."""
    line = line_parts("InvoicedQuantity" if kind == "Invoice" else "CreditedQuantity")
    accounting = (Leaf("cbc:TaxAmount", "tax_accounting_cents", with_currency(CENTS, "tax_currency")),)
    return (
        *_head(kind),
        *_references(kind),
        Leaf(
            f"{_SELLER}/cac:PartyIdentification/cbc:ID[@schemeID=SEPA]", "creditor_id", TEXT, read_only=True
        ),
        Group(_SELLER, "seller", m.Party, PARTY),
        Group("cac:AccountingCustomerParty/cac:Party", "buyer", m.Party, PARTY),
        Leaf(
            "cac:PayeeParty/cac:PartyIdentification/cbc:ID[@schemeID=SEPA]",
            "creditor_id",
            TEXT,
            read_only=True,
        ),
        Group("cac:PayeeParty", "payee", m.Party, PAYEE),
        Group("cac:TaxRepresentativeParty", "tax_representative", m.Party, PAYEE),
        Group("cac:Delivery", "delivery", m.Delivery, DELIVERY),
        Group("cac:PaymentMeans", "payments", m.PaymentMeans, MEANS, many=True),
        Leaf("cac:PaymentMeans/cbc:PaymentID", "remittance", TEXT, read_only=True),
        Leaf("cac:PaymentMeans/cac:PaymentMandate/cbc:ID", "mandate", TEXT, read_only=True),
        Leaf("cac:PaymentTerms/cbc:Note", "terms", RAW, write_only=True),
        Group("cac:AllowanceCharge", "adjustments", m.Adjustment, ADJUSTMENT, many=True),
        Group(
            "cac:TaxTotal", "totals", m.Totals, (Leaf("cbc:TaxAmount", "tax_cents", MONEY),), write_only=True
        ),
        Group(f"cac:TaxTotal{_IN_CURRENCY}/cac:TaxSubtotal", "taxes", m.Tax, TAX, many=True),
        Group("cac:TaxTotal", "totals", m.Totals, accounting, write_only=True, when=_accounts_tax),
        Group("cac:LegalMonetaryTotal", "totals", m.Totals, TOTALS),
        Group(f"cac:{kind}Line", "lines", m.Line, line, many=True),
    )


def _accounts_tax(totals: m.Totals) -> bool:
    return totals.tax_accounting_cents is not None


def read(source: InvoiceSource) -> m.Invoice:
    """Return the document in a UBL source; raise InvoiceRefused with everything that cannot be read."""
    return _read(source)[0]


def unread(source: InvoiceSource) -> tuple[m.UnreadText, ...]:
    """Return what a UBL source says beyond what `read` takes from it; raise InvoiceRefused as that does."""
    return tuple(m.UnreadText(*text) for text in _read(source)[1].unread(source.root))


def _read(source: InvoiceSource) -> tuple[m.Invoice, XmlReader]:
    kind = "CreditNote" if source.is_credit_note else "Invoice"
    codes = {
        key: str(source.root.xpath(f"string(cbc:{name})", namespaces=dict(NAMES))).strip() or "-"
        for key, name in (("currency", "DocumentCurrencyCode"), ("tax_currency", "TaxCurrencyCode"))
    }
    reader = XmlReader(NAMES, codes, source.name)
    document = reader.document(source.root, m.Invoice, _document(kind))
    own, accounting = (
        reader.value(source.root, Leaf(f"cac:TaxTotal{where}/cbc:TaxAmount", "tax_cents", CENTS))
        for where in (_IN_CURRENCY, _IN_TAX_CURRENCY)
    )  # the sums of VAT, which UBL keeps apart
    texts, *stages = (reader.value(source.root, part) for part in _TERMS)
    if reader.problems or document is None:
        raise InvoiceRefused(reader.problems)
    assert isinstance(document, m.Invoice)
    totals = replace(document.totals, tax_cents=own, tax_accounting_cents=accounting)
    days = [m.DueStage(day) for day in (*stages[0], *stages[1])]
    return with_terms(replace(document, totals=totals), texts, (*days, *stages[2])), reader


# writing


@dataclass(frozen=True, slots=True)
class _Means(m.PaymentMeans):
    """A means of payment with what EN 16931 says of the payment as a whole, which UBL repeats with each."""

    due: dt.date | None = None
    remittance: str = ""
    mandate: str = ""


def write(document: m.Invoice) -> bytes:
    """Return a document as UBL (UTF-8, same document, same bytes): a `CreditNote` where its kind is a credit's."""
    from lxml import etree

    kind = "CreditNote" if document.is_credit else "Invoice"
    space = f"urn:oasis:names:specification:ubl:schema:xsd:{kind}-2"
    root = etree.Element(f"{{{space}}}{kind}", nsmap={"ubl": space, **NAMES})
    context = {"currency": document.currency, "tax_currency": document.tax_currency or "-"}
    XmlWriter(NAMES, context).record(root, _as_written(document), _document(kind))
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _as_written(document: m.Invoice) -> m.Invoice:
    """Return a document with everything in its place where UBL has another than EN 16931, or leaves nothing out."""
    totals, seller = document.totals, document.seller
    if document.creditor_id:
        seller = replace(seller, ids=(*seller.ids, m.Identifier(document.creditor_id, "SEPA")))
    return replace(
        document,
        seller=seller,
        payments=tuple(_means(document)),
        order=document.order or ("NA" if document.sales_order else ""),
        totals=replace(totals, tax_cents=totals.tax_cents or 0),
        lines=tuple(_line_as_written(line) for line in document.lines),
    )


def _means(document: m.Invoice) -> Iterator[_Means]:
    """Yield the means of payment; an undefined one (UNTDID 4461: 1) where a document names its payment and no means."""
    due = document.due if document.is_credit else None
    said = due or document.remittance or document.mandate
    for means in document.payments or ((m.PaymentMeans("1"),) if said else ()):
        values = {field.name: getattr(means, field.name) for field in fields(m.PaymentMeans)}
        yield _Means(**values, due=due, remittance=document.remittance, mandate=document.mandate)


def _line_as_written(line: m.Line) -> m.Line:
    """Return a line whose price before discount stands with its discount, be it none."""
    return replace(line, price_discount=line.price_discount or Decimal(0)) if line.gross_price else line
