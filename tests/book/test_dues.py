"""What is due of an item, and when: the whole, what was deferred, and instalments paid in their order."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from kkd_ledger.book.state.dispositions import Disposition, OrderedDue, due_parts, due_since
from kkd_ledger.book.state.items import Item

MARCH, JUNE, SEPTEMBER = (dt.date(2024, month, 15) for month in (3, 6, 9))
RATES = [(MARCH, 500_00), (JUNE, 300_00), (SEPTEMBER, 200_00)]


def item(open_cents: int, order: Disposition | None = None, account: str = "Aktiva:2600-F:A") -> Item:
    found = Item("p-1", account, "a", 2024, "", "", MARCH, dt.date(2024, 1, 5))
    found.open_cents, found.disposition = open_cents, order
    return found


def rated(open_cents: int, account: str = "Aktiva:2600-F:A") -> Item:
    sign = 1 if account.startswith("Aktiva") else -1
    return item(open_cents, Disposition("ratenzahlung", SEPTEMBER, sign * 1_000_00, list(RATES)), account)


def test_a_claim_is_due_as_a_whole() -> None:
    assert item(1_000_00).dues == (OrderedDue(MARCH, 1_000_00),)
    assert item(1_000_00).due_by(MARCH) == 1_000_00
    assert item(1_000_00).due_by(MARCH - dt.timedelta(days=1)) == 0


def test_what_was_deferred_is_due_on_the_last_day_of_the_deferral() -> None:
    deferred = item(1_000_00, Disposition("stundung", JUNE, 1_000_00))
    assert deferred.due_by(MARCH) == 0
    assert deferred.due_by(JUNE) == 1_000_00


def test_instalments_are_due_one_by_one_and_paid_in_their_order() -> None:
    assert rated(1_000_00).due_by(MARCH) == 500_00
    assert rated(450_00).dues == (OrderedDue(JUNE, 250_00), OrderedDue(SEPTEMBER, 200_00))
    assert rated(450_00).due_by(MARCH) == 0
    assert rated(450_00).due_by(JUNE) == 250_00


def test_the_other_side_reckons_alike() -> None:
    assert rated(-450_00, "Passiva:4500-V:A").dues == rated(450_00).dues


def test_nothing_is_due_of_what_is_settled_or_overpaid() -> None:
    assert item(0).dues == item(-5).dues == item(5, account="Passiva:4500-V:A").dues == ()


def test_a_payment_that_came_back_after_the_order_falls_due_with_the_first_instalment() -> None:
    assert rated(1_200_00).dues[0] == OrderedDue(MARCH, 700_00)


@given(
    rates=st.lists(
        st.tuples(st.dates(dt.date(2024, 1, 1), dt.date(2026, 1, 1)), st.integers(1, 10**6)), max_size=6
    ),
    settled=st.integers(-(10**6), 10**7),
    open_cents=st.integers(1, 10**7),
)
def test_the_parts_are_what_is_open_and_the_first_is_due_since_then(
    rates: list[tuple[dt.date, int]], settled: int, open_cents: int
) -> None:
    until = max((day for day, _ in rates), default=dt.date(2026, 1, 2))
    parts = due_parts(until, rates, settled, open_cents)
    assert sum(one.cents for one in parts) == open_cents
    assert all(one.cents > 0 for one in parts)
    assert [one.day for one in parts] == sorted(one.day for one in parts)
    assert parts[0].day == due_since(until, rates, settled)
