"""The workplace through its addresses: every page of both sample books, its figures, its CSV, what is refused."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import time
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from kkd_ledger.book.config import load_book
from kkd_ledger.web.workplace.app import Workplace
from kkd_ledger.web.workplace.pages import PAGES
from tests.samples import sample_books

TODAY = dt.date(2024, 3, 1)
MENU = [page.rule for page in PAGES if page.menu]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample_books(tmp_path_factory.mktemp("books"))


@pytest.fixture(scope="module")
def client(folder: Path) -> Client:
    return opened(folder, "landkreis", "biedenkopf")


def opened(folder: Path, *names: str) -> Client:
    return Client(Workplace([load_book(folder / name) for name in names], lambda: TODAY).app)


def text_of(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.text)))


class Links(HTMLParser):
    """The addresses to which a page leads, and the names of everything in it that has one."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "a":
            self.links.append(found.get("href") or "")
        if found.get("id"):
            self.ids.append(found["id"] or "")
        assert not [name for name in found if name == "style" or name.startswith("on")], (tag, attrs)


@pytest.mark.parametrize("book", ["landkreis", "biedenkopf"])
@pytest.mark.parametrize("rule", MENU)
def test_every_page_of_the_menu(client: Client, book: str, rule: str) -> None:
    page = Links()
    page.feed(client.get(f"/kkd/{book}/{rule}").text)
    assert len(page.ids) == len({*page.ids}), "an id stands once on a page"
    assert "inhalt" in page.ids


def test_every_link_leads_somewhere(client: Client) -> None:
    """From the start on, over both books: whatever a page of ours names is there."""
    seen: set[str] = set()
    waiting = ["/kkd/"]
    while waiting:
        address = waiting.pop()
        if address in seen or len(seen) > 400:
            continue
        seen.add(address)
        answer = client.get(address)
        assert answer.status_code == 200, address
        if answer.mimetype == "text/html":
            page = Links()
            page.feed(answer.text)
            waiting += [link for link in page.links if link.startswith("/kkd/")]
    assert {"/kkd/landkreis/anteile/biedenkopf/2022", "/kkd/biedenkopf/monate"} <= seen
    assert any(address.startswith("/kkd/landkreis/dokument/") for address in seen) or len(seen) > 100


def test_the_figures_of_the_case(client: Client) -> None:
    shares = text_of(client, "/kkd/biedenkopf/anteile")
    assert all(amount in shares for amount in ("8.869,25", "12.826,30", "15.555,30"))
    assert "fällig 15.03.2024" in shares
    share = text_of(client, "/kkd/landkreis/anteile/biedenkopf/2024")
    assert "13.645 Einwohner" in share
    assert "0,65 EUR = 8.869,25 EUR" in share
    assert "15.555,30" in share
    budget = text_of(client, "/kkd/biedenkopf/haushalt")
    assert "8.869,25 für 2022 + 12.826,30 für 2023" in budget
    assert "Zentrale Dienste" in budget
    assert "Nur zum Lesen" in budget


def test_the_agreement_reads_as_german(client: Client) -> None:
    agreement = text_of(client, "/kkd/biedenkopf/vereinbarung")
    assert "Die Vereinbarung „Öffentlich-rechtliche Vereinbarung über das Kompetenzcenter" in agreement
    assert "Satz: vom 01.01.2022 an 0,65 EUR." in agreement


def test_an_entry_shows_both_sides_of_every_leg(client: Client) -> None:
    journal = client.get("/kkd/biedenkopf/journal").text
    [number, *_] = re.findall(r"/kkd/biedenkopf/buchung/([0-9-]+)", journal)
    entry = text_of(client, f"/kkd/biedenkopf/buchung/{number}")
    assert "Soll" in entry
    assert "Haben" in entry
    assert "Art Kostenbeteiligung" in entry


@pytest.mark.parametrize("wanted", ["15.555,30", "8869,25 €"])
def test_the_search_finds_amounts(client: Client, wanted: str) -> None:
    assert "keine Buchung" not in text_of(client, f"/kkd/biedenkopf/suche?q={wanted}").casefold()


def test_the_search_finds_names_and_references(client: Client) -> None:
    assert "Cölbe" in text_of(client, "/kkd/landkreis/suche?q=cölbe")
    posten = text_of(client, "/kkd/landkreis/posten/kkd-2024-coelbe-1")
    [reference] = re.findall(r"RF[0-9A-Z]{10,}", posten)
    spaced = " ".join(reference[place : place + 4] for place in range(0, len(reference), 4))
    assert "kkd-2024" in client.get("/kkd/landkreis/suche", query_string={"q": spaced}).text.casefold() or (
        "Kostenbeteiligung 2024" in text_of(client, f"/kkd/landkreis/suche?q={reference}")
    )
    assert "Keine Buchung" in text_of(client, "/kkd/landkreis/suche?q=gibtesnicht")


def test_csv_of_what_is_shown(client: Client) -> None:
    answer = client.get("/kkd/landkreis/posten?csv=0&filter=cölbe")
    assert answer.mimetype == "text/csv"
    head, row, *rest = answer.get_data().decode("utf-8-sig").splitlines()
    assert head == "Posten;Beteiligte;Leistungsjahr;Richtung;Fällig;gefordert;offen"
    assert row == "kkd-2024-coelbe-1;Cölbe;2024;Forderung;15.03.2024;7446,48;7446,48"
    assert rest == []
    assert client.get("/kkd/landkreis/posten?csv=7").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/kkd/nobody/", "/kkd/landkreis/nothing", "/kkd/landkreis/buchung/2024-999999", "/kkd/landkreis/posten/x",
        "/kkd/landkreis/anteile/biedenkopf/1999", "/kkd/landkreis/anteile/nobody/2024", "/kkd/landkreis/beteiligte/x",
        "/kkd/landkreis/dokument/book.toml", "/kkd/landkreis/dokument/../book.toml", "/kkd/static/../serve.py",
        "/kkd/static/nothing.css", "/kkd/landkreis/dokument/%2e%2e/%2e%2e/kkd/agreement.toml",
    ],
)  # fmt: skip
def test_what_is_not_there_is_said_in_german(client: Client, address: str) -> None:
    assert "Das geht hier nicht" in text_of(client, address, 404)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_is_written(client: Client, method: str) -> None:
    assert client.open("/kkd/landkreis/posten", method=method).status_code == 405


def test_texts_from_outside_are_only_text(tmp_path: Path) -> None:
    folder = sample_books(tmp_path)
    settings = folder / "biedenkopf" / "book.toml"
    text = settings.read_text("utf-8")
    title = re.search(r'^title = "(.*)"$', text, re.MULTILINE)
    assert title
    settings.write_text(text.replace(title[1], "<script>alert(1)</script>"), "utf-8")
    page = opened(folder, "biedenkopf").get("/kkd/biedenkopf/").text
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def eventually(client: Client, address: str, wanted: str) -> str:
    for _ in range(60):
        if wanted in (text := client.get(address).text):
            return text
        time.sleep(0.1)
    pytest.fail(f"{wanted!r} never stood at {address}")


@pytest.fixture
def torn(tmp_path: Path) -> Iterator[Any]:
    folder = sample_books(tmp_path)
    return folder, opened(folder, "biedenkopf")


def test_a_change_is_shown_soon_and_a_broken_book_says_so(torn: tuple[Path, Client]) -> None:
    folder, client = torn
    settings = folder / "biedenkopf" / "book.toml"
    good = settings.read_text("utf-8")
    before = client.get("/kkd/biedenkopf/").text
    settings.write_text(good.replace("title = ", "titel = "), "utf-8")
    broken = eventually(client, "/kkd/biedenkopf/anteile", "lässt sich so nicht lesen")
    assert "15.555,30" in broken, "what was known before is still shown"
    settings.write_text(good.replace('title = "', 'title = "Neu: '), "utf-8")
    assert "Neu: " not in before
    eventually(client, "/kkd/biedenkopf/", "Neu: ")


def test_a_book_that_never_could_be_read_has_its_reason(tmp_path: Path) -> None:
    folder = sample_books(tmp_path)
    client = opened(folder, "biedenkopf")
    shutil.rmtree(folder / "kkd")
    assert "Das Buch ist nicht lesbar" in text_of(client, "/kkd/biedenkopf/", 503)


def test_one_book_is_shown_at_once(folder: Path) -> None:
    answer = opened(folder, "biedenkopf").get("/kkd/")
    assert (answer.status_code, answer.location) == (302, "/kkd/biedenkopf/")


def test_several_books_are_listed_with_what_waits(client: Client) -> None:
    start = text_of(client, "/kkd/")
    assert start.count("Im Posteingang warten") == 2


def test_a_budgets_figures_lead_to_their_entries(client: Client) -> None:
    assert "/kkd/biedenkopf/haushalt/2023" in client.get("/kkd/biedenkopf/haushalt").text
    entries = text_of(client, "/kkd/biedenkopf/haushalt/2023")
    assert "8.869,25" in entries
    assert "12.826,30" in entries
    assert "15.555,30" not in entries
    assert client.get("/kkd/biedenkopf/haushalt/1999").status_code == 404
