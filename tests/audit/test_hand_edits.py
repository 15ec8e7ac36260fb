"""Small edits by hand in an open month that no hash of an act covers: each is told by a full check."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kkd_ledger.book.config import load_book
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.cli import main
from kkd_ledger.persons.acts import Doer
from kkd_ledger.strict_json import canonical
from kkd_ledger.work.session import session
from tests.samples import sample_books

OCTOBER, BANK = "2023/2023-10.beancount", "2023/2023-11.bank.json"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample_books(tmp_path_factory.mktemp("edited"))


@pytest.fixture
def town(original: Path, tmp_path: Path) -> Path:
    return shutil.copytree(original, tmp_path / "books") / "biedenkopf"


def text(old: str, new: str) -> Callable[[Path], None]:
    def change(book: Path) -> None:
        before = (book / OCTOBER).read_text(encoding="utf-8")
        assert old in before
        (book / OCTOBER).write_text(before.replace(old, new, 1), encoding="utf-8")

    return change


def line(fate: str, rule: str) -> Callable[[Path], None]:
    def change(book: Path) -> None:
        data: dict[str, Any] = json.loads((book / BANK).read_bytes())
        next(one for one in data["zeilen"] if one["ergebnis"] == fate)["regel"] = rule
        (book / BANK).write_bytes(canonical(data))

    return change


EDITS = {
    "how a person was known": (text('akt-bekannt: "angabe"', 'akt-bekannt: "signatur"'), "KKD-Z10"),
    "the day under which an act stands": (
        text('2023-10-02 custom "akt" "2"', '2023-10-03 custom "akt" "2"'),
        "KKD-Z10",
    ),
    "the day of the month's opening": (
        text('2023-10-01 custom "buchungsmonat"', '2023-10-02 custom "buchungsmonat"'),
        "KKD-F05",
    ),
    "the configuration of our page": (text('fava_page" "{}"', 'fava_page" "{\'a\': 1}"'), "KKD-F03"),
    "a rule for a line that is booked": (line("zugeordnet", "strom"), "KKD-T06"),
    "a person for a line about which nobody decided": (line("nicht-kkd", "Person: K. Kasse"), "KKD-T07"),
}


@pytest.mark.parametrize("what", EDITS)
def test_an_edit_is_told(what: str, town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change, code = EDITS[what]
    change(town)
    assert main(["check", str(town), "--full", "--today", "2024-02-29"]) == 1
    assert f"    {code} (" in capsys.readouterr().out


def test_an_act_by_somebody_unknown_is_told_although_its_hash_fits(
    town: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever forges an act by its formula still has to name somebody who might have acted."""
    day = dt.date(2024, 2, 29)
    book = load_book(town)
    with monkeypatch.context() as patch, session(book) as work:
        patch.setattr("kkd_ledger.persons.roles.refuse_unknown", lambda *_: None)
        work.answer_for("zahlungen/x.xml", b"", [Doer(v.Deed.RELEASES, "E. Eva", day)])
        work.commit()
    assert main(["check", str(town), "--full", "--today", "2024-02-29"]) == 1
    told = capsys.readouterr().out
    assert "KKD-Z08 (beanstandung)" in told
    assert "E. Eva steht am 29.02.2024 mit keiner Rolle in book.toml" in told
