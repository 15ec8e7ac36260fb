"""A state is keyed by all the code that made it."""

import tomllib
from pathlib import Path

from kkd_ledger.rules.engine import states

PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"


def test_the_rooms_on_which_rules_stand_are_in_the_key() -> None:
    """The floors say what rules may import; what lies higher cannot make a state."""
    contracts = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    floors = next(one for one in contracts if one["id"] == "floors")["layers"]
    below = floors[floors.index("(rules)") : -1]
    assert sorted(states.ROOMS) == sorted(floor.strip("()") for floor in below)
