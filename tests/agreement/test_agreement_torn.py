"""A torn or garbled agreement is taken whole or refused; nothing else ever happens."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from kkd_ledger.agreement import parse, shares
from kkd_ledger.errors import AgreementRefused

HERE = Path(__file__).parent
LINES = (HERE / "probe.toml").read_text("utf-8").splitlines()
FIRST_WHOLE = LINES.index('rate = "2,00"') + 1
ODD = [
    '""',
    '"x"',
    "0",
    "-1",
    "1.5",
    "nan",
    "true",
    "[]",
    "[[]]",
    "{}",
    "2023-02-28",
    "1989-12-31",
    "2199-12-31",
    "9999-12-31T00:00:00Z",
    '["ahaus", "ahaus"]',
    "[{ from = 2023-01-01 }]",
    '"1.000.000.000.000,00"',
    "99999999999999999999",
]


def outcome(text: str) -> str:
    """Load the text and reckon it, or see it refused with at least one reason."""
    try:
        agreement = parse(text)
    except AgreementRefused as refusal:
        return refusal.problems[0].allowed
    for year in (2023, 2024):
        shares(agreement, year, dt.date(2024, 1, 1)).as_json()
    return ""


@pytest.mark.parametrize("count", range(len(LINES)))
def test_every_prefix(count):
    refused = bool(outcome("\n".join(LINES[:count])))
    assert refused or count >= FIRST_WHOLE, "before its first component is complete no prefix is an agreement"


@pytest.mark.parametrize("place", range(len(LINES)))
def test_a_line_lost_doubled_or_swapped(place):
    outcomes = [
        outcome("\n".join([*LINES[:place], *LINES[place + 1 :]])),
        outcome("\n".join([*LINES[: place + 1], *LINES[place:]])),
        outcome("\n".join([*LINES[:place], *LINES[place : place + 2][::-1], *LINES[place + 2 :]])),
    ]
    assert len(outcomes) == 3
    if " = " in LINES[place]:
        assert outcomes[1] == "eine TOML-Datei (UTF-8)", "a key given twice is no TOML"


@pytest.mark.parametrize("place", [place for place, line in enumerate(LINES) if " = " in line])
def test_every_value_replaced(place):
    """No value may do more harm than a refusal; a value that every field refuses must be refused."""
    key = LINES[place].partition(" = ")[0]
    outcomes = [outcome("\n".join([*LINES[:place], f"{key} = {odd}", *LINES[place + 1 :]])) for odd in ODD]
    refused = dict(zip(ODD, outcomes, strict=True))
    assert all(
        refused[odd]
        for odd in ("1.5", "nan", "true", "[[]]", "{}", "9999-12-31T00:00:00Z", "99999999999999999999")
    )
