"""What the matcher found out is shown where a person decides: in lists, summaries, status, on the page and as data."""

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.text.reader import read
from kkd_ledger.cli import main
from kkd_ledger.periods import BookingMonth
from kkd_ledger.references import payment_reference
from kkd_ledger.web.page import page
from kkd_ledger.work.corrections.clearing import waiting
from kkd_ledger.work.month.month import run_month
from tests.bank.writing import camt, line, statement
from tests.work.statements.test_hostile_inbox import OTHER, OWN

MARCH = BookingMonth(2022, 3)
TODAY = "2022-03-31"


def share_of(book: Book) -> tuple[str, int]:
    """Return an open item of Adorf and its cents."""
    from kkd_ledger.book.state.claims import claims

    items = claims(book, read(book).records).items.moving.values()
    one = next(one for one in items if one.party == "adorf" and one.open_cents)
    return one.posten, one.open_cents


def bring(book: Book, *payments: tuple[int, str], common: bool = False) -> Book:
    if common:
        text = book.config_file.read_text(encoding="utf-8")
        book.config_file.write_text(text.replace("own = true", "own = false"), encoding="utf-8")
    day = dt.date(2022, 3, 15)
    lines = [
        line(cents, booking_day=day, value_day=day, iban=OTHER, counterparty="Adorf", remittance=text)
        for cents, text in payments
    ]
    (book.root / "inbox").mkdir(exist_ok=True)
    (book.root / "inbox" / "3.xml").write_bytes(camt(statement(*lines, account=OWN)))
    return load_book(book.root)


def told(book: Book, *command: str, capsys: pytest.CaptureFixture[str]) -> str:
    main([command[0], str(book.root), *command[1:], "--today", TODAY])
    return capsys.readouterr().out


def test_unclear_money_is_listed_with_the_item_that_it_nearly_pays(
    amt: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    posten, cents = share_of(amt)
    book = bring(amt, (cents + 36, "Umlage"))
    assert f"vielleicht {posten} (" in told(book, "month", "2022-03", capsys=capsys)
    listed = told(book, "clear", "--list", capsys=capsys)
    assert f"      vielleicht {posten} (" in listed
    assert f"IBAN {OTHER} vereinbart" in listed
    data = json.loads(told(book, "clear", "--list", "--json", capsys=capsys))
    assert [one["posten"] for one in data["unclear"][0]["vorschlaege"]] == [posten]
    shown = page(book, read(book).records)
    (ways,) = shown.proposals.values()
    assert [way.item.posten for way in ways] == [posten]


def test_a_waiting_line_is_told_with_the_item_that_it_nearly_pays(
    amt: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    posten, cents = share_of(amt)
    book = bring(amt, (cents + 36, "Umlage"), common=True)
    month = json.loads(told(book, "month", "2022-03", "--json", capsys=capsys))
    assert month["lines"][0]["vorschlaege"][0]["posten"] == posten
    assert f"vielleicht {posten} (" in told(book, "status", capsys=capsys)
    data = json.loads(told(book, "status", "--json", capsys=capsys))
    assert data["waiting"][0]["vorschlaege"][0]["posten"] == posten
    assert data["waiting"][0]["iban"] == OTHER


def test_parts_that_add_up_to_an_item_say_so_also_over_two_runs(amt: Book, tmp_path: Path) -> None:
    posten, cents = share_of(amt)
    book = bring(amt, (100_000, "1. Rate"))
    run_month(book, MARCH, today=dt.date(2022, 3, 31))
    day = dt.date(2022, 3, 20)
    rest = line(cents - 100_000, booking_day=day, value_day=day, iban=OTHER, remittance="2. Rate")
    second = statement(rest, account=OWN, sequence=2, opening_cents=100_000, from_day=dt.date(2022, 3, 16))
    (book.root / "inbox" / "4.xml").write_bytes(camt(second))
    run_month(book, MARCH, today=dt.date(2022, 3, 31))
    first, other = waiting(book, dt.date(2022, 3, 31))
    for one in (first, other):
        assert one.proposals[0].item.posten == posten
        assert one.proposals[0].reasons[0].startswith("zusammen mit ")
    assert "vom 20.03.2022 genau der offene Betrag" in first.proposals[0].text


def test_where_nothing_is_known_nothing_is_proposed(amt: Book, capsys: pytest.CaptureFixture[str]) -> None:
    book = bring(amt, (-4_711, "Irgendwas"))
    run_month(book, MARCH, today=dt.date(2022, 3, 31))
    assert "vielleicht" not in told(book, "clear", "--list", capsys=capsys)


def test_the_year_in_the_text_and_the_smallest_difference_say_what_is_probably_paid(
    amt: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    posten, cents = share_of(amt)
    assert posten == "archiv-2021-adorf-1"
    later = "archiv-2022-adorf-1"
    for number, (text, money, wanted) in enumerate(
        (
            ("Umlage", cents + 3_000, posten),
            ("Umlage", 125_000 + 3_000, later),
            ("Umlage 2022", cents + 3_000, later),
            ("Umlage 2021", 125_000 + 3_000, posten),
        )
    ):
        copy = shutil.copytree(amt.root, amt.root.with_name(f"amt-{number}"))
        one = bring(load_book(copy), (money, text))
        told(one, "month", "2022-03", capsys=capsys)
        data = json.loads(told(one, "clear", "--list", "--json", capsys=capsys))
        assert data["unclear"][0]["vorschlaege"][0]["posten"] == wanted


@pytest.mark.parametrize("common", [True, False])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_refund_is_proposed_against_the_payment_that_it_gives_back(
    amt: Book, common: bool, sign: int, capsys: pytest.CaptureFixture[str]
) -> None:
    _, cents = share_of(amt)
    money = sign * (cents + 777)
    book = bring(amt, (money, "RF18539007547034"), (-money, "zurück"), common=common)
    summary = told(book, "month", "2022-03", capsys=capsys)
    way = "den Eingang" if sign > 0 else "den Ausgang"
    assert f"gibt vielleicht {way} vom 15.03.2022 über" in summary
    assert "gleicher Betrag, gleiche IBAN, gleicher Name" in summary
    assert "anderen Richtung" not in summary
    if not common:
        listed = json.loads(told(book, "clear", "--list", "--json", capsys=capsys))["unclear"]
        numbers = [one["number"] for one in listed]
        back = [
            each["gibt-zurueck"] for one in listed for each in one["vorschlaege"] if "gibt-zurueck" in each
        ]
        assert set(back) <= set(numbers)
        who = ["--by", "S. Muster", "--reason", "Rückzahlung", "--today", TODAY]
        assert main(["clear", str(book.root), *numbers, *who]) == 0
        assert told(book, "clear", "--list", capsys=capsys).endswith("Ungeklärt: nichts\n")


def test_a_reference_is_read_though_other_words_follow_it_without_a_gap(amt: Book) -> None:
    """One paid with another's reference and got it back; banks put the booking text behind what the payer wrote."""
    reference = payment_reference("FREMD20220001")
    days = dt.date(2022, 3, 11), dt.date(2022, 3, 25)
    lines = [
        line(
            cents,
            booking_day=day,
            value_day=day,
            iban=iban,
            counterparty=name,
            remittance=f"{reference} {text}",
        )
        for cents, day, iban, name, text in (
            (3_084_999, days[0], "DE36999999990065340130", "Weidenau", "GUTSCHR. UEBERWEISUNG"),
            (-3_084_999, days[1], OTHER, "Eichbach", "EINZELUEBERWEISUNG"),
        )
    ]
    (amt.root / "inbox").mkdir(exist_ok=True)
    (amt.root / "inbox" / "3.xml").write_bytes(camt(statement(*lines, account=OWN)))
    run_month(amt, MARCH, today=dt.date(2022, 3, 31))
    first, second = waiting(amt, dt.date(2022, 3, 31))
    assert not first.proposals
    assert f"gleicher Betrag, beide nennen {reference}" in second.proposals[0].text


def test_the_rest_of_an_overpayment_has_its_own_line(amt: Book, capsys: pytest.CaptureFixture[str]) -> None:
    from kkd_ledger.book.state.claims import claims

    posten, cents = share_of(amt)
    reference = claims(amt, read(amt).records).items[posten].reference
    book = bring(amt, (cents + 6_759, reference))
    summary = told(book, "month", "2022-03", capsys=capsys)
    (line,) = [one for one in summary.splitlines() if "Rest der Zahlung" in one]
    assert line.split()[:3] == ["15.03.2022", "67,59", "EUR"]
    assert f"Adorf | {reference}: Rest der Zahlung auf {posten}: dort war weniger offen" in line


def test_money_that_went_out_has_a_minus_in_lines_and_sums(
    amt: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    book = bring(amt, (-5_000, "Strom"), (-2_500, "Gas"), (300, "Zins"))
    summary = told(book, "month", "2022-03", capsys=capsys)
    assert "       2          -75,00 EUR  als ungeklärt gebucht (Ausgang)" in summary
    assert "Eingang 3,00 EUR, Ausgang -75,00 EUR" in summary
    assert "Eingang 3,00 EUR, Ausgang -75,00 EUR" in told(book, "status", capsys=capsys)
    listed = told(book, "clear", "--list", capsys=capsys)
    assert "zusammen Eingang 3,00 EUR, Ausgang -75,00 EUR" in listed
    assert "-50,00 EUR" in listed
