"""kkd check --full adds up every certificate again: whatever number in it is changed by hand, it says so."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kkd_ledger.book.config import load_book
from kkd_ledger.cli import main
from kkd_ledger.errors import BookRefused
from kkd_ledger.work.statements.completeness import wrong_sums
from tests.samples import sample_books


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both books of the sample with all that waits booked."""
    folder = sample_books(tmp_path_factory.mktemp("complete"))
    for name in ("landkreis", "biedenkopf"):
        assert main(["month", str(folder / name), "--all", "--today", "2024-04-30"]) == 0
    return folder


@pytest.fixture
def county(books: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(books, tmp_path / "books")) / "landkreis"


def wrong(book: Path) -> list[str]:
    return list(wrong_sums(load_book(book)))


def test_what_the_job_writes_adds_up(books: Path) -> None:
    for name in ("landkreis", "biedenkopf"):
        assert list((books / name).glob("20*/*.bank.json"))
        assert wrong(books / name) == []


def changes(data: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the certificate with each of its figures changed, each line left out, told twice, or otherwise judged."""
    for key in ("anfang", "umsatz", "ende", "zeilen", "bekannt", "zugeordnet", "ungeklärt", "nicht-kkd"):
        other = json.loads(json.dumps(data))
        statement = other["auszuege"][0]
        statement[key] = "1.23" if isinstance(statement[key], str) else statement[key] + 1
        yield key, other
    for place, line in enumerate(data["zeilen"]):
        before, after = data["zeilen"][:place], data["zeilen"][place + 1 :]
        yield "without a line", data | {"zeilen": [*before, *after]}
        yield "a line twice", data | {"zeilen": [*data["zeilen"], line]}
        yield "another amount", data | {"zeilen": [*before, line | {"betrag": "0.01"}, *after]}
        yield "another fate", data | {"zeilen": [*before, line | {"ergebnis": "wartet"}, *after]}
        yield "of nothing", data | {"zeilen": [*before, line | {"auszug": "1:a-0"}, *after]}


def test_whatever_is_changed_is_told(county: Path) -> None:
    file = county / "2024" / "2024-03.bank.json"
    data = json.loads(file.read_bytes())
    tried = 0
    for how, changed in changes(data):
        file.write_text(json.dumps(changed), encoding="utf-8")
        told = wrong(county)
        assert told, how
        assert all(one.startswith("2024/2024-03.bank.json geht nicht auf: ") for one in told)
        tried += 1
    assert tried > 100


def test_the_sentences_say_what_does_not_fit(county: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = county / "2024" / "2024-04.bank.json"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('"betrag": "6380.58"', '"betrag": "6380.59"'), encoding="utf-8")
    assert main(["check", str(county), "--full"]) == 1
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "  2024/2024-04.bank.json geht nicht auf: Auszug 5 bis 30.04.2024: Umsätze 13.512,99 EUR, "
        "Summe der Zeilen 13.513,00 EUR.",
        "  Zu tun: Stellen Sie den Nachweis aus der Sicherung wieder her und klären Sie, wer ihn verändert hat.",
    ]
    file.write_text(text.replace('"ende": "473042.98"', '"ende": "473042.99"'), encoding="utf-8")
    assert wrong(county) == [
        "2024/2024-04.bank.json geht nicht auf: Auszug 5 bis 30.04.2024: Anfangssaldo 459.529,99 EUR + Umsätze "
        "13.512,99 EUR = 473.042,98 EUR, Endsaldo 473.042,99 EUR."
    ]
    file.write_text(text.replace('"umsatz"', '"umsaetze"'), encoding="utf-8")
    with pytest.raises(BookRefused, match="auszuege 1, umsatz: gefunden: nicht angegeben"):
        wrong(county)
