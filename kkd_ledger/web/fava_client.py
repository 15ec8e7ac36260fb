"""Asks the process that Fava runs in (`fava_process`): starts it when first needed, and again where it has ended."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from http.client import HTTPException, HTTPResponse
from threading import Lock
from typing import Final, NamedTuple

LOADING_S_MAX: Final = 120
"""How long a page may take in all, a load of a large book included. What one request may use is limited there."""


class Answer(NamedTuple):
    """What Fava answers to a request; no status where it gave up or was ended."""

    status: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


NO_ANSWER: Final = Answer("", (), b"")
_HOP_BY_HOP: Final = frozenset({"connection", "keep-alive", "server", "date", "transfer-encoding"})


class FavaProcess:
    """Fava over some books, in a process of its own."""

    def __init__(self, top_files: Sequence[str]) -> None:
        self._top_files = tuple(top_files)
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._hand: socket.socket | None = None

    def __enter__(self) -> FavaProcess:
        return self

    def start(self) -> None:
        """Start Fava, so that it loads while nobody waits yet."""
        with self._lock:
            self._started()

    def has_ended(self) -> bool:
        """Whether the process itself has ended, not only the fork that answered; its output then says why."""
        try:
            return self._process is not None and self._process.wait(1) is not None
        except subprocess.TimeoutExpired:
            return False

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._stop()

    def _started(self) -> socket.socket:
        """Return the socket that hands over connections, of a process that lives."""
        if self._hand is not None and self._process is not None and self._process.poll() is None:
            return self._hand
        self._stop()
        mine, theirs = socket.socketpair()
        with theirs:
            # -P: no module is taken from the folder that somebody stands in
            command = [sys.executable, "-P", "-m", "kkd_ledger.web.fava_process", str(theirs.fileno())]
            self._process = subprocess.Popen(  # noqa: S603 - this Python, and the books that were named
                [*command, *self._top_files], pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL
            )
        self._hand = mine
        return mine

    def _stop(self) -> None:
        if self._hand is not None:
            self._hand.close()
        if self._process is not None:
            try:
                self._process.wait(1)
            except subprocess.TimeoutExpired:  # it may be in the middle of a load
                self._process.kill()
                self._process.wait()
        self._hand, self._process = None, None

    def ask(self, target: str, headers: Sequence[tuple[str, str]]) -> Answer:
        """Return the answer to GET `target`; NO_ANSWER where the request was ended, or the process with it."""
        mine, theirs = socket.socketpair()
        with mine:
            mine.settimeout(LOADING_S_MAX)
            with theirs, self._lock, suppress(OSError):
                socket.send_fds(self._started(), [b"."], [theirs.fileno()])
            lines = (f"GET {target} HTTP/1.0", *(f"{name}: {value}" for name, value in headers), "", "")
            try:
                mine.sendall("\r\n".join(lines).encode("latin-1"))
                response = HTTPResponse(mine, method="GET")
                response.begin()
                kept = tuple(
                    (name, value) for name, value in response.getheaders() if name.lower() not in _HOP_BY_HOP
                )
                return Answer(f"{response.status} {response.reason}", kept, response.read())
            except (OSError, HTTPException):
                return NO_ANSWER
