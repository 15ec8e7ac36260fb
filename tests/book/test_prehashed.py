"""A second process hashes a big book's months; whatever it does not tell is hashed as ever, and no check differs."""

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from kkd_ledger.book.config import Book
from kkd_ledger.book.seals.prehashed import BYTES_MIN, PrehashedFiles, Stamp, hashing
from tests.audit.books import sealed_office

MAY_HAVE_ONE = len(os.sched_getaffinity(0)) > 1
TELL = """
import sys
from pathlib import Path
from kkd_ledger.book.seals import prehashed

found = prehashed.hashing(Path(sys.argv[1]))
for file, (stamp, sha256) in sorted(found._told.items()):
    print(file, *stamp, sha256)
"""
CHECK = """
from kkd_ledger.book.seals import prehashed
from kkd_ledger.cli import run

prehashed.BYTES_MIN = 1
run()
"""


def alone(script: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a script in a process without other threads."""
    return subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)], capture_output=True, text=True, check=False
    )


@pytest.fixture
def months(tmp_path: Path) -> list[Path]:
    """Files of months, big enough for a second process, and one beside them that is none."""
    files = [
        tmp_path / "2022" / name for name in ("2022-01.beancount", "2022-02.beancount", "2022-01.bank.json")
    ]
    files[0].parent.mkdir()
    for number, file in enumerate(files):
        file.write_bytes(bytes([number]) * (BYTES_MIN // 2))
    (tmp_path / "2022" / "2022-01.seal.json").write_text("{}")
    return files


def test_a_second_process_tells_every_month_with_its_stamp(months: list[Path], tmp_path: Path) -> None:
    told = alone(TELL, tmp_path)
    expected = [
        f"{file.relative_to(tmp_path)} {file.stat().st_ino} {file.stat().st_mtime_ns} {file.stat().st_size} "
        f"{sha256(file.read_bytes()).hexdigest()}"
        for file in sorted(months)
    ]
    assert (told.stderr, told.returncode) == ("", 0)
    assert told.stdout.splitlines() == (expected if MAY_HAVE_ONE else [])


def test_a_small_book_needs_none(months: list[Path], tmp_path: Path) -> None:
    months[0].unlink()
    months[1].unlink()
    assert alone(TELL, tmp_path).stdout == ""


def test_what_was_cut_off_with_its_process_counts_for_nothing() -> None:
    reading, writing = os.pipe()
    os.write(writing, f"2022/a b.beancount 7 8 5 {'a' * 64}\n2022/c.beancount 9 10 5 {'b' * 63}".encode())
    os.close(writing)
    ahead = PrehashedFiles(reading)
    assert ahead.sha256("2022/a b.beancount", Stamp(7, 8, 5)) == "a" * 64
    assert ahead.sha256("2022/a b.beancount", Stamp(7, 8, 5)) is None, "it is told once"
    assert ahead.sha256("2022/c.beancount", Stamp(9, 10, 5)) is None


def test_a_file_that_was_replaced_since_is_hashed_again(months: list[Path], tmp_path: Path) -> None:
    reading, writing = os.pipe()
    stamp = Stamp.of(months[0].stat())
    os.write(writing, f"2022/2022-01.beancount {' '.join(map(str, stamp))} {'a' * 64}\n".encode())
    os.close(writing)
    ahead = PrehashedFiles(reading)
    (tmp_path / "new").write_bytes(b"other")
    (tmp_path / "new").replace(months[0])
    assert ahead.sha256("2022/2022-01.beancount", Stamp.of(months[0].stat())) is None


def test_a_folder_that_is_none_tells_nothing(tmp_path: Path) -> None:
    assert hashing(tmp_path / "missing").sha256("2022/2022-01.beancount", Stamp(1, 1, 1)) is None


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Book:
    return sealed_office(tmp_path_factory.mktemp("ahead"))


def test_a_check_says_the_same_with_it(office: Book) -> None:
    with_it, without = (
        alone(script, "check", office.root) for script in (CHECK, CHECK.replace(" = 1", " = 2**40"))
    )
    assert (with_it.stdout, with_it.stderr, with_it.returncode) == (
        without.stdout,
        without.stderr,
        without.returncode,
    )


@pytest.mark.parametrize("name", ["2022/2022-03.beancount", "2022/2022-03.bank.json"])
def test_a_check_finds_a_changed_month_with_it(office: Book, name: str) -> None:
    content = (office.root / name).read_bytes()
    (office.root / name).write_bytes(content.replace(b"2022", b"2023", 1))
    try:
        found = alone(CHECK, "check", office.root)
    finally:
        (office.root / name).write_bytes(content)
    assert found.returncode == 1
    assert name in found.stdout
