"""One lock per book: whoever writes holds it, whoever waits too long is told who does."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from kkd_ledger import german
from kkd_ledger.errors import BookBusy, StorageFailed

LOCK_SECONDS_MAX: Final = 5
CACHE: Final = ".kkd"
_LOCK: Final = "lock"
_HOLDER: Final = "holder"


@contextmanager
def locked(root: Path, lock_seconds_max: float = LOCK_SECONDS_MAX) -> Iterator[Callable[[], None]]:
    """Hold the book's lock and yield a call that raises BookBusy where it is ours no more.

    The kernel frees the lock with the process that held it; the file stays. Raise BookBusy where another process holds
    it longer than `lock_seconds_max`, StorageFailed where the disk refuses. A thread that holds it may take it again:
    so a person's confirmation is reckoned once more and written under one lock.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(root / CACHE / _LOCK, is_singleton=True)
    try:
        (root / CACHE).mkdir(exist_ok=True)
        lock.acquire(timeout=lock_seconds_max)
    except Timeout:
        raise BookBusy(root, _holder(root)) from None
    except OSError as error:
        raise StorageFailed(root / CACHE, error) from error
    try:
        _note_holder(root)
        yield lambda: _still_ours(root)
    finally:
        lock.release()


def _note_holder(root: Path) -> None:
    """Leave the process number for the message of whoever waits; no part of the books."""
    try:
        (root / CACHE / _HOLDER).write_text(str(os.getpid()), encoding="ascii")
    except OSError as error:
        raise StorageFailed(root / CACHE, error) from error


def _holder(root: Path) -> str:
    """Say who holds the lock and since when: the file's own time, so that no clock is asked."""
    try:
        note = root / CACHE / _HOLDER
        since = dt.datetime.fromtimestamp(int(note.stat().st_mtime), tz=dt.UTC).astimezone()
        return f"Prozess {note.read_text(encoding='ascii')} seit {german.day(since)} {since:%H:%M:%S}"
    except OSError:
        return "ein anderer Prozess"


def _still_ours(root: Path) -> None:
    """Raise BookBusy where `.kkd/` was deleted under us: then another process may hold a lock of its own."""
    try:
        ours = (root / CACHE / _HOLDER).read_text(encoding="ascii") == str(os.getpid())
    except FileNotFoundError:
        ours = False
    if not ours:
        raise BookBusy(root, f"die Sperre in {CACHE}/ wurde inzwischen gelöscht; nichts wurde geschrieben")
