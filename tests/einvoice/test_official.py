"""Verdict and rule ids are those of the official rules, run bare beside ours (`tests/faults/mutants.py`)."""

import random
import re
from pathlib import Path
from unittest import mock

import pytest
from lxml import etree

from kkd_ledger.einvoice.validate import scenarios
from tests.faults import mutants
from tests.samples import FILES


@pytest.mark.parametrize("number", range(66))
def test_samples_under_their_profile_and_another(number: int) -> None:
    content = mutants.samples()[number]
    assert mutants.differences(content) == []
    profile = (mutants.EXTENSION, mutants.CVD, mutants.NORM)[number % 3]
    assert (
        mutants.differences(content.replace(f"{mutants.XRECHNUNG}<".encode(), f"{profile}<".encode())) == []
    )


@pytest.mark.parametrize("path", mutants.of_packages(), ids=lambda path: path.stem)
def test_documents_of_packages_under_every_profile(path: Path) -> None:
    content = path.read_bytes()
    profile = re.search(rb"urn:cen\.eu:en16931:2017[^<]*", content)
    assert profile
    for other in (profile[0].decode(), *mutants.PROFILES):
        assert mutants.differences(content.replace(profile[0], other.encode())) == [], other


@pytest.mark.parametrize("profile", mutants.FACTUR_X)
def test_mutants_by_the_rules_of_factur_x(profile: str) -> None:
    """Their samples are not free to ship: documents of another program stand for them, and their own mutants."""
    sources = [
        (FILES / f"foreign/{name}.xml").read_bytes() for name in ("as-agreed", "document-charge", "vat")
    ]
    chance = random.Random(profile)
    judged = []
    for at in range(30):
        content = sources[at % 3].replace(f"{mutants.NORM}<".encode(), f"{profile}<".encode())
        content = mutants.changed(content, chance) if at > 2 else content
        assert mutants.differences(content) == []
        expected = mutants.official(etree.fromstring(content))
        judged += [expected] if expected else []
    assert [verdict for verdict, _ in judged[:3]] == ["gültig"] * 3
    assert any(findings for _, findings in judged), "the rules found something"


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
