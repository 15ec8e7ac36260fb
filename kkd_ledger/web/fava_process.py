"""Fava in a process of its own: it loads the books once, and each request is answered by a fork that then ends.

What a request does to memory is gone with its fork, so no query sees another's rows and none can spoil the next one's
page. A fork may not write files, has a limit of memory, and the system itself ends it after some seconds, also in the
middle of a regular expression. The process that asks hands each connection over a pair of sockets: there is no name or
port that another user could reach, and when the asking process ends, this one does.
"""

from __future__ import annotations

import resource
import signal
import socket
import sys
from collections.abc import Callable, Iterable, Sequence
from html import escape
from io import BytesIO
from pathlib import Path
from socketserver import BaseServer, ForkingMixIn
from typing import IO, Any, Final, cast
from wsgiref.simple_server import ServerHandler, WSGIRequestHandler

from kkd_ledger.book.config import load_book
from kkd_ledger.book.text.reader import read
from kkd_ledger.errors import KkdError
from kkd_ledger.process import keep_for_forks

REQUEST_S_MAX: Final = 8
MEMORY_MORE_BYTES: Final = 1 << 30
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

    def __init__(self, handed: socket.socket, books: _Books) -> None:
        super().__init__("", _Handler)
        self.application, self.base_environ = books, _ENVIRON
        self._handed = handed

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
        super().process_request(request, client_address)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Answer one request, in its fork."""
        _limit()
        super().finish_request(request, client_address)

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


def _limit() -> None:
    """Limit a fork: no byte into a file, its memory, its seconds (the default action of SIGALRM ends it)."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if _STATM.exists():  # elsewhere there is no cheap way of telling what it has already
        now = int(_STATM.read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (now + MEMORY_MORE_BYTES,) * 2)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(REQUEST_S_MAX)


class _Books:
    """Fava over some books, loaded here and nowhere else: a changed one only after our own reader has taken it."""

    def __init__(self, top_files: Sequence[str]) -> None:
        from fava.application import create_app

        from kkd_ledger.web.watch import SameFiles

        self._fava = create_app(top_files, load=True, read_only=True, poll_watcher=True)
        self._fava.after_request(_dressed)
        ledgers = dict(self._fava.config["LEDGERS"].items())
        self._tops = dict(zip(ledgers, map(Path, top_files), strict=True))
        self._ledgers = {self._tops[slug]: ledger for slug, ledger in ledgers.items()}
        self._refused: dict[Path | None, str] = {}
        for ledger in self._ledgers.values():
            ledger.watcher = SameFiles()
            ledger.watcher.update(*ledger.paths_to_watch())
        keep_for_forks()

    def refresh(self) -> None:
        """Load every book whose files have changed since the last look."""
        for top, ledger in self._ledgers.items():
            if ledger.watcher.look():
                self._refused.pop(top, None)
                try:
                    read(load_book(top.parent))
                except KkdError as error:
                    self._refused[top] = str(error)
                else:
                    ledger.load_file()
                    keep_for_forks()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request (WSGI); for a book that is refused, with the reason."""
        slug = str(environ["PATH_INFO"]).encode("latin-1").decode(errors="replace").split("/")[1]
        reason = self._refused.get(self._tops.get(slug))
        if reason is None:
            return self._fava(environ, start_response)
        start_response("503 Service Unavailable", [("Content-Type", "text/html; charset=utf-8")])
        return [_REFUSED.format(escape(reason)).encode()]


_HIDDEN: Final = b'<link rel="stylesheet" href="/kkd/fava.css"></head>'


def _dressed(response: Any) -> Any:
    """Name the page's language, which Fava leaves out (WCAG 2.1, 3.1.1; BITV 2.0), and hide links that lead nowhere."""
    if response.mimetype == "text/html" and not response.is_streamed:
        page = response.get_data().replace(b"<html>", b'<html lang="de">', 1)
        response.set_data(page.replace(b"</head>", _HIDDEN, 1))
    return response


def main(number: str, *top_files: str) -> None:
    """Serve the books of these top files to whoever holds the other end of socket `number`, until it is closed."""
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl+C is the other process's business; it then closes its end
    with socket.socket(fileno=int(number)) as handed:
        _Forks(handed, _Books(top_files)).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
