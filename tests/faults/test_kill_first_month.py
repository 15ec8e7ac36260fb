"""kill -9 while a book is founded by its first monthly run, and while an import opens two months."""

from collections.abc import Callable

import pytest

from tests.faults.test_kill import killed_everywhere
from tests.faults.verdict import Case

POINTS_MIN = {"founding": 80, "import": 45}


@pytest.mark.parametrize("name", POINTS_MIN)
def test_killed_at_every_call_a_second_run_gives_the_same_books(
    case: Callable[[str], Case], name: str
) -> None:
    built = case(name)
    assert len(built.clean.points) >= POINTS_MIN[name]
    assert list(killed_everywhere(built)) == []
