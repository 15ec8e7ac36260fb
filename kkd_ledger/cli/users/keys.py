"""`kkd user key`: the keys of a person as book.toml names them, and a new one for the commands of this user."""

from __future__ import annotations

import getpass
import os
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kkd_ledger.cli.shell.parsing import Arguments, clock_day
from kkd_ledger.errors import EXIT_GOOD, UsageError

if TYPE_CHECKING:
    from kkd_ledger.persons.register import Register, RegisteredPerson


def add_key(doing: Any, step: Callable[..., ArgumentParser]) -> None:
    """Add `kkd user key` to what `kkd user` can do."""
    key = step(doing, "key", run_key, "nennt die Schlüssel einer Person, wie sie in book.toml stehen")
    key.add_argument("login", metavar="ANMELDENAME", help="die Person")
    key.add_argument(
        "--new",
        action="store_true",
        help="macht diesem Benutzer des Betriebssystems einen Schlüssel für Befehle",
    )


def register_of(arguments: Arguments) -> Register:
    """Return the persons that a command means: of the folder that it names, else of this installation."""
    from kkd_ledger.persons.register import Register, folder

    return Register(arguments.persons.absolute() if arguments.persons else folder())


def run_key(arguments: Arguments) -> int:
    """Write a person's confirmed passkeys as tables for book.toml; two persons confirm them there like any change."""
    from kkd_ledger.web.access.passkeys import plain

    person = register_of(arguments).persons.get(arguments.login)
    if arguments.new:
        return _new_login_key(person, arguments.login)
    keys = [key for key in person.passkeys if key.confirmed_by] if person else []
    if person is None or not keys:
        raise UsageError(
            f"{arguments.login} hat keinen bestätigten Passkey; eingerichtet wird er im Arbeitsplatz."
        )
    for key in keys:
        print(
            f'[[keys]] # {key.label}, bestätigt von {key.confirmed_by}\nperson = "{person.name}"\nid = "{key.id}"\n'
            f'key = "{plain(key.public_key)}"\nrp_id = "{key.rp_id}"\norigin = "{key.origin}"\nfrom = {key.begins}\n'
        )
    return EXIT_GOOD


def _new_login_key(person: RegisteredPerson | None, login: str) -> int:
    """Make a key for the commands of this user of the system, and name its public part for book.toml."""
    from kkd_ledger.cli.users.proofs import PASSPHRASE_VARIABLE, system_user
    from kkd_ledger.persons.login_key import id_of, login_key_file, public_of
    from kkd_ledger.persons.signature import new_key

    if person is None or person.system_user != system_user():
        raise UsageError(
            f"{login} gehört nicht zum Benutzer „{system_user()}“ (`kkd user system`); einen Schlüssel macht sich jede "
            "Person selbst."
        )
    file, passphrase = login_key_file(), os.environ.get(PASSPHRASE_VARIABLE, "")
    if sys.stdin.isatty() and not passphrase:
        passphrase = getpass.getpass("Kennwort für den neuen Schlüssel (leer: keines): ")
    file.parent.mkdir(0o700, parents=True, exist_ok=True)
    public = public_of(new_key(file, passphrase))
    print(
        f"Der Schlüssel liegt in {file}; nur Sie dürfen ihn lesen. In book.toml, von zweien bestätigt:",
        file=sys.stderr,
    )
    print(
        f'[[keys]]\nperson = "{person.name}"\nid = "{id_of(public)}"\nkey = "{public}"\nfrom = {clock_day()}'
    )
    return EXIT_GOOD
