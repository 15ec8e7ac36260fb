"""Who may ask what: the one gate before Fava. What is not on its lists is refused; nothing behind it has to be trusted.

Fava's own "read only" looks at the method alone, and its query page knows commands that write files. So the gate lists
hosts, origins, routes and statements, and compares whole values, never beginnings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs, urlsplit

HOST: Final = "127.0.0.1"
_OWN_HOST: Final = re.compile(r"(?:127\.0\.0\.1|localhost)(?::[0-9]{1,5})?", re.ASCII)
_READING: Final = frozenset({"GET", "HEAD"})
_OWN_SITES: Final = frozenset({"", "none", "same-origin"})
TARGET_CHARS_MAX: Final = 8_000

_PAGES: Final = (
    "account/[^/]+", "balance_sheet", "commodities", "documents", "errors", "events", "holdings",
    "holdings/by_(?:account|currency|cost_currency)", "income_statement", "journal", "query", "statistics",
    "trial_balance", "extension/Kostenbeteiligungen",
)  # fmt: skip
_DATA: Final = (
    "account_report", "balance_sheet", "changed", "commodities", "context", "documents", "errors", "events",
    "income_statement", "journal", "journal_page", "query", "source_slice", "statistics", "trial_balance",
)  # fmt: skip
ROUTES: Final = re.compile(
    r"/"
    r"|/static/[A-Za-z0-9_.-]+"
    r"|/jump"
    r"|/[^/]+/"
    rf"|/[^/]+/(?:{'|'.join(_PAGES)})/"
    rf"|/[^/]+/api/(?:{'|'.join(_DATA)})"
    r"|/[^/]+/(?:document|download-journal)/"
    r"|/[^/]+/download-query/query_result\.csv",
    re.ASCII,
)
"""The routes of Fava that only show; not: editor, import, options, source files, uploads, its help, spreadsheets."""
STATEMENTS: Final = re.compile(r"\s*(?:SELECT|BALANCES|JOURNAL|PRINT)\b", re.ASCII | re.IGNORECASE)
"""How a query begins that only reads. Fava's shell also knows `.output FILE`, `CREATE TABLE … USING` and others."""


class Site(NamedTuple):
    """The name by which this server is asked: `public` is the https origin of the proxy before it, empty for none.

    Without a proxy it is this computer's own name, over http. Behind one it is that name alone, and only what the
    proxy says it got over https: whoever comes past the proxy is refused.
    """

    public: str = ""

    def names(self, host: str) -> bool:
        """Tell whether a Host header names this server."""
        return host == urlsplit(self.public).netloc if self.public else bool(_OWN_HOST.fullmatch(host))

    def origin(self, host: str) -> str:
        """Return the origin of our own pages under a name."""
        return self.public or f"http://{host}"

    @property
    def scheme(self) -> str:
        """How our own pages are asked for."""
        return "https" if self.public else "http"


HERE: Final = Site()
"""This computer, without a proxy."""


class Refusal(NamedTuple):
    """Why a request is not answered: the HTTP status, and a German sentence."""

    status: str
    sentence: str


def refusal(environ: Mapping[str, Any], site: Site = HERE) -> Refusal | None:
    """Return why a request is refused; None where it may pass."""
    return foreign(environ, site) or not_reading(environ) or _unlisted(environ, site)


def foreign(environ: Mapping[str, Any], site: Site = HERE, *, is_entrance: bool = False) -> Refusal | None:
    """Return why a request is refused that came by another name or from another page; None where it may pass.

    `is_entrance`: an address to which a login service leads back, so a foreign page may.
    """
    if site.public and environ.get("wsgi.url_scheme") != site.scheme:
        return Refusal("403 Forbidden", f"Nur über {site.public} erreichbar.")
    host = environ.get("HTTP_HOST", "")
    if not site.names(host):
        return Refusal(
            "400 Bad Request", f"Nur unter {site.public or '127.0.0.1 oder localhost'} erreichbar."
        )
    if is_entrance and environ.get("REQUEST_METHOD") in _READING:
        return None
    origin = environ.get("HTTP_ORIGIN", "")
    if (origin and origin != site.origin(host)) or environ.get("HTTP_SEC_FETCH_SITE", "") not in _OWN_SITES:
        return Refusal(
            "403 Forbidden",
            "Eine fremde Seite hat hierher verwiesen. Geben Sie die Adresse unmittelbar in den Browser ein.",
        )
    return None


def not_reading(environ: Mapping[str, Any]) -> Refusal | None:
    """Return why a request is refused that would do more than read; None where it may pass."""
    if environ.get("REQUEST_METHOD") in _READING:
        return None
    return Refusal("405 Method Not Allowed", "Nur zum Lesen: Buchungen macht `kkd`.")


def not_a_form(environ: Mapping[str, Any]) -> Refusal | None:
    """Return why a request is refused that neither reads nor sends a form from a page of ours; None where it may pass.

    Every browser names the page that sends a form (Origin or Sec-Fetch-Site); whoever names none is refused.
    """
    if environ.get("REQUEST_METHOD") in _READING:
        return None
    if environ.get("REQUEST_METHOD") != "POST":
        return Refusal("405 Method Not Allowed", "So nimmt diese Adresse nichts an.")
    if not environ.get("HTTP_ORIGIN") and environ.get("HTTP_SEC_FETCH_SITE") != "same-origin":
        return Refusal(
            "403 Forbidden", "Von welcher Seite diese Eingabe kommt, ist nicht zu erkennen; sie gilt nicht."
        )
    return None


def _unlisted(environ: Mapping[str, Any], site: Site) -> Refusal | None:
    path, query = environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")
    if len(path) + len(query) > TARGET_CHARS_MAX:
        return Refusal("414 URI Too Long", "Die Anfrage ist zu lang.")
    if not ROUTES.fullmatch(path):
        return Refusal(
            "404 Not Found", "Diese Seite gibt es hier nicht: gezeigt wird nur, was nichts ändert."
        )
    if path.endswith("/api/query") or "/download-query/" in path:
        asked = parse_qs(query, keep_blank_values=True, separator="&").get("query_string", [""])
        if len(asked) != 1 or not STATEMENTS.match(asked[0]):
            return Refusal("403 Forbidden", "Erlaubt sind Abfragen mit SELECT, BALANCES, JOURNAL und PRINT.")
    if path == "/jump" and not _leads_home(environ, site):
        return Refusal("403 Forbidden", "Eine fremde Seite hat hierher verwiesen.")
    return None


def _leads_home(environ: Mapping[str, Any], site: Site) -> bool:
    """Tell whether the page that a request comes from is one of ours: Fava leads back there."""
    before = environ.get("HTTP_REFERER", "")
    try:
        parts = urlsplit(before)
    except ValueError:
        return False
    return not before or (parts.scheme == site.scheme and parts.netloc == environ["HTTP_HOST"])
