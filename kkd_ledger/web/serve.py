"""One server over one or several books: gate and door, and behind them our own pages and Fava, read-only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from time import monotonic
from typing import Any, Final

from kkd_ledger.book.config import Book
from kkd_ledger.book.store import journal
from kkd_ledger.book.text.reader import consistently, top_of
from kkd_ledger.errors import UsageError
from kkd_ledger.persons.register import Register, RegisterRefused, folder
from kkd_ledger.web.access.demo import Demo, DemoPerson, demo_persons, refuse_demo
from kkd_ledger.web.access.door import Door, login_address
from kkd_ledger.web.access.sealing import secret_of
from kkd_ledger.web.access.service_pages import RETURN
from kkd_ledger.web.administration.admin_pages import add_administration
from kkd_ledger.web.fava_client import AT_ONCE, FavaBooks
from kkd_ledger.web.fava_site import STYLE, FavaSite, SiteAnswer, plain, target_of
from kkd_ledger.web.guard import HERE, HOST, Refusal, Site, foreign, not_a_form, not_reading, refusal
from kkd_ledger.web.http_channel import BoundedChannel
from kkd_ledger.web.listening import Listening
from kkd_ledger.web.workplace.app import BASE, BODY_BYTES_MAX, Workplace

THREADS: Final = 2 * AT_ONCE
"""Half of them are our own pages', however busy Fava is."""
CONNECTIONS_MAX: Final = 500
"""How many connections may be open, most of them silent: a browser keeps six, and slow ones wait without a thread."""
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
    "403 Forbidden", "In diesem Buch haben Sie keine Rolle. Rollen gibt, wer das Buch verwaltet."
)
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def application(
    fava: FavaBooks, workplace: Workplace | None = None, door: Door | None = None, site: Site = HERE
) -> Application:
    """Return the WSGI application that shows the books: gate and door, and behind them our own pages and Fava.

    `site` is the name by which it is asked. Behind a proxy nothing is shown as long as there are no persons.
    """
    fava_site = FavaSite(fava)

    def answer(environ: dict[str, Any]) -> SiteAnswer | None:
        """Return what is answered to a request; None where our own pages answer."""
        path = environ.get("PATH_INFO", "")
        try:
            is_locked = door is not None and door.is_locked
        except RegisterRefused:  # nobody is let in by a file that nobody can read
            return _refused(_UNREADABLE)
        is_ours = path != STYLE and path.startswith(f"{BASE}/")
        if site.public and not is_locked:
            return _refused(_NO_PERSONS)
        if refused := _turned_away(environ, site, is_ours=is_ours, is_locked=is_locked):
            return _refused(refused)
        if workplace and is_ours:
            return None
        if workplace and door and is_locked and path != STYLE:
            return _behind_the_door(fava_site, workplace, door, environ)
        return fava_site.answer(environ)

    def shown(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        reply = answer(environ)
        if reply is None:
            assert workplace is not None
            return _ours(workplace, environ, start_response)
        status, headers, body = reply
        start_response(status, [*headers, ("Content-Length", str(len(body))), *_HEADERS])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    return shown


def _behind_the_door(fava: FavaSite, workplace: Workplace, door: Door, environ: dict[str, Any]) -> SiteAnswer:
    """Show a page of Fava to who has logged in and holds a role in that book; lead others to the login.

    Its scripts, which ask for data, get a plain refusal. What is nobody's page leads to our own.
    """
    visitor, path = door.visitor_of(workplace.app, environ), environ["PATH_INFO"]
    if visitor is not None:
        if path == "/":
            return SiteAnswer("303 See Other", [("Location", f"{BASE}/")], b"")
        return fava.answer(environ) if workplace.lets_see(visitor, path) else _refused(_NOT_YOURS)
    if "/api/" in path:
        return _refused(_NOT_LOGGED_IN)
    return SiteAnswer("303 See Other", [("Location", login_address(target_of(environ)))], b"")


def _turned_away(environ: dict[str, Any], site: Site, *, is_ours: bool, is_locked: bool) -> Refusal | None:
    """Return why the gate refuses a request; forms are taken only by our own pages, where persons are set up."""
    if is_ours:
        is_entrance = environ["PATH_INFO"] == RETURN
        outside = foreign(environ, site, is_entrance=is_entrance)
        return outside or (not_a_form if is_locked else not_reading)(environ)
    if environ.get("PATH_INFO") == STYLE:
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


def _refused(refusal: Refusal) -> SiteAnswer:
    answer = plain(refusal.status, refusal.sentence)
    if refusal.status.startswith("405"):
        return answer._replace(headers=[*answer.headers, ("Allow", "GET, HEAD")])
    return answer


def serve(
    books: Sequence[Book],
    listening: Listening,
    announce: Callable[[str, Sequence[DemoPerson]], None],
    today: Callable[[], dt.date],
    now: Callable[[], dt.datetime],
    *,
    demo: bool = False,
) -> None:
    """Serve the books until interrupted; `announce` gets the address once the port is open.

    With `demo` whoever the books name can log in to try things out, and is announced (web/access/demo.py).

    What a dead process had decided is put in place first, because Fava reads the files as they are. A book whose top
    file names a foreign plugin is refused (BookRefused); the whole of it is read by whoever shows it, before it does.
    Raise UsageError for a
    port that does not exist or is taken, and where nobody may be served so (web/listening.py).
    """
    import logging

    from waitress.server import create_server

    logging.getLogger("waitress.queue").setLevel(
        logging.ERROR
    )  # twelve threads have a queue where twenty people ask
    with ExitStack() as stack:
        shown = Demo(Register(folder()), ())
        if demo:
            refuse_demo(books, listening, has_persons=shown.register.is_set_up)
            shown = stack.enter_context(demo_persons(books, today()))
        register = shown.register
        listening.refuse(has_persons=register.is_set_up)
        for book in books:
            journal.finish(book.root)
            consistently(book, top_of)
        door = Door(register, lambda: int(monotonic()), now, shown.persons)
        workplace = Workplace(books, today, door.who, lambda: secret_of(register))
        door.install(workplace.app)
        add_administration(workplace, door, today)
        fava = stack.enter_context(FavaBooks(workplace.journals))
        try:
            server: Any = create_server(
                application(fava, workplace, door, Site(listening.public)),
                **listening.as_options(),
                threads=THREADS,
                ident="",
                max_request_body_size=BODY_BYTES_MAX,
                connection_limit=CONNECTIONS_MAX,
                asyncore_use_poll=True,
            )
        except OSError:
            raise UsageError(
                f"Der Anschluss (Port) {listening.port} ist belegt oder gesperrt. "
                "Wählen Sie mit --port einen anderen; 0 nimmt einen freien."
            ) from None
        server.channel_class = BoundedChannel
        if not register.is_set_up:
            fava.start()
        port = server.socket.getsockname()[1]
        door.name_cookie(workplace.app, port, listening.public)
        name = "localhost" if register.is_set_up else HOST  # passkeys know names only
        announce(f"{listening.public or f'http://{name}:{port}'}/", shown.persons)
        server.run()
