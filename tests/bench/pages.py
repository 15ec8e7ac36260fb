"""P10: the pages of the workplace over a book of ten years, served by a real `kkd serve` and asked by twenty clients.

A job has checked the book before, as it does every night: the state behind the last seal is there. The peer is Fava's
own page of the same book, asked in the same run through the same server.
"""

import datetime as dt
import http.client
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from tests.bench.books import FIRST_YEAR, PARTY
from tests.bench.sealed import change, sealed_book
from tests.bench.sizes import apart, say

K, YEARS = 100_000, 10
CLIENTS, ROUNDS, FAVA_ROUNDS = 20, 4, 3
LAST_YEAR = FIRST_YEAR + YEARS - 1
TODAY = dt.date(LAST_YEAR, 12, 31)
TIMEOUT_S = 300
PAGES = (
    "", "posteingang", "anteile", "anteile?page=3", f"anteile?sort=-j{LAST_YEAR}", "anteile?filter=ort+0007",
    f"anteile/ort-0007/{LAST_YEAR}", "posten", "zahlungsabgleich", "haushalt", f"haushalt/{LAST_YEAR}",
    "vereinbarung", "beteiligte", "beteiligte/ort-0007", "journal", "journal?page=500", "journal?sort=-betrag",
    "journal?filter=ort+0007", f"buchung/{LAST_YEAR}-000777", "monate", "feststellungen", "suche?q=Ort+0011",
    "suche?q=1.234,56",
)  # fmt: skip
FAVA_PAGES = ("income_statement/", "api/income_statement")
Row = dict[str, object]


class Served(NamedTuple):
    """A server that is running, what it took to begin, and what Fava calls the book."""

    process: subprocess.Popen[str]
    port: int
    start_s: float
    start_cpu_s: float
    fava: str

    def ask(self, target: str, connection: http.client.HTTPConnection | None = None) -> tuple[int, bytes]:
        """Return status and body; on a connection that is kept where there is one."""
        asked = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S)
        asked.request("GET", target)
        answer = asked.getresponse()
        body = answer.read()
        if connection is None:
            asked.close()
        return answer.status, body

    def page(self, rest: str) -> tuple[int, bytes]:
        """Return a page of the book."""
        return self.ask(f"/kkd/{PARTY}/{rest}")

    def cpu_s(self) -> float:
        """Return the processor time of the server itself, without Fava's processes."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="kkd-bench-") as folder:
        say(f"pages: Buch mit {K} Buchungen wird erzeugt")
        book = apart(_made, Path(folder), K)
        return measured(book)


def _made(folder: Path, size: int) -> Path:
    return sealed_book(folder, size).root


def measured(book: Path) -> list[Row]:
    """Return the rows over a sealed book of ten years."""
    subprocess.run(
        [sys.executable, "-m", "kkd_ledger.cli", "check", str(book)], check=False, capture_output=True
    )
    with served(book) as server:
        _until(lambda: server.page("journal")[0] == 200)
        _until(lambda: server.page("feststellungen")[0] == 200)
        for page in PAGES:
            assert server.page(page)[0] == 200, page
        before = server.cpu_s()
        walls = _walls(server)
        cpu_ms = (server.cpu_s() - before) * 1000 / len(walls)
        p95_ms = statistics.quantiles(walls, n=20)[-1] * 1000
        ours_ms, fava_ms = _one_by_one(server)
        before = server.cpu_s()
        changed_s = _changed(server, book)
        changed_cpu_s = server.cpu_s() - before
    peer = f"Fava {FAVA_PAGES[0]} {fava_ms[0]:.0f} ms, {FAVA_PAGES[1]} {fava_ms[1]:.0f} ms; eine Seite {ours_ms:.1f} ms"
    rows = [
        ("P10 pages, p95", p95_ms, 50, "ms", f"{CLIENTS} Clients, {peer}"),
        ("P10 CPU a page", cpu_ms, 2.5, "ms", peer),
        ("P10 beside Fava", ours_ms / fava_ms[1], 0.05, "×", peer),
        ("P10 start", server.start_s, 3, "s", f"bis zur ersten Seite; {server.start_cpu_s:.2f} CPU-s"),
        (
            "P10 change",
            changed_s,
            2,
            "s",
            f"bis der neue Ansatz auf der Seite steht; {changed_cpu_s:.2f} CPU-s",
        ),
    ]
    keys = ("id", "value", "budget", "unit", "peer")
    return [dict(zip(keys, row, strict=True)) | {"value": round(row[1], 3), "n": len(walls)} for row in rows]


@contextmanager
def served(book: Path) -> Iterator[Served]:
    """Serve a book, and yield the server when its first page is there."""
    command = [
        sys.executable,
        "-m",
        "kkd_ledger.cli",
        "serve",
        str(book),
        "--port",
        "0",
        "--today",
        str(TODAY),
    ]
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            announced = re.search(r":(\d+)/", process.stdout.readline())
            assert announced
            server = Served(process, int(announced[1]), 0, 0, "")
            _until(lambda: server.page("anteile")[0] == 200)
            start_s, cpu_s = time.perf_counter() - start, server.cpu_s()
            link = re.search(rb'href="/([^/"]+)/journal/"', server.page("anteile")[1])
            assert link
            yield server._replace(start_s=start_s, start_cpu_s=cpu_s, fava=quote(link[1].decode()))
        finally:
            process.terminate()


def _walls(server: Served) -> list[float]:
    """Return how long each request took, of clients that each ask for every page several times."""

    def client(number: int) -> list[float]:
        connection, walls = http.client.HTTPConnection("127.0.0.1", server.port, timeout=TIMEOUT_S), []
        for place in range(ROUNDS * len(PAGES)):
            page = PAGES[(place + number) % len(PAGES)]
            begun = time.perf_counter()
            status, _ = server.ask(f"/kkd/{PARTY}/{page}", connection)
            walls.append(time.perf_counter() - begun)
            assert status == 200, page
        connection.close()
        return walls

    with ThreadPoolExecutor(CLIENTS) as clients:
        return [wall for walls in clients.map(client, range(CLIENTS)) for wall in walls]


def _one_by_one(server: Served) -> tuple[float, list[float]]:
    """Return in milliseconds how long a page of ours takes a single client, and the pages of Fava."""
    ours = [_wall(lambda page=page: server.page(page)) for page in PAGES]  # type: ignore[misc]
    fava = []
    for rest in FAVA_PAGES:
        target = f"/{server.fava}/{rest}"
        _until(lambda target=target: server.ask(target)[0] == 200)  # type: ignore[misc]
        fava.append(min(_wall(lambda target=target: server.ask(target)) for _ in range(FAVA_ROUNDS)))  # type: ignore[misc]
    return statistics.median(ours) * 1000, [wall * 1000 for wall in fava]


def _wall(ask: Callable[[], object]) -> float:
    begun = time.perf_counter()
    ask()
    return time.perf_counter() - begun


def _changed(server: Served, book: Path) -> float:
    """Enter an appropriation, and return how long after it the budget's page shows it."""
    assert "0,01" not in server.page("haushalt")[1].decode()
    apart(_change, book, YEARS)
    written = time.perf_counter()
    _until(lambda: "0,01" in server.page("haushalt")[1].decode())
    return time.perf_counter() - written


def _change(book: Path, years: int) -> None:
    from kkd_ledger.book.config import load_book

    change(load_book(book), years)


def _until(seen: Callable[[], bool]) -> None:
    deadline = time.perf_counter() + TIMEOUT_S
    while not seen():
        assert time.perf_counter() < deadline
        time.sleep(0.02)
