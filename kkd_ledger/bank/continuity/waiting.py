"""Why a statement waits, as a record: the balance or lines in doubt, the statements against it, what settles it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from kkd_ledger import german
from kkd_ledger.bank.continuity.statement_pieces import StatementPiece
from kkd_ledger.bank.statements import Statement, StatementLine
from kkd_ledger.errors import Problem, StatementGap
from kkd_ledger.money import format_eur


class WaitingKind(StrEnum):
    """The kinds of reasons why a statement waits, as certificates spell them."""

    NOT_JOINED = "kein-anschluss"
    BOOKS_DIFFER = "anderer-buchstand"
    NO_SUCH_BALANCE = "fremder-saldo"
    NEW_OR_KNOWN = "neu-oder-bekannt"
    JOINS_RETOLD = "reihenfolge-offen"
    TOO_MANY_SUMS = "zu-viele-summen"
    OTHER_LINES = "andere-umsaetze"
    OTHER_FORMAT = "anderes-format"
    OTHER_CONTENT = "anderer-inhalt"
    CONTRADICTED = "widerspruch-im-lauf"

    @property
    def contradicts(self) -> bool:
        """Whether another statement says otherwise, so that a person decides and no third statement settles it."""
        return self in _CONTRADICTIONS


_CONTRADICTIONS: Final = frozenset(
    {
        WaitingKind.OTHER_LINES,
        WaitingKind.OTHER_FORMAT,
        WaitingKind.OTHER_CONTENT,
        WaitingKind.CONTRADICTED,
    }
)


class StatementBalance(StrEnum):
    """Which balance of a statement."""

    OPENING = "Anfangssaldo"
    CLOSING = "Endsaldo"


class BalanceInDoubt(NamedTuple):
    """A balance that does not fit: which one, its cents, those that would fit, and whose they are (German)."""

    which: StatementBalance
    cents: int
    expected: tuple[int, ...]
    whose: str

    @property
    def text(self) -> str:
        """The balance that the statement has, in German."""
        return f"{self.which} {format_eur(self.cents)}"


class SettlingStatement(NamedTuple):
    """A statement that would settle the doubt: the missing one between two balances in cents, or one of whole days."""

    days: tuple[dt.date, ...]
    openings: tuple[int, ...] = ()
    closings: tuple[int, ...] = ()

    @property
    def is_missing(self) -> bool:
        """Whether it is the statement that is missing in between; otherwise it is one that has the days whole."""
        return bool(self.openings)

    @property
    def text(self) -> str:
        """Which statement would settle it, in German (nominative)."""
        if not self.is_missing:
            days = german.listing([german.day(day) for day in sorted(self.days)])
            return f"ein Auszug, der {days} ganz enthält (er beginnt davor und endet danach)"
        first, last = self.days
        balances = f"von {any_of(self.openings)} auf {any_of(self.closings)}"
        moved = {closing - opening for opening in self.openings for closing in self.closings}
        together = f" (Umsätze von zusammen {any_of(moved)})"
        return (
            f"der fehlende Auszug zwischen {german.day(first)} und {german.day(last)}, {balances}{together}"
        )


@dataclass(frozen=True)
class WaitingReason:
    """One reason why a statement waits.

    `observed` and `allowed` say in German what the statement has and what would fit. `lines` are the lines in question,
    `against` the known statements that contradict or join it. `balance` is None where no balance is in doubt,
    `settled_by` None where no further statement would settle it. `once_more_cents` is the sum of what was taken for
    known in `against` and would be new beside this statement; 0 where nothing would.
    """

    kind: WaitingKind
    statement: Statement
    place: str
    observed: str
    allowed: str
    balance: BalanceInDoubt | None = None
    lines: tuple[StatementLine, ...] = ()
    against: tuple[StatementPiece, ...] = ()
    settled_by: SettlingStatement | None = None
    once_more_cents: int = 0

    @property
    def problem(self) -> Problem:
        """The reason as a problem of the file, for a refusal's list."""
        return Problem(self.statement.source, self.place, self.observed, self.allowed)


class StatementWaits(StatementGap):
    """Raised where a statement does not fit the known account; it waits in the inbox, with these reasons."""

    def __init__(self, reasons: Iterable[WaitingReason]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(reason.problem for reason in self.reasons)

    @property
    def contradicted(self) -> frozenset[str]:
        """The keys of the known statements that contradict it."""
        reasons = (reason for reason in self.reasons if reason.kind.contradicts)
        return frozenset(piece.key for reason in reasons for piece in reason.against)


# -------------------------------------------------------------------------------------------------------- their words


def piece_text(piece: StatementPiece) -> str:
    """Return a known statement in German: its number, format, period and balances."""
    number = f"Auszug {piece.number}" if piece.number else "ein Auszug"
    text = f"{number} ({piece.kind}) {german.day(piece.first)} bis {german.day(piece.last)}"
    return f"{text}: {format_eur(piece.opening)} bis {format_eur(piece.closing)}" if piece.balanced else text


def statement_name(statement: Statement) -> str:
    """Return what people call a statement: its number, else the bank's identification."""
    return f"Auszug {statement.sequence or statement.identity}"


def any_of(amounts: Collection[int]) -> str:
    """Return amounts in cents as a German list of alternatives."""
    return " oder ".join(map(format_eur, sorted(amounts)))
