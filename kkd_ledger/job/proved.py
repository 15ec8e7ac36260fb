"""What money may stand on: books that agree with their seals, their archive and the bank's certificates."""

from __future__ import annotations

from collections.abc import Iterator

from kkd_ledger.audit import archived
from kkd_ledger.audit.compared import compared
from kkd_ledger.book.config import Book
from kkd_ledger.errors import Problem
from kkd_ledger.invoice.sepa import RunRefused
from kkd_ledger.job import completeness
from kkd_ledger.plugins.check import check
from kkd_ledger.plugins.rule import Level


def refuse_unproved(book: Book) -> None:
    """Raise RunRefused where a full check of a book finds an error: money would move on what may have been changed.

    Nothing that was kept of an earlier check is read for it.
    """
    if problems := list(_problems(book)):
        raise RunRefused(problems)


def _problems(book: Book) -> Iterator[Problem]:
    for found in (*check(book, full=True), *compared(book, full=True)):
        if found.kind.level == Level.ERROR:
            file, line = found.place
            yield Problem(file, f"Zeile {line}", f"{found.kind.code} {found.text}", found.kind.advice)
    for sentence in (*archived.missing(book), *archived.changed(book)):
        yield Problem(archived.ARCHIVE, "", sentence, archived.ADVICE)
    for sentence in completeness.wrong_sums(book):
        yield Problem(str(book.top_file), "", sentence, completeness.ADVICE)
