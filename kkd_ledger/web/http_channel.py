"""What a connection may send before anybody looks at it: how much, and what is said in German of what is refused.

A body that is too large is thrown away as it comes, neither into memory nor onto the disk, and answered when it has
come: a browser that still sends would never show the answer. Who has no session sends no more than a login needs.
"""

from __future__ import annotations

from html import escape
from typing import Any, Final

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.task import ErrorTask
from waitress.utilities import RequestEntityTooLarge, RequestHeaderFieldsTooLarge, ServerNotImplemented

from kkd_ledger.web.workplace.app import BODY_BYTES_MAX, TOO_LARGE

STRANGERS_BYTES_MAX: Final = 1024 * 1024
"""The largest request of somebody who has no session."""
THROWN_AWAY_BYTES_MAX: Final = 1024 * 1024 * 1024
"""The largest body that is waited for to be refused; behind more of it the connection is closed."""
_SENTENCES: Final = {
    RequestEntityTooLarge: TOO_LARGE,
    RequestHeaderFieldsTooLarge: "Diese Anfrage hat zu lange Kopfzeilen. Löschen Sie die Cookies dieser Adresse "
    "und versuchen Sie es noch einmal.",
    ServerNotImplemented: "So nimmt diese Adresse nichts an.",
}
_MALFORMED: Final = "Das ist keine Anfrage, die hier jemand versteht. Es wurde nichts geschrieben."
_PAGE: Final = """<!doctype html>
<html lang="de"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Das geht hier nicht – KKD</title>
<link rel="stylesheet" href="/kkd/static/kern.css"><link rel="stylesheet" href="/kkd/static/workplace.css"></head>
<body><main role="alert"><h1 class="kern-heading-large">Das geht hier nicht</h1><p class="kern-body">{}</p>
<p class="kern-body"><a class="kern-link" href="/kkd/">Zu den Büchern</a></p></main></body></html>
"""


class BoundedParser(HTTPRequestParser):
    """Reads a request up to the size that its sender may send."""

    path: str
    _left: int | None = None

    def received(self, data: bytes) -> int:
        """Take bytes of a request and return how many belong to it."""
        if self._left is not None:
            return self._thrown_away(data)
        consumed: int = super().received(data)
        if self.error is None and self.headers_finished and self._size() > self._size_max():
            self.error = RequestEntityTooLarge("")
            self.completed = True
        if isinstance(self.error, RequestEntityTooLarge):
            self._wait_for_the_rest()
        return consumed

    def _size(self) -> int:
        return max(self.content_length, self.body_bytes_received)

    def _size_max(self) -> int:
        is_form = "/tun/" in self.path or "/vorgang/" in self.path
        return BODY_BYTES_MAX if self.headers.get("COOKIE") and is_form else STRANGERS_BYTES_MAX

    def _wait_for_the_rest(self) -> None:
        """Throw away what is still to come; who asks first whether to send it at all is told at once."""
        left = self.content_length - self.body_bytes_received
        if self.expect_continue or not 0 < left <= THROWN_AWAY_BYTES_MAX:
            self.expect_continue = False
            return
        self._left, self.completed = left, False

    def _thrown_away(self, data: bytes) -> int:
        assert self._left is not None
        taken = min(self._left, len(data))
        self._left -= taken
        self.completed = self._left == 0
        return taken


class GermanErrors(ErrorTask):
    """Tells in German, on a page that leads on, why a request was not even read."""

    def execute(self) -> None:
        """Answer, and close the connection."""
        error: Any = self.request.error  # type: ignore[attr-defined]
        body = _PAGE.format(escape(_SENTENCES.get(type(error), _MALFORMED))).encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers = [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Security-Policy", "default-src 'none'; style-src 'self'; frame-ancestors 'none'"),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store"),
        ]
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class BoundedChannel(HTTPChannel):
    """A connection that reads by BoundedParser and refuses by GermanErrors."""

    parser_class = BoundedParser
    error_task_class = GermanErrors
