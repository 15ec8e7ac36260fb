"""kkd archive: a pooled account's archive becomes extracts, its originals lie apart; what a policy lets go, goes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kkd_ledger.audit.archived import ARCHIVE, plain_files
from kkd_ledger.bank.extract import ENDING
from kkd_ledger.bank.files.reading import read
from kkd_ledger.book.certificate import Certificates
from kkd_ledger.book.config import Book
from kkd_ledger.book.store.book_folder import BookFolder
from kkd_ledger.book.text.vocabulary import ORIGINALS
from kkd_ledger.errors import StatementRefused, UsageError
from kkd_ledger.work.session import Outcome, Session, session
from kkd_ledger.work.statements.kept_files import by_certificates, key_for, reduce


@dataclass(frozen=True)
class Reduced:
    """What was done: files reduced to extracts, originals deleted (or those that would be), and what was written."""

    files: tuple[str, ...]
    deleted: tuple[str, ...]
    outcome: Outcome


def reduce_archive(book: Book, *, dry_run: bool = False) -> Reduced:
    """Reduce what lies in archive/ as the bank sent it, and put the files themselves into originale/.

    Originals are deleted only where book.toml says `delete_originals`, and only those whose statements stand on
    certificates of sealed months. Raise UsageError for a dedicated account: it keeps whole files.
    """
    if book.settings.bank.dedicated:
        raise UsageError(f"{book.settings.title}: Ein eigenes Konto behält seine Auszüge ganz in {ARCHIVE}/.")
    with session(book) as work:
        files = tuple(_reduce(work))
        outcome = work.commit(dry_run=dry_run)
        gone = tuple(_deletable(work)) if book.settings.bank.delete_originals else ()
        if not dry_run:
            for path in gone:
                path.unlink()
    names = tuple(path.relative_to(book.root).as_posix() for path in gone)
    return Reduced(files, names, outcome)


def _reduce(work: Session) -> Iterator[str]:
    present, key = BookFolder(work.book.root), key_for(work)
    line_of = by_certificates(Certificates(work.book.root).lines)
    for path in plain_files(present):
        if path.suffix == ENDING:
            continue
        content = present.read(path)
        try:
            statements = read(content, path.name)
        except StatementRefused:
            continue  # an e-invoice, or the reason why one had waited
        place = path.relative_to(work.book.root).as_posix()
        reduce(work, place, content, statements=statements, line_of=line_of, key=key)
        work.take_away(place, content)
        yield place


def _deletable(work: Session) -> Iterator[Path]:
    """Yield the originals of which every statement stands on the certificate of a sealed month."""
    root = work.book.root
    open_heads = [head for head in Certificates(root).heads if not work.chain.is_sealed(head.month)]
    needed = {statement.sha256 for head in open_heads for statement in head.statements}
    needed |= {notification.sha256 for head in open_heads for notification in head.notifications}
    for path in sorted((root / ORIGINALS).glob("*.*")):
        if path.suffix == ".key" or not (root / ARCHIVE / f"{path.stem}{ENDING}").is_file():
            continue
        try:
            hashes = {statement.sha256 for statement in read(path)} | {path.stem}
        except StatementRefused:
            continue
        if not hashes & needed:
            yield path
