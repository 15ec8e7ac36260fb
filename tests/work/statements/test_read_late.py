"""A statement that is read late: the book has gone on behind its days, and what was settled there stays settled."""

import datetime as dt
import shutil
from pathlib import Path

import pytest

from kkd_ledger.book.certificate import Certificates, Fate
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.state.claims import claims
from kkd_ledger.book.text.reader import read
from kkd_ledger.errors import EntryRefused
from kkd_ledger.periods import BookingMonth
from kkd_ledger.references import payment_reference
from kkd_ledger.work.books.books import open_month
from kkd_ledger.work.decisions.decide import decide
from kkd_ledger.work.statements.importing import import_files
from ledgers.statements import Entry, camt
from tests.samples import by_us

OFFICE, OWN = "DE09999999999900100000", "DE75999999990065340010"
TODAY = dt.date(2022, 6, 30)
OPENINGS = {3: 0, 4: -110_000, 5: -220_000, 6: -110_000}
POSTEN, CENTS = "archiv-2021-adorf-1", 110_000


def line(day: dt.date, cents: int, returned: str = "") -> Entry:
    reference = payment_reference("ARCHIV2021990010011")
    return Entry(
        day, cents, "Amt", OFFICE, reference=reference, returned=returned, bank_reference=f"B{day:%m%d}"
    )


@pytest.fixture
def adorf(posted: Path, tmp_path: Path) -> Book:
    """The town's book: a share was paid in April, and the bank gave the money back in May; March was not read yet."""
    book = load_book(shutil.copytree(posted, tmp_path / "books") / "adorf")
    open_month(book, BookingMonth(2022, 6))
    later = [line(dt.date(2022, 4, 5), -CENTS), line(dt.date(2022, 5, 12), CENTS, returned="AC04")]
    for number, entry in enumerate(later, start=4):
        done = import_files(book, [statement(tmp_path, entry, number)], today=TODAY)
        assert [one.fate for one in done.lines] == [Fate.MATCHED]
    assert open_cents(book) == -CENTS
    return book


def statement(folder: Path, entry: Entry, number: int) -> Path:
    path = folder / f"auszug-{number}.xml"
    path.write_text(
        camt(OWN, "Adorf", [entry], first=entry.day.replace(day=1), number=number, opening=OPENINGS[number]),
        "utf-8",
    )
    return path


def open_cents(book: Book) -> int:
    return claims(book, read(book).records).items[POSTEN].open_cents


def test_a_line_before_the_payment_that_settled_its_item_waits(adorf: Book, tmp_path: Path) -> None:
    done = import_files(adorf, [statement(tmp_path, line(dt.date(2022, 3, 7), -CENTS), 3)], today=TODAY)
    (waits,) = done.lines
    assert waits.fate == Fate.WAITS
    assert waits.reasons == (
        f"{POSTEN}: der Posten war nach dem 07.03.2022 durch andere Buchungen schon beglichen",
    )
    assert open_cents(adorf) == -CENTS
    with pytest.raises(EntryRefused, match="durch andere Buchungen schon beglichen"):
        decide(adorf, waits.key, by="K. Kasse", reason="doppelt", today=TODAY, posten=POSTEN)
    decide(adorf, waits.key, by="K. Kasse", reason="gehört nicht hierher", today=TODAY)
    assert not Certificates(adorf.root).waiting
    assert not [told for told in by_us(adorf.root) if "(fehler)" in told]


def test_a_line_behind_what_came_back_settles_the_item(adorf: Book, tmp_path: Path) -> None:
    done = import_files(adorf, [statement(tmp_path, line(dt.date(2022, 6, 3), -CENTS), 6)], today=TODAY)
    assert [one.fate for one in done.lines] == [Fate.MATCHED]
    assert open_cents(adorf) == 0
