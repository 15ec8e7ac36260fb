"""The bank's files in archive/: whether each that a certificate names is there, and is still what the bank sent."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from kkd_ledger.book.config import Book
from kkd_ledger.book.present import Present
from kkd_ledger.book.seals import CERTIFICATE
from kkd_ledger.errors import BookRefused, Problem, StatementRefused

ARCHIVE: Final = "archive"
ADVICE: Final = f"Holen Sie die Datei aus der Sicherung zurück nach {ARCHIVE}/."
_LINES: Final = b',\n"zeilen": '
_HEADS_BYTES: Final = (8_192, 131_072, -1)
_NAMES_MAX: Final = 5


def missing(book: Book) -> Iterator[str]:
    """Yield that files are gone which the certificates name: they are the vouchers of what was booked.

    Their names tell that; only where one is not found are containers opened, in which it may be.
    """
    present = Present(book.root)
    files = list(present.listed(ARCHIVE))
    kept = {path.name.partition(".")[0] for path in files}
    gone = [one for one in _papers(book, present) if one["sha256"] not in kept]
    if gone:
        kept = {found for path in files if path.suffix == ".zip" for found in _within(present, path)}
    gone = sorted((one for one in gone if one["sha256"] not in kept), key=lambda one: str(one["bis"]))
    if gone:
        first, last = (dt.date.fromisoformat(one["bis"]) for one in (gone[0], gone[-1]))
        what = f"der Auszug bis {first:%d.%m.%Y}"
        if len(gone) > 1:
            what = f"{len(gone)} Auszüge, der erste bis {first:%d.%m.%Y}, der letzte bis {last:%d.%m.%Y}"
        yield f"In {ARCHIVE}/ {'fehlt' if len(gone) == 1 else 'fehlen'} {what}."


def changed(book: Book) -> Iterator[str]:
    """Yield which files do not have the content that their names tell; each is read for that.

    A name of more than two parts is none of a document, but of the reason why one had waited.
    """
    present = Present(book.root)
    named = [path for path in present.listed(ARCHIVE) if present.is_file(path) and path.name.count(".") < 2]
    other = [path.name for path in named if present.sha256(path) != path.stem]
    if other:
        more = f" und {len(other) - _NAMES_MAX} weitere" if len(other) > _NAMES_MAX else ""
        have = "hat eine Datei" if len(other) == 1 else f"haben {len(other)} Dateien"
        names = ", ".join(other[:_NAMES_MAX])
        yield f"In {ARCHIVE}/ {have} nicht den Inhalt, dessen Prüfsumme der Name nennt: {names}{more}."


def _papers(book: Book, present: Present) -> Iterator[dict[str, Any]]:
    """Yield the statements and camt.054 that the certificates name."""
    for name in present.matching(f"[0-9]*/*{CERTIFICATE}"):
        data = _head(present, book.root / name)
        yield from (*data["auszuege"], *data.get("einzelposten", ()))


def _head(present: Present, path: Path) -> dict[str, Any]:
    """Return a certificate without its lines, which are by far the most of it and come last."""
    content = b""
    for bytes_max in _HEADS_BYTES:
        content, found, _ = present.read(path, bytes_max).partition(_LINES)
        if found:
            content += b"}"
            break
    try:
        data: dict[str, Any] = json.loads(content)
        return {"auszuege": list(data["auszuege"]), "einzelposten": list(data.get("einzelposten", ()))}
    except (ValueError, KeyError, TypeError):
        allowed = "ein Vollständigkeitsnachweis"
        raise BookRefused([Problem(str(path), "", "kein lesbarer Nachweis", allowed)]) from None


def _within(present: Present, path: Path) -> Iterator[str]:
    """Yield the hashes of the files in a container; none of one that cannot be read."""
    from kkd_ledger.bank.containers import members
    from kkd_ledger.bank.limits import DEFAULT_LIMITS

    try:
        for _, content in members(present.read(path), path.name, DEFAULT_LIMITS):
            yield sha256(content).hexdigest()
    except StatementRefused:
        return
