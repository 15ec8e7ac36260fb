"""What people read of an agreement is what stands in readings/, word for word (readings.py writes it anew)."""

from pathlib import Path

import pytest

from tests.agreement.readings import READINGS, STEPS, WHOLE, page, steps
from tests.agreement.test_readable import FILES


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_reading(name: str) -> None:
    assert page(WHOLE[name]) == (READINGS / f"{name}.txt").read_text("utf-8")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_form_of_a_step(path: Path) -> None:
    assert [*steps(path)] == (STEPS / f"{path.stem}.txt").read_text("utf-8").splitlines()
