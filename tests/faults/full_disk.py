"""Runs a command on a disk that is really full: `python -m tests.faults.full_disk FOLDER`, FOLDER on a small disk.

For each amount of space left it prints one JSON line: bytes left, exit status, what the command said, whether the book
is as before, and whether a second run, with space again, gives what a run without trouble gives.
"""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import sys
from pathlib import Path

from kkd_ledger.cli import main
from tests.faults.scenarios import BOOK, MONTH
from tests.samples import tree

PAGE_BYTES = 4096
PAGES_LEFT = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16, 20)


def kkd(folder: Path) -> tuple[int, str]:
    """Run the scenario's command; return its status and what it said."""
    said = io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        return main(list(MONTH.words)), said.getvalue()


def fill(filler: Path, bytes_left: int) -> None:
    """Fill the disk up to its last page, then give some bytes back."""
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(PAGE_BYTES))
    with filler.open("rb+") as file:
        file.truncate(filler.stat().st_size - bytes_left)


def attempt(template: Path, folder: Path, pages_left: int, wanted: object) -> dict[str, object]:
    """Run with some pages left, then again with space."""
    shutil.copytree(template, folder)
    before = tree(folder / BOOK)
    fill(folder.parent / "filler", pages_left * PAGE_BYTES)
    status, said = kkd(folder)
    unchanged = tree(folder / BOOK) == before
    (folder.parent / "filler").unlink()
    kkd(folder)
    again = tree(folder / BOOK) == wanted
    shutil.rmtree(folder)
    return {"pages": pages_left, "status": status, "said": said, "unchanged": unchanged, "again": again}


def run(disk: Path) -> None:
    """Try every amount of space left."""
    template, whole = disk / "template", disk / "whole"
    template.mkdir()
    MONTH.build(template)
    shutil.copytree(template, whole)
    kkd(whole)
    wanted = tree(whole / BOOK)
    for pages_left in PAGES_LEFT:
        print(json.dumps(attempt(template, disk / "run", pages_left, wanted)))


if __name__ == "__main__":
    run(Path(sys.argv[1]))
