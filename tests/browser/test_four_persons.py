"""Four persons with passkeys certify, order, pay and close, each act signed; an auditor reads it and writes nothing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from kkd_ledger.book.config import load_book
from kkd_ledger.cli import main
from kkd_ledger.persons.register import FOLDER_VARIABLE, Register
from kkd_ledger.rules.engine.check import check
from kkd_ledger.web.access.passwords import Passwords
from tests.browser.conftest import server_process
from tests.browser.test_passkeys import PASSWORD, log_in, person
from tests.samples import sample_books, tree

TODAY = "2024-04-30"
ACTING = {"muster": "S. Muster", "beispiel": "L. Beispiel", "kasse": "K. Kasse", "buch": "B. Buch"}
LOOKING = {"pruefer": ("P. Prüfer", "pruefung"), "walter": ("V. Walter", "verwaltung")}
SIGNED = 'signed = ["anordnung", "freigabe", "abschluss"]'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = sample_books(tmp_path_factory.mktemp("four"))
    register = Register(folder / "anlage")
    passwords = Passwords(register, PasswordHasher(1, 8, 1))
    for login, name in {**ACTING, **{login: name for login, (name, _) in LOOKING.items()}}.items():
        register.add(login, name)
        passwords.put(login, PASSWORD)
    for book in ("landkreis", "biedenkopf"):
        settings = folder / book / "book.toml"
        text = settings.read_text("utf-8")
        for name, role in LOOKING.values():
            text += f'\n[[roles]]\nname = "{name}"\nrole = "{role}"\nfrom = 2023-10-01\n'
        settings.write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    persons = {FOLDER_VARIABLE: str(folder / "anlage")}
    books, log = (folder / "landkreis", folder / "biedenkopf"), folder / "serve.log"
    with server_process(*books, log=log, words=("--today", TODAY), environment=persons) as served:
        yield served.replace("127.0.0.1", "localhost")


def looked_at(page: Page) -> None:
    assert page.locator("h1").count() == 1
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


def press(page: Page, role: str, name: str | re.Pattern[str]) -> None:
    wanted = page.get_by_role(role, name=name).first  # type: ignore[arg-type]
    assert wanted.count(), f"{name} steht nicht hier: {page.locator('main').inner_text()}"
    wanted.click()
    page.wait_for_load_state()


def sign(page: Page) -> None:
    press(page, "button", re.compile("Mit Passkey unterschreiben"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("erledigt")
    looked_at(page)


def test_four_persons_certify_order_pay_and_close_each_signed(
    browser: Browser,
    folder: Path,
    address: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with ExitStack() as stack:
        pages = {login: stack.enter_context(person(browser))[1] for login in ACTING}
        each_enrols(pages, address)
        each_is_confirmed(pages, address)
        keys_into_the_books(folder, monkeypatch, capsys)
        for login, page in pages.items():
            page.context.clear_cookies()
            page.goto(f"{address}/kkd/anmelden?weiter=/kkd/passkeys")
            press(page, "button", "Mit Passkey anmelden")
            expect(page.get_by_text(f"Angemeldet: {ACTING[login]}")).to_be_visible()
        one_certifies_and_another_orders(pages["muster"], pages["beispiel"], address)
        two_of_the_treasury_pay(pages["kasse"], pages["buch"], address)
        a_month_is_closed(pages["muster"], address)
    for name in ("landkreis", "biedenkopf"):
        book = load_book(folder / name)
        wrong = check(book, full=True, today=dt.date.fromisoformat(TODAY))
        assert not [finding for finding in wrong if finding.kind.code in {"KKD-Z10", "KKD-S02"}]
    text = "".join(path.read_text("utf-8") for path in (folder / "landkreis").glob("2*/*.beancount"))
    assert re.search(r'"anordnung" "L\. Beispiel".*\n(?:  .*\n)*  akt-unterschrift: ', text)
    [seal] = (folder / "biedenkopf").glob("2023/2023-10.seal.json")
    assert '"person": "S. Muster"' in seal.read_text("utf-8").partition('"unterschriften"')[2]


def each_enrols(pages: dict[str, Page], address: str) -> None:
    for login, page in pages.items():
        log_in(page, address, login)
        page.get_by_label("Name des neuen Passkeys").fill(f"Schlüssel von {login}")
        press(page, "button", "Passkey einrichten")
        expect(page.get_by_text("wartet auf die Bestätigung einer zweiten Person")).to_be_visible()


def each_is_confirmed(pages: dict[str, Page], address: str) -> None:
    for first, second in (
        ("muster", "beispiel"),
        ("beispiel", "muster"),
        ("kasse", "buch"),
        ("buch", "kasse"),
    ):
        page = pages[second]
        page.goto(f"{address}/kkd/passkeys")
        press(page, "button", f"Schlüssel von {first} von {ACTING[first]} bestätigen")
        expect(page.get_by_text("Der Passkey ist bestätigt")).to_be_visible()


def keys_into_the_books(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Deposit the public keys as `kkd user key` names them, good since the books' days, and ask for signatures."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder / "anlage"))
    capsys.readouterr()
    for login in ACTING:
        assert main(["user", "key", login]) == 0
    tables = re.sub(r"from = .*", "from = 2023-10-01", capsys.readouterr().out)
    for book in ("landkreis", "biedenkopf"):
        settings = folder / book / "book.toml"
        text = settings.read_text("utf-8").replace("[policy]", f"[policy]\n{SIGNED}", 1)
        settings.write_text(f"{text}\n{tables}", "utf-8")


def one_certifies_and_another_orders(clerk: Page, orderer: Page, address: str) -> None:
    clerk.goto(
        f"{address}/kkd/landkreis/tun/erlassen?posten=kkd-2024-coelbe-1&betrag=1,00&anordnung=Verfügung 7"
    )
    press(clerk, "button", "Vorschau")
    press(clerk, "button", "Vorlegen")
    orderer.goto(f"{address}/kkd/landkreis/")
    press(orderer, "link", re.compile(r"Erlassen \("))
    looked_at(orderer)
    press(orderer, "button", "Jetzt anordnen")
    expect(orderer.locator("main")).to_contain_text("ohne Unterschrift")
    orderer.goto(f"{address}/kkd/landkreis/")
    press(orderer, "link", re.compile(r"Erlassen \("))
    sign(orderer)


def two_of_the_treasury_pay(first: Page, second: Page, address: str) -> None:
    first.goto(f"{address}/kkd/biedenkopf/tun/zahlen")
    press(first, "button", "Vorschau")
    press(first, "button", "Vorlegen")
    second.goto(f"{address}/kkd/biedenkopf/")
    press(second, "link", re.compile(r"Zahlungslauf \("))
    sign(second)


def a_month_is_closed(clerk: Page, address: str) -> None:
    clerk.goto(f"{address}/kkd/biedenkopf/tun/abschliessen?monat=2023-10")
    press(clerk, "button", "Vorschau")
    sign(clerk)


def test_an_auditor_sees_everything_and_writes_nothing(browser: Browser, folder: Path, address: str) -> None:
    before = {
        name: content for name, content in tree(folder).items() if "anlage" not in name and "log" not in name
    }
    with person(browser) as (_, page):
        log_in(page, address, "pruefer")
        for book in ("landkreis", "biedenkopf"):
            for place in (
                "",
                "journal",
                "posten",
                "monate",
                "rollen",
                "feststellungen",
                "haushalt",
                "vereinbarung",
            ):
                answer = page.goto(f"{address}/kkd/{book}/{place}")
                assert answer is not None
                assert answer.status == 200, place
                looked_at(page)
                assert not page.locator("main a[href*='/tun/']").count(), f"{place} offers something to do"
        page.goto(f"{address}/kkd/biedenkopf/monate")
        with page.expect_download() as download:
            page.locator("a[href*='csv=']").first.click()
        assert download.value.suggested_filename.endswith(".csv")
        for place, sentence in (("", "Wer sich anmelden darf"), ("protokoll", "ununterbrochen")):
            page.goto(f"{address}/kkd/verwaltung/{place}")
            expect(page.locator("main")).to_contain_text(sentence)
            looked_at(page)
            assert not page.locator("main form[method=post]").count()
        for address_of_act in (
            "biedenkopf/tun/stornieren",
            "biedenkopf/tun/rolle-geben",
            "verwaltung/person/-/neu",
        ):
            answer = page.goto(f"{address}/kkd/{address_of_act}")
            assert answer is not None
            assert answer.status == 403
    after = {
        name: content for name, content in tree(folder).items() if "anlage" not in name and "log" not in name
    }
    assert after == before


def test_an_administrators_pages_are_as_good_as_the_others(browser: Browser, address: str) -> None:
    with person(browser) as (_, page):
        log_in(page, address, "walter")
        page.goto(f"{address}/kkd/verwaltung/")
        looked_at(page)
        press(page, "link", "Person einrichten")
        looked_at(page)
        page.locator("[name=name]").fill("N. Neu")
        page.locator("[name=anmeldename]").fill("neu")
        press(page, "button", "Vorschau")
        looked_at(page)
        press(page, "button", "Jetzt einrichten")
        looked_at(page)
        code = page.locator("main code").first.inner_text()
        press(page, "button", "Abmelden")
        page.goto(f"{address}/kkd/anmelden/code")
        looked_at(page)
        page.get_by_label("Anmeldename").fill("neu")
        page.get_by_label("Code", exact=True).fill(code)
        page.get_by_label("Neues Kennwort").fill("ein ganz neuer Satz")
        page.get_by_label("Noch einmal").fill("ein ganz neuer Satz")
        press(page, "button", "Kennwort setzen und anmelden")
        expect(page.get_by_text("Angemeldet: N. Neu")).to_be_visible()
        press(page, "button", "Abmelden")
        log_in(page, address, "walter")
        for place in ("person/neu", "sicherung", "protokoll"):
            page.goto(f"{address}/kkd/verwaltung/{place}")
            looked_at(page)
        page.goto(f"{address}/kkd/verwaltung/sicherung")
        with page.expect_download() as download:
            page.locator("main button").first.click()
        assert download.value.suggested_filename.endswith(".tar.gz")
        page.goto(f"{address}/kkd/biedenkopf/rollen")
        looked_at(page)
        press(page, "link", "Rolle geben")
        looked_at(page)
