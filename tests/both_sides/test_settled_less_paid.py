"""Both sides settle less what was paid: the settlement takes over what is not paid of the advances, in both books."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from kkd_ledger.audit.compared import compared
from kkd_ledger.book.entries import CorrectionCause
from kkd_ledger.book.state.claims import claims
from kkd_ledger.book.state.overview import overview
from kkd_ledger.book.text.reader import read
from kkd_ledger.rules.engine.check import check
from kkd_ledger.work.corrections.clearing import clear, waiting
from kkd_ledger.work.corrections.reverse import reverse

from .test_advances import agreement
from .two_sides import Side, Sides, two_sides

FIRST, SECOND, SETTLED = (f"probe-2023-dorf-{end}" for end in ("v230215", "v231115", "a240305"))
UNPAID = 200000


def cause(sides: Sides) -> CorrectionCause:
    return CorrectionCause("Versehen", "S. Muster", sides.order)


def lived(folder: Path, actual: str, **more: Any) -> Sides:
    """Two advances of 2,000.00 in 2023, of which the first is paid."""
    data = agreement()
    data["components"][0]["totals"] = [
        {"year": 2023, "amount": "4.000,00", "kind": "plan"},
        {"year": 2023, "amount": actual, "known_from": dt.date(2024, 3, 5)},
    ]
    data["to"] = dt.date(2023, 12, 31)
    data["dues"][0] |= {"days": ["02-15", "11-15"], "settlement": {"after_days": 30, "less": "paid"}}
    sides = two_sides(folder, data | more, "dorf", dt.date(2023, 1, 20))
    for day in (dt.date(2023, 1, 20), dt.date(2023, 2, 1), dt.date(2023, 11, 1)):
        sides.begin(day)
        sides.post()
        sides.receive(sides.send())
        if day.month == 2:
            sides.by_hand(sides.member, reference(sides, FIRST), open_cents(sides.office, FIRST))
        sides.statements()
    sides.begin(dt.date(2024, 3, 10))
    return sides


def reference(sides: Sides, posten: str) -> str:
    return next(item.reference for item in sides.open_items(sides.office) if item.posten == posten)


def open_cents(side: Side, posten: str) -> int:
    return claims(side.again(), read(side.book).records).items[posten].open_cents


def opens(side: Side) -> dict[str, int]:
    state = claims(side.again(), read(side.book).records)
    return {name: item.open_cents for name, item in state.items.items() if item.open_cents}


def alike(sides: Sides, **expected: int) -> None:
    """Both books have open just this (seen from the office), differ in nothing, and no rule finds an error."""
    wanted = {f"probe-2023-dorf-{end}": cents for end, cents in expected.items()}
    assert opens(sides.office) == wanted
    assert {name: -cents for name, cents in opens(sides.member).items()} == wanted
    assert sides.differences() == ()
    for side in sides.both:
        found = [str(finding.text) for finding in check(side.again()) if finding.kind.level == "fehler"]
        assert found == []
        assert [each.text for each in compared(side.again(), full=True) if each.kind.level == "fehler"] == []


@pytest.mark.parametrize(
    ("actual", "asked"),
    [("4.500,25", 50025 + UNPAID), ("3.750,00", UNPAID - 25000), ("4.000,00", UNPAID), ("1.500,00", -50000)],
)
def test_what_is_not_paid_of_the_advances_ends_in_the_settlement(tmp_path, actual, asked):
    sides = lived(tmp_path, actual)
    sides.post()
    [received] = sides.receive(sides.send())
    assert received.comparison.text() == "wie vereinbart"
    document = received.document
    assert document.totals.due_cents * (-1 if document.is_credit else 1) == asked
    alike(sides, a240305=asked)
    payer = sides.member if asked > 0 else sides.office
    sides.begin(dt.date(2024, 4, 9))
    pain, _ = sides.run(payer)
    sides.execute(payer, pain)
    sides.statements()
    alike(sides)


def test_a_settlement_that_is_just_the_unpaid_advances_the_other_way_leaves_nothing(tmp_path):
    sides = lived(tmp_path, "2.000,00")
    sides.post()
    sides.receive(sides.send())
    alike(sides)


def test_where_everything_is_paid_it_is_as_less_what_was_demanded(tmp_path):
    sides = lived(tmp_path, "4.000,00")
    sides.by_hand(sides.member, reference(sides, SECOND), UNPAID)
    sides.statements()
    before = len(read(sides.office.book).records)
    sides.post()
    assert len(read(sides.office.book).records) == before, "nothing is left to settle"
    alike(sides)


def test_a_payment_on_its_way_moves_to_the_settlement(tmp_path):
    sides = lived(tmp_path, "4.500,25")
    sides.by_hand(sides.member, reference(sides, SECOND), UNPAID)
    orders = list(sides.orders)
    sides.statements(which=[sides.member], on=9)
    sides.orders = orders
    sides.post()
    [received] = sides.receive(sides.send())
    assert "eine Zahlung ist unterwegs" in received.comparison.text()
    assert opens(sides.office) == {SETTLED: 50025 + UNPAID}
    assert opens(sides.member) == {SETTLED: -50025}
    sides.statements(which=[sides.office], on=12)
    [money] = waiting(sides.office.again(), sides.day)
    assert SETTLED in money.proposals[0].text
    clear(sides.office.again(), money.suspense.number, SETTLED, None, cause(sides))
    alike(sides, a240305=50025)


def test_the_members_own_posting_and_the_document_meet(tmp_path):
    sides = lived(tmp_path, "4.500,25")
    for side in sides.both:
        sides.post(side)
    [received] = sides.receive(sides.send())
    assert received.comparison.text() == "wie vereinbart"
    alike(sides, a240305=50025 + UNPAID)


def test_a_reversed_settlement_leaves_the_advances_as_they_were(tmp_path):
    sides = lived(tmp_path, "4.500,25")
    sides.post()
    number = next(
        record.meta["nr"]
        for record in read(sides.office.book).records
        if getattr(record, "meta", {}).get("buchungsart") == "abrechnung"
    )
    reverse(sides.office.again(), str(number), cause(sides))
    assert opens(sides.office) == {SECOND: UNPAID}
    sides.post()
    assert opens(sides.office) == {SETTLED: 50025 + UNPAID}


def test_with_vat_both_name_the_same_cents(tmp_path):
    from .two_sides import vat

    sides = lived(tmp_path, "4.500,25", vat=[vat("taxable-19", amounts="net")])
    sides.post()
    [received] = sides.receive(sides.send())
    assert received.comparison.text() == "wie vereinbart"
    asked = 50025 + 9505 + UNPAID + 38000
    assert received.document.totals.due_cents == asked
    assert any("380,00 EUR" in line.description for line in received.document.lines)
    alike(sides, a240305=asked)


def test_with_vat_a_settlement_may_leave_nothing_too(tmp_path):
    from .two_sides import vat

    sides = lived(tmp_path, "2.000,00", vat=[vat("taxable-19", amounts="net")])
    sides.post()
    sides.receive(sides.send())
    alike(sides)
    book = sides.office.again()
    tax = overview(book, read(book).records).movements.tax
    taxed = {name: cents for name, cents in tax.items() if cents}
    assert taxed == {FIRST: 38000}, "of the advance that was paid; the other one's went the other way"
