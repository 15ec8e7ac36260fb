"""What lies in a book's folder and is no part of the book."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from kkd_ledger.audit.compared.kinds import OPEN_TO_ALL, READABLE, STRAY
from kkd_ledger.book.config import Book
from kkd_ledger.book.seals.seal_chain import CERTIFICATE, LINK_FILE
from kkd_ledger.book.store.book_folder import BookFolder
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Place
from kkd_ledger.book.text.topfile import TopFile
from kkd_ledger.rules.engine.rule import Finding

_YEAR: Final = re.compile(r"[0-9]{4}")
_OTHERS: Final = 0o077
_CODE: Final = frozenset({".py", ".pyc", ".pyi", ".so", ".pyd", ".pth"})


def readable_originals(book: Book) -> Iterator[Finding]:
    """Yield that others than the owner may read or change what lies in originale/, the key of the extracts included."""
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
        else:
            strange = ((file, _foreign(file)) for file in sorted(path.iterdir()))
            yield from (
                Finding(STRAY, Place(f"{path.name}/{file.name}", 1), what) for file, what in strange if what
            )


def _foreign(path: Path) -> str:
    """Return what nothing in a book is."""
    if path.is_symlink():
        return "ist ein Verweis; ein Buch enthält nichts dergleichen"
    return "ist Programmtext; ein Buch enthält nichts dergleichen" if path.suffix in _CODE else ""


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
