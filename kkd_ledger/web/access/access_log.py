"""The access log: one line for each request that acts, logs in or out, appended and never changed; each names the last.

A line is JSON with the SHA-256 of the line before it (`davor`), so a line changed, put in or taken out shows. Lines cut
off at the end show only to who has kept a later line's hash: `kkd user log --verify` names the last one.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Final, NamedTuple

from filelock import FileLock

from kkd_ledger.persons.register import Register

FILE: Final = "zugriffe.jsonl"
FIRST: Final = "0" * 64
"""What the first line names as the one before it."""
_LOCK_S: Final = 5
_TAIL_BYTES: Final = 64 * 1024
_TEXT_MAX: Final = 300


class LogLine(NamedTuple):
    """What a line says: who (a login; empty for nobody), how they were known, what they asked for, and its outcome."""

    login: str
    known_by: str
    what: str
    status: int
    address: str


class Verified(NamedTuple):
    """How many lines there are, the hash of the last, the number of each that does not follow the one before it."""

    line_count: int
    last_sha256: str
    broken: tuple[int, ...]
    has_head: bool


class AccessLog:
    """The log of an installation. `now` tells the time with its zone."""

    def __init__(self, register: Register, now: Callable[[], dt.datetime]) -> None:
        self.file: Path = register.secrets / FILE
        self._now = now
        self._missed: list[LogLine] = []
        self._lock = Lock()

    def write(self, line: LogLine) -> bool:
        """Append a line; where the disk refuses, keep it for later and return False."""
        with self._lock:
            self._missed.append(line)
            return self._catch_up()

    def is_complete(self) -> bool:
        """Tell whether every line stands in the file; lines that the disk refused before are tried again."""
        with self._lock:
            return self._catch_up()

    def _catch_up(self) -> bool:
        try:
            while self._missed:
                self._append(self._missed[0])
                del self._missed[0]
        except OSError:
            return False
        return True

    def _append(self, line: LogLine) -> None:
        with FileLock(self.file.with_name(f".{FILE}.lock"), timeout=_LOCK_S):
            handle = os.open(self.file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                before, is_whole = _last(handle)
                data = {
                    "zeit": self._now().isoformat(timespec="seconds"),
                    "wer": line.login[:_TEXT_MAX],
                    "bekannt": line.known_by,
                    "was": line.what[:_TEXT_MAX],
                    "status": line.status,
                    "von": line.address,
                    "davor": sha256(before).hexdigest() if before else FIRST,
                }
                text = json.dumps(data, ensure_ascii=False).encode() + b"\n"
                os.write(handle, text if is_whole else b"\n" + text)
                os.fsync(handle)
            finally:
                os.close(handle)


def _last(handle: int) -> tuple[bytes, bool]:
    """Return the last line of a file (none of an empty one), and whether it is whole."""
    size = os.fstat(handle).st_size
    tail = os.pread(handle, _TAIL_BYTES, max(0, size - _TAIL_BYTES))
    return tail.rstrip(b"\n").rpartition(b"\n")[2], not tail or tail.endswith(b"\n")


def lines(file: Path) -> Iterator[bytes]:
    """Yield the lines of a log, oldest first; nothing where there is none."""
    try:
        with file.open("rb") as log:
            for line in log:
                yield line.rstrip(b"\n")
    except FileNotFoundError:
        return


def verified(file: Path, head: str = "") -> Verified:
    """Reckon the chain of a log again; `head` is the hash of a line that somebody kept, which it must contain."""
    count, before, broken, has_head = 0, FIRST, [], not head
    for count, line in enumerate(lines(file), 1):
        if _stated(line) != before:
            broken.append(count)
        before = sha256(line).hexdigest()
        has_head |= bool(head) and before.startswith(head.lower())
    return Verified(count, before, tuple(broken), has_head)


def _stated(line: bytes) -> str:
    try:
        data = json.loads(line)
    except ValueError:
        return ""
    return str(data.get("davor", "")) if isinstance(data, dict) else ""
