"""What the operator owes a party (`direction = "to-members"`) in both books: document, payment, correction."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from .test_advances import agreement
from .test_later_vat import alike, opens
from .two_sides import Sides, two_sides, vat

D = dt.date


@pytest.mark.parametrize(
    ("decision", "first", "second"),
    [
        (vat("not-taxable-2b"), 100005, 10005),
        (vat("taxable-19", amounts="net"), 119006, 11906),
    ],
    ids=["not taxable", "taxed"],
)
def test_the_operator_pays_and_is_corrected(
    tmp_path: Path, decision: dict[str, object], first: int, second: int
) -> None:
    data = agreement()
    data["components"][0].pop("dues")
    data.pop("dues")
    totals = [("1.000,05", D(2023, 1, 1)), ("900,00", D(2023, 4, 1))]
    data["components"][0]["direction"] = "to-members"
    data["components"][0]["totals"] = [
        {"year": 2023, "amount": amount, "known_from": known} for amount, known in totals
    ]
    sides = two_sides(tmp_path, data | {"to": D(2023, 12, 31), "vat": [decision]}, "dorf", D(2023, 1, 20))
    documents = []
    for day in (D(2023, 1, 20), D(2023, 3, 3), D(2023, 4, 10), D(2023, 5, 5)):
        sides.begin(day)
        sides.post()
        for received in sides.receive(sides.send()):
            assert received.comparison.text() == "wie vereinbart"
            documents.append((received.document.kind, received.document.totals.due_cents))
        for side in sides.both:
            pain, _ = sides.run(side)
            sides.execute(side, pain)
        sides.statements(on=25)
        alike(sides)
    assert documents == [("381", first), ("384", second)]
    assert opens(sides.office) == {}


FREE = vat("not-taxable-2b")
TAXED = vat("taxable-19", amounts="net")


@pytest.mark.parametrize(
    ("decision", "less", "actual", "documents"),
    [
        (FREE, "paid", "3.000,00", [("381", 200000), ("381", 200000), ("381", 100000)]),
        (FREE, "paid", "1.500,00", [("381", 200000), ("381", 200000), ("380", 50000)]),
        (FREE, "demanded", "4.500,00", [("381", 200000), ("381", 200000), ("381", 50000)]),
        (TAXED, "paid", "3.000,05", [("381", 238000), ("381", 238000), ("381", 119006)]),
        (TAXED, "demanded", "3.000,00", [("381", 238000), ("381", 238000), ("380", 119000)]),
    ],
)
def test_advances_to_a_member_are_written_paid_and_settled(
    tmp_path: Path, decision: dict[str, object], less: str, actual: str, documents: list[tuple[str, int]]
) -> None:
    """The first of two advances of 2,000.00 is paid, the second is not when the year is settled."""
    sides = advanced(tmp_path, decision, less, actual, direction="to-members")
    told = []
    for day in (
        D(2023, 1, 20),
        D(2023, 2, 1),
        D(2023, 11, 1),
        D(2024, 3, 10),
        D(2024, 4, 20),
        D(2024, 5, 20),
    ):
        sides.begin(day)
        told += demanded(sides)
        if day not in (D(2023, 11, 1), D(2024, 3, 10)):
            for side in sides.both:
                pain, _ = sides.run(side)
                sides.execute(side, pain)
        sides.statements(on=25)
        alike(sides)
    assert told == documents
    assert opens(sides.office) == {}


@pytest.mark.parametrize("direction", ["to-operator", "to-members"])
@pytest.mark.parametrize("decision", [FREE, TAXED], ids=["not taxable", "taxed"])
def test_a_year_that_cost_nothing_and_of_which_nothing_was_paid_is_settled_at_nothing(
    tmp_path: Path, decision: dict[str, object], direction: str
) -> None:
    sides = advanced(tmp_path, decision, "paid", "0", direction=direction)
    for day in (D(2023, 1, 20), D(2023, 11, 1)):
        sides.begin(day)
        demanded(sides)
        sides.statements(on=25)
    sides.begin(D(2024, 3, 10))
    assert demanded(sides) == [("380", 0)]
    alike(sides)
    assert opens(sides.office) == {}


def advanced(folder: Path, decision: dict[str, object], less: str, actual: str, **component: str) -> Sides:
    """Return both sides of advances of 4,000.00 in two parts, and what 2023 came to."""
    data = agreement()
    totals = [
        {"year": 2023, "amount": "4.000,00", "kind": "plan"},
        {"year": 2023, "amount": actual, "known_from": D(2024, 3, 5)},
    ]
    data["components"][0] |= {"totals": totals} | component
    data["dues"][0] |= {"days": ["02-15", "11-15"], "settlement": {"after_days": 30, "less": less}}
    return two_sides(folder, data | {"to": D(2023, 12, 31), "vat": [decision]}, "dorf", D(2023, 1, 20))


def demanded(sides: Sides) -> list[tuple[str, int]]:
    """Post, send and receive; return kind and sum of what was received as agreed."""
    sides.post()
    received = sides.receive(sides.send())
    assert [each.comparison.text() for each in received] == ["wie vereinbart"] * len(received)
    return [(each.document.kind, each.document.totals.due_cents) for each in received]
