"""Passwords: argon2id hashes in a file that only the server's user reads."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from filelock import FileLock

from kkd_ledger.errors import NotAllowed
from kkd_ledger.persons.register import Register, replace

FILE: Final = "kennwoerter.json"
CHARS_MIN: Final = 12
CHARS_MAX: Final = 200
_LOCK_S: Final = 5


class Passwords:
    """The passwords of an installation's persons, by login."""

    def __init__(self, register: Register, hasher: PasswordHasher | None = None) -> None:
        self._file: Path = register.secrets / FILE
        self._hasher = hasher or PasswordHasher()
        self._nobody = self._hasher.hash("nobody has this one")

    def has(self, login: str) -> bool:
        """Tell whether a login has a password."""
        return login in self._read()

    def fits(self, login: str, password: str) -> bool:
        """Tell whether this is a login's password; a login without one takes as long to answer."""
        stored = self._read().get(login)
        try:
            self._hasher.verify(stored or self._nobody, _normal(password[: CHARS_MAX + 1]))
        except (VerificationError, InvalidHashError):
            return False
        if stored and self._hasher.check_needs_rehash(stored):
            self._write(login, self._hasher.hash(_normal(password)))
        return bool(stored)

    def put(self, login: str, password: str) -> None:
        """Give a login a password; raise NotAllowed where it is too short or too long."""
        if not CHARS_MIN <= len(password) <= CHARS_MAX or not password.strip():
            raise NotAllowed(
                f"ein Kennwort mit {len(password)} Zeichen",
                f"{CHARS_MIN} bis {CHARS_MAX} Zeichen, frei gewählt",
            )
        self._write(login, self._hasher.hash(_normal(password)))

    def take(self, login: str) -> None:
        """Take a login's password away."""
        self._write(login, None)

    def _read(self) -> dict[str, str]:
        try:
            return dict(json.loads(self._file.read_bytes()))
        except FileNotFoundError:
            return {}

    def _write(self, login: str, stored: str | None) -> None:
        with FileLock(self._file.with_name(f".{FILE}.lock"), timeout=_LOCK_S):
            hashes = self._read() | ({login: stored} if stored else {})
            if stored is None:
                hashes.pop(login, None)
            replace(self._file, (json.dumps(hashes, indent=1, sort_keys=True) + "\n").encode(), 0o600)


def _normal(password: str) -> str:
    """Keyboards and systems spell an ä in one or two characters."""
    return unicodedata.normalize("NFC", password)
