"""What a run over everything in the inbox would do today; nothing is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from kkd_ledger.book.certificate.decisions import Decisions
from kkd_ledger.book.config import Book
from kkd_ledger.book.state.claims import Claims
from kkd_ledger.errors import Problem, StatementRefused
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.session import session
from kkd_ledger.work.statements.imported import Imported
from kkd_ledger.work.statements.inbox import is_invoice, waiting_files
from kkd_ledger.work.statements.received import StatementFile, receive
from kkd_ledger.work.statements.taking import take
from kkd_ledger.work.statements.told_apart import told_apart


class Trial(NamedTuple):
    """The files that can be read, what is wrong with the others or too early in them, and what a run would do.

    `claims` are what is owed then.
    """

    received: tuple[StatementFile, ...]
    unreadable: tuple[tuple[Path, tuple[Problem, ...]], ...]
    early: tuple[tuple[Path, tuple[Problem, ...]], ...]
    done: Imported
    claims: Claims


def tried(book: Book, today: dt.date, further: Sequence[Path] = ()) -> Trial:
    """Return what a run would do with all statement files of the inbox, and with further files as if they lay there."""
    decisions = Decisions.of(book.root)
    received: list[StatementFile] = []
    unreadable: list[tuple[Path, tuple[Problem, ...]]] = []
    early: list[tuple[Path, tuple[Problem, ...]]] = []
    inbox = [path for path in waiting_files(book) if not is_invoice(path)]
    for path in dict.fromkeys([*inbox, *further]):
        try:
            file = receive(book, path, today, decisions)
        except StatementRefused as error:
            unreadable.append((path, error.problems))
            continue
        if problems := file.not_yet(today):
            early.append((path, problems))
        else:
            received.append(file)
    with session(book) as work:
        month = BookingMonth.of(today)
        if work.months and month > max(work.months):
            work.open_month(month)
        received = told_apart(work, received)
        done = take(work, received, today=today, dry_run=True, patient=True)
    return Trial(tuple(received), tuple(unreadable), tuple(early), done, work.claims)
