"""What is open when a person closes: it is done before, or a remark with name and reason stands in the seal."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from kkd_ledger.audit.close import close
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.cli import main
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.books.books import open_month
from kkd_ledger.work.month.month import run_month
from ledgers.statements import Entry
from tests.audit.books import BY, FEBRUARY, MARCH, paid, seal, statement, take
from tests.samples import posted_three, replace_once, sample_books

APRIL, MAY = BookingMonth(2022, 4), BookingMonth(2022, 5)
MARCH_2024, APRIL_2024 = BookingMonth(2024, 3), BookingMonth(2024, 4)


def strict(book: Book) -> Book:
    """Return a book of the three parties whose policy allows nothing."""
    replace_once(book.config_file, 'close_with_open = ["KKD-O04", "KKD-D03", "KKD-T08"]\n', "")
    return load_book(book.root)


def codes(book: Book, month: BookingMonth, today: dt.date, **remarks: str) -> list[str]:
    done = close(
        book, month, by=BY, today=today, remarks={key.replace("_", "-"): remarks[key] for key in remarks}
    )
    assert bool(done.seal) != bool(done.hindrances)
    return [one.kind.code for one in done.hindrances]


def test_old_unclear_money_and_a_missing_statement_hinder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The county's sample in June: March holds money in suspense of 80 days, for April no statement was ever read."""
    county = sample_books(tmp_path) / "landkreis"
    for file in (county / "inbox").glob("2024-04*"):
        file.unlink()
    run_month(load_book(county), MARCH_2024, today=MARCH_2024.last_day)
    open_month(load_book(county), APRIL_2024)
    who = ["--by", "L. Beispiel", "--today", "2024-06-02"]
    assert main(["close", str(county), "2023", *who]) == 0
    capsys.readouterr()
    assert main(["close", str(county), "2024", *who]) == 1
    told = capsys.readouterr().out
    assert "Monat 2024-03 kann noch nicht abgeschlossen werden:" in told
    assert "KKD-O04 (offen)" in told
    assert "--comment KKD-O04=GRUND" in told
    assert main(["close", str(county), "2024-03", *who, "--comment", "KKD-O04=Rückfrage läuft"]) == 0
    said = json.loads((county / "2024/2024-03.seal.json").read_bytes())["feststellungen"]
    assert [(one["code"], one["bemerkung"]) for one in said] == [("KKD-O04", "Rückfrage läuft")] * 2
    capsys.readouterr()
    assert main(["close", str(county), "2024-04", *who, "--comment", "KKD-O04=Rückfrage läuft"]) == 1
    told = capsys.readouterr().out
    assert "KKD-T08 (offen) Für den Monat ist kein Kontoauszug gebucht." in told
    assert "2024/2024-04.beancount:1: 2024-04: der letzte endet am 31.03.2024" in told
    both = ["--comment", "KKD-O04=Rückfrage läuft", "--comment", "KKD-T08=keine Umsätze laut Bank"]
    assert main(["close", str(county), "2024-04", *who, *both]) == 0


def test_money_is_as_old_as_on_the_day_of_the_close(tmp_path: Path) -> None:
    book = strict(posted_three(tmp_path, "amt"))
    open_month(book, MARCH)
    unknown = Entry(dt.date(2022, 3, 15), 4_711, "Niemand", "DE42999999990099999999", text="Rechnung 7")
    take(book, statement(tmp_path, MARCH, [unknown]), MARCH.last_day)
    assert codes(book, FEBRUARY, MARCH.last_day) == []
    assert codes(book, MARCH, dt.date(2022, 4, 30)) == ["KKD-O04"]
    assert codes(book, MARCH, dt.date(2022, 4, 1)) == [], "of the 15th, 30 days are allowed"


@pytest.mark.parametrize("own", [True, False])
def test_statements_are_expected_of_our_account_and_of_one_that_was_read(
    tmp_path: Path, *, own: bool
) -> None:
    party = "amt" if own else "adorf"
    book = posted_three(tmp_path, party)
    book = strict(book) if own else book
    assert codes(book, FEBRUARY, MARCH.first_day) == (["KKD-T08"] if own else [])
    if own:
        assert codes(book, FEBRUARY, MARCH.first_day, KKD_T08="Konto erst ab März") == []


def test_a_later_statement_proves_that_nothing_moved(tmp_path: Path) -> None:
    """A bank sends none for a month without movements; the next one begins with the same balance."""
    book = strict(posted_three(tmp_path, "amt"))
    for month in (MARCH, APRIL, MAY):
        open_month(book, month)
    take(book, statement(tmp_path, MARCH, [paid(MARCH)]), MARCH.last_day)
    assert [codes(book, month, MAY.last_day) for month in (FEBRUARY, MARCH, APRIL)] == [[], [], ["KKD-T08"]]
    take(book, statement(tmp_path, MAY, [], opening=110_000), MAY.last_day)
    assert codes(book, APRIL, MAY.last_day) == []


def test_no_remark_closes_over_a_line_that_waits_or_a_changed_basis(tmp_path: Path) -> None:
    book = strict(posted_three(tmp_path, "amt"))
    take(book, statement(tmp_path, FEBRUARY, []), FEBRUARY.last_day)
    seal(book, FEBRUARY)
    open_month(book, MARCH)
    take(book, statement(tmp_path, MARCH, []), MARCH.last_day)
    replace_once(book.config_file, "unclear_days_max = 30", "unclear_days_max = 31")
    assert codes(load_book(book.root), MARCH, MARCH.last_day, KKD_G01="schon gut") == ["KKD-G01"]
