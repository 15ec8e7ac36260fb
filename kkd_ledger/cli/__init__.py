"""The command line: thin. Each module beside this one registers the commands of its room, calls it and prints."""

from __future__ import annotations

import errno
import io
import json
import os
import sys
import traceback
from collections.abc import Sequence
from typing import NoReturn

from kkd_ledger import process
from kkd_ledger.cli.shell.output import prepare
from kkd_ledger.cli.shell.parsing import Commands
from kkd_ledger.cli.shell.typed_years import refuse_other_years
from kkd_ledger.errors import (
    EXIT_STORAGE,
    EXIT_UNEXPECTED,
    EXIT_USAGE,
    InputRefused,
    KkdError,
    cause_of,
    told_error,
)

__all__ = ["main", "run"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    0 good, 1 findings, 2 usage, 3 input refused, 4 busy, 5 storage, 70 unexpected.
    """
    process.collect_rarely()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal or cron that knows no „ stops no job
            stream.reconfigure(errors="replace")
    arguments = _commands().parse(argv)
    try:
        refuse_other_years(arguments)
        return int(arguments.run(arguments))
    except KkdError as error:
        _report(error, as_json=bool(getattr(arguments, "json", False)))
        return error.exit_status
    except OSError as error:
        print(
            f"kkd: {told_error(error)} Es wurde nichts halb geschrieben. "
            "Bitte prüfen Sie den freien Speicherplatz und die Rechte und wiederholen Sie den Befehl.",
            file=sys.stderr,
        )
        return EXIT_STORAGE
    except KeyboardInterrupt:
        print("Abgebrochen; die Bücher sind unversehrt.", file=sys.stderr)
        return 130
    except Exception as error:  # noqa: BLE001 - the outermost place: status 70, because Python's 1 would mean findings
        if os.environ.get("KKD_TRACEBACK"):
            traceback.print_exc()
        print(
            f"Unerwarteter Fehler ({type(error).__name__}: {error}). Es wurde nichts halb geschrieben. "
            "Bitte melden Sie ihn; mit KKD_TRACEBACK=1 zeigt der Befehl die Einzelheiten.",
            file=sys.stderr,
        )
        return EXIT_UNEXPECTED


def run() -> NoReturn:
    """Run the command of this process, then end it at once."""
    process.load_no_plugins()
    output, _ = prepare()
    try:
        status = main()
    except SystemExit as end:  # argparse: a wrong call, or help was asked for
        status = end.code if isinstance(end.code, int) else EXIT_USAGE
    sys.stdout.flush()
    lost = output.refused
    if (
        lost is not None and lost.errno != errno.EPIPE
    ):  # a reader that goes away says nothing about the command
        print(f"kkd: Die Ausgabe wurde nicht angenommen: {cause_of(lost)}.", file=sys.stderr)
        status = EXIT_STORAGE
    sys.stderr.flush()
    process.end(status)


def _commands() -> Commands:
    from kkd_ledger.cli import (
        agreement,
        audit,
        bank,
        beginning,
        book,
        changes,
        corrections,
        decide,
        invoice,
        job,
        payments,
        reconcile,
        relief,
    )
    from kkd_ledger.cli.users import user

    commands = Commands()
    for title, room in (
        ("Vereinbarung", agreement),
        ("", beginning),
        ("Bücher", book),
        ("Bank und Monatslauf", job),
        ("", bank),
        ("", decide),
        ("Korrekturen", corrections),
        ("", relief),
        ("Anforderungen und E-Rechnungen", invoice),
        ("Zahlungen und Abstimmung", payments),
        ("", reconcile),
        ("Abschluss", audit),
        ("", changes),
        ("Personen", user),
    ):
        commands.part(title)
        room.register(commands)
    return commands


def _report(error: KkdError, *, as_json: bool) -> None:
    print(f"kkd: {error}", file=sys.stderr)
    if as_json:
        problems = (
            [problem.as_json() for problem in error.problems] if isinstance(error, InputRefused) else []
        )
        print(json.dumps({"error": str(error), "problems": problems}, ensure_ascii=False))
