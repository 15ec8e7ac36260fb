"""What an installation is made of: the image's recipe, the service, and an upgrade while nobody loses anything."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.error import URLError

import pytest

from kkd_ledger.book.config import load_book
from kkd_ledger.persons.register import FILE, FOLDER_VARIABLE, Register
from kkd_ledger.rules.engine.check import check
from tests.browser.conftest import free_port, wait_until_ready
from tests.samples import ROOT, sample_books, tree

RECIPE = (ROOT / "Containerfile").read_text("utf-8")
SERVICE = (ROOT / "docs" / "systemd" / "kkd-serve.service").read_text("utf-8")


def statements(name: str) -> list[str]:
    return re.findall(rf"^{name} (.+)$", RECIPE.replace("\\\n", " "), re.MULTILINE)


def test_the_image_runs_as_nobody_in_particular_and_takes_what_the_lock_names() -> None:
    assert statements("USER") == ["kkd"]
    assert any("--require-hashes -r requirements.lock" in line for line in statements("RUN"))
    copied = {word for line in statements("COPY") for word in line.split()[:-1] if not word.startswith("--")}
    assert all((ROOT / name).exists() for name in copied - {"/usr/local/kkd"})
    assert not {"ledgers", "work", "tests", ".", "/"} & copied, "no book is baked in"
    assert RECIPE.index("USER kkd") < RECIPE.index("ENTRYPOINT")


def test_the_image_keeps_books_and_persons_in_volumes_that_the_program_knows() -> None:
    assert statements("VOLUME") == ['["/srv/kkd", "/etc/kkd"]']
    assert "KKD_PERSONS=/etc/kkd" in RECIPE


@pytest.mark.slow
def test_the_image_can_be_built_where_there_is_a_builder() -> None:
    builder = shutil.which("podman") or shutil.which("docker")
    base = "docker.io/library/python:3.13-slim"
    if (
        builder is None
        or subprocess.run([builder, "image", "inspect", base], capture_output=True, check=False).returncode
    ):
        pytest.skip("kein Programm, das Abbilder baut, oder nicht dessen Grundlage")
    subprocess.run(
        [builder, "build", "--quiet", "-f", "Containerfile", "."], cwd=ROOT, check=True, timeout=600
    )


def test_the_service_may_write_where_the_program_writes() -> None:
    [writable] = re.findall(r"^ReadWritePaths=(.+)$", SERVICE, re.MULTILINE)
    [books] = re.findall(r"serve (.+?) --behind-proxy", SERVICE)
    assert {f"/srv/kkd/{book}" for book in books.split()} <= set(writable.split())
    assert "/etc/kkd" in writable.split()
    assert "--behind-proxy https://" in SERVICE


def start(folder: Path, log: Path) -> tuple[subprocess.Popen[bytes], str]:
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "kkd_ledger.cli",
        "serve",
        str(folder / "biedenkopf"),
        "--today",
        "2024-03-28",
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--port", str(port)],
            cwd=ROOT,
            env=os.environ | {FOLDER_VARIABLE: str(folder / "anlage")},
            stdout=output,
            stderr=output,
        )
    address = f"http://127.0.0.1:{port}"
    wait_until_ready(address, process, log)
    return process, address


def stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=20)


def login_page(address: str) -> str:
    with urllib.request.urlopen(f"{address}/kkd/", timeout=20) as answer:
        return str(answer.read().decode())


def test_an_upgrade_stops_the_old_program_and_starts_the_new_one(tmp_path: Path) -> None:
    """Persons as an earlier version wrote them (without later fields), a case that waits: both are there afterwards."""
    folder = sample_books(tmp_path)
    register = Register(folder / "anlage")
    register.add("muster", "S. Muster")
    stored = folder / "anlage" / FILE
    earlier = re.sub(r',\s*"suspended_by": ""', "", stored.read_text("utf-8"))
    stored.write_text(earlier, "utf-8")
    old, address = start(folder, tmp_path / "old.log")
    assert "Anmelden" in login_page(address)
    during, before = tree(folder / "biedenkopf"), check(load_book(folder / "biedenkopf"))
    new, other = start(
        folder, tmp_path / "new.log"
    )  # the new one may already run while the old one still does
    assert "Anmelden" in login_page(other)
    stop(old)
    with pytest.raises(URLError):
        login_page(address)
    assert "Anmelden" in login_page(other), "the new one goes on"
    stop(new)
    assert tree(folder / "biedenkopf") == during, "starting and stopping writes nothing into a book"
    assert check(load_book(folder / "biedenkopf")) == before
    assert Register(folder / "anlage").person("muster")
