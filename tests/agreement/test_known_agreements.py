"""An agreement is checked once in a process, as long as its texts are the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from kkd_ledger.agreement import load
from kkd_ledger.errors import AgreementRefused
from tests.samples import three_parties


def test_the_same_texts_are_one_agreement_wherever_they_lie(tmp_path: Path) -> None:
    first, second = (three_parties(tmp_path / name) / "agreement.toml" for name in ("eins", "zwei"))
    assert load(first) is load(second)


def test_another_text_or_figure_is_another_one(tmp_path: Path) -> None:
    file = three_parties(tmp_path / "eins") / "agreement.toml"
    before = load(file)
    file.write_text(file.read_text(encoding="utf-8").replace("1.25", "1.26"), encoding="utf-8")
    assert load(file) is not before
    changed = load(file)
    (file.parent / "zahlen").mkdir()
    (file.parent / "zahlen" / "2023.toml").write_text("", encoding="utf-8")
    assert load(file) is not changed


def test_a_refusal_is_told_each_time(tmp_path: Path) -> None:
    file = three_parties(tmp_path / "eins") / "agreement.toml"
    file.write_text("id = 1", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(AgreementRefused):
            load(file)
