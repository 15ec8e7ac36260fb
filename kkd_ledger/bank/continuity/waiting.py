"""A reason why a statement waits: which balance, which lines, beside which known statements, what would settle it."""

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
    """Why a statement waits: the only place that spells these words."""

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
        """Whether another statement says otherwise, so that no third one can settle it: a person decides."""
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
    """A balance that does not fit: the statement's own in cents, those that would, and whose these are, in German."""

    which: StatementBalance
    cents: int
    expected: tuple[int, ...]
    whose: str

    @property
    def text(self) -> str:
        """The balance that the statement has."""
        return f"{self.which} {format_eur(self.cents)}"


class SettlingStatement(NamedTuple):
    """A statement that would settle it: the missing one with its balances in cents, or one that has the days whole."""

    days: tuple[dt.date, ...]
    openings: tuple[int, ...] = ()
    closings: tuple[int, ...] = ()

    @property
    def is_missing(self) -> bool:
        """Whether it is the one that is missing in between; else it has these days whole."""
        return bool(self.openings)

    @property
    def text(self) -> str:
        """Which statement it is, in German (nominative)."""
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
    """Why a statement waits.

    `observed` and `allowed` say it in German. `lines` are those that it is about, `against` the known statements that
    say otherwise or that it joins; `balance` and `settled_by` are None where it is about no balance, and where no
    further statement would settle it.
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

    @property
    def problem(self) -> Problem:
        """The reason as one thing that is wrong with the file."""
        return Problem(self.statement.source, self.place, self.observed, self.allowed)


class StatementWaits(StatementGap):
    """A statement does not fit the known account by itself: it waits, with the reasons."""

    def __init__(self, reasons: Iterable[WaitingReason]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(reason.problem for reason in self.reasons)

    @property
    def contradicted(self) -> frozenset[str]:
        """The keys of the known statements that say otherwise."""
        reasons = (reason for reason in self.reasons if reason.kind.contradicts)
        return frozenset(piece.key for reason in reasons for piece in reason.against)


# -------------------------------------------------------------------------------------------------------- their words


def piece_text(piece: StatementPiece) -> str:
    """Return a known statement by its number, format, days and balances, in German."""
    number = f"Auszug {piece.number}" if piece.number else "ein Auszug"
    text = f"{number} ({piece.kind}) {german.day(piece.first)} bis {german.day(piece.last)}"
    return f"{text}: {format_eur(piece.opening)} bis {format_eur(piece.closing)}" if piece.balanced else text


def statement_name(statement: Statement) -> str:
    """Return a statement by its number, or what else the bank calls it."""
    return f"Auszug {statement.sequence or statement.identity}"


def any_of(amounts: Collection[int]) -> str:
    """Return amounts in cents of which any one is right, in German."""
    return " oder ".join(map(format_eur, sorted(amounts)))
