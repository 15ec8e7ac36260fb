"""The door: where persons are set up, nothing is shown and nothing is done before somebody has logged in."""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from flask import Flask, Response, abort, g, redirect, render_template, request, session
from werkzeug.wrappers import Response as AnyResponse

from kkd_ledger import german
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.persons.register import Register
from kkd_ledger.web.access.access_log import AccessLog, LogLine
from kkd_ledger.web.access.attempts import Attempts
from kkd_ledger.web.access.code_pages import CodePages
from kkd_ledger.web.access.demo import PASSWORD, DemoPerson
from kkd_ledger.web.access.key_pages import SCRIPTED, KeyPages
from kkd_ledger.web.access.login_service import LoginServices
from kkd_ledger.web.access.passkeys import Passkeys
from kkd_ledger.web.access.passwords import Passwords
from kkd_ledger.web.access.reset_codes import ResetCodes
from kkd_ledger.web.access.service_pages import ServicePages
from kkd_ledger.web.access.sessions import Sessions
from kkd_ledger.web.workplace.visitor import OPEN, Visitor, visitor

BASE: Final = "/kkd"
LOGIN: Final = f"{BASE}/anmelden"
LOGOUT: Final = f"{BASE}/abmelden"
COOKIE: Final = "kkd"
FORM_BYTES_MAX: Final = 16 * 1024
_WORD: Final = "sitzung"
_OWN_ADDRESS: Final = re.compile(r"/(?![/\\])[!-\[\]-~]*")
_WRONG: Final = "Anmeldename und Kennwort passen nicht zusammen."


@dataclass
class Door:
    """Who may come in by which way, and who has; one for a server.

    `seconds` is a clock that never jumps, `now` tells the time with its zone, for the log. `demo` are the persons of a
    demonstration: whoever logs in as one of them has proved nothing.
    """

    register: Register
    seconds: Callable[[], int]
    now: Callable[[], dt.datetime]
    demo: Sequence[DemoPerson] = ()
    passwords: Passwords = field(init=False)
    sessions: Sessions = field(init=False)
    attempts: Attempts = field(init=False)
    log: AccessLog = field(init=False)
    passkeys: Passkeys = field(init=False)
    codes: ResetCodes = field(init=False)

    def __post_init__(self) -> None:
        self.passwords = Passwords(self.register)
        self.sessions = Sessions(self.seconds)
        self.attempts = Attempts(self.seconds)
        self.log = AccessLog(self.register, self.now)
        self.codes = ResetCodes(self.register, lambda: int(self.now().timestamp()))
        self.passkeys = Passkeys(self.register, self.seconds, lambda: self.now().date())

    @property
    def is_locked(self) -> bool:
        """Whether persons are set up, so that everybody has to log in."""
        return self.register.is_set_up

    def who(self) -> Visitor | None:
        """Return who asks, by the cookie of the request."""
        if not self.is_locked:
            return None
        begun = self.sessions.of(session.get(_WORD, ""))
        person = self.register.person(begun[0]) if begun else None
        if begun is None or person is None:
            return None
        return Visitor(person.name, begun[1], person.login)

    def visitor_of(self, app: Flask, environ: Mapping[str, Any]) -> Visitor | None:
        """Return who asks for what stands beside the workplace (Fava); None where nobody has logged in."""
        with app.request_context(dict(environ)):
            return visitor()

    def name_cookie(self, app: Flask, port: int, public: str) -> None:
        """Name the cookie by the port, for browsers do not tell ports apart; behind a proxy it is for https alone."""
        app.config["SESSION_COOKIE_NAME"] = f"__Host-{COOKIE}" if public else f"{COOKIE}-{port}"
        app.config["SESSION_COOKIE_SECURE"] = bool(public)

    def install(self, app: Flask) -> None:
        """Set the door before an application: its pages, and what is asked before every other one."""
        app.config.update(
            SESSION_COOKIE_NAME=COOKIE, SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Strict"
        )
        app.add_url_rule(LOGIN, "login", self._login, methods=["GET", "POST"])
        app.add_url_rule(LOGOUT, "logout", self._logout, methods=["POST"])
        services = LoginServices(self.register, self.seconds, lambda: int(self.now().timestamp()))
        ServicePages(services, self.begin, own_address, self._turned_away).install(app)
        KeyPages(self.register, self.passkeys, self.attempts, self.begin).install(app)
        CodePages(
            self.register, self.codes, lambda: self.passwords, self.sessions, self.attempts, self.begin
        ).install(app)
        app.before_request(self._before)
        app.after_request(self._logged)

    def _logged(self, response: Response) -> Response:
        """Write a request that acts or logs in into the log, with its outcome; let pages run our own script."""
        if self.is_locked:
            response.headers.setdefault("Content-Security-Policy", SCRIPTED)
        acts = request.method not in {"GET", "HEAD"} or request.endpoint == "login-return"
        if acts and self.is_locked:
            asking = g.get("came_in") or g.get("went_out") or visitor()
            login, known_by = (asking.login, str(asking.known_by)) if asking else (_tried(), "")
            what = f"{request.method} {request.path}{_deed()}"
            line = LogLine(login, known_by, what, response.status_code, request.remote_addr or "")
            if not self.log.write(line):
                print(
                    f"kkd: {self.log.file} nimmt nichts an; bis es geht, handelt hier niemand.",
                    file=sys.stderr,
                )
        return response

    def _before(self) -> AnyResponse | None:
        if request.method not in {"GET", "HEAD"} and self.is_locked and not self.log.is_complete():
            return abort(503)
        if request.endpoint in {"static", *OPEN} or not self.is_locked or visitor():
            return None
        if request.method in {"GET", "HEAD"}:
            return redirect(login_address(request.full_path.rstrip("?")), 303)
        return abort(401)

    def _login(self) -> Any:
        """Show the form, or let somebody in whose password fits."""
        if not self.is_locked:
            abort(404)
        onward = own_address(request.values.get("weiter", ""))
        if request.method == "GET":
            return self._form(onward)
        login, password = request.form.get("name", "").strip().lower()[:64], request.form.get("kennwort", "")
        address = request.remote_addr or ""
        if wait_s := self.attempts.wait_s(login, address):
            minutes = german.count(-(-wait_s // 60), "Minute", "Minuten")
            return self._form(onward, login, f"Zu viele Versuche. Bitte warten Sie {minutes}.", 429)
        if not self.passwords.fits(login, password) or self.register.person(login) is None:
            return self._form(onward, login, _WRONG, 401)
        self.attempts.forget(login, address)
        self.begin(login, v.KnownBy.TYPED if self.demo else v.KnownBy.PASSWORD)
        return redirect(onward, 303)

    def begin(self, login: str, known_by: v.KnownBy) -> None:
        """Begin a session for a login in this browser; whatever it had before is over."""
        self.sessions.end(session.get(_WORD, ""))
        session.clear()
        session[_WORD] = self.sessions.begin(login, known_by)
        g.setdefault("came_in", Visitor("", known_by, login))

    def _logout(self) -> Any:
        g.setdefault("went_out", visitor())
        self.sessions.end(session.get(_WORD, ""))
        session.clear()
        return redirect(LOGIN, 303)

    def _turned_away(self, wrong: str) -> Response:
        return self._form(f"{BASE}/", "", f"Nicht angemeldet: {wrong}.", 401)

    def _form(self, onward: str, login: str = "", wrong: str = "", status: int = 200) -> Response:
        page = render_template(
            "workplace/login.html",
            heading="Anmelden",
            menu=(),
            book="",
            onward=onward,
            login=login,
            wrong=wrong,
            demo=self.demo,
            demo_password=PASSWORD,
        )
        return Response(page, status)


def _deed() -> str:
    """Return what a request has done to persons, as the log tells it; empty for others."""
    return f" – {g.deed}" if "deed" in g else ""


def _tried() -> str:
    """Return the login that somebody tried, without what could break a line of the log."""
    return (
        "".join(filter(str.isprintable, request.form.get("name", "")))[:64]
        if request.endpoint in {"login", "login-code"}
        else ""
    )


def login_address(onward: str) -> str:
    """Return the address of the login that leads on to another one of ours."""
    return f"{LOGIN}?weiter={quote(onward, safe='/')}"


def own_address(text: str) -> str:
    """Return an address on this server as it was asked for; the start for anything that leads elsewhere."""
    return text if _OWN_ADDRESS.fullmatch(text) and not text.startswith((LOGIN, LOGOUT)) else f"{BASE}/"
