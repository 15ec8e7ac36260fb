"""What stands at Fava's addresses: its pages by the process of their book, its scripts and styles from its package.

Where Fava does not answer, a German page says why and leads on; a script that asked for data gets the sentence alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Any, Final, NamedTuple
from urllib.parse import quote, unquote, urlsplit

from kkd_ledger.web.fava_client import DATA_PATIENCE_S, PAGE_PATIENCE_S, FavaBooks, Silence

_HANDED_ON: Final = ("HOST", "ACCEPT", "ACCEPT_LANGUAGE", "REFERER", "IF_NONE_MATCH", "IF_MODIFIED_SINCE")
STYLE: Final = "/kkd/fava.css"
_KINDS: Final = {
    "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "map": "application/json",
    "woff2": "font/woff2", "woff": "font/woff", "ico": "image/x-icon", "svg": "image/svg+xml", "png": "image/png",
    "wasm": "application/wasm", "txt": "text/plain; charset=utf-8",
}  # fmt: skip
_RELOAD_S: Final = 2
_NOT_THERE: Final = "Dieses Buch gibt es hier nicht; vielleicht heißt es inzwischen anders."
_STUMBLED: Final = (
    "Auf diese Anfrage hat Fava keine Antwort. Die Bücher sind unberührt; prüfen Sie Adresse und Abfrage."
)
_SAID: Final = {
    Silence.LOADING: (
        "Fava liest dieses Buch gerade ein",
        "Ein Buch mit 100.000 Buchungen braucht dafür etwa eine Viertelminute. Diese Seite lädt sich von selbst neu.",
    ),
    Silence.BUSY: (
        "Fava hat gerade zu viel zu tun",
        "Es beantwortet schon mehrere Anfragen. Laden Sie die Seite gleich noch einmal.",
    ),
    Silence.GAVE_UP: (
        "Die Anfrage wurde beendet",
        "Die Anfrage hat zu lange gedauert oder zu viel Speicher gebraucht und wurde beendet. "
        "Die Bücher sind unberührt; fragen Sie enger.",
    ),
    Silence.ENDED: (
        "Fava hat sich beendet",
        "Es wird mit der nächsten Anfrage neu gestartet; warum es endete, steht dort, wo `kkd serve` läuft. "
        "Die Bücher sind unberührt.",
    ),
    Silence.TOO_LARGE: (
        "Dieses Buch ist zu groß für Fava",
        "Fava bekommt höchstens 4 GiB Arbeitsspeicher je Buch, und das genügt hier nicht. "
        "Der Arbeitsplatz zeigt das Buch auch ohne Fava.",
    ),
}
_PAGE: Final = """<!doctype html>
<html lang="de"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{heading} – KKD</title>
<link rel="stylesheet" href="/kkd/static/kern.css"><link rel="stylesheet" href="/kkd/static/workplace.css"></head>
<body><main role="{role}"><h1 class="kern-heading-large">{heading}</h1><p class="kern-body">{sentence}</p>
<p class="kern-body"><a class="kern-link" href="{again}">Noch einmal versuchen</a></p>
<p class="kern-body"><a class="kern-link" href="/kkd/">Zum Arbeitsplatz</a></p></main></body></html>
"""


class SiteAnswer(NamedTuple):
    """An answer as WSGI sends it, without its length."""

    status: str
    headers: Sequence[tuple[str, str]]
    body: bytes


class FavaSite:
    """Fava's addresses over some books. "/" is the first book's: where nobody logs in, the one that was named first."""

    def __init__(self, books: FavaBooks) -> None:
        self._books = books

    def answer(self, environ: Mapping[str, Any]) -> SiteAnswer:
        """Return what is answered to a request that the gate has let through."""
        path = path_of(environ)
        if path == STYLE:
            return _style()
        if path.startswith("/static/"):
            return _static(path.removeprefix("/static/"))
        name = _book_of(environ.get("HTTP_REFERER", "")) if path == "/jump" else path.split("/")[1]
        if path == "/" or (path == "/jump" and name not in self._books.names):
            name = next(iter(self._books.names), "")
        is_page = "text/html" in environ.get("HTTP_ACCEPT", "") and "/api/" not in path
        patience_s = PAGE_PATIENCE_S if is_page else DATA_PATIENCE_S
        answer = self._books.ask(name, target_of(environ), _handed_on(environ), patience_s)
        if answer is None:
            return plain("404 Not Found", _NOT_THERE)
        if isinstance(answer, Silence):
            return _told(answer, environ, is_page=is_page)
        if answer.status.startswith("500"):
            return plain("400 Bad Request", _STUMBLED)
        headers = [header for header in answer.headers if header[0].lower() != "content-length"]
        return SiteAnswer(answer.status, headers, answer.body)


def plain(status: str, sentence: str) -> SiteAnswer:
    """Return a sentence as an answer."""
    return SiteAnswer(status, [("Content-Type", "text/plain; charset=utf-8")], f"{sentence}\n".encode())


def path_of(environ: Mapping[str, Any]) -> str:
    """Return the path that is asked for; WSGI holds it decoded, as Latin-1 of its bytes."""
    return str(environ["PATH_INFO"]).encode("latin-1").decode("utf-8", "replace")


def target_of(environ: Mapping[str, Any]) -> str:
    """Return the path and query as they are sent on."""
    path = quote(environ["PATH_INFO"].encode("latin-1"))
    query = environ.get("QUERY_STRING", "")
    return f"{path}?{query}" if query else path


def _book_of(address: str) -> str:
    """Return the name of the book that an address of Fava's shows; empty for none."""
    try:
        return unquote(urlsplit(address).path).lstrip("/").partition("/")[0]
    except ValueError:
        return ""


def _told(silence: Silence, environ: Mapping[str, Any], *, is_page: bool) -> SiteAnswer:
    heading, sentence = _SAID[silence]
    headers = [("Cache-Control", "no-store")]
    if silence in {Silence.LOADING, Silence.BUSY}:
        headers.append(("Retry-After", str(_RELOAD_S)))
    if not is_page:
        answer = plain("503 Service Unavailable", f"{heading}. {sentence}")
        return answer._replace(headers=[*answer.headers, *headers])
    if silence is Silence.LOADING:
        headers.append(("Refresh", str(_RELOAD_S)))
    page = _PAGE.format(
        heading=escape(heading),
        sentence=escape(sentence).replace("`kkd serve`", "<code>kkd serve</code>"),
        again=escape(target_of(environ)),
        role="status" if silence is Silence.LOADING else "alert",
    )
    return SiteAnswer(
        "503 Service Unavailable", [("Content-Type", "text/html; charset=utf-8"), *headers], page.encode()
    )


def _style() -> SiteAnswer:
    style = files("kkd_ledger.web").joinpath("templates/fava.css").read_bytes()
    return SiteAnswer("200 OK", [("Content-Type", "text/css; charset=utf-8")], style)


def _static(name: str) -> SiteAnswer:
    """Return a file of Fava's look; its address changes with the file, so a browser may keep it."""
    file = files("fava").joinpath("static", name)
    if not file.is_file():
        return plain("404 Not Found", "Diese Datei gibt es nicht.")
    kind = _KINDS.get(name.rpartition(".")[2], "application/octet-stream")
    return SiteAnswer(
        "200 OK", [("Content-Type", kind), ("Cache-Control", "max-age=43200")], file.read_bytes()
    )


def _handed_on(environ: Mapping[str, Any]) -> list[tuple[str, str]]:
    named = ((name, environ.get(f"HTTP_{name}", "")) for name in _HANDED_ON)
    return [(name.replace("_", "-").title(), value) for name, value in named if value]
