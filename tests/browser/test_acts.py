"""A month of both sides by browser alone: a clerk, the person who orders, two of the treasury; axe on every page.

By mouse, one form by the keyboard alone; a bank text that would like to be a script stays a text.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from kkd_ledger.book.config import load_book
from kkd_ledger.persons.register import FOLDER_VARIABLE, Register
from kkd_ledger.rules.engine.check import check
from kkd_ledger.rules.engine.rule import Level
from kkd_ledger.web.access.passwords import Passwords
from tests.browser.conftest import server_process
from tests.samples import sample_books

PASSWORD = "drei blaue Dächer"
LOGINS = {"muster": "S. Muster", "beispiel": "L. Beispiel", "kasse": "K. Kasse", "buch": "B. Buch"}
HOSTILE = "&lt;script&gt;alert(1)&lt;/script&gt; =1+1"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = sample_books(tmp_path_factory.mktemp("acts"))
    register = Register(folder / "persons")
    passwords = Passwords(register)
    for login, name in LOGINS.items():
        register.add(login, name)
        passwords.put(login, PASSWORD)
    statement = folder / "landkreis" / "inbox" / "2024-03.xml"
    text = statement.read_text("utf-8")
    assert "Breidenbach" in text
    statement.write_text(text.replace("Breidenbach", HOSTILE, 1), "utf-8")
    (folder / "uploads").mkdir()
    for book in ("landkreis", "biedenkopf"):
        for file in sorted((folder / book / "inbox").glob("*.xml")):
            file.rename(folder / "uploads" / f"{book}-{file.name}")
    return folder


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    persons = {FOLDER_VARIABLE: str(folder / "persons")}
    books, log = (folder / "landkreis", folder / "biedenkopf"), folder / "serve.log"
    with server_process(*books, log=log, words=("--today", "2024-04-30"), environment=persons) as served:
        yield f"{served}/kkd"


class Desk:
    """Somebody's browser: who is logged in, and what axe found on the way."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.found: dict[str, str] = {}

    def login(self, login: str) -> None:
        if self.page.get_by_role("button", name="Abmelden").count():
            self.page.get_by_role("button", name="Abmelden").click()
        self.page.goto(f"{self.address}/anmelden")
        self.page.get_by_label("Anmeldename").fill(login)
        self.page.get_by_label("Kennwort").fill(PASSWORD)
        self.page.get_by_role("button", name="Anmelden", exact=True).click()
        assert self.page.get_by_text(f"Angemeldet: {LOGINS[login]}").is_visible()

    def open(self, place: str) -> None:
        self.page.goto(f"{self.address}/{place}")
        self.looked_at()

    def press(self, role: str, name: str, *, exact: bool = False) -> None:
        wanted = self.page.get_by_role(role, name=name, exact=exact).first  # type: ignore[arg-type]
        assert wanted.count(), f"{name} steht nicht hier: {self.page.locator('main').inner_text()}"
        wanted.click()
        self.page.wait_for_load_state()
        self.looked_at()

    def fill(self, **typed: str) -> None:
        for name, text in typed.items():
            ticks = self.page.locator(f"main input[type=checkbox][name={name}][value='{text}']")
            if ticks.count():
                ticks.check()
                continue
            for radio in self.page.locator(f"main input[type=radio][name={name}]:checked").all():
                radio.evaluate("radio => { radio.checked = false }")
            field = self.page.locator(f"main [name={name}]:not([type=radio]):not([type=checkbox])")
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(text)
            else:
                field.fill(text)

    def do(self, last: str, **typed: str) -> None:
        """Fill the form that is open, look at the preview, and confirm it."""
        self.fill(**typed)
        self.press("button", "Vorschau", exact=True)
        self.press("button", last, exact=True)

    def says(self, text: str) -> bool:
        return text in self.page.locator("main").inner_text()

    def looked_at(self) -> None:
        assert self.page.locator("h1").count() == 1
        results = Axe().run(self.page)
        if results.violations_count:
            self.found[self.page.url] = results.generate_report()


@pytest.fixture(scope="module")
def desk(browser: Browser, address: str) -> Iterator[Desk]:
    context = browser.new_context(
        locale="de-DE", viewport={"width": 1280, "height": 900}, accept_downloads=True
    )
    yield Desk(context.new_page(), address)
    context.close()


def test_a_month_of_both_sides_by_browser_alone(desk: Desk, folder: Path) -> None:
    the_clerk_reads_the_countys_month(desk, folder)
    the_clerk_writes_a_demand(desk)
    two_persons_grant_a_deferral(desk)
    an_error_is_corrected(desk)
    the_town_takes_the_demand(desk, folder)
    the_treasury_pays(desk, folder)
    a_month_is_closed(desk)
    assert not desk.found, "\n".join(f"{url}: {report}" for url, report in desk.found.items())
    for book in ("landkreis", "biedenkopf"):
        wrong = [finding for finding in check(load_book(folder / book)) if finding.kind.level == Level.ERROR]
        assert wrong == []


def the_clerk_reads_the_countys_month(desk: Desk, folder: Path) -> None:
    desk.login("muster")
    desk.open("landkreis/posteingang")
    desk.press("link", "Dateien ablegen")
    desk.page.locator("[name=dateien]").set_input_files(folder / "uploads" / "landkreis-2024-03.xml")
    desk.press("button", "Dateien ansehen und ablegen")
    assert desk.says("wird gebucht")
    desk.open("landkreis/posteingang")
    desk.press("link", "Monatslauf 2024-03")
    desk.press("button", "Vorschau", exact=True)
    assert desk.says("Gebucht würde")
    assert desk.page.locator("main script").count() == 0
    assert not (folder / "landkreis" / "2024" / "2024-03.beancount").exists()
    desk.press("button", "Lauf ausführen")
    assert desk.says("Geschrieben")
    assert (folder / "landkreis" / "2024" / "2024-03.beancount").exists()
    desk.open("landkreis/journal?filter=script")
    assert desk.says("<script>alert(1)</script> =1+1")


def the_clerk_writes_a_demand(desk: Desk) -> None:
    desk.open("landkreis/posten")
    desk.press("link", "Anforderungen schreiben")
    desk.fill(jahr="2024", beteiligte="biedenkopf")
    desk.press("button", "Vorschau", exact=True)
    assert desk.says("ansehen"), desk.page.locator("main").inner_text()
    with desk.page.context.expect_page() as opened:
        desk.page.get_by_role("button", name="ansehen").click()
    opened.value.close()
    desk.press("button", "Jetzt schreiben")
    assert desk.says("1 Dokument")


def two_persons_grant_a_deferral(desk: Desk) -> None:
    """By the keyboard alone: from the first field to the confirmed case."""
    page = desk.page
    desk.open("landkreis/posten")
    desk.press("link", "Stunden", exact=True)
    page.locator("[name=art]").focus()
    page.keyboard.press("ArrowDown")
    for text in ("30.06.2024", "", "Antrag vom 20.04.2024"):
        page.keyboard.press("Tab")
        page.keyboard.type(text)
    page.keyboard.press("Tab")
    entered(desk, "Vorschau")
    page.get_by_role("button", name="Vorlegen").focus()
    entered(desk, "Vorlegen")
    assert desk.says("Vorgelegt, noch nicht gebucht")
    desk.login("beispiel")
    desk.open("landkreis/")
    desk.press("link", "Stunden, Raten")
    desk.press("button", "Jetzt anordnen")
    assert desk.says("Geschrieben")


def entered(desk: Desk, button: str) -> None:
    """Press the button that has the focus, with the enter key."""
    assert desk.page.locator(":focus").inner_text() == button
    with desk.page.expect_navigation():
        desk.page.keyboard.press("Enter")
    desk.looked_at()


def an_error_is_corrected(desk: Desk) -> None:
    desk.login("muster")
    desk.open("landkreis/journal?filter=zahlung+c%C3%B6lbe")
    desk.page.locator("tbody th a").first.click()
    desk.looked_at()
    desk.press("link", "Stornieren")
    desk.fill(grund="")
    desk.press("button", "Vorschau", exact=True)
    assert desk.says("Bitte sehen Sie noch einmal hin")
    assert desk.page.locator("[aria-invalid=true]").count() == 1
    desk.do("Jetzt buchen", grund="gehört zum anderen Jahr")
    desk.open("landkreis/zahlungsabgleich")
    desk.press("link", "Vorschlag annehmen")
    desk.do("Jetzt buchen")
    assert desk.says("Geschrieben")


def the_town_takes_the_demand(desk: Desk, folder: Path) -> None:
    [pdf] = (folder / "landkreis" / "documents").glob("*.pdf")
    desk.open("biedenkopf/posteingang")
    desk.press("link", "Dateien ablegen")
    files = [folder / "uploads" / "biedenkopf-2024-03.xml", pdf]
    desk.page.locator("[name=dateien]").set_input_files(files)
    desk.press("button", "Dateien ansehen und ablegen")
    desk.open("biedenkopf/posteingang")
    desk.press("link", "Monatslauf 2024-03")
    desk.do("Lauf ausführen")
    desk.open("biedenkopf/tun/monat-oeffnen?monat=2024-04")
    desk.do("Öffnen")
    desk.open("biedenkopf/posteingang")
    desk.press("link", "E-Rechnungen buchen")
    desk.fill(dateien=f"inbox/{pdf.name}")
    desk.press("button", "Vorschau", exact=True)
    desk.press("button", "Vorlegen")
    desk.login("beispiel")
    desk.open("biedenkopf/")
    desk.press("link", "E-Rechnungen buchen (")
    desk.press("button", "Jetzt anordnen")
    assert desk.says("Geschrieben")


def the_treasury_pays(desk: Desk, folder: Path) -> None:
    desk.login("kasse")
    desk.open("biedenkopf/posten")
    desk.press("link", "Zahlungslauf")
    desk.press("button", "Vorschau", exact=True)
    if desk.says("nichts fällig"):
        return
    desk.press("button", "Vorlegen")
    desk.login("buch")
    desk.open("biedenkopf/")
    desk.press("link", "Zahlungslauf (")
    desk.press("button", "Jetzt freigeben")
    with desk.page.expect_download() as download:
        desk.page.get_by_role("link", name="zahlungen/").click()
    assert download.value.suggested_filename.endswith(".xml")


def a_month_is_closed(desk: Desk) -> None:
    desk.login("muster")
    desk.open("biedenkopf/monate")
    desk.press("link", "Abschließen")
    desk.fill(monat="10/2023")
    desk.press("button", "Vorschau", exact=True)
    desk.press("button", "Jetzt abschließen")
    assert desk.says("SHA-256 des Nachweises")
    desk.open("biedenkopf/monate")
    assert desk.says("abgeschlossen")


def test_two_tabs_confirm_once(desk: Desk) -> None:
    desk.login("muster")
    context = desk.page.context
    tabs = [context.new_page(), context.new_page()]
    for tab in tabs:
        tab.goto(f"{desk.address}/landkreis/tun/ansatz?jahr=2024&betrag=100,00&art=nachtrag&grund=Probe")
        tab.get_by_role("button", name="Vorschau").click()
    for tab, sentence in zip(tabs, ("Geschrieben", "Das Buch hat sich geändert"), strict=True):
        tab.get_by_role("button", name="Jetzt eintragen").click()
        assert sentence in tab.locator("main").inner_text()
        tab.close()


def test_a_long_text_arrives_as_it_was_typed(desk: Desk, folder: Path) -> None:
    """Lines of a textarea, through the preview's hidden field, to the file."""
    desk.login("muster")
    desk.open("landkreis/tun/einstellungen")
    file = folder / "landkreis" / "book.toml"
    text = file.read_text("utf-8")
    changed = text.replace("unclear_days_max = 60", "unclear_days_max = 50")
    desk.page.locator("[name=text]").fill(changed)
    desk.press("button", "Vorschau", exact=True)
    assert file.read_text("utf-8") == text
    desk.press("button", "Jetzt schreiben")
    assert file.read_text("utf-8") == changed


@pytest.mark.parametrize("name", ["posteingang", "zahlungsabgleich", "tun/stornieren", "tun/stunden"])
def test_pictures_of_acts(desk: Desk, name: str) -> None:
    desk.login("muster")
    desk.open(f"landkreis/{name}")
    folder = Path(__file__).resolve().parents[2] / "build" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    picture = folder / f"arbeitsplatz-{name.replace('/', '-')}.png"
    desk.page.screenshot(path=picture, full_page=True)
    assert picture.stat().st_size > 10_000
