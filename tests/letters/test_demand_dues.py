"""What a demand asks for and until when, where something was ordered before; what a lowered share says."""

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest

from kkd_ledger.book.config import load_book
from kkd_ledger.book.state.dispositions import OrderedDue
from kkd_ledger.book.text.reader import read as read_book
from kkd_ledger.book.text.records import Posting, Transaction
from kkd_ledger.cli import main
from kkd_ledger.einvoice.validate import Checker
from kkd_ledger.letters.letter import DocumentMaker
from kkd_ledger.letters.payment_terms import rates_text, terms
from kkd_ledger.letters.posted import PostedClaim, posted_claims
from kkd_ledger.letters.stationery import Stationery
from kkd_ledger.work.claims.demanding import write_demands
from tests.figures.books import eventful
from tests.samples import sample_books

POSTEN = "kkd-2024-biedenkopf-1"  # 15,555.30 EUR, due on 15 March 2024
RATES = ("2024-03-15=5.555,30", "2024-06-15=5.000,00", "2024-09-15=5.000,00")
SAID = "5.555,30 EUR bis zum 15.03.2024, 5.000,00 EUR bis zum 15.06.2024 und 5.000,00 EUR bis zum 15.09.2024"
ORDER = ("--order", "Antrag", "--by", "L. Beispiel", "--certified-by", "S. Muster", "--today", "2024-02-20")


@pytest.fixture
def county(tmp_path: Path) -> Path:
    return sample_books(tmp_path) / "landkreis"


@pytest.fixture(scope="module")
def maker(checker: Checker) -> DocumentMaker:
    return DocumentMaker(checker=checker)


def defer(county: Path, *words: str) -> None:
    assert main(["defer", str(county), POSTEN, *words, *ORDER]) == 0


def in_rates(county: Path) -> None:
    defer(county, "--kind", "ratenzahlung", *(word for rate in RATES for word in ("--instalment", rate)))


def printed(county: Path, maker: DocumentMaker) -> tuple[dict[str, Any], Any]:
    book, today = load_book(county), dt.date(2024, 2, 29)
    [made] = write_demands(book, 2024, today=today, members=["biedenkopf"], maker=maker).documents
    return dict(maker.data(made.demand)), made.demand.document


def test_instalments_are_told_in_letter_and_invoice_and_the_code_pays_the_first(
    county: Path, maker: DocumentMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid: list[int] = []
    payload = "kkd_ledger.letters.letter.giro.payload"
    monkeypatch.setattr(payload, lambda name, iban, cents, reference: paid.append(cents) or "x" * 40)
    in_rates(county)
    data, document = printed(county, maker)
    assert data["payment"]["words"] == f"Bitte zahlen Sie 15.555,30 EUR in Raten: {SAID}."
    assert data["payment"]["facts"][:2] == [
        ("Rate, fällig am 15.03.2024", "5.555,30 EUR"),
        ("Rate, fällig am 15.06.2024", "5.000,00 EUR"),
    ]
    assert set(paid) == {5_555_30}
    assert data["qr-words"].startswith("GiroCode: 5.555,30 EUR an")
    assert document.due is None
    assert (
        document.terms == f"Zahlbar in Raten: {SAID}, unter Angabe des Kassenzeichens {document.remittance}."
    )


def test_a_deferral_moves_the_day_of_the_demand(county: Path, maker: DocumentMaker) -> None:
    defer(county, "2024-08-31")
    data, document = printed(county, maker)
    assert data["payment"]["words"] == "Bitte zahlen Sie 15.555,30 EUR bis zum 31.08.2024."
    assert document.due == dt.date(2024, 8, 31)


def test_what_is_ordered_after_the_demand_is_not_in_it(county: Path, maker: DocumentMaker) -> None:
    printed(county, maker)
    in_rates(county)
    book = load_book(county)
    [claim] = [one for one in claims(county) if one.member == "biedenkopf"]
    assert claim.dues == (OrderedDue(dt.date(2024, 3, 15), 15_555_30),)
    for file in (county / "documents").iterdir():
        file.unlink()
    again = write_demands(book, 2024, today=dt.date(2024, 3, 1), members=["biedenkopf"], maker=maker)
    assert len(again.documents) == 1  # lost, and made again with the same bytes


def test_a_later_order_takes_the_place_of_an_earlier_one_and_a_suspension_tells_nothing(county: Path) -> None:
    in_rates(county)
    defer(county, "2024-08-31")
    [claim] = [one for one in claims(county) if one.member == "biedenkopf"]
    assert claim.dues == (OrderedDue(dt.date(2024, 8, 31), 15_555_30),)
    defer(county, "2024-12-31", "--kind", "niederschlagung")
    [claim] = [one for one in claims(county) if one.member == "biedenkopf"]
    assert claim.dues == (OrderedDue(dt.date(2024, 3, 15), 15_555_30),)


def claims(county: Path) -> list[PostedClaim]:
    book = load_book(county)
    return posted_claims(book, read_book(book).records, 2024)


def lowering(*legs: tuple[str, int]) -> PostedClaim:
    """A correction whose legs are these."""
    postings = tuple(Posting(account, cents, {"posten": "p-1"}) for account, cents in legs)
    record = Transaction(dt.date(2024, 5, 2), "A", "B", (), (), {"kassenzeichen": "RF1"}, postings)
    cents = sum(cents for _, cents in legs)
    return PostedClaim(record, "a", 2024, cents, 0, record.date, 0, None, None, (), None, {})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("legs", "words"),
    [
        ([("Passiva:4810-E:A", -500)], "Der Betrag wird mit offenen Forderungen verrechnet oder erstattet."),
        (
            [("Aktiva:2600-F:A", -500)],
            "Um diesen Betrag mindert sich, was noch offen ist; zu erstatten ist nichts.",
        ),
        (
            [("Aktiva:2600-F:A", -300), ("Passiva:4810-E:A", -200)],
            "3,00 EUR mindern, was noch offen ist; 2,00 EUR werden mit offenen Forderungen verrechnet oder erstattet.",
        ),
    ],
)
def test_a_lowered_share_says_what_is_given_back(legs: list[tuple[str, int]], words: str) -> None:
    assert terms(lowering(*legs), None, Stationery()) == f"{words} Kassenzeichen RF1."


def test_a_credit_that_was_set_off_before_its_letter_lowers_what_is_open(tmp_path: Path) -> None:
    book = eventful(tmp_path, "amt").book
    found = {one.member: one for one in posted_claims(book, read_book(book).records, 2022) if one.cents < 0}
    told = {member: (one.lowered_cents, one.refund_cents) for member, one in found.items()}
    assert told == {"adorf": (0, 250_00), "behausen": (625_00, 0), "zett": (83_25, 0)}


def test_instalments_in_words() -> None:
    dues = [OrderedDue(dt.date(2024, month, 1), month) for month in (1, 2)]
    assert rates_text(dues[:1]) == "0,01 EUR bis zum 01.01.2024"
    assert rates_text(dues) == "0,01 EUR bis zum 01.01.2024 und 0,02 EUR bis zum 01.02.2024"


def test_who_receives_instalments_is_told_to_enter_them_and_pays_them_one_by_one(
    county: Path, maker: DocumentMaker, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the message says, typed in as printed, makes the payment file pay the first instalment only."""
    in_rates(county)
    [made] = write_demands(
        load_book(county), 2024, today=dt.date(2024, 2, 29), members=["biedenkopf"], maker=maker
    ).documents
    town, file = county.parent / "biedenkopf", county.parent / "rechnung.xml"
    file.write_bytes(made.xml)
    capsys.readouterr()
    day = ("--today", "2024-02-29")
    assert main(["receive", str(town), str(file), *day]) == 1
    said = capsys.readouterr().out
    assert (
        "wie vereinbart; zu beachten: zahlbar in Raten: 5.555,30 EUR bis zum 15.03.2024, 5.000,00 EUR" in said
    )
    [command] = re.findall(r"`kkd (defer [^`]+)`", said)
    run = (
        "pay",
        str(town),
        "--on",
        "2024-03-15",
        "--prepared-by",
        "K. Kasse",
        "--released-by",
        "B. Buch",
        *day,
    )
    assert main([*run, "--dry-run"]) == 0
    assert "15.555,30 EUR" in capsys.readouterr().out
    assert main([*command.replace("BUCH", str(town)).split(), *ORDER]) == 0
    assert main([*run, "--dry-run"]) == 0
    assert "1 Zahlung, zusammen 5.555,30 EUR" in capsys.readouterr().out


@pytest.mark.parametrize("booked", [True, False])
def test_instalments_that_stand_in_the_book_are_as_agreed(
    booked: bool, county: Path, maker: DocumentMaker, capsys: pytest.CaptureFixture[str]
) -> None:
    in_rates(county)
    [made] = write_demands(
        load_book(county), 2024, today=dt.date(2024, 2, 29), members=["biedenkopf"], maker=maker
    ).documents
    town, file = county.parent / "biedenkopf", county.parent / "rechnung.xml"
    text = made.xml.decode()
    file.write_text(
        text if booked else text.replace("5.000,00 EUR bis zum 15.06.2024", "5.000,01 EUR bis zum 15.06.2024")
    )
    defer(town, "--kind", "ratenzahlung", *(word for rate in RATES for word in ("--instalment", rate)))
    capsys.readouterr()
    assert main(["receive", str(town), str(file), "--today", "2024-02-29"]) == (0 if booked else 1)
    said = capsys.readouterr().out
    assert ("zu beachten: das Dokument nennt keine Fälligkeit" in said) != booked, (
        "what does not add up says nothing"
    )
