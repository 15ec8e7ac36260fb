"""Accounts of which some statements are known, for tests of their parts."""

from __future__ import annotations

from kkd_ledger.bank.continuity.account import KnownAccount
from kkd_ledger.bank.continuity.continuity import Continuity
from kkd_ledger.bank.continuity.known_entries import KnownEntries
from kkd_ledger.bank.continuity.statement_pieces import StatementPiece, StatementReading, TakenStatement
from kkd_ledger.bank.line_keys import line_keys
from kkd_ledger.bank.statements import Statement


def taken(statement: Statement, *, retold: int = 0) -> TakenStatement:
    """Return a statement as it is taken where its first lines tell again something, and the others are new."""
    facts = list(zip(line_keys(statement), statement.lines, strict=True))[retold:]
    lines = tuple((key, line.booking_day, line.amount_cents) for key, line in facts)
    return TakenStatement(StatementPiece.of(statement), "inhalt", lines, retold)


def entries(*statements: Statement) -> KnownEntries:
    """Return the entries of some statements."""
    known = KnownEntries()
    for statement in statements:
        known.add(taken(statement))
    return known


def account(*statements: Statement) -> KnownAccount:
    """Return the account of which these statements are known, each line of them for the first time."""
    return KnownAccount(map(taken, statements))


def all_new(statement: Statement) -> StatementReading:
    """Return the reading in which every line is new."""
    return StatementReading(tuple(zip(line_keys(statement), statement.lines, strict=True)), {})


def read(*statements: Statement) -> Continuity:
    """Return an account that has read and added these statements one after the other."""
    known = Continuity(())
    for statement in statements:
        reading = known.read(statement)
        known.add(statement, reading, reading.new)
    return known


def new_in(known: Continuity, statement: Statement) -> list[int]:
    """Return the amounts of what is new in a statement, in order of size."""
    return sorted(line.amount_cents for _, line in known.read(statement).new)
