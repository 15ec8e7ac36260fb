"""Persons to try things out with: those whom the books name, in a folder that goes with the server.

They are nobody's proof: what is done by them stands in the books as a typed name does. They exist on this computer
alone, and never where real persons are set up.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from argon2 import PasswordHasher

from kkd_ledger.book.config import Book
from kkd_ledger.errors import UsageError
from kkd_ledger.persons.register import Register
from kkd_ledger.persons.roles import roles_of
from kkd_ledger.web.access.passwords import Passwords
from kkd_ledger.web.listening import Listening

PASSWORD: Final = "nur zur Vorführung"  # noqa: S105 - everybody may know it
_LOGIN_CHARS_MAX: Final = 32


class DemoPerson(NamedTuple):
    """A person to try things out with: login, name, and the roles that the books give them today."""

    login: str
    name: str
    roles: Sequence[str]


class Demo(NamedTuple):
    """The persons of a demonstration, and where they are set up."""

    register: Register
    persons: Sequence[DemoPerson]


def refuse_demo(books: Sequence[Book], listening: Listening, *, has_persons: bool) -> None:
    """Raise UsageError where demo persons would be taken for real ones."""
    if listening.public or not listening.is_loopback:
        raise UsageError("--demo gibt es nur auf diesem Rechner, ohne Proxy und ohne --host.")
    if has_persons:
        raise UsageError("--demo geht nicht, wo Personen eingerichtet sind (`kkd user list`).")
    for book in books:
        if not book.settings.policy.typed_names:
            raise UsageError(
                f"--demo geht nicht: In {book.name} handelt nur, wer sich ausweist ([policy] typed_names)."
            )


@contextmanager
def demo_persons(books: Sequence[Book], today: dt.date) -> Iterator[Demo]:
    """Set up whoever holds a role in the books today, in a folder of their own, until the block ends."""
    with TemporaryDirectory(prefix="kkd-demo-") as folder:
        register = Register(Path(folder, "persons"))
        passwords = Passwords(register, PasswordHasher(1, 8, 1))
        persons = _persons(books, today)
        for person in persons:
            register.add(person.login, person.name)
            passwords.put(person.login, PASSWORD)
        yield Demo(register, persons)


def _persons(books: Sequence[Book], today: dt.date) -> list[DemoPerson]:
    roles: dict[str, dict[str, None]] = {}
    for book in books:
        for name in dict.fromkeys(holder.name for holder in book.settings.roles):
            names_of_roles = map(str, roles_of(book.settings, name, today))
            roles.setdefault(name, {}).update(dict.fromkeys(names_of_roles))
    persons: list[DemoPerson] = []
    for name, held_roles in roles.items():
        login = login_of(name, {person.login for person in persons})
        persons.append(DemoPerson(login, name, tuple(held_roles)))
    return persons


def login_of(name: str, taken: set[str]) -> str:
    """Return a login made of the last word of a name, with a number where somebody else has it.

    >>> login_of("S. Müller", set()), login_of("K. Müller", {"mueller"})
    ('mueller', 'mueller2')
    """
    last = (
        name.rsplit(maxsplit=1)[-1]
        .lower()
        .replace("ä", "ae")
        .replace("ö", "oe")
        .replace("ü", "ue")
        .replace("ß", "ss")
    )
    plain = unicodedata.normalize("NFKD", last).encode("ascii", "ignore").decode()
    word = re.sub(r"[^a-z0-9]", "", plain).lstrip("0123456789")[: _LOGIN_CHARS_MAX - 3] or "person"
    number = next(
        number for number in range(1, len(taken) + 2) if f"{word}{number if number > 1 else ''}" not in taken
    )
    return f"{word}{number if number > 1 else ''}"
