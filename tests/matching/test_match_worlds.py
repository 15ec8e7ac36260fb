"""The bar of matching on a few generated years: nothing is ever placed wrongly (`make bench` tries a hundred)."""

import pytest

from tests.bench.matching import judge


@pytest.mark.parametrize("dedicated_account", [True, False])
@pytest.mark.parametrize("seed", range(1000, 1005))
def test_nothing_is_placed_wrongly(seed: int, dedicated_account: bool) -> None:
    verdicts = list(judge(seed, dedicated_account=dedicated_account))
    paying = [verdict.automatic for verdict in verdicts if verdict.pays]
    assert len(paying) > 150
    assert not any(verdict.wrong or verdict.lost for verdict in verdicts)
    assert paying.count(True) >= 0.95 * len(paying)
