"""What somebody changed by hand blocks a close until it is undone, or two persons vouch for the text as it is now."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from kkd_ledger.audit.close import close
from kkd_ledger.audit.compared import compared
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.cli import main
from kkd_ledger.rules.engine.check import check
from kkd_ledger.work.books.changes import changes, confirm
from tests.audit.books import BY, FEBRUARY
from tests.samples import posted_three

PERSONS = ("A. Leitung", "B. Prüfung")
TODAY = dt.date(2022, 3, 1)
STRAY = '\n2022-02-16 custom "haushaltsansatz" "010102" "2022" 9.00 EUR "ansatz"\n'


@pytest.fixture
def office(tmp_path: Path) -> Book:
    return posted_three(tmp_path, "amt")


def text_of(book: Book) -> str:
    return book.month_file(FEBRUARY).read_text(encoding="utf-8")


def write(book: Book, text: str) -> None:
    book.month_file(FEBRUARY).write_text(text, encoding="utf-8")


def edited(text: str) -> str:
    """An entry's day of recording is another one."""
    assert "erfasst-am: 2022-02-15" in text
    return text.replace("erfasst-am: 2022-02-15", "erfasst-am: 2022-02-14", 1)


def put_in_between(text: str) -> str:
    end = [found.end() for found in re.finditer(r'"buchungsstapel".*\n', text)][1]
    return text[:end] + STRAY + text[end:]


def told(book: Book, *, full: bool = False) -> dict[str, list[str]]:
    """Return the sentences of what is changed by hand, told as an error, and as vouched for."""
    found = [*compared(book, full=full), *check(book, full=full)]
    codes = ("KKD-T10", "KKD-T24", "KKD-Z10")
    return {code: [one.text for one in found if one.kind.code == code] for code in codes}


@pytest.mark.parametrize(
    "change", [edited, put_in_between, lambda text: text + STRAY], ids=["edited", "put in", "put behind"]
)
def test_two_persons_vouch_for_it_and_the_month_is_closed(office: Book, change: object) -> None:
    confirm(office, PERSONS, today=TODAY)
    write(office, change(text_of(office)))  # type: ignore[operator]
    (sentence,) = told(office)["KKD-T10"]
    hindered = close(office, FEBRUARY, by=BY, today=TODAY)
    assert hindered.seal is None
    assert any(one.kind.code == "KKD-T10" for one in hindered.hindrances)
    (listed,) = changes(office).edited
    assert listed.startswith("2022/2022-02.beancount#")
    assert listed.endswith(sentence)
    assert confirm(office, PERSONS, today=TODAY).answered == (listed.partition(":")[0],)
    assert changes(office).edited == ()
    said = told(load_book(office.root))
    assert (said["KKD-T10"], len(said["KKD-T24"])) == ([], 1)
    assert close(office, FEBRUARY, by=BY, today=TODAY).seal
    after = told(office, full=True)
    assert (after["KKD-T10"], after["KKD-T24"], after["KKD-Z10"]) == ([], said["KKD-T24"], [])


def test_what_is_changed_once_more_is_told_again(office: Book) -> None:
    confirm(office, PERSONS, today=TODAY)
    write(office, edited(text_of(office)))
    confirm(office, PERSONS, today=TODAY)
    assert told(office)["KKD-T10"] == []
    write(office, edited(text_of(office)))
    assert len(told(office)["KKD-T10"]) == 1


def test_a_batch_that_is_gone_is_vouched_for_as_gone(office: Book) -> None:
    """Not the last one: without it nothing else of the book changes."""
    text = text_of(office)
    ends = [found.end() for found in re.finditer(r'"buchungsstapel".*\n', text)]
    write(office, text[: ends[0]] + text[ends[1] :])
    assert told(office)["KKD-T10"] == ["Buchungsstapel 3 steht hier, 2 fehlt davor"]
    (listed,) = changes(office).edited
    assert listed.startswith("2022/2022-02.beancount#stapel-2: ")


def test_an_act_over_changed_entries_counts_no_more_and_the_two_do(office: Book) -> None:
    order = ["budget", str(office.root), "2022", "12345,67", "--by", "L. Beispiel", "--today", "2022-02-20"]
    assert main(order) == 0
    confirm(office, PERSONS, today=TODAY)
    write(office, text_of(office).replace(" 12345.67 EUR", " 12345.68 EUR", 1))
    assert len(told(office)["KKD-Z10"]) == 1
    confirm(office, PERSONS, today=TODAY)
    said = told(office)
    assert (said["KKD-Z10"], said["KKD-T10"], len(said["KKD-T24"])) == ([], [], 1)


def test_one_person_alone_settles_nothing(office: Book) -> None:
    confirm(office, PERSONS, today=TODAY)
    write(office, edited(text_of(office)))
    confirm(office, PERSONS[:1], today=TODAY)
    assert len(told(office)["KKD-T10"]) == 1


def test_kkd_changes_shows_it(office: Book, capsys: pytest.CaptureFixture[str]) -> None:
    confirm(office, PERSONS, today=TODAY)
    write(office, edited(text_of(office)))
    assert main(["changes", str(office.root)]) == 1
    out = capsys.readouterr().out
    assert "Von Hand verändert (KKD-T10)" in out
    assert "2022/2022-02.beancount#stapel-" in out
    assert "ist nicht, wie kkd ihn schrieb" in out
