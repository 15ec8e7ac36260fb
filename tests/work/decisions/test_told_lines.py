"""What a treasurer reads of a line that nobody could place: who paid, what was said, why, and what to type."""

import datetime as dt
import re
from pathlib import Path

import pytest

from kkd_ledger.book.config import load_book
from kkd_ledger.cli import main
from kkd_ledger.work.month.month import run_month
from kkd_ledger.work.month.report import month_text
from ledgers.statements import Entry
from tests.samples import posted_three
from tests.work.statements.test_intake import ADORF, MARCH, STRANGER, TODAY, day, statement

LONG = "Umlage für den Archivverbund laut Schreiben vom 12. Februar, zweite Hälfte des Jahres"


@pytest.fixture
def told(tmp_path: Path) -> tuple[Path, str]:
    """A member's book with two lines on its pooled account that wait, and what the run said."""
    posted_three(tmp_path, "adorf")
    book = load_book(tmp_path / "adorf")
    lines = [
        Entry(day(4), -4_711, "Stadtwerke", STRANGER, text="Strom"),
        Entry(day(5), -123_456, "Amt Nirgendwo", STRANGER, text=LONG),
    ]
    (book.root / "inbox").mkdir(exist_ok=True)
    file = book.root / "inbox" / "a.xml"
    statement(file, lines, first=1, last=31, opening=1_000_000, number=1, account=ADORF)
    return book.root, month_text(run_month(book, MARCH, today=TODAY))


def test_the_run_says_who_paid_and_what_to_type(told: tuple[Path, str]) -> None:
    _, text = told
    assert re.search(
        r"^ {10}04\.03\.2022 +-47,11 EUR  Stadtwerke \| Strom: nichts passt zu einem offenen Posten \[1:[-\w]+\]$",
        text,
        re.MULTILINE,
    )
    long = next(line for line in text.splitlines() if "Amt Nirgendwo" in line)
    who = long.partition(" EUR  ")[2].partition("…: ")[0] + "…"
    assert (len(who), f"Amt Nirgendwo | {LONG}".startswith(who[:-1])) == (70, True)
    assert "`kkd decide BUCH SCHLÜSSEL --by NAME --reason GRUND`" in text


def test_what_status_advises_can_be_typed(told: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> None:
    book, _ = told
    status = ["status", str(book), "--today", str(dt.date(2022, 4, 2))]
    assert main(status) == 1
    out = capsys.readouterr().out
    assert f"Eine Zeile vom 05.03.2022 über -1.234,56 EUR (Amt Nirgendwo | {LONG}) wartet" in out
    (advice,) = re.findall(r"Zu tun: Über eine wartende Zeile entscheidet `kkd (.*?)` mit `(.*?)`", out)
    for key in re.findall(r"wartet auf eine Entscheidung: ([^\s;]+)", out):
        words = {"BUCH": str(book), "SCHLÜSSEL": key, "NAME": "S. Muster", "GRUND": "Strom"}
        typed = [words.get(word, word) for word in f"{advice[0]} {advice[1]}".split()]
        assert main([*typed, "--today", "2022-04-02"]) == 0
    assert main(status) == 0
