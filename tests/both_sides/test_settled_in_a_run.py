"""The settlement takes over an advance that a payment run has told the bank to pay: it is paid once all the same."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from kkd_ledger.work.corrections.clearing import clear, waiting
from kkd_ledger.work.month.status import status
from kkd_ledger.work.transfers.payrun import PaymentRun, RunRelease, pay
from kkd_ledger.work.transfers.taken_back import cancel

from .test_settled_less_paid import SECOND, SETTLED, UNPAID, alike, cause, lived, opens
from .two_sides import Sides

SETTLED_CENTS = 50025


def in_a_run(folder: Path, actual: str = "4.500,25") -> tuple[Sides, bytes]:
    """The second advance stands in a run of the member when the settlement comes; return the run's file too."""
    sides = lived(folder, actual)
    sides.begin(dt.date(2024, 3, 3))
    first = paid(sides, dt.date(2024, 3, 15))
    sides.begin(dt.date(2024, 3, 10))
    sides.post()
    sides.receive(sides.send())
    return sides, (sides.member.book.root / first.file).read_bytes()


def paid(sides: Sides, until: dt.date) -> PaymentRun:
    return pay(sides.member.again(), release(sides, until))


def release(sides: Sides, until: dt.date) -> RunRelease:
    return RunRelease("S. Muster", "L. Beispiel", sides.day, until)


def clear_all(sides: Sides) -> None:
    for side in sides.both:
        [money] = waiting(side.again(), sides.day)
        assert any(SETTLED in way.text for way in money.proposals)
        clear(side.again(), money.suspense.number, SETTLED, None, cause(sides))


def test_only_what_the_run_does_not_pay_is_paid_of_the_settlement(tmp_path):
    sides, pain = in_a_run(tmp_path)
    alike(sides, a240305=SETTLED_CENTS + UNPAID)
    done = paid(sides, dt.date(2024, 4, 4))
    assert [payment.cents for payment in done.run.payments] == [SETTLED_CENTS]
    assert any(
        "um die 2.000,00 EUR weniger gezahlt, die pain001-2024-03-03-001" in one for one in done.remarks
    )
    assert not any("zurückrufen" in one for one in done.remarks)
    sides.execute(sides.member, pain)
    sides.statements()
    clear_all(sides)
    alike(sides, a240305=SETTLED_CENTS)
    sides.execute(sides.member, (sides.member.book.root / done.file).read_bytes())
    sides.begin(dt.date(2024, 4, 10))
    sides.statements()
    alike(sides)
    assert paid(sides, dt.date(2024, 4, 30)).run.payments == ()


def test_a_run_without_anything_due_says_what_comes_next(tmp_path):
    sides, _ = in_a_run(tmp_path)
    done = paid(sides, dt.date(2024, 3, 20))
    assert (done.file, done.run.payments) == ("", ())
    assert done.next_due == f"Als Nächstes wird am 04.04.2024 fällig: 500,25 EUR ({SETTLED})."


def test_what_the_bank_has_shown_and_nobody_has_placed_is_not_paid_again(tmp_path):
    sides, pain = in_a_run(tmp_path)
    sides.execute(sides.member, pain)
    sides.statements()
    held = paid(sides, dt.date(2024, 4, 4))
    assert held.run.payments == ()
    assert [name for name, reason in held.left if "noch keinem Posten zugeordnet" in reason] == [SETTLED]
    clear_all(sides)
    assert [one.cents for one in paid(sides, dt.date(2024, 4, 4)).run.payments] == [SETTLED_CENTS]


def test_a_run_that_the_bank_passed_by_is_told_and_freed(tmp_path):
    sides, _ = in_a_run(tmp_path)
    sides.statements()
    [run] = {
        one.split()[0] for one in paid(sides, dt.date(2024, 4, 4)).remarks if "gebucht ist das nicht" in one
    }
    cancel(sides.member.again(), run, release(sides, sides.day), "nie eingereicht", items=[SECOND])
    done = paid(sides, dt.date(2024, 4, 5))
    assert sum(payment.cents for payment in done.run.payments) == UNPAID


def test_a_cancelled_run_frees_the_settlement(tmp_path):
    sides, _ = in_a_run(tmp_path)
    cancel(sides.member.again(), "pain001-2024-03-03-001", release(sides, sides.day), "neu aufgelegt")
    done = paid(sides, dt.date(2024, 4, 4))
    assert [payment.cents for payment in done.run.payments] == [SETTLED_CENTS + UNPAID]
    sides.execute(sides.member, (sides.member.book.root / done.file).read_bytes())
    sides.begin(dt.date(2024, 4, 10))
    sides.statements()
    alike(sides)


def test_a_settlement_lower_than_the_run_is_called_back(tmp_path):
    sides, _ = in_a_run(tmp_path, "3.750,00")
    assert opens(sides.member) == {SETTLED: 25000 - UNPAID}
    told = status(sides.member.again(), today=sides.day).troubles
    assert any(f"zahlt {SECOND} (aufgegangen in {SETTLED}) mit 2.000,00 EUR, offen" in line for line in told)
    assert paid(sides, dt.date(2024, 4, 4)).run.payments == ()


@pytest.mark.parametrize("actual", ["1.500,00", "2.000,00"])
def test_a_run_for_an_advance_that_ended_in_a_refund_is_cancelled(tmp_path, actual):
    sides, _ = in_a_run(tmp_path, actual)
    told = status(sides.member.again(), today=sides.day).troubles
    assert any(f"zahlt {SECOND} mit 2.000,00 EUR, offen sind nur noch 0,00 EUR" in line for line in told)
    cancel(sides.member.again(), "pain001-2024-03-03-001", release(sides, sides.day), "zurückgerufen")
    told = status(sides.member.again(), today=sides.day).troubles
    assert not any(SECOND in line for line in told)


def test_a_run_that_a_payment_by_hand_overtook_is_cancelled(tmp_path):
    sides, _ = in_a_run(tmp_path)
    settled = sides.open_items(sides.member)[0]
    sides.by_hand(sides.member, settled.reference, SETTLED_CENTS + UNPAID)
    sides.day = dt.date(2024, 3, 12)
    sides.statements(on=12, through=dt.date(2024, 3, 13))
    assert opens(sides.member) == {}
    cancel(sides.member.again(), "pain001-2024-03-03-001", release(sides, sides.day), "zurückgerufen")
