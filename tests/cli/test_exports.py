"""A file that a command writes beside the books is there whole, or as it was."""

import os
from pathlib import Path

import pytest

from kkd_ledger.cli import main
from kkd_ledger.errors import EXIT_STORAGE
from tests.samples import ROOT

BOOK, AGREEMENT = ROOT / "ledgers/biedenkopf", ROOT / "ledgers/kkd/agreement.toml"


@pytest.mark.parametrize(
    "words",
    [
        ("reconcile", str(BOOK), "--export"),
        ("reconcile", str(BOOK), "--letter"),
        ("annex", str(AGREEMENT), "--to", "2024", "--pdf"),
    ],
    ids=["balances", "letter", "annex"],
)
def test_an_export_is_whole_or_not_there(
    words: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "datei"
    assert main([*words, str(file)]) == 0
    before = file.read_bytes()
    assert len(before) > 500

    def full(handle: int) -> None:
        raise OSError(28, "planted")

    monkeypatch.setattr(os, "fsync", full)
    assert main([*words, str(file)]) == EXIT_STORAGE
    assert "auf dem Datenträger ist kein Platz mehr" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"datei": before}
