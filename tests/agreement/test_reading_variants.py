"""Of each field of an agreement: what is said instead where it is missing, and of its other choices."""

from tests.agreement.readings import VARIANTS, variants


def test_what_a_field_says_by_what_its_absence_and_its_other_choices_say() -> None:
    assert variants() == VARIANTS.read_text("utf-8").splitlines()
