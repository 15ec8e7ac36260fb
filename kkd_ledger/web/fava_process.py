"""Fava over one book in a process of its own: it loads the book once, and a fork answers each request, and ends.

What a request does to memory is gone with its fork, so no query sees another's rows and none can spoil the next one's
page. A fork may not write files, has a limit of memory, and the system itself ends it after some seconds, also in the
middle of a regular expression. The process that asks hands each connection over a pair of sockets: there is no name or
port that another user could reach, and when the asking process ends, this one does. It ends by itself where it would
need more than MEMORY_BYTES_MAX, or where nobody has asked for IDLE_S_MAX.
"""

from __future__ import annotations

import resource
import select
import signal
import socket
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from html import escape
from io import BytesIO
from pathlib import Path
from socketserver import BaseServer, ForkingMixIn
from time import monotonic
from typing import IO, Any, Final, cast
from wsgiref.simple_server import ServerHandler, WSGIRequestHandler

from kkd_ledger.book.config import load_book
from kkd_ledger.book.text.reader import read
from kkd_ledger.errors import KkdError
from kkd_ledger.process import end, keep_for_forks

REQUEST_S_MAX: Final = 8
MEMORY_MORE_BYTES: Final = 1 << 30
"""What one request may need beside the loaded book."""
MEMORY_BYTES_MAX: Final = 4 << 30
"""What the loaded book may need: about six times what one of 100,000 transactions does."""
IDLE_S_MAX: Final = 30 * 60
OUT_OF_MEMORY: Final = 75
"""The exit status of a process that could not hold its book."""
PARALLEL_MAX: Final = 8
_REFUSED: Final = """<!doctype html>
<html lang="de"><head><meta charset="utf-8"><title>Buch abgelehnt</title></head>
<body><main role="alert"><h1>Dieses Buch hat sich geändert und lässt sich nicht darstellen</h1>
<pre>{}</pre><p>Laden Sie die Seite neu, sobald das behoben ist.</p></main></body></html>
"""
_STATM: Final = Path("/proc/self/statm")


class _Forks(ForkingMixIn, BaseServer):
    """Takes connections from a socket that hands them over, and answers each in a fork."""

    max_children = PARALLEL_MAX

    def __init__(self, handed: socket.socket, book: _Book) -> None:
        super().__init__("", _Handler)
        self.application, self.base_environ = book, _ENVIRON
        self._handed = handed
        self._asked_at = monotonic()

    def fileno(self) -> int:
        """Return what `serve_forever` waits on."""
        return self._handed.fileno()

    def get_request(self) -> tuple[socket.socket, Any]:
        """Return the next connection; end this process when nobody can hand one over any more."""
        _, files, _, _ = socket.recv_fds(self._handed, 1, 1)
        if not files:
            sys.exit(0)
        return socket.socket(fileno=files[0]), ("", 0)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Load what has changed, then answer in a fork: never the other way round, or every fork would load."""
        self.application.refresh()
        self._asked_at = monotonic()
        if not _is_gone(request):
            super().process_request(request, client_address)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Answer one request, in its fork; a first byte says that it is being answered."""
        request.sendall(b".")
        _limit()
        super().finish_request(request, client_address)

    def service_actions(self) -> None:
        """Take leave of forks that have ended, and end where nobody has asked for long."""
        super().service_actions()
        if not self.active_children and monotonic() > self._asked_at + IDLE_S_MAX:
            sys.exit(0)

    def close_request(self, request: Any) -> None:
        """Close this process's end of a connection; its fork has its own."""
        request.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Leave it to the asking process to tell: it sees a connection that ends."""


class _Handler(WSGIRequestHandler):
    server: _Forks

    def handle(self) -> None:
        """Answer one request."""
        self.raw_requestline = self.rfile.readline(65_537)
        if self.parse_request():
            handler = ServerHandler(
                BytesIO(), cast("IO[bytes]", self.wfile), sys.stderr, self.get_environ(), multithread=False
            )
            handler.run(self.server.application)

    def address_string(self) -> str:
        """Return the address of the one who asks: the process in front."""
        return ""

    def log_message(self, *_: Any) -> None:
        """Say nothing: what is refused or fails is told by the process in front."""


_ENVIRON: Final = {
    "SERVER_NAME": "localhost",
    "SERVER_PORT": "80",
    "GATEWAY_INTERFACE": "CGI/1.1",
    "REMOTE_HOST": "",
    "CONTENT_LENGTH": "",
    "SCRIPT_NAME": "",
}


def _is_gone(connection: socket.socket) -> bool:
    """Tell whether nobody waits at the other end any more: a load took longer than their patience."""
    poll = select.poll()
    poll.register(connection, 0)
    return any(events & (select.POLLHUP | select.POLLERR) for _, events in poll.poll(0))


def _limit() -> None:
    """Limit a fork: no byte into a file, its memory, its seconds (the default action of SIGALRM ends it)."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if _STATM.exists():  # elsewhere there is no cheap way of telling what it has already
        now = int(_STATM.read_text().split()[0]) * resource.getpagesize()
        _limit_memory(now + MEMORY_MORE_BYTES)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(REQUEST_S_MAX)


def _limit_memory(size_bytes: int) -> None:
    """Limit what this process may have; a lower limit stays."""
    _, before = resource.getrlimit(resource.RLIMIT_AS)
    limit = size_bytes if before == resource.RLIM_INFINITY else min(size_bytes, before)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


class _Book:
    """Fava over a book, loaded here and nowhere else: a changed one only after our own reader has taken it."""

    def __init__(self, name: str, top_file: Path) -> None:
        from kkd_ledger.web.watch import SameFiles

        self._name, self._top_file = name, top_file
        self._fava: Any = None
        self._ledger: Any = None
        self._refused = ""
        self._watcher = SameFiles(lambda: _basis(top_file.parent))
        self._watcher.update(*self._journal())

    def refresh(self) -> None:
        """Load the book where its files have changed since the last look."""
        if not self._watcher.look() and (self._ledger is not None or self._refused):
            return
        self._refused = ""
        try:
            read(load_book(self._top_file.parent))
        except KkdError as error:
            self._refused = str(error)
            self._watcher.update(*self._journal())
            return
        if self._ledger is None:
            self._open()
        else:
            self._ledger.load_file()
        keep_for_forks()

    def _journal(self) -> tuple[Iterable[Path], Iterable[Path]]:
        """Return the months there are, and the folders in which one may come back."""
        root = self._top_file.parent
        months = sorted(root.glob("[0-9]*/*.beancount"))
        return (self._top_file, *months), (root, *sorted(root.glob("[0-9]*/")))

    def _open(self) -> None:
        from fava.application import create_app

        self._fava = create_app([str(self._top_file)], load=True, read_only=True, poll_watcher=True)
        self._fava.after_request(_dressed)
        ledgers = self._fava.config["LEDGERS"]
        [self._ledger] = ledgers.ledgers
        self._fava.config["LEDGERS"] = _OneLedger(self._name, self._ledger)
        self._ledger.watcher = self._watcher
        self._watcher.update(*self._ledger.paths_to_watch())

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request (WSGI); for a book that is refused, with the reason."""
        if not self._refused:
            answer: Iterable[bytes] = self._fava(environ, start_response)
            return answer
        start_response("503 Service Unavailable", [("Content-Type", "text/html; charset=utf-8")])
        return [_REFUSED.format(escape(self._refused)).encode()]


class _OneLedger(dict[str, Any]):
    """What Fava asks for ledgers: the one, under the name that the process in front gave it.

    Fava would name it by its title anew whenever that changes, and lists others in its menu.
    """

    def __init__(self, name: str, ledger: Any) -> None:
        super().__init__({name: ledger})
        self.ledgers = [ledger]

    def first_slug(self) -> str:
        """Return the name of the ledger."""
        return next(iter(self))


def _basis(root: Path) -> Iterable[Path]:
    """Return what a book stands on beside its journal: book.toml, and the files of its agreement."""
    yield root / "book.toml"
    with suppress(KkdError):
        yield from sorted(load_book(root).agreement_file.parent.glob("*.toml"))


_HIDDEN: Final = b'<link rel="stylesheet" href="/kkd/fava.css"></head>'


def _dressed(response: Any) -> Any:
    """Name the page's language, which Fava leaves out (WCAG 2.1, 3.1.1; BITV 2.0), and hide links that lead nowhere."""
    if response.mimetype == "text/html" and not response.is_streamed:
        page = response.get_data().replace(b"<html>", b'<html lang="de">', 1)
        response.set_data(page.replace(b"</head>", _HIDDEN, 1))
    return response


def main(number: str, name: str, top_file: str) -> None:
    """Serve the book of this top file to whoever holds the other end of socket `number`, until it is closed."""
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl+C is the other process's business; it then closes its end
    _limit_memory(MEMORY_BYTES_MAX)
    with socket.socket(fileno=int(number)) as handed:
        try:
            _Forks(handed, _Book(name, Path(top_file))).serve_forever()
        except MemoryError:
            end(OUT_OF_MEMORY)


if __name__ == "__main__":
    main(*sys.argv[1:])
