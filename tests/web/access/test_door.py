"""Login and sessions: who comes in, for how long, and what a cookie is good for."""

from __future__ import annotations

import json

import pytest
from werkzeug.test import Client

from kkd_ledger.web.access.attempts import ADDRESS_MAX, LOGIN_MAX, WINDOW_S
from kkd_ledger.web.access.door import own_address
from kkd_ledger.web.access.sessions import AGE_S_MAX, IDLE_S_MAX
from tests.web.access.conftest import ORIGIN, PASSWORD, House, log_in, token_of

HOME = "/kkd/biedenkopf/"


def cookie_of(browser: Client) -> str:
    cookie = browser.get_cookie("kkd")
    assert cookie is not None
    return cookie.value


def test_without_persons_everything_is_read_as_before(house: House) -> None:
    browser = house.browser()
    answer = browser.get(HOME)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "Angemeldet" not in answer.text
    assert browser.get("/").text == "Fava"
    assert browser.get("/kkd/anmelden").status_code == 404
    refused = browser.post("/kkd/anmelden", headers={"Origin": ORIGIN})
    assert refused.status_code == 405


@pytest.mark.parametrize(
    "address", [HOME, "/", "/biedenkopf/journal/", "/kkd/", "/kkd/biedenkopf/anteile?sort=x"]
)
def test_where_persons_are_set_up_everything_leads_to_the_login(locked: House, address: str) -> None:
    answer = locked.browser().get(address)
    assert answer.status_code == 303
    assert answer.location.startswith("/kkd/anmelden?weiter=")
    assert "Fava" not in answer.text


def test_data_of_fava_are_refused_without_a_login(locked: House) -> None:
    assert locked.browser().get("/biedenkopf/api/changed").status_code == 401


def test_who_has_logged_in_sees_pages_and_fava_and_their_name(locked: House) -> None:
    browser = locked.browser()
    answer = log_in(browser, onward="/kkd/biedenkopf/anteile")
    assert (answer.status_code, answer.location) == (303, "/kkd/biedenkopf/anteile")
    assert "Angemeldet: S. Muster" in browser.get(HOME).text
    assert browser.get("/kkd-bücher-der-stadt-biedenkopf/journal/").text == "Fava"


def test_the_cookie_is_for_this_server_alone(locked: House) -> None:
    browser = locked.browser()
    set_cookie = log_in(browser).headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(set_cookie.split("; "))


@pytest.mark.parametrize(
    ("login", "password"), [("muster", "falsch"), ("nobody", PASSWORD), ("", ""), ("beispiel", PASSWORD)]
)
def test_what_does_not_fit_together_lets_nobody_in(locked: House, login: str, password: str) -> None:
    browser = locked.browser()
    answer = log_in(browser, login, password)
    assert answer.status_code == 401
    assert "passen nicht zusammen" in answer.text
    assert browser.get(HOME).status_code == 303


def test_a_session_from_before_the_login_is_worth_nothing_after_it(locked: House) -> None:
    """Session fixation: whoever planted a cookie does not share the session that begins in it."""
    victim, attacker = locked.browser(), locked.browser()
    attacker.get("/kkd/anmelden")
    planted = cookie_of(attacker)
    victim.set_cookie("kkd", planted)
    log_in(victim)
    assert cookie_of(victim) != planted
    assert attacker.get(HOME).status_code == 303
    assert victim.get(HOME).status_code == 200


def test_a_cookie_is_worth_nothing_after_the_logout(locked: House) -> None:
    browser, thief = locked.browser(), locked.browser()
    log_in(browser)
    stolen = cookie_of(browser)
    thief.set_cookie("kkd", stolen)
    assert thief.get(HOME).status_code == 200
    token = token_of(browser.get(HOME))
    assert (
        browser.post("/kkd/abmelden", data={"csrf_token": token}, headers={"Origin": ORIGIN}).status_code
        == 303
    )
    thief.set_cookie("kkd", stolen)
    assert thief.get(HOME).status_code == 303


def test_a_new_login_ends_the_session_that_the_browser_had(locked: House) -> None:
    browser, thief = locked.browser(), locked.browser()
    log_in(browser)
    thief.set_cookie("kkd", cookie_of(browser))
    log_in(browser, "beispiel", "vier grüne Fenster")
    assert "Angemeldet: L. Beispiel" in browser.get(HOME).text
    assert thief.get(HOME).status_code == 303


def test_a_cookie_of_another_server_is_worth_nothing(locked: House, folder, tmp_path) -> None:
    other = House(folder, tmp_path / "persons", "biedenkopf")
    browser, elsewhere = other.browser(), locked.browser()
    log_in(browser)
    elsewhere.set_cookie("kkd", cookie_of(browser))
    assert elsewhere.get(HOME).status_code == 303


def test_a_session_ends_when_nobody_uses_it(locked: House) -> None:
    browser = locked.browser()
    log_in(browser)
    locked.clock.now_s += IDLE_S_MAX
    assert browser.get(HOME).status_code == 200
    locked.clock.now_s += IDLE_S_MAX + 1
    assert browser.get(HOME).status_code == 303


def test_a_session_ends_after_a_working_day_though_it_is_used(locked: House) -> None:
    browser = locked.browser()
    log_in(browser)
    for _ in range(AGE_S_MAX // IDLE_S_MAX):
        locked.clock.now_s += IDLE_S_MAX
        assert browser.get(HOME).status_code == 200
    locked.clock.now_s += 1
    assert browser.get(HOME).status_code == 303


def test_who_is_disabled_is_out_with_the_next_request(locked: House) -> None:
    browser = locked.browser()
    log_in(browser)
    locked.register.put("muster", disabled=True)
    assert browser.get(HOME).status_code == 303
    assert log_in(browser).status_code == 401
    locked.register.put("muster", disabled=False)
    assert log_in(browser).status_code == 303


def test_brute_force_has_to_wait(locked: House) -> None:
    browser = locked.browser()
    for _ in range(LOGIN_MAX):
        assert log_in(browser, password="falsch").status_code == 401
    refused = log_in(browser)
    assert refused.status_code == 429
    assert "Bitte warten Sie 15 Minuten" in refused.text
    assert log_in(browser, "beispiel", "vier grüne Fenster").status_code == 303, "others may"
    locked.clock.now_s += WINDOW_S
    assert log_in(browser).status_code == 303


def test_many_logins_from_one_address_have_to_wait_too(locked: House) -> None:
    waits = [locked.door.attempts.wait_s(f"login-{number}", "10.0.0.1") for number in range(ADDRESS_MAX)]
    assert set(waits) == {0}
    assert locked.door.attempts.wait_s("muster", "10.0.0.1") == WINDOW_S
    assert locked.door.attempts.wait_s("muster", "10.0.0.2") == 0


def test_a_login_is_no_failure(locked: House) -> None:
    browser = locked.browser()
    for _ in range(2 * LOGIN_MAX):
        log_in(browser, password="falsch")
        assert log_in(browser).status_code == 303


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("/kkd/biedenkopf/anteile?sort=-x", "/kkd/biedenkopf/anteile?sort=-x"),
        ("/biedenkopf/journal/", "/biedenkopf/journal/"),
        ("//evil.example/", "/kkd/"), ("https://evil.example/", "/kkd/"), ("/\\evil.example", "/kkd/"),
        ("/\t/evil.example", "/kkd/"), ("", "/kkd/"), ("javascript:alert(1)", "/kkd/"), ("/kkd/abmelden", "/kkd/"),
        ("/a\r\nSet-Cookie: x", "/kkd/"), ("/a\\..\\b", "/kkd/"),
    ],
)  # fmt: skip
def test_the_login_leads_only_to_our_own_pages(asked: str, given: str) -> None:
    assert own_address(asked) == given


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_nothing_but_forms_is_taken(locked: House, method: str) -> None:
    browser = locked.browser()
    log_in(browser)
    assert browser.open("/kkd/abmelden", method=method, headers={"Origin": ORIGIN}).status_code == 405


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_fava_takes_nothing_from_anybody(locked: House, method: str) -> None:
    browser = locked.browser()
    log_in(browser)
    answer = browser.open("/biedenkopf/api/source", method=method, headers={"Origin": ORIGIN})
    assert answer.status_code == 405


@pytest.mark.parametrize(
    "headers",
    [
        {}, {"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": "https://localhost"},
        {"Origin": "http://localhost:5001"}, {"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"},
        {"Origin": ORIGIN, "Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "none"},
    ],
)  # fmt: skip
def test_a_form_of_a_foreign_page_is_refused(locked: House, headers: dict[str, str]) -> None:
    browser = locked.browser()
    log_in(browser)
    token = token_of(browser.get(HOME))
    assert browser.post("/kkd/abmelden", data={"csrf_token": token}, headers=headers).status_code == 403
    assert browser.get(HOME).status_code == 200


@pytest.mark.parametrize("token", ["", "x", "another"])
def test_a_form_without_the_word_of_its_session_is_refused(locked: House, token: str) -> None:
    browser, attacker = locked.browser(), locked.browser()
    log_in(browser)
    if token == "another":
        log_in(attacker, "beispiel", "vier grüne Fenster")
        token = token_of(attacker.get(HOME))
    refused = browser.post("/kkd/abmelden", data={"csrf_token": token}, headers={"Origin": ORIGIN})
    assert refused.status_code == 400
    assert "Es wurde nichts geschrieben" in refused.text
    assert browser.get(HOME).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", ""])
def test_another_name_of_this_server_shows_no_login(locked: House, host: str) -> None:
    """Rebinding: a foreign name that leads to this computer."""
    assert locked.browser().get("/kkd/anmelden", headers={"Host": host}).status_code == 400


def test_passwords_and_persons_lie_apart(locked: House) -> None:
    stored = json.loads((locked.register.secrets / "kennwoerter.json").read_text("utf-8"))
    assert stored["muster"].startswith("$argon2id$")
    assert "argon2" not in locked.register.file.read_text("utf-8")
    assert oct(locked.register.secrets.stat().st_mode)[-3:] == "700"
    assert oct((locked.register.secrets / "kennwoerter.json").stat().st_mode)[-3:] == "600"


def test_a_register_that_nobody_can_read_lets_nobody_in(locked: House) -> None:
    locked.register.file.write_text("{", "utf-8")
    for address in (HOME, "/", "/kkd/anmelden"):
        answer = locked.browser().get(address)
        assert answer.status_code == 503
        assert "kkd user list" in answer.text
