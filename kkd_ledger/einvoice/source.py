"""A file from outside → the invoice's XML: hardened against what XML and PDF can carry besides data."""

from __future__ import annotations

import hashlib
import io
import zlib
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal

from kkd_ledger.errors import InvoiceRefused, Problem, cause_of

if TYPE_CHECKING:
    from lxml import etree

BYTES_MAX: Final = 20_000_000
XML_BYTES_MAX: Final = 10_000_000
ATTACHMENT_NAMES: Final = ("xrechnung.xml", "factur-x.xml", "zugferd-invoice.xml")

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
    """The XML of an e-invoice with where it came from; `container` is the PDF's attachment name or empty."""

    name: str
    sha256: str
    xml: bytes
    root: etree._Element
    syntax: Syntax
    container: str

    @property
    def is_credit_note(self) -> bool:
        """Whether it is a UBL CreditNote document (CII has one root for all kinds)."""
        return bool(self.root.tag == f"{{{UBL_CREDIT_NOTE}}}CreditNote")


def open_source(file: Path | bytes, name: str = "") -> InvoiceSource:
    """Return the invoice's XML in a file or in bytes, XML or PDF; raise InvoiceRefused with the reason."""
    content, name = _content(file, name)
    container = ""
    xml = content
    if content[:1024].lstrip().startswith(b"%PDF-"):
        container, xml = _from_pdf(content, name)
    root = _parsed(xml, name, container)
    if root.tag not in _ROOTS:
        local = _local(root.tag)
        actual = _OTHERS.get(local, f"das Wurzelelement {local}")
        allowed = "eine Rechnung in CII (CrossIndustryInvoice) oder UBL (Invoice, CreditNote)"
        raise _refused(name, container, actual, allowed)
    syntax: Any = _ROOTS[str(root.tag)]
    return InvoiceSource(name, hashlib.sha256(content).hexdigest(), xml, root, syntax, container)


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
    return InvoiceRefused([Problem(name, place, actual, allowed)])


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]


def _parsed(xml: bytes, name: str, place: str) -> etree._Element:
    """Parse without entities, network and document type; libxml2 itself bounds depth and text size."""
    from lxml import etree

    doctype = _refused(
        name, place, "eine Dokumenttyp-Deklaration (DOCTYPE)", "XML ohne DOCTYPE und ohne Entitäten"
    )
    if len(xml) > XML_BYTES_MAX:
        raise _refused(name, place, f"{len(xml)} Byte XML", f"höchstens {XML_BYTES_MAX} Byte")
    if b"<!DOCTYPE" in xml:
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
        actual = f"kein lesbares XML (Zeile {error.lineno}: {str(error.msg).rpartition(', line ')[0] or error.msg})"
        if not xml.lstrip(_BEFORE_XML).startswith(b"<"):
            actual = "etwas, das kein XML ist"
        raise _refused(name, place, actual, "wohlgeformtes XML oder ein PDF damit") from None
    except ValueError as error:
        actual = f"kein lesbares XML ({error})"
        raise _refused(name, place, actual, "wohlgeformtes XML oder ein PDF damit") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise doctype
    return root


def _from_pdf(content: bytes, name: str) -> tuple[str, bytes]:
    """Return name and content of the e-invoice that a PDF carries (ZUGFeRD, Factur-X)."""
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            attached_as = {key.lower(): key for key in pdf.attachments}
            attached = [attached_as[wanted] for wanted in ATTACHMENT_NAMES if wanted in attached_as]
            if not attached:
                names = ", ".join(sorted(attached_as.values())) or "keine"
                allowed = f"ein PDF mit einer dieser Anlagen: {', '.join(ATTACHMENT_NAMES)}"
                raise _refused(name, "", f"ein PDF ohne E-Rechnung (Anlagen: {names})", allowed)
            contents = [
                _unpacked(pdf.attachments[attachment].get_file().obj, name, attachment)
                for attachment in attached
            ]
            if len(set(contents)) > 1:
                text = f"mehrere E-Rechnungen mit verschiedenem Inhalt: {', '.join(attached)}"
                raise _refused(name, "", text, "ein PDF mit einer E-Rechnung")
            return attached[0], contents[0]
    except pikepdf.PasswordError:
        raise _refused(name, "", "ein verschlüsseltes PDF", "ein PDF ohne Kennwort") from None
    except (pikepdf.PdfError, ValueError, TypeError) as error:
        cause = str(error).rpartition(": ")[2]
        raise _refused(name, "", f"kein lesbares PDF ({cause})", "ein PDF mit E-Rechnung") from None


def _unpacked(stream: Any, name: str, attachment: str) -> bytes:
    """Return a stream's content without ever holding more than the limit of it (a bomb unpacks without end)."""
    import pikepdf

    raw = bytes(stream.read_raw_bytes())
    kind = stream.get("/Filter", [])
    filters = [str(kind)] if isinstance(kind, pikepdf.Name) else [str(entry) for entry in kind]
    if not filters:
        content = raw
    elif filters == ["/FlateDecode"] and "/DecodeParms" not in stream:
        try:
            content = zlib.decompressobj().decompress(raw, XML_BYTES_MAX + 1)
        except zlib.error as error:
            raise _refused(
                name, attachment, f"die Anlage ist beschädigt ({error})", "eine lesbare Anlage"
            ) from None
    else:
        raise _refused(name, attachment, f"gepackt mit {', '.join(filters)}", "ungepackt oder FlateDecode")
    if len(content) > XML_BYTES_MAX:
        raise _refused(name, attachment, "entpackt zu groß", f"höchstens {XML_BYTES_MAX} Byte")
    return content
