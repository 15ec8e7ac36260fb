"""Folders and files that are not what they seem: nothing outside the book is read, moved or opened to others."""

import datetime as dt
import io
import lzma
import os
import shutil
import zipfile
from pathlib import Path

import pytest

from kkd_ledger.bank.files.containers import members
from kkd_ledger.bank.files.limits import DEFAULT_LIMITS, Limits
from kkd_ledger.bank.files.reading import read
from kkd_ledger.book.config import Book
from kkd_ledger.cli import main
from kkd_ledger.errors import BookRefused, StatementRefused, UsageError
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.books.books import open_month
from kkd_ledger.work.month.month import run_month, waiting_months
from tests.work.statements.test_hostile_inbox import GOOD, zipped

MARCH = BookingMonth(2022, 3)
TODAY = dt.date(2022, 4, 30)


def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "bank"
    folder.mkdir()
    (folder / "brief.txt").write_bytes(b"geheim")
    (folder / "auszug.xml").write_text(GOOD, encoding="utf-8")
    return folder


@pytest.mark.parametrize("inside", [False, True])
def test_an_inbox_that_is_a_link_is_never_emptied(amt: Book, tmp_path: Path, *, inside: bool) -> None:
    folder = outside(tmp_path)
    if inside:
        folder = folder.rename(amt.root / "anders")
    shutil.rmtree(amt.root / "inbox", ignore_errors=True)
    (amt.root / "inbox").symlink_to(folder)
    for run in (lambda: run_month(amt, MARCH, today=TODAY), lambda: waiting_months(amt, TODAY)):
        with pytest.raises(BookRefused, match="ist eine Verknüpfung"):
            run()
    assert sorted(path.name for path in folder.iterdir()) == ["auszug.xml", "brief.txt"]
    assert main(["month", str(amt.root), "--all", "--today", "2022-04-30"]) == 3


def test_an_inbox_that_is_a_file_is_not_an_empty_one(amt: Book) -> None:
    shutil.rmtree(amt.root / "inbox", ignore_errors=True)
    (amt.root / "inbox").write_text(GOOD, encoding="utf-8")
    assert main(["month", str(amt.root), "2022-03", "--today", "2022-04-30"]) == 3
    assert main(["month", str(amt.root), "--all", "--today", "2022-04-30"]) == 3
    assert (amt.root / "inbox").read_text(encoding="utf-8") == GOOD


@pytest.mark.parametrize("linked", ["archive", "2022"])
def test_nothing_is_written_through_a_link_out_of_the_book(amt: Book, tmp_path: Path, linked: str) -> None:
    folder = tmp_path / "fremd"
    if (amt.root / linked).exists():
        (amt.root / linked).rename(folder)
    else:
        folder.mkdir()
    (amt.root / linked).symlink_to(folder)
    (amt.root / "inbox").mkdir(exist_ok=True)
    (amt.root / "inbox" / "auszug.xml").write_text(GOOD, encoding="utf-8")
    before = sorted(path.name for path in folder.iterdir())
    with pytest.raises(BookRefused, match="eine Verknüpfung"):
        run_month(amt, MARCH, today=TODAY)
    assert sorted(path.name for path in folder.iterdir()) == before
    assert (amt.root / "inbox" / "auszug.xml").exists()


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o400, 0o644])
def test_a_file_keeps_its_rights_wherever_it_goes(amt: Book, tmp_path: Path, mode: int) -> None:
    (amt.root / "inbox").mkdir(exist_ok=True)
    for name, content in (("gut.xml", GOOD), ("brief.txt", "geheim")):
        (amt.root / "inbox" / name).write_text(content, encoding="utf-8")
        (amt.root / "inbox" / name).chmod(mode)
    run_month(amt, MARCH, today=TODAY)
    rejected = amt.root / "inbox" / "rejected"
    (kept,) = (amt.root / "archive").iterdir()
    for path in (kept, rejected / "brief.txt", rejected / "brief.txt.grund.txt"):
        assert path.stat().st_mode & 0o777 == mode


def test_an_imported_file_is_kept_with_its_rights(amt: Book, tmp_path: Path) -> None:
    mine = tmp_path / "auszug.xml"
    mine.write_text(GOOD, encoding="utf-8")
    mine.chmod(0o600)
    assert main(["import", str(amt.root), str(mine), "--today", "2022-04-30"]) in {0, 1}
    (kept,) = (amt.root / "archive").iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("what", ["pipe", "device", "folder", "nothing"])
def test_what_is_no_file_is_refused_at_once(
    amt: Book, tmp_path: Path, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "strange"
    if what == "pipe":
        os.mkfifo(path)
    elif what == "folder":
        path.mkdir()
    elif what == "device":
        path = Path("/dev/zero")
    assert main(["import", str(amt.root), str(path), "--today", "2022-04-30"]) == 3
    assert main(["statement", str(path)]) == 3
    told = capsys.readouterr()
    assert "gefunden: " in told.err
    assert "Traceback" not in told.err


def test_of_several_files_those_that_can_be_taken_are(
    amt: Book, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "gut.xml", tmp_path / "schlecht.xml"
    good.write_text(GOOD, encoding="utf-8")
    bad.write_bytes(b"<Document>")
    assert main(["import", str(amt.root), str(bad), str(good), "--today", "2022-04-30"]) == 3
    told = capsys.readouterr().out
    assert "Kontoauszüge gebucht: " in told
    assert "  ABGELEHNT schlecht.xml" in told
    assert len(list((amt.root / "archive").iterdir())) == 1


def test_a_mistyped_year_opens_nothing(amt: Book) -> None:
    with pytest.raises(UsageError, match="2199-12 liegt mehr als 36 Monate nach dem neuesten Monat"):
        open_month(amt, BookingMonth(2199, 12))
    assert not (amt.root / "2199").exists()


def test_a_container_is_judged_by_its_directory_before_it_is_unpacked() -> None:
    noise = [(f"{number}.xml", os.urandom(30_000)) for number in range(4)]
    few = Limits(file_bytes=100_000)
    with pytest.raises(StatementRefused, match="120000 Bytes; erlaubt: höchstens 100000 Bytes"):
        next(members(zipped(*noise), "a.zip", few))


def test_a_packing_that_banks_do_not_use_is_refused() -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_LZMA) as container:
        container.writestr("a.xml", lzma.compress(GOOD.encode()))
    with pytest.raises(StatementRefused, match="ein ungewöhnliches Packverfahren"):
        read(held.getvalue(), "a.zip")


def test_the_members_of_a_container_together_are_no_more_than_a_file() -> None:
    few = Limits(lines=3)
    with pytest.raises(StatementRefused, match="höchstens 3 Umsätze"):
        read(zipped(("a.xml", GOOD.encode()), ("b.xml", GOOD.encode())), "a.zip", few)
    assert len(read(zipped(("a.xml", GOOD.encode())), "a.zip", DEFAULT_LIMITS)) == 1
