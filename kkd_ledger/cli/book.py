"""The book's commands: open, adopt, budget, year, format, archive, check, serve."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kkd_ledger import german
from kkd_ledger.cli.posting import register_post
from kkd_ledger.cli.shell import parsing
from kkd_ledger.cli.shell.parsing import (
    Arguments,
    Commands,
    booking_month,
    checksum,
    clock_day,
    clock_time,
    past_day,
    path,
    year,
)
from kkd_ledger.cli.shell.writing import book_command, load, load_to_write, tell
from kkd_ledger.errors import EXIT_FINDINGS, EXIT_GOOD

if TYPE_CHECKING:
    from kkd_ledger.web.access.demo import DemoPerson


def register(commands: Commands) -> None:
    """Add the commands of the book."""
    opening = book_command(
        commands, "open", run_open, "öffnet einen Buchungsmonat; der erste legt das Buch an", today=True
    )
    opening.add_argument("month", metavar="MONAT", type=booking_month, help="JJJJ-MM")
    book_command(
        commands, "adopt", run_adopt, "übernimmt die Beschlüsse der Vereinbarung in das Buch", today=True
    )
    _register_budget(commands)
    _register_year(commands)
    register_post(commands)
    book_command(commands, "format", run_format, "bringt von Hand geänderten Text in die kanonische Form")
    summary = "bringt das Archiv eines gemeinsamen Kontos in Extrakte, die Auszüge der Bank nach originale/"
    book_command(commands, "archive", run_archive, summary)
    check = commands.add("check", run_check, "prüft das Buch gegen die Vereinbarung und alle Regeln")
    check.add_argument("book", metavar="BUCH", type=path, help="Ordner des Buchs")
    check.add_argument(
        "--full",
        action="store_true",
        help="rechnet auch abgeschlossene Monate neu, statt ihre Hashes zu prüfen; prüft Nachweise und Bankdateien",
    )
    check.add_argument(
        "--rules",
        action="store_true",
        help="nur Bücher und Regeln, ohne den Vergleich mit Nachweisen und Bankdateien",
    )
    check.add_argument(
        "--today",
        metavar="TAG",
        type=past_day,
        help="der Tag, an dem beurteilt wird, was zu alt ist (Vorgabe: der letzte des neuesten Monats)",
    )
    check.add_argument(
        "--seal",
        metavar="SHA256",
        type=checksum,
        help="ein Abschlussnachweis, den das Buch enthalten muss",
    )
    serve = commands.add(
        "serve",
        run_serve,
        "zeigt Bücher im Browser; wo Personen eingerichtet sind, nach Anmeldung",
        json=False,
    )
    serve.add_argument("books", metavar="BUCH", nargs="+", type=path, help="Ordner der Bücher")
    port = "Anschluss (Vorgabe 5000; 0 nimmt einen freien)"
    serve.add_argument("--port", metavar="NUMMER", type=int, default=5000, help=port)
    serve.add_argument(
        "--host", metavar="ADRESSE", default="127.0.0.1", help="wo gelauscht wird (Vorgabe: 127.0.0.1)"
    )
    serve.add_argument(
        "--behind-proxy", metavar="HTTPS-ADRESSE", default="", help="die öffentliche Adresse des Proxys davor"
    )
    serve.add_argument(
        "--proxy-address",
        metavar="ADRESSE",
        default="127.0.0.1",
        help="von wo der Proxy fragt (Vorgabe: 127.0.0.1)",
    )
    serve.add_argument(
        "--demo",
        action="store_true",
        help="mit erfundenen Anmeldungen zum Ausprobieren, nur auf diesem Rechner",
    )
    serve.add_argument(
        "--today", metavar="TAG", type=past_day, help="der heutige Tag (Vorgabe: der wirkliche)"
    )


def _register_budget(commands: Commands) -> None:
    budget = book_command(commands, "budget", run_budget, "trägt einen Haushaltsansatz ein", today=True)
    budget.add_argument("year", metavar="JAHR", type=year, help="Haushaltsjahr")
    budget.add_argument("amount", metavar="BETRAG", help="zum Beispiel 22.000,00; -1.000,00 nimmt zurück")
    budget.add_argument(
        "--kind",
        metavar="ART",
        default="ansatz",
        choices=(
            "ansatz",
            "nachtrag",
            "uebertragen",
            "ueberplanmaessig",
            "ausserplanmaessig",
            "finanzplanung",
        ),
        help="ansatz (Vorgabe), nachtrag, uebertragen, ueberplanmaessig, ausserplanmaessig oder finanzplanung",
    )
    budget.add_argument(
        "--group",
        metavar="GRUPPE",
        default="",
        help="Deckungskreis aus book.toml (Vorgabe: das ganze Budget)",
    )
    budget.add_argument("--reason", metavar="GRUND", default="", help="warum, etwa bei einer Berichtigung")
    budget.add_argument("--by", metavar="NAME", default="", help="wer das veranlasst")


def _register_year(commands: Commands) -> None:
    fiscal = book_command(commands, "year", run_year, "trägt den Stand eines Haushaltsjahres ein", today=True)
    fiscal.add_argument("year", metavar="JAHR", type=year, help="Haushaltsjahr")
    fiscal.add_argument(
        "state", metavar="STAND", help="offen, vorläufig-abgeschlossen, aufgestellt, geprüft oder beschlossen"
    )
    fiscal.add_argument("--by", metavar="NAME", default="", help="wer den Stand feststellt")
    fiscal.add_argument(
        "--and", metavar="NAME", default="", dest="second", help="die zweite Person: zurück nur zu zweit"
    )
    fiscal.add_argument("--reason", metavar="GRUND", default="", help="warum ein Stand zurückgenommen wird")
    fiscal.add_argument(
        "--resolution",
        metavar="VORLAGE",
        default="",
        help="der Beschluss; von „beschlossen“ zurück geht es nur mit einem neuen",
    )


def run_open(arguments: Arguments) -> int:
    """Open a month."""
    from kkd_ledger.work.books.books import open_month

    outcome = open_month(
        load_to_write(arguments), arguments.month, today=arguments.today, dry_run=arguments.dry_run
    )
    return tell(arguments, outcome, f"Monat {arguments.month} ist offen")


def run_adopt(arguments: Arguments) -> int:
    """Take the agreement's resolutions into the book."""
    from kkd_ledger.work.books.books import adopt

    outcome = adopt(load_to_write(arguments), today=arguments.today, dry_run=arguments.dry_run)
    return tell(arguments, outcome, "Beschlüsse übernommen")


_APPROPRIATED = {
    "ansatz": "Ansatz",
    "nachtrag": "Nachtrag",
    "uebertragen": "Übertragung nach",
    "ueberplanmaessig": "überplanmäßig bewilligt",
    "ausserplanmaessig": "außerplanmäßig bewilligt",
    "finanzplanung": "Finanzplanung",
}
"""How a command says what kind of appropriation it entered."""


def run_budget(arguments: Arguments) -> int:
    """Enter an appropriation."""
    from kkd_ledger.book.text.vocabulary import AppropriationKind
    from kkd_ledger.book.text.wording import clean
    from kkd_ledger.errors import UsageError
    from kkd_ledger.money import format_eur, parse_typed_eur
    from kkd_ledger.work.books.books import appropriate

    try:
        kind, cents = AppropriationKind(arguments.kind), parse_typed_eur(arguments.amount)
    except ValueError as error:
        raise UsageError(f"Haushaltsansatz: {error}") from None
    book = load_to_write(arguments)
    today, group = arguments.today, arguments.group
    outcome = appropriate(
        book,
        arguments.year,
        cents,
        kind,
        today=today,
        group=group,
        reason=clean(arguments.reason),
        by=clean(arguments.by),
        dry_run=arguments.dry_run,
    )
    said = f"{_APPROPRIATED[kind]} {arguments.year}: {format_eur(cents)} eingetragen"
    name = "" if group == book.settings.budget.line else group
    years = outcome.known_book.progress.overview.budget
    updated = [
        budget.updated_cents
        for budget in years
        if (budget.year, budget.group) == (arguments.year, name) and budget.appropriated
    ]
    if kind != AppropriationKind.MEDIUM_TERM and updated:
        said += f"; fortgeschrieben {format_eur(sum(updated))}"
    return tell(arguments, outcome, said)


def run_year(arguments: Arguments) -> int:
    """Enter the state of a fiscal year."""
    from kkd_ledger.book.text.wording import clean
    from kkd_ledger.errors import UsageError
    from kkd_ledger.periods import YearState
    from kkd_ledger.work.books.books import Declared, declare_year

    if arguments.state not in set(YearState):
        raise UsageError(f"{arguments.state!r} ist kein Stand; erlaubt: {', '.join(YearState)}")
    book = load_to_write(arguments)
    state = YearState(arguments.state)
    texts = (arguments.by, arguments.second, arguments.reason, arguments.resolution)
    said = Declared(*map(clean, texts))
    outcome = declare_year(
        book, arguments.year, state, said, today=arguments.today, dry_run=arguments.dry_run
    )
    if state == YearState.RESOLVED and not said.resolution and not arguments.json:
        print("Ein Beschluss ist nicht genannt; derselbe Befehl mit --resolution VORLAGE trägt ihn nach.")
    return tell(arguments, outcome, f"Haushaltsjahr {arguments.year}: {state}")


def run_format(arguments: Arguments) -> int:
    """Bring a book's text into canonical form."""
    from kkd_ledger.work.books.format import format_book

    outcome = format_book(load_to_write(arguments), dry_run=arguments.dry_run)
    return tell(arguments, outcome, "In die kanonische Form gebracht")


def run_archive(arguments: Arguments) -> int:
    """Reduce a pooled account's archive to extracts."""
    from kkd_ledger.work.statements.reducing import reduce_archive

    done = reduce_archive(load_to_write(arguments), dry_run=arguments.dry_run)
    if not arguments.json:
        for file in done.deleted:
            print(f"  {'würde gelöscht' if arguments.dry_run else 'gelöscht'}: {file}")
    count = len(done.files)
    return tell(arguments, done.outcome, f"{german.count(count, 'Auszug', 'Auszüge')} zu Extrakten gemacht")


def run_check(arguments: Arguments) -> int:
    """Check a book against the agreement and every rule."""
    from kkd_ledger.audit import archived
    from kkd_ledger.audit.compared import compared, gone_in
    from kkd_ledger.rules.engine import states
    from kkd_ledger.rules.engine.check import anchor, check, rolled_back
    from kkd_ledger.rules.engine.rule import needs_action
    from kkd_ledger.rules.engine.telling import finding_lines
    from kkd_ledger.work.statements import account_of_book

    book = load(arguments.book)
    findings = (
        *check(book, full=arguments.full, today=arguments.today or parsing.clock_day(), aged=arguments.today),
        *(() if arguments.rules else compared(book, full=arguments.full)),
    )
    parts = [
        (tuple(archived.missing(book, gone_in(findings))), archived.REMEDY),
        (tuple(account_of_book.another(book)), account_of_book.REMEDY),
    ]
    if arguments.full:
        from kkd_ledger.work.statements import completeness

        parts.append((tuple(archived.changed(book)), archived.REMEDY))
        parts.append((tuple(completeness.wrong_sums(book)), completeness.REMEDY))
    troubles = [sentence for sentences, _ in parts for sentence in sentences]
    anchored = ""
    if arguments.seal:
        findings = (*rolled_back(book, arguments.seal), *findings)
        anchored = anchor(book, arguments.seal)
    if arguments.json:
        findings_json = [finding.as_json() for finding in findings]
        data = {"book": book.name, "troubles": troubles, "findings": findings_json}
        data |= {"seal": anchored} if arguments.seal else {}
        print(json.dumps(data, ensure_ascii=False))
    else:
        print(book.settings.title)
        print("\n".join([*finding_lines(findings), *(f"  {sentence}" for sentence in troubles)]))
        print(f"  {anchored}\n" if anchored else "", end="")
        for remedy in dict.fromkeys(remedy for sentences, remedy in parts if sentences):
            print(f"  Zu tun: {remedy}")
        for old in states.left_behind(book):
            print(f"  {old}/ wird nicht mehr gelesen und kann gelöscht werden.")
    return EXIT_FINDINGS if troubles or needs_action(findings) else EXIT_GOOD


def run_serve(arguments: Arguments) -> int:
    """Show books in the browser until interrupted; without `--today` each look is as of the real day."""
    from kkd_ledger.web.listening import Listening
    from kkd_ledger.web.serve import serve

    serve(
        [load(folder) for folder in arguments.books],
        Listening(arguments.port, arguments.host, arguments.behind_proxy, arguments.proxy_address),
        _announce,
        (lambda: arguments.today) if arguments.today else clock_day,
        clock_time,
        demo=arguments.demo,
    )
    return EXIT_GOOD


def _announce(address: str, demo: Sequence[DemoPerson]) -> None:
    from kkd_ledger.web.access.demo import PASSWORD

    print(
        f"Fava zeigt die Bücher unter {address} (Ende mit Strg+C)\nDer Arbeitsplatz steht unter {address}kkd/"
    )
    if demo:
        print(f"Vorführung: erfundene Personen, kein Nachweis; alle mit dem Kennwort „{PASSWORD}“:")
    for person in demo:
        print(f"  {person.login:<12} {person.name:<16} {', '.join(person.roles) or 'keine Rolle'}")
    sys.stdout.flush()
