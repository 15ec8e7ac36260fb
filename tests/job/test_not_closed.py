"""A run that breaks off behind its bookings says what it booked: at closing the month, or at the check after it."""

import datetime as dt
import errno
import json
import os
import shutil
from pathlib import Path

import pytest

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.cli import main
from kkd_ledger.errors import BookBusy, KkdError
from kkd_ledger.job import month
from ledgers.statements import camt
from tests.job.test_intake import OWN, bank_lines, pays, statement
from tests.samples import posted_three, replace_once


@pytest.fixture(scope="module")
def posted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("posted")
    posted_three(folder, "amt")
    replace_once(folder / "amt" / "book.toml", "[policy]", "[policy]\nclose_months = true")
    assert main(["close", str(folder / "amt"), "2022-02", "--by", "S. Muster", "--today", "2022-03-31"]) == 0
    return folder


@pytest.fixture
def amt(posted: Path, tmp_path: Path) -> Book:
    """A book in which a run of March closes it."""
    book = load_book(shutil.copytree(posted, tmp_path / "books") / "amt")
    (book.root / "inbox").mkdir(exist_ok=True)
    statement(book.root / "inbox" / "3.xml", [pays(3)], first=1, last=31, opening=0, number=1)
    return book


def no_space() -> OSError:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "2022/2022-03.seal.json")


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (no_space(), 5, "2022/2022-03.seal.json: auf dem Datenträger ist kein Platz mehr."),
        (BookBusy(Path("amt"), "PID 1"), 4, "Das Buch amt wird gerade beschrieben: PID 1. "),
    ],
)
@pytest.mark.parametrize("place", ["_close", "check"])
def test_what_was_booked_is_told(
    amt: Book,
    *,
    error: KkdError | OSError,
    status: int,
    said: str,
    place: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise error

    run = ["month", str(amt.root), "2022-03", "--today", "2022-04-02"]
    log = amt.root.parent / "log.jsonl"
    with monkeypatch.context() as patch:
        patch.setattr(month, place, fail)
        assert main([*run, "--log", str(log)]) == status
    told = capsys.readouterr().out
    how = (
        "und abgeschlossen, aber danach nicht mehr geprüft"
        if place == "check"
        else "aber nicht abgeschlossen"
    )
    between = " " if place == "check" else ", "
    assert f"  ABBRUCH Gebucht{between}{how}: {said}" in told
    assert "1        1.100,00 EUR  Anforderungen zugeordnet" in told
    assert ("Der nächste Lauf schließt den Monat ab." in told) == (place == "_close")
    (line,) = map(json.loads, log.read_text(encoding="utf-8").splitlines())
    assert (line["status"], len(line["lines"]), line["trouble"][: len(said)]) == (status, 1, said)
    assert bank_lines(amt) == [("2022-03-03", 110_000)]
    assert main(run) == 0
    assert (amt.root / "2022" / "2022-03.seal.json").exists()


def test_the_months_behind_it_wait_for_the_next_run(amt: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """A book never holds April while March, which is over and complete, is only not closed yet."""

    def fail(*_: object) -> None:
        raise no_space()

    april = camt(OWN, "Amt", [], first=dt.date(2022, 4, 1), number=2, opening=110_000)
    (amt.root / "inbox" / "4.xml").write_text(april, encoding="utf-8")
    run = ["month", str(amt.root), "--all", "--today", "2022-05-02"]
    with monkeypatch.context() as patch:
        patch.setattr(month, "_close", fail)
        assert main(run) == 5
    assert [path.name for path in (amt.root / "inbox").iterdir()] == ["4.xml"]
    assert not (amt.root / "2022" / "2022-04.beancount").exists()
    assert main(run) == 0
    assert (amt.root / "2022" / "2022-04.seal.json").exists()


def test_a_summary_that_cannot_be_read_to_its_end_says_so(
    amt: Book, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise no_space()

    monkeypatch.setattr("kkd_ledger.job.report.unclear_documents", fail)
    assert main(["month", str(amt.root), "2022-03", "--today", "2022-04-02"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert "       1        1.100,00 EUR  Anforderungen zugeordnet (Eingang)" in told
    assert told[-1] == (
        "  Der Rest dieser Zusammenfassung fehlt: "
        "2022/2022-03.seal.json: auf dem Datenträger ist kein Platz mehr."
    )
