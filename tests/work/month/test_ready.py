"""The monthly run says which months a person may close; it closes none itself, whatever book.toml says."""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
import shutil
from pathlib import Path

import pytest

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.cli import main
from kkd_ledger.periods import BookingMonth
from kkd_ledger.rules.engine.check import check
from kkd_ledger.work.month.month import run_month
from kkd_ledger.work.month.report import month_text
from ledgers.statements import Entry, camt
from tests.samples import posted_three, replace_once
from tests.work.statements.test_intake import OWN, bank_lines, pays, statement

FEBRUARY, MARCH, APRIL = (BookingMonth(2022, month) for month in (2, 3, 4))
TODAY = dt.date(2022, 4, 2)


@pytest.fixture(scope="module")
def posted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("posted")
    posted_three(folder, "amt")
    assert main(["close", str(folder / "amt"), "2022-02", "--by", "S. Muster", "--today", "2022-03-31"]) == 0
    return folder


@pytest.fixture
def amt(posted: Path, tmp_path: Path) -> Book:
    """A book in which a run of March leaves nothing to decide."""
    book = load_book(shutil.copytree(posted, tmp_path / "books") / "amt")
    (book.root / "inbox").mkdir(exist_ok=True)
    statement(book.root / "inbox" / "3.xml", [pays(3)], first=1, last=31, opening=0, number=1)
    return book


def seals(book: Book) -> list[str]:
    return sorted(path.name for path in book.root.glob("*/*.seal*.json"))


def test_the_run_says_what_is_ready_and_a_person_closes_it(amt: Book) -> None:
    done = run_month(amt, MARCH, today=TODAY)
    assert done.ready == (MARCH,)
    assert (
        "  Zum Abschluss bereit: 2022-03. Abschließen kann nur ein Mensch: `kkd close BUCH 2022-03 --by NAME`"
        in month_text(done)
    )
    assert seals(amt) == ["2022-02.seal.json"]
    assert main(["close", str(amt.root), "2022-03", "--by", "S. Muster", "--today", "2022-04-02"]) == 0
    assert run_month(load_book(amt.root), MARCH, today=TODAY).ready == ()


def test_the_old_permission_closes_nothing_and_is_told(amt: Book, capsys: pytest.CaptureFixture[str]) -> None:
    replace_once(amt.config_file, "[policy]", "[policy]\nclose_months = true")
    assert main(["open", str(amt.root), "2022-03"]) == 0
    both = ["--by", "S. Muster", "--and", "L. Beispiel"]
    assert main(["confirm", str(amt.root), *both, "--today", "2022-03-31"]) == 0
    assert main(["month", str(amt.root), "--all", "--today", "2022-04-02"]) == 0
    told = capsys.readouterr().out
    assert "Der Lauf sagt, was bereit ist, und schließt nichts ab." in told
    assert "Zum Abschluss bereit: 2022-03." in told
    assert seals(amt) == ["2022-02.seal.json"]
    assert main(["month", str(amt.root), "--all", "--today", "2022-04-02"]) == 0
    assert seals(amt) == ["2022-02.seal.json"]


def test_several_months_are_ready_in_their_order(amt: Book) -> None:
    april = camt(OWN, "Amt", [], first=dt.date(2022, 4, 1), number=2, opening=110_000)
    (amt.root / "inbox" / "4.xml").write_text(april, encoding="utf-8")
    today = dt.date(2022, 5, 1)
    run_month(amt, MARCH, today=today)
    done = run_month(load_book(amt.root), APRIL, today=today)
    assert done.ready == (MARCH, APRIL)
    assert "Zum Abschluss bereit: 2022-03 bis 2022-04, 2022-03 zuerst. " in month_text(done)


@pytest.mark.parametrize(
    "not_ready",
    ["not over", "not told to its end", "something is found", "a file is refused", "a dry run"],
)
def test_a_month_that_is_not_done_is_not_ready(amt: Book, not_ready: str) -> None:
    file, today, dry_run = amt.root / "inbox" / "3.xml", TODAY, False
    match not_ready:
        case "not over":
            today = dt.date(2022, 3, 30)
            statement(file, [pays(3)], first=1, last=30, opening=0, number=1)
        case "not told to its end":
            statement(file, [pays(3)], first=1, last=30, opening=0, number=1)
        case "something is found":
            old = Entry(dt.date(2022, 3, 1), 4_711, "Niemand", "DE75999999990065340010", text="Zuviel")
            replace_once(amt.config_file, "unclear_days_max = 30", "unclear_days_max = 3")
            statement(file, [old], first=1, last=31, opening=0, number=1)
        case "a file is refused":
            (amt.root / "inbox" / "schlecht.xml").write_text("<Document>", encoding="utf-8")
        case _:
            dry_run = True
    assert run_month(load_book(amt.root), MARCH, today=today, dry_run=dry_run).ready == ()


def test_the_log_names_what_is_ready(amt: Book) -> None:
    log = amt.root.parent / "log.jsonl"
    assert main(["month", str(amt.root), "2022-03", "--today", "2022-04-02", "--log", str(log)]) == 0
    (line,) = map(json.loads, log.read_text(encoding="utf-8").splitlines())
    assert (line["status"], line["ready"]) == (0, ["2022-03"])
    assert bank_lines(amt) == [("2022-03-03", 110_000)]


def test_a_month_that_a_job_closed_stays_valid(amt: Book) -> None:
    """Until 2026-11-29 a job could close a month in the name of its general order, without an act."""
    import hashlib

    link = amt.root / "2022" / "2022-02.seal.json"
    before = hashlib.sha256(link.read_bytes()).hexdigest()
    data = json.loads(link.read_bytes()) | {"akte": [], "von": "AZAO-1"}
    link.write_text(json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    replace_once(amt.top_file, before, hashlib.sha256(link.read_bytes()).hexdigest())
    told = check(load_book(amt.root), full=True)
    assert [finding.text for finding in told] == [
        "Glied 1, 2022/2022-02.seal.json: AZAO-1 ist genannt, kein Akt steht dafür"
    ]
    order = '[[standing_orders]]\nid = "AZAO-1"\nsigned_by = "S. Muster"\nfrom = 2022-01-01\n'
    amt.config_file.write_text(f"{amt.config_file.read_text('utf-8')}\n{order}", encoding="utf-8")
    assert "KKD-Z08" not in {finding.kind.code for finding in check(load_book(amt.root), full=True)}


def no_space() -> OSError:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "2022/2022-03.seal.json")


def test_a_summary_that_cannot_be_read_to_its_end_says_so(
    amt: Book, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise no_space()

    monkeypatch.setattr("kkd_ledger.work.month.report.doubtful_documents", fail)
    assert main(["month", str(amt.root), "2022-03", "--today", "2022-04-02"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert "       1        1.100,00 EUR  Anforderungen zugeordnet (Eingang)" in told
    assert told[-1] == (
        "  Der Rest dieser Zusammenfassung fehlt: "
        "2022/2022-03.seal.json: auf dem Datenträger ist kein Platz mehr."
    )
