"""kkd check says that a bank's file is gone, and with --full that one is another than the bank sent."""

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from kkd_ledger.audit.archived import missing
from kkd_ledger.book.certificate import Certificates
from kkd_ledger.book.config import load_book
from kkd_ledger.cli import main
from kkd_ledger.errors import BookRefused
from tests.samples import sample_books

REMEDY = "  Zu tun: Holen Sie die Datei aus der Sicherung zurück nach archive/."


@pytest.fixture
def county(tmp_path: Path) -> Path:
    return sample_books(tmp_path) / "landkreis"


def said(book: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[str]]:
    """Return what `kkd check` answers about the archive."""
    capsys.readouterr()
    status = main(["check", str(book), *words])
    return status, [
        line for line in capsys.readouterr().out.splitlines() if line.startswith(("  In archive/", REMEDY))
    ]


def test_a_file_that_is_gone(county: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(county, capsys) == (0, [])
    files = {str(one.to_day): one.sha256 for one in Certificates(county).statements}
    (county / "archive" / f"{files['2023-12-31']}.xml").unlink()
    assert said(county, capsys, "--rules") == (1, ["  In archive/ fehlt der Auszug bis 31.12.2023.", REMEDY])
    for words in ((), ("--full",)):
        assert said(county, capsys, *words) == (1, []), "the comparison tells it, and nothing tells it twice"
    shutil.rmtree(county / "archive")
    status, lines = said(county, capsys, "--rules")
    assert (status, len(lines)) == (1, 2)
    assert lines[0].startswith(f"  In archive/ fehlen {len(files)} Auszüge, der erste bis ")
    assert main(["check", str(county), "--rules", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["troubles"] == [lines[0].strip()]


def test_a_file_that_was_changed_is_found_where_everything_is_recomputed(
    county: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second, *_ = sorted((county / "archive").iterdir())
    first.write_bytes(first.read_bytes().replace(b"9", b"8", 1))
    assert said(county, capsys) == (1, []), "an open month's files are read every time"
    assert said(county, capsys, "--full") == (
        1,
        [
            f"  In archive/ hat eine Datei nicht den Inhalt, dessen Prüfsumme der Name nennt: {first.name}.",
            REMEDY,
        ],
    )
    second.write_bytes(b"")
    assert (
        f"haben 2 Dateien nicht den Inhalt, dessen Prüfsumme der Name nennt: {first.name}, "
        in (said(county, capsys, "--full")[1][0])
    )


def test_what_lies_in_a_container_is_there_as_long_as_the_container_is(
    county: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox = county / "inbox"
    with zipfile.ZipFile(inbox / "beide.zip", "w") as container:
        for name in ("2024-03.xml", "2024-04.xml"):
            container.write(inbox / name, name)
            (inbox / name).unlink()
    main(["month", str(county), "2024-04", "--today", "2024-04-30"])
    assert said(county, capsys, "--full")[1] == []
    (zipped,) = (county / "archive").glob("*.zip")
    zipped.write_bytes(zipped.read_bytes()[:100])
    assert said(county, capsys, "--rules")[1][0] == (
        "  In archive/ fehlen 2 Auszüge, der erste bis 31.03.2024, der letzte bis 30.04.2024."
    )
    zipped.unlink()
    assert said(county, capsys, "--rules")[1][0] == (
        "  In archive/ fehlen 2 Auszüge, der erste bis 31.03.2024, der letzte bis 30.04.2024."
    )


def test_a_certificate_is_read_whatever_its_form(county: Path) -> None:
    """Ours has the statements before the lines, which are most of it; a program of others may write it otherwise."""
    file = next(county.glob("2023/*.bank.json"))
    data = json.loads(file.read_bytes())
    shutil.rmtree(county / "archive")
    before = list(missing(load_book(county)))
    file.write_text(json.dumps(dict(reversed(data.items())), indent=4), encoding="utf-8")
    assert list(missing(load_book(county))) == before
    file.write_text('{"zeilen": [', encoding="utf-8")
    with pytest.raises(BookRefused, match="nicht lesbar: kein JSON"):
        list(missing(load_book(county)))
