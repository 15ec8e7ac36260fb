"""Bad writers, planted to show that the fault tests find them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from kkd_ledger.book.store import durable, journal
from kkd_ledger.book.store.journal import Writer


def in_place(
    writer: Writer, batch: Any, check: Any, gone: Any = MappingProxyType({}), _modes: Any = None
) -> tuple[str, ...]:
    """Write over the files where they are."""
    check(batch)
    changed = [file for file in sorted(batch) if not writer._holds(file, batch[file])]
    for file in changed:
        (writer._root / file).parent.mkdir(exist_ok=True)
        (writer._root / file).write_bytes(batch[file])
    for file in gone:
        (writer._root / file).unlink(missing_ok=True)
    return tuple(changed)


def one_by_one(
    writer: Writer, batch: Any, check: Any, gone: Any = MappingProxyType({}), _modes: Any = None
) -> tuple[str, ...]:
    """Replace each file atomically, but the batch file by file."""
    check(batch)
    changed = [file for file in journal._in_order(batch) if not writer._holds(file, batch[file])]
    for file in changed:
        durable.make_folder((writer._root / file).parent, writer._root)
        draft = writer._root / f"{file}.new"
        durable.write(draft, batch[file])
        draft.replace(writer._root / file)
    for file in gone:
        (writer._root / file).unlink(missing_ok=True)
    return tuple(changed)


def forgetful(writer: Writer) -> None:
    """Throw away what a dead process left, decided or not."""
    writer._discard()


def top_file_first(batch: Any) -> list[str]:
    """Rename the top file before the months that it names."""
    return sorted(batch, key=lambda file: (file != "main.beancount", file))


def sloppy(writer: Writer) -> Any:
    """Say of every failure that nothing was written."""

    @contextlib.contextmanager
    def storage() -> Any:
        try:
            yield
        except OSError as error:
            raise journal.StorageFailed(writer._root, error) from error

    return storage()


PLANTS: dict[str, Callable[[], None]] = {
    "in place": lambda: setattr(Writer, "commit", in_place),
    "one by one": lambda: setattr(Writer, "commit", one_by_one),
    "forgetful": lambda: setattr(Writer, "recover", forgetful),
    "top file first": lambda: setattr(journal, "_in_order", top_file_first),
    "sloppy": lambda: setattr(Writer, "_storage", sloppy),
}
