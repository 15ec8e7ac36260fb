"""Books of the invented parties that the tests of the work begin with."""

import shutil
from pathlib import Path

import pytest

from kkd_ledger.book.config import Book, load_book
from tests.samples import posted_three


@pytest.fixture(scope="module")
def posted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The office's and Adorf's books with their shares posted, to be copied."""
    folder = tmp_path_factory.mktemp("posted")
    posted_three(folder, "amt")
    posted_three(folder, "adorf")
    return folder


@pytest.fixture
def amt(posted: Path, tmp_path: Path) -> Book:
    """A copy of the office's books; the copies of others lie beside it."""
    return load_book(shutil.copytree(posted, tmp_path / "books") / "amt")
