"""What a caller does with the output never changes what a command does, nor makes its status mean something else."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kkd_ledger.cli.shell.output import Output
from tests.samples import LEDGERS


def run(call: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a shell line in which KKD stands for the command."""
    line = f"set -o pipefail; {call.replace('KKD', f'{sys.executable} -m kkd_ledger.cli')}"
    return subprocess.run(["bash", "-c", line], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("books")
    for name in ("kkd", "biedenkopf"):
        shutil.copytree(LEDGERS / name, folder / name)
    return folder


@pytest.mark.parametrize(
    ("call", "status"),
    [
        ("KKD shares kkd/agreement.toml >&-", 0),
        ("KKD shares kkd/agreement.toml >&- 2>&-", 0),
        ("KKD shares kkd/agreement.toml <&- >&- 2>&-", 0),
        ("KKD shares kkd/agreement.toml 2>&-", 0),
        ("KKD shares kkd/agreement.toml 2>/dev/full", 0),
        ("KKD shares kkd/agreement.toml | true", 0),
        ("KKD shares kkd/agreement.toml >/dev/full", 5),
        ("KKD shares kkd/nowhere.toml >&- 2>&-", 3),
        ("KKD shares 2>&-", 2),
        ("KKD --help >&-", 0),
        ("KKD --help >/dev/full", 5),
    ],
)
def test_the_status_is_that_of_the_command(books: Path, call: str, status: int) -> None:
    done = run(call, books)
    assert done.returncode == status
    assert "Traceback" not in done.stderr
    assert ("Ausgabe wurde nicht angenommen" in done.stderr) is (status == 5)


def test_a_month_without_any_output_books_what_it_books(books: Path, tmp_path: Path) -> None:
    shutil.copytree(books, tmp_path, dirs_exist_ok=True)
    done = run("KKD month biedenkopf 2024-03 --today 2024-03-31 <&- >&- 2>&-", tmp_path)
    assert done.returncode == 0
    again = run("KKD month biedenkopf 2024-03 --today 2024-03-31", tmp_path)
    assert again.returncode == 0
    assert "Nichts Neues" in again.stdout


def test_an_output_takes_everything_and_keeps_the_first_refusal() -> None:
    with Path("/dev/full").open("wb") as full, Output(full.fileno(), "w", closefd=False) as output:
        assert output.write(b"abc") == 3
        first = output.refused
        assert first is not None
        assert output.write(b"") == 0
        assert output.write(b"more") == 4
        assert output.refused is first
