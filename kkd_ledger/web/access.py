"""Who may look at all: whoever opened the address that `kkd serve` wrote, with a word in it that works once.

127.0.0.1 is reached by everybody on a computer, and on a terminal server these are many. The word is exchanged for a
cookie of this server's life; whoever comes without one is told where a new address stands.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.cookies import CookieError, SimpleCookie
from secrets import token_urlsafe
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs

from kkd_ledger.web.guard import Refusal

COOKIE: Final = "kkd-zutritt-"
"""With the server's port behind it: a browser does not tell servers of one computer apart by their ports."""
WORD: Final = "zutritt"
_CLOSED: Final = Refusal(
    "403 Forbidden",
    "Zutritt nur über die Adresse, die `kkd serve` genannt hat; sie gilt einmal. "
    "Eine neue steht jetzt dort, wo `kkd serve` läuft.",
)


class Admitted(NamedTuple):
    """Somebody came with the word: where they go on, and the cookie they get."""

    location: str
    cookie: str


class Access:
    """The word of the moment and the cookie of this server's life; both are never written to a disk."""

    def __init__(self) -> None:
        self._word, self._cookie = token_urlsafe(24), token_urlsafe(32)
        self.announce: Callable[[str], None] = lambda _word: None

    @property
    def word(self) -> str:
        """The word that the next address bears."""
        return self._word

    def look(self, environ: Mapping[str, Any]) -> Admitted | Refusal | None:
        """Return None for whoever was let in before, how one is let in now, or why not."""
        if hmac.compare_digest(_cookie_of(environ).encode(), self._cookie.encode()):
            return None
        asked = parse_qs(environ.get("QUERY_STRING", "")).get(WORD, [""])[0]
        if environ.get("REQUEST_METHOD") == "GET" and hmac.compare_digest(
            asked.encode(), self._word.encode()
        ):
            self._word = token_urlsafe(24)
            cookie = f"{_name(environ)}={self._cookie}; Path=/; HttpOnly; SameSite=Strict"
            return Admitted(environ.get("PATH_INFO", "/"), cookie)
        self.announce(self._word)
        return _CLOSED


def _name(environ: Mapping[str, Any]) -> str:
    return f"{COOKIE}{environ.get('SERVER_PORT', '')}"


def _cookie_of(environ: Mapping[str, Any]) -> str:
    name, cookies = _name(environ), SimpleCookie()
    with suppress(CookieError):
        cookies.load(environ.get("HTTP_COOKIE", ""))
    return cookies[name].value if name in cookies else ""
