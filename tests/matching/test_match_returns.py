"""Returns that look like one payment's and may be another's: each opened the wrong demand once, or might have."""

import datetime as dt

import pytest

from kkd_ledger.bank.statements import StatementLine
from kkd_ledger.matching.match import PaidPart, match_lines
from tests.bank.writing import DAY, PAYER
from tests.matching.test_match import RF_A, RF_B, item, paid_in, placed, returned, settled
from tests.matching.test_match_doubts import FOREIGN, suspense, town


def test_a_return_of_a_duplicate_opens_nothing():
    line = returned(text=RF_A, iban=PAYER)
    assert placed(line, items=(settled(),))[0].kind == "rueckgabe"
    duplicate = StatementLine(DAY, None, -886_925, remittance=RF_A, iban=PAYER, return_reason="DUPL")
    assert suspense(duplicate, settled()) == "zurückgegeben wird eine doppelte Zahlung"
    for told in ("RETURN REASON DUPL", "Doppelzahlung"):  # MT940 has the reason in the text
        line = returned(text=f"{told} {RF_A}", iban=PAYER)
        assert suspense(line, settled()) == "zurückgegeben wird eine doppelte Zahlung"


def test_a_return_after_a_payment_too_many_is_not_guessed():
    """Of two equal payments one settled the demand; which of the two came back, and is it still settled?"""
    twin = paid_in(886_925, RF_A, end_to_end="E2E-1")
    back = returned(text=RF_A, iban=PAYER, end_to_end="E2E-1", booking_day=DAY + dt.timedelta(days=5))
    *_, found = placed(twin, twin, back)
    reason = ("zurückgegeben sein kann auch eine gleiche Zahlung, die ungeklärt ist",)
    assert (found.kind, found.evidence) == ("ungeklaert", reason)
    [found] = match_lines([("k", back)], [settled()], dedicated_account=True, suspense={"other": 886_925})
    assert (found.kind, found.evidence) == ("ungeklaert", reason)
    for others in ({}, {"other": -886_925}, {"other": 886_924}):
        [found] = match_lines([("k", back)], [settled()], dedicated_account=True, suspense=others)
        assert found.kind == "rueckgabe"


def test_an_unplaced_payment_with_another_reference_is_not_the_returned_one():
    twin = paid_in(886_925, RF_A, end_to_end="E2E-1")
    other = paid_in(886_925, RF_A, end_to_end="E2E-2")
    back = returned(iban=PAYER, end_to_end="E2E-1", booking_day=DAY + dt.timedelta(days=5))
    *_, found = placed(twin, other, back)
    assert (found.kind, found.allocations) == ("rueckgabe", (("a-1", -886_925),))


@pytest.mark.parametrize(
    ("said", "paid", "reason"),
    [
        (
            {"end_to_end": "E2E-9"},
            {"end_to_end": "E2E-1"},
            "die Rückgabe nennt die Ende-zu-Ende-Referenz E2E-9",
        ),
        ({"mandate": "STROM-1"}, {"mandate": "M-1"}, "die Rückgabe nennt das Mandat STROM-1"),
        ({"text": RF_B}, {}, f"die Rückgabe nennt {RF_B}"),
        ({"text": FOREIGN}, {}, f"die Rückgabe nennt das fremde Kassenzeichen {FOREIGN}"),
        (
            {"counterparty": "Gemeinde Beispiel"},
            {},
            "IBAN und Name nennen verschiedene Beteiligte",
        ),
    ],
)
def test_a_return_that_says_otherwise_is_another_payments(said, paid, reason):
    items = (settled(**paid), town("Gemeinde Beispiel", cents=5_000))
    assert suspense(returned(iban=PAYER, **said), *items) == reason


def test_a_returned_return_opens_no_payable_of_its_amount():
    """The bank takes a return back: money comes in again, and a refund that we once paid is not what came back."""
    refund = item("k-1", 0, RF_B, direction="verbindlichkeit", paid=(PaidPart("1:f-k-1", 886_925),))
    line = StatementLine(DAY, None, 886_925, iban=PAYER, structured=(RF_A,), reversal=True)
    assert suspense(line, item(), refund) == f"die Rückgabe nennt {RF_A}"


def test_a_return_of_an_overpayment_opens_the_demand_and_leaves_the_rest_to_be_cleared():
    """The bank gives the whole line back, also what no demand took of it."""
    back = returned(-900_000, text=RF_A, iban=PAYER, booking_day=DAY + dt.timedelta(days=5))
    paid, found = placed(paid_in(900_000, RF_A), back)
    assert (paid.allocations, paid.rest_cents) == ((("a-1", 886_925),), 13_075)
    expected = "rueckgabe", (("a-1", -886_925),), -13_075
    assert (found.kind, found.allocations, found.rest_cents) == expected
    [found] = match_lines([("k", back)], [settled()], dedicated_account=True, suspense={"1:f-alt-1": 13_075})
    assert (found.kind, found.allocations, found.rest_cents) == expected


def test_a_return_of_what_was_cleared_since_is_for_a_person():
    [found] = match_lines(
        [("k", returned(-900_000, text=RF_A, iban=PAYER))], [settled()], dedicated_account=True
    )
    assert (found.kind, found.evidence) == (
        "ungeklaert",
        ("nur ein einziges Merkmal spricht für eine Zuordnung",),
    )
