"""The mutants themselves: what may be changed, and that those called equivalent are still there."""

import ast
import tomllib

import pytest

from tests import mutants
from tests.mutants import Mutant, path_of
from tests.mutation import ROOMS, ROOT

MODULE = "money"
FOUND = list(mutants.mutants(MODULE))


def test_each_equivalent_mutant_is_still_one() -> None:
    modules = {module for room in ROOMS.values() for module in room.modules}
    equivalent = tomllib.loads((ROOT / "tests/equivalent_mutants.toml").read_text("utf-8"))
    names = {name.partition(":")[0] for name in equivalent}
    assert names <= modules
    there = {mutant.name for module in names for mutant in mutants.mutants(module)}
    assert sorted(equivalent.keys() - there) == []


@pytest.mark.parametrize("mutant", FOUND[::20], ids=lambda mutant: mutant.name)
def test_a_mutant_is_the_module_but_for_one_change(mutant: Mutant) -> None:
    unchanged = ast.unparse(ast.parse(path_of(MODULE).read_text("utf-8"))).splitlines()
    changed = mutant.source.splitlines()
    assert changed != unchanged
    assert len(changed) == len(unchanged)
    assert sum(one != other for one, other in zip(unchanged, changed, strict=True)) == 1
    assert mutant.spot.lines[0] <= mutant.line <= mutant.spot.lines[1]


def test_mutants_have_names_of_their_own() -> None:
    assert len({mutant.name for mutant in FOUND}) == len(FOUND)
    assert FOUND[0].source != FOUND[1].source
    assert FOUND[0].code != FOUND[1].code
