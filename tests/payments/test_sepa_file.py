"""What kkd tells a bank is read back as it was meant; anything else is refused."""

from __future__ import annotations

import datetime as dt

import pytest

from kkd_ledger.payments.sepa import Mandate, Run, RunRefused, SepaPayment, debits, transfers
from kkd_ledger.payments.sepa_file import FiledPayment, PaymentFile, read_file

OURS, THEIRS, OTHER = "DE09999999999900100000", "DE75999999990065340010", "DE96999999990065340020"
MANDATE = Mandate("M-1", dt.date(2023, 1, 1))
FILED = (
    FiledPayment("archiv-2024-adorf-1", 123_45, THEIRS),
    FiledPayment("archiv-2024-behausen-1", 1, OTHER),
)


def run(name: str) -> Run:
    payments = tuple(
        SepaPayment(filed.end_to_end, filed.cents, "Adorf", filed.iban, "", "Archiv", MANDATE)
        for filed in FILED
    )
    day = dt.date(2024, 2, 29)
    return Run(name, day, day, "Amt", OURS, "K. Kasse", "B. Buch", payments, "DE98ZZZ09999999999")


@pytest.mark.parametrize(("name", "write"), [("pain001-x-001", transfers), ("pain008-x-001", debits)])
def test_a_file_says_what_was_written(name, write):
    assert read_file(write(run(name)), name) == PaymentFile(name, frozenset({OURS}), FILED)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"<Document/>",
        b'<!DOCTYPE x [<!ENTITY e "1">]><x>&e;</x>',
        transfers(run("pain001-x-001"))[:-20],
    ],
)
def test_what_is_none_of_ours_is_refused(content):
    with pytest.raises(RunRefused, match="keine lesbare Zahldatei"):
        read_file(content, "pain001-x-001")


def test_an_amount_that_is_none_is_refused():
    spoilt = transfers(run("pain001-x-001")).replace(b">123.45<", b">viel<")
    with pytest.raises(RunRefused, match="keine lesbare Zahldatei"):
        read_file(spoilt, "pain001-x-001")
