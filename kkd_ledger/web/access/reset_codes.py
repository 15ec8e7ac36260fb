"""Codes that let a person choose a password once: given by who administers, good for a day, kept as a hash only."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Final

from filelock import FileLock

from kkd_ledger.persons.register import Register, replace

FILE: Final = "codes.json"
GOOD_S: Final = 24 * 3600
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_GROUPS, _GROUP_CHARS = 4, 5
_LOCK_S: Final = 5


class ResetCodes:
    """The codes of an installation, one a login. `clock` tells the seconds since 1970: a code outlives the server."""

    def __init__(self, register: Register, clock: Callable[[], int]) -> None:
        self._file: Path = register.secrets / FILE
        self._clock = clock

    def give(self, login: str) -> str:
        """Return a new code for a login; an earlier one is good for nothing any more."""
        groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP_CHARS)) for _ in range(_GROUPS))
        code = "-".join(groups)
        self._change(login, [_hash(login, code), str(self._clock() + GOOD_S)])
        return code

    def fits(self, login: str, code: str) -> bool:
        """Tell whether this is a login's code, and still good."""
        stored = self._read().get(login)
        typed = _hash(login, code.strip().upper())
        if stored is None:
            return False
        return hmac.compare_digest(stored[0], typed) and self._clock() < int(stored[1])

    def waits(self, login: str) -> bool:
        """Tell whether a login has a code that is still good."""
        stored = self._read().get(login)
        return stored is not None and self._clock() < int(stored[1])

    def take(self, login: str) -> None:
        """Take a login's code away: it was used, or withdrawn."""
        self._change(login, None)

    def _read(self) -> dict[str, list[str]]:
        try:
            return dict(json.loads(self._file.read_bytes()))
        except FileNotFoundError:
            return {}

    def _change(self, login: str, stored: list[str] | None) -> None:
        with FileLock(self._file.with_name(f".{FILE}.lock"), timeout=_LOCK_S):
            codes = self._read()
            codes.pop(login, None)
            if stored:
                codes[login] = stored
            replace(self._file, (json.dumps(codes, indent=1, sort_keys=True) + "\n").encode(), 0o600)


def _hash(login: str, code: str) -> str:
    """Return what is kept of a code: it is long enough (100 bits) that nobody finds it from that."""
    return sha256(f"{login}\n{code}".encode()).hexdigest()
