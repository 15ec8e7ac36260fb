"""What every command that writes into a book shares: its arguments, and how it says what it has written."""

from __future__ import annotations

import json
import re
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Sized
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kkd_ledger import german
from kkd_ledger.cli.shell.parsing import Commands, Run, path, today_argument
from kkd_ledger.errors import EXIT_FINDINGS, EXIT_GOOD

if TYPE_CHECKING:
    from kkd_ledger.book.config import Book
    from kkd_ledger.cli.shell.parsing import Arguments
    from kkd_ledger.work.session import Outcome


ALREADY: Final = "Nichts zu tun: es steht schon alles im Buch."
_BAR_CHARS: Final = 40
_HASH: Final = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{52}\b", re.ASCII)
_KEPT: Final = re.compile(r"grundlagen/[0-9a-f]{64}", re.ASCII)


def book_command(
    commands: Commands, name: str, run: Run, summary: str, *, today: bool = False
) -> ArgumentParser:
    """Add a command on a book, with its dry run and, where it records something, its day."""
    parser = commands.add(name, run, summary)
    parser.add_argument("book", metavar="BUCH", type=path, help="Ordner des Buchs")
    parser.add_argument("--dry-run", action="store_true", help="zeigt nur, was geschrieben würde")
    if today:
        today_argument(parser)
    return parser


def load(folder: Path) -> Book:
    """Load the book that a command names, while a second process hashes what it has sealed."""
    from kkd_ledger.book.seals.prehashed import hashing

    ahead = hashing(folder)
    from kkd_ledger.book.config import load_book

    return load_book(folder, ahead)


def load_to_write(arguments: Arguments) -> Book:
    """Load the book that a command writes into, opened for the persons whom the command names."""
    from kkd_ledger.cli.users.proofs import opened_for

    return opened_for(load(arguments.book), arguments)


def bar(least: int = 1) -> Callable[[int, int], None] | None:
    """Return what draws the progress of long work on a terminal, from so many steps on; None in a pipe."""

    def draw(done: int, total: int) -> None:
        filled = _BAR_CHARS * done // total
        step = max(1, total // 1_000)
        if total >= least and (done == total or not done % step):
            end = "\r\x1b[K" if done == total else ""
            shown = f"[{'#' * filled}{'.' * (_BAR_CHARS - filled)}] {done}/{total}"
            print(f"\r{shown}{end}", end="", file=sys.stderr, flush=True)

    return draw if sys.stderr.isatty() else None


def tell(arguments: Arguments, outcome: Outcome, done: str, *, nothing: str = ALREADY, **more: Any) -> int:
    """Print what a command wrote and how the book stands; what is written is good, whatever else is open.

    `nothing` is said where it wrote nothing.
    """
    from kkd_ledger.rules.engine.telling import finding_lines

    if arguments.json:
        print(json.dumps(outcome_json(outcome) | more, ensure_ascii=False))
    elif not outcome.files:
        print(nothing)
    else:
        if arguments.dry_run:
            print("\n".join(dry_lines(outcome)))
        else:
            print(f"{done} ({named_files(outcome.files)})")
        print("\n".join(finding_lines(outcome.findings)))
    return written()


def written(lacking: Sized = ()) -> int:
    """Return how a command that writes ends: what is written is good, 1 only where it lacked something to write more.

    How the book stands besides is told, and is the status of `kkd check`.
    """
    return EXIT_FINDINGS if lacking else EXIT_GOOD


def dry_lines(outcome: Outcome) -> list[str]:
    """Say what a dry run would have written: the files, and what would be added to the months."""
    lines = [f"Probelauf: nichts wurde geschrieben. Geschrieben würden: {named_files(outcome.files)}"]
    for month, text in outcome.added.items():
        lines += [f"--- {month}", text.strip("\n")]
    return lines


def named_files(files: Iterable[str]) -> str:
    """Return the names of files as people read them: of a hash its first digits, of kept contents how many there are.

    >>> named_files(["2024/2024-03.beancount", "grundlagen/" + 64 * "a", "grundlagen/" + 64 * "b"])
    '2024/2024-03.beancount, grundlagen/ (2 Inhalte)'
    """
    names = list(files)
    kept = [name for name in names if _KEPT.fullmatch(name)]
    shown = [_HASH.sub(r"\1…", name) for name in names if name not in kept]
    if kept:
        count = german.count(len(kept), "Inhalt", "Inhalte")
        shown.insert(names.index(kept[0]), f"grundlagen/ ({count})")
    return ", ".join(shown)


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """Return what was written, and the findings after it, as plain JSON data."""
    return {
        "files": list(outcome.files),
        "added": {str(month): text for month, text in outcome.added.items()},
        "findings": [finding.as_json() for finding in outcome.findings],
    }
