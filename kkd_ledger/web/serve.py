"""Fava over one or several books: read-only, on this computer only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from kkd_ledger.book.config import Book
from kkd_ledger.book.reader import read

HOST: Final = "127.0.0.1"
_HOSTS_ALLOWED: Final = frozenset({HOST, "localhost"})
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def application(books: Sequence[Book]) -> Application:
    """Return the WSGI application that shows the books.

    Every book is read once before Fava loads it, so that a book with a foreign plugin is refused (BookRefused).
    """
    from fava.application import create_app

    for book in books:
        read(book)
    fava: Application = create_app([str(book.top_file) for book in books], load=True, read_only=True)
    return _only_here(fava)


def _only_here(inner: Application) -> Application:
    """Answer only to this computer's own names: a foreign page must not reach the books through its own name."""

    def guarded(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("HTTP_HOST", "").partition(":")[0] not in _HOSTS_ALLOWED:
            start_response("400 Bad Request", [("Content-Type", "text/plain; charset=utf-8")])
            return [b"Nur unter 127.0.0.1 oder localhost erreichbar.\n"]
        return inner(environ, start_response)

    return guarded


def serve(books: Sequence[Book], port: int, announce: Callable[[str], None]) -> None:
    """Serve the books until interrupted; `announce` gets the address once the port is open."""
    from waitress.server import create_server

    server: Any = create_server(application(books), host=HOST, port=port, threads=4, ident="")
    announce(f"http://{HOST}:{server.socket.getsockname()[1]}/")
    server.run()
