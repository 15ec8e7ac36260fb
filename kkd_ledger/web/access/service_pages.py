"""The way to the login service and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from flask import Flask, Response, redirect, render_template, request

from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.errors import KkdError, NotAllowed
from kkd_ledger.web.access.login_service import WAY_S_MAX, LoginServices

LEAVE: Final = "/kkd/anmelden/dienst"
RETURN: Final = "/kkd/anmelden/zurueck"
"""Where a login service leads back to."""
_COOKIE: Final = "kkd-weg"


@dataclass
class ServicePages:
    """The two addresses; `begin` begins a session for a login, `turned_away` shows the login form with a reason."""

    services: LoginServices
    begin: Callable[[str, v.KnownBy], None]
    own_address: Callable[[str], str]
    turned_away: Callable[[str], Response]

    def install(self, app: Flask) -> None:
        """Add the addresses to the application."""
        app.add_url_rule(LEAVE, "login-service", self._leave)
        app.add_url_rule(RETURN, "login-return", self._return)
        app.jinja_env.globals.update(service_login=LEAVE, login_service=self._label)

    def _label(self) -> str:
        """Return what the service is called on the login page; empty where there is none."""
        try:
            service = self.services.service
        except NotAllowed:
            return ""
        return service.label if service else ""

    def _leave(self) -> Any:
        onward = self.own_address(request.args.get("weiter", ""))
        try:
            departure = self.services.leave(_return_address(), onward)
        except NotAllowed as error:
            return self.turned_away(f"{error}")
        response = redirect(departure.address, 303)
        response.set_cookie(
            _COOKIE,
            departure.browser,
            WAY_S_MAX,
            path=RETURN,
            httponly=True,
            secure=request.is_secure,
            samesite="Lax",
        )
        return response

    def _return(self) -> Response:
        """Begin a session, and lead on by a page of ours: a redirect from a foreign page would not bring the cookie."""
        try:
            login, onward = self.services.come_back(
                request.args.to_dict(), request.cookies.get(_COOKIE, ""), _return_address()
            )
        except (NotAllowed, KkdError) as error:
            return self.turned_away(f"{error}")
        self.begin(login, v.KnownBy.OIDC)
        response = Response(
            render_template("workplace/onward.html", heading="Angemeldet", menu=(), book="", onward=onward)
        )
        response.delete_cookie(_COOKIE, path=RETURN)
        return response


def _return_address() -> str:
    return f"{request.scheme}://{request.host}{RETURN}"
