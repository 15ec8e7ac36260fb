"""A real `kkd serve` behind a real nginx with the configuration of the docs, and what is refused without one."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import pytest
from argon2 import PasswordHasher

from kkd_ledger.errors import UsageError
from kkd_ledger.persons.register import Register
from kkd_ledger.web.access.access_log import FILE, lines
from kkd_ledger.web.access.attempts import LOGIN_MAX
from kkd_ledger.web.access.passwords import Passwords
from kkd_ledger.web.guard import Site, foreign
from kkd_ledger.web.listening import Listening
from tests.browser.conftest import ROOT, free_port
from tests.samples import sample_books

NAME = "kkd.example.org"
PASSWORD = "drei blaue Dächer"
NGINX = shutil.which("nginx") or (shutil.which("nginx", path="/usr/sbin"))
READY_S_MAX = 90


# --------------------------------------------------------------------------- what is refused before it starts


@pytest.mark.parametrize(
    ("listening", "has_persons", "told"),
    [
        (Listening(5000, "0.0.0.0"), False, "kkd user add"),
        (Listening(5000, "10.0.0.5"), False, "kkd user add"),
        (Listening(5000, public=f"https://{NAME}"), False, "kkd user add"),
        (Listening(5000, "0.0.0.0"), True, "--behind-proxy https://NAME"),
        (Listening(5000, public=f"http://{NAME}"), True, "keine öffentliche Adresse"),
        (Listening(5000, public=f"https://{NAME}/kkd"), True, "keine öffentliche Adresse"),
        (Listening(5000, public="https://a b"), True, "keine öffentliche Adresse"),
        (Listening(5000, "localhost"), True, "keine IP-Adresse"),
        (Listening(70000), True, "kein Anschluss"),
    ],
)
def test_what_would_be_open_to_everybody_is_refused(
    listening: Listening, has_persons: bool, told: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(told)):
        listening.refuse(has_persons=has_persons)


@pytest.mark.parametrize(
    ("listening", "has_persons"),
    [
        (Listening(5000), False), (Listening(5000, "::1"), False), (Listening(5000), True),
        (Listening(5000, public=f"https://{NAME}:8443"), True),
        (Listening(5000, "10.0.0.5", f"https://{NAME}", "10.0.0.1"), True),
    ],
)  # fmt: skip
def test_what_is_safe_may_start(listening: Listening, has_persons: bool) -> None:
    listening.refuse(has_persons=has_persons)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, None),
        ({"HTTP_ORIGIN": f"https://{NAME}"}, None),
        ({"HTTP_ORIGIN": f"http://{NAME}"}, "403"),
        ({"HTTP_ORIGIN": "https://evil.example"}, "403"),
        ({"HTTP_HOST": "127.0.0.1"}, "400"),
        ({"HTTP_HOST": f"{NAME}.evil.example"}, "400"),
        ({"HTTP_HOST": f"{NAME}:8443"}, "400"),
        ({"wsgi.url_scheme": "http"}, "403"),
    ],
)
def test_behind_a_proxy_only_its_name_over_https_counts(headers: dict[str, str], status: str | None) -> None:
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/",
        "HTTP_HOST": NAME,
        "wsgi.url_scheme": "https",
    } | headers
    refused = foreign(environ, Site(f"https://{NAME}"))
    assert (refused and refused.status[:3]) == status


# --------------------------------------------------------------------------- the two programs


class Served(NamedTuple):
    behind: int
    front: int
    register: Register

    @property
    def origin(self) -> str:
        return f"https://{NAME}:{self.front}"


def certificate(folder: Path) -> None:
    """Make a certificate for the name, signed by itself, in kkd.pem and kkd.key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    begins = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, begins, begins + dt.timedelta(days=9))
    (folder / "kkd.pem").write_bytes(
        builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "kkd.key").write_bytes(key.private_bytes(serialization.Encoding.PEM, *form))


def configuration(folder: Path, behind: int, front: int) -> Path:
    """Put the configuration of the docs into one that an ordinary user can run, with our ports and files."""
    text = (ROOT / "docs" / "nginx" / "kkd.conf").read_text("utf-8")
    for before, after in (
        ("listen 443 ssl", f"listen 127.0.0.1:{front} ssl"),
        ("127.0.0.1:5000", f"127.0.0.1:{behind}"),
        ("/etc/ssl/", f"{folder}/"),
    ):
        assert before in text
        text = text.replace(before, after)
    kept = "\n".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    file = folder / "nginx.conf"
    file.write_text(
        f"daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; events {{}}\n"
        f"http {{ access_log off; {kept}\n{text}\n}}\n",
        "utf-8",
    )
    return file


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    if NGINX is None:
        reason = "kein nginx im PATH"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    folder = sample_books(tmp_path_factory.mktemp("proxy"))
    folder.chmod(0o755)
    register = Register(folder / "anlage")
    register.add("muster", "S. Muster")
    Passwords(register, PasswordHasher(1, 8, 1)).put("muster", PASSWORD)
    behind, front = free_port(), free_port()
    certificate(folder)
    command = [
        sys.executable,
        "-m",
        "kkd_ledger.cli",
        "serve",
        str(folder / "biedenkopf"),
        "--port",
        str(behind),
    ]
    command += ["--behind-proxy", f"https://{NAME}:{front}"]
    environment = os.environ | {"KKD_PERSONS": str(register.folder)}
    with (folder / "serve.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        proxy = subprocess.Popen(
            [str(NGINX), "-p", str(folder), "-c", str(configuration(folder, behind, front))],
            stdout=log,
            stderr=log,
        )
    try:
        deadline = time.monotonic() + READY_S_MAX
        while (
            "Arbeitsplatz" not in (folder / "serve.log").read_text("utf-8")
            or not (folder / "nginx.pid").exists()
        ):
            for process in (server, proxy):
                assert process.poll() is None, (folder / "serve.log").read_text("utf-8")
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield Served(behind, front, register)
    finally:
        for process in (proxy, server):
            process.terminate()
            process.wait(timeout=20)


class Browser:
    """Asks through the proxy (or past it) and keeps its cookie."""

    def __init__(self, served: Served, *, past: bool = False) -> None:
        self.served, self.past, self.cookie, self.set_cookie = served, past, "", ""

    def ask(self, path: str, form: dict[str, str] | None = None, **headers: str) -> tuple[int, str]:
        port = self.served.behind if self.past else self.served.front
        connection: http.client.HTTPConnection = (
            http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            if self.past
            else http.client.HTTPSConnection(
                "127.0.0.1", port, timeout=60, context=ssl._create_unverified_context()
            )
        )
        sent = {"Host": f"{NAME}:{self.served.front}"} | ({"Cookie": self.cookie} if self.cookie else {})
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        body = urlencode(form) if form is not None else None
        if body is not None:
            sent |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.served.origin}
        connection.request("GET" if form is None else "POST", path, body, sent)
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        if set_cookie := answer.getheader("Set-Cookie"):
            self.set_cookie, self.cookie = set_cookie, set_cookie.partition(";")[0]
        connection.close()
        return answer.status, text

    def log_in(self, password: str = PASSWORD, **headers: str) -> int:
        _, text = self.ask("/kkd/anmelden")
        [token] = re.findall(r'name="csrf_token" value="([^"]+)"', text)
        return self.ask(
            "/kkd/anmelden", {"csrf_token": token, "name": "muster", "kennwort": password}, **headers
        )[0]


def test_through_the_proxy_of_the_docs(served: Served) -> None:
    browser = Browser(served)
    assert browser.ask("/kkd/biedenkopf/")[0] == 303
    assert browser.log_in() == 303
    assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"} <= set(browser.set_cookie.split("; "))
    assert browser.set_cookie.startswith("__Host-kkd=")
    status, text = browser.ask("/kkd/biedenkopf/")
    assert status == 200
    assert "Angemeldet: S. Muster" in text
    assert browser.ask("/")[0] == 303, "to our own pages"
    assert browser.ask("/kkd-b%C3%BCcher-der-stadt-biedenkopf/")[0] in {200, 302}, "Fava too"


def test_past_the_proxy_nothing_is_shown(served: Served) -> None:
    browser = Browser(served, past=True)
    assert browser.ask("/kkd/anmelden")[0] == 403
    assert browser.ask("/kkd/anmelden", Host="127.0.0.1")[0] == 403


def test_another_name_is_refused_through_the_proxy(served: Served) -> None:
    assert Browser(served).ask("/kkd/anmelden", Host="evil.example")[0] == 400


def test_what_a_client_says_of_itself_counts_for_nothing(served: Served) -> None:
    """Spoofed headers: the address by which failures are counted is the one that the proxy saw."""
    browser = Browser(served)
    statuses = [
        browser.log_in(
            "falsch",
            X_Forwarded_For=f"203.0.113.{number}",
            X_Forwarded_Host="evil.example",
            X_Forwarded_Proto="http",
        )
        for number in range(LOGIN_MAX + 1)
    ]
    assert statuses == [401] * LOGIN_MAX + [429]
    logged = [json.loads(line)["von"] for line in lines(served.register.secrets / FILE)]
    assert set(logged) == {"127.0.0.1"}


def test_too_large_a_body_is_refused(served: Served) -> None:
    browser = Browser(served)
    assert browser.ask("/kkd/anmelden", {"name": "x" * 70_000_000})[0] == 413
