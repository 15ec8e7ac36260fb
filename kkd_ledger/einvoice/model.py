"""One e-invoice as data, whatever its syntax, coming in or going out: the fields of EN 16931 (BT numbers).

Amounts are whole cents of the document's currency; quantities, prices and rates are exact decimals. Empty text means
that a field is missing; an empty element is not allowed in either syntax.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

INVOICE: Final = "380"
CORRECTED: Final = "384"
CREDIT: Final = "381"
PARTIAL: Final = "326"
CREDIT_KINDS: Final = frozenset({"381", "261", "262", "296", "308", "396", "420", "458", "532", "83"})

NOT_TAXABLE: Final = "O"
STANDARD: Final = "S"
EXEMPT: Final = "E"


@dataclass(frozen=True, slots=True)
class Identifier:
    """A value with the scheme that it belongs to."""

    value: str
    scheme: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address (BG-5, BG-8, BG-12, BG-15)."""

    line1: str = ""
    line2: str = ""
    line3: str = ""
    city: str = ""
    postcode: str = ""
    region: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """Whom to ask (BG-6, BG-9)."""

    name: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """Seller, buyer, payee or tax representative (BG-4, BG-7, BG-10, BG-11)."""

    name: str = ""
    trading_name: str = ""
    ids: tuple[Identifier, ...] = ()
    legal_id: Identifier | None = None
    legal_info: str = ""
    vat_id: str = ""
    tax_number: str = ""
    endpoint: Identifier | None = None
    address: Address | None = None
    contact: ContactPoint | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """To whom, where and when (BG-13, BG-15)."""

    name: str = ""
    id: Identifier | None = None
    date: dt.date | None = None
    address: Address | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """Days from and to (BG-14, BG-26)."""

    start: dt.date | None = None
    end: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A remark (BG-1) with its subject code."""

    text: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """An earlier document (BG-3)."""

    number: str
    date: dt.date | None = None


@dataclass(frozen=True, slots=True)
class InvoiceAttachment:
    """A supporting document (BG-24), inside (base64) or at a place."""

    id: str
    description: str = ""
    location: str = ""
    filename: str = ""
    mime: str = ""
    content: str = ""


@dataclass(frozen=True, slots=True)
class PaymentMeans:
    """How to pay (BG-16 to BG-19): one account, card or debited account."""

    code: str
    text: str = ""
    iban: str = ""
    account_name: str = ""
    bic: str = ""
    card_number: str = ""
    card_holder: str = ""
    debited_iban: str = ""


@dataclass(frozen=True, slots=True)
class DueStage:
    """One of several due days of a document, with its amount where it names it; EN 16931 itself knows only one day."""

    due: dt.date | None = None
    cents: int | None = None


@dataclass(frozen=True, slots=True)
class UnreadText:
    """What a document says at a place that EN 16931 does not know, or a second time where it knows one value."""

    place: str
    text: str


@dataclass(frozen=True, slots=True)
class Adjustment:
    """An allowance or a charge, on the document (BG-20, BG-21) or on a line (BG-27, BG-28)."""

    is_charge: bool
    amount_cents: int
    base_cents: int | None = None
    percent: Decimal | None = None
    reason: str = ""
    reason_code: str = ""
    category: str = ""
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Tax:
    """One VAT category (BG-23)."""

    category: str
    base_cents: int
    tax_cents: int
    rate: Decimal | None = None
    reason: str = ""
    reason_code: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums (BG-22)."""

    lines_cents: int
    net_cents: int
    gross_cents: int
    due_cents: int
    allowances_cents: int | None = None
    charges_cents: int | None = None
    tax_cents: int | None = None
    tax_accounting_cents: int | None = None
    prepaid_cents: int | None = None
    rounding_cents: int | None = None


@dataclass(frozen=True, slots=True)
class Attribute:
    """A property of an item (BG-32)."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line (BG-25): net amount = quantity × price, minus allowances, plus charges."""

    id: str
    name: str
    quantity: Decimal
    unit: str
    price: Decimal
    net_cents: int
    category: str
    rate: Decimal | None = None
    note: str = ""
    object: Identifier | None = None
    order_line: str = ""
    accounting_reference: str = ""
    period: Period | None = None
    adjustments: tuple[Adjustment, ...] = ()
    gross_price: Decimal | None = None
    price_discount: Decimal | None = None
    base_quantity: Decimal | None = None
    base_unit: str = ""
    description: str = ""
    seller_item: str = ""
    buyer_item: str = ""
    standard_item: Identifier | None = None
    classes: tuple[Identifier, ...] = ()
    origin: str = ""
    attributes: tuple[Attribute, ...] = ()


@dataclass(frozen=True, slots=True)
class Invoice:
    """An e-invoice; `kind` is its code by UNTDID 1001 (BT-3).

    Where it names several due days, they are its `instalments` and `due` is None; these are read and never written.
    """

    number: str
    issued: dt.date
    kind: str
    currency: str
    profile: str
    seller: Party
    buyer: Party
    totals: Totals
    lines: tuple[Line, ...]
    taxes: tuple[Tax, ...]
    process: str = ""
    tax_currency: str = ""
    tax_point: dt.date | None = None
    tax_point_code: str = ""
    due: dt.date | None = None
    buyer_reference: str = ""
    project: str = ""
    contract: str = ""
    order: str = ""
    sales_order: str = ""
    receipt: str = ""
    despatch: str = ""
    tender: str = ""
    object: Identifier | None = None
    accounting_reference: str = ""
    terms: str = ""
    notes: tuple[Note, ...] = ()
    preceding: tuple[Reference, ...] = ()
    payee: Party | None = None
    tax_representative: Party | None = None
    delivery: Delivery | None = None
    period: Period | None = None
    payments: tuple[PaymentMeans, ...] = ()
    remittance: str = ""
    mandate: str = ""
    creditor_id: str = ""
    adjustments: tuple[Adjustment, ...] = ()
    attachments: tuple[InvoiceAttachment, ...] = ()
    instalments: tuple[DueStage, ...] = ()

    @property
    def is_credit(self) -> bool:
        """Whether positive amounts mean that the seller owes."""
        return self.kind in CREDIT_KINDS
