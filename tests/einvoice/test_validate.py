"""The validator: accepts what is valid, names everything that is not, and is not to be fooled by its input."""

import json
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kkd_ledger.cli import main
from kkd_ledger.einvoice.read import read
from kkd_ledger.einvoice.source import open_source
from kkd_ledger.einvoice.validate import Checker, Severity
from kkd_ledger.einvoice.validate.official_rules import SHA256, bundle
from kkd_ledger.einvoice.validate.ours import findings
from kkd_ledger.einvoice.validate.plain_words import sentence
from kkd_ledger.einvoice.validate.verdict import XRECHNUNG
from kkd_ledger.errors import InvoiceRefused

from .conftest import CASES, SAMPLES

CII = SAMPLES / "01.01a-INVOICE_uncefact.xml"
UBL = SAMPLES / "01.01a-INVOICE_ubl.xml"


def test_the_samples_are_there() -> None:
    assert len(CASES) == 66


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_accepts_every_standard_case(checker: Checker, case: Path) -> None:
    report = checker.check(case)
    assert report.good, report.text()


def errors(checker: Checker, xml: str) -> list[str]:
    report = checker.check(xml.encode(), "rechnung.xml")
    return [f"{one.rule}: {one.text}" for one in report.findings if one.severity == Severity.ERROR]


def test_names_everything_that_is_missing_at_once(checker: Checker) -> None:
    xml = UBL.read_text(encoding="utf-8")
    start, end = xml.index("<cbc:BuyerReference>"), xml.index("</cbc:BuyerReference>")
    xml = xml[:start] + xml[end + len("</cbc:BuyerReference>") :]
    start, end = xml.index("<cac:PaymentMeans>"), xml.index("</cac:PaymentMeans>")
    xml = xml[:start] + xml[end + len("</cac:PaymentMeans>") :]
    assert errors(checker, xml) == [
        "BR-DE-1: Eine Rechnung (INVOICE) muss Angaben zu „Zahlungsangaben (BG-16)“ enthalten.",
        "BR-DE-15: Das Element „Käuferreferenz (Leitweg-ID) (BT-10)“ muss übermittelt werden.",
    ]


def test_catches_a_wrong_total_in_both_syntaxes(checker: Checker) -> None:
    ubl = UBL.read_text(encoding="utf-8").replace(
        "336.9</cbc:TaxInclusiveAmount>", "337.9</cbc:TaxInclusiveAmount>"
    )
    cii = CII.read_text(encoding="utf-8").replace(
        "336.9</ram:GrandTotalAmount>", "337.9</ram:GrandTotalAmount>"
    )
    said = "BR-CO-15: Der Gesamtbetrag mit Umsatzsteuer (BT-112) ist nicht Netto (BT-109) + Umsatzsteuer (BT-110)."
    assert said in errors(checker, ubl)
    assert said in errors(checker, cii)


def test_the_schema_speaks_with_the_line(checker: Checker) -> None:
    xml = UBL.read_text(encoding="utf-8").replace("<cbc:ID>", "<cbc:Nummer>1</cbc:Nummer><cbc:ID>", 1)
    found = [one for one in checker.check(xml.encode()).findings if one.rule == "XSD"]
    assert found
    assert found[0].place.startswith("Zeile ")


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "eine leere Datei"),
        (b"  \n", "eine leere Datei"),
        (b"<a>", "kein lesbares XML"),
        (b"<a/>", "das Wurzelelement a"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "eine Dokumenttyp-Deklaration (DOCTYPE)"),
        (
            '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'.encode("utf-16"),
            "eine Dokumenttyp-Deklaration (DOCTYPE)",
        ),
        (b"%PDF-1.7\nnichts", "kein lesbares PDF"),
        (b"<a>" * 400 + b"</a>" * 400, "kein lesbares XML"),
    ],
)
def test_refuses_what_is_no_invoice(content: bytes, found: str) -> None:
    with pytest.raises(InvoiceRefused) as refused:
        open_source(content, "datei.xml")
    assert found in str(refused.value)


def hybrid(folder: Path, name: str, content: bytes) -> Path:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, content)
    pdf.save(folder / "rechnung.pdf")
    return folder / "rechnung.pdf"


def test_reads_the_invoice_inside_a_pdf(checker: Checker, tmp_path: Path) -> None:
    report = checker.check(hybrid(tmp_path, "xrechnung.xml", CII.read_bytes()))
    assert report.good
    assert (report.container, report.syntax, report.number) == ("xrechnung.xml", "CII", "123456XX")


def test_refuses_a_pdf_without_invoice_or_with_a_bomb(tmp_path: Path) -> None:
    with pytest.raises(InvoiceRefused, match=r"ein PDF ohne E-Rechnung \(Anlagen: notiz.xml\)"):
        open_source(hybrid(tmp_path, "notiz.xml", b"<a/>"))
    with pytest.raises(InvoiceRefused, match="entpackt zu groß"):
        open_source(hybrid(tmp_path, "factur-x.xml", b" " * 30_000_000))


def test_every_prefix_of_a_file_is_refused() -> None:
    content = CII.read_bytes()
    for length in range(0, len(content) - 2, 97):
        with pytest.raises(InvoiceRefused):
            open_source(content[:length], "teil.xml")


@settings(max_examples=150)
@given(
    st.sampled_from(CASES[:12]),
    st.lists(
        st.tuples(st.integers(0, 10**6), st.binary(min_size=0, max_size=6), st.integers(0, 40)), max_size=6
    ),
)
def test_a_damaged_file_is_read_or_refused(case: Path, damages: list[tuple[int, bytes, int]]) -> None:
    content = case.read_bytes()
    for at, put, drop in damages:
        place = at % len(content)
        content = content[:place] + put + content[place + drop :]
    try:
        document = read(content, case.name)
    except InvoiceRefused:
        return
    assert document.lines
    assert all(found.text for found in findings(document))


def test_the_rules_are_the_official_ones_and_can_be_replaced(tmp_path: Path) -> None:
    assert bundle().name == "EN 16931 1.3.16, XRechnung-Schematron 2.6.0"
    for name in SHA256:
        (tmp_path / name).write_bytes((bundle().folder / name).read_bytes())
    assert bundle(tmp_path).name == bundle().name
    (tmp_path / "XRechnung-CII-validation.xsl").write_text("<neuer/>", encoding="utf-8")
    assert bundle(tmp_path).name.startswith(f"eigene Regeln {tmp_path.name} (")
    (tmp_path / "EN16931-UBL-validation.xsl").unlink()
    with pytest.raises(InvoiceRefused, match="EN16931-UBL-validation"):
        bundle(tmp_path)


@pytest.mark.parametrize(
    ("rule", "text", "said"),
    [
        (
            "BR-02",
            "[BR-02]-An Invoice shall have an Invoice number (BT-1).",
            "Es fehlt: Rechnungsnummer (BT-1).",
        ),
        (
            "BR-21",
            "[BR-21]-Each Invoice line (BG-25) shall have an Invoice line identifier (BT-126).",
            "Position (BG-25): Es fehlt Nummer der Position (BT-126).",
        ),
        (
            "BR-DEC-09",
            "[BR-DEC-09]-The allowed maximum number of decimals for the Sum of Invoice line net amount (BT-106) is 2.",
            "Summe der Positionen (BT-106): höchstens 2 Nachkommastellen.",
        ),
        (
            "BR-DE-5",
            '[BR-DE-5] Das Element "Seller contact point" (BT-41) muss übermittelt werden.',
            "Das Element „Ansprechperson des Verkäufers (BT-41)“ muss übermittelt werden.",
        ),
        (
            "Factur-X",
            "Element 'ram:BasisAmount' is marked as not used in the given context.",
            "Das Profil kennt dort kein Element „Bemessungsgrundlage (BT-116)“.",
        ),
        (
            "Factur-X",
            "Attribute @schemeID' marked as not used in the given context.",
            "Das Profil kennt dort kein Attribut „schemeID“.",
        ),
        (
            "BR-X",
            "[BR-X]-Something odd about the Buyer name (BT-44).",
            "Betrifft Name des Käufers (BT-44). Wortlaut der Regel: Something odd about the Buyer name (BT-44).",
        ),
    ],
)
def test_speaks_the_clerks_words(rule: str, text: str, said: str) -> None:
    assert sentence(rule, text) == said


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = tmp_path / "falsch.xml"
    wrong.write_bytes(
        CII.read_bytes().replace(b"336.9</ram:GrandTotalAmount>", b"337.9</ram:GrandTotalAmount>")
    )
    broken = tmp_path / "kaputt.xml"
    broken.write_bytes(b"<a>")
    assert main(["validate", str(CII)]) == 0
    assert (
        "01.01a-INVOICE_uncefact.xml: gültig (CII; XRechnung 3.0; EN 16931 1.3.16" in capsys.readouterr().out
    )
    assert main(["validate", "--json", str(wrong), str(CII)]) == 1
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["good"] for line in lines] == [False, True]
    assert lines[0]["findings"][0]["rule"] == "BR-CO-15"
    assert main(["validate", str(broken), str(wrong)]) == 3
    assert "kaputt.xml: gefunden: kein lesbares XML" in capsys.readouterr().err


@pytest.mark.parametrize("profile", ["minimum", "basicwl"])
def test_a_profile_that_is_no_invoice_is_said_once(checker: Checker, profile: str) -> None:
    xml = (SAMPLES / "01.01a-INVOICE_uncefact.xml").read_text(encoding="utf-8")
    report = checker.check(xml.replace(XRECHNUNG, f"urn:factur-x.eu:1p0:{profile}").encode())
    assert [str(found) for found in report.findings] == [
        "fehler KKD-E01: Dieses Profil ist keine Rechnung nach EN 16931, also auch keine E-Rechnung."
    ]
    assert not report.good
