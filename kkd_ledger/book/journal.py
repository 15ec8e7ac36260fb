"""The only writer. A batch of files is written whole or not at all, under the book's lock.

The way of a batch: stage beside the books → check (handed in) → write `commit.json`, which is the point of no return →
rename each file into its place, the top file last → remove the staging folder. A process that dies before the point of
no return has changed nothing; after it, the next start finishes the batch.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from kkd_ledger.book.vocabulary import TOP_FILE
from kkd_ledger.errors import BookBusy, StorageFailed

LOCK_SECONDS_MAX: Final = 5
CACHE: Final = ".kkd"
STAGING: Final = ".wal"
COMMIT: Final = "commit.json"

Batch = Mapping[str, bytes]
Check = Callable[[Batch], None]


@contextmanager
def writing(root: Path, lock_seconds_max: float = LOCK_SECONDS_MAX) -> Iterator[Writer]:
    """Hold the book's lock, finish or undo what a dead process left, and yield the writer.

    Raise BookBusy where another process holds the lock longer than `lock_seconds_max`, StorageFailed where the disk
    refuses.
    """
    try:
        (root / CACHE).mkdir(exist_ok=True)
        lock = FileLock(root / CACHE / "lock")
        lock.acquire(timeout=lock_seconds_max)
    except Timeout:
        raise BookBusy(root, _holder(root)) from None
    except OSError as error:
        raise StorageFailed(root, error) from error
    try:
        writer = Writer(root)
        with _storage(root):
            _note_holder(root)
            writer.recover()
        yield writer
    finally:
        lock.release()


def _note_holder(root: Path) -> None:
    """Leave the process number for the message of whoever waits; no part of the books."""
    (root / CACHE / "holder").write_text(str(os.getpid()), encoding="ascii")


def _holder(root: Path) -> str:
    try:
        return f"Prozess {(root / CACHE / 'holder').read_text(encoding='ascii')}"
    except OSError:
        return "anderer Prozess"


@contextmanager
def _storage(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageFailed(path, error) from error


class Writer:
    """Writes batches into one book; made by `writing`, valid while the lock is held."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._staging = root / STAGING

    def commit(self, batch: Batch, check: Check) -> tuple[str, ...]:
        """Write a batch: book-relative file → new content; return the files that changed.

        `check` gets the batch as it was read back from the disk and raises where it must not be written; then nothing
        has changed. Files whose content stays the same are left alone. Raise StorageFailed where the disk refuses.
        """
        changed = {file: content for file, content in batch.items() if not self._holds(file, content)}
        if not changed:
            return ()
        with _storage(self._staging):
            self._stage(changed)
        try:
            check({file: (self._staging / _stage_name(file)).read_bytes() for file in changed})
        except BaseException:
            with _storage(self._staging):
                self._discard()
            raise
        with _storage(self._root):
            self._decide(changed)
            self._finish(list(changed))
        return tuple(changed)

    def recover(self) -> None:
        """Finish the batch of a process that died behind the point of no return; undo any other."""
        if not self._staging.exists():
            return
        commit = self._staging / COMMIT
        if commit.exists():
            self._finish(list(json.loads(commit.read_bytes())["files"]))
        else:
            self._discard()

    def _holds(self, file: str, content: bytes) -> bool:
        try:
            return (self._root / file).read_bytes() == content
        except FileNotFoundError:
            return False

    def _stage(self, batch: Batch) -> None:
        self._discard()
        self._staging.mkdir()
        for file, content in batch.items():
            _write_synced(self._staging / _stage_name(file), content)
        _sync_folder(self._staging)

    def _decide(self, batch: Batch) -> None:
        order = sorted(batch, key=lambda file: (file == TOP_FILE, file))
        hashes = {file: hashlib.sha256(batch[file]).hexdigest() for file in order}
        draft = self._staging / f"{COMMIT}.new"
        _write_synced(draft, json.dumps({"files": hashes}, ensure_ascii=False, indent=1).encode())
        draft.rename(self._staging / COMMIT)
        _sync_folder(self._staging)
        _sync_folder(self._root)

    def _finish(self, files: list[str]) -> None:
        for file in sorted(files, key=lambda file: (file == TOP_FILE, file)):
            staged, target = self._staging / _stage_name(file), self._root / file
            if staged.exists():
                _make_folder(target.parent, self._root)
                staged.replace(target)
                _sync_folder(target.parent)
        (self._staging / COMMIT).unlink()
        self._discard()

    def _discard(self) -> None:
        if self._staging.exists():
            shutil.rmtree(self._staging)
            _sync_folder(self._root)


def _stage_name(file: str) -> str:
    """One flat name per book file, so that staging needs no folders."""
    assert not file.startswith(("/", ".")), file
    assert ".." not in file.split("/"), file
    return file.replace("/", "~")


def _write_synced(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _make_folder(folder: Path, root: Path) -> None:
    if not folder.is_dir():
        _make_folder(folder.parent, root)
        folder.mkdir(exist_ok=True)
        _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
