"""Notices every change of a book's files between two requests, also a file that came back from a backup."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from fava.core.watcher import WatcherBase

Stamp = tuple[str, int, int, int]


class SameFiles(WatcherBase):
    """Looks at time, size and inode of every file before every request.

    Fava's own watchers compare the newest time only, or are told by the system a second late: a file put back with its
    old time would go unnoticed. Fava itself is always told that nothing has changed: only we load, never a request.
    `basis` names files that are no part of the journal, but on which what Fava shows depends.
    """

    def __init__(self, basis: Callable[[], Iterable[Path]]) -> None:
        self._basis = basis
        self.last_checked = 0
        self.last_notified = 0
        self._stamps: dict[Path, Stamp] = {}

    def update(self, files: Iterable[Path], folders: Iterable[Path]) -> None:
        """Watch these files and folders from now on, and what lies beside them.

        What was watched before keeps its stamp: it may have changed while it was read.
        """
        paths = (*files, *folders, *self._basis())
        self._stamps = {path: self._stamps.get(path) or _stamp(path) for path in paths}
        self._note()

    def check(self) -> bool:
        """Tell Fava that there is nothing to load."""
        return False

    def look(self) -> bool:
        """Tell whether anything changed since the last look."""
        stamps = {path: _stamp(path) for path in self._stamps}
        changed = stamps != self._stamps
        if changed:
            self._stamps = stamps
            self._note()
        return changed

    def _note(self) -> None:
        """Let Fava, which tells its pages a time, tell them a later one."""
        self.last_checked = max(self.last_checked + 1, *(time for _, time, _, _ in self._stamps.values()), 0)

    def _get_latest_mtime(self) -> int:
        return self.last_checked


def _stamp(path: Path) -> Stamp:
    try:
        status = path.stat()
    except OSError:
        return (str(path), 0, 0, 0)
    return (str(path), status.st_mtime_ns, status.st_size, status.st_ino)
