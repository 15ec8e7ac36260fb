"""VAT decided and a figure known on one day: first the tax on what was claimed before, then the claim with its own."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from .test_later_vat import (
    FIRST,
    OLD_LAW,
    SECOND,
    alike,
    decided,
    live,
    opens,
    vat_of,
    with_advances,
    with_share,
)
from .two_sides import Sides

D = dt.date
BY_ITSELF = pytest.mark.parametrize("by_itself", [False, True], ids=["by-document", "by-itself"])


def receive(sides: Sides, day: dt.date, *, by_itself: bool) -> list[int]:
    """Post, send and receive on a day; return what each document asks for, in the order of their numbers."""
    sides.begin(day)
    sides.post()
    if by_itself:
        sides.post(sides.member)
    received = sides.receive(sides.send())
    assert [each.comparison.text() for each in received] == ["wie vereinbart"] * len(received)
    return [each.document.totals.due_cents for each in received]


@BY_ITSELF
@pytest.mark.parametrize(
    ("taxed", "actual", "more"),
    [(True, "5.000,05", 100000), (True, "3.000,05", -100000), (False, "5.000,05", 100000)],
)
def test_a_figure_of_the_day_of_the_decision(
    tmp_path: Path, taxed: bool, actual: str, more: int, by_itself: bool
) -> None:
    day = D(2023, 6, 1)
    first, second = "not-taxable-2b", "taxable-19"
    decisions = [decided(first), decided(second, day)] if taxed else [decided(second), decided(first, day)]
    sides = with_share(tmp_path, decisions, (actual, day))
    live(sides, D(2023, 1, 20), "probe-2023-dorf-1")
    tax, changed = (76001, more * 119 // 100) if taxed else (-76001, more)
    receive(sides, D(2023, 6, 10), by_itself=by_itself)
    assert sum(opens(sides.office).values()) == tax + changed
    assert vat_of(sides.office) == vat_of(sides.member) == (76001 + more * 19 // 100 if taxed else 0)
    alike(sides)


@BY_ITSELF
@pytest.mark.parametrize("less", ["paid", "demanded"])
def test_a_settlement_of_the_day_of_the_decision(tmp_path: Path, less: str, by_itself: bool) -> None:
    decisions = [OLD_LAW, decided("taxable-19", D(2024, 3, 5))]
    sides = with_advances(tmp_path, decisions, "4.500,00", less)
    live(sides, D(2023, 1, 20), FIRST)
    live(sides, D(2023, 11, 1), SECOND)
    asked = receive(sides, D(2024, 3, 10), by_itself=by_itself)
    assert asked == [76000, 59500]
    alike(sides, u240305=76000, a240305=59500)
    assert vat_of(sides.office) == vat_of(sides.member) == 85500
