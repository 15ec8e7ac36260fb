"""Money that was paid twice goes back to the account it came from: once, by two persons, and frees itself again."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.cli import main
from kkd_ledger.errors import EntryRefused, InputRefused
from kkd_ledger.payments.sepa import RunRefused
from kkd_ledger.work.corrections.clearing import waiting
from kkd_ledger.work.decisions.already_paid import AlreadyPaid
from kkd_ledger.work.transfers.bank_runs import standing
from kkd_ledger.work.transfers.payrun import RunRelease
from kkd_ledger.work.transfers.refund import refund
from kkd_ledger.work.transfers.taken_back import cancel
from tests.samples import sample_books

EXIT_REFUSED = 3
DAY = dt.date(2024, 3, 31)
RELEASE = RunRelease("K. Kasse", "B. Buch", DAY, dt.date(2024, 4, 2), (), "Verfügung 7")


@pytest.fixture(scope="module")
def read_month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = sample_books(tmp_path_factory.mktemp("refund"))
    main(["month", str(folder / "landkreis"), "2024-03", "--today", "2024-03-31"])
    return folder / "landkreis"


@pytest.fixture
def book(read_month: Path) -> Book:
    return load_book(read_month)


def doubled(book: Book) -> str:
    return next(
        money.suspense.number for money in waiting(book, DAY) if money.suspense.payee.startswith("Kirch")
    )


def test_the_reason_names_item_and_day(book: Book) -> None:
    ways = {money.suspense.payee: money.proposals for money in waiting(book, DAY)}
    [way] = ways["Kirchhain, Stadt"]
    assert isinstance(way, AlreadyPaid)
    assert way.text.startswith(
        "wahrscheinlich doppelt gezahlt: kkd-2024-kirchhain-1 (KKD-2024-00011, RF15KKD2024065340111) ist schon "
        "bezahlt am 12.03.2024 mit 18.766,68 EUR (gleiches Kassenzeichen RF15KKD2024065340111, gleicher Name, "
        "gleicher Betrag)"
    )
    assert ways["Unbekannt GmbH"] == (), "a payer whom nobody knows pays nothing twice"


def test_it_goes_back_to_where_it_came_from(book: Book) -> None:
    done = refund(book, doubled(book), RELEASE, dry_run=True)
    [payment] = done.run.payments
    assert (payment.name, payment.cents) == ("Kirchhain, Stadt", 1_876_668)
    assert payment.iban in {iban for member in book.agreement.parties() for iban in member.ibans}
    assert payment.text.startswith("Rueckzahlung Ihrer Zahlung vom 12.03.2024")
    assert done.outcome is not None
    assert done.outcome.files, "a dry run names what it would write"
    assert not list((book.root / "zahlungen").glob("*"))


@pytest.mark.parametrize(
    ("release", "sentence"),
    [
        (RunRelease("K. Kasse", "K. Kasse", DAY, DAY, (), "x"), "zwei verschiedene"),
        (RunRelease("S. Muster", "B. Buch", DAY, DAY, (), "x"), "nicht Kasse"),
        (RunRelease("K. Kasse", "B. Buch", DAY, DAY, (), " "), "kein Grund"),
    ],
)
def test_what_stands_against_it(book: Book, release: RunRelease, sentence: str) -> None:
    with pytest.raises(InputRefused, match=sentence):
        refund(book, doubled(book), release, dry_run=True)


def test_only_unclear_money_goes_back(book: Book) -> None:
    with pytest.raises(EntryRefused, match="nichts"):
        refund(book, "2024-000001", RELEASE, dry_run=True)


def test_what_is_on_its_way_back_goes_nowhere_else_and_taken_back_it_may_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = sample_books(tmp_path) / "landkreis"
    main(["month", str(folder), "2024-03", "--today", "2024-03-31"])
    book = load_book(folder)
    number = doubled(book)
    done = refund(book, number, RELEASE)
    assert (folder / done.file).is_file()
    with pytest.raises(RunRefused, match=f"steht schon im Lauf {done.run.id}"):
        refund(book, number, RELEASE)
    assert [item.posten for run in standing(book) for item in run.items] == [number]
    place = [
        "clear",
        str(folder),
        number,
        "kkd-2024-kirchhain-1",
        "1,00",
        "--reason",
        "x",
        "--by",
        "K. Kasse",
    ]
    give = ["clear", str(folder), number, "--foreign", "--reason", "x", "--by", "K. Kasse"]
    for words in (place, give):
        assert main([*words, "--today", "2024-03-31"]) == EXIT_REFUSED
        assert f"wird im Lauf {done.run.id} zurückgezahlt" in capsys.readouterr().err
    back = cancel(book, done.run.id, RELEASE, "falsches Konto")
    assert back.items == (number,)
    assert main([*give, "--today", "2024-03-31", "--dry-run"]) == 0
    assert refund(book, number, RELEASE).run.id != done.run.id
