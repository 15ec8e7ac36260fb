"""Papers that the operator writes: each is kept once in documents/, named in the books with its hash, unchanged."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from kkd_ledger.book.config import Book
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Document, Record, Value
from kkd_ledger.errors import InvoiceRefused, Problem, UsageError
from kkd_ledger.work.session import Session

FOLDER: Final = v.DOCUMENTS
Progress = Callable[[int, int], None]


def check_call(book: Book, members: Sequence[str]) -> None:
    """Raise UsageError where these are not the operator's books, or a member is unknown."""
    if not book.is_operator:
        raise UsageError(
            f"{book.settings.title}: Nur die Betreiberin ({book.agreement.operator}) fordert an."
        )
    parties = {member.id for member in book.agreement.parties()}
    if unknown := sorted(set(members) - parties):
        raise UsageError(
            f"Unbekannte Beteiligte: {', '.join(unknown)}; bekannt: {', '.join(sorted(parties))}."
        )


def kept_documents(records: Sequence[Record]) -> dict[str, str]:
    """Return the files that the book names, with their hashes."""
    return {
        record.path: str(record.meta.get(v.VOUCHER_HASH, ""))
        for record in records
        if isinstance(record, Document)
    }


def lacks(book: Book, kept: Mapping[str, str], path: str) -> bool:
    """Tell whether a file is not named in the books yet, or was lost."""
    return path not in kept or not (book.root / path).exists()


def first_written(records: Sequence[Record], path: str, today: dt.date) -> dt.date | None:
    """Return the day on which a letter was written first: today where it is new; None where old books do not say."""
    for record in records:
        if isinstance(record, Document) and record.path == path:
            day = record.meta.get(v.RECORDED)
            return day if isinstance(day, dt.date) else None
    return today


def keep(
    work: Session,
    kept: Mapping[str, str],
    path: str,
    content: bytes,
    *,
    account: str,
    day: dt.date,
    meta: Mapping[str, Value],
) -> None:
    """Put a file into the batch, and where it is new the directive that names it with its hash.

    Raise InvoiceRefused where a lost file could only be made again with other bytes.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    if path not in kept:
        work.add([Document(day, account, path, {v.VOUCHER_HASH: sha256, **meta})], work.newest)
    elif kept[path] != sha256:
        actual = f"verloren, und neu erzeugt mit anderem Inhalt ({sha256[:12]}…)"
        allowed = f"der gebuchte Inhalt ({kept[path][:12]}…), wo ihn noch jemand hat; sonst die Forderung stornieren "
        allowed += "(`kkd reverse`) und neu buchen: Ihr Schreiben nennt dann das alte"
        raise InvoiceRefused([Problem(path, "", actual, allowed)])
    work.put(path, content)
