"""The bank's files in archive/: whether each that a certificate names is there, and is still what the bank sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

from kkd_ledger import german
from kkd_ledger.bank import extract
from kkd_ledger.bank.extract import ENDING
from kkd_ledger.book.certificate import Certificates
from kkd_ledger.book.config import Book
from kkd_ledger.book.store.book_folder import BookFolder
from kkd_ledger.errors import StatementRefused

ARCHIVE: Final = "archive"
REMEDY: Final = f"Holen Sie die Datei aus der Sicherung zurück nach {ARCHIVE}/."
_NAMES_MAX: Final = 5


def missing(book: Book, reported: Collection[str] = ()) -> Iterator[str]:
    """Yield a German sentence for each file that certificates name and that is no longer in archive/.

    Those files are the vouchers of what was booked. `reported` are hashes that findings name already. A file is known
    by its name; only where one is missing are containers opened, in which it may lie. Raise OSError where the archive
    cannot be read.
    """
    present = BookFolder(book.root)
    files = plain_files(present)
    kept = {path.stem for path in files}
    kept |= set(reported)
    gone = [(sha256, to_day) for sha256, to_day in _named_files(book) if sha256 not in kept]
    if gone:
        kept |= {inner for path in files for inner in within(present, path)}
    days = sorted({sha256: to_day for sha256, to_day in gone if sha256 not in kept}.values())
    if days:
        first, last = days[0], days[-1]
        what = f"der Auszug bis {german.day(first)}"
        if len(days) > 1:
            what = (
                f"{len(days)} Auszüge, der erste bis {german.day(first)}, der letzte bis {german.day(last)}"
            )
        yield f"In {ARCHIVE}/ {'fehlt' if len(days) == 1 else 'fehlen'} {what}."


def changed(book: Book) -> Iterator[str]:
    """Yield a German sentence for each file in archive/ whose content does not have the hash in its name.

    A name of more than two parts is no document's: such a file is the reason why a document had waited.
    """
    present = BookFolder(book.root)
    whole = [path for path in plain_files(present) if path.suffix != ENDING]
    other = [path.name for path in whole if present.sha256(path) != path.stem]
    if other:
        more = f" und {len(other) - _NAMES_MAX} weitere" if len(other) > _NAMES_MAX else ""
        have = "hat eine Datei" if len(other) == 1 else f"haben {len(other)} Dateien"
        names = ", ".join(other[:_NAMES_MAX])
        yield f"In {ARCHIVE}/ {have} nicht den Inhalt, dessen Prüfsumme der Name nennt: {names}{more}."


def plain_files(present: BookFolder) -> list[Path]:
    """Return the files in archive/ that may be the bank's: no folder, no link, no name of more than two parts."""
    return [path for path in present.listed(ARCHIVE) if path.name.count(".") < 2 and present.is_file(path)]


def _named_files(book: Book) -> Iterator[tuple[str, dt.date]]:
    """Yield the hash and the last day of the statements and camt.054 that the certificates name."""
    for head in Certificates(book.root).heads:
        yield from ((statement.sha256, statement.to_day) for statement in head.statements)
        yield from ((notification.sha256, notification.to_day) for notification in head.notifications)
        yield from ((decision.sha256, decision.day) for decision in head.decisions if decision.sha256)


def within(present: BookFolder, path: Path) -> Iterator[str]:
    """Yield the hashes of the files in a container or behind an extract; none of a container that cannot be read."""
    if path.suffix == ENDING:
        yield from (statement.sha256 for statement in extract.read(present.read(path), path.name).statements)
        return
    if path.suffix != ".zip":
        return
    from kkd_ledger.bank.files.containers import members
    from kkd_ledger.bank.files.limits import DEFAULT_LIMITS

    try:
        for _, content in members(present.read(path), path.name, DEFAULT_LIMITS):
            yield sha256(content).hexdigest()
    except StatementRefused:
        return
