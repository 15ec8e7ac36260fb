"""The commands of the invoice room: validate."""

from __future__ import annotations

import json
import sys

from kkd_ledger.cli.parsing import Arguments, Commands, path
from kkd_ledger.errors import EXIT_FINDINGS, EXIT_GOOD, EXIT_REFUSED


def register(commands: Commands) -> None:
    """Add the commands of this room."""
    validate = commands.add("validate", run_validate, "prüft E-Rechnungen (XRechnung, ZUGFeRD), XML oder PDF")
    validate.add_argument("files", metavar="DATEI", nargs="+", type=path, help="E-Rechnung als XML oder PDF")
    validate.add_argument(
        "--strict",
        action="store_true",
        help="wertet Warnungen der eigenen Prüfungen als Fehler (für eigene Dokumente)",
    )
    validate.add_argument(
        "--rules", metavar="ORDNER", type=path, help="neuere amtliche Regeln statt der mitgelieferten"
    )


def run_validate(arguments: Arguments) -> int:
    """Check each file; one that cannot be read is reported, the others are checked all the same."""
    from kkd_ledger.invoice.source import InvoiceRefused
    from kkd_ledger.invoice.validate import Checker

    checker = Checker(arguments.rules)
    status = EXIT_GOOD
    for file in arguments.files:
        try:
            report = checker.check(file)
        except InvoiceRefused as refusal:
            status = EXIT_REFUSED
            print(f"kkd: {refusal}", file=sys.stderr)
            if arguments.json:
                problems = [problem.as_json() for problem in refusal.problems]
                print(
                    json.dumps(
                        {"file": file.name, "error": str(refusal), "problems": problems}, ensure_ascii=False
                    )
                )
            continue
        report = report.strict() if arguments.strict else report
        print(json.dumps(report.as_json(), ensure_ascii=False) if arguments.json else report.text())
        status = status if report.good or status == EXIT_REFUSED else EXIT_FINDINGS
    return status
