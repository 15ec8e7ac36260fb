"""The programs that a check is measured beside, run as whole processes; they are installed here where that is possible.

Beancount comes with the project. hledger and ledger are Debian packages and read a journal made of the same records;
uromyces is a Python package and reads Beancount's text.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from kkd_ledger.book.config import load_book
from kkd_ledger.book.text.canonical import amount
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Open, Record, Transaction

HERE = Path(sys.executable).parent
PEERS = Path(__file__).resolve().parents[2] / "build" / "peers"
PLAIN, JOURNAL, SINGLE = "plain.beancount", "book.journal", "single.beancount"


class Run(NamedTuple):
    """What a process took: user and system time, the time on the wall, its memory."""

    cpu_s: float
    wall_s: float
    memory_mib: float

    def __str__(self) -> str:
        return f"{self.cpu_s:.2f} s/{self.memory_mib:.0f} MiB"


def run(*command: str | Path) -> Run:
    """Run a process to its end and measure it; the books are in order, so any status but 0 is an error."""
    environment = os.environ | {"BEANCOUNT_DISABLE_LOAD_CACHE": "1", "PYTHONPATH": str(PEERS)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    start = time.perf_counter()
    process = subprocess.Popen([str(part) for part in command], env=environment, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command} ended with {process.returncode}")
    return Run(used.ru_utime + used.ru_stime, wall_s, used.ru_maxrss / 1024)


def commands(book: Path) -> dict[str, tuple[str | Path, ...]]:
    """Return what checks a book, by name: ours, Beancount with and without our plugins, and the peers there are."""
    found: dict[str, tuple[str | Path, ...]] = {
        "kkd check --full": (HERE / "kkd", "check", "--full", "--rules", book),
        "bean-check": (HERE / "bean-check", book / PLAIN),
        "bean-check + plugins": (HERE / "bean-check", book / "main.beancount"),
    }
    if _debian("hledger"):
        found["hledger check"] = ("hledger", "check", "-f", book / JOURNAL)
    if _debian("ledger"):
        found["ledger bal"] = ("ledger", "-f", book / JOURNAL, "bal")
    if _uromyces():
        code = "import sys; from uromyces._cli import cli; sys.exit(cli())"
        found["uromyces check"] = (sys.executable, "-c", code, "check", book / SINGLE)
    return found


def missing(book: Path) -> list[str]:
    """Return the names of the peers that could not be had."""
    return sorted({"hledger check", "ledger bal", "uromyces check"} - set(commands(book)))


def prepare(book: Path) -> None:
    """Write what the peers read beside a book: the top file without our plugins, uromyces' one file, a journal."""
    top = (book / "main.beancount").read_text(encoding="utf-8")
    lines = [line for line in top.splitlines() if not line.startswith("plugin ")]
    (book / PLAIN).write_text("\n".join(lines) + "\n", encoding="utf-8")
    with (book / SINGLE).open("w", encoding="utf-8") as single:
        for line in lines:
            included = re.fullmatch(r'include "(.+)"', line)
            text = (book / included[1]).read_text(encoding="utf-8") if included else line
            single.writelines(f"{kept}\n" for kept in _without_metadata_of_customs(text.splitlines()))
    with (book / JOURNAL).open("w", encoding="utf-8") as journal:
        for record in read(load_book(book)).records:
            journal.writelines(_journal(record))


def _without_metadata_of_customs(lines: list[str]) -> Iterator[str]:
    """Return the lines without what stands indented below a `custom`: uromyces 0.0.5 takes no metadata there."""
    custom = False
    for line in lines:
        custom = " custom " in line[:20] if line[:1] != " " else custom
        if not (custom and line.startswith(" ")):
            yield line


def _journal(record: Record) -> Iterator[str]:
    if isinstance(record, Open):
        yield f"account {record.account}\n\n"
    if isinstance(record, Transaction):
        yield f"{record.date} * {record.payee} | {record.narration}\n"
        yield from (f"    ; {key}: {value}\n" for key, value in record.meta.items())
        for posting in record.postings:
            yield f"    {posting.account}  {amount(posting.cents)} EUR\n"
            yield from (f"    ; {key}: {value}\n" for key, value in posting.meta.items())
        yield "\n"


def _debian(name: str) -> bool:
    if shutil.which(name) is None and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "-y", "-qq", name], stdout=subprocess.DEVNULL, check=False)
    return shutil.which(name) is not None


def _uromyces() -> bool:
    if importlib.util.find_spec("uromyces") is None and not (PEERS / "uromyces").is_dir():
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(PEERS), "uromyces"]
        subprocess.run(install, check=False)
    return importlib.util.find_spec("uromyces") is not None or (PEERS / "uromyces").is_dir()
