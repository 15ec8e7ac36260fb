"""The pictures of README and handbook: a clerk's spring at the county's desk, as it is; none is touched up.

Each is taken where the words beside it in the handbook lead, and only when what they say stands on the page.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, Page, expect

from kkd_ledger.cli import main
from kkd_ledger.persons.register import FOLDER_VARIABLE, Register
from kkd_ledger.web.access.passwords import Passwords
from ledgers.demo import add_onlookers
from tests.browser.conftest import SCREENSHOTS, server_process
from tests.samples import replace_once, sample_books

PASSWORD = "drei blaue Dächer"
LOGINS = {
    "muster": "S. Muster",
    "beispiel": "L. Beispiel",
    "kasse": "K. Kasse",
    "buch": "B. Buch",
    "pruefung": "P. Prüfung",
    "verwaltung": "V. Verwaltung",
}
TODAY = "2024-05-02"
REFERENCE = (
    "<RmtInf><Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp>"
    "<Ref>RF07KKD2024065340061</Ref></CdtrRefInf></Strd></RmtInf>"
)
TYPED = "<RmtInf><Ustrd>Gemeinde Cölbe, Kostenbeteiligung KKD 2024</Ustrd></RmtInf>"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Both books after March, with a payment that somebody else made; April waits in the inbox."""
    folder = sample_books(tmp_path_factory.mktemp("pictures"))
    statement = folder / "landkreis" / "inbox" / "2024-03.xml"
    replace_once(statement, REFERENCE, TYPED)
    replace_once(statement, "DE83999999990065340060", "DE89370400440532013000")
    replace_once(statement, "<Nm>Cölbe</Nm>", "<Nm>Kassenverbund Lahn</Nm>")
    for name in ("landkreis", "biedenkopf"):
        add_onlookers(folder / name)
        book = str(folder / name)
        assert (
            main(["confirm", book, "--by", "S. Muster", "--and", "L. Beispiel", "--today", "2024-02-29"]) == 0
        )
        assert main(["month", book, "2024-03", "--today", "2024-04-02"]) in (0, 1)
    register = Register(folder / "persons")
    passwords = Passwords(register, PasswordHasher(1, 8, 1))
    for login, name in LOGINS.items():
        register.add(login, name)
        passwords.put(login, PASSWORD)
    os.environ[FOLDER_VARIABLE] = str(folder / "persons")
    books = folder / "landkreis", folder / "biedenkopf"
    try:
        with server_process(*books, log=folder / "serve.log", words=("--today", TODAY)) as served:
            yield f"{served}/kkd"
    finally:
        del os.environ[FOLDER_VARIABLE]


def log_in(page: Page, address: str, login: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{address}/anmelden")
    page.get_by_label("Anmeldename").fill(login)
    page.get_by_label("Kennwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden", exact=True).click()
    expect(page.get_by_text(f"Angemeldet: {LOGINS[login]}")).to_be_visible()


def kept(page: Page, name: str, *said: str, height: int = 800, width: int = 1100) -> None:
    """Keep what a screen of this size shows, once the page says `said`."""
    for text in said:
        expect(page.locator("main")).to_contain_text(text)
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    picture = SCREENSHOTS / f"{name}.png"
    page.screenshot(path=picture)
    assert picture.stat().st_size > 10_000


def press(page: Page, role: str, name: str) -> None:
    page.get_by_role(role, name=name, exact=True).first.click()  # type: ignore[arg-type]
    page.wait_for_load_state()


def test_the_pictures_of_the_handbook(browser: Browser, address: str) -> None:
    context = browser.new_context(locale="de-DE", timezone_id="Europe/Berlin", color_scheme="light")
    page = context.new_page()
    county = f"{address}/landkreis"
    page.goto(f"{address}/anmelden")
    kept(page, "anmelden", "Anmeldename", "Mit Passkey anmelden", height=580)
    log_in(page, address, "muster")
    page.goto(f"{county}/posteingang")
    kept(page, "posteingang", "2024-04.xml", "wird gebucht", height=620)
    page.goto(f"{county}/anteile")
    kept(page, "anteile", "189.593,40 EUR")
    page.goto(f"{county}/zahlungsabgleich")
    kept(page, "zahlungsabgleich", "vielleicht kkd-2024-coelbe-1", height=850)
    press(page, "link", "Vorschlag annehmen: kkd-2024-coelbe-1")
    page.locator("main [name=grund]").fill("Anruf am 02.05.: Der Kassenverbund zahlt für Cölbe")
    kept(page, "formular", "Die Vorschau schreibt nichts", height=1050)
    press(page, "button", "Vorschau")
    kept(page, "vorschau", "Gebucht würde", "Noch ist nichts geschrieben")
    press(page, "button", "Jetzt buchen")
    kept(page, "erledigt", "Geschrieben", "Rückgängig machen", height=1000)
    page.goto(f"{county}/posten")
    kept(page, "offene-posten", "kkd-2024-lohra-1", width=360)
    order = "Antrag der Gemeinde vom 02.04.2024"
    page.goto(f"{county}/tun/stunden?posten=kkd-2024-lohra-1&art=stundung&bis=30.06.2024&anordnung={order}")
    press(page, "button", "Vorschau")
    press(page, "button", "Vorlegen")
    log_in(page, address, "beispiel")
    page.goto(f"{county}/")
    kept(page, "heute", "wartet auf Sie", "Stundung bis 30.06.2024", height=850)
    log_in(page, address, "verwaltung")
    page.goto(f"{address}/verwaltung/")
    kept(page, "verwaltung", "Wer sich anmelden darf", height=760)
    context.close()
