"""Asks the processes that Fava runs in (`fava_process`), one for each book.

A book's process is started when somebody first asks for that book, started again where it has ended, and ends with
this one. Nobody waits for good: what does not come in time is told (`Silence`), and what is asked of Fava never takes
all the threads that our own pages are answered with.
"""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from enum import Enum
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from threading import BoundedSemaphore, Lock
from time import monotonic
from typing import Final, NamedTuple, Self

from kkd_ledger.web.fava_process import OUT_OF_MEMORY, REQUEST_S_MAX

AT_ONCE: Final = 6
"""How many requests Fava answers at once, for all books together."""
TURN_S_MAX: Final = 2
PAGE_PATIENCE_S: Final = 8
"""How long a page that a person looks at waits for a book to be loaded; then it says that it is being loaded."""
DATA_PATIENCE_S: Final = 60
"""How long a program waits for that, which cannot read such a page."""
REST_S: Final = 10
"""How long a process that ended while it loaded is left alone."""


class Silence(Enum):
    """Why Fava does not answer."""

    LOADING = "loading"
    BUSY = "busy"
    GAVE_UP = "gave up"
    ENDED = "ended"
    TOO_LARGE = "too large"


class Answer(NamedTuple):
    """What Fava answers to a request."""

    status: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


_HOP_BY_HOP: Final = frozenset({"connection", "keep-alive", "server", "date", "transfer-encoding"})


class FavaBook:
    """Fava over one book, in a process of its own; `name` is what the book is called in addresses."""

    def __init__(
        self, name: str, top_file: Path, seconds: Callable[[], int] = lambda: int(monotonic())
    ) -> None:
        self.name = name
        self._top_file = top_file
        self._seconds = seconds
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._hand: socket.socket | None = None
        self._has_answered = False
        self._ended_at = -REST_S

    def start(self) -> None:
        """Start Fava, so that it loads while nobody waits yet."""
        with self._lock:
            self._started()

    def stop(self) -> None:
        """End the process, also in the middle of a load."""
        with self._lock:
            self._stop()

    def ask(self, target: str, headers: Sequence[tuple[str, str]], patience_s: int) -> Answer | Silence:
        """Return the answer to GET `target`, or why there is none; `patience_s` is for the book to be loaded."""
        for _ in range(2):  # a process that nobody asked for long may end at this very moment
            reply = self._asked(target, headers, patience_s)
            if reply is not None:
                return reply
        return Silence.ENDED

    def _asked(
        self, target: str, headers: Sequence[tuple[str, str]], patience_s: int
    ) -> Answer | Silence | None:
        mine, theirs = socket.socketpair()
        with mine:
            with theirs, self._lock:
                if self._seconds() < self._ended_at + REST_S:
                    return self._why_ended()
                with suppress(OSError):
                    socket.send_fds(self._started(), [b"."], [theirs.fileno()])
            lines = (f"GET {target} HTTP/1.0", *(f"{name}: {value}" for name, value in headers), "", "")
            try:
                mine.settimeout(patience_s)
                mine.sendall("\r\n".join(lines).encode("latin-1"))
                begun = mine.recv(1)
            except TimeoutError:
                return Silence.LOADING
            except OSError:
                begun = b""
            if not begun:
                return self._lost()
            self._has_answered = True
            return self._answer(mine)

    def _answer(self, mine: socket.socket) -> Answer | Silence:
        """Return what a fork answers that has begun; the system ends it after REQUEST_S_MAX seconds."""
        mine.settimeout(REQUEST_S_MAX + 2)
        try:
            response = HTTPResponse(mine, method="GET")
            response.begin()
            kept = tuple(
                (name, value) for name, value in response.getheaders() if name.lower() not in _HOP_BY_HOP
            )
            return Answer(f"{response.status} {response.reason}", kept, response.read())
        except (OSError, HTTPException):
            return Silence.ENDED if self._has_ended() else Silence.GAVE_UP

    def _lost(self) -> Silence | None:
        """Return why a connection was closed before anybody answered; None where asking again helps."""
        if not self._has_ended():
            return Silence.GAVE_UP
        with self._lock:
            if self._process is not None and self._process.returncode == 0:
                return None
            if not self._has_answered:
                self._ended_at = self._seconds()
            return self._why_ended()

    def _has_ended(self) -> bool:
        """Whether the process itself has ended, not only the fork that answered; its output then says why."""
        process = self._process
        try:
            return process is not None and process.wait(1) is not None
        except subprocess.TimeoutExpired:
            return False

    def _why_ended(self) -> Silence:
        status = self._process.returncode if self._process else None
        return Silence.TOO_LARGE if status == OUT_OF_MEMORY else Silence.ENDED

    def _started(self) -> socket.socket:
        """Return the socket that hands over connections, of a process that lives."""
        if self._hand is not None and self._process is not None and self._process.poll() is None:
            return self._hand
        self._stop()
        mine, theirs = socket.socketpair()
        with theirs:
            # -P: no module is taken from the folder that somebody stands in
            command = [sys.executable, "-P", "-m", "kkd_ledger.web.fava_process", str(theirs.fileno())]
            self._process = subprocess.Popen(  # noqa: S603 - this Python, and the book that was named
                [*command, self.name, str(self._top_file)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )
        self._hand, self._has_answered = mine, False
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


class FavaBooks:
    """Fava over several books: which process answers which address. `books` are top files by their names."""

    def __init__(self, books: Mapping[str, Path]) -> None:
        self._books = {name: FavaBook(name, top_file) for name, top_file in books.items()}
        self._turns = BoundedSemaphore(AT_ONCE)

    @property
    def names(self) -> tuple[str, ...]:
        """What the books are called in addresses, in the order in which they were named."""
        return tuple(self._books)

    def start(self) -> None:
        """Start Fava for the first book, to which "/" leads where nobody has to log in."""
        for book in [*self._books.values()][:1]:
            book.start()

    def ask(
        self, name: str, target: str, headers: Sequence[tuple[str, str]], patience_s: int
    ) -> Answer | Silence | None:
        """Return what Fava answers over the book of this name; None where no book bears it."""
        book = self._books.get(name)
        if book is None:
            return None
        if not self._turns.acquire(timeout=TURN_S_MAX):
            return Silence.BUSY
        try:
            return book.ask(target, headers, patience_s)
        finally:
            self._turns.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for book in self._books.values():
            book.stop()
