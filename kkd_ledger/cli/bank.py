"""`kkd statement` shows what a bank file says, or explains what a book makes of it; `kkd import` books it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kkd_ledger import german
from kkd_ledger.cli.explained import run_explain
from kkd_ledger.cli.shell.parsing import Arguments, Commands, path, today_argument
from kkd_ledger.cli.shell.writing import book_command, load_to_write, outcome_json, tell
from kkd_ledger.errors import EXIT_FINDINGS, EXIT_GOOD, EXIT_REFUSED, StatementRefused

if TYPE_CHECKING:
    from kkd_ledger.bank.files.csv.column_maps import CsvMap
    from kkd_ledger.bank.statements import Statement, StatementLine
    from kkd_ledger.book.certificate import Fate
    from kkd_ledger.work.statements.imported import Imported


def register(commands: Commands) -> None:
    """Add the commands of this room."""
    parser = commands.add(
        "statement", run_statement, "zeigt, was in Kontoauszügen steht, oder sagt, warum einer wartet"
    )
    what = "Kontoauszug: CAMT (XML), MT940/942, CSV oder ZIP"
    parser.add_argument("files", metavar="DATEI", nargs="*", type=path, help=what)
    why = "sagt, was ein Lauf mit der Datei in diesem Buch täte, und wo sie wartet, warum; ohne DATEI: der Posteingang"
    parser.add_argument("--explain", metavar="BUCH", type=path, help=why)
    today_argument(parser, "mit --explain: der heutige Tag")
    parser.set_defaults(refuse=parser.error)
    maps = "weitere Spaltenzuordnungen für CSV (siehe docs/bank.md)"
    parser.add_argument("--csv-maps", metavar="TOML", type=path, help=maps)
    summary = "bucht Kontoauszüge, jede Zeile genau einmal"
    bring = book_command(commands, "import", run_import, summary, today=True)
    bring.add_argument("files", metavar="DATEI", nargs="+", type=path, help="camt.053, MT940, CSV, ZIP")


def run_statement(arguments: Arguments) -> int:
    """Show each file's statements; a refused file is reported, the others are shown all the same."""
    from kkd_ledger.bank.files.csv.column_maps import load_maps
    from kkd_ledger.bank.files.reading import told_name

    if arguments.explain:
        return run_explain(arguments)
    if not arguments.files:
        arguments.refuse("es fehlt: DATEI (oder --explain BUCH)")
    status = EXIT_GOOD
    csv_maps = load_maps(arguments.csv_maps) if arguments.csv_maps else ()
    for file in arguments.files:
        try:
            _show(file, csv_maps, as_json=arguments.json)
        except StatementRefused as refusal:
            status = EXIT_REFUSED
            print(f"kkd: {refusal}", file=sys.stderr)
            if arguments.json:
                problems = [problem.as_json() for problem in refusal.problems]
                data = {"file": told_name(file.name), "error": str(refusal), "problems": problems}
                print(json.dumps(data, ensure_ascii=False))
    return status


def _show(file: Path, csv_maps: Sequence[CsvMap], *, as_json: bool) -> None:
    from kkd_ledger.bank.files.reading import read

    for statement in read(file, csv_maps=csv_maps):
        if as_json:
            _print_json(statement)
        else:
            for line in _as_text(statement):
                print(line)
            print()


def _print_json(statement: Statement) -> None:
    """Print a statement as one JSON object on one line, its lines one after the other: many fill no memory."""
    from kkd_ledger.bank.line_keys import line_keys

    head = json.dumps(_head_data(statement), ensure_ascii=False)
    print(f'{head[:-1]}, "lines": [', end="")
    for number, (line, key) in enumerate(zip(statement.lines, line_keys(statement), strict=True)):
        data = json.dumps(_line_data(line, key), ensure_ascii=False)
        print(f", {data}" if number else data, end="")
    print("]}")


def _head_data(statement: Statement) -> dict[str, Any]:
    """Return what a statement says of itself as plain JSON data; amounts are signed strings with two decimals."""
    from kkd_ledger.bank.line_keys import statement_key
    from kkd_ledger.money import plain

    return {
        "file": statement.source,
        "account": statement.account,
        "currency": statement.currency,
        "kind": statement.kind,
        "identity": statement.identity,
        "sequence": statement.sequence,
        "page": statement.page,
        "last_page": statement.last_page,
        "from": statement.from_day.isoformat(),
        "to": statement.to_day.isoformat(),
        "opening": None if statement.opening_cents is None else plain(statement.opening_cents),
        "closing": None if statement.closing_cents is None else plain(statement.closing_cents),
        "balances": statement.balances,
        "contradictions": list(statement.contradictions),
        "sha256": statement.sha256,
        "key": statement_key(statement),
    }


def _line_data(line: StatementLine, key: str) -> dict[str, Any]:
    from kkd_ledger.money import plain

    return {
        "key": key,
        "booking_day": line.booking_day.isoformat(),
        "value_day": line.value_day.isoformat() if line.value_day else None,
        "amount": plain(line.amount_cents),
        "currency": line.currency,
        "status": line.status,
        "counterparty": line.counterparty,
        "ultimate": line.ultimate,
        "iban": line.iban,
        "structured": list(line.structured),
        "remittance": line.remittance,
        "end_to_end": line.end_to_end,
        "mandate": line.mandate,
        "bank_reference": line.bank_reference,
        "entry_reference": line.entry_reference,
        "transaction_id": line.transaction_id,
        "gvc": line.gvc,
        "iso_code": line.iso_code,
        "purpose": line.purpose,
        "booking_text": line.booking_text,
        "charges": plain(line.charges_cents),
        "return_reason": line.return_reason,
        "original": list(line.original),
        "reversal": line.reversal,
        "entry": line.entry,
        "batch": None if line.batch is None else {"index": line.batch[0], "count": line.batch[1]},
        "note": line.note,
    }


def _as_text(statement: Statement) -> Iterator[str]:
    from kkd_ledger.money import format_amount

    def shown(cents: int | None) -> str:
        return "fehlt" if cents is None else f"{format_amount(cents)} {statement.currency}"

    number = "ohne Nummer" if statement.sequence is None else f"Nr. {statement.sequence}"
    page = "" if statement.page is None else f", Blatt {statement.page}"
    period = f"{german.day(statement.from_day)} bis {german.day(statement.to_day)}"
    account = f"Konto {statement.account}" if statement.account else "ohne Konto"
    yield f"{statement.source}: Auszug {number}{page} ({statement.kind}), {account}, {period}"
    yield f"  Anfangssaldo {shown(statement.opening_cents):>22}"
    for line in statement.lines:
        amount = f"{format_amount(line.amount_cents)} {line.currency}"
        yield f"  {german.day(line.booking_day)} {amount:>24}  {_told(line)}"
        if line.note:
            yield f"      Hinweis: {line.note}"
    yield f"  Endsaldo     {shown(statement.closing_cents):>22}"
    yield f"  {_verdict(statement)}"


def _told(line: StatementLine) -> str:
    from kkd_ledger.money import format_amount

    words = (
        "" if line.booked else f"[{line.status}]",
        "Rückgabe" if line.returned else "",
        line.counterparty or line.ultimate,
        line.iban,
        " ".join(line.structured),
        line.remittance or line.booking_text,
        f"darin Entgelt {format_amount(line.charges_cents)} {line.currency}" if line.charges_cents else "",
    )
    return " | ".join(word for word in words if word) or "ohne Angaben"


def _verdict(statement: Statement) -> str:
    from kkd_ledger.bank.statements import BOOKING_KINDS

    count = len(statement.lines)
    lines = german.count(count, "Umsatz", "Umsätze")
    if reasons := "; ".join(_reasons(statement)):
        if statement.kind in BOOKING_KINDS:
            return f"WARNUNG: {reasons}. Ein Import lehnt diesen Auszug ab."
        return f"{lines}; Hinweis: {reasons}."
    proof = "die Salden gehen auf" if statement.balances else "ohne Saldenprobe (ein Saldo fehlt)"
    return f"{lines}; {proof}."


def _reasons(statement: Statement) -> Iterator[str]:
    """Yield why `statements.proved` refuses a statement, in words for the one who looks at it."""
    from kkd_ledger.bank.days import outside_the_statement
    from kkd_ledger.bank.statements import BALANCED_KINDS

    foreign = sorted({line.currency for line in statement.lines if line.booked} - {statement.currency})
    if foreign:
        yield f"Umsätze in {', '.join(foreign)} auf einem Konto in {statement.currency}"
    elif statement.balances is False:
        yield "Anfangssaldo und Umsätze ergeben nicht den Endsaldo"
    elif statement.balances is None and statement.kind in BALANCED_KINDS:
        yield "Anfangs- oder Endsaldo fehlt"
    yield from statement.contradictions
    for problem in outside_the_statement(statement):
        yield f"{problem.actual} liegt nicht in den Tagen des Auszugs"
        break


def run_import(arguments: Arguments) -> int:
    """Book statement files."""
    from kkd_ledger.book.certificate import Fate, line_data
    from kkd_ledger.rules.engine.rule import needs_action
    from kkd_ledger.work.statements.importing import import_files

    done = import_files(
        load_to_write(arguments), arguments.files, today=arguments.today, dry_run=arguments.dry_run
    )
    waits = done.count(Fate.WAITS) > 0
    refused = [
        problem
        for error in (*done.unread, *(refusal.error for refusal in done.refused))
        for problem in error.problems
    ]
    if arguments.json:
        data = outcome_json(done.outcome) | {
            "statements": len(done.statements),
            "known": done.known_count,
            "lines": [line_data(line) for line in done.lines],
            "beside": [supplement.as_json() for supplement in done.supplements],
            "refused": [problem.as_json() for problem in refused],
        }
        print(json.dumps(data, ensure_ascii=False))
    else:
        tell(arguments, done.outcome, f"Kontoauszüge gebucht: {_booked_lines(done)}")
        if waits and not arguments.dry_run:
            print("  Was wartet, nennt `kkd status BUCH`; `kkd decide` entscheidet darüber.")
        for supplement in done.supplements:
            print(f"  {supplement.kind} ({supplement.statement.source}): {supplement.text}")
        for problem in refused:
            print(f"  ABGELEHNT {problem}")
    if refused:
        return EXIT_REFUSED
    return EXIT_FINDINGS if waits or needs_action(done.outcome.findings) else EXIT_GOOD


def _booked_lines(done: Imported) -> str:
    """Return how many new lines met each fate, with their sums by direction, and how many were known."""
    from kkd_ledger.book.certificate import Fate
    from kkd_ledger.work.month.figures import both_ways

    fates = ", ".join(
        f"{count} {_fate(fate, count)} ({both_ways(line.cents for line in done.lines if line.fate == fate)})"
        for fate in Fate
        if (count := done.count(fate))
    )
    lines_known = f"; {german.count(done.known_count, 'Zeile war', 'Zeilen waren')} schon bekannt"
    return (fates or "keine neue Zeile") + (lines_known if done.known_count else "")


def _fate(fate: Fate, count: int) -> str:
    from kkd_ledger.book.certificate import Fate

    return "warten" if fate == Fate.WAITS and count > 1 else str(fate)
