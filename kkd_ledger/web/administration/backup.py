"""A backup to take along: a book's folder and its agreement's, as one archive, while nobody writes."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import Final

from kkd_ledger.book.config import load_book
from kkd_ledger.book.store import journal

_LEFT_OUT: Final = frozenset({".kkd", "originale", "__pycache__"})
"""What is no part of it: prepared forms, and the Kasse's own originals, which nobody else reads."""


def backup_of(root: Path) -> bytes:
    """Return a book and its agreement as a gzipped archive; raise what the writer's lock and the reader raise.

    Unpacked into one folder both find each other again: names are relative to the folder that holds both.
    """
    content = io.BytesIO()
    with (
        journal.writing(root),
        tarfile.open(fileobj=content, mode="w:gz", format=tarfile.PAX_FORMAT) as archive,
    ):
        book = load_book(root)
        agreement = book.agreement_file.parent
        common = root.parent if agreement.is_relative_to(root.parent) else Path(_common(root, agreement))
        for folder in dict.fromkeys((root, agreement)):
            archive.add(folder, str(folder.relative_to(common)), filter=_kept)
    return content.getvalue()


def _common(root: Path, agreement: Path) -> Path:
    return next(folder for folder in root.parents if agreement.is_relative_to(folder))


def _kept(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Return a file of the backup without the names of this computer's users; None for what is left out."""
    if _LEFT_OUT.intersection(Path(member.name).parts) or not (
        member.isfile() or member.isdir() or member.issym()
    ):
        return None
    member.uname = member.gname = ""
    member.uid = member.gid = 0
    return member
