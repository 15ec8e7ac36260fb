"""Who may look: the word in the address works once, the cookie for the server's life, nothing else."""

from __future__ import annotations

import pytest

from kkd_ledger.web.access import COOKIE, Access, Admitted
from kkd_ledger.web.guard import Refusal


def look(access: Access, query: str = "", cookie: str = "", method: str = "GET") -> Admitted | Refusal | None:
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": "/kkd/",
        "QUERY_STRING": query,
        "HTTP_COOKIE": cookie,
        "SERVER_PORT": "5000",
    }
    return access.look(environ)


def test_the_word_works_once() -> None:
    access, announced = Access(), list[str]()
    access.announce = announced.append
    word = access.word
    admitted = look(access, f"zutritt={word}")
    assert isinstance(admitted, Admitted)
    assert admitted.location == "/kkd/"
    assert "HttpOnly; SameSite=Strict" in admitted.cookie
    assert isinstance(look(access, f"zutritt={word}"), Refusal)
    assert announced == [access.word]
    assert access.word != word
    assert look(access, cookie=admitted.cookie.partition(";")[0]) is None


@pytest.mark.parametrize(
    "cookie",
    ["", f"{COOKIE}5000=", f"{COOKIE}5000=wrong", "other=1", f"{COOKIE}5000", "\x00=;;;", f"{COOKIE}5000=ä"],
)
def test_without_the_cookie_nobody_looks(cookie: str) -> None:
    assert isinstance(look(Access(), cookie=cookie), Refusal)


def test_the_word_is_taken_from_an_address_only() -> None:
    access = Access()
    assert isinstance(look(access, f"zutritt={access.word}", method="HEAD"), Refusal)
    assert isinstance(look(access, "zutritt="), Refusal)


def test_two_servers_have_two_cookies() -> None:
    one, other = Access(), Access()
    admitted = look(one, f"zutritt={one.word}")
    assert isinstance(admitted, Admitted)
    assert isinstance(look(other, cookie=admitted.cookie.partition(";")[0]), Refusal)
