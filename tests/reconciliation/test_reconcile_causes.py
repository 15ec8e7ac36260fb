"""Why two sides differ: each cause in real books, told by the member's signed file."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from kkd_ledger.reconciliation.differences import BalanceDifference, DifferenceCause
from tests.both_sides.two_sides import Side, Sides, two_sides

MARCH, APRIL = dt.date(2023, 3, 6), dt.date(2023, 4, 3)
AGREEMENT: dict[str, Any] = {
    "id": "probe",
    "title": "Probe",
    "operator": "kreis",
    "from": dt.date(2023, 1, 1),
    "known_from": dt.date(2022, 6, 1),
    "due": {"month": 3, "day": 15},
    "members": [
        {"id": "kreis", "name": "Kreis", "kind": "county", "ags": "06999"},
        {"id": "dorf", "name": "Dorf", "kind": "town", "ags": "06999001"},
    ],
    "populations": [
        {
            "source": "amt",
            "reference": dt.date(2022, 6, 30),
            "census": 2011,
            "inhabitants": {"06999001": 1000, "06999": 5000},
        }
    ],
    "bases": [
        {
            "id": "ew",
            "rule": "frozen",
            "source": "amt",
            "census": 2011,
            "reference": dt.date(2022, 6, 30),
            "from": dt.date(2023, 1, 1),
        }
    ],
    "components": [
        {
            "id": "k",
            "title": "Archiv",
            "clause": "§ 1",
            "key": "per-head",
            "basis": "ew",
            "from": dt.date(2023, 1, 1),
            "rates": [
                {"from": dt.date(2023, 1, 1), "rate": "1.10"},
                {"from": dt.date(2023, 1, 1), "rate": "1.08", "known_from": APRIL},
            ],
        }
    ],
}


@pytest.fixture
def sides(tmp_path: Path) -> Sides:
    """Return both sides in March 2023; the office has posted 1,10 × 1.000 = 1.100,00 EUR."""
    found = two_sides(tmp_path, AGREEMENT, "dorf", MARCH)
    found.begin(MARCH)
    found.post()
    return found


def change(side: Side, old: str, new: str) -> None:
    file = side.folder / "agreement.toml"
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    file.write_text(text.replace(old, new), encoding="utf-8")


def only(sides: Sides) -> BalanceDifference:
    [found] = sides.differences()
    assert found.posten == "probe-2023-dorf-1"
    return found


def test_agreed(sides: Sides) -> None:
    [one] = sides.receive(sides.send())
    assert one.comparison.text() == "wie vereinbart"
    assert sides.differences() == ()


def test_a_missing_document(sides: Sides) -> None:
    assert only(sides) == BalanceDifference(
        "probe-2023-dorf-1",
        DifferenceCause.DOCUMENT,
        1_100_00,
        "PROBE-2023-00001 über 1.100,00 EUR ist in „dorf“ nicht gebucht",
    )


def test_a_missing_resolution(sides: Sides) -> None:
    change(sides.member, '"adopted" = 2022-06-20, ', "")
    found = only(sides)
    assert (found.cause, found.cents) == (DifferenceCause.RESOLUTION, 1_100_00)
    assert found.text == "PROBE-2023-00001 über 1.100,00 EUR ist in „dorf“ nicht gebucht"


def test_rounding(sides: Sides) -> None:
    change(sides.member, '"1.10"', '"1.10001"')
    sides.post(sides.member)
    found = only(sides)
    assert (found.cause, found.cents) == (DifferenceCause.ROUNDING, -1)
    assert found.text == "gefordert 1.100,00 EUR, dort gebucht 1.100,01 EUR"


def paid(sides: Sides, on: int) -> None:
    """The member pays, and its bank says so; the office's statement of the month has nothing of it."""
    sides.receive(sides.send())
    pain, _ = sides.run(sides.member)
    sides.execute(sides.member, pain)
    sides.statements(which=[sides.member], on=on)


@pytest.mark.parametrize(("on", "cause"), [(27, DifferenceCause.TIMING), (26, DifferenceCause.PAYMENT)])
def test_on_its_way_or_paid_and_not_booked(sides: Sides, on: int, cause: DifferenceCause) -> None:
    paid(sides, on)
    found = only(sides)
    assert (found.cause, found.cents) == (cause, 1_100_00)
    assert found.text == (
        f"gezahlt 1.100,00 EUR (zuletzt {on}.03.2023), eingegangen 0,00 EUR; Stand dort 31.03.2023"
    )


def test_a_correction_after_the_other_sides_day(sides: Sides) -> None:
    sides.receive(sides.send())
    sides.begin(APRIL, which=[sides.office])
    sides.post()
    offset, credit, set_off = sides.differences()
    assert (offset.posten, offset.cause, offset.cents) == (
        "probe-2023-dorf-1",
        DifferenceCause.TIMING,
        -20_00,
    )
    assert offset.text == (
        "aufgerechnet oder erlassen 20,00 EUR (zuletzt 03.04.2023), in „dorf“ 0,00 EUR; Stand dort 31.03.2023"
    )
    assert (credit.posten, credit.cause, credit.cents) == (
        "probe-2023-dorf-g230403",
        DifferenceCause.TIMING,
        -20_00,
    )
    assert credit.text == "PROBE-2023-00002, Erstattung über 20,00 EUR ist in „dorf“ nicht gebucht"
    assert (set_off.posten, set_off.cause, set_off.cents) == (credit.posten, DifferenceCause.TIMING, 20_00)
    sides.begin(APRIL, which=[sides.member])
    causes = [one.cause for one in sides.differences()]
    assert causes == [DifferenceCause.OTHERWISE, DifferenceCause.DOCUMENT, DifferenceCause.OTHERWISE]
    [one] = sides.receive(sides.send())
    assert (one.comparison.text(), one.document.kind if one.document else "") == ("wie vereinbart", "381")
    assert sides.differences() == ()


def test_a_correction_that_both_sides_booked_by_themselves(sides: Sides) -> None:
    sides.receive(sides.send())
    sides.begin(APRIL)
    sides.post()
    sides.post(sides.member)
    before = sides.open_items(sides.member)
    [one] = sides.receive(sides.send())
    assert (one.comparison.text(), one.document.kind if one.document else "") == ("wie vereinbart", "381")
    assert sides.open_items(sides.member) == before
    assert sides.differences() == ()
