"""Another process that holds a book's lock."""

from pathlib import Path
from typing import Any

from kkd_ledger.book.store.lock import locked


def hold(root: str, held: Any, free: Any) -> None:
    """Hold the lock until report to free it."""
    with locked(Path(root)):
        held.set()
        free.wait(60)
