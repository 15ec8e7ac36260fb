"""What lies beside the ledger in a book's folder, seen as the ledger is: with a decided batch in its place.

Nothing is written, so that it serves those who may only read.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import file_digest, sha256
from pathlib import Path, PurePosixPath

from kkd_ledger.book.store import journal
from kkd_ledger.book.store.year_files import in_years


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

    def of_years(self, ending: str) -> list[str]:
        """Return the names of the files in the folders of the years that end so, in their order."""
        come = (
            file
            for file in self._come
            if file.endswith(ending) and file[0].isdigit() and file.count("/") == 1
        )
        return sorted({*in_years(self._root, ending), *come})

    def read(self, path: Path, bytes_max: int = -1) -> bytes:
        """Return a file's content, or its beginning; raise OSError where there is none."""
        come = self._come.get(self._name(path)) if self._come else None
        if come is not None:
            return come if bytes_max < 0 else come[:bytes_max]
        with path.open("rb") as file:
            return file.read(bytes_max)

    def sha256(self, path: Path) -> str:
        """Return the hash of a file, in hexadecimal, without holding its content."""
        come = self._come.get(self._name(path)) if self._come else None
        if come is not None:
            return sha256(come).hexdigest()
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()

    def is_file(self, path: Path) -> bool:
        """Whether it is a file that lies here or is to come, not what points to one elsewhere."""
        return (bool(self._come) and self._name(path) in self._come) or (
            path.is_file() and not path.is_symlink()
        )

    def _goes(self, path: Path) -> bool:
        """Whether a batch takes it away: only if it still holds what the batch keeps elsewhere."""
        sort = self._go.get(self._name(path)) if self._go else None
        return sort is not None and self.sha256(path) == sort

    def _name(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()
