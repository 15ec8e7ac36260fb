"""Files that somebody drops into a book's inbox: what each is, what a run would do with it, and whether it is kept.

What nothing here can read is told and not kept: the inbox holds what a run takes, or a person decides about.
"""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from kkd_ledger.book.config import Book
from kkd_ledger.book.entries import Authorisation
from kkd_ledger.book.store import journal
from kkd_ledger.errors import InputRefused
from kkd_ledger.work.claims.incoming import receive
from kkd_ledger.work.decisions.explained_words import outlook_text
from kkd_ledger.work.decisions.explaining import ExplainedFile, FileOutlook, explained
from kkd_ledger.work.statements.inbox import INBOX, is_invoice, refuse_no_folder

_NAME_CHARS_MAX: Final = 100
_UNSAFE: Final = re.compile(r"[^\w.() +-]+")
_KEPT: Final = frozenset({FileOutlook.BOOKED, FileOutlook.WAITS, FileOutlook.EARLY})


class DroppedFile(NamedTuple):
    """A dropped file: its name, what it is and would do, why; `kept` is where it lies now, empty where nowhere."""

    name: str
    outlook: str
    reasons: Sequence[str]
    kept: str = ""


def drop(book: Book, contents: Mapping[str, bytes], today: dt.date) -> tuple[DroppedFile, ...]:
    """Put files into a book's inbox that a run or a person can do something with; tell of each what it is.

    They are looked at together, since one statement may settle another. Raise BookRefused where the inbox is no folder
    of the book, and what the writer raises.
    """
    refuse_no_folder(book)
    with tempfile.TemporaryDirectory() as folder:
        paths = {_safe(name): content for name, content in contents.items()}
        for name, content in paths.items():
            Path(folder, name).write_bytes(content)
        files = list(_looked_at(book, [Path(folder, name) for name in paths], today))
    with journal.writing(book.root) as writer:
        places = {file.name: _free(book, file.name, paths[file.name]) for file in files if file.kept}
        writer.commit({place: paths[name] for name, place in places.items()}, lambda _: None)
    return tuple(file._replace(kept=places.get(file.name, "")) for file in files)


def _looked_at(book: Book, paths: Sequence[Path], today: dt.date) -> Iterator[DroppedFile]:
    """Yield what each file is; `kept` says for now only that it is to be kept."""
    documents = [path for path in paths if is_invoice(path)]
    statements = [path for path in paths if path not in documents]
    yield from (_statement(file) for file in (explained(book, statements, today) if statements else ()))
    for path in documents:
        yield _document(book, path, today)


def _statement(file: ExplainedFile) -> DroppedFile:
    reasons = [str(problem) for problem in file.problems]
    reasons += [outlook_text(outlook) for outlook in file.statements]
    kept = INBOX if file.outlook in _KEPT else ""
    return DroppedFile(file.path.name, f"Kontoauszug: {file.outlook}", reasons, kept)


def _document(book: Book, path: Path, today: dt.date) -> DroppedFile:
    if book.is_operator:
        reason = "Anforderungen gehen bei den anderen Beteiligten ein, nicht bei der Betreiberin"
        return DroppedFile(path.name, "E-Rechnung: gehört nicht hierher", [reason])
    try:
        [document] = receive(book, [path], Authorisation(today), dry_run=True).received
    except InputRefused as error:
        return DroppedFile(
            path.name, "E-Rechnung: wird abgelegt", [str(problem) for problem in error.problems], INBOX
        )
    comparison = document.comparison
    reasons = [*comparison.signs, *comparison.reasons, *comparison.remarks]
    if document.refusal:
        reasons = [str(problem) for problem in document.refusal.problems]
    return DroppedFile(
        path.name, f"E-Rechnung: {comparison.verdict}", reasons, "" if document.refusal else INBOX
    )


def _safe(name: str) -> str:
    """Return a name that is a file of the inbox, whatever the sender called it."""
    bare = _UNSAFE.sub("_", name.replace("\\", "/").rpartition("/")[2]).strip(" .")
    return bare[-_NAME_CHARS_MAX:] or "datei"


def _free(book: Book, name: str, content: bytes) -> str:
    """Return a place in the inbox that holds nothing, or the same."""
    place, count = f"{INBOX}/{name}", 1
    while (book.root / place).exists() and (book.root / place).read_bytes() != content:
        count += 1
        stem, dot, ending = name.rpartition(".")
        place = f"{INBOX}/{stem}-{count}.{ending}" if dot else f"{INBOX}/{name}-{count}"
    return place
