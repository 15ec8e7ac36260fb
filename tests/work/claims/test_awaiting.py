"""What no resolution covers: every command that would say "nothing to do" says how much waits, whose, and why."""

import datetime as dt
import json
from pathlib import Path

import pytest

from kkd_ledger.agreement import awaiting
from kkd_ledger.book.config import load_book
from kkd_ledger.book.text.reader import read
from kkd_ledger.cli import main
from kkd_ledger.web.page import cell_words, page, sum_words
from tests.samples import replace_once, sample_books

DAY = "2024-02-29"
RATE = '[[components.rates]]\nwith = "geodaten"\nrate = "0.20"\n'
DEARER = RATE + '\n[[components.rates]]\nwith = "geodaten"\nrate = "0.25"\nknown_from = 2024-02-05\n'
WAITS = "Biedenkopf, Stadt, Leistungsjahr 2024: 682,25 EUR von 16.237,55 EUR warten auf einen Beschluss"
WHY = (
    "Geodateninfrastruktur (§ 5 Abs. 2): Satz 0,20 → 0,25; VL-100/2023 vom 28.09.2023 deckt bis 15.555,30 EUR"
)
COVERED = '{ from = 2024, amount = "15.555,30" }'


@pytest.fixture
def books(tmp_path: Path) -> Path:
    """Return the sample with a price that the town's resolution does not cover, in both sides' books."""
    books = sample_books(tmp_path)
    replace_once(books / "kkd/agreement.toml", RATE, DEARER)
    for side in ("biedenkopf", "landkreis"):
        for file in (books / side / "inbox").iterdir():
            file.unlink()
    return books


def said(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str]:
    capsys.readouterr()
    status = main([*map(str, words), "--today", DAY])
    return status, capsys.readouterr().out


@pytest.mark.parametrize("side", ["biedenkopf", "landkreis"])
def test_both_sides_say_what_waits(books: Path, side: str, capsys: pytest.CaptureFixture[str]) -> None:
    book = books / side
    both = ("--by", "L. Beispiel", "--and", "S. Muster")
    assert said(capsys, "confirm", book, *both)[0] == 0, "that the agreement is another one"
    status, out = said(capsys, "post", book)
    assert status == 0
    assert f"Vorbehaltlich: {WAITS} ({WHY})." in out
    assert "`kkd adopt BUCH`" in out
    assert "es steht schon alles im Buch" not in out
    for command in ("check", "status", "month"):
        status, out = said(capsys, command, book, *(["2024-02"] if command == "month" else []))
        assert status == 0, "a hint calls nobody"
        assert "KKD-V05 (hinweis)" in out
        assert f"{WAITS} ({WHY})" in out
        assert "Alles in Ordnung" not in out
    assert "auf einen Beschluss warten 682,25 EUR" in out
    assert out.count(WHY.partition(";")[0]) == 1, "a cause is told once"


def test_what_programs_read_says_it_too(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [waiting] = json.loads(said(capsys, "post", books / "biedenkopf", "--json")[1])["awaiting"]
    assert (waiting["member"], waiting["service_year"]) == ("biedenkopf", 2024)
    assert (waiting["awaiting"], waiting["entitled"], waiting["cause"]) == ("682.25", "16237.55", WHY)
    book = load_book(books / "biedenkopf")
    shown = page(book, read(book).records)
    assert shown.table
    [cell] = shown.table.cells(2024)
    assert cell.as_json()["awaiting_resolution"] == "682.25"
    assert cell_words(cell).startswith(
        "vorbehaltlich, vereinbart 16.237,55, davon warten 682,25 auf einen Beschluss"
    )
    assert "auf einen Beschluss warten 682,25" in sum_words(shown.table, 2024)


def test_letters_count_it_apart(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    county = books / "landkreis"
    status, out = said(capsys, "delta", county, "2024", "--dry-run")
    assert status == 0
    assert "0 Schreiben; noch zu buchen (`kkd post`): 18, vorbehaltlich: 1\n" in out
    said(capsys, "post", county)
    out = said(capsys, "delta", county, "2024", "--dry-run")[1]
    assert "18 Schreiben; vorbehaltlich: 1\n" in out
    assert f"{WAITS} ({WHY})" in out
    out = said(capsys, "demand", county, "2024", "--dry-run", "--member", "biedenkopf")[1]
    assert f"Nicht gefordert, weil vorbehaltlich: {WAITS}" in out


def test_a_resolution_leads_on(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replace_once(books / "kkd/agreement.toml", COVERED, COVERED.replace("15.555,30", "16.237,55"))
    assert said(capsys, "adopt", books / "biedenkopf")[0] == 0
    out = said(capsys, "post", books / "biedenkopf")[1]
    assert "682,25 EUR" in out
    assert "warten auf einen Beschluss" not in out


def test_a_share_of_which_nothing_is_resolved_waits_whole(books: Path) -> None:
    agreement = load_book(books / "biedenkopf").agreement
    early = dt.date(2023, 9, 27)
    found = [one for one in awaiting(agreement, early, {}, {}) if one.member == "biedenkopf"]
    assert [one.cents for one in found] == [one.entitled_cents for one in found]
    assert all("noch nicht wirksam" in one.cause and "fällig am" in one.text for one in found)
