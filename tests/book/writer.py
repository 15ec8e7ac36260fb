"""A small book on the disk, batches for it, and a model of what the writer should make of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from unittest import mock

import pytest

from kkd_ledger.book.store.journal import Writer
from kkd_ledger.errors import EntryRefused, Problem
from tests.samples import tree

Files = Mapping[str, bytes]
BEFORE: Files = {"main.beancount": b"alt", "2024/2024-01.beancount": b"eins"}
BATCH: Files = {
    "main.beancount": b"neu",
    "2024/2024-01.beancount": b"zwei",
    "2024/2024-02.beancount": b"drei",
}


class DeathError(BaseException):
    """The process is dead: nothing it would do from here on happens."""


def accept(batch: Files) -> None:
    """Find nothing wrong with a batch."""


def refuse(batch: Files) -> None:
    """Refuse any batch."""
    raise EntryRefused([Problem("main.beancount", "", "falsch", "richtig")])


def lay(root: Path, files: Files) -> None:
    """Lay out files as a book on the disk."""
    for file, content in files.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_bytes(content)


def files_of(root: Path) -> dict[str, bytes]:
    """Return the files of a book with their bytes."""
    return {file: content for file, content in tree(root).items() if content is not None}


def after(before: Files, batch: Files, gone: Files) -> dict[str, bytes]:
    """Return what a book holds after a batch: the model of the writer."""
    kept = {file: content for file, content in before.items() if gone.get(file) != content}
    return {**kept, **batch}


def writer_of(root: Path) -> Writer:
    """Return a writer as one that holds the lock."""
    return Writer(root, lambda: None)


def decided_batch(book: Path, gone: Files = MappingProxyType({})) -> None:
    """Leave a batch that is decided and of which nothing is in its place."""
    with (
        mock.patch.object(Writer, "_finish", side_effect=DeathError),
        pytest.raises(DeathError),
    ):
        writer_of(book).commit(BATCH, accept, gone)
