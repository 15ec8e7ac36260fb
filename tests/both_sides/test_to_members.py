"""What the operator owes a party (`direction = "to-members"`) in both books: document, payment, correction."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from .test_advances import agreement
from .test_later_vat import alike, opens
from .two_sides import two_sides, vat

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
