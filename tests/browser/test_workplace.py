"""The workplace in a real browser: no script, no violation by axe, by keyboard, dark, narrow, printed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.conftest import server_process
from tests.samples import sample_books

PAGES = (
    "", "posteingang", "anteile", "anteile/biedenkopf/2024", "posten", "posten/kkd-2024-biedenkopf-1",
    "zahlungsabgleich", "haushalt", "haushalt/2024", "vereinbarung", "beteiligte", "beteiligte/biedenkopf", "journal",
    "buchung/2024-000001", "monate", "feststellungen", "suche?q=biedenkopf", "gibt-es-nicht",
)  # fmt: skip


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = sample_books(tmp_path_factory.mktemp("workplace"))
    shutil.rmtree(folder / "landkreis" / "inbox", ignore_errors=True)
    with server_process(folder / "landkreis", folder / "biedenkopf", log=folder / "serve.log") as served:
        yield f"{served}/kkd"


@pytest.fixture(params=["light", "dark"])
def themed(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(locale="de-DE", color_scheme=request.param, java_script_enabled=True)
    yield context.new_page()
    context.close()


def test_axe_finds_nothing_on_any_page(themed: Page, address: str) -> None:
    """WCAG 2.2 A and AA, and what axe calls good practice."""
    found = {}
    for name in (
        PAGES if themed.evaluate("!matchMedia('(prefers-color-scheme: dark)').matches") else PAGES[:5]
    ):
        themed.goto(f"{address}/landkreis/{name}")
        results = Axe().run(themed)
        if results.violations_count:
            found[name] = results.generate_report()
    assert not found, "\n".join(f"{name}: {report}" for name, report in found.items())


def test_every_page_works_without_script(browser: Browser, address: str) -> None:
    context = browser.new_context(locale="de-DE", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/landkreis/")
    page.get_by_role("link", name="Anteile").click()
    page.get_by_role("link", name="8.869,25").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Biedenkopf, Stadt, Leistungsjahr 2022"
    page.get_by_role("searchbox").fill("15.555,30")
    page.get_by_role("button", name="Suchen").click()
    assert page.get_by_role("row", name="Biedenkopf").count() >= 1
    context.close()


def test_the_keyboard_leads_through(page: Page, address: str) -> None:
    page.goto(f"{address}/landkreis/posten")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Zum Inhalt"
    page.keyboard.press("Enter")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.locator(":focus").inner_text() == "Fällig":
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**sort=faellig")
    assert page.locator("th[aria-sort=ascending]").inner_text() == "Fällig"


@pytest.mark.parametrize("name", ["", "anteile", "posten", "journal"])
def test_a_narrow_screen_scrolls_tables_only(browser: Browser, address: str, name: str) -> None:
    context = browser.new_context(locale="de-DE", viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(f"{address}/landkreis/{name}")
    wide = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert wide <= 360


def test_nothing_comes_from_elsewhere(page: Page, address: str) -> None:
    asked: list[str] = []
    wrong: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: wrong.append(message.text))
    page.goto(f"{address}/landkreis/anteile")
    assert asked
    assert all(url.startswith(address) for url in asked)
    assert not wrong


@pytest.mark.parametrize("name", ["anteile", "posten", "anteile/biedenkopf/2024", "journal"])
def test_pictures_for_people(page: Page, address: str, screenshot: Callable[[str], Path], name: str) -> None:
    page.goto(f"{address}/landkreis/{name}")
    assert screenshot(f"arbeitsplatz-{name.replace('/', '-')}").stat().st_size > 10_000
    page.emulate_media(media="print")
    assert not page.get_by_role("navigation", name="Seiten dieses Buchs").is_visible()
    screenshot(f"arbeitsplatz-{name.replace('/', '-')}-gedruckt")
