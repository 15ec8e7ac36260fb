"""Passkeys in a real browser with Chromium's virtual authenticator: enrol by two persons, log in, sign an act."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from kkd_ledger.book.config import load_book
from kkd_ledger.cli import main
from kkd_ledger.persons.register import FOLDER_VARIABLE, Register
from kkd_ledger.rules.engine.check import check
from kkd_ledger.web.access.passwords import Passwords
from tests.browser.conftest import server_process
from tests.samples import sample_books

PASSWORD = "drei blaue Dächer"
TODAY = "2024-03-28"
PERSONS = {"muster": "S. Muster", "beispiel": "L. Beispiel"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = sample_books(tmp_path_factory.mktemp("passkeys"))
    register = Register(folder / "anlage")
    for login, name in PERSONS.items():
        register.add(login, name)
        Passwords(register, PasswordHasher(1, 8, 1)).put(login, PASSWORD)
    return folder


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    persons = {FOLDER_VARIABLE: str(folder / "anlage")}
    log, words = folder / "serve.log", ("--today", TODAY)
    with server_process(folder / "biedenkopf", log=log, words=words, environment=persons) as served:
        yield served.replace("127.0.0.1", "localhost")


@contextmanager
def person(browser: Browser, *, user_is_verified: bool = True) -> Iterator[tuple[BrowserContext, Page]]:
    """A browser of one person, with an authenticator of their own."""
    context = browser.new_context(locale="de-DE")
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": user_is_verified, "automaticPresenceSimulation": True,
    }  # fmt: skip
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield context, page
    context.close()


def log_in(page: Page, address: str, login: str) -> None:
    page.goto(f"{address}/kkd/anmelden?weiter=/kkd/passkeys")
    page.get_by_label("Anmeldename").fill(login)
    page.get_by_label("Kennwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Passkeys")


def log_in_with_key(page: Page, address: str) -> None:
    page.goto(f"{address}/kkd/anmelden?weiter=/kkd/passkeys")
    page.get_by_role("button", name="Mit Passkey anmelden").click()


def test_a_passkey_from_enrolment_to_a_signed_act(
    browser: Browser,
    folder: Path,
    address: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with person(browser) as (context, page), person(browser) as (_, other):
        log_in(page, address, "muster")
        page.get_by_label("Name des neuen Passkeys").fill("Dienstrechner blau")
        page.get_by_role("button", name="Passkey einrichten").click()
        expect(page.get_by_text("wartet auf die Bestätigung einer zweiten Person")).to_be_visible()
        assert Axe().run(page).violations_count == 0

        # before the second person has confirmed it, it opens nothing
        context.clear_cookies()
        log_in_with_key(page, address)
        expect(page.locator("#passkey-meldung")).to_contain_text("den eine zweite Person bestätigt hat")

        log_in(other, address, "beispiel")
        other.get_by_role("button", name="Dienstrechner blau von S. Muster bestätigen").click()
        expect(other.get_by_text("Der Passkey ist bestätigt")).to_be_visible()

        log_in_with_key(page, address)
        expect(page.get_by_role("heading", level=1)).to_have_text("Passkeys")
        expect(page.get_by_text("bestätigt von L. Beispiel")).to_be_visible()

        # its public key goes into book.toml, and two persons confirm that
        monkeypatch.setenv(FOLDER_VARIABLE, str(folder / "anlage"))
        capsys.readouterr()
        assert main(["user", "key", "muster"]) == 0
        table = capsys.readouterr().out
        assert re.search(r'key = "ES256:[0-9a-f]{64}:[0-9a-f]{64}"', table)
        table = re.sub(r"from = .*", "from = 2024-03-01", table)  # the books of the sample live in 2024
        settings = folder / "biedenkopf" / "book.toml"
        settings.write_text(f"{settings.read_text('utf-8')}\n{table}", "utf-8")

        signed_act(page, address)
    text = "".join(
        path.read_text("utf-8") for path in sorted((folder / "biedenkopf").glob("2024/*.beancount"))
    )
    assert text.count('akt-bekannt: "passkey"') == 1
    assert text.count("akt-unterschrift: ") == 1
    book = load_book(folder / "biedenkopf")
    assert "KKD-Z10" not in {
        finding.kind.code for finding in check(book, full=True, today=dt.date.fromisoformat(TODAY))
    }


def signed_act(page: Page, address: str) -> None:
    """Reverse an entry, signed."""
    page.goto(f"{address}/kkd/biedenkopf/tun/stornieren?nr=2024-000001")
    page.get_by_label("Grund").fill("falsch erfasst")
    page.get_by_role("button", name="Vorschau").click()
    page.get_by_role("button", name=re.compile("Mit Passkey unterschreiben")).click()
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("Vorschau")


def test_a_key_that_does_not_ask_who_uses_it_is_refused(browser: Browser, address: str) -> None:
    with person(browser, user_is_verified=False) as (_, page):
        log_in(page, address, "beispiel")
        page.get_by_role("button", name="Passkey einrichten").click()
        expect(page.locator("#passkey-meldung")).not_to_be_empty()


def test_nothing_is_scripted_but_our_own_file(browser: Browser, address: str) -> None:
    with person(browser) as (_, page):
        wrong: list[str] = []
        page.on("console", lambda message: wrong.append(message.text))
        answer = page.goto(f"{address}/kkd/anmelden")
        assert answer is not None
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert wrong == []
        assert Axe().run(page).violations_count == 0


def test_passkeys_know_no_numbers(browser: Browser, address: str) -> None:
    with person(browser) as (_, page):
        log_in(page, address.replace("localhost", "127.0.0.1"), "beispiel")
        expect(page.get_by_text("Passkeys kennen nur Namen, keine IP-Adressen")).to_be_visible()
