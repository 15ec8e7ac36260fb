"""The e-invoice importer in beangulp's own command line and in a real Fava: what `kkd receive` would book."""

import datetime as dt
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from beancount.core import data
from beangulp.extract import DUPLICATE

from importers.einvoice import EInvoiceImporter
from importers.ingest import importers_for
from kkd_ledger.book.config import load_book
from kkd_ledger.errors import InvoiceRefused
from kkd_ledger.letters.letter import DocumentMaker
from kkd_ledger.work.claims.demanding import write_demands
from tests.importers.test_bank_importer import CONFIG, ingest
from tests.samples import ROOT

LEDGERS = ROOT / "ledgers"
BILL = "KKD-2023-00004-biedenkopf"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with an empty book of the town, and the county's documents for 2022."""
    folder = tmp_path_factory.mktemp("importer")
    for name in ("kkd", "landkreis"):
        shutil.copytree(LEDGERS / name, folder / name)
    _without_months_after(folder / "landkreis", "2023/2023-10")
    (folder / "town/inbox").mkdir(parents=True)
    shutil.copy(LEDGERS / "biedenkopf/book.toml", folder / "town/book.toml")
    top = (LEDGERS / "biedenkopf/main.beancount").read_text(encoding="utf-8")
    lines = [line for line in top.splitlines(keepends=True) if not line.startswith("include")]
    (folder / "town/main.beancount").write_text("".join(lines), encoding="utf-8")
    write_demands(
        load_book(folder / "landkreis"),
        2022,
        today=dt.date(2024, 2, 29),
        members=["biedenkopf"],
        maker=DocumentMaker(),
    )
    for ending in ("pdf", "xml"):
        shutil.copy(folder / f"landkreis/documents/{BILL}.{ending}", folder / "town/inbox")
    return folder


def _without_months_after(book: Path, last: str) -> None:
    """Take a book back to where a claim is posted and not yet paid: a document says what was paid before it."""
    top = book / "main.beancount"
    lines = top.read_text(encoding="utf-8").splitlines(keepends=True)
    later = [line for line in lines if line.startswith("include") and line > f'include "{last}.'][1:]
    top.write_text("".join(line for line in lines if line not in later), encoding="utf-8")


def test_extracts_the_agreed_entry(folder: Path) -> None:
    importer = EInvoiceImporter(folder / "town")
    file = str(folder / f"town/inbox/{BILL}.pdf")
    assert importer.identify(file)
    assert not importer.identify(str(folder / "kkd/agreement.toml"))
    assert importer.date(file) == dt.date(2024, 2, 29)  # written first on that day
    assert importer.account(file) == "Passiva:4500-Verbindlichkeiten-KKD:Landkreis"
    (entry,) = importer.extract(file, [])
    said = (entry.flag, entry.meta["urteil"], entry.tags)
    assert said == ("*", "wie vereinbart", frozenset({"periodenfremd"}))
    assert [(leg.account.split(":")[-1], leg.units.number) for leg in entry.postings] == [
        ("KKD", Decimal("8869.25")),
        ("Landkreis", Decimal("-8869.25")),
    ]
    assert entry.meta["anforderung"] == "KKD-2023-00004"
    again = importer.extract(file, [])
    importer.deduplicate(again, [entry])
    assert again[0].meta[DUPLICATE] is entry


def test_marks_what_differs(folder: Path, tmp_path: Path) -> None:
    xml = (folder / f"town/inbox/{BILL}.xml").read_text(encoding="utf-8")
    file = tmp_path / "rechnung.xml"
    file.write_text(xml.replace(">13645<", ">13703<").replace("8869.25", "8906.95"), encoding="utf-8")
    (entry,) = EInvoiceImporter(folder / "town").extract(str(file), [])
    assert entry.flag == "!"
    assert entry.meta["urteil"] == (
        "zu klären: 2022: gefordert 0,65 × 13.703, vereinbart 0,65 × 13.645: +37,70 EUR"
    )


def test_takes_no_other_currency(folder: Path, tmp_path: Path) -> None:
    xml = (folder / f"town/inbox/{BILL}.xml").read_text(encoding="utf-8")
    file = tmp_path / "rechnung.xml"
    file.write_text(xml.replace(">EUR<", ">CHF<"), encoding="utf-8")
    with pytest.raises(InvoiceRefused, match="Währung: gefunden: CHF; erlaubt: EUR"):
        EInvoiceImporter(folder / "town").extract(str(file), [])


def test_books_nothing_without_a_resolution(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "x")
    file = tmp_path / "x/kkd/agreement.toml"
    text = file.read_text(encoding="utf-8")
    start = text.index('[[resolutions]]\nmember = "biedenkopf"')
    file.write_text(text[:start] + text[text.index("[[resolutions]]", start + 1) :], encoding="utf-8")
    importer = EInvoiceImporter(tmp_path / "x/town")
    (note,) = importer.extract(str(folder / f"town/inbox/{BILL}.xml"), [])
    assert isinstance(note, data.Note)
    assert "kein Beschluss von Biedenkopf" in note.comment
    assert note.comment.startswith("zu klären: ")


def test_a_year_whose_vat_nobody_has_decided_is_told(folder: Path, tmp_path: Path) -> None:
    """From 2027 on no share is booked without a decision (UStG § 2b); the other files of the call are taken."""
    xml = (folder / f"town/inbox/{BILL}.xml").read_text(encoding="utf-8")
    later = (
        xml.replace("20220", "20270").replace("2022123", "2027123").replace("RF55KKD2022065340041", 'A "1')
    )
    assert later != xml
    (tmp_path / "spaeter.xml").write_text(later, encoding="utf-8")
    importer = EInvoiceImporter(folder / "town")
    (note,) = importer.extract(str(tmp_path / "spaeter.xml"), [])
    assert note.account == "Passiva:4500-Verbindlichkeiten-KKD:Landkreis"
    said = "2027: über die Umsatzsteuer ist noch nicht entschieden"
    assert said in note.comment == importer.verdict(str(tmp_path / "spaeter.xml")).replace('"', "'")
    run = ingest("extract", str(tmp_path), f"inbox/{BILL}.xml", folder=folder / "town")
    assert run.returncode == 0, run.stderr
    assert f'2024-02-29 note Passiva:4500-Verbindlichkeiten-KKD:Landkreis "{note.comment}"' in run.stdout
    assert "spaeter.xml: 0 Buchungen, davon 0 bekannt; zu klären: " in run.stderr
    assert f"{BILL}.xml: 1 Buchung, davon 0 bekannt; wie vereinbart" in run.stderr


def test_the_command_line_of_beangulp(folder: Path, tmp_path: Path) -> None:
    town = folder / "town"
    run = ingest("identify", "-v", "inbox", folder=town)
    assert (run.returncode, (run.stdout + run.stderr).count("kkd.einvoice.biedenkopf")) == (0, 2)
    run = ingest("extract", "inbox", folder=town)
    assert run.returncode == 0, run.stderr
    assert run.stdout.count("\n2024-02-29 * ") == 1, "the same document as PDF and XML is one entry"
    assert run.stdout.count("; 2024-02-29 * ") == 1
    assert f"{BILL}.pdf: 1 Buchung, davon 0 bekannt; wie vereinbart" in run.stderr
    assert f"{BILL}.xml: 1 Buchung, davon 1 bekannt; wie vereinbart" in run.stderr
    for line in (
        '  leistungsjahr: "2022"',
        '  kassenzeichen: "RF55KKD2022065340041"',
        "  faellig: 2023-11-15",
    ):
        assert line in run.stdout
    run = ingest("archive", "-o", str(tmp_path), "-n", "inbox", folder=town)
    assert run.returncode == 0
    assert f"Passiva/4500-Verbindlichkeiten-KKD/Landkreis/2024-02-29.{BILL}.pdf" in run.stdout + run.stderr


def test_what_is_booked_by_kkd_is_told_and_not_offered_again(folder: Path) -> None:
    book = str(LEDGERS / "biedenkopf")
    run = ingest("extract", f"inbox/{BILL}.xml", folder=folder / "town", KKD_BOOK=book)
    assert run.returncode == 0, run.stderr
    assert f"{BILL}.xml: 0 Buchungen, davon 0 bekannt; wie vereinbart" in run.stderr


def test_a_broken_document_is_an_error_and_not_silence(folder: Path, tmp_path: Path) -> None:
    xml = (folder / f"town/inbox/{BILL}.xml").read_text(encoding="utf-8")
    (tmp_path / "rechnung.xml").write_text(xml.replace(">EUR<", ">CHF<"), encoding="utf-8")
    run = ingest("extract", str(tmp_path / "rechnung.xml"), folder=folder / "town")
    assert run.returncode == 1
    assert "erlaubt: EUR" in run.stderr


def test_the_operator_receives_none(folder: Path) -> None:
    assert [one.name.split(".")[1] for one in importers_for(folder / "landkreis")] == ["bank"]
    assert [one.name.split(".")[1] for one in importers_for(folder / "town")] == ["bank", "einvoice"]


def test_favas_import_page(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from fava.core import FavaLedger

    town = folder / "town"
    monkeypatch.setenv("KKD_BOOK", str(town))
    book = town / "von-hand.beancount"
    book.write_text(
        'option "operating_currency" "EUR"\n'
        f'2020-01-01 custom "fava-option" "import-config" "{CONFIG}"\n'
        '2020-01-01 custom "fava-option" "import-dirs" "inbox"\n',
        encoding="utf-8",
    )
    ledger = FavaLedger(str(book))
    assert (ledger.errors, ledger.ingest.errors) == ([], ())
    pdf, xml = ledger.ingest.import_data()
    assert {one.importer_name for found in (pdf, xml) for one in found.importers} == {
        "kkd.einvoice.biedenkopf"
    }
    assert str(pdf.importers[0].account) == "Passiva:4500-Verbindlichkeiten-KKD:Landkreis"
    (entry,) = ledger.ingest.extract(str(town / f"inbox/{BILL}.pdf"), "kkd.einvoice.biedenkopf")
    assert entry.postings[0].units.number == Decimal("8869.25")
    book.unlink()
