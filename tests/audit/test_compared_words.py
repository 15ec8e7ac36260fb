"""Payee and text of an entry are the bank's; originals are the Kasse's alone; a file that is gone is told once."""

import re
from pathlib import Path

import pytest

from kkd_ledger.audit.compared import PAPER, READABLE, WRITTEN, compared
from kkd_ledger.book.config import load_book
from kkd_ledger.cli import main
from tests.samples import replace_once, sample_books


@pytest.fixture
def books(tmp_path: Path) -> Path:
    """The sample's books with March booked on both sides."""
    root = sample_books(tmp_path)
    for book in ("landkreis", "biedenkopf"):
        main(["month", str(root / book), "2024-03", "--today", "2024-03-31"])
    return root


def test_a_changed_payee_or_text_is_told_with_what_the_bank_wrote(books: Path) -> None:
    month = books / "landkreis" / "2024" / "2024-03.beancount"
    assert compared(load_book(books / "landkreis"), full=True) == ()
    replace_once(month, '"Unbekannt GmbH" "Rechnung 4711"', '"Unbekannt GmbH" "Spende"')
    replace_once(month, '"Lahntal" "RF36KKD2024065340121"', '"Cölbe" "RF36KKD2024065340121"')
    found = [one for one in compared(load_book(books / "landkreis")) if one.kind != WRITTEN]
    assert {one.kind for one in found} == {PAPER}
    texts = sorted(re.sub(r"Buchung \S+: ", "", one.text) for one in found)
    assert texts == [
        "Gegenseite 'Cölbe', im Archiv 'Lahntal'",
        "Text 'Spende', im Archiv 'Rechnung 4711'",
    ]
    assert {one.place.file for one in found} == {"2024/2024-03.beancount"}


def test_on_a_common_account_the_extract_tells_payee_and_text(books: Path) -> None:
    month = books / "biedenkopf" / "2024" / "2024-03.beancount"
    assert compared(load_book(books / "biedenkopf"), full=True) == ()
    replace_once(month, '"Landkreis Marburg-Biedenkopf"', '"Landkreis Gießen"')
    (found,) = (one for one in compared(load_book(books / "biedenkopf")) if one.kind != WRITTEN)
    assert "Gegenseite 'Landkreis Gießen', im Archiv 'Landkreis Marburg-Biedenkopf'" in found.text


def test_originals_that_others_may_read_are_told_until_a_run_takes_the_rights_away(books: Path) -> None:
    book = load_book(books / "biedenkopf")
    assert [one.kind for one in compared(book) if one.kind == READABLE] == []
    original = min((book.root / "originale").glob("*.xml"))
    original.chmod(0o640)
    (found,) = compared(book)
    assert (found.kind, found.place.file) == (READABLE, f"originale/{original.name}")
    main(["month", str(book.root), "2024-04", "--today", "2024-04-30"])
    assert original.stat().st_mode & 0o777 == 0o600
    assert compared(book) == ()


@pytest.mark.parametrize("full", [[], ["--full"]])
def test_a_file_that_is_gone_is_told_once(
    books: Path, full: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    book = books / "landkreis"
    for path in sorted((book / "archive").iterdir()):
        path.unlink()
    capsys.readouterr()
    assert main(["check", str(book), *full]) == 1
    said = capsys.readouterr().out
    gone = re.findall(r"die Datei archive/([0-9a-f]{64}) fehlt", said)
    assert gone
    assert len(gone) == len(set(gone))
    assert len(re.findall(r"fehlt|fehlen", said)) == len(gone) + ("In archive/" in said)
    if full:
        assert "In archive/" not in said
