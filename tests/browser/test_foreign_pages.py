"""What a foreign page, a hostile address or a costly query can do to `kkd serve`: nothing."""

from __future__ import annotations

import http.client
import http.server
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import server_process
from tests.browser.test_pages import OURS, TOWN, asked
from tests.samples import sample_books, tree

BACK_S_MAX = 60
COSTLY = "/api/query?query_string=" + quote(
    "SELECT account WHERE grep('(a|a)*b', '" + "a" * 60 + "') = 'x'", safe=""
)


@contextmanager
def foreign_page(content: str) -> Iterator[str]:
    """A page of somebody else's, on another port of this computer (same site, other origin)."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(content.encode())

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the town's books, loaded."""
    folder = tmp_path_factory.mktemp("town")
    with server_process(sample_books(folder) / "biedenkopf", log=folder / "serve.log") as address:
        asked(address, "GET", "/")
        yield address


def test_a_foreign_page_reaches_nothing(tmp_path: Path, served: Callable[..., str], page: Page) -> None:
    books = sample_books(tmp_path / "books")
    victim = tmp_path / "protokoll.txt"
    victim.write_text("kostbar")
    before = tree(books)
    address = served(books / "biedenkopf")
    asked(address, "GET", "/")  # loaded
    output = quote(f".output {victim}", safe="")
    targets = [
        f"{address}/{quote(TOWN)}/api/query?query_string={output}",
        f"{address}/{quote(TOWN)}/{OURS}",
        f"{address}/static/app.js",
        f"{address}/kkd/fava.css",
        f"{address}/",
    ]
    content = "".join(
        f'<img src="{one}"><script src="{one}"></script><iframe src="{one}"></iframe>' for one in targets
    )
    requests: list[str] = []
    answers: list[int] = []
    page.on("request", lambda one: requests.append(one.url) if one.url.startswith(address) else None)
    page.on("response", lambda one: answers.append(one.status) if one.url.startswith(address) else None)
    with foreign_page(content + f'<a href="{targets[1]}">Bücher</a>') as foreign:
        page.goto(foreign, wait_until="networkidle")
        fetched = page.evaluate(
            "urls => Promise.all(urls.map(u => fetch(u, {mode: 'no-cors'}).then(r => r.type, () => 'refused')))",
            targets,
        )
        page.get_by_role("link").click()
        page.wait_for_load_state()
    assert len(requests) >= 4 * len(targets), "picture, script, frame and fetch of each were tried"
    assert set(answers) == {403}, "those whose answer the browser may look at"
    assert set(fetched) <= {"opaque", "refused"}
    assert "fremde Seite" in page.inner_text("body")
    assert tree(books) == before
    assert victim.read_text() == "kostbar"


def test_a_costly_query_ends_and_others_are_answered_meanwhile(town: str) -> None:
    asked(town, "GET", f"/{TOWN}/api/changed")
    found: list[tuple[int, str]] = []
    costly = [Thread(target=lambda: found.append(raw(town, COSTLY))) for _ in range(2)]
    for thread in costly:
        thread.start()
    assert asked(town, "GET", f"/{TOWN}/api/changed")[0] == 200
    assert not found, "before the costly ones end"
    for thread in costly:
        thread.join()
    assert [status for status, _ in found] == [503, 503]
    assert all("wurde beendet" in text for _, text in found)
    assert asked(town, "GET", f"/{TOWN}/{OURS}")[0] == 200


@pytest.mark.parametrize(
    "rest",
    [
        "/document/?filename=%00",
        "/api/journal_page?page=-1&order=desc",
        "/api/query?query_string=" + "SELECT%20date_add(date,%20" + "9" * 30 + ")",
        "/api/query?query_string=SELECT%20account%20LIMIT%20" + "9" * 20,
        "/api/query?query_string=SELECT%20" + "(" * 2000,
    ],
)
def test_what_fava_stumbles_over_is_refused_in_german_without_a_path(town: str, rest: str) -> None:
    status, text = raw(town, rest)
    assert status < 500
    assert "Traceback" not in text
    assert "/" + TOWN not in text.replace(quote(TOWN), "")
    assert status != 400 or "Die Bücher sind unberührt" in text or "success" in text


def raw(address: str, rest: str) -> tuple[int, str]:
    """Ask with a query that is encoded already."""
    where = urlsplit(address)
    connection = http.client.HTTPConnection(str(where.hostname), where.port, timeout=90)
    connection.request("GET", f"/{quote(TOWN)}{rest}")
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def test_head_is_get_without_a_body(town: str) -> None:
    assert asked(town, "HEAD", f"/{TOWN}/journal/") == (200, "")
    assert asked(town, "HEAD", "/nirgends/wo/") == (404, "")


def test_fava_that_is_killed_is_started_again(tmp_path: Path, served: Callable[..., str]) -> None:
    address = served(sample_books(tmp_path) / "biedenkopf")
    path = f"/{TOWN}/api/changed"
    assert asked(address, "GET", path)[0] == 200
    for process in processes("kkd_ledger.web.fava_process", str(tmp_path)):
        os.kill(process, signal.SIGKILL)
    deadline = time.monotonic() + BACK_S_MAX
    while asked(address, "GET", path)[0] != 200:
        assert time.monotonic() < deadline, "Fava does not come back"
        time.sleep(0.1)


def processes(*words: str) -> list[int]:
    """Return the ids of the processes whose command line has all these words."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_text()
        except OSError:
            continue
        if all(word in command for word in words):
            found.append(int(folder.name))
    return found


def test_nothing_is_left_running_when_serve_is_killed(tmp_path: Path, served: Callable[..., str]) -> None:
    address = served(sample_books(tmp_path) / "biedenkopf")
    assert asked(address, "GET", f"/{TOWN}/api/changed")[0] == 200
    (server,) = processes("kkd_ledger.cli", "serve", str(tmp_path))
    assert len(processes("kkd_ledger.web.fava_process", str(tmp_path))) == 1
    os.kill(server, signal.SIGKILL)
    deadline = time.monotonic() + BACK_S_MAX
    while processes("kkd_ledger.web.fava_process", str(tmp_path)):
        assert time.monotonic() < deadline
        time.sleep(0.1)
