"""Login by OpenID Connect: the office's own login service says who somebody is (authorization code with PKCE).

The session cookie is not sent when a foreign page leads back here, so a short-lived cookie of its own ties the way back
to the browser that left; state, nonce and verifier stay in the server, and are good once.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Annotated, Any, Final, NamedTuple
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from kkd_ledger.errors import NotAllowed
from kkd_ledger.persons.register import Register, replace

FILE: Final = "anmeldedienst.json"
WAY_S_MAX: Final = 10 * 60
_TIMEOUT_S: Final = 10
_BYTES: Final = 32
_METHODS: Final = ["RS256", "ES256", "PS256", "EdDSA", "RS384", "ES384", "RS512", "ES512"]
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def _issuer(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise NotAllowed(
            repr(text), "die https-Adresse des Anmeldedienstes, wie er sich selbst nennt (issuer)"
        )
    return text


class LoginService(BaseModel):
    """The login service of an office: its issuer, what it calls us, our secret, and which claim names a person."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    issuer: Annotated[str, AfterValidator(_issuer)]
    client_id: str
    client_secret: str = ""
    claim: str = "sub"
    label: str = "Anmeldedienst"


class Way(NamedTuple):
    """Somebody on the way to the service and back: what only this server and their browser know."""

    nonce: str
    verifier: str
    browser: str
    onward: str
    begun_s: int


class Departure(NamedTuple):
    """Where a browser is led, and the word that it keeps until it comes back."""

    address: str
    browser: str


@dataclass
class LoginServices:
    """The login service of an installation, if any. `seconds` is a clock that never jumps, `now_s` the real time."""

    register: Register
    seconds: Callable[[], int]
    now_s: Callable[[], int]
    _ways: dict[str, Way] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    @property
    def service(self) -> LoginService | None:
        """The service as its file says now; None where there is none. Raise NotAllowed for a file that says nothing."""
        try:
            return LoginService.model_validate_json((self.register.secrets / FILE).read_bytes())
        except FileNotFoundError:
            return None
        except ValidationError as error:
            raise NotAllowed(
                f"{FILE}: {error.error_count()} Angaben stimmen nicht", "`kkd user service`"
            ) from None

    def put(self, service: LoginService) -> None:
        """Keep the service for this installation."""
        replace(self.register.secrets / FILE, service.model_dump_json(indent=1).encode() + b"\n", 0o600)

    def leave(self, return_address: str, onward: str) -> Departure:
        """Return where somebody is led to log in; raise NotAllowed where the service does not answer."""
        service, metadata = self._described()
        verifier, nonce, browser = (secrets.token_urlsafe(_BYTES) for _ in range(3))
        with self._client(service, return_address) as client:
            address, state = client.create_authorization_url(
                _endpoint(metadata, "authorization_endpoint"), code_verifier=verifier, nonce=nonce
            )
        now = self.seconds()
        with self._lock:
            self._ways = {key: way for key, way in self._ways.items() if now - way.begun_s <= WAY_S_MAX}
            self._ways[state] = Way(nonce, verifier, browser, onward, now)
        return Departure(address, browser)

    def come_back(self, asked: Mapping[str, str], browser: str, return_address: str) -> tuple[str, str]:
        """Return the login of whom the service named, and where they wanted to go; raise NotAllowed else."""
        with self._lock:
            way = self._ways.pop(asked.get("state", ""), None)
        if (
            way is None
            or self.seconds() - way.begun_s > WAY_S_MAX
            or not hmac.compare_digest(way.browser, browser)
        ):
            raise NotAllowed(
                "eine Rückkehr, die hier nicht begann", "die Anmeldung in diesem Browser neu beginnen"
            )
        if not asked.get("code"):
            raise NotAllowed("der Anmeldedienst hat nicht zugestimmt", "die Anmeldung neu beginnen")
        service, metadata = self._described()
        claims = self._claims(service, metadata, asked["code"], way, return_address)
        subject = str(claims.get(service.claim, ""))
        for person in self.register.persons.values():
            if subject and person.subject == subject and not person.disabled:
                return person.login, way.onward
        raise NotAllowed(
            "jemand, den der Anmeldedienst kennt und diese Anlage nicht", "eine Person mit `kkd user subject`"
        )

    def _claims(
        self, service: LoginService, metadata: Mapping[str, Any], code: str, way: Way, return_address: str
    ) -> Mapping[str, Any]:
        """Exchange the code and return what the signed token says of the person, once it is verified."""
        from authlib.common.errors import AuthlibBaseError
        from joserfc import jwk, jwt
        from joserfc.errors import JoseError
        from requests import RequestException

        try:
            with self._client(service, return_address) as client:
                token = client.fetch_token(
                    _endpoint(metadata, "token_endpoint"),
                    code=code,
                    code_verifier=way.verifier,
                    timeout=_TIMEOUT_S,
                )
                keys = client.get(
                    _endpoint(metadata, "jwks_uri"),
                    withhold_token=True,
                    timeout=_TIMEOUT_S,
                    allow_redirects=False,
                ).json()
            read = jwt.decode(
                str(token.get("id_token", "")), jwk.KeySet.import_key_set(keys), algorithms=_METHODS
            )
            rules = jwt.JWTClaimsRegistry(
                now=self.now_s(),
                leeway=60,
                iss={"essential": True, "value": service.issuer},
                aud={"essential": True, "value": service.client_id},
                exp={"essential": True},
                nonce={"essential": True, "value": way.nonce},
            )
            rules.validate(read.claims)
        except (AuthlibBaseError, JoseError, RequestException, ValueError, KeyError, TypeError) as error:
            raise NotAllowed(
                f"was der Anmeldedienst sagt, gilt nicht ({type(error).__name__})", "ein neuer Versuch"
            ) from None
        return dict(read.claims)

    def _described(self) -> tuple[LoginService, Mapping[str, Any]]:
        """Return the service and how it describes itself."""
        import requests

        service = self.service
        if service is None:
            raise NotAllowed("kein Anmeldedienst", "`kkd user service` richtet einen ein")
        address = f"{service.issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            metadata = requests.get(address, timeout=_TIMEOUT_S, allow_redirects=False).json()
        except (requests.RequestException, ValueError):
            raise NotAllowed(
                "der Anmeldedienst antwortet nicht", "später, oder mit Kennwort oder Passkey"
            ) from None
        if not isinstance(metadata, dict) or metadata.get("issuer") != service.issuer:
            raise NotAllowed("der Anmeldedienst nennt sich anders als eingerichtet", service.issuer)
        return service, metadata

    def _client(self, service: LoginService, return_address: str) -> Any:
        from authlib.integrations.requests_client import OAuth2Session

        return OAuth2Session(
            service.client_id,
            service.client_secret or None,
            scope="openid profile email",
            redirect_uri=return_address,
            code_challenge_method="S256",
        )


def _endpoint(metadata: Mapping[str, Any], name: str) -> str:
    """Return an address that a service names, over https (or on this computer); raise NotAllowed for another."""
    return _issuer(str(metadata.get(name, "")))
