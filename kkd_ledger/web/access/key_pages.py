"""The pages of passkeys: one's own, those that wait for a second person, and what the browser's script asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Flask, Response, abort, render_template, request

from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.errors import KkdError, NotAllowed
from kkd_ledger.persons.register import Register, RegisteredPerson
from kkd_ledger.web.access.attempts import Attempts
from kkd_ledger.web.access.passkeys import KeySite, Passkeys
from kkd_ledger.web.workplace.visitor import visitor

PAGE: Final = "/kkd/passkeys"
LOGIN: Final = "/kkd/anmelden/passkey"
SCRIPTED: Final = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; font-src 'self'; "
    "img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
"""The content security policy where persons are set up: our own script may run, passkeys need it."""


@dataclass
class KeyPages:
    """The addresses of passkeys; `begin` begins a session for a login."""

    register: Register
    passkeys: Passkeys
    attempts: Attempts
    begin: Callable[[str, v.KnownBy], None]

    def install(self, app: Flask) -> None:
        """Add the addresses to the application."""
        app.add_url_rule(PAGE, "keys", self._page, methods=["GET", "POST"])
        app.add_url_rule(f"{PAGE}/angebot", "keys-offer", self._offer, methods=["POST"])
        app.add_url_rule(f"{PAGE}/neu", "keys-enrol", self._enrol, methods=["POST"])
        app.add_url_rule(f"{LOGIN}/angebot", "login-key-offer", self._offer_login, methods=["POST"])
        app.add_url_rule(LOGIN, "login-key", self._login, methods=["POST"])
        app.jinja_env.globals.update(key_page=PAGE, key_login=LOGIN)
        app.jinja_env.globals.setdefault("deposits", lambda _: ())

    def _page(self) -> Response:
        person = self._asking()
        said, wrong = "", ""
        if request.method == "POST":
            try:
                said = self._done(person)
            except (NotAllowed, KkdError) as error:
                wrong = f"Nicht geschehen: {error}."
        return self._shown(self._asking(), said, wrong)

    def _done(self, person: RegisteredPerson) -> str:
        key, wanted = request.form.get("schluessel", ""), request.form.get("schritt", "")
        if wanted == "bestaetigen":
            self.passkeys.confirm(request.form.get("person", ""), key, person)
            return "Der Passkey ist bestätigt und gilt von jetzt an."
        if wanted == "entfernen":
            self.passkeys.remove(person, key)
            return "Der Passkey ist entfernt und öffnet hier nichts mehr."
        return abort(400)

    def _shown(self, person: RegisteredPerson, said: str, wrong: str) -> Response:
        waiting = [
            (other, key)
            for other in self.register.persons.values()
            for key in other.passkeys
            if other.login != person.login and not other.disabled and not key.confirmed_by
        ]
        page = render_template(
            "workplace/passkeys.html",
            heading="Passkeys",
            menu=(),
            book="",
            person=person,
            waiting=waiting,
            said=said,
            wrong=wrong,
            site=_site(),
            names={login: each.name for login, each in self.register.persons.items()},
        )
        return Response(page, 422 if wrong else 200)

    def _offer(self) -> Response:
        person = self._asking()
        if not _site().takes_keys:
            return _told(
                f"Passkeys kennen nur Namen: öffnen Sie http://localhost:{request.host.rpartition(':')[2]}/."
            )
        return Response(self.passkeys.offer_to_enrol(person, _site()), mimetype="application/json")

    def _enrol(self) -> Any:
        sent = _sent()
        try:
            self.passkeys.enrol(
                self._asking(), _site(), _part(sent, "credential"), str(sent.get("label", ""))
            )
        except (NotAllowed, KkdError) as error:
            return _told(f"{error}")
        return {"weiter": PAGE}

    def _offer_login(self) -> Response:
        if not self.register.is_set_up:
            abort(404)
        return Response(self.passkeys.offer_to_log_in(_site()), mimetype="application/json")

    def _login(self) -> Any:
        address = request.remote_addr or ""
        if self.attempts.wait_s(LOGIN, address):
            return _told("Zu viele Versuche. Bitte warten Sie eine Viertelstunde.", 429)
        try:
            login = self.passkeys.who_logs_in(_site(), _part(_sent(), "credential"))
        except (NotAllowed, KkdError) as error:
            return _told(f"{error}", 401)
        self.attempts.forget(LOGIN, address)
        self.begin(login, v.KnownBy.PASSKEY)
        return {"weiter": ""}

    def _asking(self) -> RegisteredPerson:
        asking = visitor()
        person = self.register.person(asking.login) if asking else None
        return person if person is not None else abort(401)


def _site() -> KeySite:
    return KeySite(request.host.partition(":")[0], f"{request.scheme}://{request.host}")


def _sent() -> Mapping[str, object]:
    sent = request.get_json(silent=True)
    return sent if isinstance(sent, dict) else {}


def _part(sent: Mapping[str, object], name: str) -> Mapping[str, object]:
    part = sent.get(name)
    return part if isinstance(part, dict) else {}


def _told(sentence: str, status: int = 422) -> Response:
    """Return a refusal as the script shows it."""
    return Response(sentence, status, mimetype="text/plain")
