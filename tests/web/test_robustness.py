"""Clients that send too much, too slowly or nonsense, and many at once: a real `kkd serve` answers each, in German."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from kkd_ledger.web.http_channel import STRANGERS_BYTES_MAX
from kkd_ledger.web.workplace.app import BODY_BYTES_MAX
from tests.browser.conftest import server_process
from tests.browser.test_foreign_pages import processes
from tests.samples import sample_books, tree

MIB = 1024 * 1024
HEAD_BYTES_MAX = 256 * 1024  # of waitress
UPLOAD = "/kkd/biedenkopf/tun/ablegen"
PAGES = (
    "",
    "anteile",
    "posten",
    "haushalt",
    "vereinbarung",
    "beteiligte",
    "journal",
    "suche?q=a",
    "anteile?csv=0",
)


class Server:
    """A server with the books that it shows."""

    def __init__(self, address: str, books: Path) -> None:
        self.address, self.books = address, books
        self.port = int(str(urlsplit(address).port))

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def get(self, path: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, body

    def memory_mib(self) -> int:
        [process] = processes("kkd_ledger.cli", "serve", str(self.books))
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
        [line] = [line for line in status.splitlines() if line.startswith("VmRSS")]
        return int(line.split()[1]) // 1024


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("robust")
    books = sample_books(folder / "books")
    with server_process(books / "biedenkopf", log=folder / "serve.log") as address:
        server = Server(address, books)
        for _ in range(200):
            if server.get("/kkd/biedenkopf/journal")[0] == 200:
                break
            time.sleep(0.1)
        yield server


def read_all(connection: socket.socket) -> str:
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts).decode()


def head(length: int, *more: str, path: str = UPLOAD) -> bytes:
    lines = (f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Length: {length}", *more, "", "")
    return "\r\n".join(lines).encode()


def test_half_a_gigabyte_is_thrown_away_and_told(server: Server) -> None:
    before, files = server.memory_mib(), tree(server.books)
    chunk = bytes(MIB)
    with server.connect() as connection:
        connection.sendall(head(512 * MIB, "Cookie: kkd=x"))
        for _ in range(512):
            connection.sendall(chunk)
        answer = read_all(connection)
    assert answer.startswith("HTTP/1.1 413 ")
    assert "höchstens 64 MB" in answer
    assert "inbox/" in answer
    assert server.memory_mib() < before + 32
    assert tree(server.books) == files
    assert server.get("/kkd/biedenkopf/")[0] == 200


@pytest.mark.parametrize(
    ("length", "more", "path", "status"),
    [
        (STRANGERS_BYTES_MAX, (), UPLOAD, 405),
        (STRANGERS_BYTES_MAX + 1, (), UPLOAD, 413),
        (STRANGERS_BYTES_MAX + 1, ("Cookie: kkd=x",), "/kkd/anmelden", 413),
        (STRANGERS_BYTES_MAX + 1, ("Cookie: kkd=x",), UPLOAD, 405),
        (BODY_BYTES_MAX, ("Cookie: kkd=x",), UPLOAD, 413),
    ],
)
def test_who_may_send_how_much(
    server: Server, length: int, more: tuple[str, ...], path: str, status: int
) -> None:
    """Without persons the gate refuses what is not too large (405)."""
    with server.connect() as connection:
        connection.sendall(head(length, "Connection: close", *more, path=path))
        connection.sendall(bytes(length))
        assert read_all(connection).startswith(f"HTTP/1.1 {status} ")


def test_who_asks_before_sending_is_told_at_once(server: Server) -> None:
    with server.connect() as connection:
        connection.sendall(head(512 * MIB, "Expect: 100-continue"))
        assert read_all(connection).startswith("HTTP/1.1 413 ")


def test_a_body_without_a_length_ends_at_the_same_size(server: Server) -> None:
    lines = (f"POST {UPLOAD} HTTP/1.1", "Host: localhost", "Transfer-Encoding: chunked", "", "")
    with server.connect() as connection:
        connection.sendall("\r\n".join(lines).encode())
        try:
            for _ in range(8):
                connection.sendall(b"%x\r\n" % MIB + bytes(MIB) + b"\r\n")
            answer = read_all(connection)
        except OSError:  # closed while we still send: nobody waits for a body without an end
            answer = "HTTP/1.1 413 "
    assert answer.startswith("HTTP/1.1 413 ")
    assert server.get("/kkd/biedenkopf/")[0] == 200


@pytest.mark.parametrize(
    ("sent", "status", "told"),
    [
        (b"\x16\x03\x01\x02\x00\r\n\r\n", 400, "keine Anfrage"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n broken\r\n\r\n", 400, "Nur unter"),
        (b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n", 400, "keine Anfrage"),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n", 501, "So nimmt"),
        (
            (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * HEAD_BYTES_MAX)[:HEAD_BYTES_MAX],
            431,
            "Kopfzeilen",
        ),
    ],
)
def test_nonsense_is_told_in_german(server: Server, sent: bytes, status: int, told: str) -> None:
    with server.connect() as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        answer = read_all(connection)
    assert f" {status} " in answer.split("\r\n")[0]
    assert told in answer
    assert "waitress" not in answer


def test_slow_clients_hinder_nobody(server: Server) -> None:
    """Two hundred half requests and half bodies wait without a thread."""
    with ExitStack() as slow:
        for number in range(200):
            connection = slow.enter_context(server.connect())
            half = b"GET /kkd/ HTTP/1.1\r\nHost: local" if number % 2 else head(1000) + b"x"
            connection.sendall(half)
        started = time.monotonic()
        for page in PAGES:
            assert server.get(f"/kkd/biedenkopf/{page}")[0] == 200
        assert time.monotonic() - started < 20


def test_twenty_clients_see_what_one_sees(server: Server) -> None:
    alone = {page: server.get(f"/kkd/biedenkopf/{page}") for page in PAGES}

    def client(number: int) -> bool:
        order = PAGES[number % len(PAGES) :] + PAGES[: number % len(PAGES)]
        return all(server.get(f"/kkd/biedenkopf/{page}") == alone[page] for page in order * 2)

    with ThreadPoolExecutor(20) as clients:
        assert all(clients.map(client, range(20)))


def test_a_file_that_vanished_is_told(server: Server) -> None:
    status, body = server.get("/kkd/biedenkopf/dokument/documents/gibt-es-nicht.pdf")
    assert status == 404
    assert "Diese Seite gibt es nicht" in body.decode()
