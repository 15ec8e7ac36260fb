"""kkd import: statement files that a person hands in, each taken whole or not at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from kkd_ledger.book.certificate.decisions import Decisions
from kkd_ledger.book.config import Book
from kkd_ledger.errors import StatementRefused
from kkd_ledger.work.session import session
from kkd_ledger.work.statements.imported import Imported
from kkd_ledger.work.statements.received import StatementFile, receive
from kkd_ledger.work.statements.taking import take


def import_files(book: Book, paths: Sequence[Path], *, today: dt.date, dry_run: bool = False) -> Imported:
    """Book the lines of statement files, each exactly once, each file whole or not at all.

    Lines that are known are skipped, however often and in whatever file they come. Raise StatementRefused where no
    file can be taken; of several those that can be are, and the others are told of in `unread` and `refused`.
    """
    received, unread = _readable(book, paths, today)
    if unread and not received:
        raise (
            unread[0]
            if len(unread) == 1
            else StatementRefused(problem for each in unread for problem in each.problems)
        )
    with session(book, today=today) as work:
        done = take(work, received, today=today, dry_run=dry_run, patient=len(paths) > 1)
    if not unread and len(done.refused) == len(received) > 0:
        raise done.refused[0].error
    return replace(done, unread=tuple(unread))


def _readable(
    book: Book, paths: Sequence[Path], today: dt.date
) -> tuple[list[StatementFile], list[StatementRefused]]:
    """Return the files that can be taken by themselves, by their days, and what is wrong with the others."""
    received, refused, decisions = [], [], Decisions.of(book.root)
    for path in paths:
        try:
            file = receive(book, path, today, decisions)
        except StatementRefused as error:
            refused.append(error)
            continue
        if problems := file.not_yet(today):
            refused.append(StatementRefused(problems))
        else:
            received.append(file)
    return sorted(received, key=lambda file: file.last_day or dt.date.min), refused
