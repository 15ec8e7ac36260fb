"""A PDF from outside → the e-invoice in it, and what is to be known of the PDF itself (ZUGFeRD, Factur-X).

Attachments are looked for where viewers find them: in the catalogue's tree of names (`/Names /EmbeddedFiles`), in its
`/AF`, in that of the pages and in their attachment annotations. Each is known by its file name (`/UF`, `/F`) or by its
key.
"""

from __future__ import annotations

import base64
import io
import logging
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from kkd_ledger.einvoice.shown import shown
from kkd_ledger.errors import InvoiceRefused, Problem

if TYPE_CHECKING:
    import pikepdf

logging.getLogger("pikepdf").addHandler(
    logging.NullHandler()
)  # for a log where there is one, not for the terminal
ATTACHMENT_NAMES: Final = ("xrechnung.xml", "factur-x.xml", "zugferd-invoice.xml")
ATTACHED_BYTES_MAX: Final = 10_000_000
_CHECKED_BYTES_MAX: Final = 100_000_000
_HEADER_WITHIN: Final = 1024
_ATTACHMENTS_MAX: Final = 1_000
_PAGES_MAX: Final = 200
_DEPTH_MAX: Final = 30


@dataclass(frozen=True, slots=True)
class PdfCondition:
    """What is to be known of a PDF that carries an e-invoice; `content` are its bytes.

    `damage` says how a reader had to mend it (empty: it is whole), `encrypted` that it is locked against changes,
    `archival` the part of PDF/A that it says to be (empty: it says nothing).
    """

    content: bytes
    damage: str
    encrypted: bool
    archival: str


@dataclass(frozen=True, slots=True)
class CarriedInvoice:
    """An e-invoice inside a PDF: the name of the attachment, the XML, the PDF's condition."""

    name: str
    xml: bytes
    condition: PdfCondition


def is_pdf(content: bytes) -> bool:
    """Whether bytes are a PDF; viewers bear up to 1,024 other bytes before its header."""
    front = content[:_HEADER_WITHIN]
    return b"%PDF-" in front and not front.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def carried_invoice(content: bytes, name: str) -> CarriedInvoice:
    """Return the e-invoice that a PDF carries; raise InvoiceRefused where there is none, or more than one."""
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as pdf:
            attached = _invoices(pdf, name)
            condition = PdfCondition(content, _damage(pdf, content), pdf.is_encrypted, _archival(pdf))
            contents = {attachment: _unpacked(stream, name, attachment) for attachment, stream in attached}
    except pikepdf.PasswordError:
        raise _refused(name, "", "ein verschlüsseltes PDF", "ein PDF ohne Kennwort") from None
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        cause = str(error).rpartition(": ")[2]
        raise _refused(name, "", f"kein lesbares PDF ({cause})", "ein PDF mit E-Rechnung") from None
    if len(set(contents.values())) > 1:
        text = f"mehrere E-Rechnungen mit verschiedenem Inhalt: {', '.join(contents)}"
        raise _refused(name, "", text, "ein PDF mit einer E-Rechnung")
    first = next(iter(contents))
    return CarriedInvoice(first, contents[first], condition)


def _refused(name: str, place: str, actual: str, allowed: str) -> InvoiceRefused:
    return InvoiceRefused([Problem(name, shown(place), shown(actual), allowed)])


def _invoices(pdf: pikepdf.Pdf, name: str) -> list[tuple[str, Any]]:
    """Return the attachments that are e-invoices by their name, the usual names first; each stream once."""
    invoices: dict[tuple[int, int], tuple[str, Any]] = {}
    others: list[str] = []
    for names, stream in _attachments(pdf):
        plain = {re.split(r"[/\\]", alias)[-1].strip().lower(): alias for alias in names}
        wanted = next((plain[usual] for usual in ATTACHMENT_NAMES if usual in plain), "")
        if wanted:
            invoices.setdefault(stream.objgen, (wanted, stream))
        else:
            others += names[-1:]
    if not invoices:
        said = ", ".join(sorted(set(others))) or "keine"
        allowed = f"ein PDF mit einer dieser Anlagen: {', '.join(ATTACHMENT_NAMES)}"
        raise _refused(name, "", f"ein PDF ohne E-Rechnung (Anlagen: {said})", allowed)
    order = {usual: at for at, usual in enumerate(ATTACHMENT_NAMES)}
    ordered = sorted(
        invoices.values(), key=lambda pair: order[re.split(r"[/\\]", pair[0])[-1].strip().lower()]
    )
    numbered: dict[str, Any] = {}
    for attachment, stream in ordered:
        alias = attachment if attachment not in numbered else f"{attachment} ({len(numbered) + 1})"
        numbered[alias] = stream
    return list(numbered.items())


def _attachments(pdf: pikepdf.Pdf) -> Iterator[tuple[list[str], Any]]:
    """Yield names and stream of each file in a PDF: by the tree of names, by /AF, by annotations."""
    import pikepdf

    root = pdf.Root
    tree = root.get("/Names", pikepdf.Dictionary()).get("/EmbeddedFiles")
    specs = [*_leaves(tree, 0), *(("", spec) for spec in _listed(root.get("/AF")))]
    for _, page in zip(range(_PAGES_MAX), pdf.pages, strict=False):
        specs += [("", spec) for spec in _listed(page.obj.get("/AF"))]
        for note in _listed(page.obj.get("/Annots")):
            if isinstance(note, pikepdf.Dictionary) and note.get("/Subtype") == "/FileAttachment":
                specs += [("", spec) for spec in _listed(note.get("/FS"))]
    for key, spec in specs[:_ATTACHMENTS_MAX]:
        if not isinstance(spec, pikepdf.Dictionary):
            continue
        files = spec.get("/EF", pikepdf.Dictionary())
        stream = files.get("/UF", files.get("/F"))
        if isinstance(stream, pikepdf.Stream):
            names = [str(spec[entry]) for entry in ("/UF", "/F") if entry in spec]
            yield [alias for alias in (key, *reversed(names)) if alias] or ["ohne Namen"], stream


def _leaves(node: Any, depth: int) -> Iterator[tuple[str, Any]]:
    """Yield key and value of a tree of names, by its branches (/Kids)."""
    import pikepdf

    if not isinstance(node, pikepdf.Dictionary) or depth > _DEPTH_MAX:
        return
    names = _listed(node.get("/Names"))
    for key, value in zip(names[::2], names[1::2], strict=False):
        yield str(key), value
    for kid in _listed(node.get("/Kids"))[:_ATTACHMENTS_MAX]:
        yield from _leaves(kid, depth + 1)


def _listed(value: Any) -> list[Any]:
    """Return the members of an array; a thing alone counts as an array of one."""
    import pikepdf

    if value is None:
        return []
    return list(value) if isinstance(value, pikepdf.Array) else [value]


def _damage(pdf: pikepdf.Pdf, content: bytes) -> str:
    """Return what is broken in a PDF that could be mended, in words; empty where it is whole."""
    len(pdf.pages)  # reads the pages, and with them what is missing
    warnings = [str(warning) for warning in pdf.get_warnings()]
    if b"%%EOF" not in content[-_HEADER_WITHIN:]:
        return "das Ende fehlt"
    if warnings:
        return "es ist nur mit Reparatur zu lesen"
    if _has_spoilt_stream(pdf):
        return "ein gepackter Teil (Seite, Bild, Schrift oder Anlage) lässt sich nicht entpacken"
    return "" if len(pdf.pages) else "es hat keine Seite"


def _has_spoilt_stream(pdf: pikepdf.Pdf) -> bool:
    """Whether a packed part does not unpack: its checksum tells a single bit that has turned, in pages and fonts too.

    Nothing that is unpacked is kept, and no more of it is unpacked than the limit; what comes after that goes unseen.
    """
    import pikepdf

    left = _CHECKED_BYTES_MAX
    for part in pdf.objects:
        if not isinstance(part, pikepdf.Stream):
            continue
        kinds = [str(kind) for kind in _listed(part.get("/Filter"))]
        if left > 0 and kinds[:1] == ["/FlateDecode"]:
            try:
                left -= len(zlib.decompressobj().decompress(part.read_raw_bytes(), left))
            except zlib.error:
                return True
    return False


def _archival(pdf: pikepdf.Pdf) -> str:
    """Return which part of PDF/A a PDF says to be (`3A`), empty where it says nothing."""
    import pikepdf

    try:
        with pdf.open_metadata(update_docinfo=False) as metadata:
            return str(metadata.pdfa_status)
    except (pikepdf.PdfError, ValueError, SyntaxError, KeyError, TypeError):
        return ""


def _inflated(packed: bytes) -> bytes:
    """Return what a Flate stream holds, but never more than one byte beyond the limit (a bomb unpacks without end)."""
    return zlib.decompressobj().decompress(packed, ATTACHED_BYTES_MAX + 1)


def _from_hex(packed: bytes) -> bytes:
    text = b"".join(packed.split()).rstrip(b">")
    return bytes.fromhex((text + b"0" * (len(text) % 2)).decode("ascii"))


def _from_85(packed: bytes) -> bytes:
    text = packed.strip()
    return (
        base64.a85decode(text if text.endswith(b"~>") else text + b"~>", adobe=True)
        if text[:2] == b"<~"
        else (base64.a85decode(text.removesuffix(b"~>")))
    )


_UNPACKED_BY: Final[Mapping[str, Callable[[bytes], bytes]]] = MappingProxyType(
    {
        **dict.fromkeys(("/FlateDecode", "/Fl"), _inflated),
        **dict.fromkeys(("/ASCIIHexDecode", "/AHx"), _from_hex),
        **dict.fromkeys(("/ASCII85Decode", "/A85"), _from_85),
    }
)


def _unpacked(stream: Any, name: str, attachment: str) -> bytes:
    """Return a stream's content without ever holding more than the limit of it."""
    filters = [str(kind) for kind in _listed(stream.get("/Filter", stream.get("/F")))]
    if unknown := [kind for kind in filters if kind not in _UNPACKED_BY]:
        allowed = "ungepackt, FlateDecode, ASCIIHexDecode oder ASCII85Decode"
        raise _refused(name, attachment, f"gepackt mit {', '.join(unknown)}", allowed)
    content = bytes(stream.read_raw_bytes())
    try:
        for kind in filters:
            content = _UNPACKED_BY[kind](content)
            if len(content) > ATTACHED_BYTES_MAX:
                raise _refused(name, attachment, "entpackt zu groß", f"höchstens {ATTACHED_BYTES_MAX} Byte")
    except (zlib.error, ValueError) as error:
        raise _refused(
            name, attachment, f"die Anlage ist beschädigt ({error})", "eine lesbare Anlage"
        ) from None
    if len(content) > ATTACHED_BYTES_MAX:
        raise _refused(name, attachment, "entpackt zu groß", f"höchstens {ATTACHED_BYTES_MAX} Byte")
    return bytes(stream.read_bytes()) if _predicts(stream) else content


def _predicts(stream: Any) -> bool:
    """Whether the content is also coded by a predictor: its size is known by now, so that the library may do it."""
    import pikepdf

    return any(
        isinstance(parameters, pikepdf.Dictionary) and int(parameters.get("/Predictor", 1)) > 1
        for parameters in _listed(stream.get("/DecodeParms", stream.get("/DP")))
    )
