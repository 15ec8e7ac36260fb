"""kkd statement --explain: what a run would do with a bank file, and where it waits, why, and what leads on."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Final

from kkd_ledger.bank.continuity.waiting import StatementWaits, WaitingKind, WaitingReason
from kkd_ledger.bank.files.reading import as_far_as_readable, told_name
from kkd_ledger.bank.line_keys import statement_key
from kkd_ledger.bank.statements import BOOKING_KINDS, Statement
from kkd_ledger.book.certificate import Fate, Verdict
from kkd_ledger.book.config import Book
from kkd_ledger.errors import Problem, StatementRefused
from kkd_ledger.money import format_amount
from kkd_ledger.work.statements.inbox import INBOX
from kkd_ledger.work.statements.received import StatementFile, content_of
from kkd_ledger.work.statements.trial import Trial, tried

_FLAGS: Final = {Verdict.NEW: "--new", Verdict.KNOWN: "--known", Verdict.NOT_OURS: "--foreign"}


class FileOutlook(StrEnum):
    """What a run would do with a file."""

    BOOKED = "wird gebucht"
    KNOWN = "ist schon bekannt"
    WAITS = str(Fate.WAITS)
    EARLY = "wartet: reicht in kommende Tage"
    REJECTED = "wird abgelehnt"


@dataclass(frozen=True)
class StatementOutlook:
    """A statement that a run would take, or knows: how many of its lines are new, and how many known."""

    statement: Statement
    new_count: int
    known_count: int


@dataclass(frozen=True)
class OpenDecision:
    """What a person may decide about a file: the verdict, the command, and what it brings about, in German."""

    verdict: Verdict
    command: str
    effect: str


@dataclass(frozen=True)
class ExplainedFile:
    """A file, what a run would do with it, and why it waits.

    `reasons` are those of continuity; `problems` say in German whatever keeps it from being taken, these included.
    """

    path: Path
    outlook: FileOutlook
    statements: tuple[StatementOutlook, ...] = ()
    reasons: tuple[WaitingReason, ...] = ()
    problems: tuple[Problem, ...] = ()
    decisions: tuple[OpenDecision, ...] = ()


def explained(book: Book, paths: Sequence[Path], today: dt.date) -> tuple[ExplainedFile, ...]:
    """Return what a run would do with files as if they lay in the inbox; with those that lie there where none is named.

    All that waits in the inbox is read with them, since one file may settle another. Nothing is written.
    """
    inbox = {path.resolve(): path for path in (book.root / INBOX).glob("*")}
    chosen = [inbox.get(path.resolve(), path) for path in paths]
    trial = tried(book, today, chosen)
    files = [_read(book, trial, file) for file in trial.received]
    files += (_unread(book, path, FileOutlook.REJECTED, problems) for path, problems in trial.unreadable)
    files += (_unread(book, path, FileOutlook.EARLY, problems) for path, problems in trial.early)
    by_path = {file.path: file for file in files}
    return tuple(by_path[path] for path in dict.fromkeys(chosen)) if chosen else tuple(files)


def _read(book: Book, trial: Trial, file: StatementFile) -> ExplainedFile:
    refusals = [refused.error for refused in trial.done.refused if refused.file is file]
    if not refusals:
        statements = tuple(_outlook(trial, statement) for statement in file.statements)
        is_new = any(outlook.new_count for outlook in statements)
        return ExplainedFile(file.path, FileOutlook.BOOKED if is_new else FileOutlook.KNOWN, statements)
    error = refusals[0]
    reasons = error.reasons if isinstance(error, StatementWaits) else ()
    decisions = tuple(_decisions(book, file.path, _effects(reasons, _rivals(trial)), _selection(reasons)))
    return ExplainedFile(file.path, FileOutlook.WAITS, (), reasons, error.problems, decisions)


def _rivals(trial: Trial) -> set[str]:
    """Return the keys of statements that would be taken if others of this run did not contradict them."""
    errors = (refused.error for refused in trial.done.refused)
    reasons = (reason for error in errors if isinstance(error, StatementWaits) for reason in error.reasons)
    return {statement_key(reason.statement) for reason in reasons if reason.kind == WaitingKind.CONTRADICTED}


def _unread(book: Book, path: Path, outlook: FileOutlook, problems: tuple[Problem, ...]) -> ExplainedFile:
    """Return a file that no run takes today; one that is too early nobody needs to decide about."""
    effects: Mapping[Verdict, str] = {}
    if outlook == FileOutlook.REJECTED:
        effects = _effects((), ()) if _has_statements(path) else {Verdict.NOT_OURS: _IF_FOREIGN}
    return ExplainedFile(path, outlook, problems=problems, decisions=tuple(_decisions(book, path, effects)))


def _has_statements(path: Path) -> bool:
    """Whether anybody can read a statement in a file, if only in parts."""
    try:
        statements = as_far_as_readable(content_of(path), path.name)
    except StatementRefused:
        return False
    return any(statement.kind in BOOKING_KINDS for statement in statements)


def _outlook(trial: Trial, statement: Statement) -> StatementOutlook:
    """Return how many lines of a statement a run would take; details that came for a batch are lines of their own."""
    booked = sum(1 for line in statement.lines if line.booked)
    if not any(statement is taken for taken in trial.done.statements):
        return StatementOutlook(statement, 0, booked)
    key = statement_key(statement)
    new = sum(1 for line in trial.done.lines if line.statement == key)
    return StatementOutlook(statement, new, max(0, booked - new))


# ------------------------------------------------------------------------------------------------ what leads on

_REVERSED: Final = (
    "danach nimmt `kkd reverse BUCH NR --reason GRUND --by NAME` zurück, was falsch gebucht war"
)
_AGAIN: Final = "was fraglich ist, ist noch einmal gekommen und wird gebucht"
_THIS_ONE: Final = (
    "diese Datei gilt: Was in ihr neu ist, wird gebucht, und was dann den Salden widerspricht, ist eine eigene Zeile, "
    f"die zu klären ist; {_REVERSED}"
)
_OWN_LINE: Final = (
    "ihre Umsätze werden gebucht; was zu den Salden fehlt, ist eine Lücke oder eine Zeile zum Klären"
)
_BETWEEN: Final = (
    "ihre Umsätze werden gebucht; was in dem anderen Auszug noch einmal gekommen ist, ist auf einem eigenen Konto eine "
    "Zeile zum Klären; auf einem gemeinsamen entscheiden Sie danach über jene Datei aus dem Archiv, mit `--new`, "
    "`--day` und `--amount`"
)
_IF_NEW: Final[Mapping[WaitingKind, str]] = MappingProxyType(
    {
        WaitingKind.NOT_JOINED: _OWN_LINE,
        WaitingKind.BOOKS_DIFFER: _OWN_LINE,
        WaitingKind.NO_SUCH_BALANCE: _OWN_LINE,
        WaitingKind.NEW_OR_KNOWN: _AGAIN,
        WaitingKind.JOINS_RETOLD: _AGAIN,
        WaitingKind.TOO_MANY_SUMS: _AGAIN,
        WaitingKind.OTHER_LINES: _THIS_ONE,
        WaitingKind.OTHER_FORMAT: _THIS_ONE,
        WaitingKind.OTHER_CONTENT: _THIS_ONE,
        WaitingKind.CONTRADICTED: _THIS_ONE,
    }
)
_IF_DOUBT_IS_KNOWN: Final = "was fraglich ist, ist schon gebucht; gebucht wird nur, was sonst neu ist"
_IF_KNOWN: Final = (
    "was bekannt ist, gilt: Alle Umsätze der Datei sind schon gebucht, aus ihr wird nichts gebucht"
)
_IF_FOREIGN: Final = "nichts aus der Datei gehört hierher; sie kommt ins Archiv"


_RIVAL_GOES: Final = "diese Datei gilt und wird gebucht; über die andere entscheidet danach `--foreign`"
_RIVAL_STAYS: Final = "die andere Datei gilt: Der nächste Lauf nimmt sie; diese kommt ins Archiv"


def _effects(reasons: Sequence[WaitingReason], rivals: Collection[str]) -> Mapping[Verdict, str]:
    """Return what each decision brings about that a person may make.

    Where two files contradict each other and neither is booked (`rivals`), nothing of them is known.
    """
    is_rival = any(reason.kind == WaitingKind.CONTRADICTED for reason in reasons)
    if is_rival or any(piece.key in rivals for reason in reasons for piece in reason.against):
        return {Verdict.NEW: _RIVAL_GOES, Verdict.NOT_OURS: _RIVAL_STAYS}
    return {
        Verdict.NEW: "; ".join(dict.fromkeys(map(_if_new, reasons))) or _OWN_LINE,
        Verdict.KNOWN: _IF_DOUBT_IS_KNOWN if _selection(reasons) else _IF_KNOWN,
        Verdict.NOT_OURS: _IF_FOREIGN,
    }


def _if_new(reason: WaitingReason) -> str:
    """Return what it brings about that what is in doubt is new."""
    return _BETWEEN if reason.once_more_cents else _IF_NEW[reason.kind]


def _decisions(
    book: Book, path: Path, effects: Mapping[Verdict, str], selection: str = ""
) -> Iterator[OpenDecision]:
    """Yield the decisions with these effects as commands; `selection` names the lines that may be known."""
    for verdict, effect in effects.items():
        flags = f"{_FLAGS[verdict]}{selection if verdict == Verdict.KNOWN else ''}"
        file = f"--file {shlex.quote(told_name(path.name))}"
        command = f"kkd decide {shlex.quote(str(book.root))} {file} {flags} --by NAME --reason GRUND"
        yield OpenDecision(verdict, command, effect)


def _selection(reasons: Sequence[WaitingReason]) -> str:
    """Return how a command names lines in doubt, and none of the others of their file; empty where all are in doubt.

    One line is enough: the others in doubt are known by their keys.
    """
    for reason in reasons if all(not reason.kind.contradicts for reason in reasons) else ():
        others = [line for line in reason.statement.lines if line.booked and line not in reason.lines]
        for line in reason.lines if others else ():
            day, amount = f" --day {line.booking_day}", f" --amount {format_amount(abs(line.amount_cents))}"
            if all(other.booking_day != line.booking_day for other in others):
                return day
            same_day = [abs(other.amount_cents) for other in others if other.booking_day == line.booking_day]
            if abs(line.amount_cents) not in same_day:
                return day + amount
    return ""
