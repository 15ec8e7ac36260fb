"""The workplace as a WSGI application (Flask): addresses to pages, one template, tables as CSV, vouchers."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from flask import Flask, abort, redirect, render_template, request, send_file
from flask_wtf.csrf import CSRFError, CSRFProtect
from jinja2 import StrictUndefined
from markupsafe import Markup

from kkd_ledger import german
from kkd_ledger.book.config import Book
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.errors import KkdError
from kkd_ledger.persons.powers import may_write
from kkd_ledger.web.book_addresses import apart
from kkd_ledger.web.workplace.acting.action_step import OpenBook
from kkd_ledger.web.workplace.acting.cases import Seal, unsealed
from kkd_ledger.web.workplace.acting.routes import (
    add_acts,
    allowed,
    cases_of,
    logged_out,
    stale_form,
)
from kkd_ledger.web.workplace.blocks import Asked, Content, WorkplacePage
from kkd_ledger.web.workplace.cell_html import row_html, rows_html, value_html
from kkd_ledger.web.workplace.command_links import commands_as_links
from kkd_ledger.web.workplace.downloads import add_downloads
from kkd_ledger.web.workplace.on_show import BookOnShow
from kkd_ledger.web.workplace.pages import PAGES
from kkd_ledger.web.workplace.snapshot import Snapshot, StillReading
from kkd_ledger.web.workplace.start_page import cards, readable_books
from kkd_ledger.web.workplace.table_files import exported
from kkd_ledger.web.workplace.tables import OF_TABLES
from kkd_ledger.web.workplace.visitor import OPEN, Visitor, Who, ask_for, nobody, visitor

BASE: Final = "/kkd"
BODY_BYTES_MAX: Final = 64 * 1024 * 1024
"""The largest request that is taken: a year of statements in one file has a tenth of it."""
_DOCUMENTS: Final = {".pdf": "application/pdf", ".xml": "text/xml"}


class Workplace:
    """Books on show by the name of their folder, and the application that shows them.

    `who` tells within a request who asks; whoever writes a form asks `visitor()` (workplace/visitor.py). `seal` gives
    the secret by which what waits for a second person is sealed.
    """

    def __init__(
        self, books: Sequence[Book], today: Callable[[], dt.date], who: Who = nobody, seal: Seal = unsealed
    ) -> None:
        self._today, self._seal = today, seal
        names, journals = apart(book.name for book in books), apart(book.settings.title for book in books)
        self.books = {
            name: BookOnShow(book, today, journal)
            for name, journal, book in zip(names, journals, books, strict=True)
        }
        self.app = Flask("kkd_ledger.web", static_folder=None)
        self.app.secret_key = secrets.token_bytes(32)
        self.app.config.update(
            WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=False, MAX_CONTENT_LENGTH=BODY_BYTES_MAX
        )
        CSRFProtect(self.app)  # not strict about Referer: the gate demands the Origin (web/guard.py)
        ask_for(self.app, who)
        self.app.before_request(self._only_who_acts_writes)
        self.app.jinja_env.undefined = StrictUndefined
        self.app.jinja_env.globals.update(
            value_html=value_html,
            row_html=row_html,
            rows_html=rows_html,
            base=BASE,
            visitor=visitor,
            day=german.day,
            key_page="",
            admin_page=str,
        )
        self.app.jinja_env.filters["commands"] = commands_as_links
        self.app.add_url_rule(f"{BASE}/", "start", self._start)
        self.app.add_url_rule(f"{BASE}/static/<path:name>", "static", self._static)
        for place, page in enumerate(PAGES):
            rule = f"{BASE}/<book>/{page.rule}"
            self.app.add_url_rule(rule, f"page-{place}", self._view(page), strict_slashes=False)
        self.app.add_url_rule(f"{BASE}/<book>/dokument/<path:name>", "document", self._document)
        add_acts(self.app, BASE, self._opened)
        add_downloads(self.app, BASE, self._opened)
        for status, sentence in _TROUBLES.items():
            self.app.register_error_handler(status, _told(status, sentence))
        self.app.register_error_handler(401, logged_out(BASE))
        self.app.register_error_handler(CSRFError, stale_form(BASE))
        self.app.register_error_handler(KkdError, _refused)

    @property
    def journals(self) -> Mapping[str, Path]:
        """The top files of the books, by what Fava calls them in addresses."""
        return {shown.journal: shown.root / v.TOP_FILE for shown in self.books.values()}

    def __call__(self, environ: Mapping[str, Any], start_response: Callable[..., Any]) -> Any:
        """Answer a request (WSGI)."""
        return self.app(dict(environ), start_response)

    def _start(self) -> Any:
        """Lead to the only book; of several show which there are and what waits in each."""
        if len(self.books) == 1:
            return redirect(f"{BASE}/{next(iter(self.books))}/")
        books = readable_books(self.books, visitor())
        shown = cards(books, visitor(), self._seal, self._today())
        return render_template("workplace/start.html", cards=shown, menu=(), book="", heading="Ihre Bücher")

    def _view(self, page: WorkplacePage) -> Callable[..., Any]:
        def view(book: str, **named: Any) -> Any:
            opened = self._opened(book, page, **named)
            content = _content(page, opened.asked)
            if content is None:
                abort(404)
            if file := exported(content, request.args):
                return file if file.status_code != 404 else abort(404)
            text = _text(page, opened, content)
            return render_template(
                "workplace/page.html", content=content, text=text, heading=content.heading, **opened.frame
            )

        return view

    def _opened(self, book: str, page: WorkplacePage | None = None, **named: Any) -> OpenBook:
        """Return a book as this request asks for it, with what every page of it shows."""
        shown = self._shown(book)
        snapshot, asking = shown.snapshot(), visitor()
        if request.method == "POST":
            snapshot.wait_for_journal()
        fava = f"/{shown.journal}/journal/"
        may = allowed(snapshot, asking)
        cases = cases_of(snapshot, asking, self._seal, self._today())
        asked = Asked(
            snapshot,
            f"{BASE}/{quote(book)}",
            request.args,
            named,
            fava,
            asking,
            may,
            cases,
            lambda: self._others(book),
        )
        menu = tuple(
            (entry.menu, asked.to(entry.rule) if entry.rule else f"{asked.base}/")
            for entry in PAGES
            if entry.menu
        )
        frame = {
            "asked": asked,
            "book": book,
            "others": tuple(
                (on_show.book.settings.title, f"{BASE}/{quote(name)}/")
                for name, on_show in readable_books(self.books, asking).items()
                if name != book
            ),
            "menu": menu,
            "page": page,
            "stale": shown.trouble if shown.is_stale else "",
            "title": snapshot.book.settings.title,
            "stand": german.day(snapshot.today),
        }
        return OpenBook(asked, frame, shown.look_again, self._seal, self._today())

    def _others(self, book: str) -> list[Snapshot]:
        """Return the other books on show that the visitor may read; one that cannot be read is left out."""
        snapshots = []
        for name, shown in readable_books(self.books, visitor()).items():
            with suppress(KkdError):
                if name != book:
                    snapshots.append(shown.snapshot())
        return snapshots

    def _shown(self, book: str) -> BookOnShow:
        shown = self.books.get(book)
        if shown is None:
            abort(404)
        if (asking := visitor()) and not shown.lets_read(asking):
            abort(403)
        return shown

    def lets_see(self, who: Visitor, path: str) -> bool:
        """Tell whether somebody may see an address of Fava: of a book in which they hold a role, or of none at all.

        What bears the name of no book that is shown is nobody's.
        """
        decoded = path.encode("latin-1").decode("utf-8", "replace")  # as WSGI holds it
        first, _, rest = decoded.lstrip("/").partition("/")
        if (not rest and first in {"", "jump"}) or first == "static":
            return True
        return any(first == shown.journal and shown.lets_read(who) for shown in self.books.values())

    def _only_who_acts_writes(self) -> None:
        """Refuse what would write, whatever page is asked, from who has not logged in or holds no role that acts."""
        if request.method in {"GET", "HEAD"} or request.endpoint in {None, *OPEN}:
            return
        asking, shown = visitor(), self.books.get((request.view_args or {}).get("book", ""))
        if asking is None:
            abort(401)
        if shown is not None:
            roles = asking.roles(shown.book, shown.today)
            if shown.book.settings.roles and not may_write(roles):
                abort(403)

    def _document(self, book: str, name: str) -> Any:
        """Send a voucher that the ledger names, never another file of the folder."""
        snapshot = self._shown(book).snapshot()
        path = next((document.path for document in snapshot.documents if document.path == name), None)
        kind = _DOCUMENTS.get(Path(name).suffix)
        if path is None or kind is None:
            abort(404)
        file = (snapshot.book.root / path).resolve()
        if not file.is_relative_to((snapshot.book.root / v.DOCUMENTS).resolve()) or not file.is_file():
            abort(404)
        return send_file(
            file, mimetype=kind, as_attachment=kind != "application/pdf", download_name=file.name
        )

    def _static(self, name: str) -> Any:
        file = (_STATIC / name).resolve()
        if not file.is_relative_to(_STATIC) or not file.is_file():
            abort(404)
        return send_file(file, mimetype=_KINDS.get(file.suffix, "application/octet-stream"), max_age=0)


_STATIC: Final = (Path(__file__).parent.parent / "static").resolve()
_KINDS: Final = {
    ".css": "text/css",
    ".woff2": "font/woff2",
    ".js": "text/javascript",
    ".md": "text/plain",
    ".svg": "image/svg+xml",
}


def _content(page: WorkplacePage, asked: Asked) -> Content | None:
    """Return what a page says, made once where it is kept: sorted, filtered and leafed through is the same."""
    if not page.is_kept:
        return page.make(asked)
    said = {key: value for key, value in asked.query.items() if key not in OF_TABLES}
    return asked.snapshot.shelf.content(_key(page, asked, said), lambda: page.make(asked))


def _text(page: WorkplacePage, opened: OpenBook, content: Content) -> Markup:
    """Return the text of a page below its heading; what is said of the visitor stands around it."""

    def make() -> Markup:
        return Markup(render_template("workplace/content.html", content=content, **opened.frame))  # noqa: S704

    asked = opened.asked
    return asked.snapshot.shelf.text(_key(page, asked, asked.query), make) if page.is_kept else make()


def _key(page: WorkplacePage, asked: Asked, query: Mapping[str, str]) -> Hashable:
    """Return all that a kept page is made of beside the snapshot."""
    address = (page.rule, asked.base, tuple(asked.named.items()), tuple(sorted(query.items())))
    return (*address, asked.visitor, asked.may, tuple(asked.cases))


TOO_LARGE: Final = (
    "Das ist zu viel auf einmal: höchstens 64 MB, vor der Anmeldung 1 MB. Es wurde nichts geschrieben. Größere Dateien "
    "legt die IT in den Ordner inbox/ des Buchs; der nächste Monatslauf nimmt sie von dort."
)
_TROUBLES: Final = {
    413: TOO_LARGE,
    403: "Ihre Rolle in diesem Buch erlaubt das nicht. Rollen gibt, wer das Buch verwaltet.",
    404: "Diese Seite gibt es nicht. Vielleicht heißt der Posten oder die Buchung anders; die Suche findet sie.",
    405: "Diese Adresse ist nur zum Lesen da.",
    503: "Das Zugriffsprotokoll nimmt nichts an (Datenträger voll?). Bis das behoben ist, handelt hier niemand; "
    "es wurde nichts geschrieben.",
    500: "Hier ist ein Fehler im Programm. Die Bücher sind unberührt; was geschah, steht dort, wo `kkd serve` läuft.",
}


def _told(status: int, sentence: str) -> Callable[[Any], Any]:
    def handler(_: Any) -> Any:
        page = render_template(
            "workplace/trouble.html", sentence=sentence, heading="Das geht hier nicht", menu=(), book=""
        )
        return page, status

    return handler


def _refused(error: KkdError) -> Any:
    """Show why a book cannot be shown, in the words of its reader."""
    is_soon = isinstance(error, StillReading)
    page = render_template(
        "workplace/trouble.html",
        sentence=str(error) if is_soon else f"Dieses Buch lässt sich nicht darstellen. {error}",
        heading="Einen Augenblick" if is_soon else "Das Buch ist nicht lesbar",
        menu=(),
        book="",
    )
    return page, 503, {"Refresh": "2", "Retry-After": "2"} if is_soon else {}
