"""A door before the workplace, with persons that are set up, and a clock that a test moves."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from werkzeug.test import Client, TestResponse

from kkd_ledger.book.config import load_book
from kkd_ledger.persons.register import Register
from kkd_ledger.web.access.door import Door
from kkd_ledger.web.access.passwords import Passwords
from kkd_ledger.web.administration.admin_pages import add_administration
from kkd_ledger.web.fava_client import Answer
from kkd_ledger.web.serve import application
from kkd_ledger.web.workplace.app import Workplace
from tests.samples import sample_books

TODAY = dt.date(2024, 3, 1)
ORIGIN = "http://localhost"
PASSWORD = "drei blaue Dächer"


class Clock:
    """Seconds that pass only when a test says so."""

    def __init__(self) -> None:
        self.now_s = 1_000

    def __call__(self) -> int:
        return self.now_s


class FakeFava:
    """Stands where Fava's process does: whatever gets through to it is answered with its name."""

    names = ("kkd-bücher-der-stadt-biedenkopf",)

    def ask(self, name: str, target: str, headers: object, patience_s: int) -> Answer:
        return Answer("200 OK", (("Content-Type", "text/plain"),), b"Fava")


class House:
    """The whole application as a browser on this computer reaches it."""

    def __init__(self, folder: Path, persons: Path, *books: str) -> None:
        self.folder = folder
        self.register = Register(persons)
        self.clock = Clock()
        self.door = Door(self.register, self.clock, self.now)
        self.door.passwords = Passwords(self.register, PasswordHasher(1, 8, 1))  # as cheap as it can be
        self.workplace = Workplace([load_book(folder / name) for name in books], lambda: TODAY, self.door.who)
        self.door.install(self.workplace.app)
        add_administration(self.workplace, self.door, lambda: TODAY)
        self.application = application(FakeFava(), self.workplace, self.door)  # type: ignore[arg-type]

    def now(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self.clock.now_s, dt.UTC)

    def browser(self) -> Client:
        return Client(self.application)

    def person(self, login: str, name: str, password: str = PASSWORD) -> None:
        self.register.add(login, name)
        self.door.passwords.put(login, password)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample_books(tmp_path_factory.mktemp("door"))


@pytest.fixture
def house(folder: Path, tmp_path: Path) -> House:
    return House(folder, tmp_path / "persons", "biedenkopf")


@pytest.fixture
def locked(house: House) -> House:
    house.person("muster", "S. Muster")
    house.person("beispiel", "L. Beispiel", "vier grüne Fenster")
    return house


def token_of(answer: TestResponse) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', answer.text)
    assert found, answer.text
    return found[1]


def log_in(
    browser: Client, login: str = "muster", password: str = PASSWORD, onward: str = ""
) -> TestResponse:
    token = token_of(browser.get("/kkd/anmelden"))
    form = {"csrf_token": token, "name": login, "kennwort": password, "weiter": onward}
    return browser.post("/kkd/anmelden", data=form, headers={"Origin": ORIGIN})
