"""What a run would do with a bank file, and why it waits, in words: for `kkd statement --explain` and the inbox."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kkd_ledger import german
from kkd_ledger.bank.continuity.statement_pieces import StatementPiece
from kkd_ledger.bank.continuity.waiting import WaitingReason, any_of, piece_text
from kkd_ledger.bank.files.reading import told_name
from kkd_ledger.money import format_eur
from kkd_ledger.work.decisions.explaining import ExplainedFile, StatementOutlook

_LINES_MAX: Final = 12


def explained_text(file: ExplainedFile) -> Iterator[str]:
    """Yield what a run would do with a file and why, line by line."""
    yield f"{told_name(file.path.name)}: {file.outlook}"
    for outlook in file.statements:
        yield f"  {outlook_text(outlook)}"
    for reason in file.reasons:
        yield from (f"  {line}" for line in reason_text(reason))
    if not file.reasons:
        yield from (f"  Warum: {problem}." for problem in file.problems)
    if file.decisions:
        yield "  Kommt nichts Besseres, so entscheidet eine Person (die Datei muss dazu in inbox/ liegen):"
    for decision in file.decisions:
        yield f"    {decision.command}"
        yield f"      {decision.effect}."


def outlook_text(outlook: StatementOutlook) -> str:
    """Return a statement that would be taken, and how many of its lines are new."""
    new = german.count(outlook.new_count, "neuer Umsatz", "neue Umsätze")
    return f"{piece_text(StatementPiece.of(outlook.statement))}: {new}, {outlook.known_count} schon bekannt"


def reason_text(reason: WaitingReason) -> Iterator[str]:
    """Yield why a statement waits, what is known against it, and what would settle it."""
    yield f"{piece_text(StatementPiece.of(reason.statement))} [{reason.kind}]"
    yield f"  Warum: {reason.observed}."
    if balance := reason.balance:
        expected = f"{any_of(balance.expected)} ({balance.whose})" if balance.expected else balance.whose
        yield f"  Saldo: {balance.text}; erwartet: {expected}."
    if reason.lines:
        yield "  Umsätze, um die es geht:"
    for line in reason.lines[:_LINES_MAX]:
        words = " | ".join(filter(None, (line.counterparty, line.remittance)))
        yield f"    {german.day(line.booking_day)}  {format_eur(line.amount_cents):>16}  {words}".rstrip()
    if len(reason.lines) > _LINES_MAX:
        yield f"    … und {len(reason.lines) - _LINES_MAX} weitere"
    for piece in reason.against:
        yield f"  Bekannt ist: {piece_text(piece)}."
    if reason.settled_by:
        yield f"  Lösen würde es {reason.settled_by.text}: in inbox/ gelegt, nimmt ihn der nächste Lauf."
    else:
        yield "  Kein weiterer Auszug löst es von selbst: Fragen Sie die Bank."
