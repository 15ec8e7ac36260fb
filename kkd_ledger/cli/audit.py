"""The commands of proof: close, reopen."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kkd_ledger.cli.shell.parsing import Arguments, Commands, booking_month, path
from kkd_ledger.cli.shell.writing import book_command, load_to_write
from kkd_ledger.errors import EXIT_FINDINGS, EXIT_GOOD, UsageError
from kkd_ledger.periods import BookingMonth

if TYPE_CHECKING:
    from kkd_ledger.audit.close import Closing


def register(commands: Commands) -> None:
    """Add the commands of proof."""
    summary = "schließt einen Monat (oder ein Jahr) ab und stellt den Nachweis aus"
    close = book_command(commands, "close", run_close, summary, today=True)
    close.add_argument(
        "period", metavar="MONAT", help="JJJJ-MM, oder JJJJ für alle offenen Monate eines Jahres"
    )
    close.add_argument(
        "--until", metavar="MONAT", type=booking_month, help="von MONAT bis zu diesem, beide eingeschlossen"
    )
    close.add_argument("--by", metavar="NAME", required=True, help="wer abschließt")
    close.add_argument(
        "--comment",
        metavar="CODE=TEXT",
        action="append",
        default=[],
        help="Bemerkung zu einer Beanstandung oder zu etwas Offenem, zum Beispiel KKD-B01=bewilligt am 12.12.",
    )
    close.add_argument("--comments", metavar="DATEI", type=path, help="Bemerkungen, je Zeile CODE=TEXT")
    summary = "öffnet einen abgeschlossenen Monat wieder, zu zweit und mit Grund"
    reopen = book_command(commands, "reopen", run_reopen, summary, today=True)
    reopen.add_argument("month", metavar="MONAT", type=booking_month, help="JJJJ-MM")
    reopen.add_argument("--reason", metavar="GRUND", required=True, help="warum")
    reopen.add_argument("--by", metavar="NAME", required=True, help="wer öffnet")
    reopen.add_argument("--and", metavar="NAME", dest="second", required=True, help="wer mit öffnet")


def run_close(arguments: Arguments) -> int:
    """Close a month or a year."""
    from kkd_ledger.audit.close import close, close_months, close_year
    from kkd_ledger.audit.open_months import open_months

    book, remarks = load_to_write(arguments), _remarks(arguments)
    by, today, dry_run = arguments.by, arguments.today, arguments.dry_run
    if arguments.until:
        months = open_months(book, _month(arguments.period), arguments.until)
        done = close_months(book, months, by=by, today=today, remarks=remarks, dry_run=dry_run)
    elif len(arguments.period) == 4 and arguments.period.isdigit():
        year = int(arguments.period)
        done = close_year(book, year, by=by, today=today, remarks=remarks, dry_run=dry_run)
    else:
        done = (close(book, _month(arguments.period), by=by, today=today, remarks=remarks, dry_run=dry_run),)
    unused = sorted(set(remarks).difference(*(closing.remarked for closing in done)))
    if arguments.json:
        print(json.dumps(_json(book.name, done, dry_run=dry_run), ensure_ascii=False))
    else:
        print(book.settings.title)
        for closing in done:
            print("\n".join(_lines(closing, dry_run=dry_run)))
        if not done:
            print("Nichts zu tun: alle Monate sind abgeschlossen.")
        elif unused and not any(closing.hindrances for closing in done):
            print(f"Nicht gebraucht: Bemerkung zu {', '.join(unused)}")
    return EXIT_FINDINGS if any(closing.hindrances for closing in done) else EXIT_GOOD


def _month(text: str) -> BookingMonth:
    try:
        return BookingMonth.parse(text)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _remarks(arguments: Arguments) -> dict[str, str]:
    lines = list(arguments.comment)
    if arguments.comments:
        try:
            lines += arguments.comments.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{arguments.comments}: keine lesbare Datei ({error})") from None
    remarks = {}
    for line in filter(str.strip, lines):
        code, equals, text = line.partition("=")
        if not equals or not code.strip() or not text.strip():
            raise UsageError(
                f"Bemerkung {line!r}; erlaubt: CODE=TEXT, zum Beispiel KKD-B01=bewilligt am 12.12."
            )
        remarks[code.strip()] = text.strip()
    return remarks


def _lines(done: Closing, *, dry_run: bool) -> list[str]:
    from kkd_ledger.audit.close import NEVER_ALLOWED
    from kkd_ledger.rules.engine.rule import Level
    from kkd_ledger.rules.engine.telling import finding_lines

    if done.hindrances:
        kinds = {finding.kind for finding in done.hindrances if finding.kind.level != Level.ERROR} - set(
            NEVER_ALLOWED
        )
        remedies = [
            f"  Muss es so bleiben, genügt nach einer Prüfung eine Bemerkung: --comment {code}=GRUND"
            for code in sorted(kind.code for kind in kinds)
        ]
        head = f"Monat {done.month} kann noch nicht abgeschlossen werden:"
        return [head, *finding_lines(done.hindrances), *remedies]
    if not done.seal:
        return [f"Nichts zu tun: Monat {done.month} ist schon abgeschlossen."]
    if dry_run:
        return [f"Probelauf: Monat {done.month} kann abgeschlossen werden; nichts wurde geschrieben."]
    return [
        f"Monat {done.month} ist abgeschlossen ({done.seal}).",
        f"  SHA-256 des Nachweises: {done.seal.sha256}",
        "  Bewahren Sie diese Zahl außerhalb des Buchs auf: `kkd check BUCH --seal ZAHL` prüft dagegen.",
    ]


def _json(name: str, done: tuple[Closing, ...], *, dry_run: bool) -> dict[str, Any]:
    return {
        "book": name,
        "dry_run": dry_run,
        "months": [
            {
                "month": str(closing.month),
                "file": closing.seal.file if closing.seal else "",
                "sha256": closing.seal.sha256 if closing.seal else "",
                "hindrances": [finding.as_json() for finding in closing.hindrances],
            }
            for closing in done
        ],
    }


def run_reopen(arguments: Arguments) -> int:
    """Open a sealed month again."""
    from kkd_ledger.audit.reopen import reopen

    book = load_to_write(arguments)
    done = reopen(
        book,
        arguments.month,
        reason=arguments.reason,
        by=(arguments.by, arguments.second),
        today=arguments.today,
        dry_run=arguments.dry_run,
    )
    months = [str(month) for month in done.months]
    if arguments.json:
        data = {"book": book.name, "file": done.link.file, "sha256": done.link.sha256, "months": months}
        print(json.dumps(data, ensure_ascii=False))
    elif arguments.dry_run:
        print(f"Probelauf: offen wären wieder {', '.join(months)}; nichts wurde geschrieben.")
    else:
        print(f"Wieder offen: {', '.join(months)} ({done.link}).")
        print(f"  SHA-256 des Nachweises: {done.link.sha256}")
    return EXIT_GOOD
