"""What becomes of made-up worlds is what outcomes.txt says: which statements are taken, which wait, and why."""

import pytest

from tests.bank.continuity.outcomes import FILE, SEEDS, outcome
from tests.bank.continuity.worlds import KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_what_becomes_of_a_kind_of_delivery(kind: str) -> None:
    lines = FILE.read_text("utf-8").splitlines()
    assert [outcome(kind, seed) for seed in SEEDS] == [line for line in lines if line.startswith(f"{kind}/")]
