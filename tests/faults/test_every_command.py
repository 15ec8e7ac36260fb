"""Every command that writes has its scenario, and a share of its kill points; the other rows of the campaign too."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.test_messages import writing_commands
from tests.faults import campaign, hostile, laws
from tests.faults.every_command import SCENARIOS, SECOND
from tests.faults.harness import Point
from tests.faults.test_kill import killed
from tests.faults.verdict import Case

# They write no book that is there: a new folder, renamed once it is whole, or the agreement and its figures.
BESIDE_THE_BOOKS = frozenset({"init", "agreement", "figures"})


def test_every_command_that_writes_has_a_scenario() -> None:
    assert writing_commands() - BESIDE_THE_BOOKS == {scenario.words[0] for scenario in SCENARIOS.values()}


def turns(case: Case) -> list[Point]:
    """Return the calls at which the last batch turns: decided, first file in place, last call."""
    points = case.clean.points
    decided = [
        place
        for place, point in enumerate(points)
        if "commit.json.new" in point.text and point.name == "rename"
    ]
    assert decided
    return sorted({points[place] for place in (decided[-1], decided[-1] + 2, -1)}, key=points.index)


@pytest.mark.parametrize("name", [scenario.name for scenario in SECOND])
def test_killed_where_a_batch_turns(case: Callable[[str], Case], name: str) -> None:
    built = case(name)
    assert len(built.clean.points) >= 20, "our own calls; those of the lock differ by its version"
    assert list(killed(built, turns(built))) == []


# ---------------------------------------------------------------------------------------- the campaign's other rows


def test_hostile_files_are_refused_or_read() -> None:
    assert hostile.part(0, 300) == (300, [])
    some = [attempt for _, attempt in zip(range(300), hostile.prefixes(), strict=False)]
    assert len(some) == 300
    tried, wrong = some[7][1]()
    assert (0 < tried <= hostile.BLOCK, wrong) == (True, [])


def test_a_reader_that_falls_over_or_looks_around_is_found() -> None:
    def falls(content: bytes, name: str) -> object:
        return content.decode("ascii") if content.endswith(b"b") else Path("/etc/hostname").read_bytes()

    valid = hostile.Valid("x", b"", falls)
    found = hostile._tried(valid, [b"\xffb", b"a"])
    assert found[0] == 2
    assert [text.split(": ")[1] for text in found[1]] == [
        "UnicodeDecodeError",
        "touched open '/etc/hostname'",
    ]


def test_a_law_runs_under_its_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    law = laws.Law(("tests/matching/test_match_laws.py", "-k", "subsets or every_slip"), 1)
    tried, wrong = law.part(7)
    assert (tried >= 40, wrong) == (True, [])
    assert laws.Law(("tests/nowhere.py",), 1).part(1)[1]


def test_a_row_goes_on_where_it_stood_and_says_how_to_repeat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tried: list[int] = []

    def attempt(number: int) -> tuple[int, list[str]]:
        tried.append(number)
        return 10, ["schief"] if number == 1 else []

    monkeypatch.setattr(campaign, "FOLDER", tmp_path)
    monkeypatch.setattr(campaign, "ROWS", {"probe": campaign.Row(campaign._parts(attempt), 3)})
    for parts in (2, 3, None):
        campaign.run("probe", log := campaign.Log("probe", "v1"), "", parts)
    assert tried == [0, 1, 2]
    assert log.told() == "probe: 30 Fälle in 3 Versuchen, 1 davon mit Folgen"
    assert capsys.readouterr().out == (
        "FEHLER probe 1: schief\n  wiederholen: .venv/bin/python -m tests.faults.campaign probe --only 1\n"
    )
    campaign.run("probe", campaign.Log("probe", "v1"), "1", None)
    campaign.run("probe", campaign.Log("probe", "v2"), "", 1)
    assert tried == [0, 1, 2, 1, 0]
