"""Pages that are made once: nobody gets another's, and nobody gets one of before."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from werkzeug.test import Client

from kkd_ledger.book.config import load_book
from kkd_ledger.web.workplace import on_show
from kkd_ledger.web.workplace.app import Workplace
from kkd_ledger.web.workplace.cell_html import row_html, value_html
from kkd_ledger.web.workplace.page_shelf import CONTENTS_MAX, TEXT_CHARS_MAX, PageShelf
from kkd_ledger.web.workplace.tables import ORDERS_MAX, Cell, ColumnKind, Offer, Table, TableColumn
from tests.samples import sample_books
from tests.web.access.conftest import House, log_in

TODAY = dt.date(2024, 3, 1)


def test_a_text_is_made_once_and_a_long_one_each_time() -> None:
    shelf, made = PageShelf(), []

    def make(chars: int) -> Markup:
        made.append(chars)
        return Markup("x" * chars)

    for chars in (1, TEXT_CHARS_MAX, TEXT_CHARS_MAX + 1):
        for _ in range(2):
            assert len(shelf.text(chars, lambda chars=chars: make(chars))) == chars  # type: ignore[misc]
    assert made == [1, TEXT_CHARS_MAX, TEXT_CHARS_MAX + 1, TEXT_CHARS_MAX + 1]


def test_what_was_asked_for_longest_ago_goes_first() -> None:
    shelf, made = PageShelf(), []
    for key in (*range(CONTENTS_MAX), 0, CONTENTS_MAX, 0, 1):
        assert shelf.content(key, lambda key=key: made.append(key)) is None  # type: ignore[misc]
    assert made == [*range(CONTENTS_MAX), CONTENTS_MAX, 1]


def test_a_page_is_that_of_who_asks_for_it(tmp_path: Path) -> None:
    """Who may act sees what can be done, who only reads does not, whoever asks first."""
    books = sample_books(tmp_path / "books")
    with (books / "biedenkopf" / "book.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[[roles]]\nname = "R. Prüfer"\nrole = "pruefung"\nfrom = 2023-01-01\n')
    house = House(books, tmp_path / "persons", "biedenkopf")
    house.person("muster", "S. Muster")
    house.person("revision", "R. Prüfer")
    clerk, auditor = house.browser(), house.browser()
    log_in(clerk, "muster")
    log_in(auditor, "revision")
    pages = ("anteile", "posten", "vereinbarung", "haushalt", "journal")
    first = {page: main_of(clerk, page) for page in pages}
    for page in pages:
        seen = auditor.get(f"/kkd/biedenkopf/{page}")
        assert "/tun/" not in seen.text, page
        assert "S. Muster" not in seen.text.partition("<main")[0]
        assert seen.status_code == 200
    assert {page: main_of(clerk, page) for page in pages} == first
    assert any("/tun/" in text for text in first.values())


def main_of(browser: Client, page: str) -> str:
    """Return a page without its head, in which every form has a token of its own."""
    return browser.get(f"/kkd/biedenkopf/{page}").text.partition("<main")[2]


def test_a_page_is_that_of_the_book_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_show, "LOOK_S_MIN", 0)
    book = load_book(sample_books(tmp_path) / "biedenkopf")
    client = Client(Workplace([book], lambda: TODAY).app)
    assert "Stadtweit" not in client.get("/kkd/biedenkopf/beteiligte").text
    file = book.agreement_file
    text = file.read_text("utf-8")
    name = book.agreement.parties()[1].name
    assert f'name = "{name}"' in text
    file.write_text(text.replace(f'name = "{name}"', 'name = "Stadtweit"', 1), "utf-8")
    assert "Stadtweit" in client.get("/kkd/biedenkopf/beteiligte").text


def test_orders_of_a_table_are_remembered_and_not_without_end() -> None:
    columns = (TableColumn("n", "Zahl", ColumnKind.NUMBER),)
    table = Table.of("Zahlen", columns, [[Cell(n)] for n in range(30)])
    for word in range(3 * ORDERS_MAX):
        rows = [row[0].value for row in table.view({"filter": str(word), "sort": "-n"}).rows]
        assert rows == sorted((n for n in range(30) if str(word) in str(n)), reverse=True)
        assert len(table._orders) <= ORDERS_MAX
    assert dataclasses.replace(table) == table


COLUMNS = (TableColumn("a", "A"), TableColumn("b", "B", ColumnKind.AMOUNT), TableColumn("c", "C"))


def test_a_row_as_it_is_written() -> None:
    row = (
        Cell("Ort <b>", "/x?a=1&b=2", "zu & zu", "danger", (Offer("Tun", '/t"'),)),
        Cell(-1_234_50),
        Cell(None),
    )
    assert row_html(row, COLUMNS) == (
        '<tr class="kern-table__row"><th scope="row" class="kern-table__header">'
        '<a class="kern-link" href="/x?a=1&amp;b=2">Ort &lt;b&gt;</a>'
        '<span class="kkd-note kkd-danger">zu &amp; zu</span>'
        '<a class="kern-link kern-link--small kkd-offer" href="/t&#34;">Tun</a></th>'
        '<td class="kern-table__cell kern-table__cell--numeric">-1.234,50</td>'
        '<td class="kern-table__cell"></td></tr>'
    )


@given(st.text(), st.text(), st.text())
def test_nothing_in_a_cell_is_markup(text: str, note: str, href: str) -> None:
    shown = str(value_html(Cell(text, href, note)))
    for tag in ("<a ", "</a>", "<span ", "</span>"):
        shown = shown.replace(tag, "", 1)
    assert "<" not in shown
    assert shown.count('"') == (4 if href else 0) + (2 if note else 0)
