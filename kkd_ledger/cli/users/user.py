"""Persons who may log in: set up, listed, given a password, disabled."""

from __future__ import annotations

import getpass
import json
import sys
from argparse import ArgumentParser
from collections import deque
from typing import TYPE_CHECKING, Any, Final

from kkd_ledger.cli.shell.parsing import Arguments, Commands, Parser, Run, clock_day, path
from kkd_ledger.cli.users.keys import add_key, register_of
from kkd_ledger.errors import EXIT_FINDINGS, EXIT_GOOD, NotAllowed, UsageError

if TYPE_CHECKING:
    from kkd_ledger.persons.register import Register
    from kkd_ledger.web.access.passwords import Passwords


_EPILOG: Final = (
    "Mit --help hinter WAS steht jedes im Einzelnen: --system-user, --book und --no-password bei add, --verify, --head "
    "und --last bei log, --new bei key, --issuer, --client-id, --claim und --label bei service, --json bei list, "
    "--persons überall."
)


def register(commands: Commands) -> None:
    """Add `kkd user` with what it can do."""
    parser = commands.add("user", run_list, "richtet ein, wer sich anmelden darf", json=False, epilog=_EPILOG)
    doing = parser.add_subparsers(metavar="WAS", required=True, parser_class=Parser)
    add = _step(doing, "add", run_add, "richtet eine Person ein")
    add.add_argument("login", metavar="ANMELDENAME", help="Kleinbuchstaben, Ziffern, Punkt und Striche")
    add.add_argument("name", metavar="NAME", help="der Name, wie er in book.toml unter [[roles]] steht")
    add.add_argument(
        "--system-user",
        metavar="NAME",
        default="",
        help="Benutzer am Betriebssystem, als der sie Befehle gibt",
    )
    add.add_argument(
        "--book",
        metavar="BUCH",
        type=path,
        action="append",
        default=[],
        help="sieht nach, welche Rolle sie in diesem Buch hat (mehrfach möglich)",
    )
    add.add_argument("--no-password", action="store_true", help="ohne Kennwort")
    _step(doing, "list", run_list, "zeigt, wer eingerichtet ist").add_argument(
        "--json", action="store_true", help="gibt das Ergebnis als JSON aus"
    )
    for name, run, summary in (
        ("password", run_password, "gibt einer Person ein neues Kennwort (fragt danach)"),
        ("disable", run_disable, "lässt eine Person nicht mehr herein"),
        ("enable", run_enable, "lässt eine Person wieder herein"),
    ):
        _step(doing, name, run, summary).add_argument("login", metavar="ANMELDENAME", help="die Person")

    system = _step(
        doing, "system", run_system, "verbindet eine Person mit einem Benutzer des Betriebssystems"
    )
    system.add_argument("login", metavar="ANMELDENAME", help="die Person")
    system.add_argument(
        "system_user",
        metavar="BENUTZER",
        nargs="?",
        default="",
        help="als der sie Befehle gibt; ohne: keiner mehr",
    )

    subject = _step(
        doing, "subject", run_subject, "sagt, wie der Anmeldedienst (OpenID Connect) eine Person nennt"
    )
    subject.add_argument("login", metavar="ANMELDENAME", help="die Person")
    subject.add_argument("subject", metavar="WERT", nargs="?", default="", help="der Wert; ohne: keiner mehr")
    service = _step(doing, "service", run_service, "richtet den Anmeldedienst ein (fragt nach dem Geheimnis)")
    service.add_argument(
        "--issuer", metavar="ADRESSE", required=True, help="der Dienst, wie er sich selbst nennt"
    )
    service.add_argument("--client-id", metavar="NAME", required=True, help="wie er diese Anlage nennt")
    service.add_argument(
        "--claim", metavar="ANGABE", default="sub", help="was die Person nennt (Vorgabe: sub)"
    )
    service.add_argument(
        "--label", metavar="TEXT", default="Anmeldedienst", help="wie er auf der Anmeldeseite heißt"
    )
    add_key(doing, _step)
    log = _step(doing, "log", run_log, "zeigt das Zugriffsprotokoll: wer sich angemeldet und gehandelt hat")
    log.add_argument("--verify", action="store_true", help="rechnet die Kette der Zeilen nach")
    log.add_argument(
        "--head", metavar="SHA-256", default="", help="eine Zeile, die darin stehen muss (mit --verify)"
    )
    log.add_argument("--last", metavar="ZAHL", type=int, default=50, help="so viele Zeilen (Vorgabe: 50)")


def _step(doing: Any, name: str, run: Run, summary: str) -> ArgumentParser:
    step: ArgumentParser = doing.add_parser(
        name, help=summary, description=f"{summary[:1].upper()}{summary[1:]}."
    )
    step.set_defaults(run=run)
    step.add_argument(
        "--persons",
        metavar="ORDNER",
        type=path,
        help="Ordner der Personen (Vorgabe: KKD_PERSONS, /etc/kkd, ~/.config/kkd)",
    )
    return step


def run_add(arguments: Arguments) -> int:
    """Set a person up, with a password."""
    register = register_of(arguments)
    is_first = not register.is_set_up
    register.add(arguments.login, arguments.name, arguments.system_user)
    print(f"{arguments.name} ist als {arguments.login} eingerichtet ({register.file}).")
    if is_first:
        print("Von jetzt an verlangt `kkd serve` von allen eine Anmeldung, auch zum Lesen.")
    _tell_roles(arguments)
    if not arguments.no_password:
        _give_password(register, arguments.login)
    return EXIT_GOOD


def _tell_roles(arguments: Arguments) -> None:
    """Say which role a new person holds in the books that are named, and warn where it is none."""
    from kkd_ledger.book.config import load_book
    from kkd_ledger.persons.roles import roles_of

    if not arguments.book:
        print(
            f"Bücher sieht {arguments.name} nur, wo book.toml unter [[roles]] diesen Namen nennt; "
            "--book BUCH sieht nach."
        )
    for folder in arguments.book:
        book = load_book(folder)
        roles = roles_of(book.settings, arguments.name, clock_day())
        if roles:
            print(f"{book.settings.title}: {', '.join(roles)}.")
        elif book.settings.roles:
            print(
                f"ACHTUNG: In {book.config_file} hat {arguments.name} heute keine Rolle und sieht dieses Buch nicht. "
                f'Tragen Sie dort ein: [[roles]] name = "{arguments.name}", role = "pruefung" (oder eine andere), '
                "und lassen Sie es von zweien bestätigen (`kkd confirm`)."
            )


def run_list(arguments: Arguments) -> int:
    """Show who is set up, and how they prove who they are."""
    register = register_of(arguments)
    passwords = _passwords(register)
    rows = [
        {
            "login": person.login,
            "name": person.name,
            "disabled": person.disabled,
            "system_user": person.system_user,
            "subject": person.subject,
            "password": passwords.has(person.login),
            "passkeys": sum(1 for key in person.passkeys if key.confirmed_by),
        }
        for person in register.persons.values()
    ]
    if arguments.json:
        print(json.dumps({"folder": str(register.folder), "persons": rows}, ensure_ascii=False))
        return EXIT_GOOD
    if not rows:
        print(
            "Es ist niemand eingerichtet: `kkd serve` zeigt nur, und das auf diesem Rechner ohne Anmeldung."
        )
    for row in rows:
        ways = ["Kennwort"] * bool(row["password"])
        ways += [f"Anmeldedienst ({row['subject']})"] if row["subject"] else []
        ways += [f"Passkeys: {row['passkeys']}"] if row["passkeys"] else []
        ways += [f"Betriebssystem ({row['system_user']})"] if row["system_user"] else []
        state = "gesperrt" if row["disabled"] else ", ".join(ways) or "kann sich noch nicht anmelden"
        print(f"{row['login']:<20} {row['name']:<30} {state}")
    return EXIT_GOOD


def run_password(arguments: Arguments) -> int:
    """Give a person a new password."""
    register = register_of(arguments)
    register.put(arguments.login)
    _give_password(register, arguments.login)
    return EXIT_GOOD


def run_disable(arguments: Arguments) -> int:
    """Let a person not come in any more: from their next request on."""
    register_of(arguments).put(arguments.login, disabled=True)
    print(f"{arguments.login} ist gesperrt; offene Sitzungen enden mit der nächsten Anfrage.")
    return EXIT_GOOD


def run_enable(arguments: Arguments) -> int:
    """Let a person come in again."""
    register_of(arguments).put(arguments.login, disabled=False)
    print(f"{arguments.login} kann sich wieder anmelden.")
    return EXIT_GOOD


def run_system(arguments: Arguments) -> int:
    """Tie a person to a user of the operating system: commands of that user are the person's."""
    register_of(arguments).put(arguments.login, system_user=arguments.system_user)
    who = (
        f"handelt mit Befehlen als Benutzer „{arguments.system_user}“"
        if arguments.system_user
        else "gibt keine Befehle mehr"
    )
    print(f"{arguments.login} {who}.")
    return EXIT_GOOD


def run_subject(arguments: Arguments) -> int:
    """Say what the login service calls a person."""
    register_of(arguments).put(arguments.login, subject=arguments.subject)
    print(
        f"{arguments.login} meldet sich {'an als ' + arguments.subject if arguments.subject else 'dort nicht mehr an'}."
    )
    return EXIT_GOOD


def run_service(arguments: Arguments) -> int:
    """Set the login service up; its secret comes from the terminal, or as the first line of a pipe."""
    from pydantic import ValidationError

    from kkd_ledger.web.access.login_service import LoginService, LoginServices

    register = register_of(arguments)
    if not register.is_set_up:
        raise UsageError("Richten Sie zuerst die Personen ein (`kkd user add`), dann den Anmeldedienst.")
    secret = (
        getpass.getpass("Geheimnis (client secret): ") if sys.stdin.isatty() else sys.stdin.readline().strip()
    )
    try:
        service = LoginService(
            issuer=arguments.issuer,
            client_id=arguments.client_id,
            client_secret=secret,
            claim=arguments.claim,
            label=arguments.label,
        )
    except ValidationError:
        raise UsageError(
            f"{arguments.issuer}: erlaubt ist die https-Adresse, wie der Dienst sich nennt."
        ) from None
    LoginServices(register, int, int).put(service)
    print(f"Angemeldet wird auch über {service.issuer}; dort eintragen: ADRESSE/kkd/anmelden/zurueck")
    return EXIT_GOOD


def run_log(arguments: Arguments) -> int:
    """Show the last lines of the access log, or reckon its chain again."""
    from kkd_ledger.web.access.access_log import FILE, lines, verified

    file = register_of(arguments).secrets / FILE
    if not arguments.verify:
        for line in deque(lines(file), arguments.last):
            print(line.decode("utf-8", "replace"))
        return EXIT_GOOD
    chain = verified(file, arguments.head)
    for number in chain.broken:
        print(f"{file}, Zeile {number}: folgt nicht auf die Zeile davor: geändert, eingefügt oder entfernt.")
    if not chain.has_head:
        print(f"{file}: keine Zeile hat den SHA-256 {arguments.head}; am Ende fehlt etwas.")
    if chain.broken or not chain.has_head:
        return EXIT_FINDINGS
    print(
        f"{chain.line_count} Zeilen in ununterbrochener Kette. Die letzte (zum Aufbewahren): {chain.last_sha256}"
    )
    return EXIT_GOOD


def _passwords(register: Register) -> Passwords:
    from kkd_ledger.web.access.passwords import Passwords

    return Passwords(register)


def _give_password(register: Register, login: str) -> None:
    """Ask for a password, twice at a terminal; in a pipe its first line is the password."""
    if sys.stdin.isatty():
        password = getpass.getpass(f"Kennwort für {login}: ")
        if password != getpass.getpass("Noch einmal: "):
            raise UsageError(
                f"Die beiden Kennwörter sind verschieden. `kkd user password {login}` fragt noch einmal."
            )
    else:
        password = sys.stdin.readline().rstrip("\n")
    try:
        _passwords(register).put(login, password)
    except NotAllowed as error:
        raise UsageError(f"{error}. `kkd user password {login}` fragt noch einmal.") from None
    print(f"{login} hat ein neues Kennwort.")
