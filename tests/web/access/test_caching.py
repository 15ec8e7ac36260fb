"""What a browser may keep: the files of the look, asked for anew each time; nothing of a book."""

from __future__ import annotations

from pathlib import Path

from tests.web.access.conftest import House

LOOK = "/kkd/static/workplace.css"


def test_the_look_is_kept_and_asked_for_anew_and_pages_are_not_kept(tmp_path: Path) -> None:
    house = House(tmp_path, tmp_path / "anlage")
    browser = house.browser()
    look = browser.get(LOOK)
    assert (look.status_code, look.headers.getlist("Cache-Control")) == (200, ["no-cache, max-age=0"])
    assert browser.get(LOOK, headers={"If-None-Match": look.headers["ETag"]}).status_code == 304
    assert browser.get("/kkd/").headers.getlist("Cache-Control") == ["no-store"]
