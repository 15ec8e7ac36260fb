"""A file whose entries the books refuse waits with the reason; the others are booked."""

import datetime as dt
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kkd_ledger.book.certificate import Certificates
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.cli import main
from kkd_ledger.errors import EntryRefused, Problem
from kkd_ledger.periods import BookingMonth, YearState
from kkd_ledger.work.books.books import declare_year, open_month
from kkd_ledger.work.month.month import run_month
from kkd_ledger.work.month.report import month_text
from kkd_ledger.work.session import Session
from kkd_ledger.work.statements.quarantine import quarantined
from kkd_ledger.work.statements.received import StatementFile
from ledgers.statements import Entry, camt
from tests.samples import SAID, tree
from tests.work.statements.test_intake import MARCH, OWN, STRANGER, TODAY, bank_lines, day, pays, statement

BANK = "Aktiva:2800-Bank"
KASSE = (
    f"2022-03-15 open {BANK}:Kasse\n\n"
    f'2022-03-15 * "Wechselgeld"\n  nr: "2022-000009"\n  buchungsart: "zahlung"\n  erfasst-am: 2022-03-15\n'
    f"  {BANK}:Kasse  5.00 EUR\n  Passiva:4800-Ungeklärte-Zahlungseingänge  -5.00 EUR"
)


@pytest.fixture
def amt(amt: Book) -> Book:
    """An operator's book with three statements of March in its inbox."""
    open_month(amt, MARCH)
    inbox = amt.root / "inbox"
    inbox.mkdir(exist_ok=True)
    entries = [pays(3), pays(12, 5_000), Entry(day(25), 7_000, "Irgendwer", STRANGER, text="Rechnung 4711")]
    opening = 0
    for number, (first, last) in enumerate([(1, 10), (11, 20), (21, 31)], start=1):
        statement(inbox / f"{number}.xml", entries, first=first, last=last, opening=opening, number=number)
        opening += sum(entry.cents for entry in entries if first <= entry.day.day <= last)
    return amt


def by_hand(book: Book, text: str) -> None:
    """Write into the month's file as a person with an editor does."""
    file = book.root / "2022" / "2022-03.beancount"
    file.write_text(f"{file.read_text(encoding='utf-8')}\n{text}\n", encoding="utf-8")


def waiting(book: Book) -> list[str]:
    return sorted(path.name for path in (book.root / "inbox").iterdir())


def held_apart(book: Book, name: str) -> Path:
    """Take a file out of the inbox for a while; return where it is."""
    return (book.root / "inbox" / name).rename(book.root / name)


def test_a_balance_asserted_by_hand_holds_back_the_file_that_contradicts_it(amt: Book) -> None:
    third = held_apart(amt, "3.xml")
    run_month(amt, MARCH, today=TODAY)
    by_hand(amt, f"2022-03-31 balance {BANK} 1150.00 EUR")
    third.rename(amt.root / "inbox" / "3.xml")
    done = run_month(amt, MARCH, today=TODAY)
    assert [cents for _, cents in bank_lines(amt)] == [110_000, 5_000]
    assert (done.waiting, done.rejected, waiting(amt)) == (True, (), ["3.xml"])
    (line,) = [line for line in month_text(done).splitlines() if "3.xml" in line]
    assert line.startswith(
        "  3.xml: gefunden: eine Buchung, die das Buch nicht annimmt (2022/2022-03.beancount, Zeile "
    )
    assert line.endswith("aus der Sicherung wieder her; die Datei wartet im Posteingang")


def test_an_assertion_that_is_false_already_holds_back_nothing(amt: Book) -> None:
    """Money that moved is booked: the error was there before, and only the sum in its words is another one now."""
    by_hand(amt, f"2022-03-31 balance {BANK} 1150.00 EUR")
    done = run_month(amt, MARCH, today=TODAY)
    assert [cents for _, cents in bank_lines(amt)] == [110_000, 5_000, 7_000]
    assert (done.waiting, waiting(amt)) == (False, [])
    assert [found.kind.code for found in done.findings] == ["KKD-L01"]


def test_numbers_and_the_inbox_are_as_if_the_held_file_had_not_been_there(amt: Book, tmp_path: Path) -> None:
    by_hand(amt, KASSE)
    other = load_book(shutil.copytree(amt.root, tmp_path / "books" / "without"))
    (other.root / "inbox" / "3.xml").unlink()
    run_month(other, MARCH, today=TODAY)
    run_month(amt, MARCH, today=TODAY)
    (amt.root / "inbox" / "3.xml").unlink()
    assert tree(amt.root) == tree(other.root)
    assert [cents for _, cents in bank_lines(amt)] == [110_000, 5_000]


def test_what_the_books_assert_of_an_account_below_the_banks_holds_back_the_first_file_in_doubt(
    amt: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    """Our opening balances are of the account with those below it: an entry there contradicts the next statement."""
    by_hand(amt, KASSE)
    assert main(["month", str(amt.root), "--all", "--today", "2022-03-31"]) == 1
    assert waiting(amt) == ["3.xml"]
    assert (
        "3.xml: gefunden: eine Buchung, die das Buch nicht annimmt (2022/2022-03.beancount, neue Buchung: "
        in (capsys.readouterr().out)
    )


def test_a_closed_account_holds_back_the_file_whose_money_would_go_there(amt: Book) -> None:
    by_hand(amt, "2022-03-11 close Passiva:4800-Ungeklärte-Zahlungseingänge")
    done = run_month(amt, MARCH, today=TODAY)
    assert waiting(amt) == ["2.xml", "3.xml"]  # the third begins where the second would have ended
    assert "Konto Passiva:4800-Ungeklärte-Zahlungseingänge ist geschlossen" in month_text(done)
    assert bank_lines(amt) == [("2022-03-03", 110_000)]


def test_the_statement_of_a_year_that_is_drawn_up_waits_until_the_year_is_closed(
    amt: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    for month in (BookingMonth(2022, 12), BookingMonth(2023, 1)):
        open_month(amt, month)
    declare_year(amt, 2022, YearState.DRAWN_UP, SAID, today=dt.date(2023, 1, 20))
    run = ["month", str(amt.root), "--all", "--today", "2023-02-02"]
    assert main(run) == 1
    assert waiting(amt) == ["1.xml", "2.xml", "3.xml"]
    assert "Schließen Sie die Monate des aufgestellten Jahres ab (`kkd close BUCH JAHR --by NAME`)" in (
        capsys.readouterr().out
    )
    assert main(["close", str(amt.root), "2022", "--by", "S. Muster", "--today", "2023-02-02"]) == 0
    assert main(run) == 1, "two lines of March are unclear for longer than is allowed"
    booked = [
        (one.date, one.meta["buchungstag"])
        for one in read(amt).records
        if isinstance(one, Transaction) and "buchungstag" in one.meta
    ]
    assert [bank for _, bank in booked] == [day(3), day(12), day(25)]
    assert {own for own, _ in booked} == {dt.date(2023, 1, 1)}


def test_what_the_books_refuse_without_any_file_still_stops_the_run(
    amt: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file is at fault, and none may be blamed."""

    def refuse(*_: object) -> None:
        raise EntryRefused([Problem("main.beancount", "", "etwas", "nichts")])

    monkeypatch.setattr(Session, "_checked", refuse)
    before = tree(amt.root)
    with pytest.raises(EntryRefused, match="gefunden: etwas"):
        run_month(amt, MARCH.following, today=dt.date(2022, 4, 1))
    assert tree(amt.root) == before


def _file(number: int) -> StatementFile:
    return StatementFile(Path(f"{number}.xml"), b"", ())


@given(count=st.integers(0, 200), bad=st.sets(st.integers(0, 199), max_size=4))
def test_the_files_at_fault_are_found_in_few_steps(count: int, bad: set[int]) -> None:
    files = [_file(number) for number in range(count)]
    at_fault = {id(files[number]) for number in bad if number < count}
    steps = 0

    def refusal(part: Sequence[StatementFile]) -> EntryRefused | None:
        nonlocal steps
        steps += 1
        found = [one for one in part if id(one) in at_fault]
        return EntryRefused([Problem(found[0].path.name, "", "", "")]) if found else None

    held = quarantined(files, refusal)
    assert {id(file) for file, _ in held} == at_fault
    assert [refused.problems[0].file for _, refused in held] == [file.path.name for file, _ in held]
    assert steps <= 1 + 2 * 8 * len(at_fault)


def test_months_that_are_run_one_after_the_other_say_the_same_of_what_waits(amt: Book) -> None:
    """March has no end yet, so that what waits is on April's certificate, whichever month is run."""
    april = BookingMonth(2022, 4)
    (amt.root / "inbox" / "1.xml").unlink()  # what comes after it waits
    lines = [Entry(dt.date(2022, 4, 5), 1_000, "Irgendwer", STRANGER)]
    text = camt(OWN, "Amt", lines, first=april.first_day, number=4, opening=900_000)
    (amt.root / "inbox" / "4.xml").write_text(text, encoding="utf-8")

    for _ in range(2):
        for month in (MARCH, april):
            run_month(amt, month, today=dt.date(2022, 5, 2))
        days = [one.to_day for one in Certificates(amt.root).month(april).waiting]
        assert days == [day(20), day(31), april.last_day]
        left = tree(amt.root)
    for month in (MARCH, april):
        run_month(amt, month, today=dt.date(2022, 5, 2))
        assert tree(amt.root) == left
