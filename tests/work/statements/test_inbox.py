"""What lies in the inbox, whatever it is called and whenever it is from, stops no other file and loses no reason."""

import datetime as dt
import os
from pathlib import Path

import pytest

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.errors import UsageError
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.month.month import Month, run_month, waiting_months
from kkd_ledger.work.month.report import month_text
from kkd_ledger.work.statements.inbox import REASON, waiting_files
from tests.bank.writing import camt, statement
from tests.faults.waiting_months import _complete
from tests.samples import posted_three
from tests.work.statements.test_hostile_inbox import GOOD, OWN

MARCH = BookingMonth(2022, 3)
TODAY = dt.date(2022, 4, 30)
BAD = b"kein Auszug"


@pytest.fixture
def book(tmp_path: Path) -> Book:
    found = posted_three(tmp_path, "amt")
    (found.root / "inbox").mkdir(exist_ok=True)
    (found.root / "inbox" / "gut.xml").write_text(GOOD, encoding="utf-8")
    return found


def run(book: Book) -> Month:
    return run_month(book, MARCH, today=TODAY)


def drop(book: Book, name: str | bytes, content: bytes = BAD) -> None:
    (book.root / "inbox" / os.fsdecode(name)).write_bytes(content)


def rejected(book: Book) -> dict[str, bytes]:
    folder = book.root / "inbox" / "rejected"
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize(
    "name",
    [
        "schlecht.xml",
        "a" * 251 + ".xml",
        "ü" * 120 + ".xml",
        "x." + "y" * 240,
        b"uml\xe4ut.xml",
        "zeile\numbruch.xml",
        "\n.xml",
        "-rf.xml",
        "~$auszug..xml",
        "rück\\wärts.xml",
    ],
)
def test_a_bad_file_of_any_name_is_set_aside_with_its_reason(book: Book, name: str | bytes) -> None:
    drop(book, name)
    done = run(book)
    assert len(done.imported.lines) == 2
    (one,) = done.rejected
    held = rejected(book)
    assert sorted(held) == [one.aside, f"{one.aside}{REASON}"]
    assert held[one.aside] == BAD
    assert str(one.problems[0]) == held[f"{one.aside}{REASON}"].decode().strip()
    assert one.aside.isprintable()
    assert not list(waiting_files(book))
    assert not run(book).changed


def test_no_reason_takes_the_place_of_a_file_or_of_another_reason(book: Book) -> None:
    for name, content in ((f"halb.xml{REASON}", b"erste"), ("halb.xml", BAD)):
        drop(book, name, content)
    run(book)
    drop(book, "halb.xml", b"anderer")
    run(book)
    drop(book, "halb.xml", BAD)
    run(book)
    held = rejected(book)
    files = {name for name in held if f"{name}{REASON}" in held}
    assert sorted(held[name] for name in files) == sorted([b"erste", BAD, b"anderer"])
    reasons = [held[f"{name}{REASON}"] for name in files]
    assert len(held) == 2 * len(files)
    assert all(b"gefunden: " in reason for reason in reasons)


def test_a_folder_of_a_rejected_files_name_is_left_alone(book: Book) -> None:
    (book.root / "inbox" / "rejected" / "halb.xml").mkdir(parents=True)
    drop(book, "halb.xml")
    (one,) = run(book).rejected
    assert one.aside.startswith("halb-")
    assert (book.root / "inbox" / "rejected" / one.aside).read_bytes() == BAD


@pytest.mark.parametrize("what", ["Datei", "Verweis", "Verweis ins Leere"])
def test_where_there_is_no_folder_for_it_a_bad_file_stays(book: Book, tmp_path: Path, what: str) -> None:
    folder = book.root / "inbox" / "rejected"
    elsewhere = tmp_path / "anders"
    if what == "Datei":
        folder.write_text("x", encoding="utf-8")
    else:
        folder.symlink_to(elsewhere)
    if what == "Verweis":
        elsewhere.mkdir()
    drop(book, "halb.xml")
    done = run(book)
    assert (len(done.imported.lines), {one.aside for one in done.rejected}) == (2, {""})
    assert (book.root / "inbox" / "halb.xml").read_bytes() == BAD
    assert not elsewhere.exists() or not list(elsewhere.iterdir())


def test_a_link_out_of_the_book_is_not_followed(book: Book, tmp_path: Path) -> None:
    secret = tmp_path / "geheim.xml"
    secret.write_bytes(BAD)
    (book.root / "inbox" / "link.xml").symlink_to(secret)
    done = run(book)
    assert (len(done.imported.lines), done.rejected) == (2, ())
    assert (book.root / "inbox" / "link.xml").is_symlink()


def test_a_file_larger_than_any_statement_stays_and_is_told_of_unread(book: Book) -> None:
    with (book.root / "inbox" / "riese.xml").open("wb") as file:
        file.truncate(80 * 2**30)
    done = run(book)
    (one,) = done.rejected
    assert (len(done.imported.lines), one.aside) == (2, "")
    assert str(one.problems[0]) == "riese.xml: gefunden: eine zu große Datei; erlaubt: höchstens 512 MiB"
    assert [path.name for path in waiting_files(book)] == ["riese.xml"]


def quiet(day: dt.date) -> bytes:
    """Return a statement of one day that moves nothing."""
    return camt(statement(account=OWN, from_day=day, to_day=day))


def test_a_statement_from_before_the_book_or_from_the_future_stops_nothing(book: Book) -> None:
    drop(book, "alt.xml", quiet(dt.date(2010, 1, 15)))
    drop(book, "zukunft.xml", quiet(dt.date(2099, 1, 15)))
    months = waiting_months(book, TODAY)
    assert months == (BookingMonth(2022, 2), MARCH)
    for month in months:
        done = run_month(book, month, today=TODAY)
        assert done.waiting
        assert "letzter Tag 15.01.2099; erlaubt: ein Auszug bis höchstens 07.05.2022" in month_text(done)
    assert waiting_months(book, TODAY) == (MARCH,), "the newest month tells of it in every run"
    assert run(book).waiting
    assert [path.name for path in waiting_files(book)] == ["zukunft.xml"]
    assert not (book.root / "2022" / "2022-05.beancount").exists()


def test_a_month_that_has_not_begun_is_refused(book: Book) -> None:
    with pytest.raises(UsageError, match=r"^2024-03 beginnt erst am 01.03.2024, heute ist der 30.04.2022"):
        run_month(book, BookingMonth(2024, 3), today=TODAY)
    assert not (book.root / "2024").exists()


def test_all_waiting_months_are_ready_after_the_last_one(tmp_path: Path) -> None:
    _complete(tmp_path)
    book = load_book(tmp_path / "amt")
    today = dt.date(2022, 5, 1)
    waiting = waiting_months(book, today)
    assert [run_month(book, month, today=today).ready for month in waiting] == [waiting[:1], waiting]
    assert waiting_months(book, today) == ()


def test_a_month_whose_last_day_no_statement_ends_on_is_ready_with_the_next_one(tmp_path: Path) -> None:
    """A bank that sends none on Sundays: from 28 March it goes on with 2 April."""
    _complete(tmp_path)
    book = load_book(tmp_path / "amt")
    march, april = (book.root / "inbox" / name for name in ("3.xml", "4.xml"))
    march.write_text(march.read_text("utf-8").replace("2022-03-31", "2022-03-28"), encoding="utf-8")
    april.write_text(april.read_text("utf-8").replace("2022-04-01", "2022-04-02"), encoding="utf-8")
    today = dt.date(2022, 5, 1)
    assert run_month(book, MARCH, today=today).ready == ()
    assert run_month(book, BookingMonth(2022, 4), today=today).ready == (MARCH, BookingMonth(2022, 4))


def test_a_month_that_became_clean_is_ready_with_the_next_run(tmp_path: Path) -> None:
    _complete(tmp_path)
    book = load_book(tmp_path / "amt")
    drop(book, "schlecht.xml")
    today = dt.date(2022, 5, 1)
    first = run_month(book, MARCH, today=today)
    assert (len(first.rejected), first.ready) == (1, ())
    assert run_month(book, MARCH, today=today).ready == (MARCH,)
