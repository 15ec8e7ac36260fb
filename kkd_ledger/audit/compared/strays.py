"""What lies in a book's folder and is no part of the book."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from kkd_ledger.audit.archived import ARCHIVE
from kkd_ledger.audit.compared.answered import RUNS
from kkd_ledger.audit.compared.kinds import OPEN_TO_ALL, READABLE, STRAY, UNKNOWN
from kkd_ledger.audit.originals import KEY_FILE
from kkd_ledger.book.config import Book
from kkd_ledger.book.seals.basis import CONTACTS_FILE, TEMPLATES
from kkd_ledger.book.seals.seal_chain import CERTIFICATE, KEPT, LINK_FILE
from kkd_ledger.book.store.book_folder import BookFolder
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Place
from kkd_ledger.book.text.topfile import TopFile
from kkd_ledger.rules.engine.rule import Finding

_YEAR: Final = re.compile(r"[0-9]{4}")
_OTHERS: Final = 0o077
INBOX: Final = "inbox"
_CODE: Final = frozenset(
    {
        ".py",
        ".pyc",
        ".pyi",
        ".so",
        ".pyd",
        ".pth",
        ".sh",
        ".bat",
        ".cmd",
        ".ps1",
        ".exe",
        ".dll",
        ".js",
        ".jar",
        ".vbs",
    }
)
_UNREAD: Final = frozenset({".kkd", ".wal", ".git"})
_RUN: Final = re.compile(r"(?:pain00[18]-.*\.(?:json|xml)|storno-.*\.json)", re.ASCII)
_FAMILIAR: Final = frozenset({ARCHIVE, v.DOCUMENTS, v.ORIGINALS, KEPT, TEMPLATES, RUNS, INBOX, "pending"})
_INBOX_FOLDERS: Final = frozenset({("rejected",), ("klaerung",)})
_OF_DESKTOPS: Final = frozenset({".DS_Store", ".gitkeep", ".gitignore", ".directory", "desktop.ini"})


def readable_originals(book: Book) -> Iterator[Finding]:
    """Yield a finding where others than the owner may read or change originale/, the key of the extracts included."""
    open_to = [
        path.name
        for path in BookFolder(book.root).listed(v.ORIGINALS)
        if not path.is_symlink() and stat.S_IMODE(path.stat().st_mode) & _OTHERS
    ]
    if open_to:
        more = f" und {len(open_to) - 1} weitere" if len(open_to) > 1 else ""
        text = f"{open_to[0]}{more}: lesbar oder änderbar für Gruppe oder andere"
        yield Finding(READABLE, Place(f"{v.ORIGINALS}/{open_to[0]}", 1), text)


def strays(book: Book, top: TopFile) -> Iterator[Finding]:
    """Yield what is no part of the book: in the years' folders other files, anywhere links and code."""
    present = BookFolder(book.root)
    stems = {month.stem for month in top.months}
    for path in present.listed("."):
        if path.is_symlink() or not path.is_dir():
            if what := _foreign(path):
                yield Finding(STRAY, Place(path.name, 1), what)
        elif _YEAR.fullmatch(path.name):
            for file in present.listed(path.name):
                name = f"{path.name}/{file.name}"
                if what := _strange(name, stems, plain=present.is_file(file)):
                    yield Finding(STRAY, Place(name, 1), what)
        elif path.name not in _UNREAD:
            strange = ((file, _foreign(file)) for file in _below(path))
            places = ((file.relative_to(book.root).as_posix(), what) for file, what in strange if what)
            yield from (Finding(STRAY, Place(name, 1), what) for name, what in places)
    yield from _no_runs(present)


def _below(folder: Path) -> Iterator[Path]:
    """Yield everything below a folder in order; links are named, not followed."""
    for path in sorted(folder.iterdir()):
        yield path
        if path.is_dir() and not path.is_symlink():
            yield from _below(path)


def _no_runs(present: BookFolder) -> Iterator[Finding]:
    """Yield what lies among the payment runs and is none: somebody may take it to the bank."""
    for path in present.listed(RUNS):
        if not (_RUN.fullmatch(path.name) and present.is_file(path)) and not path.is_symlink():
            yield Finding(STRAY, Place(f"{RUNS}/{path.name}", 1), "ist kein Zahllauf, den kkd schrieb")


def unknown(book: Book) -> Iterator[Finding]:
    """Yield what kkd neither writes nor reads: files and folders beside the book's own, kept content of nobody."""
    familiar = {*_FAMILIAR, book.config_file.name, v.TOP_FILE, *_relatives(book)}
    for path in sorted(book.root.iterdir()):
        named = (
            path.name in familiar
            or path.name.startswith(".")
            or (path.is_dir() and _YEAR.fullmatch(path.name))
        )
        if not named and not _foreign(path):
            yield Finding(UNKNOWN, Place(path.name, 1), "ist kein Teil des Buchs")
    present = BookFolder(book.root)
    archived = {path.stem for path in present.listed(ARCHIVE)}
    for path in present.listed(v.ORIGINALS):
        if path.name != KEY_FILE.rpartition("/")[2] and path.stem not in archived and not path.is_symlink():
            place = Place(f"{v.ORIGINALS}/{path.name}", 1)
            yield Finding(UNKNOWN, place, f"zu ihm gibt es keinen Extrakt in {ARCHIVE}/")


def hidden(book: Book) -> Iterator[Finding]:
    """Yield what lies in the inbox where nobody looks: hidden, or in folders that kkd did not make."""
    inbox = book.root / INBOX
    if inbox.is_symlink() or not inbox.is_dir():
        return  # told where it is read
    for path in _below(inbox):
        place = path.relative_to(book.root)
        folders = place.parts[1:-1]
        ours = not folders or folders in _INBOX_FOLDERS
        if path.is_dir() or path.is_symlink() or _foreign(path) or path.name in _OF_DESKTOPS:
            continue
        if not ours or path.name.startswith("."):
            why = "ist verborgen" if ours else "liegt in einem Ordner, den kein Befehl liest"
            yield Finding(UNKNOWN, Place(place.as_posix(), 1), f"{why}: ein Lauf nimmt es nie")


def _relatives(book: Book) -> Iterator[str]:
    """Yield the names of what a book stands on, where it lies in the book's own folder, with the agreement's papers."""
    for path in (book.agreement_file, book.agreement_file.parent / CONTACTS_FILE, *book.figure_files):
        if path.is_relative_to(book.root.resolve()):
            yield path.relative_to(book.root.resolve()).parts[0]


def _foreign(path: Path) -> str:
    """Return what nothing in a book is."""
    if path.is_symlink():
        return "ist ein Verweis; ein Buch enthält nichts dergleichen"
    is_code = path.suffix.casefold() in _CODE
    return "ist Programmtext; ein Buch enthält nichts dergleichen" if is_code else ""


def open_to_all(book: Book) -> Iterator[Finding]:
    """Yield that everybody on the machine may change the book's folder, or a file in it or in a year's."""
    years = (path for path in book.root.iterdir() if _YEAR.fullmatch(path.name) and path.is_dir())
    paths = (book.root, *book.root.iterdir(), *(file for year in years for file in year.iterdir()))
    writable = sorted(path for path in paths if not path.is_symlink() and path.stat().st_mode & stat.S_IWOTH)
    if writable:
        name = writable[0].relative_to(book.root).as_posix()
        more = f" und {len(writable) - 1} weitere" if len(writable) > 1 else ""
        text = f"{'der Ordner des Buchs' if name == '.' else name}{more}: änderbar für alle"
        yield Finding(OPEN_TO_ALL, Place(v.TOP_FILE if name == "." else name, 1), text)


def _strange(name: str, stems: Iterable[str], *, plain: bool) -> str:
    if not plain:
        return "ist keine gewöhnliche Datei"
    if LINK_FILE.fullmatch(name):
        return ""  # the chain of closing proofs is verified apart
    stem = name.removesuffix(".beancount").removesuffix(CERTIFICATE)
    if stem in stems and name != stem:
        return ""
    ledger = name.endswith((".beancount", CERTIFICATE))
    return f"{v.TOP_FILE} nennt diesen Monat nicht" if ledger else "gehört zu keinem Monat des Buchs"
