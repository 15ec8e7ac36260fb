"""The only writer. A batch of files is written whole or not at all, under the book's lock.

The way of a batch: stage beside the books and read back → check (handed in) → `commit.json`, which is the point of no
return → rename each file into its place, vouchers first, the top file last; take away what moved → remove the staging
folder. A process that dies before the point of no return has changed nothing; after it, the next start finishes the
batch, and readers read through it meanwhile (`settled`).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from kkd_ledger.book.store import durable
from kkd_ledger.book.store.lock import LOCK_SECONDS_MAX, locked
from kkd_ledger.book.text.vocabulary import TOP_FILE
from kkd_ledger.errors import BookBusy, BookRefused, Problem, StorageFailed

STAGING: Final = ".wal"
COMMIT: Final = "commit.json"
LEDGER: Final = ".beancount"
FORMAT: Final = "kkd-wal/1"
_NAME_BYTES_MAX: Final = 240  # what every file system takes, with the few signs of a draft

Batch = Mapping[str, bytes]
Check = Callable[[Batch], None]
Modes = Mapping[str, int]
_NOTHING: Final[Batch] = MappingProxyType({})
_ALL_MODES_NEW: Final[Modes] = MappingProxyType({})


@contextmanager
def writing(root: Path, lock_seconds_max: float = LOCK_SECONDS_MAX) -> Iterator[Writer]:
    """Hold the book's lock, finish or undo what a dead process left, and yield the writer.

    Raise BookBusy where another process holds the lock longer than `lock_seconds_max`, StorageFailed where the disk
    refuses, BookRefused where what a dead process left was altered since.
    """
    with locked(root, lock_seconds_max) as still_ours:
        writer = Writer(root, still_ours)
        writer.recover()
        yield writer


def settled(root: Path) -> dict[str, bytes]:
    """Return the files of a decided batch that are not in their place yet: what a reader takes instead of those there.

    Nothing is written, so that it serves those who may only read.
    """
    decision = _decision(root)
    contents: dict[str, bytes] = {}
    for place, file in enumerate(decision.write if decision else ()):
        with suppress(FileNotFoundError):
            contents[file] = (root / STAGING / str(place)).read_bytes()
    return contents


def going(root: Path) -> dict[str, str]:
    """Return the files that a decided batch takes away, with the hashes that they must still have."""
    decision = _decision(root)
    return decision.gone if decision else {}


def decided(root: Path) -> Path:
    """Return the file that is there while a batch is decided and not yet wholly in its place."""
    return root / STAGING / COMMIT


def finish(root: Path) -> None:
    """Put in place what a dead process had decided; leave it where a live one holds the lock or the disk refuses."""
    if decided(root).exists():
        with suppress(BookBusy, StorageFailed), writing(root, 0):
            pass


class Writer:
    """Writes batches into one book; made by `writing`, valid while the lock is held.

    `finished` are the files of a dead process's batch that were put in place when it began.
    """

    def __init__(self, root: Path, still_ours: Callable[[], None]) -> None:
        self._root = root
        self._staging = root / STAGING
        self._still_ours = still_ours
        self._decided = False
        self.finished: tuple[str, ...] = ()

    def commit(
        self, batch: Batch, check: Check, gone: Batch = _NOTHING, modes: Modes = _ALL_MODES_NEW
    ) -> tuple[str, ...]:
        """Write a batch: book-relative file → new content; return the files that changed.

        `check` gets what was read back from the disk and raises where it must not be written; then nothing has
        changed. `gone` names files that are taken away with the batch, if they still hold that content. `modes` are the
        rights of files that were somebody's before: they may not be read by more than could read those. What holds its
        content already is left alone. Raise StorageFailed where the disk refuses, BookBusy where the lock was lost.
        """
        self.recover()
        with self._storage():
            changed = {file: batch[file] for file in _in_order(batch) if not self._holds(file, batch[file])}
            going = {file: content for file, content in gone.items() if self._holds(file, content)}
            if not changed and not going:
                return ()
            staged = self._stage(changed, going, modes)
        self._still_ours()
        try:
            check(staged)
        except BaseException:
            with self._storage():
                self._discard()
            raise
        self._still_ours()
        with self._storage():
            self._finish(self._decide(changed, going))
        return tuple(sorted(changed, key=_top_file_last))

    def recover(self) -> None:
        """Finish the batch of a process that died behind the point of no return; undo any other."""
        with self._storage():
            self._decided = True  # what cannot be read is not thrown away
            decision = _decision(self._root)
            self._decided = decision is not None
            if decision:
                self._finish(decision)
                self.finished = tuple(sorted(decision.write, key=_top_file_last))
            else:
                self._discard()

    @contextmanager
    def _storage(self) -> Iterator[None]:
        """Say what a refusal of the disk means for the books; before the point of no return, free what was staged."""
        try:
            yield
        except OSError as error:
            if not self._decided:
                with suppress(OSError):
                    self._discard()
            raise StorageFailed(self._root, error, decided=self._decided) from error

    def _is_decided(self) -> bool:
        try:
            (self._staging / COMMIT).stat()
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return True

    def _holds(self, file: str, content: bytes) -> bool:
        try:
            return (self._root / file).read_bytes() == content
        except FileNotFoundError:
            return False

    def _stage(self, batch: Batch, gone: Batch, modes: Modes) -> Batch:
        """Write the batch beside the books; return what the disk gives back."""
        folders = {(self._root / _inside(file)).parent for file in (*batch, *gone)}
        _refuse_links(folders, self._root)
        durable.refuse_unwritable(folders)
        _refuse_long(batch)
        self._discard()
        self._staging.mkdir()
        back = {
            file: durable.write(self._staging / str(place), content, modes.get(file))
            for place, (file, content) in enumerate(batch.items())
        }
        durable.sync_folder(self._staging)
        return back

    def _decide(self, batch: Batch, gone: Batch) -> _Decision:
        """Pass the point of no return."""
        decision = _Decision(_hashes(batch), _hashes(gone))
        draft = self._staging / f"{COMMIT}.new"
        durable.write(draft, decision.as_bytes())
        durable.sync_folder(self._root)
        self._decided = True
        try:
            draft.rename(self._staging / COMMIT)
        except OSError:
            self._decided = self._is_decided()
            raise
        durable.sync_folder(self._staging)
        return decision

    def _finish(self, decision: _Decision) -> None:
        """Put each staged file in its place, also where a dead process had begun to."""
        for place, (file, sha256) in enumerate(decision.write.items()):
            staged, target = self._staging / str(place), self._root / _inside(file)
            there = staged if staged.exists() else target
            _expect(there, sha256)
            durable.make_folder(target.parent, self._root)
            if there == staged:
                durable.move(staged, target)
            durable.sync_folder(target.parent)
        for file, sha256 in decision.gone.items():
            self._take_away(self._root / _inside(file), sha256)
        (self._staging / COMMIT).unlink()
        self._discard()
        self._decided = False

    def _take_away(self, path: Path, sha256: str) -> None:
        """Remove a file that still holds what the batch has kept elsewhere; another one of its name stays."""
        if path.exists() and _sha256(path.read_bytes()) == sha256:
            path.unlink()
            durable.sync_folder(path.parent)

    def _discard(self) -> None:
        if self._staging.exists():
            shutil.rmtree(self._staging)
            durable.sync_folder(self._root)


class _Decision(NamedTuple):
    """What commit.json says: files to put in place, staged under their numbers, and files to take away."""

    write: dict[str, str]
    gone: dict[str, str]

    def as_bytes(self) -> bytes:
        return json.dumps({"format": FORMAT, "write": self.write, "gone": self.gone}, indent=1).encode(
            "ascii"
        )


def _decision(root: Path) -> _Decision | None:
    """Return what was decided and is not finished; None where nothing is."""
    path = f"{root}/{STAGING}/{COMMIT}"  # asked at every reading: no path is made of it
    try:
        with FileIO(path) as file:
            data: Any = json.loads(file.read())
        if data["format"] == FORMAT:
            return _Decision(dict(data["write"]), dict(data["gone"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        pass
    raise BookRefused([Problem(path, "", "keine Schreibliste", f"eine Schreibliste im Format {FORMAT}")])


def _expect(path: Path, sha256: str) -> None:
    """Raise BookRefused where a file is not what the batch was decided with: a person has to look."""
    actual = "keine Datei"
    if path.exists():
        actual = f"SHA-256 {_sha256(path.read_bytes())}"
    if actual != f"SHA-256 {sha256}":
        allowed = (
            f"SHA-256 {sha256}, wie beschlossen; die Datei wurde nach einem Abbruch verändert. "
            f"Stellen Sie das Buch aus der Sicherung wieder her und entfernen Sie {STAGING}/"
        )
        raise BookRefused([Problem(str(path), "", actual, allowed)])


def _inside(file: str) -> PurePosixPath:
    """Return a book-relative path; raise BookRefused for one that leads out of the book or to what is hidden."""
    path = PurePosixPath(file)
    if path.is_absolute() or not path.parts or any(part.startswith(".") for part in path.parts):
        raise BookRefused([Problem(file, "", "ein Pfad aus dem Buch hinaus", "Dateien im Ordner des Buchs")])
    return path


def _refuse_links(folders: Iterable[Path], root: Path) -> None:
    """Raise BookRefused for a folder of the book that is a link: what is written there lies elsewhere."""
    below = {path for folder in folders for path in (folder, *folder.parents) if root in path.parents}
    links = [path for path in sorted(below) if path.is_symlink()]
    if links:
        allowed = "ein Ordner, der im Buch liegt; ersetzen Sie die Verknüpfung durch den Ordner selbst"
        raise BookRefused(Problem(str(path), "", "eine Verknüpfung", allowed) for path in links)


def _refuse_long(batch: Batch) -> None:
    """Raise BookRefused for a name that the disk could refuse when the batch is decided already."""
    long = [file for file in batch if len(os.fsencode(PurePosixPath(file).name)) > _NAME_BYTES_MAX]
    if long:
        allowed = f"höchstens {_NAME_BYTES_MAX} Bytes"
        raise BookRefused(Problem(file, "", "ein zu langer Name", allowed) for file in long)


def _in_order(batch: Batch) -> list[str]:
    """Vouchers before the months that name them, months before the top file: so it fits for Beancount alone as well."""
    return sorted(batch, key=lambda file: (file.endswith(LEDGER), *_top_file_last(file)))


def _top_file_last(file: str) -> tuple[bool, str]:
    return file == TOP_FILE, file


def _hashes(batch: Batch) -> dict[str, str]:
    return {file: _sha256(content) for file, content in batch.items()}


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
