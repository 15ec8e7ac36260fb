"""One warm checker for the tests of the letters that carry an e-invoice."""

import pytest

from kkd_ledger.einvoice.validate import Checker


@pytest.fixture(scope="session")
def checker() -> Checker:
    return Checker()
