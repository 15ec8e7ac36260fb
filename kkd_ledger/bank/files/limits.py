"""How much of a bank file is taken at most, and a source that keeps to it while it is read."""

from __future__ import annotations

import hashlib
import io
import stat
import time
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from kkd_ledger.errors import Problem, StatementRefused

_MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one bank file; all of them are far above what a bank delivers.

    The lines of a file are held in memory, 240 bytes each and their texts: 400,000 of the shortest take 150 MB.
    `details` are those of one entry; `piece_bytes` is how much of an XML file may be neither entry nor detail in one
    piece, because that much of it is held as a tree.
    """

    file_bytes: int = 512 * _MIB
    lines: int = 400_000
    statements: int = 50_000
    text_chars: int = 20_000
    details: int = 100_000
    piece_bytes: int = 2 * _MIB
    seconds: int = 600
    zip_members: int = 1_000
    zip_ratio: int = 200
    problems: int = 20


DEFAULT_LIMITS: Final = Limits()


def too_many_statements(name: str, limits: Limits) -> StatementRefused:
    """Return the refusal of a file with more statements than any bank delivers in one."""
    return StatementRefused([Problem(name, "", "mehr Auszüge", f"höchstens {limits.statements} Auszüge")])


def plain_size(path: Path) -> int:
    """Return the bytes of a plain file; raise OSError where there is none, StatementRefused for what is no file.

    A pipe or a device never ends, or waits for somebody who never writes.
    """
    info = path.stat()
    if not stat.S_ISREG(info.st_mode):
        actual = "ein Ordner" if stat.S_ISDIR(info.st_mode) else "keine gewöhnliche Datei"
        raise StatementRefused([Problem(path.name, "", actual, "eine Datei auf einem Datenträger")])
    return info.st_size


class BankFile:
    """A bank file as a stream that counts, hashes and times what is read of it."""

    def __init__(
        self, path_or_bytes: Path | bytes, name: str, limits: Limits, *, hashed: bool = True
    ) -> None:
        self.name = name
        self._limits = limits
        if isinstance(path_or_bytes, Path) and plain_size(path_or_bytes) > limits.file_bytes:
            raise self._too_large()
        self._stream: BinaryIO = (
            io.BytesIO(path_or_bytes) if isinstance(path_or_bytes, bytes) else path_or_bytes.open("rb")
        )
        self._hash = hashlib.sha256() if hashed else None
        self._bytes_read = 0
        self._deadline = time.monotonic() + limits.seconds
        self._ahead = b""
        self._marked = 0
        self._piece_bytes = limits.file_bytes

    def bound(self, piece_bytes: int) -> None:
        """Refuse, from now on, what is longer than this between two marks."""
        self._piece_bytes = piece_bytes

    def mark(self) -> None:
        """Note that what was read so far has been understood."""
        self._marked = self._bytes_read

    def __enter__(self) -> BankFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def head(self, size: int) -> bytes:
        """Return the first bytes without consuming them; to be called before the first `read`."""
        self._ahead = self._take(size)
        return self._ahead

    def replace_head(self, head: bytes) -> None:
        """Let the next `read` give this instead of what `head` returned; hash and count stay the file's."""
        assert len(head) == len(self._ahead)
        self._ahead = head

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes; raise StatementRefused where the file is too long or takes too long."""
        if self._ahead:
            ahead, self._ahead = self._ahead, b""
            return ahead + self._take(-1) if size < 0 else ahead
        return self._take(size)

    @property
    def sha256(self) -> str:
        """Return the hash of what was read so far, in hexadecimal."""
        assert self._hash is not None, "the source was opened without hashing"
        return self._hash.hexdigest()

    def _take(self, size: int) -> bytes:
        chunk = self._stream.read(self._limits.file_bytes + 1 if size < 0 else size)
        self._bytes_read += len(chunk)
        if self._bytes_read > self._limits.file_bytes:
            raise self._too_large()
        if self._bytes_read - self._marked > self._piece_bytes:
            raise self._refused(
                "ein langes Stück ohne Umsatz", f"höchstens {self._piece_bytes} Bytes am Stück ohne Umsatz"
            )
        if time.monotonic() > self._deadline:
            raise self._refused("zu lange gelesen", f"höchstens {self._limits.seconds} Sekunden")
        if self._hash is not None:
            self._hash.update(chunk)
        return chunk

    def _too_large(self) -> StatementRefused:
        return self._refused("mehr Bytes", f"höchstens {self._limits.file_bytes} Bytes")

    def _refused(self, actual: str, allowed: str) -> StatementRefused:
        return StatementRefused([Problem(self.name, "", actual, allowed)])
