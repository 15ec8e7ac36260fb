"""Fava over one or several books: read-only, on this computer only, behind one gate and in a process of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from importlib.resources import files
from time import monotonic
from typing import Any, Final
from urllib.parse import quote

from kkd_ledger.book.config import Book
from kkd_ledger.book.store import journal
from kkd_ledger.book.text.reader import read
from kkd_ledger.errors import UsageError
from kkd_ledger.persons.register import Register, RegisterRefused, folder
from kkd_ledger.web.access.door import Door, login_address
from kkd_ledger.web.access.sealing import secret_of
from kkd_ledger.web.access.service_pages import RETURN
from kkd_ledger.web.fava_client import NO_ANSWER, FavaProcess
from kkd_ledger.web.guard import HERE, HOST, Refusal, Site, foreign, not_a_form, not_reading, refusal
from kkd_ledger.web.listening import Listening
from kkd_ledger.web.workplace.app import BASE, BODY_BYTES_MAX, Workplace

THREADS: Final = 4
# Fava brings everything along: nothing is loaded from elsewhere, and no foreign page shows the books in a frame.
_HEADERS: Final = (
    (
        "Content-Security-Policy",
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    ),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
)
# Our own pages need neither script nor a style within the page.
_OUR_HEADERS: Final = (
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' data:; frame-ancestors 'none'; "
        "base-uri 'none'; form-action 'self'",
    ),
    ("Cache-Control", "no-store"),
    *_HEADERS[1:],
)
_HANDED_ON: Final = ("HOST", "ACCEPT", "ACCEPT_LANGUAGE", "REFERER", "IF_NONE_MATCH", "IF_MODIFIED_SINCE")
_STYLE: Final = "/kkd/fava.css"
_GAVE_UP: Final = Refusal(
    "503 Service Unavailable",
    "Die Anfrage hat zu lange gedauert oder zu viel Speicher gebraucht und wurde beendet. "
    "Die Bücher sind unberührt; fragen Sie enger.",
)
_ENDED: Final = Refusal(
    "503 Service Unavailable",
    "Fava hat sich beendet und wird mit der nächsten Anfrage neu gestartet; "
    "warum, steht dort, wo `kkd serve` läuft.",
)
_NOT_LOGGED_IN: Final = Refusal(
    "401 Unauthorized", "Sie sind nicht angemeldet, oder die Sitzung ist abgelaufen. Laden Sie die Seite neu."
)
_UNREADABLE: Final = Refusal(
    "503 Service Unavailable",
    "Die Personen dieser Anlage lassen sich nicht lesen; bis dahin wird nichts gezeigt. `kkd user list` sagt, warum.",
)
_NO_PERSONS: Final = Refusal(
    "503 Service Unavailable",
    "Hier ist noch niemand eingerichtet (`kkd user add`); bis dahin wird nichts gezeigt.",
)
_NOT_YOURS: Final = Refusal(
    "403 Forbidden", "In diesem Buch haben Sie keine Rolle; book.toml nennt unter [[roles]], wer es liest."
)
_STUMBLED: Final = Refusal(
    "400 Bad Request",
    "Auf diese Anfrage hat Fava keine Antwort. Die Bücher sind unberührt; prüfen Sie Adresse und Abfrage.",
)
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def application(
    fava: FavaProcess, workplace: Workplace | None = None, door: Door | None = None, site: Site = HERE
) -> Application:
    """Return the WSGI application that shows the books: gate and door, and behind them our own pages and Fava.

    `site` is the name by which it is asked. Behind a proxy nothing is shown as long as there are no persons.
    """

    def shown(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        try:
            is_locked = door is not None and door.is_locked
        except RegisterRefused:  # nobody is let in by a file that nobody can read
            status, headers, body = _refused(_UNREADABLE)
            start_response(status, [*headers, ("Content-Length", str(len(body))), *_HEADERS])
            return [body]
        is_ours = path != _STYLE and path.startswith(f"{BASE}/")
        if site.public and not is_locked:
            status, headers, body = _refused(_NO_PERSONS)
        elif refused := _turned_away(environ, site, is_ours=is_ours, is_locked=is_locked):
            status, headers, body = _refused(refused)
        elif workplace and is_ours:
            return _ours(workplace, environ, start_response)
        elif workplace and door and is_locked and path != _STYLE:
            status, headers, body = _behind_the_door(fava, workplace, door, environ)
        else:
            status, headers, body = _answer(fava, environ)
        start_response(status, [*headers, ("Content-Length", str(len(body))), *_HEADERS])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    return shown


def _behind_the_door(
    fava: FavaProcess, workplace: Workplace, door: Door, environ: dict[str, Any]
) -> tuple[str, Sequence[tuple[str, str]], bytes]:
    """Show a page of Fava to who has logged in and holds a role in that book; lead others to the login.

    Its scripts, which ask for data, get a plain refusal.
    """
    visitor, path = door.visitor_of(workplace.app, environ), environ["PATH_INFO"]
    if visitor is not None:
        return _answer(fava, environ) if workplace.lets_see(visitor, path) else _refused(_NOT_YOURS)
    if "/api/" in path:
        return _refused(_NOT_LOGGED_IN)
    return "303 See Other", [("Location", login_address(_target(environ)))], b""


def _turned_away(environ: dict[str, Any], site: Site, *, is_ours: bool, is_locked: bool) -> Refusal | None:
    """Return why the gate refuses a request; forms are taken only by our own pages, where persons are set up."""
    if is_ours:
        is_entrance = environ["PATH_INFO"] == RETURN
        outside = foreign(environ, site, is_entrance=is_entrance)
        return outside or (not_a_form if is_locked else not_reading)(environ)
    if environ.get("PATH_INFO") == _STYLE:
        environ = environ | {"PATH_INFO": "/"}  # the gate looks at the rest; the style is nobody's secret
    return refusal(environ, site)


def _ours(
    workplace: Workplace, environ: dict[str, Any], start_response: Callable[..., Any]
) -> Iterable[bytes]:
    """Answer with a page of the workplace; only the files of its look may be kept, and are asked for anew."""
    is_static = environ.get("PATH_INFO", "").startswith(f"{BASE}/static/")

    def dressed(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
        if not is_static:
            headers = [header for header in headers if header[0] != "Cache-Control"]
        own = {name for name, _ in headers}
        ours = [header for header in _OUR_HEADERS if header[0] not in own]
        return start_response(status, [*headers, *ours], *error)

    body: Iterable[bytes] = workplace(environ, dressed)
    return body


def _answer(fava: FavaProcess, environ: dict[str, Any]) -> tuple[str, Sequence[tuple[str, str]], bytes]:
    if environ.get("PATH_INFO") == _STYLE:
        style = files("kkd_ledger.web").joinpath("templates/fava.css").read_bytes()
        return "200 OK", [("Content-Type", "text/css; charset=utf-8")], style
    answer = fava.ask(_target(environ), _handed_on(environ))
    if answer == NO_ANSWER:
        return _refused(_ENDED if fava.has_ended() else _GAVE_UP)
    if answer.status.startswith("500"):
        return _refused(_STUMBLED)
    return (
        answer.status,
        [header for header in answer.headers if header[0].lower() != "content-length"],
        answer.body,
    )


def _target(environ: dict[str, Any]) -> str:
    """Return the path and query as they are sent on; WSGI holds the path decoded, as Latin-1 of its bytes."""
    path = quote(environ["PATH_INFO"].encode("latin-1"))
    query = environ.get("QUERY_STRING", "")
    return f"{path}?{query}" if query else path


def _handed_on(environ: dict[str, Any]) -> list[tuple[str, str]]:
    named = ((name, environ.get(f"HTTP_{name}", "")) for name in _HANDED_ON)
    return [(name.replace("_", "-").title(), value) for name, value in named if value]


def _refused(refusal: Refusal) -> tuple[str, Sequence[tuple[str, str]], bytes]:
    headers = [("Content-Type", "text/plain; charset=utf-8")]
    if refusal.status.startswith("405"):
        headers.append(("Allow", "GET, HEAD"))
    return refusal.status, headers, f"{refusal.sentence}\n".encode()


def serve(
    books: Sequence[Book],
    listening: Listening,
    announce: Callable[[str], None],
    today: Callable[[], dt.date],
    now: Callable[[], dt.datetime],
) -> None:
    """Serve the books until interrupted; `announce` gets the address once the port is open.

    What a dead process had decided is put in place first, because Fava reads the files as they are. Every book is read
    once before Fava loads it, so that a book with a foreign plugin is refused (BookRefused). Raise UsageError for a
    port that does not exist or is taken, and where nobody may be served so (web/listening.py).
    """
    from waitress.server import create_server

    register = Register(folder())
    listening.refuse(has_persons=register.is_set_up)
    for book in books:
        journal.finish(book.root)
        read(book)
    door = Door(register, lambda: int(monotonic()), now)
    workplace = Workplace(books, today, door.who, lambda: secret_of(register))
    door.install(workplace.app)
    with FavaProcess([str(book.top_file) for book in books]) as fava:
        try:
            server: Any = create_server(
                application(fava, workplace, door, Site(listening.public)),
                **listening.as_options(),
                threads=THREADS,
                ident="",
                max_request_body_size=BODY_BYTES_MAX,
            )
        except OSError:
            raise UsageError(
                f"Der Anschluss (Port) {listening.port} ist belegt oder gesperrt. "
                "Wählen Sie mit --port einen anderen; 0 nimmt einen freien."
            ) from None
        fava.start()
        port = server.socket.getsockname()[1]
        door.name_cookie(workplace.app, port, listening.public)
        name = "localhost" if register.is_set_up else HOST  # passkeys know names only
        announce(f"{listening.public or f'http://{name}:{port}'}/")
        server.run()
