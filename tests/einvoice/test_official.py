"""Verdict and rule ids are those of the official rules, run bare beside ours (`tests/faults/mutants.py`)."""

from unittest import mock

import pytest

from kkd_ledger.einvoice.validate import scenarios
from tests.faults import mutants


@pytest.mark.parametrize("number", range(66))
def test_samples_under_their_profile_and_another(number: int) -> None:
    content = mutants.samples()[number]
    assert mutants.differences(content) == []
    profile = (mutants.EXTENSION, mutants.CVD, mutants.NORM)[number % 3]
    assert (
        mutants.differences(content.replace(f"{mutants.XRECHNUNG}<".encode(), f"{profile}<".encode())) == []
    )


def test_mutants_of_the_samples() -> None:
    assert [mutants.part(number) for number in range(3)] == [(mutants.INPUTS, [])] * 3


def test_a_level_that_is_not_the_official_one_is_noticed() -> None:
    content = next(content for content in mutants.samples() if b'unitCode="XPP"' in content)
    content = content.replace(b'unitCode="XPP"', b'unitCode="QQQ"')
    assert mutants.differences(content) == []
    with mock.patch.object(scenarios, "_BY_KIND", {key: {"A": "b"} for key in scenarios._BY_KIND}):
        verdict, levels = mutants.differences(content)
    assert verdict == "nicht gültig, officially gültig"
    assert levels == "[('fehler', 'BR-CL-23'), ('warnung', 'BR-CL-23')]"
