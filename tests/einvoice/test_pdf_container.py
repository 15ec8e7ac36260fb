"""PDFs as viewers open them: an attachment is found by any of its names and places, and what is odd is told."""

import base64
import io
import re
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from kkd_ledger.einvoice.pdf_container import carried_invoice, is_pdf
from kkd_ledger.einvoice.source import open_source
from kkd_ledger.einvoice.validate import Checker, carried
from kkd_ledger.einvoice.visible_text import visible_text
from kkd_ledger.errors import InvoiceRefused

from .conftest import SAMPLES
from .test_bad_input import sent  # noqa: F401 - the county's document as PDF and XML

XML = (SAMPLES / "01.01a-INVOICE_uncefact.xml").read_bytes()
Attach = Callable[[pikepdf.Pdf, pikepdf.Object], None]


def made(attach: Attach, content: bytes = XML, **entries: object) -> bytes:
    """Return a PDF in which `attach` puts the file of an invoice."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    stream = pdf.make_stream(content)
    for name, value in entries.items():
        stream[f"/{name}"] = value
    spec = pikepdf.Dictionary(Type=pikepdf.Name.Filespec, EF=pikepdf.Dictionary(F=stream))
    attach(pdf, pdf.make_indirect(spec))
    buffer = io.BytesIO()
    pdf.save(buffer, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return buffer.getvalue()


def in_tree(key: str, name: str, field: str = "/UF") -> Attach:
    def attach(pdf: pikepdf.Pdf, spec: pikepdf.Object) -> None:
        spec[field] = pikepdf.String(name)
        names = pikepdf.Array([pikepdf.String(key), spec])
        pdf.Root.Names = pikepdf.Dictionary(EmbeddedFiles=pikepdf.Dictionary(Names=names))

    return attach


def in_branches(pdf: pikepdf.Pdf, spec: pikepdf.Object) -> None:
    leaf = pikepdf.Dictionary(Names=pikepdf.Array([pikepdf.String("xrechnung.xml"), spec]))
    branch = pdf.make_indirect(pikepdf.Dictionary(Kids=pikepdf.Array([pdf.make_indirect(leaf)])))
    pdf.Root.Names = pikepdf.Dictionary(EmbeddedFiles=pikepdf.Dictionary(Kids=pikepdf.Array([branch])))


def in_a_circle(pdf: pikepdf.Pdf, spec: pikepdf.Object) -> None:
    in_branches(pdf, spec)
    branch = pdf.Root.Names.EmbeddedFiles.Kids[0]
    branch.Kids.append(branch)


def listed(pdf: pikepdf.Pdf, spec: pikepdf.Object) -> None:
    spec.UF = pikepdf.String("factur-x.xml")
    pdf.Root.AF = pikepdf.Array([spec])


def on_the_page(pdf: pikepdf.Pdf, spec: pikepdf.Object) -> None:
    spec.F = pikepdf.String("factur-x.xml")
    pdf.pages[0].obj.AF = spec


def as_a_note(pdf: pikepdf.Pdf, spec: pikepdf.Object) -> None:
    spec.F = pikepdf.String("factur-x.xml")
    note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FileAttachment, FS=spec)
    pdf.pages[0].obj.Annots = pikepdf.Array([note])


PLACES: dict[str, Attach] = {
    "tree": in_tree("xrechnung.xml", "xrechnung.xml"),
    "other-key": in_tree("anlage1", "xrechnung.xml"),
    "other-file-name": in_tree("xrechnung.xml", "rechnung-4711.xml"),
    "old-file-name": in_tree("1", "ZUGFeRD-invoice.xml", "/F"),
    "capitals": in_tree("x", "Factur-X.XML"),
    "with-folder": in_tree("x", "C:\\rechnungen\\factur-x.xml"),
    "branches": in_branches,
    "circle": in_a_circle,
    "af": listed,
    "page": on_the_page,
    "note": as_a_note,
}


@pytest.mark.parametrize("place", PLACES)
def test_an_attachment_is_found_where_viewers_find_it(place: str) -> None:
    assert carried_invoice(made(PLACES[place]), "datei.pdf").xml == XML


NAME = pikepdf.Name
PACKED: dict[str, tuple[bytes, dict[str, object]]] = {
    "plain": (XML, {}),
    "flate": (zlib.compress(XML), {"Filter": NAME.FlateDecode}),
    "flate-in-list": (zlib.compress(XML), {"Filter": pikepdf.Array([NAME.FlateDecode])}),
    "no-parameters": (zlib.compress(XML), {"Filter": NAME.FlateDecode, "DecodeParms": pikepdf.Dictionary()}),
    "plain-parameters": (
        zlib.compress(XML),
        {"Filter": NAME.FlateDecode, "DecodeParms": pikepdf.Array([pikepdf.Dictionary(Predictor=1)])},
    ),
    "predictor": (
        zlib.compress(b"".join(b"\x00" + XML[at : at + 100] for at in range(0, len(XML) // 100 * 100, 100))),
        {"Filter": NAME.FlateDecode, "DecodeParms": pikepdf.Dictionary(Predictor=12, Columns=100)},
    ),
    "hex": (XML.hex().encode() + b">", {"Filter": NAME.ASCIIHexDecode}),
    "85-of-flate": (
        base64.a85encode(zlib.compress(XML)) + b"~>",
        {"Filter": pikepdf.Array([NAME.ASCII85Decode, NAME.FlateDecode])},
    ),
}


@pytest.mark.parametrize("way", PACKED)
def test_an_attachment_is_unpacked(way: str) -> None:
    content, entries = PACKED[way]
    xml = carried_invoice(made(in_tree("a", "factur-x.xml"), content, **entries), "datei.pdf").xml
    assert xml == (XML[: len(XML) // 100 * 100] if way == "predictor" else XML)


@pytest.mark.parametrize(
    ("content", "entries", "said"),
    [
        (zlib.compress(b" " * 30_000_000), {"Filter": NAME.FlateDecode}, "entpackt zu groß"),
        (
            zlib.compress(zlib.compress(b" " * 30_000_000)),
            {"Filter": pikepdf.Array([NAME.FlateDecode, NAME.FlateDecode])},
            "entpackt zu groß",
        ),
        (b"keins", {"Filter": NAME.FlateDecode}, "die Anlage ist beschädigt"),
        (b"xyz>", {"Filter": NAME.ASCIIHexDecode}, "die Anlage ist beschädigt"),
        (b"x", {"Filter": NAME.LZWDecode}, "gepackt mit /LZWDecode"),
    ],
)
def test_an_attachment_that_cannot_be_unpacked_is_refused(
    content: bytes, entries: dict[str, object], said: str
) -> None:
    with pytest.raises(InvoiceRefused, match=said):
        carried_invoice(made(in_tree("a", "factur-x.xml"), content, **entries), "datei.pdf")


def test_several_invoices_count_as_one_only_where_they_are_the_same() -> None:
    def twice(pdf: pikepdf.Pdf, spec: pikepdf.Object, content: bytes) -> None:
        in_tree("factur-x.xml", "factur-x.xml")(pdf, spec)
        other = pdf.make_stream(content)
        pdf.Root.AF = pikepdf.Array(
            [pikepdf.Dictionary(UF=pikepdf.String("xrechnung.xml"), EF=pikepdf.Dictionary(F=other))]
        )

    same = carried_invoice(made(lambda pdf, spec: twice(pdf, spec, XML)), "zwei.pdf")
    assert same.name == "xrechnung.xml"
    with pytest.raises(InvoiceRefused, match=r"verschiedenem Inhalt: xrechnung\.xml, factur-x\.xml"):
        carried_invoice(made(lambda pdf, spec: twice(pdf, spec, XML.replace(b"336.9", b"337.9"))), "zwei.pdf")

    def alike(pdf: pikepdf.Pdf, spec: pikepdf.Object) -> None:
        twice(pdf, spec, b"<a/>")
        pdf.Root.AF[0].UF = pikepdf.String("factur-x.xml")

    with pytest.raises(InvoiceRefused, match=r"verschiedenem Inhalt: factur-x\.xml, factur-x\.xml \(2\)"):
        carried_invoice(made(alike), "zwei.pdf")


def test_bytes_before_the_header_are_borne() -> None:
    pdf = made(PLACES["tree"])
    assert open_source(b"X-Portal: 1\r\n\r\n" + pdf).xml == XML
    assert is_pdf(b" " * 1000 + b"%PDF-1.7")
    assert not is_pdf(b" " * 1024 + b"%PDF-1.7")
    assert not is_pdf(b"<!-- %PDF-1.7 --><a/>")
    assert open_source(XML.replace(b"?>", b"?><!-- %PDF-1.7 -->", 1)).pdf is None


def text_of(pdf: bytes, checker: Checker) -> str:
    return checker.check(pdf, "rechnung.pdf").text()


def test_the_condition_of_a_pdf_is_told(sent: tuple[bytes, bytes], checker: Checker) -> None:  # noqa: F811
    good = checker.check(sent[0], "rechnung.pdf")
    assert (good.good, good.findings) == (True, ())
    half = sent[0][: len(sent[0]) // 2]
    assert "warnung KKD-E20: Das PDF ist beschädigt: das Ende fehlt." in text_of(half, checker)
    moved = sent[0].replace(b"startxref\n", b"startxref\n9", 1)
    assert "warnung KKD-E20: Das PDF ist beschädigt: es ist nur mit Reparatur zu lesen." in text_of(
        moved, checker
    )
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(sent[0])) as pdf:
        pdf.save(buffer, encryption=pikepdf.Encryption(owner="a", user=""))
    assert "hinweis KKD-E21: Das PDF ist verschlüsselt" in text_of(buffer.getvalue(), checker)
    assert checker.check(buffer.getvalue()).good
    plain = text_of(made(PLACES["tree"]), checker)
    assert "hinweis KKD-E21: Das PDF nennt sich nicht PDF/A; ZUGFeRD verlangt PDF/A-3" in plain
    assert "hinweis KKD-E22: Der Text auf den Seiten des PDF lässt sich nicht auslesen" in plain


def test_a_single_bit_in_a_page_or_font_is_told(sent: tuple[bytes, bytes], checker: Checker) -> None:  # noqa: F811
    """The invoice in the file is whole, so it is valid; the sheet that people keep is not."""
    good = sent[0]
    said = "KKD-E20: Das PDF ist beschädigt: ein gepackter Teil (Seite, Bild, Schrift oder Anlage)"
    told, refused = 0, 0
    for match in re.finditer(rb"(?<!end)stream\r?\n", good):
        if b"/FlateDecode" not in good[good.rindex(b" obj", 0, match.start()) : match.start()]:
            continue
        middle = (match.end() + good.index(b"endstream", match.end())) // 2
        content = good[:middle] + bytes([good[middle] ^ 1]) + good[middle + 1 :]
        try:
            assert said in checker.check(content, "rechnung.pdf").text()
            told += 1
        except InvoiceRefused as damaged:
            assert "die Anlage ist beschädigt" in str(damaged)  # noqa: PT017 - one of them is the invoice itself
            refused += 1
    assert (told >= 8, refused) == (True, 1)
    bomb = made(_with_bomb)
    assert carried_invoice(bomb, "datei.pdf").condition.damage == ""


def _with_bomb(pdf: pikepdf.Pdf, spec: pikepdf.Object) -> None:
    in_tree("factur-x.xml", "factur-x.xml")(pdf, spec)
    bomb = pdf.make_stream(zlib.compress(b" " * 200_000_000, 1))
    bomb["/Filter"] = NAME.FlateDecode
    pdf.Root["/Bombe"] = pdf.make_indirect(bomb)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"15555.30", b"15655.30", "Der Betrag 15.655,30 EUR steht nicht auf den Seiten des PDF."),
        (
            b">KKD-2024-00004<",
            b">KKD-2024-00005<",
            "Die Nummer KKD-2024-00005 steht nicht auf den Seiten des PDF.",
        ),
        (
            b"DE19999999996534000000",
            b"DE41999999990065340040",
            "steht das Konto DE19999999996534000000, in der E-Rechnung DE41999999990065340040.",
        ),
    ],
)
def test_what_the_pages_show_is_compared(
    sent: tuple[bytes, bytes],  # noqa: F811
    checker: Checker,
    old: bytes,
    new: bytes,
    said: str,
) -> None:
    assert old in sent[1]
    with pikepdf.open(io.BytesIO(sent[0])) as pdf:
        pdf.attachments["xrechnung.xml"] = pikepdf.AttachedFileSpec(
            pdf, sent[1].replace(old, new), filename="xrechnung.xml"
        )
        pdf.Root.AF = pikepdf.Array([])
        buffer = io.BytesIO()
        pdf.save(buffer)
    report = carried.findings(open_source(buffer.getvalue()))
    [shown] = [str(finding) for finding in report if finding.rule == "KKD-E22"]
    assert shown.startswith("warnung KKD-E22: ")
    assert shown.endswith(said)


def test_a_page_that_asks_too_much_is_not_read(tmp_path: Path) -> None:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.pages[0].Contents = pdf.make_stream(b"BT " + b"0 0 Td " * 100_000 + b"ET")
    pdf.save(tmp_path / "seite.pdf")
    assert visible_text((tmp_path / "seite.pdf").read_bytes()) is None
    assert visible_text(b"%PDF-1.7 nichts") is None


def test_a_damaged_pdf_is_told_in_our_words_alone(sent: tuple[bytes, bytes], tmp_path: Path) -> None:  # noqa: F811
    """In a process of its own: without any handler Python prints what libraries log."""
    file = tmp_path / "halb.pdf"
    file.write_bytes(sent[0][: len(sent[0]) // 2])
    program = Path(sys.executable).parent / "kkd"
    done = subprocess.run([program, "validate", file], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "warnung KKD-E20" in done.stdout
