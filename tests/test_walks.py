"""The four walks of docs/architecture.md are gone: each file that the page names runs."""

from __future__ import annotations

import re

import pytest

from tests.walks import ROOT, WALKS, Figures, walked

PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
WAYS = [way.split("In Fava")[0] for way in re.split(r"\n\n\*\*", PAGE.split("## Four walks")[1])[1:]]
"""What the page says of each walk, without the way through another program."""


def test_each_walk_of_the_page_is_gone() -> None:
    assert [way.lower().startswith(walk) for way, walk in zip(WAYS, WALKS, strict=True)] == [True] * 4


@pytest.mark.parametrize(("walk", "way"), [*zip(WALKS, WAYS, strict=True)])
def test_every_file_that_the_page_names_runs(walk: str, way: str) -> None:
    named = set(re.findall(r"`(kkd_ledger/[^`]+\.py)`", way))
    trace = walked(walk)
    assert len(named) > 5
    assert named - {str(function.path.relative_to(ROOT)) for function in trace.functions} == set()
    figures = Figures.of(trace)
    assert figures.files > figures.rooms > 1
    assert figures.ways_to_files > figures.ways_to_rooms > figures.rooms
