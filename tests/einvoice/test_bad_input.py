"""What comes in and is not right, by the command line: refused or set aside with its reason, never booked silently."""

import hashlib
import io
import shutil
from collections.abc import Iterable
from pathlib import Path

import pikepdf
import pytest

from kkd_ledger.book.config import load_book
from kkd_ledger.cli import main
from kkd_ledger.einvoice.validate import Checker
from kkd_ledger.letters.letter import DocumentMaker
from kkd_ledger.work.claims.demanding import write_demands
from tests.samples import ROOT, tree

from .test_receive import TODAY

LEDGERS = ROOT / "ledgers"
BILL = "KKD-2024-00004-biedenkopf"


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory, checker: Checker) -> tuple[bytes, bytes]:
    """Return the county's document for 2024 as PDF and as XML."""
    folder = tmp_path_factory.mktemp("county")
    for name in ("kkd", "landkreis"):
        shutil.copytree(LEDGERS / name, folder / name)
    maker = DocumentMaker(checker=checker)
    write_demands(load_book(folder / "landkreis"), 2024, today=TODAY, members=["biedenkopf"], maker=maker)
    documents = folder / "landkreis/documents"
    return (documents / f"{BILL}.pdf").read_bytes(), (documents / f"{BILL}.xml").read_bytes()


@pytest.fixture
def town(tmp_path: Path) -> Path:
    for name in ("kkd", "biedenkopf"):
        shutil.copytree(LEDGERS / name, tmp_path / name)
    return tmp_path / "biedenkopf"


def carrying(pdf: bytes, attachments: Iterable[tuple[str, bytes]]) -> bytes:
    """Return a PDF with these attachments instead of its own."""
    with pikepdf.open(io.BytesIO(pdf)) as held:
        for name in list(held.attachments):
            del held.attachments[name]
        for name, content in attachments:
            held.attachments[name] = pikepdf.AttachedFileSpec(held, content, filename=name)
        buffer = io.BytesIO()
        held.save(buffer)
    return buffer.getvalue()


def locked(pdf: bytes) -> bytes:
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as held:
        held.save(buffer, encryption=pikepdf.Encryption(owner="a", user="b"))
    return buffer.getvalue()


BOMB = (
    '<!DOCTYPE b [<!ENTITY a0 "aaaaaaaaaa">'
    + "".join(f'<!ENTITY a{depth} "{f"&a{depth - 1};" * 10}">' for depth in range(1, 9))
    + "]>"
)
DOCTYPE = "eine Dokumenttyp-Deklaration (DOCTYPE); erlaubt: XML ohne DOCTYPE und ohne Entitäten"
NO_XML = "gefunden: etwas, das kein XML ist; erlaubt: wohlgeformtes XML oder ein PDF damit"


def begun(xml: bytes, head: str) -> bytes:
    return xml.replace(b"<rsm:CrossIndustryInvoice", head.encode() + b"<rsm:CrossIndustryInvoice", 1)


REFUSED = {
    "dtd.xml": (lambda _, xml: begun(xml, '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">'), DOCTYPE),
    "bombe.xml": (lambda _, xml: begun(xml, BOMB).replace(b"Kostenbeteiligung", b"&a8;"), DOCTYPE),
    "bombe16.xml": (lambda _, xml: (BOMB + xml.decode().partition("?>")[2]).encode("utf-16"), DOCTYPE),
    "datei.xml": (lambda *_: b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>', DOCTYPE),
    "tief.xml": (lambda *_: b"<a>" * 100_000, "kein lesbares XML (Zeile 1: zu tief verschachtelt"),
    "halb.xml": (lambda _, xml: xml[: len(xml) // 2], "kein lesbares XML (Zeile "),
    "leer.xml": (lambda *_: b" \n", "leer.xml: gefunden: eine leere Datei; erlaubt: XML oder PDF"),
    "brief.xml": (lambda *_: b"Guten Tag", f"brief.xml: {NO_XML}"),
    "alt.xml": (lambda *_: b"<CrossIndustryDocument/>", "ZUGFeRD 1.0, das keine Rechnung nach EN 16931 ist"),
    "seite.xml": (
        lambda *_: b"<html/>",
        "das Wurzelelement html ohne Namensraum; erlaubt: eine Rechnung in CII",
    ),
    "falscher-name.pdf": (
        lambda pdf, xml: carrying(pdf, [("rechnung.xml", xml)]),
        "ein PDF ohne E-Rechnung (Anlagen: rechnung.xml); erlaubt: ein PDF mit einer dieser Anlagen: xrechnung.xml",
    ),
    "anlage.pdf": (
        lambda pdf, _: carrying(pdf, [("xrechnung.xml", pdf)]),
        f"anlage.pdf: xrechnung.xml: {NO_XML}",
    ),
    "programm.pdf": (lambda pdf, _: carrying(pdf, [("factur-x.xml", b"MZ")]), f"factur-x.xml: {NO_XML}"),
    "dtd.pdf": (
        lambda pdf, xml: carrying(pdf, [("xrechnung.xml", begun(xml, "<!DOCTYPE x>"))]),
        f"dtd.pdf: xrechnung.xml: gefunden: {DOCTYPE}",
    ),
    "zwei.pdf": (
        lambda pdf, xml: carrying(
            pdf, [("xrechnung.xml", xml), ("factur-x.xml", xml.replace(b"15555.30", b"15655.30"))]
        ),
        "mehrere E-Rechnungen mit verschiedenem Inhalt: xrechnung.xml, factur-x.xml",
    ),
    "kennwort.pdf": (lambda pdf, _: locked(pdf), "ein verschlüsseltes PDF; erlaubt: ein PDF ohne Kennwort"),
    "halb.pdf": (lambda pdf, _: pdf[:5000], "halb.pdf: gefunden: kein lesbares PDF ("),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_invoice_is_refused(
    town: Path, sent: tuple[bytes, bytes], capsys: pytest.CaptureFixture[str], *, name: str
) -> None:
    make, said = REFUSED[name]
    file = town.parent / name
    file.write_bytes(make(*sent))
    before = tree(town.parent)
    for words in (["receive", str(town), str(file), "--today", str(TODAY)], ["validate", str(file)]):
        assert main(words) == 3
        told = capsys.readouterr()
        assert told.err.startswith("kkd: E-Rechnung abgelehnt:\n")
        assert said in told.err
    assert tree(town.parent) == before


ASIDE = {
    "summe": (
        ((b"<ram:DuePayableAmount>15555.30", b"<ram:DuePayableAmount>15655.30"),),
        (
            "BR-CO-16: Der fällige Betrag (BT-115) ist nicht Gesamt (BT-112) − gezahlt (BT-113) + Rundung (BT-114).",
            "fällig sind 15.655,30 EUR, die Positionen ergeben 15.555,30 EUR",
        ),
    ),
    "zeile": (
        ((b"<ram:LineTotalAmount>8869.25", b"<ram:LineTotalAmount>8879.25"),),
        (
            "KKD-E13: Nettobetrag 8.879,25 EUR, Menge × Preis ergibt 8.869,25 EUR.",
            "2024: gefordert 15.565,30 EUR, vereinbart 1,14 × 13.645: +10,00 EUR",
        ),
    ),
    "waehrung": (((b">EUR<", b">CHF<"),), ("Währung CHF, gebucht wird nur in EUR",)),
    "verkaeufer": (
        (
            (b"<ram:ID>06534</ram:ID>", b"<ram:ID>1</ram:ID>"),
            (b"Kreisausschuss des Landkreises Marburg-Biedenkopf", b"Betrug GmbH"),
        ),
        ("Verkäufer ist Betrug GmbH, nicht Kreisausschuss des Landkreises Marburg-Biedenkopf",),
    ),
    "konto": (
        ((b"DE19999999996534000000", b"DE41999999990065340040"),),
        ("zu zahlen auf DE41999999990065340040; vereinbart ist DE19999999996534000000",),
    ),
    "cent": (
        ((b"15555.30</ram:DuePayable", b"15555.301</ram:DuePayable"),),
        ("höchstens zwei Nachkommastellen",),
    ),
}


@pytest.mark.parametrize("name", ASIDE)
def test_what_is_not_right_waits_with_its_reason(
    town: Path, sent: tuple[bytes, bytes], capsys: pytest.CaptureFixture[str], *, name: str
) -> None:
    pairs, said = ASIDE[name]
    xml = sent[1]
    for old, new in pairs:
        assert old in xml
        xml = xml.replace(old, new)
    (town / "inbox").mkdir(exist_ok=True)
    file = town / f"inbox/{name}.xml"
    file.write_bytes(xml)
    ledger = {path: path.read_bytes() for path in town.rglob("*.beancount")}
    assert main(["receive", str(town), str(file), "--today", str(TODAY)]) == 1
    kept = f"{hashlib.sha256(xml).hexdigest()[:12]}-{name}.xml"
    assert (town / "inbox/klaerung" / kept).read_bytes() == xml
    reason = (town / f"inbox/klaerung/{kept}.grund.txt").read_text(encoding="utf-8")
    out = capsys.readouterr().out
    for one in said:
        assert one in reason
        assert one in out
    assert not file.exists(), "it is out of the inbox, and kept aside"
    assert {path: path.read_bytes() for path in town.rglob("*.beancount")} == ledger
    main(["status", str(town), "--today", str(TODAY)])
    assert f"Zu klären ist {kept} (inbox/klaerung): " in capsys.readouterr().out


def test_from_the_inbox_to_the_documents(
    town: Path, sent: tuple[bytes, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (town / "inbox").iterdir():
        path.unlink()
    file, again = town / "inbox/rechnung.pdf", town / "inbox/rechnung.xml"
    for path, content in zip((file, again), sent, strict=True):
        path.write_bytes(content)
    assert main(["month", str(town), "2024-02", "--today", "2024-02-29"]) == 1
    out = capsys.readouterr().out
    assert "rechnung.pdf ist eine E-Rechnung und wartet: `kkd receive` bucht sie" in out
    assert main(["status", str(town), "--today", "2024-02-29"]) == 1
    assert "Im Posteingang warten 2 Dateien: rechnung.pdf, rechnung.xml." in capsys.readouterr().out
    words = ["receive", str(town), str(file), str(again), "--today", str(TODAY)]
    assert main([*words, "--dry-run"]) == 0
    assert file.exists()
    assert main(words) == 0
    assert not file.exists()
    assert not again.exists()
    assert (town / "documents/KKD-2024-00004.pdf").read_bytes() == sent[0]
    archived = town / f"archive/{hashlib.sha256(sent[1]).hexdigest()}.xml"
    assert archived.read_bytes() == sent[1], "the same document once more is kept, too"
    capsys.readouterr()
    assert main(["status", str(town), "--today", "2024-02-29"]) == 0
    assert main(["month", str(town), "2024-02", "--today", "2024-02-29"]) == 0


def test_what_waited_is_booked_once_it_is_right(
    town: Path, sent: tuple[bytes, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    agreement = town.parent / "kkd/agreement.toml"
    text = agreement.read_text(encoding="utf-8")
    iban = "DE19999999996534000000"
    agreement.write_text(text.replace(iban, "DE09999999999900100000"), encoding="utf-8")
    file = town.parent / "rechnung.pdf"
    file.write_bytes(sent[0])
    words = ["receive", str(town), "--today", str(TODAY)]
    assert main([*words, str(file)]) == 1
    assert file.exists(), "what lies outside the book is left where it is"
    [waiting] = (town / "inbox/klaerung").glob("*.pdf")
    told = tree(town / "inbox")
    assert main([*words, str(waiting)]) == 1
    assert tree(town / "inbox") == told, "it waits under the same name"
    agreement.write_text(text, encoding="utf-8")
    assert main([*words, str(waiting)]) == 0
    assert list((town / "inbox/klaerung").iterdir()) == []
    reason = town / f"archive/{hashlib.sha256(sent[0]).hexdigest()}.grund.txt"
    assert "zu zahlen auf DE19999999996534000000" in reason.read_text(encoding="utf-8")
    assert capsys.readouterr().out.count("wie vereinbart") == 1


def test_two_numbers_that_look_alike_are_two_files(
    town: Path, sent: tuple[bytes, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    (town / "documents").mkdir()
    (town / "documents/KKD-2024-00004.pdf").write_bytes(b"another document")
    (town.parent / "rechnung.pdf").write_bytes(sent[0])
    main(["receive", str(town), str(town.parent / "rechnung.pdf"), "--today", str(TODAY)])
    kept = f"documents/KKD-2024-00004-{hashlib.sha256(sent[0]).hexdigest()[:12]}.pdf"
    assert f"rechnung.pdf: wie vereinbart → {kept}" in capsys.readouterr().out
    assert (town / kept).read_bytes() == sent[0]
    assert (town / "documents/KKD-2024-00004.pdf").read_bytes() == b"another document"
