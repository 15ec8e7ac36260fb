"""A PDF out of data: accessible, archivable, the same bytes each time, with the e-invoice inside."""

import datetime as dt
import io
from pathlib import Path

import page
import pikepdf
import pytest

from kkd_ledger.paper import Attachment, Hybrid, PaperRefused, render

DAY = dt.date(2023, 10, 2)
TEMPLATE = """\
#set document(title: data.title)
#set text(lang: "de", region: "DE")
= #data.title
#image(bytes(data.picture), format: "svg", width: 2cm, alt: "Ein Quadrat")
#table(columns: 2, table.header([Jahr], [EUR]), [2023], [12.826,30])
"""
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><path d="M0 0h1v1h-1z"/></svg>'
DATA = {"title": "Größe", "picture": PICTURE}
XML = Attachment("xrechnung.xml", "<a>ü</a>", "E-Rechnung")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("paper") / "letter.typ"
    path.write_text(TEMPLATE, encoding="utf-8")
    return path


def broken_rules(printed: bytes, profile: page.ValidationProfile) -> set[str]:
    found = {one.rule_id for one in page.validate_pdf_bytes(printed, profile=profile).failures}
    # known false positive of the checker: a Flate stream whose last byte happens to be a carriage return
    return found - {"PDFA3A-STREAM-LENGTH-001"}


@pytest.mark.parametrize("hybrid", [None, Hybrid("xrechnung.xml", "XRECHNUNG", "3.0")])
def test_is_archivable_and_accessible(template: Path, hybrid: Hybrid | None) -> None:
    printed = render(template, DATA, day=DAY, attachments=[XML], hybrid=hybrid)
    assert broken_rules(printed, page.ValidationProfile.PDF_A_3A) == set()
    assert broken_rules(printed, page.ValidationProfile.PDF_UA_1) == set()


def test_same_data_gives_the_same_bytes(template: Path) -> None:
    hybrid = Hybrid("xrechnung.xml", "XRECHNUNG", "3.0")
    one, two = (render(template, DATA, day=DAY, attachments=[XML], hybrid=hybrid) for _ in range(2))
    assert one == two
    assert render(template, DATA, day=dt.date(2023, 10, 3)) != render(template, DATA, day=DAY)


def test_carries_the_invoice_and_says_so(template: Path) -> None:
    hybrid = Hybrid("xrechnung.xml", "XRECHNUNG", "3.0")
    printed = render(template, DATA, day=DAY, attachments=[XML], hybrid=hybrid)
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        assert pdf.attachments["xrechnung.xml"].get_file().read_bytes() == "<a>ü</a>".encode()
        assert pdf.Root.AF[0].AFRelationship == "/Alternative"
        xmp = pdf.Root.Metadata.read_bytes().decode()
    assert "<fx:ConformanceLevel>XRECHNUNG</fx:ConformanceLevel>" in xmp
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in xmp


def test_refuses_a_picture_without_words(template: Path) -> None:
    silent = template.with_name("silent.typ")
    silent.write_text(TEMPLATE.replace(', alt: "Ein Quadrat"', ""), encoding="utf-8")
    with pytest.raises(PaperRefused, match="alt text"):
        render(silent, DATA, day=DAY)
