"""Demands out of the operator's book: exact, valid, archivable, the same bytes each time, all or nothing."""

import datetime as dt
import io
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import page
import pikepdf
import pytest

from kkd_ledger.agreement import load as load_agreement
from kkd_ledger.book.config import load_book
from kkd_ledger.book.text.reader import read as read_book
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.cli import main
from kkd_ledger.einvoice import model as m
from kkd_ledger.einvoice.read import read
from kkd_ledger.einvoice.validate import Checker
from kkd_ledger.errors import InvoiceRefused
from kkd_ledger.letters.demand_needs import needs
from kkd_ledger.letters.letter import DocumentMaker
from kkd_ledger.letters.posted import posted_claims
from kkd_ledger.letters.stationery import OURS
from kkd_ledger.persons.contacts import ContactsRefused, load
from kkd_ledger.work.claims.demanding import Demanded, write_demands
from tests.samples import LEDGERS, recounted

TODAY = dt.date(2024, 2, 29)
SOURCE = "Anlage (2): Kostentabelle, Stand 31.12.2021, Zensus 2011 (fest)"


def kkd(*words: object) -> int:
    return main([str(word) for word in words])


def write(ledgers: Path, maker: DocumentMaker, year: int, *members: str, dry_run: bool = False) -> Demanded:
    book = load_book(ledgers / "landkreis")
    return write_demands(book, year, today=TODAY, members=members, maker=maker, dry_run=dry_run)


def test_a_demand_says_what_the_agreement_says(ledgers: Path, checker: Checker, maker: DocumentMaker) -> None:
    assert len(write(ledgers, maker, 2024, "biedenkopf").documents) == 1
    document = read(ledgers / "landkreis/documents/KKD-2024-00004-biedenkopf.pdf")
    assert document == read(ledgers / "landkreis/documents/KKD-2024-00004-biedenkopf.xml")
    assert [(line.quantity, line.price, line.net_cents) for line in document.lines] == [
        (Decimal(13645), Decimal("0.65"), 886925),
        (Decimal(13645), Decimal("0.29"), 395705),
        (Decimal(13645), Decimal("0.20"), 272900),
    ]
    assert document.totals == m.Totals(1555530, 1555530, 1555530, 1555530, tax_cents=0)
    assert (document.number, document.remittance) == ("KKD-2024-00004", "RF62KKD2024065340041")
    assert (f"{document.issued}", f"{document.due}", document.kind) == (f"{TODAY}", "2024-03-15", "380")
    assert document.taxes[0].category == "O"
    assert document.seller.vat_id == ""
    assert {f"{line.period.start} {line.period.end}" for line in document.lines if line.period} == {
        "2024-01-01 2024-12-31"
    }
    assert document.payments[0].iban == "DE19999999996534000000"
    report = checker.check(ledgers / "landkreis/documents/KKD-2024-00004-biedenkopf.pdf").strict()
    assert [str(found) for found in report.findings] == []


def test_an_operator_without_a_municipal_key_is_known_by_its_leitweg_id(
    ledgers: Path, checker: Checker, maker: DocumentMaker
) -> None:
    file, contacts = ledgers / "kkd/agreement.toml", ledgers / "kkd/contacts.toml"
    file.write_text(file.read_text("utf-8").replace('ags = "06534"\n', "", 1), "utf-8")
    write(ledgers, maker, 2024, "biedenkopf")
    found = ledgers / "landkreis/documents/KKD-2024-00004-biedenkopf.pdf"
    assert read(found).seller.ids == (m.Identifier("99-KKD06534-38", "0204"),)
    assert [str(one) for one in checker.check(found).strict().findings] == []
    contacts.write_text(
        contacts.read_text("utf-8").replace('leitweg_id = "99-KKD06534-38"\n', "", 1), "utf-8"
    )
    with pytest.raises(ContactsRefused, match=r"parties\.landkreis\.leitweg_id: gefunden: Leitweg-ID fehlt"):
        write(ledgers, maker, 2023, "biedenkopf")


def test_a_title_with_a_colon_stays_whole(ledgers: Path, maker: DocumentMaker) -> None:
    file = ledgers / "kkd/agreement.toml"
    text = file.read_text("utf-8")
    assert 'title = "Cybersicherheit"' in text
    file.write_text(text.replace('title = "Cybersicherheit"', 'title = "Modul 2: Cybersicherheit"'), "utf-8")
    write(ledgers, maker, 2024, "biedenkopf")
    lines = read(ledgers / "landkreis/documents/KKD-2024-00004-biedenkopf.xml").lines
    assert [line.name for line in lines if "Modul" in line.name] == ["Modul 2: Cybersicherheit (§ 5 Abs. 2)"]


def test_a_demand_prints_all_that_a_clerk_needs(ledgers: Path, maker: DocumentMaker) -> None:
    [made] = write(ledgers, maker, 2024, "biedenkopf").documents
    told = maker.data(made.demand)
    assert dict(told["facts"]) == {
        "Nummer": "KKD-2024-00004",
        "Datum": "29.02.2024",
        "Leistungsjahr": "2024",
        "Zeitraum": "01.01.2024 bis 31.12.2024",
        "Kassenzeichen": "RF62KKD2024065340041",
        "Leitweg-ID": "99-KKD06534004-32",
        "Ansprechperson": "Erika Beispiel",
        "Telefon": "+49 0000 123-0",
        "E-Mail": "kkd@landkreis.example.org",
    }
    assert [(line["words"], line["source"], line["amount"]) for line in told["lines"]] == [
        ("13.645 Einwohner × 0,65 EUR = 8.869,25 EUR", SOURCE, "8.869,25"),
        ("13.645 Einwohner × 0,29 EUR = 3.957,05 EUR", SOURCE, "3.957,05"),
        ("13.645 Einwohner × 0,20 EUR = 2.729,00 EUR", SOURCE, "2.729,00"),
    ]
    assert [clause["name"] for clause in told["clauses"]] == ["§ 5 Abs. 1", "§ 5 Abs. 2"]
    assert told["closing"][0] == "Beschluss: VL-100/2023 vom 28.09.2023."
    assert told["payment"]["words"] == "Bitte zahlen Sie 15.555,30 EUR bis zum 15.03.2024."
    assert dict(told["payment"]["facts"])["IBAN"] == "DE19 9999 9999 6534 0000 00"
    assert told["sums"] == [{"name": "Gesamtbetrag", "amount": "15.555,30"}]
    layout = "".join((OURS / name).read_text(encoding="utf-8") for name in ("letter.typ", "demand.typ"))
    assert [key for key in told if f"data.{key}" not in layout] == []


def test_prior_year_demand_names_its_service_year(ledgers: Path, maker: DocumentMaker) -> None:
    assert len(write(ledgers, maker, 2022, "biedenkopf").documents) == 1
    document = read(ledgers / "landkreis/documents/KKD-2023-00004-biedenkopf.xml")
    assert (document.totals.gross_cents, document.totals.prepaid_cents) == (
        886925,
        886925,
    )  # paid in November
    assert document.lines[0].period is not None
    assert f"{document.lines[0].period.end}" == "2022-12-31"
    assert "nicht steuerbar" in document.taxes[0].reason.lower()


def test_all_members_once_and_never_again(ledgers: Path, maker: DocumentMaker) -> None:
    county = ledgers / "landkreis"
    dry = write(ledgers, maker, 2023, dry_run=True)
    assert (len(dry.documents), dry.outcome.findings) == (19, ())
    assert not (county / "documents").exists()
    done = write(ledgers, maker, 2023)
    assert sum(one.demand.claim.cents for one in done.documents) == 15633140
    assert (len(done.documents), done.before, done.outcome.findings) == (19, 0, ())
    kept = {file.name: file.read_bytes() for file in (county / "documents").iterdir()}
    assert len(kept) == 38
    assert [one.pdf for one in dry.documents] == [one.pdf for one in done.documents]
    text = (county / "2024/2024-02.beancount").read_bytes()
    again = write(ledgers, maker, 2023)
    assert (len(again.documents), again.before, again.outcome.files) == (0, 19, ())
    assert (county / "2024/2024-02.beancount").read_bytes() == text


def test_a_lost_file_comes_back_or_is_refused(ledgers: Path, maker: DocumentMaker) -> None:
    write(ledgers, maker, 2024, "wetter")
    file = ledgers / "landkreis/documents/KKD-2024-00019-wetter.pdf"
    content = file.read_bytes()
    text = (ledgers / "landkreis/2024/2024-02.beancount").read_bytes()
    file.unlink()
    assert len(write(ledgers, maker, 2024, "wetter").documents) == 1
    assert file.read_bytes() == content
    assert (ledgers / "landkreis/2024/2024-02.beancount").read_bytes() == text
    file.unlink()
    contacts = ledgers / "kkd/contacts.toml"
    contacts.write_text(
        contacts.read_text(encoding="utf-8").replace("Kreisallee 1", "Kreisallee 2"), encoding="utf-8"
    )
    with pytest.raises(InvoiceRefused, match="sonst die Forderung stornieren"):
        write(ledgers, maker, 2024, "wetter")
    assert not file.exists()


def test_many_processes_make_the_same_bytes(
    ledgers: Path, maker: DocumentMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = load_book(ledgers / "landkreis")
    here = write_demands(book, 2024, today=TODAY, members=["lohra", "wetter"], maker=maker, dry_run=True)
    monkeypatch.setattr("kkd_ledger.work.claims.demanding.MANY", 2)
    there = write_demands(book, 2024, today=TODAY, members=["lohra", "wetter"], dry_run=True)
    assert [one.demand.claim.member for one in there.documents] == ["lohra", "wetter"]
    assert [one.pdf for one in there.documents] == [one.pdf for one in here.documents]


def test_papers_are_archivable_and_accessible(ledgers: Path, maker: DocumentMaker) -> None:
    assert len(write(ledgers, maker, 2024, "biedenkopf").documents) == 1
    printed = (ledgers / "landkreis/documents/KKD-2024-00004-biedenkopf.pdf").read_bytes()
    for profile in (page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1):
        broken = {one.rule_id for one in page.validate_pdf_bytes(printed, profile=profile).failures}
        assert broken - {"PDFA3A-STREAM-LENGTH-001"} == set()  # known false positive of the checker
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        assert pdf.Root.AF[0].AFRelationship == "/Alternative"
        assert b"<fx:ConformanceLevel>XRECHNUNG</fx:ConformanceLevel>" in pdf.Root.Metadata.read_bytes()


def test_what_is_missing_is_named_per_member_and_nothing_is_written(
    ledgers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contacts = ledgers / "kkd/contacts.toml"
    text = contacts.read_text(encoding="utf-8")
    text = text.replace('leitweg_id = "99-KKD06534004-32"\n', "").replace('phone = "+49 0000 123-0"\n', "")
    contacts.write_text(text, encoding="utf-8")
    before = (ledgers / "landkreis/2024/2024-02.beancount").read_bytes()
    assert kkd("demand", ledgers / "landkreis", 2024, "--today", TODAY) == 3
    said = capsys.readouterr().err
    assert "Kontaktdaten unvollständig oder falsch:" in said
    assert "parties.landkreis.phone: gefunden: Telefonnummer fehlt; erlaubt: eine Angabe" in said
    assert "parties.biedenkopf.leitweg_id: gefunden: Leitweg-ID fehlt; erlaubt: eine Angabe" in said
    assert said.count("gefunden:") == 2
    assert (ledgers / "landkreis/2024/2024-02.beancount").read_bytes() == before
    assert not (ledgers / "landkreis/documents").exists()


def test_a_figure_changed_in_place_is_told_with_the_way_that_needs_no_reversal(
    ledgers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """12,513 inhabitants become 12,531 in the line itself: a treasurer's slip, and not one of the address list."""
    agreement = ledgers / "kkd/agreement.toml"
    text = agreement.read_text(encoding="utf-8")
    agreement.write_text(text.replace("06534010 = 12513", "06534010 = 12531", 1), encoding="utf-8")
    assert kkd("demand", ledgers / "landkreis", 2024, "--today", TODAY) == 3
    said = capsys.readouterr().err
    assert said.startswith("kkd: Anforderungen abgelehnt:\n")
    assert "gebucht 14.264,82 EUR, die Vereinbarung ergibt 14.285,34 EUR" in said
    posted = ("--certified-by", "S. Muster", "--ordered-by", "L. Beispiel")
    assert kkd("post", ledgers / "landkreis", "--today", TODAY, *posted) == 3
    assert (
        "nehmen Sie stattdessen das zurück und fügen einen neuen Eintrag mit known_from an"
        in capsys.readouterr().err
    )
    assert kkd("check", ledgers / "landkreis") == 1
    assert "Wurde in der Vereinbarung eine Zahl geändert, so nehmen Sie das zurück" in capsys.readouterr().out


def test_contacts_are_checked(ledgers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (ledgers / "kkd/contacts.toml").write_text(
        'format = 1\n[parties.biedenkopf]\nleitweg_id = "99-KKD06534004-33"\nfax = "1"\n[parties.nirgendwo]\n',
        encoding="utf-8",
    )
    assert kkd("demand", ledgers / "landkreis", 2024, "--today", TODAY) == 3
    said = capsys.readouterr().err
    assert "parties.biedenkopf.leitweg_id: gefunden: '99-KKD06534004-33'; erlaubt: eine Leitweg-ID" in said
    assert "parties.biedenkopf.fax: gefunden: ein unbekanntes Feld" in said
    assert "nirgendwo" not in said, "an address of nobody hinders nobody"


def test_an_address_of_nobody_is_told_and_the_others_get_their_demands(
    ledgers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (ledgers / "kkd/contacts.toml").open("a", encoding="utf-8") as file:
        file.write('\n[parties.biedenkof]\ncity = "Biedenkopf"\n')
    words = ("demand", ledgers / "landkreis", 2024, "--member", "biedenkopf", "--today", TODAY)
    assert kkd(*words) == 0
    said = capsys.readouterr().out
    assert "Bitte beachten: contacts.toml: biedenkof ist keine Beteiligte" in said
    assert "biedenkopf" in said.partition("gemeint:")[2]
    assert (ledgers / "landkreis/documents/KKD-2024-00004-biedenkopf.pdf").exists()


def test_a_demand_bears_the_day_on_which_it_was_written_first(
    ledgers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And says where it was due before; written again it has its old bytes."""
    words = ("demand", ledgers / "landkreis", 2024, "--member", "biedenkopf")
    assert kkd(*words, "--today", "2024-06-01") == 0
    assert "war schon am 15.03.2024 fällig, geschrieben am 01.06.2024" in capsys.readouterr().out
    file = ledgers / "landkreis/documents/KKD-2024-00004-biedenkopf.pdf"
    before = file.read_bytes()
    assert read(file).issued == dt.date(2024, 6, 1)
    file.unlink()
    assert kkd(*words, "--today", "2024-07-01") == 0
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'city = "Biedenkopf"',
            'city = "Bieden\\u0007kopf"',
            "parties.biedenkopf.city: gefunden: 'Bieden\\x07kopf'",
        ),
        ('postcode = "99004"', 'postcode = " "', "parties.biedenkopf.postcode: gefunden: ' '"),
        ('postcode = "99004"', "postcode = 99004", "parties.biedenkopf.postcode: gefunden: 99004"),
        ('phone = "+49 0000 123-0"', 'phone = "folgt"', "parties.landkreis.phone: gefunden: 'folgt'"),
        (
            "kkd@landkreis.example.org",
            "kkd at landkreis",
            "parties.landkreis.email: gefunden: 'kkd at landkreis'",
        ),
        (
            'city = "Biedenkopf"',
            'country = "Deutschland"',
            "parties.biedenkopf.country: gefunden: 'Deutschland'",
        ),
    ],
)
def test_useless_contacts_are_refused_before_anything_is_written(
    ledgers: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, said: str
) -> None:
    contacts = ledgers / "kkd/contacts.toml"
    text = contacts.read_text(encoding="utf-8")
    assert text.count(old) == 1
    contacts.write_text(text.replace(old, new), encoding="utf-8")
    assert kkd("demand", ledgers / "landkreis", 2024, "--today", TODAY) == 3
    assert said in capsys.readouterr().err
    assert not (ledgers / "landkreis/documents").exists()


def test_only_the_operator_demands(ledgers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert kkd("demand", ledgers / "biedenkopf", 2024, "--today", TODAY) == 2
    assert kkd("demand", ledgers / "landkreis", 2024, "--member", "marburg", "--today", TODAY) == 2
    assert "Unbekannte Beteiligte: marburg" in capsys.readouterr().err


def corrected(ledgers: Path, maker: DocumentMaker, inhabitants: int) -> m.Invoice:
    """Let the agreement learn another number of inhabitants, post the correction and put it on paper."""
    recounted(ledgers, inhabitants)
    people = ("--certified-by", "S. Muster", "--ordered-by", "L. Beispiel")
    kkd("post", ledgers / "landkreis", "--year", 2024, "--today", TODAY, *people)
    assert len(write(ledgers, maker, 2024, "biedenkopf").documents) == 2
    return read(ledgers / "landkreis/documents/KKD-2024-00020-biedenkopf.pdf")


def lift_limit(ledgers: Path) -> None:
    agreement = ledgers / "kkd/agreement.toml"
    text = agreement.read_text(encoding="utf-8").replace('amount = "15.555,30"', 'amount = "15.700,00"')
    agreement.write_text(text, encoding="utf-8")


def test_a_higher_share_is_a_corrected_invoice(ledgers: Path, maker: DocumentMaker) -> None:
    lift_limit(ledgers)
    document = corrected(ledgers, maker, 13703)
    assert (document.kind, document.totals.due_cents) == ("384", 6612)
    assert [(line.name, line.quantity, line.net_cents) for line in document.lines] == [
        ("Kostenbeteiligung 2024 neu", 1, 1562142),
        ("bisher gefordert für 2024", -1, -1555530),
    ]
    assert [(one.number, f"{one.date}") for one in document.preceding] == [("KKD-2024-00004", f"{TODAY}")]


def test_a_lower_share_is_a_credit_and_never_called_gutschrift(ledgers: Path, maker: DocumentMaker) -> None:
    document = corrected(ledgers, maker, 13600)
    assert (document.kind, document.totals.due_cents) == ("381", 5130)
    assert document.preceding[0].number == "KKD-2024-00004"
    printed = (ledgers / "landkreis/documents/KKD-2024-00020-biedenkopf.xml").read_text(encoding="utf-8")
    assert "Korrektur der Kostenbeteiligung 2024" in printed
    assert "gutschrift" not in printed.lower()


def test_a_new_document_names_the_one_whose_claim_was_reversed(ledgers: Path, maker: DocumentMaker) -> None:
    write(ledgers, maker, 2024, "wetter")
    county = ledgers / "landkreis"
    people = ("--certified-by", "S. Muster", "--ordered-by", "L. Beispiel", "--today", TODAY)
    number = next(
        one.text("nr")
        for one in read_book(load_book(county)).records
        if isinstance(one, Transaction) and one.text("anforderung") == "KKD-2024-00019"
    )
    kkd("reverse", county, number, "--reason", "falscher Monat", "--by", "K. Kasse", *people)
    kkd("post", county, "--year", 2024, *people)
    [made] = write(ledgers, maker, 2024, "wetter").documents
    document = made.demand.document
    assert (document.number, document.kind, document.totals.due_cents) == ("KKD-2024-00020", "384", 1027140)
    assert [one.number for one in document.preceding] == ["KKD-2024-00019"]
    assert len(document.lines) == 3
    assert made.report.good


def test_an_exempt_share_names_its_reason(ledgers: Path, maker: DocumentMaker) -> None:
    agreement = ledgers / "kkd/agreement.toml"
    decided = 'treatment = "exempt-4-29"\ndecided_by = "Kämmerei"\ndecided_on = 2022-01-01\n'
    text = agreement.read_text(encoding="utf-8").replace('treatment = "not-taxable-old-law"\n', decided)
    agreement.write_text(text, encoding="utf-8")
    with pytest.raises(
        ContactsRefused, match=r"parties\.landkreis: gefunden: USt-IdNr\. und Steuernummer fehlen"
    ):
        write(ledgers, maker, 2024, "biedenkopf")
    contacts = ledgers / "kkd/contacts.toml"
    told = contacts.read_text(encoding="utf-8").replace(
        "[parties.landkreis]\n", '[parties.landkreis]\ntax_number = "031 000 00000"\n'
    )
    contacts.write_text(told, encoding="utf-8")
    [made] = write(ledgers, maker, 2024, "biedenkopf").documents
    [tax] = made.demand.document.taxes
    assert (tax.category, tax.tax_cents, tax.reason) == ("E", 0, "Steuerfrei nach § 4 Nr. 29 UStG")
    assert made.report.good


def test_undecided_vat_stops_the_demand() -> None:
    book = load_book(LEDGERS / "landkreis")
    assert load_agreement(book.agreement_file) is not None
    contacts = load(book.agreement_file, book.agreement)
    claim = posted_claims(book, read_book(book).records, 2024)[0]
    found = needs(book, contacts, [replace(claim, service_year=2027)])
    assert [problem.actual for problem in found] == ["Umsatzsteuer noch nicht entschieden"]


def test_json(ledgers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("demand", ledgers / "landkreis", 2024, "--member", "wetter", "--today", TODAY, "--json")
    assert kkd(*words) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["made"] == [
        {
            "number": "KKD-2024-00019",
            "member": "wetter",
            "name": "Magistrat der Stadt Wetter (Hessen)",
            "amount": "10271.40",
            "vat": "0.00",
            "syntax": "cii",
        }
    ]
