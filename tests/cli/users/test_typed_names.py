"""Where persons are set up, no writing command takes a typed name: each is tried, nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from kkd_ledger.cli import main
from kkd_ledger.cli.users import proofs
from kkd_ledger.persons.register import Register
from tests.audit.test_acts_of_commands import named
from tests.faults.every_command import SCENARIOS
from tests.samples import replace_once, tree

NAMING = sorted(name for name, scenario in SCENARIOS.items() if named(scenario.words))


def test_most_commands_name_somebody() -> None:
    assert len(NAMING) > len(SCENARIOS) // 2


@pytest.mark.parametrize("name", NAMING)
def test_a_typed_name_is_no_proof(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario, folder = SCENARIOS[name], tmp_path / "books"
    folder.mkdir()
    scenario.build(folder)
    monkeypatch.setenv("KKD_PERSONS", str(tmp_path / "anlage"))
    register = Register(tmp_path / "anlage")
    for number, person in enumerate(sorted(named(scenario.words))):
        register.add(f"p{number}", person)
    monkeypatch.setattr(proofs, "_terminal", lambda: None)
    monkeypatch.chdir(folder)
    before = tree(folder)
    assert main(list(scenario.words)) == 3
    assert "ein Name, getippt" in capsys.readouterr().err
    assert tree(folder) == before


@pytest.mark.parametrize(
    "name", [name for name in NAMING if SCENARIOS[name].words[0] not in {"init", "import"}]
)
def test_a_book_may_refuse_typed_names_whatever_persons_a_command_sees(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario, folder = SCENARIOS[name], tmp_path / "books"
    folder.mkdir()
    scenario.build(folder)
    settings = folder / scenario.book / "book.toml"
    if "[policy]" in settings.read_text("utf-8"):
        replace_once(settings, "[policy]", "[policy]\ntyped_names = false")
    else:
        settings.write_text(settings.read_text("utf-8") + "\n[policy]\ntyped_names = false\n", "utf-8")
    monkeypatch.setenv("KKD_PERSONS", str(tmp_path / "nobody"))
    monkeypatch.chdir(folder)
    before = tree(folder)
    assert main(list(scenario.words)) == 3
    assert "typed_names" in capsys.readouterr().err
    assert tree(folder) == before
