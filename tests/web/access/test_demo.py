"""Persons to try things out with: whom the books name, on this computer alone, and no proof of anything."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kkd_ledger.book.config import load_book
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.errors import UsageError
from kkd_ledger.web.access.demo import PASSWORD, DemoPerson, demo_persons, login_of, refuse_demo
from kkd_ledger.web.listening import Listening
from ledgers.demo import add_onlookers
from tests.samples import replace_once, sample_books
from tests.web.access.conftest import TODAY, House, log_in


def test_whoever_holds_a_role_can_log_in_with_the_password_that_everybody_knows(folder: Path) -> None:
    books = [load_book(folder / name) for name in ("biedenkopf", "landkreis")]
    with demo_persons(books, TODAY) as demo:
        logins = {person.login: (person.name, tuple(person.roles)) for person in demo.persons}
        assert logins["muster"] == ("S. Muster", ("feststellung",))
        assert logins["kasse"] == ("K. Kasse", ("kasse",))
        place = demo.register.folder
        house = House(folder, place, "biedenkopf")
        house.door.demo = demo.persons
        browser = house.browser()
        page = browser.get("/kkd/anmelden").text
        assert "Vorführung: erfundene Personen, kein Nachweis" in page
        assert PASSWORD in page
        assert log_in(browser, "muster", PASSWORD).status_code == 303
        begun = house.door.sessions.of(next(iter(house.door.sessions._sessions)))
        assert begun == ("muster", v.KnownBy.TYPED), (
            "what is done by them stands in the books as a typed name"
        )
    assert not place.exists(), "nothing of it stays"


def test_a_login_page_without_a_demo_names_nobody(locked: House) -> None:
    page = locked.browser().get("/kkd/anmelden").text
    assert "Vorführung" not in page
    assert "S. Muster" not in page


@pytest.mark.parametrize(
    ("listening", "has_persons", "sentence"),
    [
        (Listening(0, "127.0.0.1", "https://kkd.example.org"), False, "ohne Proxy"),
        (Listening(0, "0.0.0.0"), False, "nur auf diesem Rechner"),
        (Listening(0), True, "wo Personen eingerichtet sind"),
    ],
)
def test_a_demo_is_never_where_somebody_takes_it_for_real(
    folder: Path, listening: Listening, has_persons: bool, sentence: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(sentence)):
        refuse_demo([load_book(folder / "biedenkopf")], listening, has_persons=has_persons)


def test_a_book_that_asks_for_proofs_has_no_demo(tmp_path: Path) -> None:
    book = sample_books(tmp_path) / "biedenkopf"
    replace_once(book / "book.toml", "[policy]", "[policy]\ntyped_names = false")
    with pytest.raises(UsageError, match="handelt nur, wer sich ausweist"):
        refuse_demo([load_book(book)], Listening(0), has_persons=False)


def test_names_become_logins_that_differ() -> None:
    taken: set[str] = set()
    for name in ("S. Müller", "K. Müller", "Müller", "1234", "Ł. Ωmega", "x" * 80):
        taken.add(login_of(name, taken))
    assert {"mueller", "mueller2", "mueller3"} < taken
    assert len(taken) == 6
    assert all(re.fullmatch(r"[a-z][a-z0-9._-]{0,31}", login) for login in taken)


def test_the_books_of_the_show_name_who_looks_on(tmp_path: Path) -> None:
    book = sample_books(tmp_path) / "biedenkopf"
    assert add_onlookers(book)
    assert not add_onlookers(book), "once"
    with demo_persons([load_book(book)], TODAY) as demo:
        assert DemoPerson("verwaltung", "V. Verwaltung", ("verwaltung",)) in demo.persons
        assert DemoPerson("pruefung", "P. Prüfung", ("pruefung",)) in demo.persons
