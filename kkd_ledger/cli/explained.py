"""What `kkd statement --explain` prints: what a run would do with a bank file, why it waits, and what leads on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from kkd_ledger import german
from kkd_ledger.cli.shell.parsing import Arguments
from kkd_ledger.cli.shell.writing import load
from kkd_ledger.errors import EXIT_FINDINGS, EXIT_GOOD, EXIT_REFUSED

if TYPE_CHECKING:
    from kkd_ledger.bank.continuity.statement_pieces import StatementPiece
    from kkd_ledger.bank.continuity.waiting import WaitingReason
    from kkd_ledger.bank.statements import Statement
    from kkd_ledger.work.decisions.explaining import ExplainedFile, FileOutlook, StatementOutlook

_LINES_MAX: Final = 12


def run_explain(arguments: Arguments) -> int:
    """Explain files, or all that waits in the inbox; 0 where a run takes all, 1 where one waits, 3 where refused."""
    from kkd_ledger.work.decisions.explaining import explained

    files = explained(load(arguments.explain), arguments.files, arguments.today)
    for file in files:
        if arguments.json:
            print(json.dumps(explained_json(file), ensure_ascii=False))
        else:
            print("\n".join(explained_text(file)))
    if not files and not arguments.json:
        print("Im Posteingang liegt kein Kontoauszug.")
    return max((_status(file.outlook) for file in files), default=EXIT_GOOD)


def _status(outlook: FileOutlook) -> int:
    from kkd_ledger.work.decisions.explaining import FileOutlook

    if outlook == FileOutlook.REJECTED:
        return EXIT_REFUSED
    return EXIT_FINDINGS if outlook in {FileOutlook.WAITS, FileOutlook.EARLY} else EXIT_GOOD


# ------------------------------------------------------------------------------------------------------------ text


def explained_text(file: ExplainedFile) -> Iterator[str]:
    """Yield what a run would do with a file and why, line by line."""
    from kkd_ledger.bank.files.reading import told_name

    yield f"{told_name(file.path.name)}: {file.outlook}"
    for outlook in file.statements:
        yield f"  {_outlook_text(outlook)}"
    for reason in file.reasons:
        yield from (f"  {line}" for line in _reason_text(reason))
    if not file.reasons:
        yield from (f"  Warum: {problem}." for problem in file.problems)
    if file.decisions:
        yield "  Kommt nichts Besseres, so entscheidet eine Person (die Datei muss dazu in inbox/ liegen):"
    for decision in file.decisions:
        yield f"    {decision.command}"
        yield f"      {decision.effect}."


def _outlook_text(outlook: StatementOutlook) -> str:
    from kkd_ledger.bank.continuity.statement_pieces import StatementPiece
    from kkd_ledger.bank.continuity.waiting import piece_text

    new = german.count(outlook.new_count, "neuer Umsatz", "neue Umsätze")
    return f"{piece_text(StatementPiece.of(outlook.statement))}: {new}, {outlook.known_count} schon bekannt"


def _reason_text(reason: WaitingReason) -> Iterator[str]:
    from kkd_ledger.bank.continuity.statement_pieces import StatementPiece
    from kkd_ledger.bank.continuity.waiting import any_of, piece_text
    from kkd_ledger.money import format_eur

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


# ------------------------------------------------------------------------------------------------------------ JSON


def explained_json(file: ExplainedFile) -> dict[str, Any]:
    """Return what a run would do with a file and why as plain JSON data; amounts are signed strings."""
    from kkd_ledger.bank.files.reading import told_name

    return {
        "file": told_name(file.path.name),
        "outlook": file.outlook.name.lower(),
        "statements": [
            _statement_json(outlook.statement) | {"new": outlook.new_count, "known": outlook.known_count}
            for outlook in file.statements
        ],
        "reasons": [_reason_json(reason) for reason in file.reasons],
        "problems": [problem.as_json() for problem in file.problems],
        "decisions": [
            {"verdict": str(decision.verdict), "command": decision.command, "effect": decision.effect}
            for decision in file.decisions
        ],
    }


def _reason_json(reason: WaitingReason) -> dict[str, Any]:
    from kkd_ledger.money import plain

    balance, settled_by = reason.balance, reason.settled_by
    return {
        "reason": str(reason.kind),
        "statement": _statement_json(reason.statement),
        "found": reason.observed,
        "allowed": reason.allowed,
        "balance": balance
        and {
            "which": balance.which.name.lower(),
            "amount": plain(balance.cents),
            "expected": list(map(plain, balance.expected)),
            "whose": balance.whose,
        },
        "lines": [
            {"day": line.booking_day.isoformat(), "amount": plain(line.amount_cents), "text": line.remittance}
            for line in reason.lines
        ],
        "against": [_piece_json(piece) for piece in reason.against],
        "settled_by": settled_by
        and {
            "days": [day.isoformat() for day in settled_by.days],
            "whole_days": not settled_by.is_missing,
            "opening": list(map(plain, settled_by.openings)),
            "closing": list(map(plain, settled_by.closings)),
        },
    }


def _statement_json(statement: Statement) -> dict[str, Any]:
    from kkd_ledger.bank.continuity.statement_pieces import StatementPiece

    return _piece_json(StatementPiece.of(statement))


def _piece_json(piece: StatementPiece) -> dict[str, Any]:
    from kkd_ledger.money import plain

    return {
        "key": piece.key,
        "kind": piece.kind,
        "sequence": piece.number,
        "from": piece.first.isoformat(),
        "to": piece.last.isoformat(),
        "opening": None if piece.opening_cents is None else plain(piece.opening_cents),
        "closing": None if piece.closing_cents is None else plain(piece.closing_cents),
    }
