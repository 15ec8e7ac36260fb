"""The books of invented parties that rules are folded over."""

from pathlib import Path

import pytest

from kkd_ledger.book.config import Book
from tests.rules import folding


@pytest.fixture(scope="session")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The settings of the operator; no test writes into its folder."""
    return folding.book(tmp_path_factory.mktemp("operator"))


@pytest.fixture(scope="session")
def member(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The settings of the member Adorf; no test writes into its folder."""
    return folding.book(tmp_path_factory.mktemp("member"), "adorf")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of the test's own, for settings of its own."""
    return tmp_path
