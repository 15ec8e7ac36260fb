"""What is refused is told as readings/refusals.txt says, word for word (refusals.py writes it anew)."""

import pytest

from tests.agreement.refusals import FILE, REFUSED, said


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal(name: str) -> None:
    assert "\n".join([*said(name), ""]) in FILE.read_text("utf-8")


def test_every_slip_is_refused() -> None:
    text = FILE.read_text("utf-8")
    assert "sound" not in text
    assert [line[:-1] for line in text.splitlines() if line.endswith(":")] == [*REFUSED]
