"""Running anything again changes nothing, whatever the statement is called and whatever cache is gone."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kkd_ledger.book.config import load_book
from kkd_ledger.book.store import journal
from kkd_ledger.book.text import reader
from kkd_ledger.book.text.reader import read
from kkd_ledger.cli import main
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.books.books import open_month
from tests.faults.scenarios import BOOK, IMPORT, MONTH, POST, Scenario
from tests.samples import three_parties, tree

FEBRUARY, MARCH = BookingMonth(2022, 2), BookingMonth(2022, 3)


def run(folder: Path, scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.chdir(folder)
    return main(list(scenario.words))


@pytest.fixture
def done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run the month once; the inbox holds only what is later."""
    MONTH.build(tmp_path)
    assert run(tmp_path, MONTH, monkeypatch) == 3, "two files were rejected"
    return tmp_path


@pytest.mark.parametrize("scenario", [MONTH, POST, IMPORT], ids=lambda scenario: scenario.name)
def test_twice_is_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], scenario: Scenario
) -> None:
    scenario.build(tmp_path)
    run(tmp_path, scenario, monkeypatch)
    once = tree(tmp_path)
    capsys.readouterr()
    assert run(tmp_path, scenario, monkeypatch) in {0, 1}
    assert tree(tmp_path) == once
    assert "Nichts" in capsys.readouterr().out


@pytest.mark.parametrize(
    "names", [["umsatz.xml"], ["MAERZ.XML"], ["auszug.txt"], ["auszug"], ["a.xml", "b.sta", "c"]]
)
def test_a_statement_that_comes_again_under_another_name(
    done: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], names: list[str]
) -> None:
    book = done / BOOK
    once = tree(book)
    (archived,) = (book / "archive").iterdir()
    shutil.rmtree(book / ".kkd")
    for name in names:
        shutil.copy(archived, book / "inbox" / name)
    capsys.readouterr()
    assert run(done, MONTH, monkeypatch) == 1, "the two rejected files still lie there"
    assert tree(book) == once, "not even a second copy in the archive"
    out = capsys.readouterr().out
    assert "In inbox/rejected/ liegen 2 abgelehnte Dateien: fremd.xml, halb.xml;" in out
    assert "Nichts Neues: der Lauf hat nichts geändert." in out


def test_two_copies_at_once_are_archived_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    MONTH.build(tmp_path)
    inbox = tmp_path / BOOK / "inbox"
    shutil.copy(inbox / "2022-03.xml", inbox / "kopie.txt")
    run(tmp_path, MONTH, monkeypatch)
    assert len(list((tmp_path / BOOK / "archive").iterdir())) == 1
    assert sorted(path.name for path in inbox.iterdir()) == ["2022-04.xml", "rejected"]


def test_a_rejected_file_comes_again_and_another_of_its_name_too(
    done: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox, rejected = done / BOOK / "inbox", done / BOOK / "inbox" / "rejected"
    once = tree(done)
    shutil.copy(rejected / "halb.xml", inbox)
    assert run(done, MONTH, monkeypatch) == 3
    assert tree(done) == once
    (inbox / "halb.xml").write_text("<auch/>", encoding="utf-8")
    assert run(done, MONTH, monkeypatch) == 3
    added = {name: content for name, content in tree(done).items() if name not in once}
    other = f"{BOOK}/inbox/rejected/halb-a8af7431d403.xml"
    assert list(added) == [other, f"{other}.grund.txt"]
    assert added[other] == b"<auch/>"
    assert once.items() <= tree(done).items()


def test_a_file_that_is_replaced_during_the_run_stays(done: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bank's client writes a new file of the same name while the old one is being booked."""
    (archived,) = (done / BOOK / "archive").iterdir()
    waiting = done / BOOK / "inbox" / "umsatz.xml"
    shutil.copy(archived, waiting)
    stage = journal.Writer.commit

    def late(writer: journal.Writer, *words: object) -> object:
        waiting.write_bytes(b"neu")
        return stage(writer, *words)  # type: ignore[arg-type]

    monkeypatch.setattr(journal.Writer, "commit", late)
    run(done, MONTH, monkeypatch)
    assert waiting.read_bytes() == b"neu"


def test_a_book_that_another_process_founded_while_we_waited_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = load_book(three_parties(tmp_path) / BOOK)
    writing = journal.writing

    @contextmanager
    def late(root: Path) -> Iterator[journal.Writer]:
        monkeypatch.setattr(journal, "writing", writing)
        open_month(book, FEBRUARY)
        with writing(root) as writer:
            yield writer

    monkeypatch.setattr(journal, "writing", late)
    open_month(book, MARCH)
    assert read(book).months == (FEBRUARY, MARCH)
    assert len([record for record in read(book).records if type(record).__name__ == "Open"]) == 13


def test_a_reader_that_a_writer_overtakes_reads_again(done: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the first month's file and the second the whole import is written: old and new are not mixed."""
    book = load_book(done / BOOK)
    read_month = reader.read_month
    overtaken: list[BookingMonth] = []

    def slow(texts: reader.BookTexts, month: BookingMonth) -> object:
        records = read_month(texts, month)
        if not overtaken:
            overtaken.append(month)
            open_month(book, BookingMonth(2022, 4))
        return records

    monkeypatch.setattr(reader, "read_month", slow)
    reading = read(book)
    assert overtaken == [FEBRUARY]
    assert reading.months == (FEBRUARY, MARCH, BookingMonth(2022, 4))
