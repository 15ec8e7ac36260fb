"""What people read of an agreement is what stands in readings/, word for word (readings.py writes it anew)."""

import pytest

from tests.agreement.readings import READINGS, VARIANTS, WHOLE, page, variants


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_reading(name: str) -> None:
    assert page(WHOLE[name]) == (READINGS / f"{name}.txt").read_text("utf-8")


def test_what_a_field_says_by_what_its_absence_and_its_other_choices_say() -> None:
    assert variants() == VARIANTS.read_text("utf-8").splitlines()
