"""Statements to which a bank gives the same number and days: what they say tells them apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from kkd_ledger.bank.continuity.statement_pieces import StatementPiece
from kkd_ledger.bank.line_keys import content_key, key_by_content, statement_key
from kkd_ledger.bank.statements import Statement


class KnownNumbers:
    """The statements that are known by their keys, each as a piece of the account with the key of what it says."""

    def __init__(self, taken: Iterable[tuple[StatementPiece, str]]) -> None:
        self._taken = {piece.key: (piece, content) for piece, content in taken}

    def told_apart(self, statement: Statement, *, decided: bool) -> Statement:
        """Return a statement so that its key is its own, and know it from now on.

        One that leads from other balances to other balances than the known one with its key is another statement: the
        balances say where it lies. Where both have the same balances, the bank has corrected itself, or they have none:
        it keeps the key, waits, and a person decides; then it is another one.
        """
        if self._is_another(statement, decided=decided):
            statement = replace(statement, shares_number=True)
        self._taken.setdefault(
            statement_key(statement), (StatementPiece.of(statement), content_key(statement))
        )
        return statement

    def _is_another(self, statement: Statement, *, decided: bool) -> bool:
        if key_by_content(statement) in self._taken:
            return True
        own = StatementPiece.of(statement)
        other, content = self._taken.get(own.key, (None, ""))
        if other is None or content == content_key(statement):
            return False
        return decided or (own.balanced and other.balanced and not own.has_balances_of(other))
