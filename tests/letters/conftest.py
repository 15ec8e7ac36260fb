"""One warm checker for the tests of the letters that carry an e-invoice, and copies of the sample's books."""

import shutil
from pathlib import Path

import pytest

from kkd_ledger.einvoice.validate import Checker
from kkd_ledger.letters.letter import DocumentMaker
from tests.samples import LEDGERS


@pytest.fixture(scope="session")
def checker() -> Checker:
    return Checker()


@pytest.fixture(scope="session")
def maker(checker: Checker) -> DocumentMaker:
    return DocumentMaker(checker=checker)


@pytest.fixture
def ledgers(tmp_path: Path) -> Path:
    for name in ("kkd", "landkreis", "biedenkopf"):
        shutil.copytree(LEDGERS / name, tmp_path / name)
    return tmp_path
