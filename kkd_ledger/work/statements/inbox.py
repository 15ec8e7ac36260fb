"""The inbox of a book: which files wait there, and where those go that cannot be taken, each with its reason."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kkd_ledger.bank.files.limits import DEFAULT_LIMITS
from kkd_ledger.bank.files.reading import told_name
from kkd_ledger.book.config import Book
from kkd_ledger.book.store.book_folder import BookFolder
from kkd_ledger.errors import BookRefused, InputRefused, Problem
from kkd_ledger.work.session import Session
from kkd_ledger.work.statements.received import StatementFile

INBOX: Final = "inbox"
REJECTED: Final = "rejected"
DOUBTFUL: Final = "klaerung"
REASON: Final = ".grund.txt"
NOBODY: Final = "das kann niemand annehmen, nur zurückweisen (--reject)"
SETTLES: Final = (
    "`kkd receive BUCH DATEI --accept GRUND --by NAME` nimmt ein Dokument an, das zu klären ist, "
    "`--reject GRUND --by NAME` weist es zurück."
)
ONLY_REJECTS: Final = (
    "So kann das niemand annehmen: erst muss sich ändern, was oben als Grund steht. "
    "`kkd receive BUCH DATEI --reject GRUND --by NAME` weist das Dokument zurück."
)
REJECTS: Final = (
    "`kkd receive BUCH DATEI --reject GRUND --by NAME` weist eine Datei zurück, die keine E-Rechnung ist; sie bleibt "
    "mit Grund und Name abgelegt."
)
_UNFINISHED_DAYS_MAX: Final = 1
_UNFINISHED: Final = frozenset({".part", ".tmp"})
_STEM_BYTES_MAX: Final = 100  # with the rest below 143, which is what an encrypted file system takes
_ENDING_BYTES_MAX: Final = 16
_NAMES_MAX: Final = 100
_FOREIGN_LINES: Final = 0o600
_NAMES_TOLD_MAX: Final = 5
_NO_PATH: Final = str.maketrans("/\\", "__")
_HEAD_BYTES: Final = 4_096
_INVOICE_MARKS: Final = (
    b"urn:un:unece:uncefact:data:standard:CrossIndustryInvoice",
    b"urn:oasis:names:specification:ubl:schema:xsd:Invoice-2",
    b"urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2",
)


@dataclass(frozen=True)
class Rejected:
    """A file of the inbox that could not be taken, and why; `aside` is its name in rejected/, empty where it stays."""

    path: Path
    problems: tuple[Problem, ...]
    aside: str = ""


def trouble(book: Book) -> str:
    """Return why nothing is taken from the inbox, in German; empty where it is a folder of the book, or not there yet.

    Through a link a run would empty somebody else's folder.
    """
    inbox = book.root / INBOX
    if inbox.is_symlink():
        return f"{inbox} ist eine Verknüpfung: Dort wird nichts gelesen und nichts weggenommen."
    if inbox.exists() and not inbox.is_dir():
        return f"{inbox} ist kein Ordner: Dort kommt nichts an."
    return ""


def refuse_no_folder(book: Book) -> None:
    """Raise BookRefused where the inbox is not a folder that lies in the book."""
    if sentence := trouble(book):
        allowed = f"ein Ordner {INBOX}/ im Buch selbst; was ankommt, gehört hinein ({sentence})"
        raise BookRefused([Problem(str(book.root / INBOX), "", "kein Ordner des Buchs", allowed)])


def strange(book: Book, today: dt.date) -> tuple[Path, ...]:
    """Return what lies in the inbox and what no run will ever take."""
    if trouble(book):
        return ()
    taken = set(waiting_files(book))
    there = BookFolder(book.root).listed(INBOX)
    return tuple(path for path in there if path not in taken and not _expected(path, today))


def _expected(path: Path, today: dt.date) -> bool:
    """Tell whether an inbox may hold it: our folders, what is hidden, a file that is still being written."""
    if path.name in {REJECTED, DOUBTFUL}:
        return path.is_dir() and not path.is_symlink()
    if path.name.startswith("."):
        return True
    try:
        info = path.lstat()
    except FileNotFoundError:
        return True  # taken away meanwhile
    return stat.S_ISREG(info.st_mode) and (today - _day(info)).days <= _UNFINISHED_DAYS_MAX


def lies_since(path: Path, today: dt.date) -> dt.date | None:
    """Return the day on which a file was last written; None where it cannot be told (any more) or lies after today."""
    try:
        day = _day(path.lstat())
    except OSError:
        return None
    return day if day <= today else None


def some_names(names: Iterable[str]) -> str:
    """Return some names of files, and how many more there are."""
    shown_names = [told_name(name) for name in names]
    more = len(shown_names) - _NAMES_TOLD_MAX
    shown = ", ".join(shown_names[:_NAMES_TOLD_MAX])
    return f"{shown} und {more} weitere" if more > 0 else shown


def _day(info: os.stat_result) -> dt.date:
    return dt.datetime.fromtimestamp(info.st_mtime).astimezone().date()


def waiting_files(book: Book) -> Iterator[Path]:
    """Yield the files that wait for a run, by name; none where the inbox is no folder of the book.

    What begins with a dot or is still being written by a client (.part, .tmp) is none, nor is what only points to a
    file elsewhere: the inbox is what lies in it.
    """
    if trouble(book):
        return
    present = BookFolder(book.root)
    for path in present.listed(INBOX):
        hidden = path.name.startswith(".") or path.suffix in _UNFINISHED
        if present.is_file(path) and not hidden:
            yield path


def is_invoice(path: Path) -> bool:
    """Tell by its first bytes whether a file is an e-invoice (PDF, or XML of the two syntaxes of EN 16931)."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        return False
    return head.startswith(b"%PDF-") or any(mark in head for mark in _INVOICE_MARKS)


def document_word(path: Path) -> str:
    """Return in German what kind of document waits: a PDF may carry no e-invoice, as letters do."""
    from kkd_ledger.einvoice.source import open_source

    try:
        open_source(path)
    except (InputRefused, OSError):
        return "PDF ohne lesbare E-Rechnung" if path.suffix.casefold() == ".pdf" else "E-Rechnung"
    return "E-Rechnung"


def invoices(book: Book) -> tuple[Path, ...]:
    """Return the e-invoices that wait in the inbox for `kkd receive`."""
    return tuple(path for path in waiting_files(book) if is_invoice(path))


def doubtful_documents(book: Book) -> tuple[tuple[str, str], ...]:
    """Return the e-invoices that `kkd receive` has set aside for a person, by name with the reasons."""
    return reasons(book, DOUBTFUL)


def settling(documents: Iterable[tuple[str, str]]) -> str:
    """Return by which command a person settles documents that wait, by name with their reasons."""
    return SETTLES if any(NOBODY not in reasons for _, reasons in documents) else ONLY_REJECTS


def reasons(book: Book, folder: str) -> tuple[tuple[str, str], ...]:
    """Return the files in a folder of the inbox that lie there for a reason, by name with the reason."""
    present = BookFolder(book.root)
    notes = []
    for path in present.listed(f"{INBOX}/{folder}"):
        if path.name.endswith(REASON):
            with suppress(OSError):
                text = present.read(path).decode("utf-8", "replace")
                notes.append((told_name(path.name).removesuffix(REASON), "; ".join(text.splitlines())))
    return tuple(notes)


def take_out(work: Session, received: Iterable[StatementFile]) -> None:
    """Empty the inbox of what the same batch keeps in the archive."""
    for file in received:
        work.take_away(f"{INBOX}/{file.path.name}", file.content)


def set_aside(work: Session, rejected: Iterable[Rejected]) -> Iterator[Rejected]:
    """Put files that cannot be taken into rejected/, each with its reason beside it, in the batch that books the rest.

    Yield them with their new names. A file that cannot be read, or is too large to be read, stays where it is, and so
    do all where rejected/ is none of the inbox's own folders.
    """
    names = _Names(work.book.root / INBOX / REJECTED)
    for refusal in rejected:
        content = _content(refusal.path) if names.folder_is_ours else None
        name = "" if content is None else names.free(refusal.path, content)
        if content is not None and name:
            reasons = "".join(f"{problem}\n" for problem in refusal.problems)
            mode = _mode(refusal.path)
            if mode is not None and not work.book.settings.bank.dedicated:
                mode &= _FOREIGN_LINES  # it may tell of people who have nothing to do with us
            work.put(f"{INBOX}/{REJECTED}/{name}", content, mode)
            work.put(f"{INBOX}/{REJECTED}/{name}{REASON}", reasons.encode(), mode)
            work.take_away(f"{INBOX}/{refusal.path.name}", content)
        yield Rejected(refusal.path, refusal.problems, name)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.stat().st_size <= DEFAULT_LIMITS.file_bytes else None
    except OSError:
        return None


def _mode(path: Path) -> int | None:
    with suppress(OSError):
        return stat.S_IMODE(path.stat().st_mode)
    return None


class _Names:
    """Gives rejected files names that are free in a folder, for themselves and for their reasons."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._given: set[str] = set()

    @property
    def folder_is_ours(self) -> bool:
        """Whether it is a folder that lies here, or can be made."""
        there = self._folder.is_dir() or not self._folder.exists()
        return there and not self._folder.is_symlink()

    def free(self, path: Path, content: bytes) -> str:
        """Return the file's own name where it can be kept, else one with the hash of its content, empty for none."""
        sha256 = hashlib.sha256(content).hexdigest()
        stem, suffix = (
            _plain(path.stem, _STEM_BYTES_MAX).lstrip(".") or "datei",
            _plain(path.suffix, _ENDING_BYTES_MAX),
        )
        names = itertools.chain(
            (f"{stem}{suffix}", f"{stem}-{sha256[:12]}{suffix}"),
            (f"{sha256}-{count}{suffix}" for count in range(1, _NAMES_MAX)),
        )
        name = next((name for name in names if self._is_free(name, content)), "")
        self._given |= {name, f"{name}{REASON}"}
        return name

    def _is_free(self, name: str, content: bytes) -> bool:
        """Whether nothing else has the name or that of its reason; the same file may come again."""
        if self._given & {name, f"{name}{REASON}"}:
            return False
        try:
            return (self._folder / name).read_bytes() == content
        except FileNotFoundError:
            return not (self._folder / f"{name}{REASON}").exists()
        except OSError:
            return False


def _plain(name: str, bytes_max: int) -> str:
    """Return a part of a name as any file system and any program can write it."""
    return told_name(name).encode()[:bytes_max].decode("utf-8", "ignore").translate(_NO_PATH)
