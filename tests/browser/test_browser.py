"""The browser itself: German, fresh, and with no way out of this machine."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page


def test_the_page_is_german_and_leaves_a_picture(page: Page, screenshot: Callable[[str], Path]) -> None:
    page.goto("data:text/html;charset=utf-8,<title>Prüfung</title><p id=betrag></p>")
    page.evaluate("document.getElementById('betrag').textContent = (21695.55).toLocaleString()")
    assert page.title() == "Prüfung"
    assert page.inner_text("#betrag") == "21.695,55"
    assert page.evaluate("navigator.language") == "de-DE"
    assert screenshot("browser").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize("address", ["http://example.invalid/", "http://192.0.2.1/"])
def test_the_browser_reaches_no_other_machine(page: Page, address: str) -> None:
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        page.goto(address)


def test_a_server_that_ends_is_told_with_its_words(served: Callable[..., str], tmp_path: Path) -> None:
    with pytest.raises(pytest.fail.Exception, match=r"kkd serve endet mit Status [1-9]\d*:\n.+"):
        served(tmp_path / "kein-buch")
