"""bean-check, with and without its cache, and `kkd check`, with and without states, find the same: code, file, line."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.cli import main
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.books.books import open_month
from tests.audit.books import BY, sealed_office
from tests.rules.test_findings import broken_book
from tests.samples import posted_three, replace_once

Found = list[tuple[str, str, int]]
_DAY = re.compile(r'"(\d{4}-\d\d-\d\d)')
_SAID = re.compile(r"(?m)^(?P<file>\S+?):(?P<line>\d+):\s+(?P<code>KKD-[A-Z]\d\d) ")


def by_bean_check(book: Book, cache: Path | None) -> Found:
    program = str(Path(sys.executable).with_name("bean-check"))
    environment = {key: value for key, value in os.environ.items() if not key.startswith("BEANCOUNT")}
    if cache:
        environment |= {"BEANCOUNT_LOAD_CACHE_FILENAME": str(cache / "{filename}.cache")}
    else:
        environment |= {"BEANCOUNT_DISABLE_LOAD_CACHE": "1"}
    command = [program, *(() if cache else ("--no-cache",)), str(book.top_file)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    said = done.stderr.replace(f"{book.root}/", "")
    found = sorted((one["code"], one["file"], int(one["line"])) for one in _SAID.finditer(said))
    assert done.returncode == bool(said.strip()), said
    return found


def by_kkd(book: Book, capsys: pytest.CaptureFixture[str], *words: str) -> Found:
    """On the last day of the newest month, as bean-check, or that of the last seal."""
    capsys.readouterr()
    newest = max(file.name[:7] for file in book.root.glob("20*/*.beancount"))
    sealed = [
        day for file in book.root.glob("20*/*.seal.json") for day in _DAY.findall(file.read_text("utf-8"))
    ]
    day = max(str(BookingMonth.parse(newest).last_day), *sealed, "")
    assert main(["check", str(book.root), "--json", "--today", day, *words]) in {0, 1}
    findings = json.loads(capsys.readouterr().out)["findings"]
    findings = [one for one in findings if one["code"] != "KKD-T13"]  # the comparison's, of books from before
    return sorted((one["code"], one["file"], one["line"]) for one in findings)


def all_ways(book: Book, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Found:
    """What all say; bean-check twice with its cache, so that it answers from it."""
    cache = tmp_path / "cache"
    cache.mkdir(exist_ok=True)
    found = by_kkd(book, capsys)
    assert by_kkd(book, capsys, "--full") == found
    assert by_bean_check(book, None) == found
    assert by_bean_check(book, cache) == by_bean_check(book, cache) == found
    return found


def test_after_tampering_and_after_a_change_of_the_agreement(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = sealed_office(tmp_path)
    before = all_ways(book, tmp_path, capsys)
    assert {code for code, _, _ in before} <= {"KKD-O06"}
    amended = 'from = 2022-01-01\nrate = "1.00"\nknown_from = 2022-04-01\n\n[[components.rates]]\n'
    old = 'from = 2022-01-01\nrate = "1.25"'
    replace_once(book.agreement_file, old, amended + old)
    asked = all_ways(load_book(book.root), tmp_path, capsys)
    corrections = [one for one in asked if one not in before]
    assert sorted(code for code, _, _ in corrections) == [*3 * ["KKD-A05"], "KKD-G01"], "one for each party"
    replace_once(book.root / "2022/2022-02.seal.json", f'"von": "{BY}"', '"von": "K. Lasse"')
    tampered = all_ways(load_book(book.root), tmp_path, capsys)
    assert set(tampered) - set(asked) == {("KKD-S02", "2022/2022-02.seal.json", 1)}


def test_after_a_change_of_book_toml(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = posted_three(tmp_path)
    open_month(book, BookingMonth(2022, 7))
    overdue = all_ways(book, tmp_path, capsys)
    assert {code for code, _, _ in overdue} == {"KKD-O06"}
    replace_once(book.config_file, "[policy]\n", "[policy]\noverdue_days_max = 365\n")
    assert all_ways(load_book(book.root), tmp_path, capsys) == []


@pytest.mark.parametrize("code", ["KKD-K07", "KKD-S01"])
def test_on_books_that_are_wrong(code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = all_ways(load_book(broken_book(code, tmp_path)), tmp_path, capsys)
    assert code in {one for one, _, _ in found}
