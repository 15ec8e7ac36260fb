"""A fiscal year's life on Adorf's books: its states, its closing balances, several years in between at once."""

import datetime as dt
import re
from pathlib import Path

import pytest

from kkd_ledger.audit.close import close
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.entries import Authorisation
from kkd_ledger.book.text.records import Posting, Transaction
from kkd_ledger.cli import main
from kkd_ledger.errors import EXIT_REFUSED, EXIT_USAGE
from kkd_ledger.periods import BookingMonth, YearState
from kkd_ledger.work.books.books import declare_year, open_month
from kkd_ledger.work.claims.post import post
from kkd_ledger.work.session import session
from tests.samples import ORDER, SAID, by_beancount, by_us, posted_three, replace_once, tree

PAYABLE = "Passiva:4500-Verbindlichkeiten:Amt"
SHARE = "Aufwendungen:020501-Archiv:717201-Kostenerstattung-Landkreis"
PRIOR = "Aufwendungen:020501-Archiv:799001-Periodenfremde-Aufwendungen"

AKT = '\n2023-02-20 custom "akt"'


def year(book: Book, number: int, state: str, today: str, *words: str) -> int:
    return main(["year", str(book.root), str(number), state, "--by", "L. Beispiel", "--today", today, *words])


def gravely(book: Book) -> list[str]:
    """Everything but notes, by both readers."""
    assert by_us(book.root) == by_beancount(book.root)
    return [line for line in by_us(book.root) if "(hinweis)" not in line]


@pytest.fixture
def adorf(tmp_path: Path) -> Book:
    """Shares of 2021 (prior-period) and 2022 in February 2022, of 2023 in February 2023; nothing paid."""
    book = posted_three(tmp_path)
    day = dt.date(2023, 2, 15)
    open_month(book, BookingMonth(2023, 2))
    post(book, Authorisation(day, *ORDER))
    return book


def test_the_closing_balances_are_put_on_record_once(adorf: Book) -> None:
    assert year(adorf, 2022, "vorläufig-abgeschlossen", "2023-02-16") == 0
    february = adorf.root / "2023/2023-02.beancount"
    before = february.read_text(encoding="utf-8")
    assert year(adorf, 2022, "aufgestellt", "2023-02-20") == 0
    assert february.read_text(encoding="utf-8").removeprefix(before).partition(AKT)[0] == (
        '\n2023-02-20 custom "haushaltsjahr" "2022" "aufgestellt"\n  veranlasst-von: "L. Beispiel"\n'
        f'\n2023-02-20 custom "jahressaldo" "2022" "{SHARE}" 1250.00 EUR\n'
        f'\n2023-02-20 custom "jahressaldo" "2022" "{PRIOR}" 1100.00 EUR\n'
        f'\n2023-02-20 custom "jahressaldo" "2022" "{PAYABLE}" -2350.00 EUR\n'
    )
    assert year(adorf, 2022, "geprüft", "2023-02-21") == 0
    assert year(adorf, 2022, "beschlossen", "2023-02-22") == 0
    assert february.read_text(encoding="utf-8").count('"jahressaldo"') == 3
    assert gravely(adorf) == []


def test_the_next_years_list_begins_with_what_stood_there(adorf: Book) -> None:
    """2,350.00 EUR were owed at the end of 2022; 1,250.00 EUR came in 2023. An expense counts in its year alone."""
    open_month(adorf, BookingMonth(2024, 1))
    for number in (2022, 2023):
        declare_year(adorf, number, YearState.DRAWN_UP, SAID, today=dt.date(2024, 1, 25))
    text = (adorf.root / "2024/2024-01.beancount").read_text(encoding="utf-8")
    assert re.findall(r'"jahressaldo" "2023" "(.+)" (\S+) EUR', text) == [
        (SHARE, "1250.00"),
        (PAYABLE, "-3600.00"),
    ]
    assert gravely(adorf) == []


def test_several_years_may_be_in_between_at_once(adorf: Book) -> None:
    open_month(adorf, BookingMonth(2024, 3))
    day = dt.date(2024, 3, 1)
    post(adorf, Authorisation(day, *ORDER))
    declare_year(adorf, 2021, YearState.AUDITED, SAID, today=day)
    declare_year(adorf, 2022, YearState.DRAWN_UP, SAID, today=day)
    declare_year(adorf, 2023, YearState.PROVISIONALLY_CLOSED, SAID, today=day)
    assert gravely(adorf) == []


def test_a_balance_that_moves_after_its_list_is_named(adorf: Book) -> None:
    declare_year(adorf, 2022, YearState.DRAWN_UP, SAID, today=dt.date(2023, 2, 20))
    entry = (
        '\n2023-02-27 * "Amt Nirgendwo" "Umbuchung"\n  nr: "2023-000002"\n  buchungsart: "abgrenzung"\n'
        f"  erfasst-am: 2023-02-27\n  {SHARE}  10.00 EUR\n  {PAYABLE}  -10.00 EUR\n"
    )
    february = adorf.root / "2023/2023-02.beancount"
    february.write_text(february.read_text(encoding="utf-8") + entry, encoding="utf-8")
    assert gravely(adorf) == [], "what belongs to the next year"
    moved = entry.replace("2023-", "2022-").replace('"2022-000002"', '"2022-000003"')
    old = adorf.root / "2022/2022-02.beancount"
    old.write_text(old.read_text(encoding="utf-8") + moved, encoding="utf-8")
    assert [line.partition(" (fehler) ")[2] for line in gravely(adorf) if "KKD-J04" in line] == [
        f"{SHARE}: Saldenliste 2022 1.250,00 EUR, gebucht 1.260,00 EUR",
        f"{PAYABLE}: Saldenliste 2022 -2.350,00 EUR, gebucht -2.360,00 EUR",
    ]


def test_a_year_without_bookings_has_no_list(adorf: Book) -> None:
    assert year(adorf, 2021, "aufgestellt", "2023-02-20") == 0
    assert "jahressaldo" not in (adorf.root / "2023/2023-02.beancount").read_text(encoding="utf-8")
    assert gravely(adorf) == []


BACK = ("--reason", "Rechnung fehlte", "--and", "S. Muster")


def test_a_year_goes_back_by_two_persons_and_forward_again(
    adorf: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    """Then it takes bookings, and its balances are listed anew as they are then."""
    assert year(adorf, 2022, "aufgestellt", "2023-02-20") == 0
    before = tree(adorf.root)
    for words in ((), BACK[:2], BACK[2:], (*BACK[:2], "--and", "L. Beispiel")):
        assert year(adorf, 2022, "vorläufig-abgeschlossen", "2023-02-21", *words) == EXIT_USAGE
        assert "zwei Personen" in capsys.readouterr().err
    assert tree(adorf.root) == before
    assert year(adorf, 2022, "vorläufig-abgeschlossen", "2023-02-21", *BACK) == 0
    assert gravely(adorf) == []
    with session(adorf) as work:
        old = dt.date(2022, 12, 31)
        legs = (Posting(SHARE, 5_000, {}), Posting(PAYABLE, -5_000, {}))
        meta = {"buchungsart": "abgrenzung", "erfasst-am": dt.date(2023, 2, 22)}
        work.open_month(BookingMonth(2022, 13))
        work.add([Transaction(old, "Amt Nirgendwo", "Nachtrag", (), (), meta, legs)], BookingMonth(2022, 13))
        work.commit()
    assert year(adorf, 2022, "aufgestellt", "2023-02-23") == 0
    assert gravely(adorf) == []
    text = (adorf.root / "2023/2023-02.beancount").read_text(encoding="utf-8")
    assert [line.split()[-2] for line in text.splitlines() if f'"jahressaldo" "2022" "{SHARE}"' in line] == [
        "1250.00",
        "1300.00",
    ]


def test_a_resolved_year_goes_back_only_by_a_new_resolution(
    adorf: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    assert year(adorf, 2022, "beschlossen", "2023-02-20") == 0
    assert year(adorf, 2022, "offen", "2023-02-21", *BACK) == EXIT_USAGE
    assert "nur durch einen neuen Beschluss" in capsys.readouterr().err
    assert year(adorf, 2022, "offen", "2023-02-21", *BACK, "--resolution", "VL-7/2023") == 0
    assert gravely(adorf) == []


def test_an_earlier_year_goes_back_after_the_later_ones(
    adorf: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    open_month(adorf, BookingMonth(2024, 1))
    for number in (2022, 2023):
        assert year(adorf, number, "aufgestellt", "2024-01-20") == 0
    assert year(adorf, 2022, "offen", "2024-01-21", *BACK) == EXIT_REFUSED
    assert "danach ist 2023 aufgestellt; erlaubt: das jüngste Jahr zuerst" in capsys.readouterr().err
    for number in (2023, 2022):
        assert year(adorf, number, "offen", "2024-01-21", *BACK) == 0
    for number in (2022, 2023):
        assert year(adorf, number, "aufgestellt", "2024-01-22") == 0
    assert gravely(adorf) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            (2023, "beschlossen", "2023-02-20"),
            "gefunden: „beschlossen“ am 20.02.2023; erlaubt: erst nach dem 31.12.2023",
        ),
        ((2023, "vorläufig-abgeschlossen", "2023-12-30"), "erst nach dem 31.12.2023"),
        ((2023, "aufgestellt", "2024-01-20"), "das Buch steht aber erst im Monat 2023-02"),
        ((2032, "offen", "2023-02-20"), "Haushaltsjahr: gefunden: 2032; erlaubt: ein Jahr von 2020 bis 2023"),
        (
            (2002, "aufgestellt", "2023-02-20"),
            "Haushaltsjahr: gefunden: 2002; erlaubt: ein Jahr von 2020 bis 2023",
        ),
    ],
)
def test_a_state_that_cannot_be_true_is_refused(
    words: tuple[int, str, str], said: str, adorf: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    before = tree(adorf.root)
    assert year(adorf, *words) == EXIT_REFUSED
    assert said in capsys.readouterr().err
    assert tree(adorf.root) == before


def test_a_state_has_a_name(adorf: Book, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["year", str(adorf.root), "2022", "aufgestellt", "--today", "2023-02-20"]
    assert main(words) == EXIT_USAGE
    assert "--by NAME" in capsys.readouterr().err


def test_a_share_that_went_on_in_the_new_year_goes_on_there(tmp_path: Path) -> None:
    """A credit of 2022 is booked in 2023, of a year without a state; then the year is open after all.

    In the thirteenth month the next correction would stand before the credit that it corrects, and be refused for good.
    """
    book = posted_three(tmp_path, "amt")
    for month in range(2, 5):
        open_month(book, BookingMonth(2023, month))

    def amended(rate: str, known: str) -> Book:
        old = 'from = 2022-01-01\nrate = "1.25"'
        newer = f'from = 2022-01-01\nrate = "{rate}"\nknown_from = {known}\n\n[[components.rates]]\n'
        replace_once(book.agreement_file, old, newer + old)
        return load_book(book.root)

    lowered = post(
        amended("1.00", "2023-02-05"), Authorisation(dt.date(2023, 2, 10), *ORDER), service_year=2022
    )
    assert {one.difference_cents for one in lowered.corrections} == {-25_000, -62_500, -8_325}
    assert year(book, 2022, "vorläufig-abgeschlossen", "2023-03-01") == 0
    raised = post(
        amended("1.50", "2023-04-05"), Authorisation(dt.date(2023, 4, 10), *ORDER), service_year=2022
    )
    assert {one.difference_cents for one in raised.corrections} == {50_000, 125_000, 16_650}
    assert not (book.root / "2022/2022-13.beancount").exists()
    assert gravely(load_book(book.root)) == []


def test_an_old_thirteenth_month_alone_takes_nothing_of_today(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every later month is closed: what is posted now does not go back to 31 December, the next month is opened."""
    book = posted_three(tmp_path, "amt")
    for month in range(3, 13):
        open_month(book, BookingMonth(2022, month))
    january, thirteenth = BookingMonth(2023, 1), BookingMonth(2022, 13)
    open_month(book, january)
    open_month(book, thirteenth)
    for month in [BookingMonth(2022, month) for month in range(2, 13)] + [january]:
        assert close(book, month, by="K. Kasse", today=dt.date(2023, 2, 1)).seal
    words = ("--today", "2023-02-03", "--certified-by", ORDER[0], "--ordered-by", ORDER[1])
    assert main(["post", str(book.root), *words, "--period-decision", "spät"]) == EXIT_REFUSED
    assert f"`kkd open {book.root} 2023-02` öffnet den nächsten" in capsys.readouterr().err
    open_month(book, BookingMonth(2023, 2))
    assert main(["post", str(book.root), *words, "--period-decision", "spät"]) == 0
    assert "2023-02-03 * " in (book.root / "2023/2023-02.beancount").read_text(encoding="utf-8")
