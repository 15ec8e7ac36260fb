"""A file from outside → the invoice's XML: hardened against what XML and PDF can carry besides data."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal

from kkd_ledger.einvoice.pdf_container import PdfCondition, carried_invoice, is_pdf
from kkd_ledger.einvoice.shown import shown
from kkd_ledger.einvoice.xml_faults import xml_fault
from kkd_ledger.errors import InvoiceRefused, Problem, cause_of

if TYPE_CHECKING:
    from lxml import etree

BYTES_MAX: Final = 20_000_000
XML_BYTES_MAX: Final = 10_000_000

CII: Final = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
UBL_INVOICE: Final = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
UBL_CREDIT_NOTE: Final = "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2"
_BEFORE_XML: Final = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"
_ROOTS: Final = {
    f"{{{CII}}}CrossIndustryInvoice": "CII",
    f"{{{UBL_INVOICE}}}Invoice": "UBL",
    f"{{{UBL_CREDIT_NOTE}}}CreditNote": "UBL",
}

_OTHERS: Final = MappingProxyType(
    {
        "CrossIndustryDocument": "ZUGFeRD 1.0, das keine Rechnung nach EN 16931 ist",
        "SCRDMCCBDACIOMessageStructure": "eine Bestellung (Order-X), keine Rechnung",
        "ApplicationResponse": "eine Antwort auf eine Rechnung, keine Rechnung",
    }
)

Syntax = Literal["CII", "UBL"]


@dataclass(frozen=True)
class InvoiceSource:
    """The XML of an e-invoice with where it came from.

    `container` is the PDF's attachment name or empty; `pdf` tells the condition of that PDF, None without one.
    """

    name: str
    sha256: str
    xml: bytes
    root: etree._Element
    syntax: Syntax
    container: str
    pdf: PdfCondition | None = None

    @property
    def is_credit_note(self) -> bool:
        """Whether it is a UBL CreditNote document (CII has one root for all kinds)."""
        return bool(self.root.tag == f"{{{UBL_CREDIT_NOTE}}}CreditNote")


def open_source(file: Path | bytes, name: str = "") -> InvoiceSource:
    """Return the invoice's XML in a file or in bytes, XML or PDF; raise InvoiceRefused with the reason."""
    content, name = _content(file, name)
    container, xml, condition = "", content, None
    if is_pdf(content):
        carried = carried_invoice(content, name)
        container, xml, condition = carried.name, carried.xml, carried.condition
    root = _parsed(xml, name, container)
    if root.tag not in _ROOTS:
        space, _, local = str(root.tag).rpartition("}")
        where = f" im Namensraum {space[1:]}" if space else " ohne Namensraum"
        actual = _OTHERS.get(local, f"das Wurzelelement {local}{where}")
        allowed = "eine Rechnung in CII (CrossIndustryInvoice) oder UBL (Invoice, CreditNote), im Namensraum der Norm"
        raise _refused(name, container, actual, allowed)
    syntax: Any = _ROOTS[str(root.tag)]
    return InvoiceSource(name, hashlib.sha256(content).hexdigest(), xml, root, syntax, container, condition)


def _content(file: Path | bytes, name: str) -> tuple[bytes, str]:
    if isinstance(file, bytes):
        content, name = file, name or "E-Rechnung"
    else:
        name = name or file.name
        try:
            if file.stat().st_size > BYTES_MAX:
                raise _refused(name, "", f"{file.stat().st_size} Byte", f"höchstens {BYTES_MAX} Byte")
            content = file.read_bytes()
        except OSError as error:
            raise _refused(name, "", cause_of(error), "eine lesbare Datei") from None
    if not content.strip():
        raise _refused(name, "", "eine leere Datei", "XML oder PDF")
    if len(content) > BYTES_MAX:
        raise _refused(name, "", f"{len(content)} Byte", f"höchstens {BYTES_MAX} Byte")
    return content, name


def _refused(name: str, place: str, actual: str, allowed: str) -> InvoiceRefused:
    return InvoiceRefused([Problem(name, shown(place), shown(actual), allowed)])


def _parsed(xml: bytes, name: str, place: str) -> etree._Element:
    """Parse without entities, network and document type; libxml2 itself bounds depth and text size."""
    from lxml import etree

    doctype = _refused(
        name, place, "eine Dokumenttyp-Deklaration (DOCTYPE)", "XML ohne DOCTYPE und ohne Entitäten"
    )
    if len(xml) > XML_BYTES_MAX:
        raise _refused(name, place, f"{len(xml)} Byte XML", f"höchstens {XML_BYTES_MAX} Byte")
    if b"<!DOCTYPE" in xml.replace(b"\0", b""):  # of UTF-16 too
        raise doctype
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_pis=True,
        remove_comments=True,
    )
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        actual = f"kein lesbares XML ({xml_fault(error)})"
        if not xml.lstrip(_BEFORE_XML).startswith(b"<"):
            actual = "etwas, das kein XML ist"
        raise _refused(name, place, actual, "wohlgeformtes XML oder ein PDF damit") from None
    except ValueError as error:
        actual = f"kein lesbares XML ({error})"
        raise _refused(name, place, actual, "wohlgeformtes XML oder ein PDF damit") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise doctype
    return root
