"""Documents that other programs have written are received rightly (see tests/files/foreign/README.md)."""

import datetime as dt
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.entries import Authorisation
from kkd_ledger.book.state.claims import claims
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.reader import read as read_book
from kkd_ledger.book.text.records import Document, Transaction
from kkd_ledger.einvoice import cii, ubl
from kkd_ledger.einvoice.comparison import DocumentVerdict, Judgement
from kkd_ledger.einvoice.model import DueStage, UnreadText
from kkd_ledger.einvoice.read import read, unread_of
from kkd_ledger.einvoice.source import open_source
from kkd_ledger.einvoice.validate import Checker
from kkd_ledger.work.claims.filing import ONLY_FILED, ReceivedDocument
from kkd_ledger.work.claims.incoming import receive
from kkd_ledger.work.claims.post import post
from tests.einvoice.test_vat import PEOPLE, legs, taxed
from tests.samples import FILES, LEDGERS, recounted

FOREIGN = FILES / "foreign"
TODAY = dt.date(2024, 2, 29)


@pytest.fixture
def town(tmp_path: Path) -> Book:
    for name in ("kkd", "biedenkopf"):
        shutil.copytree(LEDGERS / name, tmp_path / name)
    return load_book(tmp_path / "biedenkopf")


def taken(town: Book, checker: Checker, *files: Path) -> tuple[ReceivedDocument, ...]:
    return receive(town, files, Authorisation(TODAY), checker=checker).received


TOLD = {  # what is told of a document that is as agreed, in front of nothing
    "as-agreed.xml": (),
    "ubl.xml": (),
    "node-cii.xml": (),
    "zugferd.pdf": (
        "KKD-E22: Der Text auf den Seiten des PDF lässt sich nicht auslesen; bitte mit der E-Rechnung vergleichen.",
    ),
    "line-allowance.xml": (
        "Abzug in Position 1: 500,00 EUR (Anlauf 2024); es zählt ihr Nettobetrag 12.826,30 EUR",
    ),
    "document-allowance.xml": (
        "Abzug auf das ganze Dokument: 444,70 EUR (Ausgleich der Rundung); mit ihm ist der Anteil wie vereinbart",
    ),
    "two-accounts.xml": (
        "das Dokument nennt auch DE30999999990000471100, das nicht vereinbart ist; gezahlt wird auf "
        "DE19999999996534000000",
    ),
}


@pytest.mark.parametrize("name", TOLD)
def test_what_is_as_agreed_is_filed_with_its_claim(town: Book, checker: Checker, name: str) -> None:
    before = [record for record in read_book(town).records if isinstance(record, Transaction)]
    [document] = taken(town, checker, FOREIGN / name)
    assert (document.comparison.verdict, document.comparison.reasons) == (DocumentVerdict.AS_AGREED, ())
    assert document.comparison.remarks == TOLD[name]
    assert bool(document.comparison.signs) == (name == "two-accounts.xml")
    records = read_book(town).records
    assert [record for record in records if isinstance(record, Transaction)] == before
    [kept] = [record for record in records if isinstance(record, Document)]
    assert kept.meta[v.ITEM] == "kkd-2024-biedenkopf-1"


WAITS = {
    "document-charge.xml": (
        "2024: gefordert 15.655,30 EUR, vereinbart 1,14 × 13.645: +100,00 EUR",
        "Zuschlag auf das ganze Dokument: 100,00 EUR (Bearbeitung); vereinbart ist keiner",
    ),
    "credit-note.xml": (
        "berichtigt wird LK-2024-101, das hier nicht vorliegt",
        "2024: gefordert -500,00 EUR, schon gebucht sind 15.555,30 EUR",
    ),
    "prepaid.xml": (
        "als schon gezahlt oder erlassen abgezogen sind 5.000,00 EUR; nach unseren Büchern sind es 0,00 EUR: erst "
        "die Forderung (`kkd post`), ihre Zahlung oder den Erlass (`kkd remit`) buchen, dann noch einmal `kkd receive`",
    ),
    "vat.xml": (
        "2024: Umsatzsteuer gefordert 2.955,51 EUR, vereinbart 0,00 EUR",
        "2024: Umsatzsteuer-Kategorie S (steuerpflichtig), entschieden: O (nicht steuerbar)",
    ),
}


@pytest.mark.parametrize("name", WAITS)
def test_what_differs_waits_and_nobody_can_accept_it(town: Book, checker: Checker, name: str) -> None:
    [document] = taken(town, checker, FOREIGN / name)
    assert (document.comparison.verdict, document.comparison.reasons) == (
        DocumentVerdict.CLARIFY,
        WAITS[name],
    )
    assert not document.comparison.may_be_accepted
    assert not (town.root / "documents").exists()


def test_a_correction_takes_the_place_of_the_document_that_it_names(town: Book, checker: Checker) -> None:
    first, second = taken(town, checker, FOREIGN / "as-agreed.xml", FOREIGN / "correction.xml")
    assert first.comparison.verdict == second.comparison.verdict == DocumentVerdict.AS_AGREED
    assert second.comparison.reasons == ("tritt an die Stelle von LK-2024-101",)
    [alone] = taken(load_book(town.root), checker, FOREIGN / "credit-note.xml")
    assert "berichtigt wird" not in alone.comparison.text(), "what it corrects is there by now"


@pytest.mark.parametrize("name", ["credit-due.xml", "credit-due-ubl.xml"])
def test_a_credit_that_is_due_is_booked_and_set_off(town: Book, checker: Checker, name: str) -> None:
    """The town has 13,600 inhabitants instead of 13,645 from 15 February 2024 on: 45 × 1.14 EUR less."""
    recounted(town.root.parent, 13_600)
    book = load_book(town.root)
    first, credit = taken(book, checker, FOREIGN / "as-agreed.xml", FOREIGN / name)
    assert (first.comparison.text(), credit.comparison.text()) == ("wie vereinbart",) * 2
    [booked] = credit.booked
    assert booked.startswith("gebucht: Erstattung kkd-2024-biedenkopf-g240215, 51,30 EUR, fällig ")
    [offset] = credit.offsets
    assert (offset.claim, offset.credit, offset.cents) == (
        "kkd-2024-biedenkopf-1",
        "kkd-2024-biedenkopf-g240215",
        5_130,
    )
    items = claims(book, read_book(book).records).items
    assert items["kkd-2024-biedenkopf-1"].open_cents == -1_550_400  # 13,600 × 1.14 EUR
    [again] = taken(load_book(town.root), checker, FOREIGN / name)
    assert again.comparison.verdict == DocumentVerdict.KNOWN


@pytest.mark.parametrize("posted", [True, False], ids=["posted", "new"])
@pytest.mark.parametrize("name", ["vat-as-agreed.xml", "vat-as-agreed-ubl.xml"])
def test_vat_that_was_decided_is_as_agreed(
    tmp_path: Path, checker: Checker, name: str, *, posted: bool
) -> None:
    """1,000 inhabitants × 1.25 EUR, and 19 % on it, which Adorf cannot deduct."""
    book = taxed(tmp_path, "adorf")
    post(book, PEOPLE, **({} if posted else {"service_year": 2021}))
    [document] = receive(book, [FOREIGN / name], PEOPLE, checker=checker).received
    assert document.comparison.text() == "wie vereinbart"
    said = ONLY_FILED if posted else "gebucht: archiv-2022-adorf-1, 1.487,50 EUR, fällig 01.06.2022"
    assert document.booked == (said,)
    assert [cents for _, cents, _ in legs(book, "adorf", 2022)] == [125_000, 23_750, -148_750]


def test_the_day_of_the_corrected_document_is_compared(town: Book, checker: Checker) -> None:
    text = (FOREIGN / "correction.xml").read_text("utf-8")
    assert text.count("20240115") == 1
    file = town.root.parent / "andere.xml"
    file.write_text(text.replace("20240115", "20240116"), "utf-8")
    _, second = taken(town, checker, FOREIGN / "as-agreed.xml", file)
    assert second.comparison.remarks == (
        "LK-2024-101 ist vom 15.01.2024, nach diesem Dokument vom 16.01.2024",
    )


def test_several_due_days_are_read_in_both_syntaxes(town: Book, checker: Checker) -> None:
    document = read(FOREIGN / "instalments.xml")
    stages = (DueStage(dt.date(2024, 3, 15), 800_000), DueStage(dt.date(2024, 6, 14), 755_530))
    assert (document.due, document.terms, document.instalments) == (None, "1. Rate\n2. Rate", stages)
    [one] = taken(town, checker, FOREIGN / "instalments.xml")
    [told] = [field for field in one.comparison.fields if field.name == "Fälligkeit"]
    assert told.judgement == Judgement.TOLD
    assert "--instalment 2024-03-15=8.000,00 --instalment 2024-06-14=7.555,30" in str(told)

    text = (FOREIGN / "ubl.xml").read_text("utf-8")
    terms = "<cac:PaymentTerms>"
    rates = "".join(
        f'{terms}<cbc:Note>{note}</cbc:Note><cbc:Amount currencyID="EUR">{amount}</cbc:Amount>'
        f"<cbc:PaymentDueDate>{day}</cbc:PaymentDueDate></cac:PaymentTerms>"
        for note, amount, day in (("1. Rate", "8000.00", "2024-03-15"), ("2. Rate", "7555.30", "2024-06-14"))
    )
    at, end = text.index(terms), text.index("</cac:PaymentTerms>") + len("</cac:PaymentTerms>")
    other = read((text[:at] + rates + text[end:]).encode())
    assert (other.due, other.terms, other.instalments) == (None, "1. Rate\n2. Rate", stages)


def test_a_day_that_contradicts_another_is_never_passed_over() -> None:
    text = (FOREIGN / "ubl.xml").read_text("utf-8")
    code = "<cbc:PaymentMeansCode>58</cbc:PaymentMeansCode>"
    assert code in text
    day = "<cbc:PaymentDueDate>2024-02-15</cbc:PaymentDueDate>"
    document = read(text.replace(code, code + day).encode())
    assert document.due is None
    assert [stage.due for stage in document.instalments] == [dt.date(2024, 2, 15), dt.date(2024, 3, 15)]


def test_the_creditor_may_have_a_reference_of_its_own(town: Book, checker: Checker) -> None:
    """The claim was posted from the agreement; one document with another reference stands for it, no second one."""
    text = (FOREIGN / "as-agreed.xml").read_text("utf-8").replace("RF62KKD2024065340041", "LK-4711")
    files = []
    for number in ("LK-2024-101", "LK-2024-201"):
        files.append(town.root.parent / f"{number}.xml")
        files[-1].write_text(text.replace("LK-2024-101", number), "utf-8")
    first, second = taken(town, checker, *files)
    assert first.comparison.verdict == DocumentVerdict.AS_AGREED
    [kept] = [record for record in read_book(town).records if isinstance(record, Document)]
    assert kept.meta[v.ITEM] == "kkd-2024-biedenkopf-1"
    assert second.comparison.reasons == ("2024: gefordert 15.555,30 EUR, schon gebucht sind 15.555,30 EUR",)


def test_a_reference_of_another_year_waits(town: Book, checker: Checker) -> None:
    text = (FOREIGN / "as-agreed.xml").read_text("utf-8")
    file = town.root.parent / "2023.xml"
    file.write_text(text.replace("RF62KKD2024065340041", "RF10KKD2023065340041"), "utf-8")
    [document] = taken(town, checker, file)
    said = "das Kassenzeichen RF10KKD2023065340041 gehört nach unseren Büchern zum Leistungsjahr 2023"
    assert said in document.comparison.reasons


UNREAD = "<ram:UltimatePayeeTradeParty><ram:Name>Inkasso GmbH</ram:Name></ram:UltimatePayeeTradeParty>"


def test_what_the_standard_does_not_know_is_read_too(town: Book, checker: Checker) -> None:
    text = (FOREIGN / "as-agreed.xml").read_text("utf-8")
    means = "<ram:SpecifiedTradeSettlementPaymentMeans>"
    user = "<ram:Name>auf DE30999999990000471100</ram:Name>"
    delivery = "<ram:ApplicableHeaderTradeDelivery"
    changed = text.replace(means, UNREAD + means, 1).replace(
        delivery, f"<ram:ProductEndUserTradeParty>{user}</ram:ProductEndUserTradeParty>{delivery}", 1
    )
    source = open_source(changed.encode())
    assert [unread.text for unread in unread_of(source)] == ["auf DE30999999990000471100", "Inkasso GmbH"]
    file = town.root.parent / "mehr.xml"
    file.write_text(changed, "utf-8")
    [document] = taken(town, checker, file)
    signs = " ".join(document.comparison.signs)
    assert "nennt außerhalb der Norm Inkasso GmbH" in signs
    assert "im Text steht ein anderes Konto: DE30999999990000471100" in signs


@pytest.mark.parametrize("path", sorted(FOREIGN.glob("*.*l")), ids=lambda path: path.stem)
def test_the_reader_takes_everything(path: Path) -> None:
    """Nothing of what drafthorse and e-invoice-eu write goes unread; the order of elements is their own affair."""
    assert unread_of(open_source(path)) == ()


@pytest.mark.parametrize("path", sorted(FOREIGN.glob("*.xml")), ids=lambda path: path.stem)
def test_a_foreign_document_goes_through_both_syntaxes(path: Path) -> None:
    document = read(path)
    written = replace(document, instalments=())
    for syntax in (cii, ubl):
        again = read(syntax.write(written))
        assert replace(again, totals=written.totals) == written
        assert again.totals.due_cents == written.totals.due_cents


def test_a_second_value_is_unread() -> None:
    text = (FOREIGN / "ubl.xml").read_text("utf-8")
    means = text[
        text.index("<cac:PaymentMeans>") : text.index("</cac:PaymentMeans>") + len("</cac:PaymentMeans>")
    ]
    other = means.replace("RF62KKD2024065340041", "RF10KKD2023065340041")
    assert unread_of(open_source(text.replace(means, means + other).encode())) == (
        UnreadText("PaymentMeans/PaymentID", "RF10KKD2023065340041"),
    )


def test_a_year_whose_vat_nobody_has_decided_waits(town: Book, checker: Checker) -> None:
    text = (FOREIGN / "as-agreed.xml").read_text("utf-8").replace("RF62KKD2024065340041", "LK-4711")
    for old, new in (("20240101", "20270101"), ("20241231", "20271231"), ("20240315", "20270315")):
        assert old in text
        text = text.replace(old, new)
    file = town.root.parent / "2027.xml"
    file.write_text(text, "utf-8")
    [undecided, good] = taken(town, checker, file, FOREIGN / "ubl.xml")
    assert undecided.comparison.verdict == DocumentVerdict.CLARIFY
    assert undecided.comparison.unacceptable == (
        "2027: über die Umsatzsteuer ist noch nicht entschieden ([[vat]] in der Vereinbarung): erst entscheiden, dann "
        "noch einmal",
    )
    assert good.comparison.verdict == DocumentVerdict.AS_AGREED
