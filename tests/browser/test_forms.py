"""Each form in each of its states, as axe and people see it: empty, wrong, previewed, done; dark, narrow, printed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from kkd_ledger.cli import main
from kkd_ledger.persons.register import FOLDER_VARIABLE, Register
from kkd_ledger.web.access.passwords import Passwords
from kkd_ledger.web.workplace.acts import ACTS
from tests.browser.conftest import SCREENSHOTS, server_process
from tests.samples import sample_books

PASSWORD = "drei blaue Dächer"
DAY = "2024-04-30"
WRONG = {
    "grund": "",
    "anordnung": "",
    "betrag": "viel",
    "tag": "gestern",
    "monat": "Brumaire",
    "jahr": "MMXXIV",
    "bis": "bald",
}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = sample_books(tmp_path_factory.mktemp("forms"))
    main(["month", str(folder / "landkreis"), "2024-03", "--today", "2024-03-31"])
    main(["open", str(folder / "landkreis"), "2024-04", "--today", DAY])
    register = Register(folder / "persons")
    for login, name in {"muster": "S. Muster", "kasse": "K. Kasse"}.items():
        register.add(login, name)
        Passwords(register).put(login, PASSWORD)
    persons = {FOLDER_VARIABLE: str(folder / "persons")}
    books, log = (folder / "landkreis", folder / "biedenkopf"), folder / "serve.log"
    with server_process(*books, log=log, words=("--today", DAY), environment=persons) as served:
        yield f"{served}/kkd"


@pytest.fixture(scope="module", params=["light-1280", "dark-360"])
def page(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    scheme, _, width = request.param.partition("-")
    context = browser.new_context(
        locale="de-DE", color_scheme=scheme, viewport={"width": int(width), "height": 900}
    )
    page = context.new_page()
    login(page, address, "muster")
    yield page
    context.close()


def login(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/anmelden")
    page.get_by_label("Anmeldename").fill(name)
    page.get_by_label("Kennwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden", exact=True).click()
    page.wait_for_load_state()


def violations(page: Page) -> str:
    """Return what axe finds, and whether the page is wider than the window."""
    results = Axe().run(page)
    found = results.generate_report() if results.violations_count else ""
    wide, window = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    return found + (f"{wide} px in {window} px" if wide > window else "")


def picture(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    width = page.viewport_size["width"] if page.viewport_size else 0
    page.screenshot(path=SCREENSHOTS / f"formular-{name}-{width}.png", full_page=True)


def test_every_form_empty_and_wrong(page: Page, address: str) -> None:
    found = {}
    for act in ACTS:
        page.goto(f"{address}/landkreis/tun/{act.key}")
        if not page.locator("main form").count():
            continue
        if words := violations(page):
            found[act.key] = words
        if act.key in {
            "zuordnen",
            "stunden",
            "abschliessen",
            "neue-vereinbarung",
            "kontakt",
            "anforderungen",
        }:
            picture(page, act.key)
        if act.has_upload:
            continue
        for name, text in WRONG.items():
            fields = page.locator(f"main input[name={name}]:not([type=radio]):not([type=checkbox])")
            if fields.count():
                fields.first.fill(text)
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_load_state()
        if words := violations(page):
            found[f"{act.key}, falsch"] = words
    assert not found, "\n".join(f"{name}: {words}" for name, words in found.items())


STEPS = {
    "zuordnen": {"nr": "Unbekannt GmbH", "posten": "gladenbach", "grund": "Rückfrage"},
    "anforderungen": {"jahr": "2024"},
    "erinnern": {"stichtag": "31.03.2024"},
    "abschliessen": {"monat": "10/2023", "bis": "12/2023"},
}


@pytest.mark.parametrize("act", STEPS)
def test_previews_look_like_documents(page: Page, address: str, act: str) -> None:
    page.goto(f"{address}/landkreis/tun/{act}")
    for name, text in STEPS[act].items():
        page.locator(f"main input[name={name}]:not([type=radio]):not([type=checkbox])").first.fill(text)
    for radio in page.locator("main input[type=radio]:checked").all():
        radio.evaluate("radio => { radio.checked = false }")
    page.get_by_role("button", name="Vorschau", exact=True).click()
    page.wait_for_load_state()
    assert page.get_by_text("Prüfsumme des Gesehenen").count(), page.locator("main").inner_text()
    picture(page, f"{act}-vorschau")
    assert not violations(page)
    page.emulate_media(media="print")
    picture(page, f"{act}-vorschau-gedruckt")
    page.emulate_media(media="screen")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "zahlungsabgleich",
        "abstimmung/biedenkopf",
        "planung",
        "beteiligte/coelbe",
        "vereinbarung",
        "tun/gibt-es-nicht",
    ],
)
def test_pages_around_the_forms(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/landkreis/{name}")
    picture(page, f"seite-{name.replace('/', '-') or 'heute'}")
    assert not violations(page)


def test_the_head_is_low_on_a_phone(page: Page, address: str) -> None:
    page.goto(f"{address}/landkreis/")
    height = page.locator("header").evaluate("header => header.getBoundingClientRect().height")
    assert height <= 240, f"{height} px"
