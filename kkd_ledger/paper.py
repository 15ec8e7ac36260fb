"""One way from data to an accessible PDF: a Typst template → PDF/A-3a and PDF/UA-1 in one file, same data, same bytes.

A template finds its data in `data`, a dictionary; files beside it can be imported. Typst itself refuses a picture
without alternative text, a missing title and headings out of order. Only the fonts that come with Typst are used, so
that a document looks the same on every machine.
"""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

from kkd_ledger.errors import InputRefused, Problem

STANDARDS: Final = ("a-3a", "ua-1")
_PRELUDE: Final = """\
#let data = json(bytes(sys.inputs.data))
#for one in json(bytes(sys.inputs.attachments)) {
  pdf.attach(
    one.name, bytes(one.text), relationship: one.relationship, mime-type: one.mime, description: one.description
  )
}
"""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A text file inside a PDF; `relationship` as PDF/A-3 names it (in Germany an e-invoice is `alternative`)."""

    name: str
    text: str
    description: str
    mime: str = "text/xml"
    relationship: str = "alternative"


@dataclass(frozen=True, slots=True)
class Hybrid:
    """What the PDF's metadata says about the e-invoice inside it (Factur-X 1.0 / ZUGFeRD 2, XMP extension)."""

    file: str
    level: str
    version: str


class PaperRefused(InputRefused):
    """The template does not compile with this data, or would not be accessible; the reason is Typst's own."""

    subject: ClassVar[str] = "Die Vorlage lässt sich nicht drucken"


class Printer:
    """Prints documents by one template; making it once is cheaper than `render` for each.

    What a `letterhead` defines stands before the template; pictures are then found beside the letterhead.
    """

    def __init__(self, template: Path, *, letterhead: Path | None = None) -> None:
        import typst

        parts = [path.read_text(encoding="utf-8") for path in (letterhead, template) if path]
        self._name = " + ".join(str(path) for path in (letterhead, template) if path)
        self._source = "\n".join([_PRELUDE, *parts]).encode()
        root = str((letterhead or template).parent)
        self._compiler = typst.Compiler(self._source, root=root, ignore_system_fonts=True)

    def render(
        self,
        data: Mapping[str, Any],
        *,
        day: dt.date,
        attachments: Sequence[Attachment] = (),
        hybrid: Hybrid | None = None,
    ) -> bytes:
        """Return the PDF of `data`, dated `day`; raise PaperRefused where template and data do not fit."""
        printed = self._compile(data, day, attachments, format="pdf", pdf_standards=list(STANDARDS))
        assert isinstance(printed, bytes)
        return _with_metadata(printed, hybrid) if hybrid else printed

    def pictures(self, data: Mapping[str, Any], *, day: dt.date, dots_per_inch: int) -> list[bytes]:
        """Return the pages of `data` as PNG pictures, to be looked at or scanned."""
        pages = self._compile(data, day, (), format="png", ppi=dots_per_inch)
        return pages if isinstance(pages, list) else [pages]

    def _compile(
        self, data: Mapping[str, Any], day: dt.date, attachments: Sequence[Attachment], **options: Any
    ) -> Any:
        import typst

        inputs = {
            "data": json.dumps(data, ensure_ascii=False),
            "attachments": json.dumps([asdict(attachment) for attachment in attachments], ensure_ascii=False),
        }
        midnight = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
        try:
            return self._compiler.compile(
                input=self._source, sys_inputs=inputs, timestamp=midnight, **options
            )
        except typst.TypstError as error:
            allowed = "eine Vorlage, die mit diesen Daten ein barrierefreies PDF ergibt"
            raise PaperRefused([Problem(self._name, "", str(error), allowed)]) from error


def render(
    template: Path,
    data: Mapping[str, Any],
    *,
    day: dt.date,
    attachments: Sequence[Attachment] = (),
    hybrid: Hybrid | None = None,
) -> bytes:
    """Return one document as an accessible PDF, dated `day`; see `Printer`."""
    return Printer(template).render(data, day=day, attachments=attachments, hybrid=hybrid)


_NAMESPACE: Final = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_BAG: Final = b"<pdfaExtension:schemas><rdf:Bag>"
_PROPERTIES: Final = (
    ("DocumentFileName", "name of the embedded XML invoice file"),
    ("DocumentType", "type of the hybrid document"),
    ("Version", "version of the XML standard"),
    ("ConformanceLevel", "conformance level of the XML invoice"),
)


def _with_metadata(printed: bytes, hybrid: Hybrid) -> bytes:
    """Add the e-invoice's block and its schema to the XMP (Typst cannot); everything else stays as printed."""
    import pikepdf

    with pikepdf.open(io.BytesIO(printed)) as pdf:
        stream = pdf.Root.Metadata
        xmp = stream.read_bytes()
        assert xmp.count(_BAG) == 1 and xmp.count(b"</rdf:RDF>") == 1, "Typst writes one extension block"  # noqa: PT018
        xmp = xmp.replace(_BAG, _BAG + _schema().encode())
        xmp = xmp.replace(b"</rdf:RDF>", _block(hybrid).encode() + b"</rdf:RDF>")
        stream.write(xmp)
        target = io.BytesIO()
        pdf.save(
            target,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.preserve,
            compress_streams=False,
            fix_metadata_version=False,
        )
    return target.getvalue()


def _block(hybrid: Hybrid) -> str:
    values = (hybrid.file, "INVOICE", hybrid.version, hybrid.level)
    inside = "".join(
        f"<fx:{name}>{value}</fx:{name}>" for (name, _), value in zip(_PROPERTIES, values, strict=True)
    )
    return f'<rdf:Description rdf:about="" xmlns:fx="{_NAMESPACE}">{inside}</rdf:Description>'


def _schema() -> str:
    rows = "".join(
        '<rdf:li rdf:parseType="Resource">'
        f"<pdfaProperty:name>{name}</pdfaProperty:name><pdfaProperty:valueType>Text</pdfaProperty:valueType>"
        "<pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>{words}</pdfaProperty:description></rdf:li>"
        for name, words in _PROPERTIES
    )
    return (
        '<rdf:li rdf:parseType="Resource">'
        "<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>"
        f"<pdfaSchema:namespaceURI>{_NAMESPACE}</pdfaSchema:namespaceURI>"
        "<pdfaSchema:prefix>fx</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{rows}</rdf:Seq></pdfaSchema:property></rdf:li>"
    )
