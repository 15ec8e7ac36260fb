"""Notices every change of a book's files between two requests, also a file that came back from a backup."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from fava.core.watcher import WatcherBase

Stamp = tuple[str, int, int, int]


class SameFiles(WatcherBase):
    """Looks at time, size and inode of every file before every request.

    Fava's own watchers compare the newest time only, or are told by the system a second late: a file put back with its
    old time would go unnoticed. Fava itself is always told that nothing has changed: only we load, never a request.
    """

    def __init__(self) -> None:
        self.last_checked = 0
        self.last_notified = 0
        self._files: tuple[Path, ...] = ()
        self._stamps: tuple[Stamp, ...] = ()

    def update(self, files: Iterable[Path], folders: Iterable[Path]) -> None:
        """Watch these files and folders from now on."""
        self._files = (*files, *folders)
        self.look()

    def check(self) -> bool:
        """Tell Fava that there is nothing to load."""
        return False

    def look(self) -> bool:
        """Tell whether anything changed since the last look."""
        stamps = tuple(map(_stamp, self._files))
        changed = stamps != self._stamps
        if changed:
            self._stamps = stamps
            self.last_checked = max(self.last_checked + 1, *(time for _, time, _, _ in stamps), 0)
        return changed

    def _get_latest_mtime(self) -> int:
        return self.last_checked


def _stamp(path: Path) -> Stamp:
    try:
        status = path.stat()
    except OSError:
        return (str(path), 0, 0, 0)
    return (str(path), status.st_mtime_ns, status.st_size, status.st_ino)
