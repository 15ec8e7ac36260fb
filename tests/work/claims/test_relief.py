"""kkd defer and kkd remit on the books of the invented office: by order; booked is only what is given up."""

import datetime as dt
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.state.claims import balances, claims
from kkd_ledger.book.state.dispositions import due_since
from kkd_ledger.book.state.share_standings import standings
from kkd_ledger.book.text.reader import read
from kkd_ledger.cli import main
from kkd_ledger.errors import EXIT_REFUSED, EXIT_USAGE, EntryRefused, Problem
from kkd_ledger.periods import BookingMonth
from kkd_ledger.web.page import cell_words
from kkd_ledger.work.books.books import open_month
from tests.samples import by_beancount, by_us, posted_three, replace_once, tree

ZETT = "archiv-2022-zett-1"  # 416.25 EUR, due on 1 June 2022
FEBRUARY = "2022/2022-02.beancount"
GIVEN_UP = "Aufwendungen:020501-Archiv:699901-Erlass"
ORDER = ("--order", "Antrag vom 18.02.2022", "--by", "L. Beispiel", "--certified-by", "S. Muster")
TODAY = ("--today", "2022-02-20")
PERSONS = (
    '  sachlich-richtig-von: "S. Muster"\n'
    "  sachlich-richtig-von-am: 2022-02-20\n"
    '  rechnerisch-richtig-von: "S. Muster"\n'
    "  rechnerisch-richtig-von-am: 2022-02-20\n"
    '  angeordnet-von: "L. Beispiel"\n'
    "  angeordnet-von-am: 2022-02-20\n"
)


def kkd(*words: object) -> int:
    return main([str(word) for word in words])


@pytest.fixture
def amt(tmp_path: Path) -> Book:
    book = posted_three(tmp_path, "amt")
    replace_once(
        book.config_file, "\n[policy]", f'remission_expense = "{GIVEN_UP}"\n\n[policy]\noverdue_days_max = 0'
    )
    return load_book(book.root)


def open_cents(book: Book, posten: str = ZETT) -> int:
    return claims(book, read(book).records).items[posten].open_cents


def overdue(book: Book, month: int) -> list[str]:
    open_month(book, BookingMonth(2022, month))
    lines = [line for line in by_us(book.root) if ZETT in line]
    assert lines == [line for line in by_beancount(book.root) if ZETT in line]
    return [line.partition(f"posten {ZETT}: ")[2] for line in lines]


def refused(capsys: pytest.CaptureFixture[str], book: Book, *words: object) -> str:
    before = tree(book.root)
    capsys.readouterr()
    assert kkd(*words, *ORDER, *TODAY) == EXIT_REFUSED
    assert tree(book.root) == before
    said = capsys.readouterr().err.removeprefix("kkd: Buchung abgelehnt:\n")
    return re.sub(r"(?m)^  \S+: ", "", said).strip()


# ---------------------------------------------------------------------------------------------------- remission


def test_a_remission_gives_up_a_part_by_order(amt: Book, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert kkd("remit", amt.root, ZETT, "16,25", *ORDER, *TODAY) == 0
    assert capsys.readouterr().out.startswith(
        "16,25 EUR auf archiv-2022-zett-1 erlassen; dort offen 400,00 EUR (2022/2022-02.beancount, main.beancount)\n"
    )
    text = (amt.root / FEBRUARY).read_text(encoding="utf-8")
    entry = text[text.rindex("\n2022-02-01 open") :].partition('\n2022-02-20 custom "akt"')[0]
    assert entry == (
        f"\n2022-02-01 open {GIVEN_UP} EUR\n"
        '\n2022-02-20 * "Zett am See" "Erlass archiv-2022-zett-1" ^archiv-2022-zett\n'
        '  nr: "2022-000007"\n'
        '  buchungsart: "erlass"\n'
        "  erfasst-am: 2022-02-20\n"
        '  vereinbarung: "archiv"\n'
        '  beteiligte: "zett"\n'
        '  leistungsjahr: "2022"\n'
        '  grund: "Antrag vom 18.02.2022"\n'
        + PERSONS
        + "  Aufwendungen:020501-Archiv:699901-Erlass                                        16.25 EUR\n"
        "  Aktiva:2600-Forderungen:Zett                                                   -16.25 EUR\n"
        '    posten: "archiv-2022-zett-1"\n'
    )
    assert by_us(amt.root) == by_beancount(amt.root) == []


def test_the_rest_is_remitted_and_the_account_opened_once(
    amt: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kkd("remit", amt.root, ZETT, "16,25", *ORDER, *TODAY) == 0
    capsys.readouterr()
    assert kkd("remit", amt.root, ZETT, *ORDER, *TODAY, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["remitted"], told["open"], told["findings"]) == ("400.00", "0.00", [])
    assert open_cents(amt) == 0
    assert balances(read(amt).records)[GIVEN_UP] == 41_625
    assert (amt.root / FEBRUARY).read_text(encoding="utf-8").count(f"open {GIVEN_UP} EUR") == 1
    assert kkd("reverse", amt.root, "2022-000008", "--reason", "zurückgenommen", *TODAY) == 0
    assert open_cents(amt) == 40_000
    assert by_us(amt.root) == by_beancount(amt.root) == []


def test_a_dry_run_of_a_remission_writes_nothing(amt: Book) -> None:
    before = tree(amt.root)
    assert kkd("remit", amt.root, ZETT, *ORDER, *TODAY, "--dry-run") == 0
    assert tree(amt.root) == before


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            (ZETT, "416,26"),
            "Posten archiv-2022-zett-1: gefunden: 416,26 EUR; erlaubt: mehr als 0,00 EUR und höchstens 416,25 EUR, "
            "was auf dem Posten offen ist",
        ),
        (
            (ZETT, "0"),
            "Posten archiv-2022-zett-1: gefunden: 0,00 EUR; erlaubt: mehr als 0,00 EUR und höchstens 416,25 EUR, "
            "was auf dem Posten offen ist",
        ),
        (
            ("archiv-2029-zett-1",),
            "Posten archiv-2029-zett-1: gefunden: nicht gebucht; erlaubt: ein gebuchter Posten; offen sind "
            "archiv-2021-adorf-1, archiv-2021-behausen-1, archiv-2021-zett-1, archiv-2022-adorf-1, "
            "archiv-2022-behausen-1",
        ),
    ],
)
def test_what_cannot_be_remitted(
    words: tuple[str, ...], expected: str, amt: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused(capsys, amt, "remit", amt.root, *words) == expected


def test_a_settled_item_has_nothing_to_remit(amt: Book, capsys: pytest.CaptureFixture[str]) -> None:
    assert kkd("remit", amt.root, ZETT, *ORDER, *TODAY) == 0
    assert refused(capsys, amt, "remit", amt.root, ZETT) == (
        "Posten archiv-2022-zett-1: gefunden: 0,00 EUR; erlaubt: ein Posten, auf dem noch etwas offen ist"
    )


def test_the_same_remission_twice_is_refused(amt: Book, capsys: pytest.CaptureFixture[str]) -> None:
    assert kkd("remit", amt.root, ZETT, "16,25", *ORDER, *TODAY) == 0
    assert refused(capsys, amt, "remit", amt.root, ZETT, "16,25") == (
        "Posten archiv-2022-zett-1: gefunden: derselbe Erlass (16,25 EUR) steht von heute schon als 2022-000007 im "
        "Buch; erlaubt: ein anderer Betrag, oder an einem anderen Tag"
    )
    assert kkd("reverse", amt.root, "2022-000007", "--reason", "doch nicht", *TODAY) == 0
    assert kkd("remit", amt.root, ZETT, "16,25", *ORDER, *TODAY) == 0
    assert open_cents(amt) == 40_000


def test_without_its_account_a_remission_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, role, side in (
        ("amt", "remission_expense", "Aufwand"),
        ("adorf", "remission_income", "Ertrag"),
    ):
        book = posted_three(tmp_path / name, name)
        assert refused(capsys, book, "remit", book.root, "archiv-2022-adorf-1") == (
            f"accounts.{role}: gefunden: fehlt; erlaubt: das Konto, das den {side} aus einem Erlass trägt "
            "(örtlich festgelegt)"
        )


def test_the_debtor_books_what_it_is_let_off(tmp_path: Path) -> None:
    adorf = posted_three(tmp_path)
    income = "Erträge:020501-Archiv:539901-Erlassene-Verbindlichkeiten"
    replace_once(adorf.config_file, "\n[policy]", f'remission_income = "{income}"\n\n[policy]')
    assert kkd("remit", adorf.root, "archiv-2022-adorf-1", "50", *ORDER, *TODAY) == 0
    assert balances(read(load_book(adorf.root)).records)[income] == -5_000
    assert open_cents(adorf, "archiv-2022-adorf-1") == -120_000
    assert by_us(adorf.root) == by_beancount(adorf.root) == []


def test_an_order_has_a_reason_and_two_names(amt: Book) -> None:
    for command in (("remit", amt.root, ZETT), ("defer", amt.root, ZETT, "2022-12-31")):
        for option in ("--order", "--by", "--certified-by"):
            assert kkd(*command, *ORDER, *TODAY, option, " ") == EXIT_USAGE
    assert kkd("remit", amt.root, ZETT, "viel", *ORDER, *TODAY) == EXIT_USAGE


# ----------------------------------------------------------------------------- deferral, instalments, suspension


def before_acts(text: str) -> str:
    """A month's text up to the acts and the end of the batch behind it."""
    while re.match(r'\S+ custom "(?:akt|buchungsstapel)"', text.rpartition("\n\n")[2]):
        text = text.rpartition("\n\n")[0] + "\n"
    return text


def test_a_suspended_item_stays_owed_and_is_not_overdue(amt: Book) -> None:
    words = ("defer", amt.root, ZETT, "2022-12-31", "--kind", "niederschlagung", *ORDER, *TODAY)
    assert kkd(*words) == 0
    text = (amt.root / FEBRUARY).read_text(encoding="utf-8")
    assert before_acts(text).endswith(
        '\n2022-02-20 custom "verfuegung" "archiv-2022-zett-1" "niederschlagung" "L. Beispiel" 2022-12-31\n'
        "  erfasst-am: 2022-02-20\n"
        '  grund: "Antrag vom 18.02.2022"\n' + PERSONS
    )
    before = tree(amt.root)
    assert kkd(*words) == 0, "the same order twice"
    assert tree(amt.root) == before
    assert overdue(amt, 12) == []
    assert open_cents(amt) == 41_625


def test_the_last_order_holds_and_today_ends_it(amt: Book) -> None:
    assert kkd("defer", amt.root, ZETT, "2022-12-31", *ORDER, *TODAY) == 0
    assert overdue(amt, 7) == []
    assert kkd("defer", amt.root, ZETT, "2022-07-20", *ORDER, "--today", "2022-07-20") == 0
    assert overdue(amt, 7) == ["416,25 EUR offen, fällig seit 20.07.2022"]


def test_instalments_fall_due_one_by_one(amt: Book) -> None:
    rates = ("--instalment", "2022-07-15=200,00", "--instalment", "2022-10-15=216,25")
    assert kkd("defer", amt.root, ZETT, "--kind", "ratenzahlung", *rates, *ORDER, *TODAY) == 0
    text = (amt.root / FEBRUARY).read_text(encoding="utf-8")
    assert '"ratenzahlung" "L. Beispiel" 2022-10-15\n' in text
    assert before_acts(text).endswith(
        '\n2022-02-20 custom "rate" "archiv-2022-zett-1" 2022-07-15 200.00 EUR\n'
        '\n2022-02-20 custom "rate" "archiv-2022-zett-1" 2022-10-15 216.25 EUR\n'
    )
    assert overdue(amt, 6) == []
    said = "200,00 EUR offen, Rate nicht gezahlt, fällig seit 15.07.2022 (insgesamt offen: 416,25 EUR)"
    assert overdue(amt, 7) == [said]
    assert kkd("remit", amt.root, ZETT, "200", *ORDER, "--today", "2022-07-20") == 0
    assert overdue(amt, 9) == []
    assert overdue(amt, 10) == ["216,25 EUR offen, Rate nicht gezahlt, fällig seit 15.10.2022"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            ("2022-02-19",),
            "Posten archiv-2022-zett-1, bis: gefunden: 19.02.2022; erlaubt: ein Tag ab heute (20.02.2022)",
        ),
        (
            ("--kind", "ratenzahlung", "--instalment", "2022-07-15=416,24"),
            "Posten archiv-2022-zett-1, Raten: gefunden: zusammen 416,24 EUR; erlaubt: zusammen 416,25 EUR, "
            "was auf dem Posten offen ist",
        ),
        (
            ("--kind", "ratenzahlung", "--instalment", "2022-07-15=416,25", "--instalment", "2022-07-15=0"),
            "Posten archiv-2022-zett-1, Raten: gefunden: nicht in der Folge ihrer Tage; "
            "erlaubt: je Tag eine, alle über 0,00 EUR",
        ),
    ],
)
def test_what_cannot_be_deferred(
    words: tuple[str, ...], expected: str, amt: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused(capsys, amt, "defer", amt.root, ZETT, *words) == expected


def test_what_is_settled_or_unknown_cannot_be_deferred(amt: Book, capsys: pytest.CaptureFixture[str]) -> None:
    assert kkd("remit", amt.root, ZETT, *ORDER, *TODAY) == 0
    said = refused(capsys, amt, "defer", amt.root, ZETT, "2022-12-31")
    assert said == "Posten archiv-2022-zett-1: gefunden: nichts (mehr) offen; erlaubt: ein offener Posten"
    assert "nicht gebucht" in refused(capsys, amt, "defer", amt.root, "archiv-2029-zett-1", "2022-12-31")


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("2022-12-31", "--kind", "ratenzahlung"),
        ("2022-12-31", "--instalment", "2022-07-15=416,25"),
        ("2022-12-31", "--kind", "ratenzahlung", "--instalment", "2022-07-15=416,25"),
        ("--kind", "ratenzahlung", "--instalment", "bald=416,25"),
        ("--kind", "ratenzahlung", "--instalment", "2022-07-15"),
    ],
)
def test_a_deferral_says_until_when(words: tuple[str, ...], amt: Book) -> None:
    before = tree(amt.root)
    assert kkd("defer", amt.root, ZETT, *words, *ORDER, *TODAY) == EXIT_USAGE
    assert tree(amt.root) == before


DAY = dt.date(2022, 1, 1)
PLANS = st.lists(st.integers(1, 10_000), min_size=1, max_size=6).map(
    lambda cents: [(DAY + dt.timedelta(days=31 * place), one) for place, one in enumerate(cents)]
)


@given(plan=PLANS, paid_cents=st.integers(-100, 60_000))
def test_the_first_instalment_that_is_not_covered_is_due(
    plan: list[tuple[dt.date, int]], paid_cents: int
) -> None:
    until = plan[-1][0]
    due = due_since(until, plan, paid_cents)
    before = sum(cents for day, cents in plan if day < due)
    through = sum(cents for day, cents in plan if day <= due)
    assert paid_cents >= before or due == plan[0][0]
    assert paid_cents < through or (due == until and paid_cents >= through)


def status(book: Book) -> str:
    """What our page says of the share."""
    known = standings(claims(book, read(book).records))
    assert known
    return next(
        cell_words(cell)
        for row in known.rows
        for cell in row
        if (cell.party, cell.service_year) == ("zett", 2022)
    )


def test_the_table_says_what_was_ordered_about_a_share(amt: Book) -> None:
    open_month(amt, BookingMonth(2022, 7))
    assert status(amt) == "überfällig seit 01.06.2022, offen 416,25"
    assert kkd("defer", amt.root, ZETT, "2022-09-30", *ORDER, *TODAY) == 0
    assert status(amt) == "gestundet bis 30.09.2022, offen 416,25"
    assert kkd("remit", amt.root, ZETT, "16,25", *ORDER, *TODAY) == 0
    assert status(amt) == "gestundet bis 30.09.2022, offen 400,00"
    assert kkd("remit", amt.root, ZETT, *ORDER, *TODAY) == 0
    assert status(amt) == "erlassen"


def test_other_instalments_until_the_same_day_are_another_order(amt: Book) -> None:
    plan = ("defer", amt.root, ZETT, "--kind", "ratenzahlung", *ORDER, *TODAY)
    for first, second in (("200,00", "216,25"), ("100,00", "316,25")):
        rates = ("--instalment", f"2022-07-15={first}", "--instalment", f"2022-10-15={second}")
        assert kkd(*plan, *rates) == 0
    item = claims(amt, read(amt).records).items[ZETT]
    assert [(one.day.month, one.cents) for one in item.dues] == [(7, 10_000), (10, 31_625)]


def test_what_was_settled_and_came_back_is_deferred_anew(
    amt: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    """A deferral ends when nothing is open; the same one again is no order that stands already."""
    words = ("defer", amt.root, ZETT, "2022-12-31")
    assert kkd(*words, *ORDER, *TODAY) == 0
    assert kkd("remit", amt.root, ZETT, *ORDER, *TODAY) == 0
    assert "nichts (mehr) offen" in refused(capsys, amt, *words)
    number = claims(amt, read(amt).records).numbers[2022]
    assert (
        kkd("reverse", amt.root, f"2022-{number:06}", "--reason", "doch nicht", "--by", "L. Beispiel", *TODAY)
        == 0
    )
    own, later = dt.date(2022, 6, 1), dt.date(2022, 12, 31)
    assert claims(amt, read(amt).records).items[ZETT].due_on == own
    assert kkd(*words, *ORDER, *TODAY) == 0
    assert claims(amt, read(amt).records).items[ZETT].due_on == later
    before = tree(amt.root)
    assert kkd(*words, *ORDER, *TODAY) == 0
    assert tree(amt.root) == before


def test_what_stands_against_many_entries_is_told_once(tmp_path: Path) -> None:
    amt = posted_three(tmp_path, "amt")
    same = Problem("book.toml", "roles", "A hatte die Rolle nicht", "wer sie hat")
    refusal = EntryRefused([same, Problem(str(amt.root), "", "anderes", "nichts"), same])
    assert str(refusal).count("A hatte die Rolle nicht") == 1
    assert len(refusal.problems) == 2
