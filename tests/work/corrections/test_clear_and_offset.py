"""kkd clear and kkd offset on the books of the invented office and of Adorf."""

import datetime as dt
import json
import re
import shutil
from pathlib import Path

import pytest

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.entries import Authorisation
from kkd_ledger.book.state.items import Item, ItemPart
from kkd_ledger.book.text.reader import read
from kkd_ledger.errors import EXIT_REFUSED, EXIT_USAGE
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.books.books import open_month
from kkd_ledger.work.claims.post import post
from kkd_ledger.work.month.month import run_month
from tests.samples import ORDER, by_beancount, by_us, posted_three, replace_once, sample_books, tree
from tests.work.corrections.correcting import (
    ADORF_2022,
    BANK,
    FEBRUARY,
    RECEIVABLE,
    TODAY,
    UNCLEAR_IN,
    balance,
    kkd,
    last_entry,
    of,
    parts,
    pay,
    refused,
)


@pytest.fixture
def amt(tmp_path: Path) -> Book:
    """The office's books: entries 1 to 3 are the shares of 2021, 4 to 6 those of 2022, by party."""
    return posted_three(tmp_path, "amt")


def test_unclear_money_is_listed_with_its_age(amt: Book, capsys: pytest.CaptureFixture[str]) -> None:
    assert kkd("clear", amt.root, "--list", *TODAY) == 0
    assert capsys.readouterr().out == "Ungeklärt: nichts\n"
    pay(amt, 99_900, ADORF_2022, 25_000, day=18)
    pay(amt, -5_000, key="1:t-2", day=17)
    assert kkd("clear", amt.root, "--list", "--today", "2022-03-20") == 0
    assert capsys.readouterr().out == (
        "Ungeklärt: 2, zusammen Eingang 749,00 EUR, Ausgang -50,00 EUR\n"
        "  2022-000008  17.02.2022    31 Tage  Ausgang         -50,00 EUR  Adorf | Überweisung\n"
        "  2022-000007  18.02.2022    30 Tage  Eingang         749,00 EUR  Adorf | Überweisung\n"
        "      vielleicht archiv-2022-adorf-1 (ARCHIV-2022-00004, RF45ARCHIV2022990010011; offen 1.000,00 EUR): "
        "Name Adorf bekannt; Teilzahlung, es bleiben 251,00 EUR offen\n"
        "Zuordnen, auch einen Teil: `kkd clear BUCH NR POSTEN --by NAME --reason GRUND`.\n"
        "Gehört Geld zu keinem Posten: `kkd clear BUCH NR --charges` bucht es als Bankentgelt, `--foreign` übergibt es "
        "der Hauptbuchhaltung; beides mit --by NAME --reason GRUND.\n"
    )
    assert kkd("clear", amt.root, "--list", "--json", *TODAY) == 0
    told = json.loads(capsys.readouterr().out)["unclear"]
    assert [(one["number"], one["amount"], one["days"]) for one in told] == [
        ("2022-000008", "-50.00", 3),
        ("2022-000007", "749.00", 2),
    ]


def test_unclear_money_is_placed_in_part_and_in_full(amt: Book, capsys: pytest.CaptureFixture[str]) -> None:
    number = pay(amt, 235_000)
    assert (
        kkd("clear", amt.root, number, ADORF_2022, "1.000,00", "--reason", "Rückruf", "--by", "K", *TODAY)
        == 0
    )
    assert capsys.readouterr().out.startswith(
        "Buchung 2022-000008: 1.000,00 EUR aus 2022-000007 auf archiv-2022-adorf-1 geklärt; noch ungeklärt "
        "1.350,00 EUR, auf dem Posten offen 250,00 EUR ("
    )
    assert last_entry(amt) == (
        '2022-02-20 * "Adorf" "Klärung von 2022-000007: archiv-2022-adorf-1" ^archiv-2022-adorf\n'
        '  nr: "2022-000008"\n'
        '  buchungsart: "klaerung"\n'
        "  erfasst-am: 2022-02-20\n"
        '  bankref: "1:t-1"\n'
        '  grund: "Rückruf"\n'
        '  veranlasst-von: "K"\n'
        '  anordnung: "AAO-1"\n'
        "  Passiva:4800-Ungeklärte-Zahlungseingänge                                      1000.00 EUR\n"
        "  Aktiva:2600-Forderungen:Adorf                                                -1000.00 EUR\n"
        '    posten: "archiv-2022-adorf-1"\n'
    )
    assert kkd("clear", amt.root, number, ADORF_2022, *TODAY) == 0
    assert kkd("clear", amt.root, number, "archiv-2021-adorf-1", *TODAY) == 0
    held = of(amt)
    assert held.suspense == {}
    assert (parts(held.items[ADORF_2022]), parts(held.items["archiv-2021-adorf-1"])) == (
        [("1:t-1", -100_000), ("1:t-1", -25_000)],
        [("1:t-1", -110_000)],
    )
    assert (balance(amt, BANK), balance(amt, RECEIVABLE), balance(amt, UNCLEAR_IN)) == (235_000, 0, 0)
    assert by_us(amt.root) == by_beancount(amt.root) == []


def test_an_aged_finding_goes_away_when_the_money_is_cleared(amt: Book) -> None:
    number = pay(amt, 235_000)
    open_month(amt, BookingMonth(2022, 4))
    aged = f"{FEBRUARY}:199: KKD-O04 (offen) Buchung 2022-000007: 2.350,00 EUR vom 18.02.2022"
    assert aged in by_us(amt.root)
    for posten in (ADORF_2022, "archiv-2021-adorf-1"):
        assert kkd("clear", amt.root, number, posten, "--today", "2022-04-20") == 0
    assert not [line for line in by_us(amt.root) if "KKD-O04" in line]
    assert by_us(amt.root) == by_beancount(amt.root)


CLEARINGS = [
    (
        ("2022-000007", ADORF_2022, "1.250,01"),
        "Buchung 2022-000007 auf Posten archiv-2022-adorf-1: gefunden: 1.250,01 EUR; erlaubt: mehr als 0,00 EUR und "
        "höchstens 1.250,00 EUR (ungeklärt 2.350,00 EUR, der Posten nimmt 1.250,00 EUR)",
    ),
    (
        ("2022-000007", ADORF_2022, "0"),
        "Buchung 2022-000007 auf Posten archiv-2022-adorf-1: gefunden: 0,00 EUR; erlaubt: mehr als 0,00 EUR und "
        "höchstens 1.250,00 EUR (ungeklärt 2.350,00 EUR, der Posten nimmt 1.250,00 EUR)",
    ),
    (
        ("2022-000001", ADORF_2022),
        "Buchung 2022-000001: gefunden: hier ist nichts (mehr) ungeklärt; erlaubt: eine Buchung mit ungeklärtem Geld: "
        "2022-000007",
    ),
    (
        ("2022-000007", "archiv-2029-adorf-1"),
        "Posten archiv-2029-adorf-1: gefunden: nicht gebucht; erlaubt: ein gebuchter Posten; offen sind "
        "archiv-2021-adorf-1, archiv-2021-behausen-1, archiv-2021-zett-1, archiv-2022-adorf-1, archiv-2022-behausen-1",
    ),
]


@pytest.mark.parametrize(("words", "expected"), CLEARINGS)
def test_what_cannot_be_cleared(
    words: tuple[str, ...], expected: str, amt: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    pay(amt, 235_000)
    assert refused(capsys, amt, "clear", amt.root, *words, *TODAY) == expected


def test_the_same_clearing_twice_is_refused(amt: Book, capsys: pytest.CaptureFixture[str]) -> None:
    number = pay(amt, 235_000)
    assert kkd("clear", amt.root, number, ADORF_2022, "100", *TODAY) == 0
    assert refused(capsys, amt, "clear", amt.root, number, ADORF_2022, "100", *TODAY) == (
        "Buchung 2022-000007: gefunden: dieselbe Klärung (100,00 EUR) steht von heute schon als 2022-000008 im Buch; "
        "erlaubt: ein anderer Betrag, an einem anderen Tag, oder ohne BETRAG, was noch übrig ist"
    )
    assert kkd("reverse", amt.root, "2022-000008", "--reason", "doch nicht", *TODAY) == 0
    assert kkd("clear", amt.root, number, ADORF_2022, "100", *TODAY) == 0
    assert of(amt).suspense["1:t-1"].cents == 225_000
    assert by_us(amt.root) == by_beancount(amt.root) == []


def test_of_two_equal_parts_the_second_is_what_is_left(amt: Book) -> None:
    """Found by the simulation: the second half of a sum was taken for the first command given once more."""
    number = pay(amt, 100)
    for part in (["0,50"], []):
        assert kkd("clear", amt.root, number, ADORF_2022, *part, *TODAY) == 0
    assert "1:t-1" not in of(amt).suspense
    charges = pay(amt, -100, key="1:t-2")
    for part in (["0,50"], []):
        words = (*part, "--charges", "--reason", "Kontoführung", "--by", "K. Kasse")
        assert kkd("clear", amt.root, charges, *words, *TODAY) == 0
    assert "1:t-2" not in of(amt).suspense


def test_the_same_refund_twice_is_refused(amt: Book, capsys: pytest.CaptureFixture[str]) -> None:
    receipt = pay(amt, 125_000, day=16)
    refund = pay(amt, -100_000, key="1:t-2", day=18)
    words = ("clear", amt.root, receipt, refund, "100", "--reason", "doppelt", "--by", "K", *TODAY)
    assert kkd(*words) == 0
    assert refused(capsys, amt, *words) == (
        "Buchung 2022-000007: gefunden: dieselbe Klärung (100,00 EUR) steht von heute schon als 2022-000009 im Buch; "
        "erlaubt: ein anderer Betrag, an einem anderen Tag, oder ohne BETRAG, was noch übrig ist"
    )
    assert of(amt).suspense["1:t-2"].cents == -90_000


def test_a_misplaced_payment_is_reversed_and_placed_anew(amt: Book) -> None:
    number = pay(amt, 110_000, ADORF_2022, 110_000)
    assert kkd("reverse", amt.root, number, "--reason", "gehört zu 2021", *TODAY) == 0
    assert kkd("clear", amt.root, number, "archiv-2021-adorf-1", *TODAY) == 0
    held = of(amt)
    assert (held.items[ADORF_2022].open_cents, held.items["archiv-2021-adorf-1"].open_cents) == (125_000, 0)
    assert parts(held.items["archiv-2021-adorf-1"]) == [("1:t-1", -110_000)]
    assert by_us(amt.root) == by_beancount(amt.root) == []


def test_a_transfer_that_came_back_is_placed_on_the_payable_it_had_paid(tmp_path: Path) -> None:
    """Table of bookings: "2800 an 45", here from the unclear receipts."""
    adorf = posted_three(tmp_path)
    pay(adorf, -125_000, ADORF_2022, 125_000)
    back = pay(adorf, 125_000, key="1:t-2")
    assert kkd("clear", adorf.root, back, "archiv-2021-adorf-1", *TODAY) == EXIT_REFUSED, (
        "nothing was paid on it"
    )
    assert kkd("clear", adorf.root, back, ADORF_2022, *TODAY) == 0
    held = of(adorf)
    assert (held.items[ADORF_2022].open_cents, held.items[ADORF_2022].paid, held.suspense) == (
        -125_000,
        [],
        {},
    )
    assert by_us(adorf.root) == by_beancount(adorf.root) == []


def test_a_refund_meets_the_receipt_that_it_gave_back(amt: Book, capsys: pytest.CaptureFixture[str]) -> None:
    receipt = pay(amt, 125_000, day=16)
    refund = pay(amt, -100_000, key="1:t-2", day=18)
    capsys.readouterr()
    assert kkd("clear", amt.root, receipt, refund, "--reason", "doppelt gezahlt", "--by", "K", *TODAY) == 0
    assert capsys.readouterr().out.startswith(
        "Buchung 2022-000009: 1.000,00 EUR aus 2022-000007 und 2022-000008 heben sich auf; "
        "noch ungeklärt 250,00 EUR Eingang, 0,00 EUR Ausgang"
    )
    assert last_entry(amt) == (
        '2022-02-20 * "Adorf" "Klärung: 2022-000008 gibt 2022-000007 zurück"\n'
        '  nr: "2022-000009"\n'
        '  buchungsart: "klaerung"\n'
        "  erfasst-am: 2022-02-20\n"
        '  grund: "doppelt gezahlt"\n'
        '  veranlasst-von: "K"\n'
        '  anordnung: "AAO-1"\n'
        "  Passiva:4800-Ungeklärte-Zahlungseingänge                                      1000.00 EUR\n"
        '    bankref: "1:t-1"\n'
        "  Aktiva:2690-Ungeklärte-Zahlungsausgänge                                      -1000.00 EUR\n"
        '    bankref: "1:t-2"\n'
    )
    assert {key: one.cents for key, one in of(amt).suspense.items()} == {"1:t-1": 25_000}
    assert by_us(amt.root) == by_beancount(amt.root) == []
    assert refused(capsys, amt, "clear", amt.root, receipt, refund, "--reason", "x", "--by", "K", *TODAY) == (
        "Buchung 2022-000008: gefunden: hier ist nichts (mehr) ungeklärt; erlaubt: eine Buchung mit ungeklärtem Geld: "
        "2022-000007"
    )
    assert kkd("reverse", amt.root, "2022-000009", "--reason", "doch nicht", *TODAY) == 0
    assert {key: one.cents for key, one in of(amt).suspense.items()} == {"1:t-1": 125_000, "1:t-2": -100_000}
    assert by_us(amt.root) == by_beancount(amt.root) == []


def test_only_a_person_says_that_two_lines_give_each_other_back(
    amt: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    """The general order lets a program place money on an item by evidence; here is no item."""
    receipt, refund = pay(amt, 125_000), pay(amt, -125_000, key="1:t-2")
    assert kkd("clear", amt.root, receipt, refund, "--by", "K", *TODAY) == EXIT_USAGE
    assert "Eine Korrektur braucht einen Grund" in capsys.readouterr().err
    assert refused(capsys, amt, "clear", amt.root, receipt, refund, "--reason", "doppelt", *TODAY) == (
        f"Buchung {receipt} mit {refund}: gefunden: niemand sagt es; erlaubt: wer es sagt (--by NAME), und warum "
        "(--reason GRUND)"
    )


def test_what_nobody_is_named_for_is_told(amt: Book, capsys: pytest.CaptureFixture[str]) -> None:
    number = pay(amt, 125_000)
    nameless = "; ohne Namen, unter der allgemeinen Anordnung AAO-1 (`--by NAME` nennt, wer es veranlasst)"
    assert kkd("clear", amt.root, number, ADORF_2022, *TODAY) == 0
    assert nameless in capsys.readouterr().out
    assert kkd("reverse", amt.root, "2022-000008", "--reason", "x", *TODAY) == 0
    assert nameless in capsys.readouterr().out
    assert kkd("clear", amt.root, number, ADORF_2022, "--by", "K", *TODAY) == 0
    assert nameless not in capsys.readouterr().out


@pytest.mark.parametrize("settled", [0, 110_000])
def test_money_that_is_unclear_again_keeps_its_day_its_number_and_its_text(
    amt: Book, capsys: pytest.CaptureFixture[str], settled: int
) -> None:
    """However often it is placed and taken back: the days of the policy count from the bank's day."""
    receipt = pay(amt, 110_000, ADORF_2022 if settled else "", settled, day=16)
    refund = pay(amt, -100_000, key="1:t-2", day=18)
    rounds: tuple[tuple[object, ...], ...] = (
        ("clear", amt.root, receipt, refund, "--reason", "doppelt", "--by", "K", *TODAY),
    ) * 2
    if settled:
        assert kkd("reverse", amt.root, receipt, "--reason", "falsch", *TODAY) == 0
    for words in (*rounds, ("clear", amt.root, receipt, ADORF_2022, "1.100,00", *TODAY)):
        assert kkd(*words) == 0
        number = max(re.findall(r'  nr: "(\S+)"', (amt.root / FEBRUARY).read_text(encoding="utf-8")))
        assert kkd("reverse", amt.root, number, "--reason", "doch nicht", *TODAY) == 0
        capsys.readouterr()
        assert kkd("clear", amt.root, "--list", "--today", "2022-03-18") == 0
        listed = capsys.readouterr().out
        assert (
            f"  {receipt}  16.02.2022    30 Tage  Eingang       1.100,00 EUR  Adorf | Überweisung\n" in listed
        )
        assert (
            f"  {refund}  18.02.2022    28 Tage  Ausgang      -1.000,00 EUR  Adorf | Überweisung\n" in listed
        )
    assert by_us(amt.root) == by_beancount(amt.root) == []
    open_month(amt, BookingMonth(2022, 4))
    aged = {line.rpartition(" vom ")[2] for line in by_us(amt.root) if "KKD-O04" in line}
    assert aged == {"16.02.2022", "18.02.2022"}


@pytest.mark.parametrize(
    ("cents", "words", "expected"),
    [
        (
            -100_000,
            ["1.000,01"],
            "1.000,01 EUR; erlaubt: ein Eingang und ein Ausgang, beide ungeklärt, und höchstens 1.000,00 EUR",
        ),
        (5_000, [], "zwei Eingänge; erlaubt: ein Eingang und ein Ausgang, beide ungeklärt"),
    ],
)
def test_what_gives_nothing_back(
    cents: int, words: list[str], expected: str, amt: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    receipt, other = pay(amt, 125_000), pay(amt, cents, key="1:t-2")
    said = refused(
        capsys, amt, "clear", amt.root, receipt, other, *words, "--reason", "x", "--by", "K", *TODAY
    )
    assert said == f"Buchung 2022-000007 mit 2022-000008: gefunden: {expected}"


# --------------------------------------------------------------------------------------------------- offset


def cheaper(book: Book) -> Book:
    """The rate of 2022 falls to 1.00 EUR after Adorf has paid: 250.00 EUR are to be given back."""
    pay(book, 125_000, ADORF_2022, 125_000, day=16)
    later = 'from = 2022-01-01\nrate = "1.00"\nknown_from = 2022-02-18\n\n[[components.rates]]\n'
    old = 'from = 2022-01-01\nrate = "1.25"'
    replace_once(book.agreement_file, old, later + old)
    book = load_book(book.root)
    post(book, Authorisation(dt.date(2022, 2, 18), *ORDER), service_year=2022)
    return book


ORDERED = (
    "--order",
    "Aufrechnung vom 20.02.2022",
    "--by",
    "L. Beispiel",
    "--certified-by",
    "S. Muster",
    *TODAY,
)


def test_a_receivable_is_set_off_against_a_payable_by_order(
    amt: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    amt = cheaper(amt)
    back = of(amt).items["archiv-2022-adorf-g220218"]
    assert (back.account, back.open_cents) == ("Passiva:4810-Erstattungen:Adorf", -25_000)
    assert kkd("offset", amt.root, "archiv-2022-adorf-g220218", "archiv-2021-adorf-1", *ORDERED) == 0
    assert capsys.readouterr().out.startswith(
        "250,00 EUR aufgerechnet; noch offen: Forderung 850,00 EUR, Verbindlichkeit 0,00 EUR "
        "(2022/2022-02.beancount, main.beancount)"
    )
    number = f"2022-{len([one for one in read(amt).records if hasattr(one, 'postings')]):06}"
    assert last_entry(amt) == (
        '2022-02-20 * "Adorf" "Aufrechnung archiv-2021-adorf-1 gegen archiv-2022-adorf-g220218" '
        "^archiv-2021-adorf ^archiv-2022-adorf\n"
        f'  nr: "{number}"\n'
        '  buchungsart: "aufrechnung"\n'
        "  erfasst-am: 2022-02-20\n"
        '  grund: "Aufrechnung vom 20.02.2022"\n'
        '  sachlich-richtig-von: "S. Muster"\n'
        "  sachlich-richtig-von-am: 2022-02-20\n"
        '  rechnerisch-richtig-von: "S. Muster"\n'
        "  rechnerisch-richtig-von-am: 2022-02-20\n"
        '  angeordnet-von: "L. Beispiel"\n'
        "  angeordnet-von-am: 2022-02-20\n"
        "  Passiva:4810-Erstattungen:Adorf                                                250.00 EUR\n"
        '    posten: "archiv-2022-adorf-g220218"\n'
        "  Aktiva:2600-Forderungen:Adorf                                                 -250.00 EUR\n"
        '    posten: "archiv-2021-adorf-1"\n'
    )
    assert not [line for line in by_us(amt.root) if "(fehler)" in line]
    assert by_us(amt.root) == by_beancount(amt.root)
    assert refused(
        capsys, amt, "offset", amt.root, "archiv-2022-adorf-g220218", "archiv-2021-adorf-1", *ORDERED
    ) == ("Posten archiv-2022-adorf-g220218: gefunden: nichts (mehr) offen; erlaubt: ein offener Posten")
    assert kkd("reverse", amt.root, number, "--reason", "doch auszahlen", *TODAY) == 0
    items = of(amt).items
    assert (items["archiv-2022-adorf-g220218"].open_cents, items["archiv-2021-adorf-1"].open_cents) == (
        -25_000,
        110_000,
    )


OFFSETS = [
    (
        ("archiv-2022-zett-1", "archiv-2021-zett-1"),
        "archiv-2022-zett-1 an archiv-2021-zett-1: gefunden: auf archiv-2022-zett-1 gezahlt 0,00 EUR, "
        "auf archiv-2021-zett-1 offen 366,30 EUR; erlaubt: ein gezahlter und ein offener Posten "
        "(umgebucht wird vom ersten auf den zweiten), oder eine Forderung und eine Verbindlichkeit",
    ),
    (
        ("archiv-2021-adorf-1", "archiv-2021-zett-1"),
        "archiv-2021-adorf-1 an archiv-2021-zett-1: gefunden: zwei Beteiligte (adorf, zett); "
        "erlaubt: Posten derselben Beteiligten; was jemand anderem zugeordnet ist, nimmt `kkd reverse` zurück, "
        "`kkd clear` ordnet es neu zu",
    ),
    (
        ("archiv-2021-zett-1", "archiv-2022-adorf-g220218"),
        "archiv-2021-zett-1 gegen archiv-2022-adorf-g220218: gefunden: zwei Beteiligte (zett, adorf); "
        "erlaubt: Posten derselben Beteiligten",
    ),
    (
        ("archiv-2022-adorf-1", "archiv-2022-adorf-g220218"),
        "Posten archiv-2022-adorf-1: gefunden: nichts (mehr) offen; erlaubt: ein offener Posten",
    ),
    (
        ("archiv-2021-adorf-1", "archiv-2022-adorf-g220218", "250,01"),
        "archiv-2021-adorf-1 gegen archiv-2022-adorf-g220218: gefunden: 250,01 EUR; "
        "erlaubt: mehr als 0,00 EUR und höchstens 250,00 EUR",
    ),
    (
        ("archiv-2022-adorf-1", "archiv-2021-adorf-1", "1.100,01"),
        "archiv-2022-adorf-1 an archiv-2021-adorf-1: gefunden: 1.100,01 EUR; "
        "erlaubt: mehr als 0,00 EUR und höchstens 1.100,00 EUR",
    ),
]


@pytest.mark.parametrize(("words", "expected"), OFFSETS)
def test_what_cannot_be_set_off(
    words: tuple[str, ...], expected: str, amt: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    amt = cheaper(amt)
    assert refused(capsys, amt, "offset", amt.root, *words, *ORDERED) == expected


def test_an_offsetting_needs_its_order_and_both_persons(
    amt: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    words = (
        "offset",
        amt.root,
        ADORF_2022,
        "archiv-2021-adorf-1",
        "--order",
        "x",
        "--by",
        " ",
        "--certified-by",
        "S",
    )
    assert kkd(*words, *TODAY) == EXIT_USAGE
    assert "braucht ihre Anordnung, und wer feststellt und anordnet" in capsys.readouterr().err


def test_a_statement_read_again_books_nothing_twice_after_a_clearing(tmp_path: Path) -> None:
    folder = sample_books(tmp_path)
    book = load_book(folder / "landkreis")
    march = folder / "landkreis/inbox/2024-03.xml"
    again = folder / "nochmal.xml"
    again.write_bytes(march.read_bytes())
    run_month(book, BookingMonth(2024, 3), today=dt.date(2024, 3, 31))
    bank = balance(book, BANK)
    on = ("--by", "K. Kasse", "--today", "2024-03-31")
    assert kkd("reverse", book.root, "2024-000034", "--reason", "für Lohra", *on) == 0
    assert kkd("clear", book.root, "2024-000034", "kkd-2024-lohra-1", "5.000,00", *on) == 0
    assert kkd("clear", book.root, "2024-000034", "kkd-2024-gladenbach-1", "2.132,41", *on) == 0
    before = tree(book.root)
    assert kkd("import", book.root, again, "--today", "2024-04-02") == 0
    assert tree(book.root) == before
    shutil.rmtree(book.root / ".kkd")
    shutil.copy(again, folder / "landkreis/inbox/umbenannt.xml")
    run_month(book, BookingMonth(2024, 3), today=dt.date(2024, 4, 2))
    assert tree(book.root) == before
    assert balance(book, BANK) == bank
    items = of(book).items
    assert items["kkd-2024-lohra-1"].open_cents == 138_058
    assert items["kkd-2024-gladenbach-1"].open_cents == 1_426_482 - 213_241
    assert by_us(book.root) == by_beancount(book.root) == []


def test_a_return_takes_back_the_payment_it_returns() -> None:
    item = Item("p-1", RECEIVABLE, "adorf", 2022, "", "", None, dt.date(2022, 2, 15))
    for key, cents in (("a", -400), ("b", -600), ("r", 400)):
        item.settle(ItemPart(key, cents, "2022-02-20"))
    assert parts(item) == [("a", -400), ("b", -200)], "the latest payment first"
    item.settle(ItemPart("a", 400, "2022-02-20"))
    assert parts(item) == [("b", -200)], "a reversed placing takes its own line's part"


def test_a_payment_is_moved_to_the_right_item_and_back(amt: Book, capsys: pytest.CaptureFixture[str]) -> None:
    """It names its bank line: a debit that comes back takes the money from where it is now."""
    pay(amt, 60_000, ADORF_2022, 60_000, day=16)
    pay(amt, 65_000, ADORF_2022, 65_000, key="1:t-2", day=17)
    capsys.readouterr()
    moved = ("offset", amt.root, ADORF_2022, "archiv-2021-adorf-1", "800,00", *ORDERED)
    assert kkd(*moved) == 0
    assert capsys.readouterr().out.startswith(
        "800,00 EUR umgebucht; noch offen: archiv-2022-adorf-1 800,00 EUR, archiv-2021-adorf-1 300,00 EUR "
    )
    items = of(amt).items
    assert parts(items[ADORF_2022]) == [("1:t-1", -45_000)]
    assert parts(items["archiv-2021-adorf-1"]) == [("1:t-2", -65_000), ("1:t-1", -15_000)]
    assert by_us(amt.root) == by_beancount(amt.root) == []
    count = len([one for one in read(amt).records if hasattr(one, "postings")])
    for number in (count, count - 1):
        assert kkd("reverse", amt.root, f"2022-{number:06}", "--reason", "doch richtig", *TODAY) == 0
    items = of(amt).items
    assert (items[ADORF_2022].open_cents, items["archiv-2021-adorf-1"].open_cents) == (0, 110_000)
    assert sorted(parts(items[ADORF_2022])) == [("1:t-1", -45_000), ("1:t-1", -15_000), ("1:t-2", -65_000)]
    assert by_us(amt.root) == by_beancount(amt.root) == []


def test_equal_receipts_are_cleared_on_one_day(amt: Book, capsys: pytest.CaptureFixture[str]) -> None:
    numbers = [pay(amt, 20_000, key=f"1:t-{place}") for place in range(3)]
    for number in numbers:
        assert kkd("clear", amt.root, number, ADORF_2022, *TODAY) == 0
    assert (of(amt).items[ADORF_2022].open_cents, of(amt).suspense) == (65_000, {})
    assert "nichts (mehr) ungeklärt" in refused(
        capsys, amt, "clear", amt.root, numbers[0], ADORF_2022, *TODAY
    )


def test_a_credit_lowers_what_is_open_by_an_entry_of_its_own(amt: Book) -> None:
    """Under the general order of the job: it is the same share; whoever finds it crossed a payment reverses it."""
    cause = 'from = 2022-01-01\nrate = "1.25"'
    later = 'from = 2022-01-01\nrate = "1.00"\nknown_from = 2022-02-18\n\n[[components.rates]]\n'
    replace_once(amt.agreement_file, cause, later + cause)
    amt = load_book(amt.root)
    post(amt, Authorisation(dt.date(2022, 2, 20), *ORDER), service_year=2022)
    items = of(amt).items
    credit = items["archiv-2022-adorf-g220218"]
    assert (credit.claimed_cents, credit.open_cents, items[ADORF_2022].open_cents) == (-25_000, 0, 100_000)
    [number] = [
        one.text("nr")
        for one in read(amt).records
        if hasattr(one, "postings")
        and credit.posten in one.narration
        and one.text("buchungsart") == "aufrechnung"
    ]
    assert kkd("reverse", amt.root, number, "--reason", "schon ganz gezahlt", *TODAY) == 0
    items = of(amt).items
    assert (items[credit.posten].open_cents, items[ADORF_2022].open_cents) == (-25_000, 125_000)
    assert by_us(amt.root) == by_beancount(amt.root) == []
