"""Who gives a command: where persons are set up, a typed name is proved before the book is opened.

The user of the operating system is the person that `kkd user` ties to them. Anybody else whom a command names types
their own password at the same terminal; without a terminal only the one person acts.
"""

from __future__ import annotations

import datetime as dt
import getpass
import os
import pwd
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.wording import clean
from kkd_ledger.cli.shell.parsing import clock_day
from kkd_ledger.errors import Problem
from kkd_ledger.persons.login_key import id_of, login_key_file, public_of, signed_with
from kkd_ledger.persons.powers import MAY
from kkd_ledger.persons.register import Register, folder
from kkd_ledger.persons.roles import PersonRefused, objection, roles_of
from kkd_ledger.persons.signature import load_key

if TYPE_CHECKING:
    from kkd_ledger.book.config import Book, Signer
    from kkd_ledger.cli.shell.parsing import Arguments
    from kkd_ledger.persons.register import RegisteredPerson

NAMING: Final = ("by", "second", "certified_by", "ordered_by", "prepared_by", "released_by")
"""The arguments that name a person who acts by the command."""
ATTEMPTS_MAX: Final = 3
PASSPHRASE_VARIABLE: Final = "KKD_KEY_PASSPHRASE"  # noqa: S105 - the name of a variable
Asked = Callable[[str], str]


def opened_for(book: Book, arguments: Arguments) -> Book:
    """Return a book opened for the persons whom a command names, once each has proved who they are.

    Where no persons are set up it is the book as it is, and typed names hold. Raise PersonRefused for a name that
    nobody proves.
    """
    register = Register(folder())
    if not register.is_set_up:
        return book
    day = getattr(arguments, "today", None) or clock_day()
    _refuse_onlooker(book, register.of_system_user(system_user()), day)
    names = [clean(name) for each in NAMING if (name := getattr(arguments, each, ""))]
    ways = proved(register, names, system_user(), _terminal())
    return book.acted_by(ways, _signer_of(book, register.of_system_user(system_user()), day))


def _signer_of(book: Book, person: RegisteredPerson | None, day: dt.date) -> Signer | None:
    """Return what signs the acts of the system's user with their own key, where book.toml names it on a day.

    Raise KeyRefused where it cannot be opened: who has a key deposited does not act without it unseen.
    """
    keys = [key for key in book.settings.keys if person and key.person == person.name and key.is_for_commands]
    keys = [key for key in keys if key.begins <= day <= (key.ends or day)]
    if person is None or not keys or not (file := login_key_file()).exists():
        return None
    key = load_key(file, os.environ.get(PASSPHRASE_VARIABLE, "") or _asked_for(file))
    if id_of(public_of(key)) not in {deposited.id for deposited in keys}:
        return None
    return lambda name, sha256: signed_with(key, sha256) if name == person.name else ()


def _asked_for(file: Path) -> str:
    """Return the passphrase of a key that is locked, typed at the terminal; empty for one that is not."""
    is_locked = b"ENCRYPTED" in file.read_bytes().partition(b"\n")[0]
    terminal = _terminal()
    return terminal(f"Kennwort des Schlüssels {file}: ") if is_locked and terminal else ""


def _refuse_onlooker(book: Book, person: RegisteredPerson | None, day: dt.date) -> None:
    """Refuse a person who holds only roles that never act (those who audit, administer or read) any writing command.

    A user of the system who is no person runs jobs, under a general order.
    """
    if person is None or not book.settings.roles:
        return
    roles = roles_of(book.settings, person.name, day)
    if not any(MAY[role] for role in roles):
        raise PersonRefused(
            [
                Problem(
                    v.BOOK_FILE,
                    "roles",
                    objection(book.settings, person.name, day),
                    "eine Rolle, die handelt",
                )
            ]
        )


def proved(
    register: Register, names: Iterable[str], user: str, terminal: Asked | None
) -> Mapping[str, v.KnownBy]:
    """Return how each of some names is known: `user` is the system's user, `terminal` asks for a password.

    Raise PersonRefused for names that nobody is set up by, or that nobody proves.
    """
    own = register.of_system_user(user)
    ways: dict[str, v.KnownBy] = {}
    problems = []
    for name in dict.fromkeys(names):
        person = next((person for person in register.persons.values() if person.name == name), None)
        if person is not None and not person.disabled and own == person:
            ways[name] = v.KnownBy.SYSTEM_USER
        elif (
            person is not None and not person.disabled and terminal and _has_typed(register, person, terminal)
        ):
            ways[name] = v.KnownBy.PASSWORD
        else:
            problems.append(_unproved(register, name, person, own, user))
    if problems:
        raise PersonRefused(problems)
    return ways


def system_user() -> str:
    """Return the login of whom this process belongs to; empty where the system has no name for them."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return ""


def _terminal() -> Asked | None:
    return getpass.getpass if sys.stdin.isatty() else None


def _has_typed(register: Register, person: RegisteredPerson, terminal: Asked) -> bool:
    """Tell whether a person types their password at the terminal, within a few attempts."""
    from kkd_ledger.web.access.passwords import Passwords

    passwords = Passwords(register)
    try:
        if not passwords.has(person.login):
            return False
    except PermissionError:  # the passwords are the server's user's alone
        return False
    return any(
        passwords.fits(person.login, terminal(f"{person.name}, Ihr Kennwort: ")) for _ in range(ATTEMPTS_MAX)
    )


def _unproved(
    register: Register, name: str, person: RegisteredPerson | None, own: RegisteredPerson | None, user: str
) -> Problem:
    if person is None:
        return Problem(
            str(register.file), "", f"{name} ist nicht eingerichtet", "eine Person aus `kkd user list`"
        )
    if person.disabled:
        return Problem(str(register.file), "", f"{name} ist gesperrt", "eine Person, die nicht gesperrt ist")
    who = f"ist {own.name}" if own else "gehört zu niemandem (`kkd user system` verbindet sie)"
    allowed = (
        f"wer sich ausweist: {name} als eigener Benutzer, mit dem eigenen Kennwort an diesem Terminal, "
        "oder im Arbeitsplatz (`kkd serve`)"
    )
    return Problem(str(register.file), "", f"ein Name, getippt; der Benutzer „{user}“ {who}", allowed)
