"""Both sides live two years of quarterly advances on the budget, settled on actual figures with its own due day."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from kkd_ledger.book.state.claims import claims
from kkd_ledger.book.text.reader import read
from kkd_ledger.rules.engine.check import check

from .two_sides import Side, Sides, two_sides

FIRST = dt.date(2023, 1, 1)


def agreement() -> dict[str, Any]:
    totals = [
        {"year": 2023, "amount": "4.000,00", "kind": "plan"},
        {"year": 2023, "amount": "4.500,25", "known_from": dt.date(2024, 3, 5)},
        {"year": 2024, "amount": "5.000,00", "kind": "plan", "known_from": dt.date(2023, 12, 10)},
        {"year": 2024, "amount": "4.750,00", "known_from": dt.date(2025, 2, 20)},
    ]
    kinds = {"kreis": "county", "dorf": "town"}
    return {
        "id": "probe",
        "title": "Probe",
        "from": FIRST,
        "to": dt.date(2024, 12, 31),
        "known_from": dt.date(2022, 6, 1),
        "operator": "kreis",
        "due": {"month": 3, "day": 15},
        "members": [
            {
                "id": name,
                "name": name.title(),
                "kind": kind,
                "ags": "06999" if kind == "county" else f"0699900{n}",
            }
            for n, (name, kind) in enumerate(kinds.items())
        ],
        "components": [
            {
                "id": "kx",
                "title": "Umlage",
                "clause": "§ 1",
                "key": "equal",
                "from": FIRST,
                "dues": "voraus",
                "totals": totals,
            }
        ],
        "dues": [
            {
                "id": "voraus",
                "clause": "§ 2",
                "kind": "advances",
                "days": ["02-15", "05-15", "08-15", "11-15"],
                "advance": {"on": "plan"},
                "settlement": {"after_days": 30},
            }
        ],
    }


def errors(side: Side) -> list[str]:
    return [f"{finding.kind.code} {finding.text}" for finding in check(side.again())]


def items(side: Side) -> dict[str, int]:
    state = claims(side.again(), read(side.book).records)
    return {name: item.claimed_cents for name, item in state.items.items() if item.party == "dorf"}


def test_two_years_of_quarterly_advances_with_settlement(tmp_path: Path) -> None:
    sides = two_sides(tmp_path, agreement(), "dorf", dt.date(2023, 1, 20))
    paid: list[tuple[str, int]] = []
    for year in (2023, 2024, 2025):
        for number in range(1, 13 if year < 2025 else 4):
            live_month(sides, dt.date(year, number, 20))
            paid += [(f"{sides.day:%Y-%m} {payer.party}", cents) for payer, _, cents in sides.orders]
            sides.statements(on=25)
            assert sides.differences() == ()
    assert paid == [
        *((f"2023-{number} dorf", 100000) for number in ("02", "05", "08", "11")),
        ("2024-02 dorf", 125000),
        ("2024-04 dorf", 50025),
        *((f"2024-{number} dorf", 125000) for number in ("05", "08", "11")),
        ("2025-03 kreis", 25000),
    ]
    assert items(sides.office) == {
        **{f"probe-2023-dorf-v23{number}15": 100000 for number in ("02", "05", "08", "11")},
        "probe-2023-dorf-a240305": 50025,
        **{f"probe-2024-dorf-v24{number}15": 125000 for number in ("02", "05", "08", "11")},
        "probe-2024-dorf-a250220": -25000,
    }
    assert {name: -cents for name, cents in items(sides.member).items()} == items(sides.office)
    assert errors(sides.office) == errors(sides.member) == []


def live_month(sides: Sides, day: dt.date) -> None:
    """Post, send and receive where something is new, and let both sides pay what is due."""
    sides.begin(day)
    before = items(sides.office)
    sides.post()
    if items(sides.office) != before:
        for received in sides.receive(sides.send()):
            assert received.comparison.text() == "wie vereinbart"
    for side in sides.both:
        pain, _ = sides.run(side)
        sides.execute(side, pain)
