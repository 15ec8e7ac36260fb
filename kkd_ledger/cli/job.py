"""The commands of the monthly run: import, month, decide, status."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kkd_ledger.cli.parsing import Arguments, Commands, booking_month, path
from kkd_ledger.cli.writing import book_command, dry_lines, load, outcome_json, tell, today_argument
from kkd_ledger.errors import EXIT_FINDINGS, EXIT_GOOD, EXIT_REFUSED, UsageError

if TYPE_CHECKING:
    from kkd_ledger.job.month import Month


def register(commands: Commands) -> None:
    """Add the commands of the monthly run."""
    summary = "bucht Kontoauszüge, jede Zeile genau einmal"
    bring = book_command(commands, "import", run_import, summary, today=True)
    bring.add_argument(
        "files", metavar="DATEI", nargs="+", type=path, help="Kontoauszug (camt.053, MT940, CSV, ZIP)"
    )
    summary = "macht den Monatslauf: Posteingang lesen, buchen, prüfen, ablegen"
    month = book_command(commands, "month", run_month, summary, today=True)
    month.add_argument("month", metavar="MONAT", type=booking_month, nargs="?", help="JJJJ-MM")
    month.add_argument(
        "--all", action="store_true", help="alle Monate, für die Kontoauszüge im Posteingang liegen"
    )
    month.add_argument(
        "--log", metavar="DATEI", type=path, help="hängt je Monat eine JSON-Zeile an diese Datei an"
    )
    summary = "entscheidet über eine wartende Bankzeile: fremd, oder Zahlung eines Postens"
    decide = book_command(commands, "decide", run_decide, summary, today=True)
    decide.add_argument("key", metavar="SCHLÜSSEL", help="der Schlüssel, den `kkd status` nennt")
    choice = decide.add_mutually_exclusive_group(required=True)
    choice.add_argument("--posten", default="", help="die Zeile zahlt diesen Posten")
    choice.add_argument("--foreign", action="store_true", help="die Zeile gehört nicht hierher")
    decide.add_argument("--by", metavar="NAME", required=True, help="wer das entscheidet")
    decide.add_argument("--reason", metavar="GRUND", required=True, help="warum")
    status = commands.add("status", run_status, "sagt, ob der Monatslauf noch seine Arbeit tut")
    status.add_argument("book", metavar="BUCH", type=path, help="Ordner des Buchs")
    status.add_argument(
        "--max-age", metavar="TAGE", default="35d", help="so alt darf der letzte Auszug sein (35d)"
    )
    today_argument(status)


def run_import(arguments: Arguments) -> int:
    """Book statement files."""
    from kkd_ledger.job.certificate import Fate
    from kkd_ledger.job.intake import import_files
    from kkd_ledger.money import format_eur
    from kkd_ledger.plugins.rule import needs_action

    done = import_files(
        load(arguments.book), arguments.files, today=arguments.today, dry_run=arguments.dry_run
    )
    if arguments.json:
        data = outcome_json(done.outcome) | {
            "statements": len(done.statements),
            "known": done.known,
            "lines": [line.as_json() for line in done.lines],
            "beside": [one.as_json() for one in done.beside],
        }
        print(json.dumps(data, ensure_ascii=False))
    else:
        fates = ", ".join(
            f"{done.count(fate)} {fate} ({format_eur(done.total(fate))})" for fate in Fate if done.count(fate)
        )
        known = f"; {done.known} Zeilen waren schon bekannt" if done.known else ""
        tell(arguments, done.outcome, f"Kontoauszüge gebucht: {fates or 'keine neue Zeile'}{known}")
        for one in done.beside:
            print(f"  {one.kind} ({one.statement.source}): {one.text}")
    return EXIT_FINDINGS if needs_action(done.outcome.findings) else EXIT_GOOD


def run_month(arguments: Arguments) -> int:
    """Run a book's month, or with --all every month that has statements waiting."""
    from kkd_ledger.job.month import run_month as run
    from kkd_ledger.job.month import waiting_months
    from kkd_ledger.job.report import month_text

    if arguments.all == bool(arguments.month):
        raise UsageError("Bitte nennen Sie einen Monat oder --all (aber nicht beides).")
    book = load(arguments.book)
    months = waiting_months(book) if arguments.all else (arguments.month,)
    if not months:
        print("Im Posteingang liegt kein Kontoauszug.")
    status = EXIT_GOOD
    for month in months:
        done = run(book, month, today=arguments.today, dry_run=arguments.dry_run)
        status = max(status, _status(done))
        print(json.dumps(_month_json(done), ensure_ascii=False) if arguments.json else month_text(done))
        if arguments.dry_run and not arguments.json and done.imported.outcome.files:
            print("\n".join(dry_lines(done.imported.outcome)))
        if arguments.log and not arguments.dry_run:
            line = {"day": arguments.today.isoformat(), "status": _status(done)} | _month_json(done)
            with arguments.log.open("a", encoding="utf-8") as log:
                log.write(json.dumps(line, ensure_ascii=False) + "\n")
    return status


def _status(done: Month) -> int:
    from kkd_ledger.plugins.rule import needs_action

    if done.rejected:
        return EXIT_REFUSED
    return EXIT_FINDINGS if needs_action(done.findings) or done.waiting else EXIT_GOOD


def _month_json(done: Month) -> dict[str, Any]:
    return outcome_json(done.imported.outcome) | {
        "book": done.book.name,
        "month": str(done.month),
        "changed": done.changed,
        "closed": bool(done.closing and done.closing.seal),
        "known": done.imported.known,
        "lines": [line.as_json() for line in done.imported.lines],
        "beside": [one.as_json() for one in done.imported.beside],
        "rejected": [
            {"file": one.path.name, "problems": [problem.as_json() for problem in one.problems]}
            for one in done.rejected
        ],
        "later": [file.name for file in done.later],
        "findings": [finding.as_json() for finding in done.findings],
    }


def run_decide(arguments: Arguments) -> int:
    """Decide about a waiting bank line."""
    from kkd_ledger.job.decide import decide

    outcome = decide(
        load(arguments.book),
        arguments.key,
        by=arguments.by,
        reason=arguments.reason,
        posten=arguments.posten,
        today=arguments.today,
        dry_run=arguments.dry_run,
    )
    return tell(arguments, outcome, "Entscheidung eingetragen")


def run_status(arguments: Arguments) -> int:
    """Say whether the automated job still does its work."""
    from kkd_ledger.job.status import status
    from kkd_ledger.plugins.telling import finding_lines

    digits = arguments.max_age.removesuffix("d")
    if not (digits.isascii() and digits.isdigit()):
        raise UsageError(
            f"--max-age {arguments.max_age!r}: erlaubt ist eine Zahl von Tagen, zum Beispiel 35d"
        )
    book = load(arguments.book)
    found = status(book, today=arguments.today, age_days_max=int(digits))
    last = found.last_statement
    if arguments.json:
        data = {
            "book": book.name,
            "month": found.newest_month,
            "last_statement": last.isoformat() if last else None,
            "troubles": list(found.troubles),
            "findings": [finding.as_json() for finding in found.findings],
        }
        print(json.dumps(data, ensure_ascii=False))
    else:
        print(f"{book.settings.title}: neuester Monat {found.newest_month or 'keiner'}")
        print("\n".join([*(f"  {trouble}" for trouble in found.troubles), *finding_lines(found.findings)]))
        if found.well:
            print("  Alles in Ordnung: nichts zu tun.")
    return EXIT_GOOD if found.well else EXIT_FINDINGS
