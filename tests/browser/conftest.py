"""A real headless Chromium and a real `kkd serve` for the tests of this folder.

`served(book, ...)` starts a server process and returns its address; `page` is one of a fresh German browser
that reaches nothing but this machine; `screenshot(name)` keeps a picture in build/screenshots/.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "build" / "screenshots"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
READY_S_MAX = 180
WAIT_MS_MAX = 90_000
"""How long a page or an expectation is waited for: a bound for a busy machine, no promise of speed."""
expect.set_options(timeout=WAIT_MS_MAX)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the tests of a worker, with a user data folder of its own that goes with it."""
    if CHROMIUM is None:
        reason = "kein Chromium im PATH: chromium, chromium-browser oder google-chrome installieren"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        new_context = chromium.new_context

        def patient_context(**options: Any) -> BrowserContext:
            context = new_context(**options)
            context.set_default_timeout(WAIT_MS_MAX)
            return context

        chromium.new_context = patient_context  # type: ignore[method-assign]
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a fresh German context: no cookies, no history, nothing of another test."""
    context = browser.new_context(
        locale="de-DE", timezone_id="Europe/Berlin", viewport={"width": 1280, "height": 900}
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def screenshot(page: Page) -> Callable[[str], Path]:
    """Keep a picture of the whole page in build/screenshots/NAME.png."""

    def take(name: str) -> Path:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        picture = SCREENSHOTS / f"{name}.png"
        page.screenshot(path=picture, full_page=True)
        return picture

    return take


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Serve books as `kkd serve` does, in a process of its own; return the address (no slash at its end)."""
    with ExitStack() as servers:
        numbers = count()

        def serve(*books: Path) -> str:
            log = tmp_path / f"serve-{next(numbers)}.log"
            return servers.enter_context(server_process(*books, log=log))

        yield serve


@contextmanager
def server_process(
    *books: Path, log: Path, words: Sequence[str] = (), environment: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Run `kkd serve` on a free port of the loopback address until the block ends; `environment` is added to ours."""
    port = free_port()
    command = [sys.executable, "-m", "kkd_ledger.cli", "serve", *map(str, books), "--port", str(port), *words]
    address = f"http://127.0.0.1:{port}"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | (environment or {}), stdout=output, stderr=subprocess.STDOUT
        )
    try:
        wait_until_ready(address, process, log)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_ready(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Return when the server answers; fail with its output when it ends before, or stays silent too long."""
    deadline = time.monotonic() + READY_S_MAX
    while not answers(address):
        if process.poll() is not None:
            pytest.fail(
                f"kkd serve endet mit Status {process.returncode}:\n{log.read_text(errors='replace')}"
            )
        if time.monotonic() > deadline:
            pytest.fail(f"kkd serve antwortet nach {READY_S_MAX} s nicht:\n{log.read_text(errors='replace')}")
        time.sleep(0.1)


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as response:
            return bool(response.status == 200)
    except urllib.error.HTTPError as error:
        return error.code != 503  # Fava still loads the book
    except OSError:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
