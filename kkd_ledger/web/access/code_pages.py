"""The page on which a person redeems a code and chooses a password of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from flask import Flask, Response, abort, redirect, render_template, request

from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.errors import NotAllowed
from kkd_ledger.persons.register import Register
from kkd_ledger.web.access.attempts import Attempts
from kkd_ledger.web.access.passwords import Passwords
from kkd_ledger.web.access.reset_codes import ResetCodes
from kkd_ledger.web.access.sessions import Sessions

PAGE: Final = "/kkd/anmelden/code"
_WRONG: Final = "Anmeldename und Code passen nicht zusammen, oder der Code ist abgelaufen."


@dataclass
class CodePages:
    """The one address; `begin` begins a session for a login, `passwords` are those of the door."""

    register: Register
    codes: ResetCodes
    passwords: Callable[[], Passwords]
    sessions: Sessions
    attempts: Attempts
    begin: Callable[[str, v.KnownBy], None]

    def install(self, app: Flask) -> None:
        """Add the address to the application."""
        app.add_url_rule(PAGE, "login-code", self._page, methods=["GET", "POST"])
        app.jinja_env.globals.update(code_page=PAGE)

    def _page(self) -> Any:
        if not self.register.is_set_up:
            abort(404)
        if request.method == "GET":
            return _form("", "")
        login, address = request.form.get("name", "").strip().lower()[:64], request.remote_addr or ""
        if self.attempts.wait_s(login, address):
            return _form(login, "Zu viele Versuche. Bitte warten Sie eine Viertelstunde.", 429)
        if self.register.person(login) is None or not self.codes.fits(login, request.form.get("code", "")):
            return _form(login, _WRONG, 401)
        password = request.form.get("kennwort", "")
        if password != request.form.get("nochmal", ""):
            return _form(login, "Die beiden Kennwörter sind verschieden.", 422)
        try:
            self.passwords().put(login, password)
        except NotAllowed as error:
            return _form(login, f"{error}", 422)
        self.codes.take(login)
        self.attempts.forget(login, address)
        self.sessions.end_all_of(login)
        self.begin(login, v.KnownBy.PASSWORD)
        return redirect("/kkd/", 303)


def _form(login: str, wrong: str, status: int = 200) -> Response:
    page = render_template(
        "workplace/code.html", heading="Code einlösen", menu=(), book="", login=login, wrong=wrong
    )
    return Response(page, status)
