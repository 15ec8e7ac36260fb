"""Fava over one or several books: read-only, on this computer only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from kkd_ledger.book import journal
from kkd_ledger.book.config import Book
from kkd_ledger.book.reader import read
from kkd_ledger.errors import UsageError

HOST: Final = "127.0.0.1"
PORT_MAX: Final = 65535
_HOSTS_ALLOWED: Final = frozenset({HOST, "localhost"})
# Fava brings everything along: nothing is loaded from elsewhere, and no foreign page shows the books in a frame.
_HEADERS: Final = (
    (
        "Content-Security-Policy",
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
)
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def application(books: Sequence[Book]) -> Application:
    """Return the WSGI application that shows the books.

    Every book is read once before Fava loads it, so that a book with a foreign plugin is refused (BookRefused).
    """
    from fava.application import create_app

    from kkd_ledger.web.watch import SameFiles

    for book in books:
        read(book)
    fava = create_app([str(book.top_file) for book in books], load=True, read_only=True, poll_watcher=True)
    for _, ledger in fava.config["LEDGERS"].items():  # noqa: PERF102 - not a dict, and without values()
        ledger.watcher = SameFiles()
        ledger.watcher.update(*ledger.paths_to_watch())
    fava.after_request(_in_german)
    return _guarded(fava)


def _in_german(response: Any) -> Any:
    """Name the page's language, which Fava leaves out: screen readers need it (WCAG 2.1, 3.1.1; BITV 2.0)."""
    if response.mimetype == "text/html" and not response.is_streamed:
        response.set_data(response.get_data().replace(b"<html>", b'<html lang="de">', 1))
    return response


def _guarded(inner: Application) -> Application:
    """Answer only to this computer's own names, so that no foreign page reaches the books; and only to reading."""

    def guarded(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("HTTP_HOST", "").partition(":")[0] not in _HOSTS_ALLOWED:
            return _refused(
                start_response, "400 Bad Request", "Nur unter 127.0.0.1 oder localhost erreichbar.\n"
            )
        if environ.get("REQUEST_METHOD") != "GET":
            return _refused(
                start_response, "405 Method Not Allowed", "Nur zum Lesen: Buchungen macht `kkd`.\n"
            )

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start_response(status, [*headers, *_HEADERS], *rest)

        return inner(environ, start)

    return guarded


def _refused(start_response: Callable[..., Any], status: str, sentence: str) -> Iterable[bytes]:
    headers = [("Content-Type", "text/plain; charset=utf-8"), *_HEADERS]
    if status.startswith("405"):
        headers.append(("Allow", "GET"))
    start_response(status, headers)
    return [sentence.encode()]


def serve(books: Sequence[Book], port: int, announce: Callable[[str], None]) -> None:
    """Serve the books until interrupted; `announce` gets the address once the port is open.

    What a dead process had decided is put in place first, because Fava reads the files as they are. One thread: Fava's
    queries share one shell, and in parallel they get each other's rows. Raise UsageError for a
    port that does not exist or is taken.
    """
    from waitress.server import create_server

    if not 0 <= port <= PORT_MAX:
        raise UsageError(f"{port} ist kein Anschluss (Port); erlaubt: 0 bis {PORT_MAX}")
    for book in books:
        journal.finish(book.root)
    shown = application(books)
    try:
        server: Any = create_server(shown, host=HOST, port=port, threads=1, ident="")
    except OSError:
        raise UsageError(
            f"Der Anschluss (Port) {port} ist belegt oder gesperrt. "
            "Wählen Sie mit --port einen anderen; 0 nimmt einen freien."
        ) from None
    announce(f"http://{HOST}:{server.socket.getsockname()[1]}/")
    server.run()
