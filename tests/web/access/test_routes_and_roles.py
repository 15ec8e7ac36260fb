"""Every address of the workplace × every role × every method: who may see, and that only who acts may write."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.routing import Rule
from werkzeug.test import Client

from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.persons.powers import may_write
from kkd_ledger.web.workplace.visitor import OPEN
from tests.samples import sample_books
from tests.web.access.conftest import ORIGIN, PASSWORD, House, log_in, token_of

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
OF_NOBODY = "niemand"
NARROWER = {"payment_file"}  # only the treasury reads it
BOOK = "biedenkopf"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """One person a role, and one without any in this book."""
    folder: Path = sample_books(tmp_path_factory.mktemp("roles"))
    settings = folder / BOOK / "book.toml"
    text = settings.read_text("utf-8")
    for role in v.Role:
        text += f'\n[[roles]]\nname = "Person mit {role}"\nrole = "{role}"\nfrom = 2020-01-01\n'
    settings.write_text(text, "utf-8")
    house = House(folder, folder / "anlage", BOOK, "landkreis")
    for role in v.Role:
        house.person(str(role), f"Person mit {role}")
    house.person(OF_NOBODY, "Person ohne Rolle")
    return house


@pytest.fixture(scope="module")
def browsers(house: House) -> dict[str, Client]:
    browsers = {login: house.browser() for login in [*map(str, v.Role), OF_NOBODY]}
    for login, browser in browsers.items():
        assert log_in(browser, login, PASSWORD).status_code == 303
    return browsers


def rules(house: House) -> list[Rule]:
    return sorted(house.workplace.app.url_map.iter_rules(), key=lambda rule: rule.rule)


def address_of(rule: Rule) -> str:
    values = dict.fromkeys(rule.arguments, "1") | {"book": BOOK, "name": "x"}
    adapter = house_map(rule)
    return adapter.build(rule.endpoint, {name: values[name] for name in rule.arguments})


def house_map(rule: Rule):
    assert rule.map is not None
    return rule.map.bind("localhost")


def of_books(house: House) -> Iterator[Rule]:
    return (rule for rule in rules(house) if "book" in rule.arguments)


def test_the_walk_meets_every_address(house: House) -> None:
    assert len(list(of_books(house))) > 10


def test_nobody_sees_anything_before_the_login(house: House) -> None:
    browser = house.browser()
    for rule in rules(house):
        answer = browser.get(address_of(rule))
        assert answer.status_code == {
            "login": 200,
            "login-code": 200,
            "static": 404,
            "login-service": 401,
            "login-return": 401,
        }.get(rule.endpoint, 303), rule


def test_who_holds_a_role_reads_and_who_holds_none_does_not(
    house: House, browsers: dict[str, Client]
) -> None:
    for login, browser in browsers.items():
        for rule in of_books(house):
            status = browser.get(address_of(rule)).status_code
            is_narrower = rule.endpoint in NARROWER or "POST" in (rule.methods or ())
            assert (status == 403) == (login == OF_NOBODY) or (status == 403 and is_narrower), (login, rule)
            assert status < 500


def test_the_start_lists_only_books_in_which_somebody_holds_a_role(browsers: dict[str, Client]) -> None:
    assert "/kkd/biedenkopf/" in browsers["pruefung"].get("/kkd/").text
    assert "/kkd/landkreis/" not in browsers["pruefung"].get("/kkd/").text
    assert "/kkd/biedenkopf/" not in browsers[OF_NOBODY].get("/kkd/").text
    assert browsers["pruefung"].get("/kkd/landkreis/anteile").status_code == 403


def test_fava_shows_only_books_in_which_somebody_holds_a_role(
    house: House, browsers: dict[str, Client]
) -> None:
    slugs = {
        name: browsers["feststellung"].get(f"/kkd/{name}/").status_code
        for name in ("biedenkopf", "landkreis")
    }
    assert slugs == {"biedenkopf": 200, "landkreis": 403}
    own, other = house.workplace.journals  # in the order in which they were named
    reader = browsers["leser"]
    assert reader.get(f"/{own}/journal/").text == "Fava"
    assert reader.get(f"/{own}/api/journal").text == "Fava"
    assert reader.get("/").headers["Location"] == "/kkd/", "which book is first is nobody's business"
    assert reader.get("/static/app.js").status_code == 200
    assert browsers[OF_NOBODY].get("/kkd/").text.count("/kkd/biedenkopf") == 0
    for path in ("journal/", "api/journal", "download-journal/", "api/query?query_string=SELECT+1"):
        assert reader.get(f"/{other}/{path}").status_code == 403
        assert browsers[OF_NOBODY].get(f"/{own}/{path}").status_code == 403
        assert reader.get(f"/gibt-es-nicht/{path}").status_code == 403


@pytest.mark.parametrize("method", METHODS)
def test_only_who_acts_writes(house: House, browsers: dict[str, Client], method: str) -> None:
    for login, browser in browsers.items():
        token = token_of(browser.get("/kkd/"))
        acts = login != OF_NOBODY and may_write([v.Role(login)])
        for rule in of_books(house):
            answer = browser.open(
                address_of(rule), method=method, data={"csrf_token": token}, headers={"Origin": ORIGIN}
            )
            if method in {"GET", "HEAD"}:
                assert answer.status_code < 500
            elif method == "POST" and "POST" in (rule.methods or ()) and acts:
                assert answer.status_code != 405, (login, rule)
            else:
                assert answer.status_code in {403, 405}, (login, rule, answer.status_code)


@pytest.mark.parametrize("method", [method for method in METHODS if method not in {"GET", "HEAD"}])
def test_nobody_writes_before_the_login(house: House, method: str) -> None:
    browser = house.browser()
    token = token_of(browser.get("/kkd/anmelden"))
    for rule in rules(house):
        answer = browser.open(
            address_of(rule), method=method, data={"csrf_token": token}, headers={"Origin": ORIGIN}
        )
        if rule.endpoint not in OPEN or method != "POST":
            assert answer.status_code in {400, 401, 405}, (rule, answer.status_code)


@pytest.mark.parametrize(
    "path",
    [
        "/kkd/static/../serve.py", "/kkd/static/%2e%2e/serve.py", "/kkd/static/..%2fserve.py",
        "/kkd/..%2f..%2fetc/passwd",
        "/kkd/biedenkopf/dokument/..%2fbook.toml", "/kkd/biedenkopf/dokument/%2fetc%2fpasswd", "//kkd/biedenkopf/",
        "/kkd/biedenkopf/dokument/../../anlage/geheim/kennwoerter.json", "/static/../../etc/passwd",
    ],
)  # fmt: skip
def test_no_path_leads_out(browsers: dict[str, Client], path: str) -> None:
    answer = browsers["feststellung"].get(path)
    assert answer.status_code in {400, 403, 404, 308}
    assert "argon2" not in answer.text
