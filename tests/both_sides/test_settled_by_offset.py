"""Both sides set a settlement off against the next rate: its credit lowers it, a rest is due with it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from kkd_ledger.book.state.claims import claims
from kkd_ledger.book.text.reader import read
from kkd_ledger.rules.engine.check import check

from .test_advances import agreement
from .two_sides import Side, Sides, two_sides

NEXT = "probe-2024-dorf-v240515"


def lived(folder: Path, actual: str, **plan: Any) -> Sides:
    """Both advances of 2023 are paid; in March 2024 the year is settled, in April the next advance is asked for."""
    data = agreement()
    data["components"][0]["totals"] = [
        {"year": 2023, "amount": "2.000,00", "kind": "plan"},
        {"year": 2023, "amount": actual, "known_from": dt.date(2024, 3, 5)},
        {"year": 2024, "amount": "2.000,00", "kind": "plan", "known_from": dt.date(2023, 12, 10)},
    ]
    settlement = {"due": "next", "by": "offset"}
    data["dues"][0] |= {"days": ["05-15", "11-15"], "settlement": settlement} | plan
    sides = two_sides(folder, data, "dorf", dt.date(2023, 1, 20))
    sides.begin(dt.date(2023, 1, 20))
    for day in (dt.date(2023, 5, 1), dt.date(2023, 11, 1)):
        live(sides, day)
    live(sides, dt.date(2024, 3, 10))
    return sides


def live(sides: Sides, day: dt.date) -> list[int]:
    """Post, send, receive, and let both sides pay what is due in the month; return what was paid."""
    sides.begin(day)
    sides.post()
    for received in sides.receive(sides.send()):
        assert received.comparison.text() == "wie vereinbart"
    for side in sides.both:
        pain, _ = sides.run(side)
        sides.execute(side, pain)
    paid = [cents * (1 if payer is sides.member else -1) for payer, _, cents in sides.orders]
    sides.statements()
    assert sides.differences() == ()
    return paid


def opens(side: Side) -> dict[str, int]:
    state = claims(side.again(), read(side.book).records)
    return {name: item.open_cents for name, item in state.items.items() if item.open_cents}


@pytest.mark.parametrize(
    ("actual", "asked", "paid"),
    [
        ("1.700,00", {NEXT: 70000}, [70000]),
        ("2.150,50", {NEXT: 100000, "probe-2023-dorf-a240305": 15050}, [15050, 100000]),
        ("600,00", {"probe-2023-dorf-a240305": -40000}, [-40000]),
    ],
)
def test_a_settlement_goes_with_the_next_rate(tmp_path, actual, asked, paid):
    sides = lived(tmp_path, actual)
    assert NEXT not in opens(sides.office)
    sides.begin(dt.date(2024, 4, 20))
    sides.post()
    sides.receive(sides.send())
    assert opens(sides.office) == asked
    assert {name: -cents for name, cents in opens(sides.member).items()} == asked
    assert sides.differences() == ()
    assert sorted(live(sides, dt.date(2024, 5, 2))) == paid
    for side in sides.both:
        assert opens(side) == {}
        assert [found.text for found in check(side.again()) if found.kind.level == "fehler"] == []


def test_nothing_is_set_off_where_the_clause_does_not_say_so(tmp_path):
    sides = lived(tmp_path, "1.700,00", settlement={"due": "next"})
    live(sides, dt.date(2024, 4, 20))
    assert opens(sides.office) == {NEXT: 100000, "probe-2023-dorf-a240305": -30000}
