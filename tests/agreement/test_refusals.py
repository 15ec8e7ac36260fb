"""What is refused is told as readings/refusals.txt says, word for word (refusals.py writes it anew)."""

import pytest

from kkd_ledger.agreement import parse
from tests.agreement.refusals import FILE, REFUSED, resolved, said
from tests.agreement.test_bad_input import FIXED, HEAD


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal(name: str) -> None:
    assert "\n".join([*said(name), ""]) in FILE.read_text("utf-8")


def test_a_number_of_a_sitting_has_a_hundred_signs_at_most() -> None:
    [paper] = parse(HEAD + FIXED + resolved(f'"{"x" * 100}"')).resolutions
    assert paper.sittings[0].number == "x" * 100


def test_every_slip_is_refused() -> None:
    text = FILE.read_text("utf-8")
    assert "sound" not in text
    assert [line[:-1] for line in text.splitlines() if line.endswith(":")] == [*REFUSED]
