"""Files that survive a power cut: written, synced, and read back before anybody relies on them."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from kkd_ledger.book.text.vocabulary import ORIGINALS

_RIGHTS: Final = 0o666
_PRIVATE, _OPEN = 0o700, 0o777


def write(path: Path, content: bytes, mode: int | None = None) -> bytes:
    """Write a file, sync it and return what the disk gives back; raise OSError where that is something else.

    With a mode it has these rights from its first byte on, those to read and write.
    """
    with path.open("wb") as file:
        if mode is not None:
            os.fchmod(file.fileno(), mode & _RIGHTS)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    back = path.read_bytes()
    if back != content:
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))
    return back


def export(path: Path, content: bytes) -> None:
    """Write a file beside the books whole, or leave what is there; raise OSError where the disk refuses."""
    if path.exists() and not path.is_file():  # /dev/stdout
        path.write_bytes(content)
        return
    draft = path.with_name(f".{path.name}.kkd")
    try:
        write(draft, content)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def move(source: Path, target: Path) -> None:
    """Put a file in its place in one step; where that is another file system, a copy of it, and `source` stays."""
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        draft = target.with_name(f".{target.name}.kkd")
        write(draft, source.read_bytes())
        draft.replace(target)


def sync_folder(folder: Path) -> None:
    """Make what was created, renamed or removed in a folder survive; a failure is the caller's to stop at.

    Some network file systems cannot sync folders at all and say EINVAL; they order these changes themselves.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(handle)


def make_folder(folder: Path, root: Path) -> None:
    """Make a folder below `root`, and those between."""
    if folder != root and not folder.is_dir():
        make_folder(folder.parent, root)
        folder.mkdir(_PRIVATE if folder.name == ORIGINALS else _OPEN, exist_ok=True)
        sync_folder(folder.parent)


def refuse_unwritable(folders: Iterable[Path]) -> None:
    """Raise PermissionError for a folder (or where it would be made) in which this process may not write."""
    for folder in folders:
        there = next(parent for parent in (folder, *folder.parents) if parent.exists())
        if not os.access(there, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(there))
