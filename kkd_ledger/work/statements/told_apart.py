"""Statements of a run that have the number and days of another one, told apart before their keys are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kkd_ledger.bank.continuity.shared_numbers import KnownNumbers
from kkd_ledger.bank.line_keys import statement_key
from kkd_ledger.bank.statements import Statement
from kkd_ledger.book.certificate import Certificates
from kkd_ledger.work.session import Session
from kkd_ledger.work.statements.received import StatementFile, in_order
from kkd_ledger.work.statements.statement_chain import piece_of


def told_apart(work: Session, files: Sequence[StatementFile]) -> list[StatementFile]:
    """Return the files with a key of its own for each statement; a file in which nothing changes is the same object.

    A key that an earlier run or another file has taken stays with that one, also when this is asked again.
    """
    pairs = in_order(files)
    first = min((statement.from_day for _, statement in pairs), default=None)
    if first is None:
        return list(files)
    certified = Certificates(work.book.root, first).statements
    numbers = KnownNumbers((piece_of(taken), taken.content) for taken in certified)
    other: dict[int, Statement] = {}
    for file, statement in pairs:
        own = numbers.told_apart(statement, decided=statement_key(statement) in file.decided)
        if own is not statement:
            other[id(statement)] = own
    return [_with(file, other) for file in files] if other else list(files)


def _with(file: StatementFile, other: dict[int, Statement]) -> StatementFile:
    """Return a file with other statements in place of some, which stay decided where those were."""
    if not any(id(statement) in other for statement in file.statements):
        return file
    changed = [(statement, other.get(id(statement), statement)) for statement in file.statements]
    decided = (statement_key(own) for statement, own in changed if statement_key(statement) in file.decided)
    return replace(file, statements=tuple(own for _, own in changed), decided=frozenset(decided))
