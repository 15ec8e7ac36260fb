"""Runs `kkd` under strace: counts its write-related calls on a book, and lets any of them kill it or fail."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STRACE = shutil.which("strace")
CALLS = (
    "write,pwrite64,writev,pwritev,openat,open,creat,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,"
    "link,linkat,symlink,symlinkat,truncate,ftruncate,fallocate,fsync,fdatasync,sync,syncfs,copy_file_range,sendfile"
)
_CALL = re.compile(r"([a-z0-9_]+)\(")
_WRITING_OPEN = re.compile(r"O_(?:WRONLY|RDWR|CREAT|TRUNC)")


@dataclass(frozen=True)
class Point:
    """One write-related call on a book or beside it: the `number`th of its name in the process, and how it reads."""

    name: str
    number: int
    text: str

    def __str__(self) -> str:
        return f"{self.name}:{self.number}"


@dataclass(frozen=True)
class Run:
    """What became of a command: exit status (negative: a signal), what it said, and its calls on the book."""

    status: int
    said: str
    points: tuple[Point, ...]


class Forker:
    """Runs commands in children of a process that has loaded kkd; strace attaches before a command begins."""

    def __init__(self, scratch: Path, plant: str) -> None:
        self._plant = plant
        self._log = scratch / "strace.log"
        quiet = {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8", "COLUMNS": "120"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.zygote"],
            cwd=ROOT,
            env={**os.environ, **quiet},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, folder: Path, words: Sequence[str], *, file_bytes_max: int = 0) -> Run:
        """Run a command in a folder; no file it writes may grow beyond `file_bytes_max` (0: no limit)."""
        self._begin(folder, words, file_bytes_max)
        status, said = self._end()
        return Run(status, said, ())

    def trace(self, folder: Path, words: Sequence[str], inject: str = "") -> Run:
        """Run a command under strace; `inject` is strace's expression for a fault."""
        pid = self._begin(folder, words, 0)
        fault = ["-e", f"inject={inject}"] if inject else []
        self._log.write_text("")
        command = [
            str(STRACE),
            "-p",
            pid,
            "-y",
            "-s",
            "0",
            "-e",
            f"trace={CALLS}",
            "-o",
            str(self._log),
            *fault,
        ]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tracer:
            assert tracer.stderr
            said = tracer.stderr.readline()
            assert "attached" in said, said
            status, said = self._end()
            tracer.stderr.read()
        calls = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        return Run(status, said, tuple(_points(calls, folder)))

    def _begin(self, folder: Path, words: Sequence[str], file_bytes_max: int) -> str:
        job = {"words": words, "folder": str(folder), "file_bytes_max": file_bytes_max, "plant": self._plant}
        return self._ask(json.dumps(job))

    def _end(self) -> tuple[int, str]:
        status, said = json.loads(self._ask("go"))
        return int(status), str(said)

    def _ask(self, line: str) -> str:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the forking process has died"
        return answer.strip()

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


@contextmanager
def forking(scratch: Path, plant: str = "") -> Iterator[Forker]:
    """Yield a forker that ends with the block; `plant` names a bad writer for it (plants.py)."""
    forker = Forker(scratch, plant)
    try:
        yield forker
    finally:
        forker.close()


def _points(calls: Sequence[str], folder: Path) -> Iterator[Point]:
    """Yield the write-related calls on what lies in a folder, in their order."""
    counts: Counter[str] = Counter()
    for line in calls:
        if call := _CALL.match(line):
            counts[call[1]] += 1
            if f"{folder}/" in line and (not call[1].startswith("open") or _WRITING_OPEN.search(line)):
                yield Point(call[1], counts[call[1]], _told(line, folder))


def _told(line: str, folder: Path) -> str:
    """Return a call as it reads in every folder and process: without result, file and byte numbers."""
    call = line.replace(str(folder), "").rpartition(" = ")[0].rstrip()
    call = re.sub(r"/tmp[a-z0-9_]{8}\b", "/tmp*", call)  # a draft of a cache has a random name
    return re.sub(r"\(\d+<", "(<", re.sub(r', ""\.\.\., \d+', "", call))
