"""Several books behind one server: what waits in each, the way from one to another, and nothing of a foreign one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from werkzeug.test import Client

from kkd_ledger.book.config import load_book
from kkd_ledger.web.workplace import start_page
from kkd_ledger.web.workplace.app import Workplace
from kkd_ledger.web.workplace.on_show import BookOnShow
from kkd_ledger.web.workplace.snapshot import StillReading
from tests.samples import sample_books
from tests.web.access.conftest import House, log_in

TODAY = dt.date(2024, 3, 1)
COUNTY, TOWN = "KKD – Bücher des Landkreises", "KKD – Bücher der Stadt Biedenkopf"


def client(folder: Path, *names: str) -> Client:
    return Client(Workplace([load_book(folder / name) for name in names], lambda: TODAY).app)


def test_every_book_has_a_card_with_its_tasks_and_a_way_to_the_others(tmp_path: Path) -> None:
    browser = client(sample_books(tmp_path), "landkreis", "biedenkopf")
    start = browser.get("/kkd/").text
    assert all(title in start for title in (COUNTY, TOWN))
    assert "/kkd/landkreis/" in start
    page = browser.get("/kkd/biedenkopf/anteile").text
    assert f'<a class="kern-link" href="/kkd/landkreis/">{COUNTY}</a>' in page
    assert f'">{TOWN}</a>' not in page.partition("</details>")[0], "nobody changes to where they are"


def test_the_only_book_has_no_switch(tmp_path: Path) -> None:
    browser = client(sample_books(tmp_path), "biedenkopf")
    assert browser.get("/kkd/").headers["Location"] == "/kkd/biedenkopf/"
    assert "Buch wechseln" not in browser.get("/kkd/biedenkopf/anteile").text


def test_two_folders_of_one_name_are_two_books(tmp_path: Path) -> None:
    first, second = sample_books(tmp_path / "a"), sample_books(tmp_path / "b")
    books = [load_book(folder / "biedenkopf") for folder in (first, second)]
    workplace = Workplace(books, lambda: TODAY)
    browser = Client(workplace.app)
    for name in ("biedenkopf", "biedenkopf-2"):
        assert browser.get(f"/kkd/{name}/anteile").status_code == 200
    assert [path.parent for path in workplace.journals.values()] == [book.root for book in books]


def test_a_book_that_cannot_be_read_hides_no_other(tmp_path: Path) -> None:
    folder = sample_books(tmp_path)
    browser = client(folder, "landkreis", "biedenkopf")
    (folder / "biedenkopf" / "main.beancount").unlink()
    start = browser.get("/kkd/")
    assert start.status_code == 200
    assert (
        "das Buch nennt" in start.text or "noch nicht angelegt" in start.text or "keine Datei" in start.text
    )
    assert browser.get("/kkd/landkreis/anteile").status_code == 200


@pytest.mark.parametrize("is_broken", [False, True])
def test_nothing_of_a_book_is_told_to_who_holds_no_role_there(tmp_path: Path, *, is_broken: bool) -> None:
    folder = sample_books(tmp_path / "books")
    settings = folder / "landkreis" / "book.toml"
    roles = settings.read_text("utf-8").replace('name = "S. Muster"', 'name = "Jemand anders"')
    settings.write_text(roles, "utf-8")
    house = House(folder, tmp_path / "persons", "landkreis", "biedenkopf")
    if is_broken:
        (folder / "landkreis" / "main.beancount").unlink()
    house.person("muster", "S. Muster")
    browser = house.browser()
    log_in(browser)
    pages = ("/kkd/", "/kkd/biedenkopf/", "/kkd/biedenkopf/anteile", "/kkd/biedenkopf/journal", "/")
    for page in pages:
        answer = browser.get(page)
        assert answer.status_code in {200, 303}
        assert COUNTY not in answer.text, page
        assert "/kkd/landkreis" not in answer.text, page
        assert "bücher-des-landkreises" not in answer.headers.get("Location", "")
    assert TOWN in browser.get("/kkd/").text
    assert browser.get("/kkd/landkreis/").status_code == 403
    assert COUNTY not in browser.get("/kkd/landkreis/").text


def test_many_books_are_waited_for_as_long_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = load_book(sample_books(tmp_path) / "biedenkopf")
    waits: list[int] = []
    now = [0]

    def waited(shown: BookOnShow, patience_s: int) -> None:
        waits.append(patience_s)
        now[0] += min(5, patience_s)
        raise StillReading(shown.book)

    monkeypatch.setattr(start_page, "monotonic", lambda: now[0])
    monkeypatch.setattr(BookOnShow, "snapshot", waited)
    monkeypatch.setattr(BookOnShow, "begin", lambda _: None)
    books = {str(number): BookOnShow(book, lambda: TODAY) for number in range(6)}
    cards = start_page.cards(books, None, lambda: b"", TODAY)
    assert len(cards) == 6
    assert all("wird gerade eingelesen" in card.reason for card in cards)
    assert waits == [8, 3, 0, 0, 0, 0]


def test_a_member_reconciles_under_its_own_name_alone(tmp_path: Path) -> None:
    browser = client(sample_books(tmp_path), "landkreis", "biedenkopf")
    assert browser.get("/kkd/landkreis/").status_code == 200
    assert browser.get("/kkd/biedenkopf/abstimmung/biedenkopf").status_code == 200
    assert browser.get("/kkd/biedenkopf/abstimmung/wetter").status_code == 404
    assert "abstimmung" not in browser.get("/kkd/biedenkopf/beteiligte/wetter").text
    assert browser.get("/kkd/landkreis/abstimmung/wetter").status_code == 200
    assert browser.get("/kkd/landkreis/abstimmung/landkreis").status_code == 404
