"""A pooled account's files: kept as extracts, originals apart, compared; archives from before are brought over."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from kkd_ledger.audit.compared import compared
from kkd_ledger.book.certificate import Certificates
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.cli import main
from kkd_ledger.work.decisions.decide import decide
from kkd_ledger.work.statements.importing import import_files
from ledgers.statements import Entry
from tests.samples import sample_books, tree
from tests.work.statements.test_intake import ADORF, OWN, STRANGER, TODAY, day, statement

FOREIGN = ("Stadtwerke", STRANGER, "Strom")


@pytest.fixture
def bank_file(tmp_path: Path) -> Path:
    ours = Entry(day(3), -110_000, "Amt Nirgendwo", OWN, text="Umlage")
    foreign = Entry(day(4), -4_711, FOREIGN[0], FOREIGN[1], text=FOREIGN[2])
    file = tmp_path / "a.xml"
    statement(file, [ours, foreign], first=1, last=31, opening=10_000_000, number=1, account=ADORF)
    return file


@pytest.fixture
def adorf(posted: Path, tmp_path: Path, bank_file: Path) -> Book:
    """A member's book whose pooled account has two lines that wait."""
    book = load_book(shutil.copytree(posted, tmp_path / "books") / "adorf")
    import_files(book, [bank_file], today=TODAY)
    return book


def key_of(book: Book, cents: int) -> str:
    return next(key for key, line in Certificates(book.root).lines.items() if line.cents == cents)


def all_but_originals(book: Book) -> bytes:
    held = tree(book.root, (".kkd", "originale"))
    return b"\n".join(content for content in held.values() if content)


def findings(book: Book) -> list[str]:
    return [str(one) for one in compared(book, full=True)]


def test_the_original_lies_apart_with_the_rights_of_its_owner(adorf: Book, bank_file: Path) -> None:
    (kept,) = (adorf.root / "archive").iterdir()
    assert kept.suffix == ".auszug"
    folder = adorf.root / "originale"
    original = folder / f"{kept.stem}.xml"
    assert original.read_bytes() == bank_file.read_bytes()
    for path, rights in ((folder, 0o700), (original, 0o600), (folder / "hmac.key", 0o600)):
        assert stat.S_IMODE(path.stat().st_mode) == rights, path
    assert findings(adorf) == []


def test_what_a_person_calls_foreign_stands_nowhere_but_in_the_original(adorf: Book) -> None:
    assert b"Stadtwerke" in all_but_originals(adorf)
    decide(adorf, key_of(adorf, -4_711), by="S. Muster", reason="nicht von uns", today=TODAY)
    for word in FOREIGN:
        assert word.encode() not in all_but_originals(adorf)
    assert b"Person: S. Muster" in next((adorf.root / "archive").iterdir()).read_bytes()
    assert findings(adorf) == []


def test_what_a_person_places_stays_whole(adorf: Book) -> None:
    before = next((adorf.root / "archive").iterdir()).read_bytes()
    decide(
        adorf, key_of(adorf, -4_711), by="S. Muster", reason="doch", today=TODAY, posten="archiv-2022-adorf-1"
    )
    assert next((adorf.root / "archive").iterdir()).read_bytes() == before
    assert findings(adorf) == []


def test_the_same_file_again_changes_nothing(adorf: Book, bank_file: Path) -> None:
    decide(adorf, key_of(adorf, -4_711), by="S. Muster", reason="nicht von uns", today=TODAY)
    before = tree(adorf.root)
    import_files(adorf, [bank_file], today=TODAY)
    import_files(adorf, [bank_file.rename(bank_file.with_suffix(".txt"))], today=TODAY)
    assert tree(adorf.root) == before


def edit(old: str, new: str) -> Callable[[Book], None]:
    def change(book: Book) -> None:
        path = next((book.root / "archive").iterdir())
        content = path.read_text(encoding="utf-8")
        assert old in content
        path.write_text(content.replace(old, new), encoding="utf-8")

    return change


CHANGES: dict[str, tuple[Callable[[Book], object], str]] = {
    "amount of a foreign line": (edit("-47.11", "-47.12"), "im Archiv"),
    "amount of our line": (edit("-1100.00", "-1100.01"), "im Archiv"),
    "day of a foreign line": (edit("2022-03-04", "2022-03-05"), "im Archiv"),
    "payee of our line": (
        edit("Amt Nirgendwo", "Amt Irgendwo"),
        "sagt über den Auszug bis 31.03.2022 etwas anderes",
    ),
    "decider": (edit("S. Muster", "S. Master"), "ist im Extrakt fremd (Person: S. Master)"),
    "mark": (edit('"hmac": "', '"hmac": "0'), "steht im Nachweis, nicht im Archiv"),
    "balance": (edit('"anfang": "100000.00"', '"anfang": "100000.01"'), "Anfangssaldo"),
    "original": (
        lambda book: next((book.root / "originale").glob("*.xml")).write_bytes(b"<x/>"),
        "hat nicht den Inhalt, dessen Prüfsumme der Name nennt",
    ),
}


@pytest.mark.parametrize("how", CHANGES)
def test_a_change_of_an_extract_is_told(how: str, adorf: Book) -> None:
    decide(adorf, key_of(adorf, -4_711), by="S. Muster", reason="nicht von uns", today=TODAY)
    change, words = CHANGES[how]
    change(adorf)
    assert any(words in one for one in findings(adorf)), findings(adorf)


def test_without_original_or_key_the_extract_is_compared_as_far_as_it_says(adorf: Book) -> None:
    decide(adorf, key_of(adorf, -4_711), by="S. Muster", reason="nicht von uns", today=TODAY)
    next((adorf.root / "originale").glob("*.xml")).unlink()
    assert findings(adorf) == []
    (adorf.root / "originale/hmac.key").unlink()
    assert findings(adorf) == []
    edit("-47.11", "-47.12")(adorf)
    assert findings(adorf) != []


def test_an_old_archive_is_brought_over_as_if_it_had_been_kept_so(
    adorf: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    decide(adorf, key_of(adorf, -4_711), by="S. Muster", reason="nicht von uns", today=TODAY)
    wanted = tree(adorf.root)
    (kept,) = (adorf.root / "archive").iterdir()
    shutil.move(adorf.root / "originale" / f"{kept.stem}.xml", adorf.root / "archive")
    kept.unlink()
    assert findings(adorf) == []
    before = tree(adorf.root)
    assert main(["archive", str(adorf.root), "--dry-run"]) == 0
    assert tree(adorf.root) == before
    assert main(["archive", str(adorf.root)]) == 0
    assert "1 Auszug zu Extrakten gemacht" in capsys.readouterr().out
    assert tree(adorf.root) == wanted
    assert main(["archive", str(adorf.root)]) == 0
    assert tree(adorf.root) == wanted


def test_originals_go_only_where_a_policy_says_so_and_their_month_is_sealed(adorf: Book) -> None:
    decide(adorf, key_of(adorf, -4_711), by="S. Muster", reason="nicht von uns", today=TODAY)
    there = lambda: sorted(path.name for path in (adorf.root / "originale").iterdir())  # noqa: E731
    both = there()
    assert main(["archive", str(adorf.root)]) == 0
    text = adorf.config_file.read_text(encoding="utf-8")
    adorf.config_file.write_text(text.replace("[bank]", "[bank]\ndelete_originals = true"), encoding="utf-8")
    assert main(["archive", str(adorf.root)]) == 0
    assert there() == both, "its month is open"
    for month in ("2022-02", "2022-03"):
        remark = ["--comment", "KKD-O06=bekannt"]
        assert (
            main(["close", str(adorf.root), month, "--by", "S. Muster", "--today", "2022-04-01", *remark])
            == 0
        )
    assert main(["archive", str(adorf.root), "--dry-run"]) == 0
    assert there() == both
    assert main(["archive", str(adorf.root)]) == 0
    assert there() == ["hmac.key"]
    assert findings(load_book(adorf.root)) == []


def test_an_own_account_keeps_whole_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    county = sample_books(tmp_path) / "landkreis"
    before = tree(county)
    assert main(["archive", str(county)]) == 2
    assert "Ein eigenes Konto behält seine Auszüge ganz" in capsys.readouterr().err
    assert tree(county) == before
