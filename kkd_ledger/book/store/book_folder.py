"""What lies beside the ledger in a book's folder, seen as the ledger is: with a decided batch in its place.

Nothing is written, so that it serves those who may only read.
"""

from __future__ import annotations

from collections.abc import Iterator
from glob import glob
from hashlib import file_digest, sha256
from pathlib import Path, PurePosixPath

from kkd_ledger.book.store import journal


class BookFolder:
    """The files of a book's folder by name; those of a decided batch as they will be once in place."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._come = journal.settled(root)
        self._go = journal.going(root)

    def listed(self, folder: str) -> Iterator[Path]:
        """Yield what is in a folder, by name; a file that is still to come is told of like those there."""
        there = self._root / folder
        paths = {path for path in there.iterdir() if not self._goes(path)} if there.is_dir() else set()
        come = {self._root / file for file in self._come if str(PurePosixPath(file).parent) == folder}
        yield from sorted(paths | come)

    def matching(self, pattern: str) -> list[str]:
        """Return the names of files in the book's folder that a pattern means, in their order."""
        there = glob(pattern, root_dir=self._root)  # noqa: PTH207 - names are wanted, no paths
        return sorted({*there, *(file for file in self._come if PurePosixPath(file).match(pattern))})

    def read(self, path: Path, bytes_max: int = -1) -> bytes:
        """Return a file's content, or its beginning; raise OSError where there is none."""
        come = self._come.get(self._name(path))
        if come is not None:
            return come if bytes_max < 0 else come[:bytes_max]
        with path.open("rb") as file:
            return file.read(bytes_max)

    def sha256(self, path: Path) -> str:
        """Return the hash of a file, in hexadecimal, without holding its content."""
        come = self._come.get(self._name(path))
        if come is not None:
            return sha256(come).hexdigest()
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()

    def is_file(self, path: Path) -> bool:
        """Whether it is a file that lies here or is to come, not what points to one elsewhere."""
        return self._name(path) in self._come or (path.is_file() and not path.is_symlink())

    def _goes(self, path: Path) -> bool:
        """Whether a batch takes it away: only if it still holds what the batch keeps elsewhere."""
        sort = self._go.get(self._name(path))
        return sort is not None and self.sha256(path) == sort

    def _name(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()
