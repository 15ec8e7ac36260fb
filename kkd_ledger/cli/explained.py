"""What `kkd statement --explain` prints: what a run would do with a bank file, why it waits, and what leads on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kkd_ledger.cli.shell.parsing import Arguments
from kkd_ledger.cli.shell.writing import load
from kkd_ledger.errors import EXIT_FINDINGS, EXIT_GOOD, EXIT_REFUSED

if TYPE_CHECKING:
    from kkd_ledger.bank.continuity.statement_pieces import StatementPiece
    from kkd_ledger.bank.continuity.waiting import WaitingReason
    from kkd_ledger.bank.statements import Statement
    from kkd_ledger.work.decisions.explaining import ExplainedFile, FileOutlook


def run_explain(arguments: Arguments) -> int:
    """Explain files, or all that waits in the inbox; 0 where a run takes all, 1 where one waits, 3 where refused."""
    from kkd_ledger.work.decisions.explained_words import explained_text
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
