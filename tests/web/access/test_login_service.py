"""Login by OpenID Connect against a real provider on loopback, and what a false one tells in vain."""

from __future__ import annotations

import hmac
import io
import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from joserfc import jwk, jwt
from werkzeug.test import Client, TestResponse

from kkd_ledger.cli import main
from kkd_ledger.errors import NotAllowed
from kkd_ledger.persons.signed import encoded
from kkd_ledger.web.access.access_log import lines
from kkd_ledger.web.access.login_service import WAY_S_MAX, LoginService, LoginServices
from tests.web.access.conftest import House

READY_S_MAX = 60
HOME = "/kkd/biedenkopf/"
SUBJECT = "muster@stadt.example"


@pytest.fixture(scope="session")
def provider() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "-p", str(port), "-n", "true"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address, deadline = f"http://localhost:{port}", time.monotonic() + READY_S_MAX
    try:
        while True:
            assert process.poll() is None
            assert time.monotonic() < deadline
            try:
                with urllib.request.urlopen(
                    f"{address}/.well-known/openid-configuration", timeout=5
                ) as answer:
                    issuer = json.load(answer)["issuer"]
                    break
            except OSError:
                time.sleep(0.1)
        yield issuer
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture
def serviced(locked: House, provider: str, monkeypatch: pytest.MonkeyPatch) -> House:
    """A house with the provider, set up by commands."""
    folder = ["--persons", str(locked.register.folder)]
    monkeypatch.setattr("sys.stdin", io.StringIO("geheim\n"))
    service = ["user", "service", "--issuer", provider, "--client-id", "kkd", "--label", "Stadt-Anmeldung"]
    assert main([*service, *folder]) == 0
    assert main(["user", "subject", "muster", SUBJECT, *folder]) == 0
    locked.clock.now_s = int(time.time())  # tokens name the real time
    return locked


def at_provider(address: str, subject: str) -> str:
    """Log in at the provider, and return where it leads back to."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: Any) -> None:
            return None

    try:
        urllib.request.build_opener(Stay).open(address, urlencode({"sub": subject}).encode(), timeout=20)
    except HTTPError as led:
        return str(led.headers["Location"])
    pytest.fail("the provider leads nowhere")


def left(browser: Client, onward: str = "/kkd/biedenkopf/anteile") -> str:
    answer = browser.get("/kkd/anmelden/dienst", query_string={"weiter": onward})
    assert answer.status_code == 303, answer.text
    return answer.location


def back(browser: Client, location: str) -> TestResponse:
    parts = urlsplit(location)
    return browser.get(f"{parts.path}?{parts.query}", headers={"Sec-Fetch-Site": "cross-site"})


def test_from_the_login_page_to_the_page_that_was_asked_for(serviced: House) -> None:
    browser = serviced.browser()
    assert "Mit Stadt-Anmeldung anmelden" in browser.get("/kkd/anmelden").text
    answer = back(browser, at_provider(left(browser), SUBJECT))
    assert answer.status_code == 200, answer.text
    assert 'content="0; url=/kkd/biedenkopf/anteile"' in answer.text, (
        "no redirect: it would come without the cookie"
    )
    assert "Angemeldet: S. Muster" in browser.get(HOME).text
    [line] = [json.loads(line) for line in lines(serviced.door.log.file)]
    assert (line["wer"], line["bekannt"], line["was"]) == (
        "muster",
        "anmeldedienst",
        "GET /kkd/anmelden/zurueck",
    )


def test_the_way_is_asked_for_with_everything_that_protects_it(serviced: House) -> None:
    browser = serviced.browser()
    query = parse_qs(urlsplit(left(browser)).query)
    assert query["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= query.keys()
    assert query["redirect_uri"] == ["http://localhost/kkd/anmelden/zurueck"]
    cookie = browser.get_cookie("kkd-weg", path="/kkd/anmelden/zurueck")
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site) == (True, "Lax")


def test_a_way_is_good_once(serviced: House) -> None:
    browser = serviced.browser()
    location = at_provider(left(browser), SUBJECT)
    assert back(browser, location).status_code == 200
    assert back(browser, location).status_code == 401


def test_a_way_is_good_in_its_own_browser_only(serviced: House) -> None:
    """Login CSRF: an attacker's code does not log a victim in."""
    attacker, victim = serviced.browser(), serviced.browser()
    location = at_provider(left(attacker), SUBJECT)
    left(victim)
    assert back(victim, location).status_code == 401
    assert victim.get(HOME).status_code == 303


def test_a_way_is_good_for_ten_minutes(serviced: House) -> None:
    browser = serviced.browser()
    location = at_provider(left(browser), SUBJECT)
    serviced.clock.now_s += WAY_S_MAX + 1
    assert "eine Rückkehr, die hier nicht begann" in back(browser, location).text


@pytest.mark.parametrize("subject", ["somebody", "MUSTER@stadt.example"])
def test_whom_the_service_knows_and_we_do_not_stays_outside(serviced: House, subject: str) -> None:
    browser = serviced.browser()
    answer = back(browser, at_provider(left(browser), subject))
    assert answer.status_code == 401
    assert "und diese Anlage nicht" in answer.text


def test_who_is_disabled_here_stays_outside(serviced: House) -> None:
    serviced.register.put("muster", disabled=True)
    browser = serviced.browser()
    assert back(browser, at_provider(left(browser), SUBJECT)).status_code == 401


@pytest.mark.parametrize("query", ["", "state=x&code=y", "error=access_denied", "code=y"])
def test_a_way_back_without_a_way_there_leads_nowhere(serviced: House, query: str) -> None:
    assert back(serviced.browser(), f"/kkd/anmelden/zurueck?{query}").status_code == 401


def test_a_foreign_page_may_lead_to_the_way_back_alone(serviced: House) -> None:
    browser = serviced.browser()
    for address in ("/kkd/anmelden", "/kkd/anmelden/dienst", HOME, "/"):
        assert browser.get(address, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert (
        browser.post("/kkd/anmelden/zurueck", headers={"Origin": "https://evil.example"}).status_code == 403
    )


def test_a_service_that_does_not_answer_is_told_and_passwords_still_work(serviced: House) -> None:
    from tests.web.access.conftest import log_in

    services = LoginServices(serviced.register, int, int)
    services.put(LoginService(issuer="http://127.0.0.1:9", client_id="kkd"))
    browser = serviced.browser()
    answer = browser.get("/kkd/anmelden/dienst")
    assert answer.status_code == 401
    assert "der Anmeldedienst antwortet nicht" in answer.text
    assert log_in(browser).status_code == 303


@pytest.mark.parametrize("issuer", ["http://login.example", "ftp://login.example", "login.example", ""])
def test_a_service_without_https_is_refused(
    locked: House, issuer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("geheim\n"))
    command = [
        "user",
        "service",
        "--issuer",
        issuer,
        "--client-id",
        "kkd",
        "--persons",
        str(locked.register.folder),
    ]
    assert main(command) == 2


# --------------------------------------------------------------------------- a false service

ISSUER = "https://login.example"


class FalseClient:
    """Answers like a provider, with a token that a test made."""

    def __init__(self, token: str, keys: dict[str, Any]) -> None:
        self.token, self.keys = token, keys

    def __enter__(self) -> FalseClient:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def create_authorization_url(self, url: str, **_: str) -> tuple[str, str]:
        return url, "state"

    def fetch_token(self, url: str, **_: object) -> dict[str, str]:
        return {"id_token": self.token}

    def get(self, url: str, **_: object) -> FalseClient:
        return self

    def json(self) -> dict[str, Any]:
        return self.keys


class FalseServices(LoginServices):
    client: FalseClient

    def _described(self) -> tuple[LoginService, dict[str, str]]:
        ends = {name: f"{ISSUER}/{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
        return LoginService(issuer=ISSUER, client_id="kkd"), ends

    def _client(self, service: LoginService, return_address: str) -> FalseClient:
        return self.client


KEY, OTHER = jwk.RSAKey.generate_key(2048), jwk.RSAKey.generate_key(2048)
NOW_S = 1_000_000
GOOD: dict[str, Any] = {"iss": ISSUER, "aud": "kkd", "sub": SUBJECT, "exp": NOW_S + 300, "iat": NOW_S}


def b64(part: str | bytes) -> str:
    return encoded(part if isinstance(part, bytes) else part.encode())


def told(house: House, claims: dict[str, Any], key: jwk.RSAKey = KEY, method: str = "RS256") -> str:
    services = FalseServices(house.register, lambda: 0, lambda: NOW_S)
    services.client = FalseClient("", {"keys": [KEY.as_dict(private=False)]})
    departure = services.leave("https://kkd.example/kkd/anmelden/zurueck", "/kkd/")
    way = services._ways["state"]
    all_claims = {"nonce": way.nonce} | claims
    if method == "none":
        token = f"{b64(json.dumps({'alg': 'none'}))}.{b64(json.dumps(all_claims))}."
    elif method == "HS256":
        head = f"{b64(json.dumps({'alg': method, 'kid': KEY.thumbprint()}))}.{b64(json.dumps(all_claims))}"
        token = f"{head}.{b64(hmac.digest(KEY.as_pem(private=False), head.encode(), 'sha256'))}"
    else:
        token = jwt.encode({"alg": method}, all_claims, key)
    services.client.token = token
    return services.come_back({"state": "state", "code": "c"}, departure.browser, "https://kkd.example/x")[0]


@pytest.fixture
def named(locked: House) -> House:
    locked.register.put("muster", subject=SUBJECT)
    return locked


def test_a_token_in_order_names_its_person(named: House) -> None:
    assert told(named, GOOD) == "muster"


@pytest.mark.parametrize(
    ("claims", "key", "method"),
    [
        ({}, OTHER, "RS256"),
        ({}, KEY, "none"),
        ({}, KEY, "HS256"),
        ({"iss": "https://evil.example"}, KEY, "RS256"),
        ({"aud": "another"}, KEY, "RS256"),
        ({"exp": NOW_S - 61}, KEY, "RS256"),
        ({"exp": None}, KEY, "RS256"),
        ({"nonce": "another"}, KEY, "RS256"),
        ({"nonce": None}, KEY, "RS256"),
        ({"sub": ""}, KEY, "RS256"),
    ],
)
def test_a_token_that_is_not_in_order_names_nobody(
    named: House, claims: dict[str, Any], key: jwk.RSAKey, method: str
) -> None:
    changed = {name: value for name, value in (GOOD | claims).items() if value is not None}
    if claims.get("nonce", "") is None:
        changed["nonce"] = ""
    with pytest.raises(NotAllowed):
        told(named, changed, key, method)
