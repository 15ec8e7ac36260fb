"""A year's end by browser alone: proposed, certified and ordered by two persons, month 13 closed, its state entered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from kkd_ledger.book.config import load_book
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.periods import BookingMonth
from kkd_ledger.persons.register import FOLDER_VARIABLE, Register
from kkd_ledger.rules.engine.check import check
from kkd_ledger.rules.engine.rule import Level
from kkd_ledger.web.access.passwords import Passwords
from tests.browser.conftest import server_process
from tests.browser.test_acts import PASSWORD, Desk
from tests.work.year.test_year_end import paid_ahead, with_roles

PERSONS = {"muster": ("S. Muster", "feststellung"), "beispiel": ("L. Beispiel", "anordnung")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The town's book in January 2023, with its share of 2023 booked in December 2022."""
    books = tmp_path / "books"
    with_roles(books, "adorf")
    with (books / "adorf" / "book.toml").open("a", encoding="utf-8") as settings:
        for name, role in PERSONS.values():
            settings.write(f'\n[[roles]]\nname = "{name}"\nrole = "{role}"\nfrom = 2022-01-01\n')
    paid_ahead(books, "adorf")
    register = Register(tmp_path / "persons")
    for login, (name, _) in PERSONS.items():
        register.add(login, name)
        Passwords(register).put(login, PASSWORD)
    return tmp_path


@pytest.fixture
def desk(browser: Browser, folder: Path) -> Iterator[Desk]:
    persons = {FOLDER_VARIABLE: str(folder / "persons")}
    log, words = folder / "serve.log", ("--today", "2023-01-20")
    with server_process(folder / "books" / "adorf", log=log, words=words, environment=persons) as served:
        context = browser.new_context(locale="de-DE")
        yield Desk(context.new_page(), f"{served}/kkd")
        context.close()


def test_a_year_ends_by_browser_alone(desk: Desk, folder: Path) -> None:
    book = folder / "books" / "adorf"
    desk.login("muster")
    desk.open("adorf/tun/jahresabschluss")
    desk.do("Vorschlag ablegen", jahr="2022")
    assert desk.says("2 Abschlussbuchungen für 2022 vorgeschlagen")
    assert not (book / "2022" / "2022-13.beancount").exists()
    desk.press("link", "Weiter: feststellen und anordnen lassen")
    desk.press("button", "Vorschau", exact=True)
    desk.press("button", "Vorlegen")
    assert not (book / "2022" / "2022-13.beancount").exists()
    desk.login("beispiel")
    desk.open("adorf/")
    desk.press("link", "Abschlussbuchungen buchen (")
    desk.press("button", "Jetzt anordnen")
    assert desk.says("2 Abschlussbuchungen für 2022")
    desk.login("muster")
    desk.open("adorf/tun/abschliessen")
    desk.do("Jetzt abschließen", monat="2/2022", bis="13/2022")
    assert desk.says("Der Abschlussmonat 2022 ist abgeschlossen")
    desk.open("adorf/tun/jahresstand")
    desk.do("Jetzt eintragen", jahr="2022", stand="aufgestellt")
    assert desk.says("Haushaltsjahr 2022: aufgestellt")
    assert not desk.found, "\n".join(f"{url}: {report}" for url, report in desk.found.items())
    the_books_say_the_same(book)


def the_books_say_the_same(book: Path) -> None:
    reading = read(load_book(book))
    closing, release = (
        record
        for record in reading.records
        if isinstance(record, Transaction) and record.text(v.KIND) == "abgrenzung"
    )
    for entry in (closing, release):
        assert (entry.text(v.CERTIFIED_SUM), entry.text(v.ORDERED)) == ("S. Muster", "L. Beispiel")
        assert sorted(leg.cents for leg in entry.postings) == [-125_000, 125_000]
    assert BookingMonth(2022, 13) in reading.chain.seals
    assert BookingMonth(2023, 1) not in reading.chain.seals
    assert [finding for finding in check(load_book(book)) if finding.kind.level == Level.ERROR] == []
