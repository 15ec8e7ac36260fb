"""The commands of the invoice room: validate, demand, delta; receive stands in a file of its own."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from kkd_ledger import german
from kkd_ledger.cli import received
from kkd_ledger.cli.shell.parsing import Arguments, Commands, path, service_year, today_argument
from kkd_ledger.cli.shell.tables import awaiting_lines, missing_lines
from kkd_ledger.cli.shell.writing import bar, load_to_write, written
from kkd_ledger.errors import EXIT_FINDINGS, EXIT_GOOD, EXIT_REFUSED

if TYPE_CHECKING:
    from kkd_ledger.einvoice.source import Syntax
    from kkd_ledger.work.claims.demanding import Demanded

_SYNTAXES: Final[Mapping[str, Syntax]] = MappingProxyType({"cii": "CII", "ubl": "UBL"})


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

    demand = commands.add(
        "demand", run_demand, "schreibt die Anforderungen eines Leistungsjahres: PDF mit E-Rechnung"
    )
    delta = commands.add(
        "delta",
        run_delta,
        "schreibt nach einer Neuberechnung, was sich an den Anteilen geändert hat und warum",
    )
    for parser in (demand, delta):
        _paper_arguments(parser)
    demand.add_argument(
        "--syntax",
        choices=sorted(_SYNTAXES),
        help="Syntax der E-Rechnungen statt der, die die Empfängerin wünscht",
    )

    received.register(commands)


def _paper_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("book", metavar="BUCH", type=path, help="Ordner des Buchs der Betreiberin")
    parser.add_argument("year", metavar="JAHR", type=service_year, help="Leistungsjahr")
    parser.add_argument(
        "--member", metavar="KENNUNG", action="append", default=[], help="nur diese Beteiligte"
    )
    parser.add_argument(
        "--templates", metavar="ORDNER", type=path, help="eigene Vorlagen statt vorlagen/ neben book.toml"
    )
    parser.add_argument("--dry-run", action="store_true", help="zeigt nur, was geschrieben würde")
    today_argument(parser, "Tag der Erfassung")


def run_validate(arguments: Arguments) -> int:
    """Check each file; one that cannot be read is reported, the others are checked all the same."""
    from kkd_ledger.einvoice.validate import Checker
    from kkd_ledger.errors import InvoiceRefused

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


def run_demand(arguments: Arguments) -> int:
    """Write the documents of a service year's claims."""
    from kkd_ledger.money import format_eur
    from kkd_ledger.rules.engine.telling import finding_lines
    from kkd_ledger.work.claims.demanding import write_demands

    book = load_to_write(arguments)
    done = write_demands(
        book,
        arguments.year,
        today=arguments.today,
        members=arguments.member,
        templates=arguments.templates,
        syntax=_SYNTAXES.get(arguments.syntax),
        dry_run=arguments.dry_run,
        progress=bar(),
    )
    if arguments.json:
        print(json.dumps(_demands_json(done), ensure_ascii=False))
        return written(done.missing)
    print(*missing_lines(done.missing), sep="\n", end="\n" if done.missing else "")
    if not done.documents and not done.before and not done.missing and not done.taken_back:
        named = book.agreement.year_name(arguments.year)
        print(f"Für {named} ist nichts gebucht, was zu fordern wäre; `kkd post` bucht die Forderungen.")
    print("\n".join(_demanded_lines(done, dry_run=arguments.dry_run)))
    if vat_cents := sum(letter.demand.claim.vat_cents for letter in done.documents):
        print(f"  Darin Umsatzsteuer: {format_eur(vat_cents)}")
    for document, file in done.taken_back:
        print(
            f"{document.number} gilt nicht mehr (storniert), und kein anderes Dokument sagt es: Schreiben {file}"
        )
    for sentence in done.remarks:
        print(f"  Bitte beachten: {sentence}")
    print("\n".join(finding_lines(done.outcome.findings)))
    return written(done.missing)


def _demanded_lines(done: Demanded, *, dry_run: bool) -> Iterator[str]:
    """Yield a line for each document that was made, and their sums: what is demanded, and what is lowered."""
    from kkd_ledger.money import format_eur

    rows = [
        (letter.demand.claim.number, letter.demand.recipient, letter.demand.claim.gross_cents)
        for letter in done.documents
    ]
    wide = max((len(name) for _, name, _ in rows), default=0)
    for number, name, cents in rows:
        yield f"{number}  {name:<{wide}} {'Minderung' if cents < 0 else '':<9} {format_eur(abs(cents)):>18}"
    demanded = [cents for *_, cents in rows if cents >= 0]
    lowered = [-cents for *_, cents in rows if cents < 0]
    sums = (
        f"{german.count(len(demanded), 'Anforderung', 'Anforderungen')}, zusammen {format_eur(sum(demanded))}"
    )
    if lowered:
        sums += (
            f"; {german.count(len(lowered), 'Minderung', 'Minderungen')}, zusammen {format_eur(sum(lowered))}"
        )
    if done.before:
        sums += f"; {done.before} {'war' if done.before == 1 else 'waren'} schon geschrieben"
    yield f"{'Probelauf, nichts wurde geschrieben: ' if dry_run else ''}{sums}"


def _demands_json(done: Demanded) -> dict[str, object]:
    from kkd_ledger.money import plain

    return {
        "made": [
            {
                "number": letter.demand.claim.number,
                "member": letter.demand.claim.member,
                "name": letter.demand.recipient,
                "amount": plain(letter.demand.claim.gross_cents),
                "vat": plain(letter.demand.claim.vat_cents),
                "syntax": letter.demand.syntax.lower(),
            }
            for letter in done.documents
        ],
        "before": done.before,
        "taken_back": [{"number": document.number, "file": file} for document, file in done.taken_back],
        "told": list(done.remarks),
        "files": list(done.outcome.files),
        "findings": [finding.as_json() for finding in done.outcome.findings],
        "missing": [gap.as_json() for gap in done.missing],
    }


def run_delta(arguments: Arguments) -> int:
    """Write the letters after a true-up."""
    from kkd_ledger.book.entries.authorisation import name_of
    from kkd_ledger.money import format_eur, plain
    from kkd_ledger.rules.engine.telling import finding_lines
    from kkd_ledger.work.claims.delta_letters import write_deltas

    book = load_to_write(arguments)
    done = write_deltas(
        book,
        arguments.year,
        today=arguments.today,
        members=arguments.member,
        templates=arguments.templates,
        dry_run=arguments.dry_run,
        progress=bar(),
    )
    findings = done.outcome.findings
    rows = [(delta.member, delta.before_cents, delta.after_cents, file) for delta, file in done.letters]
    if arguments.json:
        letters = [
            {
                "member": member,
                "name": name_of(book, member),
                "before": plain(before),
                "after": plain(after),
                "file": file,
            }
            for member, before, after, file in rows
        ]
        counts = {"before": done.before, "unchanged": done.unchanged, "unposted": done.unposted}
        waiting = [claim.as_json() for claim in done.awaiting]
        data = {
            "letters": letters,
            **counts,
            "awaiting": waiting,
            "findings": [finding.as_json() for finding in findings],
        }
        print(json.dumps(data, ensure_ascii=False))
        return written()
    wide = max((len(name_of(book, member)) for member, *_ in rows), default=0)
    for member, before, after, file in rows:
        print(f"{name_of(book, member):<{wide}} {format_eur(before):>16} → {format_eur(after):>16}  {file}")
    front = "Probelauf, nichts wurde geschrieben: " if arguments.dry_run else ""
    counted = {
        "schon vorhanden": done.before,
        "unverändert": done.unchanged,
        "noch zu buchen (`kkd post`)": done.unposted,
        "vorbehaltlich": len(done.awaiting),
    }
    others = ", ".join(f"{what}: {count}" for what, count in counted.items() if count)
    nothing = (
        f"für {book.agreement.year_name(arguments.year)} ist nichts gebucht, was sich geändert haben könnte"
    )
    print(f"{front}{len(rows)} Schreiben{f'; {others}' if others else '' if rows else f': {nothing}'}")
    print(*awaiting_lines(done.awaiting), sep="\n", end="\n" if done.awaiting else "")
    print("\n".join(finding_lines(findings)))
    return written()
