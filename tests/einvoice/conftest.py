"""The samples of the field, and one warm checker for all tests."""

import pytest

from kkd_ledger.einvoice.validate import Checker
from tests.samples import FILES

SAMPLES = FILES / "xrechnung/standard"
CASES = sorted(SAMPLES.glob("*.xml"))


@pytest.fixture(scope="session")
def checker() -> Checker:
    return Checker()
