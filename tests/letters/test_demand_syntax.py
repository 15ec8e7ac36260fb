"""Demands in the syntax their recipients want: the same document as UBL, as XRechnung or for the Peppol network."""

import datetime as dt
import shutil
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from kkd_ledger.book.config import load_book
from kkd_ledger.cli import main
from kkd_ledger.einvoice import model as m
from kkd_ledger.einvoice import ubl
from kkd_ledger.einvoice.read import read
from kkd_ledger.einvoice.source import Syntax
from kkd_ledger.einvoice.validate import Checker
from kkd_ledger.einvoice.validate.verdict import PEPPOL
from kkd_ledger.letters.demand import is_peppol, syntax_of
from kkd_ledger.letters.letter import DocumentMaker
from kkd_ledger.persons.contacts import Contact, ContactsRefused
from kkd_ledger.work.claims.demanding import Demanded, write_demands
from tests.samples import LEDGERS, recounted

TODAY = dt.date(2024, 2, 29)
DEMAND = "landkreis/documents/KKD-2024-00004-biedenkopf"


def wants(ledgers: Path, party: str, *lines: str) -> None:
    """Put lines into the contacts of a party."""
    contacts = ledgers / "kkd/contacts.toml"
    head = f"[parties.{party}]\n"
    text = contacts.read_text("utf-8")
    assert head in text
    contacts.write_text(text.replace(head, head + "".join(f"{line}\n" for line in lines)), "utf-8")


def write(ledgers: Path, maker: DocumentMaker, year: int = 2024, syntax: Syntax | None = None) -> Demanded:
    book = load_book(ledgers / "landkreis")
    return write_demands(book, year, today=TODAY, members=["biedenkopf"], maker=maker, syntax=syntax)


def test_without_a_wish_a_party_gets_cii_as_xrechnung() -> None:
    assert (syntax_of(Contact()), is_peppol(Contact())) == ("CII", False)
    wish = Contact(syntax="ubl", profile="peppol")
    assert (syntax_of(wish), is_peppol(wish)) == ("UBL", True)


def test_both_syntaxes_say_the_same(ledgers: Path, maker: DocumentMaker, checker: Checker) -> None:
    write(ledgers, maker)
    cii = read(ledgers / f"{DEMAND}.xml")
    shutil.rmtree(ledgers / "landkreis")
    shutil.copytree(LEDGERS / "landkreis", ledgers / "landkreis")
    wants(ledgers, "biedenkopf", 'syntax = "ubl"')
    [made] = write(ledgers, maker).documents
    assert read(ledgers / f"{DEMAND}.xml") == cii
    report = checker.check(ledgers / f"{DEMAND}.xml").strict()
    assert (report.syntax, [str(found) for found in report.findings]) == ("UBL", [])
    assert maker.data(made.demand)["closing"][-1].endswith(
        "die Sie unter der Nummer KKD-2024-00004 gesondert erhalten."
    )


def test_the_paper_beside_ubl_is_archivable_and_holds_no_second_invoice(
    ledgers: Path, maker: DocumentMaker
) -> None:
    wants(ledgers, "biedenkopf", 'syntax = "ubl"')
    write(ledgers, maker)
    with pikepdf.open(ledgers / f"{DEMAND}.pdf") as pdf:
        assert not pdf.attachments
        assert "factur-x" not in str(pdf.open_metadata())


def test_the_other_side_receives_ubl(
    ledgers: Path, maker: DocumentMaker, capsys: pytest.CaptureFixture[str]
) -> None:
    write(ledgers, maker, syntax="UBL")
    words = ["receive", str(ledgers / "biedenkopf"), str(ledgers / f"{DEMAND}.xml"), "--today", "2024-02-29"]
    assert main(words) == 0
    assert "KKD-2024-00004-biedenkopf.xml: wie vereinbart" in capsys.readouterr().out


def test_a_lost_file_comes_back_in_its_own_syntax(ledgers: Path, maker: DocumentMaker) -> None:
    write(ledgers, maker, syntax="UBL")
    content = (ledgers / f"{DEMAND}.xml").read_bytes()
    (ledgers / f"{DEMAND}.xml").unlink()
    assert len(write(ledgers, maker).documents) == 1
    assert (ledgers / f"{DEMAND}.xml").read_bytes() == content
    (ledgers / f"{DEMAND}.pdf").unlink()
    assert len(write(ledgers, maker, syntax="CII").documents) == 1
    assert (ledgers / f"{DEMAND}.xml").read_bytes() == content


@pytest.mark.parametrize(("population", "kind"), [(13_703, m.CORRECTED), (13_600, m.CREDIT)])
def test_a_correction_as_ubl_is_valid(
    ledgers: Path, maker: DocumentMaker, checker: Checker, population: int, kind: str
) -> None:
    agreement = ledgers / "kkd/agreement.toml"
    text = agreement.read_text("utf-8")
    assert 'amount = "15.555,30"' in text
    agreement.write_text(text.replace('amount = "15.555,30"', 'amount = "15.700,00"'), "utf-8")
    write(ledgers, maker)
    recounted(ledgers, population)
    people = ["--certified-by", "S. Muster", "--ordered-by", "L. Beispiel"]
    assert main(["post", str(ledgers / "landkreis"), "--year", "2024", "--today", f"{TODAY}", *people]) == 0
    made = write(ledgers, maker, syntax="UBL").documents
    document = made[-1].demand.document
    assert document.kind == kind
    assert read(made[-1].xml) == document
    assert [str(found) for found in checker.check(made[-1].xml).strict().findings] == []


def test_a_peppol_member_gets_addresses_of_that_network(
    ledgers: Path, maker: DocumentMaker, checker: Checker
) -> None:
    wants(ledgers, "biedenkopf", 'profile = "peppol"', 'syntax = "ubl"', 'endpoint = "0088:4012345000009"')
    [made] = write(ledgers, maker).documents
    document = read(made.xml)
    assert document.profile == PEPPOL
    assert document.buyer.endpoint == m.Identifier("4012345000009", "0088")
    assert document.seller.endpoint == m.Identifier("99-KKD06534-38", "0204")
    assert [
        str(found) for found in checker.check(made.xml).strict().findings if found.severity == "fehler"
    ] == []


@pytest.mark.parametrize(
    ("party", "lines", "said"),
    [
        ("biedenkopf", ['profile = "peppol"'], r"biedenkopf\.syntax: gefunden: Peppol, aber CII"),
        (
            "biedenkopf",
            ['profile = "peppol"', 'syntax = "ubl"', 'endpoint = "EM:kasse@biedenkopf.example"'],
            r"biedenkopf\.endpoint: gefunden: EM:kasse@biedenkopf\.example: so ist im Peppol-Netz niemand",
        ),
        ("biedenkopf", ['endpoint = "0088:4012345000008"'], r"biedenkopf\.endpoint: .* 0088:GLN"),
        ("biedenkopf", ['endpoint = "0204:99-KKD06534004-33"'], r"biedenkopf\.endpoint"),
        ("biedenkopf", ['syntax = "edifact"'], r"biedenkopf\.syntax: gefunden: 'edifact'; erlaubt: cii, ubl"),
    ],
)
def test_what_hinders_is_named(
    ledgers: Path, maker: DocumentMaker, party: str, lines: list[str], said: str
) -> None:
    wants(ledgers, party, *lines)
    with pytest.raises(ContactsRefused, match=said):
        write(ledgers, maker)


def test_a_direct_debit_as_ubl_is_valid(ledgers: Path, maker: DocumentMaker, checker: Checker) -> None:
    [made] = write(ledgers, maker, syntax="UBL").documents
    document = replace(
        made.demand.document,
        payments=(m.PaymentMeans("59", debited_iban="DE19999999996534000000"),),
        mandate="M-1",
        creditor_id="DE98ZZZ09999999999",
    )
    assert read(ubl.write(document)) == document
    assert [str(found) for found in checker.check(ubl.write(document)).strict().findings] == []
