"""Hashes of a book's months, taken by a second process while the first one still loads its code and the agreement.

Verifying ten sealed years is hashing 88 MB: about half of what a month into such a book takes longer than into one of a
single year. What is told of a file holds only while it is still that file; whatever is not told is hashed as ever, so a
small book, a machine with one core and a process that dies lose nothing but the time.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from hashlib import file_digest
from io import FileIO
from pathlib import Path
from typing import Final, NamedTuple, Self

from kkd_ledger import process
from kkd_ledger.book.store.year_files import in_years

BYTES_MIN: Final = 16 * 2**20
"""Below this, hashing takes less than a second process costs."""
MONTHS: Final = (".beancount", ".bank.json")


class Stamp(NamedTuple):
    """By what a file is known to be still the one that was read: a writer replaces files and never changes them."""

    inode: int
    modified_ns: int
    size: int

    @classmethod
    def of(cls, file: os.stat_result) -> Self:
        """Return the stamp of a file's status."""
        return cls(file.st_ino, file.st_mtime_ns, file.st_size)


class PrehashedFiles:
    """What a second process tells of files by their names: the hash of each, and the stamp that it had."""

    def __init__(self, pipe: int | None = None, child: int | None = None) -> None:
        self._pipe = pipe
        self._child = child

    def sha256(self, file: str, stamp: Stamp) -> str | None:
        """Return the hash of a file that bears this stamp, only once: whoever asks again later has it hashed anew.

        None where it was not told.
        """
        hashed = self._told.pop(file, None)
        return hashed[1] if hashed and hashed[0] == stamp else None

    @cached_property
    def _told(self) -> dict[str, tuple[Stamp, str]]:
        """Everything that was told, once the second process has ended."""
        if self._pipe is None:
            return {}
        with open(self._pipe, encoding="utf-8", errors="surrogateescape") as pipe:  # noqa: PTH123 - it has no path
            lines = pipe.read().split("\n")[:-1]  # the last one is empty, or was cut off with its process
        if self._child is not None:
            with suppress(ChildProcessError):  # who ignores SIGCHLD has nothing left to wait for
                os.waitpid(self._child, 0)
        rows = [line.rsplit(" ", 4) for line in lines]
        return {file: (Stamp(*map(int, stamp)), sha256) for file, *stamp, sha256 in rows}


def hashing(root: Path) -> PrehashedFiles:
    """Begin to hash the months of a book in a second process, where that pays and this process may have one."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    if cores < 2 or not hasattr(os, "fork") or threading.active_count() > 1 or not _is_big(root):
        return PrehashedFiles()
    reading, writing = os.pipe()
    try:
        child = os.fork()
    except OSError:  # there may be no second process: then there is none
        os.close(reading)
        os.close(writing)
        return PrehashedFiles()
    if child:
        os.close(writing)
        return PrehashedFiles(reading, child)
    try:
        os.close(reading)
        _tell(root, writing)
    finally:
        process.end(0)  # whatever happened: nothing of the first process may go on here, nor be said twice


def _is_big(root: Path) -> bool:
    size = 0
    for file in _files(root):
        with suppress(OSError):
            size += os.stat(f"{root}/{file}").st_size  # noqa: PTH116 - for every file of every year
    return size >= BYTES_MIN


def _files(root: Path) -> Iterator[str]:
    yield from in_years(root, *MONTHS)


def _tell(root: Path, pipe: int) -> None:
    """Write a line for each file: its name, its stamp and its hash."""
    with open(pipe, "w", encoding="utf-8", errors="surrogateescape") as out:
        for file in _files(root):
            with suppress(OSError), FileIO(f"{root}/{file}") as opened:
                stamp = Stamp.of(os.fstat(opened.fileno()))
                out.write(f"{file} {' '.join(map(str, stamp))} {file_digest(opened, 'sha256').hexdigest()}\n")
