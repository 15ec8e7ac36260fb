"""One named finding = one sample ledger = one exact text: tests/findings/CODE/ holds what differs from tests/three/.

Beancount with our plugin and our own reader must say the same, to the letter; only what Beancount itself objects to
(KKD-L01) is worded by each in its own way. What hinders a close but lies beside the ledger, only `kkd close` says.
"""

import datetime as dt
import shutil
from pathlib import Path

import pytest

from kkd_ledger.audit.close import close
from kkd_ledger.book.config import load_book
from kkd_ledger.book.text import topfile
from kkd_ledger.periods import BookingMonth
from kkd_ledger.rules.engine.check import CATALOGUE, check
from kkd_ledger.rules.engine.rule import Level, needs_action
from tests.samples import ROOT, by_beancount, by_us, three_parties

FOLDER = ROOT / "tests" / "findings"
AT_CLOSING = "KKD-S05"
ON_A_DAY = "KKD-F06"
"""Only who knows the day of the check can say it."""
IN_THE_BOOKS = [kind.code for kind in CATALOGUE if kind.code not in {AT_CLOSING, ON_A_DAY}]


def broken_book(code: str, folder: Path) -> Path:
    """Lay a finding's files over the books of the three invented parties and return the book they belong to."""
    three_parties(folder)
    shutil.copytree(FOLDER / code, folder, dirs_exist_ok=True)
    book = next(path.parents[1] for path in folder.glob("*/2*/*.beancount"))
    if not (book / "main.beancount").exists():
        months = [BookingMonth.parse(path.stem) for path in sorted(book.glob("2*/*.beancount"))]
        (book / "main.beancount").write_text(topfile.write(load_book(book).settings.title, months))
    return book


@pytest.mark.parametrize("code", IN_THE_BOOKS)
def test_a_finding_says_exactly_this(code: str, tmp_path: Path) -> None:
    book = broken_book(code, tmp_path)
    expected = (FOLDER / code / "findings.txt").read_text(encoding="utf-8").splitlines()
    assert any(f" {code} " in line for line in expected), "the sample shows its finding"
    assert by_us(book) == expected


@pytest.mark.parametrize("code", IN_THE_BOOKS)
def test_beancount_with_our_plugin_says_the_same(code: str, tmp_path: Path) -> None:
    book = broken_book(code, tmp_path)
    ours, theirs = by_us(book), by_beancount(book)
    own_words = [line for line in ours if " KKD-L01 " in line]
    assert [line for line in theirs if " KKD-" in line] == [line for line in ours if line not in own_words]
    assert bool(own_words) == any(" KKD-" not in line for line in theirs)


def test_a_finding_of_the_close_says_exactly_this(tmp_path: Path) -> None:
    book = broken_book(AT_CLOSING, tmp_path)
    expected = (FOLDER / AT_CLOSING / "findings.txt").read_text(encoding="utf-8").splitlines()
    assert by_beancount(book) == []
    assert by_us(book) == expected, "check says what close will ask"
    month = BookingMonth(2022, 2)
    hindered = close(load_book(book), month, by="L. Beispiel", today=dt.date(2022, 3, 1)).hindrances
    assert [str(finding) for finding in hindered] == expected


def test_a_finding_about_a_day_says_exactly_this(tmp_path: Path) -> None:
    book = broken_book(ON_A_DAY, tmp_path)
    expected = (FOLDER / ON_A_DAY / "findings.txt").read_text(encoding="utf-8").splitlines()
    assert by_us(book) == by_beancount(book) == []
    recorded = dt.date(2022, 4, 1)

    def told(today: dt.date) -> list[str]:
        found = check(load_book(book), today=today)
        assert {finding.kind.code for finding in found} <= {ON_A_DAY, "KKD-O04", "KKD-O06"}, "ages besides"
        return [str(finding) for finding in found if finding.kind.code == ON_A_DAY]

    assert told(recorded - dt.timedelta(1)) == expected
    assert told(recorded) == []


def test_at_least_sixty_ledgers_break_and_none_of_them_passes(tmp_path: Path) -> None:
    """Notes apart, `kkd check` exits with 1 on each; that each says its own finding is tested above."""
    graver = [kind.code for kind in CATALOGUE if kind.level != Level.NOTE]
    assert len(IN_THE_BOOKS) >= 60
    passed = [
        code
        for code in graver
        if code not in {AT_CLOSING, ON_A_DAY}
        and not needs_action(check(load_book(broken_book(code, tmp_path / code))))
    ]
    assert passed == []


def test_every_folder_belongs_to_a_finding() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {kind.code for kind in CATALOGUE}
