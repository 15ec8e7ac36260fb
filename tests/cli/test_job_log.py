"""The log of the monthly run: a parseable line for every run, also for a failed one."""

import errno
import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kkd_ledger.cli import main
from kkd_ledger.errors import BookBusy, EntryRefused, Problem, StorageFailed
from kkd_ledger.work.month import month
from tests.samples import replace_once, sample_books, tree

TODAY = ("--today", "2024-04-30")
PROBLEM = Problem("2024/2024-03.beancount", "Zeile 7", "Schuld", "Sühne")


@pytest.fixture
def town(tmp_path: Path) -> Path:
    return sample_books(tmp_path) / "biedenkopf"


def run(book: Path, *words: str) -> tuple[int, list[dict[str, Any]]]:
    """Run with a log beside the book; return the status and every line of the log."""
    log = book.with_name("log.jsonl")
    status = main(["month", str(book), *words, "--log", str(log), *TODAY])
    return status, [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


def failing(error: BaseException) -> Callable[..., Any]:
    def run_month(*_: object, **__: object) -> None:
        raise error

    return run_month


def test_a_run_without_anything_to_do_is_logged(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["month", str(town), "--all", *TODAY])
    capsys.readouterr()
    status, lines = run(town, "--all", "--json")
    said = {"book": "biedenkopf", "month": None, "changed": False, "finished": []}
    assert (status, json.loads(capsys.readouterr().out)) == (0, said)
    (line,) = lines
    assert line.pop("at") > "2026"
    assert line == {"day": "2024-04-30", "status": 0} | said


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (EntryRefused([PROBLEM]), 3, f"Buchung abgelehnt:\n  {PROBLEM}"),
        (BookBusy(Path("amt"), "Prozess 7"), 4, "wird gerade beschrieben: Prozess 7"),
        (StorageFailed(Path("amt"), OSError(errno.ENOSPC, "no")), 5, "kein Platz mehr"),
        (PermissionError(errno.EACCES, "no", "amt"), 5, "PermissionError"),
        (ZeroDivisionError("durch null"), 70, "ZeroDivisionError: durch null"),
        (KeyboardInterrupt(), 130, "KeyboardInterrupt"),
    ],
    ids=lambda one: type(one).__name__ if isinstance(one, BaseException) else "",
)
def test_a_failed_run_is_logged(
    town: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, status: int, said: str
) -> None:
    monkeypatch.setattr(month, "run_month", failing(error))
    ended, (line,) = run(town, "--all")
    assert (ended, line["status"]) == (status, status)
    assert (line["book"], line["month"]) == ("biedenkopf", "2024-03")
    assert said in line["error"]
    assert line["problems"] == ([PROBLEM.as_json()] if status == 3 else [])


def test_a_run_that_cannot_even_begin_is_logged(town: Path) -> None:
    replace_once(town / "book.toml", "[policy]", '[policy]\nfarbe = "rot"')
    status, (line,) = run(town, "2024-03")
    assert (status, line["status"], line["month"]) == (3, 3, "2024-03")
    assert "policy.farbe" in line["error"]
    assert run(town)[1][1]["status"] == 2, "neither a month nor --all"


def test_a_second_month_that_fails_keeps_the_line_of_the_first(
    town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = iter((month.run_month, failing(BookBusy(town, "Prozess 7"))))

    def run_month(*words: Any, **more: Any) -> Any:
        return next(calls)(*words, **more)

    monkeypatch.setattr(month, "run_month", run_month)
    status, lines = run(town, "--all")
    assert (status, [(line["month"], line["status"]) for line in lines]) == (
        4,
        [("2024-03", 0), ("2024-04", 4)],
    )


def test_half_a_line_of_a_killed_run_spoils_no_other(town: Path) -> None:
    log = town.with_name("log.jsonl")
    log.write_bytes(b'{"day": "2024-0')
    main(["month", str(town), "--all", "--log", str(log), *TODAY])
    half, *lines = log.read_text(encoding="utf-8").splitlines()
    assert half == '{"day": "2024-0'
    assert [json.loads(line)["month"] for line in lines] == ["2024-03", "2024-04"]


def test_a_log_that_refuses_stops_nothing_and_shows_in_the_status(
    town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = town / "kein-ordner" / "log.jsonl"
    assert main(["month", str(town), "--all", "--log", str(log), *TODAY]) == 5
    told = capsys.readouterr()
    assert told.err.count(f"{log}: Das Protokoll hat die Zeile nicht angenommen: nicht vorhanden.") == 2
    assert "Monatslauf April 2024" in told.out
    assert (town / "2024" / "2024-04.beancount").exists()


def test_a_dry_run_writes_no_line_and_shows_what_all_months_would_do_once(
    town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = tree(town.parent)
    log = town.with_name("log.jsonl")
    assert main(["month", str(town), "--all", "--dry-run", "--log", str(log), *TODAY]) == 0
    assert tree(town.parent) == before
    said = capsys.readouterr().out
    assert said.count("Probelauf: nichts wurde geschrieben. Geschrieben würden: ") == 1
    assert [said.count(f"\n--- 2024-0{month}\n") for month in (3, 4)] == [1, 1]


def test_a_name_that_is_no_text_spoils_neither_the_log_nor_the_json(
    town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox = town / "inbox"
    (inbox / "2024-04.xml").rename(inbox / os.fsdecode(b"apr\xe4.xml"))
    (inbox / os.fsdecode(b"kein\xe4.xml")).write_bytes(b"x")
    status, (line,) = run(town, "2024-03", "--json")
    assert (status, line["later"], [one["file"] for one in line["rejected"]]) == (
        3,
        ["apr\\udce4.xml"],
        ["kein\\udce4.xml"],
    )
    out = capsys.readouterr().out
    assert json.loads(out.encode("utf-8"))["later"] == line["later"]


def test_trouble_with_the_output_stops_no_month(town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(errno.ENOSPC, "no")

    monkeypatch.setattr(sys, "stdout", Full())
    status, lines = run(town, "--all")
    assert (status, [(line["month"], line["status"]) for line in lines]) == (
        5,
        [("2024-03", 0), ("2024-04", 0)],
    )


def test_a_month_that_was_run_is_told_of_though_the_next_one_fails(
    town: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    calls = iter((month.run_month, failing(BookBusy(town, "Prozess 7"))))

    def run_month(*words: Any, **more: Any) -> Any:
        return next(calls)(*words, **more)

    monkeypatch.setattr(month, "run_month", run_month)
    assert main(["month", str(town), "--all", *TODAY]) == 4
    told = capsys.readouterr()
    assert "Monatslauf März 2024" in told.out
    assert "wird gerade beschrieben: Prozess 7" in told.err
