"""The bar of matching on a few generated years: nothing is ever placed wrongly (`make bench` tries a hundred)."""

import pytest

from tests.bench.matching import judge


@pytest.mark.parametrize("seed", range(1000, 1005))
def test_nothing_is_placed_wrongly(seed: int) -> None:
    verdicts = list(judge(seed))
    paying = [automatic for pays, automatic, _ in verdicts if pays]
    assert len(paying) > 150
    assert sum(wrong for _, _, wrong in verdicts) == 0
    assert paying.count(True) >= 0.95 * len(paying)
