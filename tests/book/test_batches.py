"""Buchungsstapel: whatever is changed in a month's text afterwards is told; what kkd writes never is."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kkd_ledger.audit.compared import compared
from kkd_ledger.audit.reopen import reopen
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.text import batch_ends, batches, canonical, topfile
from kkd_ledger.book.text.vocabulary import TOP_FILE
from kkd_ledger.errors import BookRefused
from kkd_ledger.periods import BookingMonth, YearState
from kkd_ledger.work.books.books import Declared, declare_year, open_month
from tests.audit.books import FEBRUARY, MARCH, paid, seal, statement, take
from tests.samples import posted_three

MONTH = BookingMonth(2022, 2)
PARTY = "amt"
PERSONS = ("A. Leitung", "B. Prüfung")


def written(*parts: str) -> bytes:
    """Return a month's text as the writer would leave it after these batches."""
    text = b""
    for number, part in enumerate(parts, start=1):
        batch = part.encode()
        text += batch + batches.closing(batch, PARTY, MONTH, number)
    return text


TEXT = written(
    canonical.HEAD + '\n2022-02-01 custom "buchungsmonat" "2022-02"\n',
    '\n2022-02-03 custom "haushaltsansatz" "010102" "2022" 100.00 EUR "ansatz"\n',
    "\n2022-02-05 open Aktiva:2800-Bank EUR\n2022-02-05 open Aktiva:2900-RAP EUR\n",
)
FLOCKS = TEXT.split(b"\n\n")


def told(text: bytes, stated: int = 3, month: BookingMonth = MONTH, party: str = PARTY) -> list[str]:
    return [str(one.text) for one in batches.misfits(text, party, month, stated)]


def test_what_was_written_fits() -> None:
    assert told(TEXT) == []
    assert batches.count(TEXT) == 3
    assert b'\n2022-02-05 custom "buchungsstapel" "3" "' in TEXT, "the day of the batch's last entry"


@given(st.integers(0, len(TEXT) - 1), st.integers(0, 255))
def test_any_other_byte_is_told(at: int, byte: int) -> None:
    changed = TEXT[:at] + bytes([byte]) + TEXT[at + 1 :]
    assert (told(changed) == []) == (changed == TEXT)


@given(st.integers(0, len(TEXT)), st.binary(min_size=1, max_size=40))
def test_anything_put_in_is_told(at: int, more: bytes) -> None:
    assert told(TEXT[:at] + more + TEXT[at:])


@given(st.integers(0, len(TEXT) - 1), st.integers(1, len(TEXT)))
def test_anything_taken_out_is_told(at: int, count: int) -> None:
    assert told(TEXT[:at] + TEXT[at + count :])


@given(st.permutations(FLOCKS))
def test_another_order_is_told(flocks: list[bytes]) -> None:
    text = b"\n\n".join(one.rstrip(b"\n") for one in flocks) + b"\n"
    assert (told(text) == []) == (flocks == FLOCKS)


def test_a_batch_of_another_month_or_book_or_twice_is_told() -> None:
    assert len(told(TEXT, month=MARCH)) == 3
    assert len(told(TEXT, party="adorf")) == 3
    again = TEXT + TEXT[TEXT.rindex(b"\n2022-02-05 open Aktiva:2800") :]
    assert told(again) == ["Buchungsstapel 3 steht hier, 4 wäre an der Reihe"]


def test_each_place_is_named() -> None:
    first, second = (found.end() for found in list(re.finditer(rb'"buchungsstapel".*\n', TEXT))[:2])
    without = TEXT[:first] + TEXT[second:]
    assert told(without) == ["Buchungsstapel 3 steht hier, 2 fehlt davor"]
    assert told(TEXT[:second]) == [f"{TOP_FILE} nennt 3 Buchungsstapel, der letzte hier ist 2"]
    [more] = batches.misfits(TEXT + b"\n2022-02-06 close Aktiva:2800-Bank\n", PARTY, MONTH, 3)
    assert more.text == f"Zeile {more.line} gehört zu keinem Buchungsstapel"
    assert more.line == TEXT.count(b"\n") + 2
    [changed] = batches.misfits(TEXT.replace(b"100.00", b"100.01"), PARTY, MONTH, 3)
    assert (changed.line, changed.text) == (
        11,
        "Buchungsstapel 2 (Zeile 11 bis 13) ist nicht, wie kkd ihn schrieb",
    )


# ------------------------------------------------------------------------------------------------------ in a book


@pytest.fixture
def office(tmp_path: Path) -> Book:
    return posted_three(tmp_path, "amt")


def of_month(book: Book, *, full: bool = False) -> list[str]:
    return [
        f"{one.place.file}: {one.text}" for one in compared(book, full=full) if one.kind.code == "KKD-T10"
    ]


def unproved(book: Book) -> list[str]:
    return [f"{one.place.file}: {one.text}" for one in compared(book) if one.kind.code == "KKD-T13"]


def change(book: Book, old: str, new: str, month: BookingMonth = FEBRUARY) -> None:
    path = book.month_file(month)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def made_before(book: Book) -> None:
    """Let a book be as it was made before there were batches."""
    top = topfile.read(book.top_file.read_text(encoding="utf-8"), TOP_FILE)
    for month in top.months:
        path = book.month_file(month)
        text = re.sub(r';\n\S+ custom "buchungsstapel" .*\n', "", path.read_text(encoding="utf-8"))
        path.write_text(text, encoding="utf-8")
    text = topfile.write(top.options["title"], top.months, top.head, top.last)
    book.top_file.write_text(text, encoding="utf-8")


def stated(book: Book) -> dict[str, int] | None:
    top = topfile.read(book.top_file.read_text(encoding="utf-8"), TOP_FILE)
    return None if top.batches is None else {str(month): count for month, count in top.batches.items()}


def say(book: Book, state: YearState) -> None:
    declare_year(book, 2021, state, Declared("L. Beispiel"), today=dt.date(2022, 2, 20))


def test_every_writing_ends_its_batch(office: Book) -> None:
    assert stated(office) == {"2022-02": 3}
    say(office, YearState.PROVISIONALLY_CLOSED)
    open_month(office, MARCH)
    assert stated(office) == {"2022-02": 4, "2022-03": 1}
    assert of_month(office) == []


def test_a_later_writing_covers_nothing_that_stands_there_already(office: Book) -> None:
    path = office.month_file(FEBRUARY)
    before = path.read_text(encoding="utf-8")
    more = '\n2022-02-16 custom "haushaltsansatz" "010102" "2022" 9.00 EUR "ansatz"\n'
    path.write_text(before + more, encoding="utf-8")
    assert len(of_month(office)) == 1
    say(office, YearState.PROVISIONALLY_CLOSED)
    assert len(of_month(office)) == 1, "it is still told"
    change(office, more, "")
    assert of_month(office) == [], "what came after it was right all the time"


def test_what_was_cut_off_is_told_whatever_is_written_then(office: Book) -> None:
    path = office.month_file(FEBRUARY)
    whole = path.read_text(encoding="utf-8")
    second = [found.end() for found in re.finditer(r'"buchungsstapel".*\n', whole)][1]
    path.write_text(whole[:second], encoding="utf-8")
    assert of_month(office) == [
        "2022/2022-02.beancount: main.beancount nennt 3 Buchungsstapel, der letzte hier ist 2"
    ]
    say(office, YearState.PROVISIONALLY_CLOSED)
    assert of_month(office) == ["2022/2022-02.beancount: Buchungsstapel 4 steht hier, 3 fehlt davor"]


def test_a_book_of_before_is_taken_over_by_its_first_writing(office: Book) -> None:
    open_month(office, MARCH)
    made_before(office)
    assert of_month(office) == []
    assert unproved(office) == ["main.beancount: genannt ist keiner, auch nicht für 2022-02"]
    say(office, YearState.PROVISIONALLY_CLOSED)
    assert stated(office) == {"2022-02": 1, "2022-03": 1}, "every open month, also where nothing is added"
    assert of_month(office) == unproved(office) == []
    change(office, "erfasst-am: 2022-02-15", "erfasst-am: 2022-02-14")
    assert len(of_month(office)) == 1


def test_text_of_later_days_was_never_written_without(office: Book) -> None:
    """Whoever takes all ends out makes no book of before of it: it is told, and no command takes the text over."""
    made_before(office)
    change(office, "erfasst-am: 2022-02-15", "erfasst-am: 2026-12-01")
    wanted = "kein Buchungsstapel belegt den Text; seit dem 30.11.2026 hat jeder Text einen"
    assert of_month(office) == [f"2022/2022-02.beancount: {wanted}"]
    assert unproved(office) == []
    with pytest.raises(BookRefused, match="kein Buchungsstapel, obwohl nach dem"):
        open_month(office, MARCH)
    assert batches.is_later(b"", BookingMonth(2027, 1))
    assert not batches.is_later(b"", BookingMonth(2026, 12)), "a book of before may have opened it ahead"


def test_a_closed_month_needs_none_until_it_is_opened_again(office: Book) -> None:
    made_before(office)
    seal(office, FEBRUARY)
    open_month(office, MARCH)
    assert stated(office) == {"2022-03": 1}
    assert of_month(office, full=True) == []
    reopen(office, FEBRUARY, reason="Beleg nachgereicht", by=PERSONS, today=MARCH.first_day)
    assert stated(office) == {"2022-02": 1, "2022-03": 1}
    assert of_month(office, full=True) == []
    seal(office, FEBRUARY)
    assert stated(office) == {"2022-03": 1}


def test_nobody_makes_a_book_older_by_taking_out_the_line(office: Book) -> None:
    text = office.top_file.read_text(encoding="utf-8")
    office.top_file.write_text(re.sub(";; Buchungsstapel.*\n", "", text), encoding="utf-8")
    assert of_month(office) == [
        "main.beancount: Buchungsstapel der offenen Monate: 2022-02 hat 3, genannt ist keiner"
    ]
    office.top_file.write_text(text, encoding="utf-8")
    seal(office, FEBRUARY)
    open_month(office, MARCH)
    made_before_open = office.month_file(MARCH)
    made_before_open.write_text(
        re.sub(r';\n\S+ custom "buchungsstapel" .*\n', "", made_before_open.read_text(encoding="utf-8")),
        encoding="utf-8",
    )
    text = office.top_file.read_text(encoding="utf-8")
    office.top_file.write_text(re.sub(";; Buchungsstapel.*\n", "", text), encoding="utf-8")
    assert of_month(office, full=True) == [
        "main.beancount: Buchungsstapel der offenen Monate: die Zeile fehlt ganz, "
        "abgeschlossene Monate haben Buchungsstapel"
    ]


def test_the_job_ends_its_batches_like_everybody(office: Book, tmp_path: Path) -> None:
    open_month(office, MARCH)
    take(office, statement(tmp_path, MARCH, [paid(MARCH)]), MARCH.last_day)
    assert stated(office) == {"2022-02": 3, "2022-03": 2}
    assert of_month(load_book(office.root)) == []
    change(office, "Archiv 2021", "Archiv 2020", MARCH)
    assert len(of_month(office)) == 1


def test_a_text_without_an_end_of_a_batch_is_parted_as_it_is() -> None:
    assert batch_ends.parted("") == "\n"
