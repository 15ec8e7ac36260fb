"""The commands of the monthly run: month, status."""

from __future__ import annotations

import datetime as dt
import json
from argparse import ArgumentTypeError
from typing import TYPE_CHECKING, Any, Final

from kkd_ledger import german
from kkd_ledger.cli.shell.log import Log, logged
from kkd_ledger.cli.shell.parsing import Arguments, Commands, booking_month, path, today_argument
from kkd_ledger.cli.shell.writing import bar, book_command, dry_lines, load, load_to_write, outcome_json
from kkd_ledger.errors import EXIT_FINDINGS, EXIT_GOOD, EXIT_REFUSED, UsageError

if TYPE_CHECKING:
    from kkd_ledger.book.config import Book
    from kkd_ledger.periods import BookingMonth
    from kkd_ledger.work.month.month import Month
    from kkd_ledger.work.progress import Progress
    from kkd_ledger.work.statements.received import Ends

AGE_DAYS_MAX: Final = 3_650
_FILES_LONG: Final = 100
_STATUS_ENDS: Final = (
    "Endet mit 1, wenn jemand nachsehen muss: der letzte Auszug ist zu alt oder es fehlt vermutlich einer, im "
    "Posteingang bleibt etwas liegen, eine Datei ist abgelehnt, eine Bankzeile oder E-Rechnung wartet auf eine "
    "Entscheidung, ungeklärtes Geld ist älter als unclear_days_max oder ein Posten länger überfällig als "
    "overdue_days_max (beides in book.toml unter [policy]), oder es gibt Feststellungen außer Hinweisen."
)


def days(text: str) -> int:
    """Parse an age in days: `35d` or `35`, up to ten years."""
    digits = text.removesuffix("d")
    if len(digits) <= 4 and digits.isascii() and digits.isdigit() and int(digits) <= AGE_DAYS_MAX:
        return int(digits)
    raise ArgumentTypeError(f"{text!r} ist kein Alter; erlaubt: Tage bis {AGE_DAYS_MAX}d, zum Beispiel 35d")


def register(commands: Commands) -> None:
    """Add the commands of the monthly run."""
    summary = "macht den Monatslauf: Posteingang lesen, buchen, prüfen, ablegen"
    month = book_command(commands, "month", run_month, summary, today=True)
    month.add_argument("month", metavar="MONAT", type=booking_month, nargs="?", help="JJJJ-MM")
    month.add_argument(
        "--all", action="store_true", help="alle Monate, für die Kontoauszüge im Posteingang liegen"
    )
    month.add_argument(
        "--log",
        metavar="DATEI",
        type=path,
        help="hängt je Monat eine JSON-Zeile an diese Datei an, auch wenn der Lauf scheitert",
    )
    status = commands.add(
        "status", run_status, "sagt, ob der Monatslauf noch seine Arbeit tut", epilog=_STATUS_ENDS
    )
    status.add_argument("book", metavar="BUCH", type=path, help="Ordner des Buchs")
    status.add_argument(
        "--max-age", metavar="TAGE", type=days, default="35d", help="so alt darf der letzte Auszug sein (35d)"
    )
    today_argument(status)


def run_month(arguments: Arguments) -> int:
    """Run a book's month, or with --all every month that has statements waiting.

    What is said waits until all of them are run: trouble with the output stops none.
    """
    sentences: list[str] = []
    try:
        with logged(arguments) as log:
            if arguments.all == bool(arguments.month):
                raise UsageError("Bitte nennen Sie einen Monat oder --all (aber nicht beides).")
            return _run(arguments, log, sentences)
    finally:
        for text in sentences:
            print(text)


def _run(arguments: Arguments, log: Log, sentences: list[str]) -> int:
    book = load_to_write(arguments)
    from kkd_ledger.work.month.month import ahead_of_today
    from kkd_ledger.work.month.month import run_month as run
    from kkd_ledger.work.month.report import finished_text, month_text
    from kkd_ledger.work.statements.received import Ends

    status = EXIT_GOOD
    ends, progress = Ends(), bar(_FILES_LONG)
    months, finished = _months(arguments, book, ends, progress)
    if finished or not months:
        about = {"changed": bool(finished), "finished": list(finished)}
        log.add(EXIT_GOOD, about)
        if arguments.json:
            sentences.append(json.dumps(log.about | about, ensure_ascii=False))
        elif finished:
            sentences.append(finished_text(finished))
    if not months:
        left = _left(book, arguments.today)
        status = EXIT_FINDINGS if left else EXIT_GOOD
        if not arguments.json:
            sentences += ["Im Posteingang liegt kein Kontoauszug, der an der Reihe ist.", *left]
    for log.month in months:
        done = run(
            book,
            log.month,
            today=arguments.today,
            dry_run=arguments.dry_run,
            ends=ends,
            progress=progress,
        )
        status = max(status, _status(done))
        log.add(_status(done), _month_json(done))
        sentences.append(
            json.dumps(_month_json(done), ensure_ascii=False) if arguments.json else month_text(done)
        )
        if arguments.dry_run and not arguments.json and done.imported.outcome.files:
            sentences += dry_lines(done.imported.outcome)
    if arguments.all and (early := ahead_of_today(book, arguments.today, ends)):
        status = max(status, EXIT_FINDINGS)
        sentences += [] if arguments.json else early
    return max(status, log.status)


def _left(book: Book, today: dt.date) -> list[str]:
    """Return what waits for a person where no month is run."""
    from kkd_ledger.work.month.month import left_behind
    from kkd_ledger.work.statements.inbox import document_word, invoices, some_names

    waiting: dict[str, list[str]] = {}
    for document in invoices(book):
        waiting.setdefault(document_word(document), []).append(document.name)
    sentences = [f"  {sentence}" for sentence in left_behind(book, today)]
    for word, names in waiting.items():
        what = "E-Rechnungen" if word == "E-Rechnung" else word
        sentences.append(f"  {what} für `kkd receive`: {some_names(names)}.")
    return sentences


def _months(
    arguments: Arguments, book: Book, ends: Ends, progress: Progress | None
) -> tuple[tuple[BookingMonth, ...], tuple[str, ...]]:
    """Return the months to run, and what was finished for a killed run, also where that had emptied the inbox already.

    A dry run writes none of them, so that its last one shows what all would do.
    """
    from kkd_ledger.book.store.journal import writing
    from kkd_ledger.work.month.month import waiting_months

    if not arguments.all:
        return (arguments.month,), ()
    if arguments.dry_run:
        return waiting_months(book, arguments.today, ends, progress)[-1:], ()
    with writing(book.root) as writer:
        finished = writer.finished
    return waiting_months(book, arguments.today, ends, progress), finished


def _status(done: Month) -> int:
    from kkd_ledger.rules.engine.rule import needs_action

    if done.rejected:
        return EXIT_REFUSED
    return EXIT_FINDINGS if needs_action(done.findings) or done.waiting else EXIT_GOOD


def _proposed(key: str, done: Month) -> dict[str, Any]:
    """Return the proposals for a line as a part of its JSON; none where there are none."""
    proposals = [way.as_json() for way in done.proposals.get(key, ())]
    return {"vorschlaege": proposals} if proposals else {}


def _month_json(done: Month) -> dict[str, Any]:
    from kkd_ledger.bank.files.reading import told_name
    from kkd_ledger.book.certificate import line_data

    return outcome_json(done.imported.outcome) | {
        "files": [told_name(file) for file in done.imported.outcome.files],
        "book": done.book.name,
        "month": str(done.month),
        "changed": done.changed,
        "ready": [str(month) for month in done.ready],
        "known": done.imported.known_count,
        "lines": [line_data(line) | _proposed(line.key, done) for line in done.imported.lines],
        **done.figures_json(),
        "beside": [part.as_json() for part in done.imported.supplements],
        "rejected": [
            {"file": told_name(part.path.name), "problems": [problem.as_json() for problem in part.problems]}
            for part in done.rejected
        ],
        "left": list(done.left),
        "later": [told_name(file.name) for file in done.later],
        "waiting": [
            {
                "file": told_name(part.file.path.name),
                "problems": [problem.as_json() for problem in part.error.problems],
            }
            for part in done.imported.refused
        ],
        "findings": [finding.as_json() for finding in done.findings],
    }


def run_status(arguments: Arguments) -> int:
    """Say whether the automated job still does its work."""
    from kkd_ledger.book.certificate import line_data
    from kkd_ledger.rules.engine.telling import finding_lines
    from kkd_ledger.work.month.status import status

    book = load(arguments.book)
    state = status(book, today=arguments.today, age_days_max=arguments.max_age)
    last = state.last_statement
    if arguments.json:
        data = {
            "book": book.name,
            "month": state.newest_month,
            "last_statement": last.isoformat() if last else None,
            "troubles": list(state.troubles),
            "advice": list(state.remedies),
            "work": list(state.work),
            "waiting": [
                line_data(line) | {"vorschlaege": [way.as_json() for way in ways]}
                for line, ways in state.waiting
            ],
            "findings": [finding.as_json() for finding in state.findings],
        }
        print(json.dumps(data, ensure_ascii=False))
    else:
        until = f", Kontoauszüge bis {german.day(last)}" if last else ""
        print(f"{book.settings.title}: neuester Monat {state.newest_month or 'keiner'}{until}")
        work = [f"Offen: {sentence}" for sentence in state.work]
        sentences = (*state.troubles, *work, *(f"Zu tun: {remedy}" for remedy in state.remedies))
        print("\n".join([*(f"  {sentence}" for sentence in sentences), *finding_lines(state.findings)]))
        if state.well and not state.work and not state.findings:
            print("  Alles in Ordnung: nichts zu tun.")
    return EXIT_GOOD if state.well else EXIT_FINDINGS
