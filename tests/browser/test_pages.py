"""What a treasurer sees: our page in Fava, in a real browser, over the sample books as they are and as they change."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pytest
from playwright.sync_api import Page, expect

from kkd_ledger.book.config import load_book
from kkd_ledger.cli import main
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.month.month import run_month
from tests.browser.conftest import server_process
from tests.samples import replace_once, sample_books, tree

TOWN, COUNTY = "kkd-bücher-der-stadt-biedenkopf", "kkd-bücher-des-landkreises"
OURS = "extension/Kostenbeteiligungen/"
# contrast of every text on our page with what lies behind it, as WCAG 2.1 reckons it (1.4.3: at least 4.5)
CONTRASTS = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = colour => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const light = colour => {
    const [r, g, b] = [...rgba(colour)].map(c => c / 255)
      .map(c => c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const behind = element => {
    for (let one = element; one; one = one.parentElement) {
      const colour = getComputedStyle(one).backgroundColor;
      if (rgba(colour)[3] === 255) return colour;
    }
    return 'white';
  };
  return [...document.querySelectorAll('.kkd *')]
    .filter(one => [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
    .filter(one => one.tagName !== 'STYLE')
    .map(one => {
      const [high, low] = [light(getComputedStyle(one).color), light(behind(one))].sort((a, b) => b - a);
      return [(high + .05) / (low + .05), one.textContent.trim().slice(0, 40)];
    });
}"""


@pytest.fixture(scope="module")
def april(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of both books as they are after the runs of March and April 2024."""
    folder = sample_books(tmp_path_factory.mktemp("april"))
    for book in (folder / "biedenkopf", folder / "landkreis"):
        for month in ("2024-03", "2024-04"):
            run_month(load_book(book), BookingMonth.parse(month), today=dt.date(2024, 4, 30))
    log = folder / "serve.log"
    with server_process(folder / "biedenkopf", folder / "landkreis", log=log) as address:
        for name in (TOWN, COUNTY):
            assert asked(address, "GET", f"/{name}/{OURS}")[0] == 200, (
                "loaded, so that no page says it is loading"
            )
        yield address


def shares(page: Page, party: str) -> list[str]:
    """The cells of a party's row: amount and status, in one line each."""
    cells = page.locator(f'#kostenbeteiligungen tr[data-party="{party}"] td')
    return [" ".join(text.split()) for text in cells.all_inner_texts()]


def test_fava_opens_on_our_page_in_german(april: str, page: Page, screenshot: Callable[[str], Path]) -> None:
    page.goto(april)
    assert unquote(urlsplit(page.url).path) == f"/{TOWN}/{OURS}"
    assert page.get_attribute("html", "lang") == "de"
    expect(page.locator("aside a.selected")).to_have_text("Kostenbeteiligungen")
    expect(page.locator("aside")).to_contain_text("Bilanz")
    assert page.locator("#kostenbeteiligungen thead th").all_inner_texts() == [
        "Beteiligte", "Leistungsjahr 2022", "Leistungsjahr 2023", "Leistungsjahr 2024",
    ]  # fmt: skip
    assert page.locator("#kostenbeteiligungen tbody tr").count() == 1
    assert shares(page, "biedenkopf") == ["8.869,25 bezahlt", "12.826,30 bezahlt", "15.555,30 bezahlt"]
    budget = [" ".join(text.split()) for text in page.locator("#budget tbody tr").all_inner_texts()]
    assert budget == [
        "2023 8.869,25 für 2022 + 12.826,30 für 2023 22.000,00 22.000,00 0,00 21.695,55 21.695,55 304,45",
        "2024 15.555,30 für 2024 16.000,00 16.000,00 0,00 15.555,30 15.555,30 444,70",
    ]
    page.set_viewport_size({"width": 1280, "height": 740})
    assert screenshot("kostenbeteiligungen").stat().st_size > 20_000


def test_a_member_reads_how_its_share_came_about(april: str, page: Page) -> None:
    page.goto(f"{april}/{TOWN}/{OURS}")
    opened = page.locator("details[open]")
    assert opened.locator("summary").inner_text() == "Leistungsjahr 2024: 15.555,30 EUR"
    assert [text.rpartition(": ")[2] for text in opened.locator("li").all_inner_texts()] == [
        "13.645 Einwohner × 0,65 EUR = 8.869,25 EUR",
        "13.645 Einwohner × 0,29 EUR = 3.957,05 EUR",
        "13.645 Einwohner × 0,20 EUR = 2.729,00 EUR",
    ]
    assert "VL-100/2023 vom 28.09.2023" in opened.inner_text()


def test_the_county_sees_all_nineteen_and_the_sums(
    april: str, page: Page, screenshot: Callable[[str], Path]
) -> None:
    page.goto(f"{april}/{COUNTY}/{OURS}")
    assert page.locator("#kostenbeteiligungen tbody tr").count() == 19
    assert shares(page, "biedenkopf") == ["8.869,25 bezahlt", "12.826,30 bezahlt", "15.555,30 bezahlt"]
    assert shares(page, "kirchhain") == ["10.700,30 bezahlt", "15.474,28 bezahlt", "18.766,68 bezahlt"]
    sums = page.locator("#kostenbeteiligungen tfoot td").all_inner_texts()
    assert [text.split() for text in sums] == [
        ["108.101,50", "nichts", "offen"], ["156.331,40", "nichts", "offen"], ["189.593,40", "nichts", "offen"],
    ]  # fmt: skip
    suspense = [row.split("\t") for row in page.locator("#unclear tbody tr").all_inner_texts()]
    assert [(row[1], row[2], *(cell.strip() for cell in row[-2:])) for row in suspense] == [
        ("12.03.2024", "Kirchhain, Stadt", "18.766,68", ""),
        ("20.03.2024", "Unbekannt GmbH", "250,00", ""),
    ]
    page.set_viewport_size({"width": 1280, "height": 1300})
    screenshot("landkreis")


def test_no_year_is_cut_off_by_a_long_standing(april: str, page: Page) -> None:
    """Three service years, each with the longest words that a cell can have, in a window of the usual width."""
    page.set_viewport_size({"width": 1400, "height": 900})
    page.goto(f"{april}/{COUNTY}/{OURS}")
    words = "vorbehaltlich, vereinbart 61.643,81, davon warten 61.643,81 auf einen Beschluss"
    page.evaluate(
        "text => document.querySelectorAll('.kkd .status').forEach(one => one.textContent = text)", words
    )
    fits = (
        "Array.from(document.querySelectorAll('.kkd .wide')).map(one => one.scrollWidth <= one.clientWidth)"
    )
    assert all(page.evaluate(fits))


def test_an_amount_leads_to_its_entries(april: str, page: Page) -> None:
    page.goto(f"{april}/{COUNTY}/{OURS}")
    page.locator('tr[data-party="biedenkopf"] td[data-year="2023"] a').click()
    journal = page.locator("article")
    expect(journal).to_contain_text("Kostenbeteiligung 2023")
    expect(journal).to_contain_text("KKD2023065340041")
    expect(journal).not_to_contain_text("Kostenbeteiligung 2024")


def test_fava_itself_gives_the_sums_of_the_budget_line(
    april: str, page: Page, screenshot: Callable[[str], Path]
) -> None:
    page.goto(f"{april}/{TOWN}/income_statement/?time=2023")
    line = page.locator("li", has=page.get_by_role("link", name="010102-Zentrale-Dienste", exact=True)).last
    expect(line).to_contain_text("21.695,55")
    expect(line).to_contain_text("8.869,25")
    expect(line).to_contain_text("12.826,30")
    screenshot("ergebnis-2023")
    query = "SELECT year, sum(position) WHERE account ~ ':010102-' GROUP BY year ORDER BY year"
    page.goto(f"{april}/{TOWN}/query/?query_string={quote(query)}")
    cells = page.locator("article table tbody td")
    expect(cells).to_have_text(["2023", "21.695,55 EUR", "2024", "15.555,30 EUR"])


def test_income_stands_without_a_minus_sign(april: str, page: Page) -> None:
    page.goto(f"{april}/{COUNTY}/income_statement/?time=2023")
    line = page.locator("li", has=page.get_by_role("link", name="010105-Digitalisierung", exact=True)).first
    expect(line).to_contain_text("264.432,90")
    assert "-264.432,90" not in line.inner_text()


def test_a_payment_and_a_changed_cent_show_after_a_reload(
    tmp_path: Path, served: Callable[..., str], page: Page, screenshot: Callable[[str], Path]
) -> None:
    book = sample_books(tmp_path) / "biedenkopf"
    page.goto(f"{served(book)}/{TOWN}/{OURS}")
    cell = page.locator('tr[data-party="biedenkopf"] td[data-year="2024"]')
    expect(cell).to_have_text(re.compile(r"15\.555,30\s+offen, fällig 15\.03\.2024"))
    expect(page.locator("#feststellungen")).to_contain_text("Keine")
    screenshot("vor-der-zahlung")

    statement = str(book / "inbox" / "2024-03.xml")
    assert main(["import", str(book), statement, "--today", "2024-03-31"]) == 0
    page.reload()
    expect(cell).to_have_text(re.compile(r"15\.555,30\s+bezahlt"))
    expect(page.locator("caption").first).to_contain_text("Stand 31.03.2024")

    ledger = book / "2023" / "2023-10.beancount"
    replace_once(ledger, " 12826.30 EUR", " 12826.31 EUR")
    replace_once(ledger, "-12826.30 EUR", "-12826.31 EUR")
    page.reload()
    cell = page.locator('tr[data-party="biedenkopf"] td[data-year="2023"]')
    expect(cell).to_have_text(re.compile(r"12\.826,31\s+weicht ab, vereinbart 12\.826,30"))
    found = [text.splitlines() for text in page.locator("#feststellungen li").all_inner_texts()]
    assert found[0][1].startswith("KKD-Z10 (fehler) Akt 2: "), "somebody acted on what was changed"
    [(title, differs, remedy)] = [lines for lines in found if lines[1].startswith("KKD-A01")]
    assert title == "Betrag weicht von der Vereinbarung ab"
    assert remedy.startswith("Zu tun: ")
    assert differs.startswith(
        "KKD-A01 (fehler) Biedenkopf, Stadt, Leistungsjahr 2023: gebucht 12.826,31 EUR, vereinbart 12.826,30 EUR"
    )
    assert re.search(r"\(2023/2023-10\.beancount, Zeile \d+\)$", differs)
    badge = page.locator("aside .bubble.error")
    expect(badge).to_have_text(str(len(found)))
    screenshot("ein-cent-zu-viel")


def test_a_book_that_becomes_unreadable_says_why(
    tmp_path: Path, served: Callable[..., str], page: Page
) -> None:
    book = sample_books(tmp_path) / "biedenkopf"
    page.goto(f"{served(book)}/{TOWN}/{OURS}")
    replace_once(book / "book.toml", 'party = "biedenkopf"', 'party = "niemand"')
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("lässt sich nicht darstellen")
    expect(page.get_by_role("alert")).to_contain_text("gefunden: 'niemand'; erlaubt: ein Beteiligter")
    replace_once(book / "book.toml", 'party = "niemand"', 'party = "biedenkopf"')
    page.reload()
    expect(page.locator("#kostenbeteiligungen")).to_be_visible()


def asked(address: str, method: str, path: str, host: str = "") -> tuple[int, str]:
    """Send one request as any program on this computer could, and return status and answer."""
    where = urlsplit(address)
    connection = http.client.HTTPConnection(str(where.hostname), where.port, timeout=90)
    body = json.dumps({"file_path": "main.beancount", "source": "", "sha256sum": ""})
    headers = {"Host": host or where.netloc, "Content-Type": "application/json"}
    connection.request(method, quote(path), body, headers)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def test_nobody_writes_through_the_page(tmp_path: Path, served: Callable[..., str]) -> None:
    books = sample_books(tmp_path / "books")
    before = tree(books)
    address = served(books / "biedenkopf")
    for method, path in (
        ("PUT", f"/{TOWN}/api/source"),
        ("PUT", f"/{TOWN}/api/add_entries"),
        ("POST", f"/{TOWN}/{OURS}"),
        ("DELETE", f"/{TOWN}/api/document"),
        ("PATCH", "/"),
    ):
        assert asked(address, method, path) == (405, "Nur zum Lesen: Buchungen macht `kkd`.\n")
    assert tree(books) == before


@pytest.mark.parametrize(
    "host",
    ["buecher.example", "127.0.0.1.example:80", "[::1]", "localhost.example", "localhost:80@a.example"],
)
def test_foreign_names_get_no_answer(april: str, host: str) -> None:
    status, text = asked(april, "GET", "/", host)
    assert (status, text) == (400, "Nur unter 127.0.0.1 oder localhost erreichbar.\n")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_everybody_can_read_the_page(
    april: str, page: Page, screenshot: Callable[[str], Path], width: int, scheme: str
) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{april}/{COUNTY}/{OURS}")
    expect(page.locator("aside")).to_contain_text("Bilanz")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    poor = [(ratio, text) for ratio, text in page.evaluate(CONTRASTS) if ratio < 4.5]
    assert poor == []
    for table in page.locator(".kkd table").all():
        assert table.locator("caption").inner_text().strip()
        assert table.locator("th:not([scope])").count() == 0
        region = table.locator("xpath=..")
        assert (region.get_attribute("role"), region.get_attribute("tabindex")) == ("region", "0")
    screenshot(f"landkreis-{width}-{scheme}")


def test_the_page_loads_nothing_from_elsewhere_and_breaks_no_rule_of_its_own(april: str, page: Page) -> None:
    asked_for: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked_for.append(request.url))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for path in (OURS, "income_statement/", "journal/", "documents/", "errors/", "statistics/", "query/"):
        page.goto(f"{april}/{TOWN}/{path}")
        expect(page.locator("aside")).to_contain_text("Bilanz")
    assert {urlsplit(url).netloc for url in asked_for if not url.startswith("data:")} == {
        urlsplit(april).netloc
    }
    assert complaints == []
