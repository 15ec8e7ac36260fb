"""kkd receive: what came in, what became of it, and how a person settles what waits."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from kkd_ledger.cli.shell.parsing import Arguments, Commands, path, today_argument
from kkd_ledger.cli.shell.writing import load_to_write
from kkd_ledger.errors import EXIT_FINDINGS, EXIT_GOOD, EXIT_REFUSED, UsageError

if TYPE_CHECKING:
    from kkd_ledger.work.claims.filing import ReceivedDocument
    from kkd_ledger.work.claims.incoming import DocumentDecision, Taken


def register(commands: Commands) -> None:
    """Add the command."""
    receive = commands.add("receive", run_receive, "bucht eingegangene Anforderungen (XRechnung, ZUGFeRD)")
    receive.add_argument("book", metavar="BUCH", type=path, help="Ordner des Buchs einer Beteiligten")
    receive.add_argument("files", metavar="DATEI", nargs="+", type=path, help="E-Rechnung als XML oder PDF")
    receive.add_argument("--dry-run", action="store_true", help="zeigt nur, was geschrieben würde")
    decide = receive.add_mutually_exclusive_group()
    decide.add_argument(
        "--accept", metavar="GRUND", default="", help="nimmt an, was zu klären ist (nie einen anderen Betrag)"
    )
    decide.add_argument(
        "--reject", metavar="GRUND", default="", help="weist zurück: abgelegt, nie gebucht, nie gezahlt"
    )
    receive.add_argument(
        "--by", metavar="NAME", default="", help="mit --accept oder --reject: wer das entscheidet"
    )
    receive.add_argument(
        "--certified-by", metavar="NAME", default="", help="wer sachlich und rechnerisch feststellt"
    )
    receive.add_argument("--ordered-by", metavar="NAME", default="", help="wer anordnet")
    receive.add_argument(
        "--period-decision", metavar="GRUND", default="", help="Begründung bei periodenfremden Buchungen"
    )
    today_argument(receive, "Tag der Erfassung")


def run_receive(arguments: Arguments) -> int:
    """Book received demands, or set them aside with the reason, or do with them what a person decided."""
    from kkd_ledger.book.entries import Authorisation
    from kkd_ledger.rules.engine.telling import finding_lines
    from kkd_ledger.work.claims.incoming import receive

    order = Authorisation(
        arguments.today, arguments.certified_by, arguments.ordered_by, arguments.period_decision
    )
    taken = receive(
        load_to_write(arguments),
        arguments.files,
        order,
        decision=_decision(arguments),
        dry_run=arguments.dry_run,
    )
    outcome = taken.outcome
    findings = outcome.findings if outcome else ()
    if arguments.json:
        data = {
            "received": [document.as_json() for document in taken.received],
            "files": list(outcome.files) if outcome else [],
            "added": {str(month): text for month, text in outcome.added.items()} if outcome else {},
            "findings": [finding.as_json() for finding in findings],
        }
        print(json.dumps(data, ensure_ascii=False))
    else:
        if arguments.dry_run:
            print("Probelauf: nichts wurde geschrieben.")
        print("".join(f"{line}\n" for line in _received_lines(taken.received)), end="")
        if outcome:
            print("\n".join(finding_lines(findings)))
    for document in taken.received:
        if document.refusal:
            print(f"kkd: {document.refusal}", file=sys.stderr)
    if taken.stopped:
        print(f"kkd: {taken.stopped}", file=sys.stderr)
        print("kkd: Was oben nicht genannt ist, wurde nicht bearbeitet.", file=sys.stderr)
        return taken.stopped.exit_status
    return _received_status(taken)


def _received_lines(received: Sequence[ReceivedDocument]) -> Iterator[str]:
    """Yield what became of each document, and by which command a person settles what waits."""
    from kkd_ledger.einvoice.comparison import DocumentVerdict
    from kkd_ledger.work.statements.inbox import ONLY_REJECTS, REJECTS, SETTLES

    for document in received:
        yield _received_text(document)
        yield from (f"  {words}" for words in document.booked)
        yield from (f"  {offset.text}" for offset in document.offsets)
    waiting = [
        document.comparison for document in received if document.comparison.verdict == DocumentVerdict.CLARIFY
    ]
    if waiting:
        yield SETTLES if any(comparison.may_be_accepted for comparison in waiting) else ONLY_REJECTS
    elif any(document.refusal and document.path.is_file() for document in received):
        yield REJECTS


def _received_text(document: ReceivedDocument) -> str:
    """Return what became of a document; why a file was refused is said once, where refusals are said."""
    text = document.comparison.text()
    where = f" → {document.kept}" if document.kept and document.kept not in text else ""
    if not document.refusal and document.comparison.signs:
        return "\n".join((f"{document.path.name}: {document.comparison.verdict}{where}", *_warned(document)))
    if not document.refusal:
        return f"{document.path.name}: {text}{where}"
    problems = {str(problem) for problem in document.refusal.problems}
    more = [said for said in document.comparison.said if said not in problems]
    return f"{document.path.name}: {'; '.join([str(document.comparison.verdict), *more])}{where}"


def _warned(document: ReceivedDocument) -> Iterator[str]:
    """Yield the signs of fraud together, in red on a terminal, then what else is to be known."""
    from kkd_ledger.einvoice.comparison import WARNING

    yield _red(f"  {WARNING}:")
    yield from (_red(f"    - {sign}") for sign in document.comparison.signs)
    yield "    Fragen Sie nur unter Nummern nach, die Sie schon kannten; gezahlt wird nur auf vereinbarte Konten."
    rest = document.comparison.without_signs()
    yield from (f"  Grund: {reason}" for reason in rest.reasons)
    yield from (f"  zu beachten: {remark}" for remark in rest.remarks)


def _red(text: str) -> str:
    """Return a text in red where a person looks at a terminal and has not asked for none (NO_COLOR)."""
    return f"\x1b[31m{text}\x1b[0m" if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else text


def _decision(arguments: Arguments) -> DocumentDecision | None:
    from kkd_ledger.work.claims.incoming import DocumentDecision

    reason = arguments.accept or arguments.reject
    if not reason:
        if arguments.by:
            raise UsageError("--by gehört zu --accept GRUND oder --reject GRUND.")
        return None
    if not arguments.by.strip() or not reason.strip():
        raise UsageError("Wer entscheidet das, und warum? --by NAME mit --accept GRUND oder --reject GRUND.")
    return DocumentDecision(bool(arguments.accept), arguments.by.strip(), reason.strip())


def _received_status(taken: Taken) -> int:
    """Return 3 where a file was refused, 1 where something waits or should be known, else 0."""
    from kkd_ledger.einvoice.comparison import DocumentVerdict
    from kkd_ledger.rules.engine.rule import needs_action

    verdicts = {document.comparison.verdict for document in taken.received}
    if DocumentVerdict.REFUSED in verdicts:
        return EXIT_REFUSED
    has_remarks = any(document.comparison.remarks for document in taken.received)
    findings = taken.outcome.findings if taken.outcome else ()
    return (
        EXIT_FINDINGS
        if has_remarks or needs_action(findings) or DocumentVerdict.CLARIFY in verdicts
        else EXIT_GOOD
    )
