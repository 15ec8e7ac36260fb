"""A process for each book, in which Fava runs: who answers what, and what is said where nobody answers."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from kkd_ledger.book.config import load_book
from kkd_ledger.web import fava_client
from kkd_ledger.web.book_addresses import TAKEN, apart, slug
from kkd_ledger.web.fava_client import Answer, FavaBook, FavaBooks, Silence
from kkd_ledger.web.fava_process import OUT_OF_MEMORY
from kkd_ledger.web.fava_site import FavaSite
from tests.samples import sample_books
from tests.web.access.conftest import House

HTML = "text/html,application/xhtml+xml"


@pytest.mark.parametrize(
    ("texts", "names"),
    [
        (["KKD – Bücher der Stadt"], ("kkd-bücher-der-stadt",)),
        (["Amt", "amt", "AMT!"], ("amt", "amt-2", "amt-3")),
        (["kkd", "Static", "..."], ("kkd-2", "static-2", "buch")),
        (["Anmelden", "Verwaltung"], ("anmelden-2", "verwaltung-2")),
        ([], ()),
    ],
)
def test_every_book_has_an_address_of_its_own(texts: list[str], names: tuple[str, ...]) -> None:
    assert apart(texts) == names


def test_a_name_is_formed_as_fava_forms_it() -> None:
    from fava.util import slugify

    for text in ("KKD – Bücher des Landkreises", "a/b  c--d", "Straße 5 (neu)", "\ufb01x"):
        assert slug(text) == slugify(text)


def test_no_book_takes_an_address_of_ours(tmp_path: Path) -> None:
    house = House(sample_books(tmp_path / "books"), tmp_path / "persons", "biedenkopf")
    ours = {
        str(rule).split("/")[2]
        for rule in house.workplace.app.url_map.iter_rules()
        if str(rule).count("/") > 1
    }
    assert ours - {"", "<book>"} <= TAKEN


class FakeBooks:
    """Answers what a test says."""

    names = ("amt", "stadt")

    def __init__(self, reply: Answer | Silence) -> None:
        self.reply = reply
        self.asked: list[tuple[str, str, int]] = []

    def ask(self, name: str, target: str, headers: object, patience_s: int) -> Answer | Silence | None:
        self.asked.append((name, target, patience_s))
        return self.reply if name in self.names else None


def site(reply: Answer | Silence) -> tuple[FavaSite, FakeBooks]:
    books = FakeBooks(reply)
    return FavaSite(books), books  # type: ignore[arg-type]


def asking(path: str, **headers: str) -> dict[str, Any]:
    return {"PATH_INFO": path.encode().decode("latin-1"), "QUERY_STRING": "", "HTTP_ACCEPT": HTML} | headers


@pytest.mark.parametrize(
    ("path", "referer", "name"),
    [
        ("/", "", "amt"),
        ("/stadt/journal/", "", "stadt"),
        ("/jump", "http://localhost/stadt/journal/", "stadt"),
        ("/jump", "http://localhost/fremd/", "amt"),
        ("/jump", "http://[", "amt"),
    ],
)
def test_who_is_asked(path: str, referer: str, name: str) -> None:
    fava, books = site(Answer("200 OK", (("Content-Length", "2"), ("X", "y")), b"ja"))
    assert fava.answer(asking(path, HTTP_REFERER=referer)) == ("200 OK", [("X", "y")], b"ja")
    assert [asked[0] for asked in books.asked] == [name]


def test_a_book_that_is_not_shown_is_told() -> None:
    status, _, body = site(Silence.ENDED)[0].answer(asking("/fremd/journal/"))
    assert (status, body.decode()) == (
        "404 Not Found",
        "Dieses Buch gibt es hier nicht; vielleicht heißt es inzwischen anders.\n",
    )


@pytest.mark.parametrize("silence", Silence)
def test_where_fava_is_silent_a_german_page_leads_on(silence: Silence) -> None:
    status, headers, body = site(silence)[0].answer(asking("/stadt/journal/"))
    page, named = body.decode(), dict(headers)
    assert status == "503 Service Unavailable"
    assert named["Content-Type"] == "text/html; charset=utf-8"
    assert '<a class="kern-link" href="/stadt/journal/">Noch einmal versuchen</a>' in page
    assert 'href="/kkd/"' in page
    assert ("Refresh" in named) == (silence is Silence.LOADING)
    assert ("Retry-After" in named) == (silence in {Silence.LOADING, Silence.BUSY})
    plain = site(silence)[0].answer(asking("/stadt/api/journal"))
    assert dict(plain[1])["Content-Type"] == "text/plain; charset=utf-8"
    assert "<" not in plain[2].decode()


def test_an_address_in_a_page_is_no_markup() -> None:
    _, _, body = site(Silence.ENDED)[0].answer(asking('/stadt/"><script>/', QUERY_STRING='"><b>'))
    assert b"<script>" not in body
    assert b"<b>" not in body


def test_styles_and_scripts_need_no_process() -> None:
    fava, books = site(Silence.ENDED)
    status, headers, body = fava.answer(asking("/static/app.css"))
    assert (status, dict(headers)["Content-Type"]) == ("200 OK", "text/css; charset=utf-8")
    assert body
    assert fava.answer(asking("/static/gibt-es-nicht.js"))[0] == "404 Not Found"
    assert fava.answer(asking("/static/.."))[0] == "404 Not Found"
    assert not books.asked


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FavaBook]:
    folder = sample_books(tmp_path_factory.mktemp("fava"))
    fava = FavaBook("stadt", load_book(folder / "biedenkopf").top_file)
    yield fava
    fava.stop()


def page(fava: FavaBook, target: str = "/stadt/journal/", patience_s: int = 60) -> Answer:
    answer = fava.ask(target, [("Host", "localhost")], patience_s)
    assert isinstance(answer, Answer), answer
    return answer


def test_a_book_is_loaded_when_somebody_asks_and_bears_the_name_it_was_given(town: FavaBook) -> None:
    assert town._process is None
    assert page(town).status == "200 OK"
    assert dict(page(town, "/").headers)["Location"].startswith("/stadt/extension/")
    assert page(town, "/anders/journal/").status.startswith("404")


def test_it_lists_no_other_book(town: FavaBook) -> None:
    assert b'"other_ledgers":[]' in page(town, "/stadt/journal/").body.replace(b" ", b"")


def test_a_killed_process_is_told_or_comes_back(town: FavaBook) -> None:
    page(town)
    assert town._process is not None
    os.kill(town._process.pid, signal.SIGKILL)
    town._process.wait()
    assert page(town).status == "200 OK", "the next request starts it again"


def test_a_process_killed_while_it_answers_is_told(town: FavaBook) -> None:
    page(town)
    replies: list[object] = []
    process = town._process
    assert process is not None
    os.kill(process.pid, signal.SIGSTOP)
    asker = Thread(target=lambda: replies.append(town.ask("/stadt/journal/", [], 30)))
    asker.start()
    time.sleep(0.2)
    os.kill(process.pid, signal.SIGKILL)
    asker.join(30)
    assert replies == [Silence.ENDED]


def test_nobody_waits_longer_than_they_said(town: FavaBook) -> None:
    page(town)
    process = town._process
    assert process is not None
    os.kill(process.pid, signal.SIGSTOP)
    try:
        assert town.ask("/stadt/journal/", [], 1) is Silence.LOADING
    finally:
        os.kill(process.pid, signal.SIGCONT)
    assert page(town).status == "200 OK", "whoever has left is not answered"


def test_a_changed_book_is_read_again_and_a_broken_one_says_why(tmp_path: Path) -> None:
    book = load_book(sample_books(tmp_path) / "biedenkopf")
    fava = FavaBook("stadt", book.top_file)
    month = max(book.root.glob("[0-9]*/*.beancount"))
    whole = month.read_bytes()
    try:
        month.write_bytes(whole + b'include "/etc/passwd"\n')
        answer = page(fava)
        assert answer.status.startswith("503")
        assert "lässt sich nicht darstellen" in answer.body.decode()
        month.write_bytes(whole)
        assert page(fava).status == "200 OK"
        month.unlink()
        assert page(fava).status.startswith("503")
        month.write_bytes(whole)
        assert page(fava).status == "200 OK"
    finally:
        fava.stop()


class Dead:
    """A process that has ended with a status."""

    def __init__(self, status: int) -> None:
        self.returncode = status

    def poll(self) -> int:
        return self.returncode

    def wait(self, _: float | None = None) -> int:
        return self.returncode


@pytest.mark.parametrize(
    ("status", "told"), [(1, Silence.ENDED), (-9, Silence.ENDED), (OUT_OF_MEMORY, Silence.TOO_LARGE)]
)
def test_a_process_that_ends_while_it_loads_is_left_alone_for_a_while(
    monkeypatch: pytest.MonkeyPatch, status: int, told: Silence
) -> None:
    started: list[int] = []
    now = [100]

    def popen(*_: object, pass_fds: list[int], **__: object) -> Dead:
        started.append(pass_fds[0])
        return Dead(status)

    monkeypatch.setattr(fava_client.subprocess, "Popen", popen)
    fava = FavaBook("stadt", Path("main.beancount"), lambda: now[0])
    assert [fava.ask("/", [], 1) for _ in range(3)] == [told] * 3
    assert len(started) == 1
    now[0] += fava_client.REST_S
    assert fava.ask("/", [], 1) is told
    assert len(started) == 2


def test_fava_never_takes_all_the_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fava_client, "TURN_S_MAX", 0)
    books = FavaBooks({"stadt": Path("main.beancount")})
    replies: list[object] = []

    def ask(*_: object) -> Answer:
        if len(replies) < fava_client.AT_ONCE:  # each asks while the ones before still wait
            replies.append(None)
            replies.append(books.ask("stadt", "/", [], 1))
        return Answer("200 OK", (), b"")

    monkeypatch.setattr(books._books["stadt"], "ask", ask)
    for _ in range(fava_client.AT_ONCE - 1):
        books._turns.acquire()
    assert isinstance(books.ask("stadt", "/", [], 1), Answer)
    assert replies == [None, Silence.BUSY]
