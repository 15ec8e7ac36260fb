"""The samples of the field, and one warm checker for all tests."""

from pathlib import Path

import pytest

from kkd_ledger.invoice.validate import Checker

SAMPLES = Path(__file__).resolve().parents[2] / "../shared/samples/xrechnung/standard"
CASES = sorted(SAMPLES.glob("*.xml"))


@pytest.fixture(scope="session")
def checker() -> Checker:
    return Checker()
